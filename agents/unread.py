"""Packages of which one module is needed, and whose ``__init__`` loads many: it is run only when somebody asks for it.

Each worker of a sweep, and each command, starts a second sooner for it.
"""

from __future__ import annotations

import importlib.util
import sys
import threading
from typing import Any


def put_unread(name: str) -> None:
    """Put a package into its place whose ``__init__`` is run when one of its names is read.

    Its modules can be imported by their full names meanwhile, and are the same ones afterwards.
    """
    spec = None if name in sys.modules else importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        return  # a script has imported it already; or there is none, as an import will say
    package, lock, waiting = importlib.util.module_from_spec(spec), threading.RLock(), [spec.loader]

    def read() -> None:
        with lock:  # another thread waits; this one, when the package looks at itself, does not
            while waiting:
                loader = waiting.pop()
                try:
                    loader.exec_module(package)
                except BaseException:
                    waiting.append(loader)
                    raise

    def name_of(wanted: str) -> Any:
        read()
        if wanted in vars(package):
            return vars(package)[wanted]
        raise AttributeError(f"module '{name}' has no attribute '{wanted}'")

    def names() -> list[str]:
        read()
        return sorted(vars(package))

    vars(package).update(__getattr__=name_of, __dir__=names)
    sys.modules[name] = package
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, package)
