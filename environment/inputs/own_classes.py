"""Loading of a user's classes, with what is wrong in their file told by its line, and misspelt hooks by their names."""

from __future__ import annotations

import difflib
import importlib
import inspect
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kingmaker.agents.errors import KingmakerError, nearest
from kingmaker.agents.own_code import home

MISSPELT = 0.8  # of 1: a method so like a hook's name, without being one, is taken for a slip


def load_class(path: str, where: str, folders: Sequence[Path]) -> type[Any]:
    """The class ``module:Class``; modules are looked for in the scenario's folders and the working folder first.

    Raises:
        KingmakerError: it cannot be loaded.
    """
    module, _, name = path.partition(":")
    before = list(sys.path)
    sys.path[:0] = [str(folder) for folder in (*folders, Path.cwd())]
    try:
        importlib.invalidate_caches()
        loaded = importlib.import_module(module)
        cls = getattr(loaded, name)
    except Exception as fault:  # a user's module may fail in any way at import
        told = f"{where}: '{path}' cannot be loaded ({type(fault).__name__}: {fault})"
        raise KingmakerError(f"{told}{_why(module, name, fault)}") from None
    finally:
        sys.path[:] = before
    beside = next((own for folder in folders if (own := folder / f"{module}.py").is_file()), None)
    file = getattr(loaded, "__file__", None)
    if beside is not None and (file is None or Path(file).resolve() != beside.resolve()):
        raise KingmakerError(
            f"{where}: '{path}' was found in {file}, not in {beside}: another module of that name is loaded already; "
            "give your file another name."
        )
    if not inspect.isclass(cls):
        raise KingmakerError(f"{where}: '{path}' is not a class.")
    return cls


def _why(module: str, name: str, fault: Exception) -> str:
    """What to do about it: the line of the user's file, the nearest class, or how a class is named."""
    if not name or (isinstance(fault, ModuleNotFoundError) and fault.name == module):
        return "; write it as module:Class, with module.py beside the scenario or in the folder that you work in."
    if isinstance(fault, SyntaxError):
        return f": {fault.text.strip()}" if fault.text else "."
    loaded = sys.modules.get(module)
    if isinstance(fault, AttributeError) and fault.obj is loaded and loaded is not None:
        return f".{nearest(name, [each for each, found in vars(loaded).items() if inspect.isclass(found)])}"
    last = traceback.extract_tb(fault.__traceback__)[-1]
    here = [each for each in traceback.extract_tb(fault.__traceback__) if Path(each.filename).stem == module]
    frame = here[-1] if here else last
    return f", {Path(frame.filename).name}, line {frame.lineno}: {frame.line}"


def demand_hooks(path: str, cls: type[Any], kinds: Sequence[type[Any]]) -> None:
    """Refuse a public method whose name is nearly that of a hook: it would never be called.

    Raises:
        KingmakerError: there is such a method, and the class has no method of the hook's own name.
    """
    base = next(kind for kind in kinds if issubclass(cls, kind))
    hooks = [name for name in dir(base) if not name.startswith("_") and callable(getattr(base, name))]
    for name, found in vars(cls).items():
        method = getattr(found, "__func__", found)
        if name.startswith("_") or name in hooks or not inspect.isfunction(method):
            continue
        near = difflib.get_close_matches(name, [hook for hook in hooks if hook not in vars(cls)], 1, MISSPELT)
        if near:
            raise KingmakerError(
                f"extensions: '{path}' has a method '{name}', which nothing calls. Did you mean '{near[0]}'? "
                f"The name of a helper begins with an underscore ({home(cls, method)})."
            )
