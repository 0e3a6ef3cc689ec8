"""The libraries of the model without what hangs on them: pandas, networkx and others wait for their first use.

Mesa imports all of it for spaces, batches and data frames, which a worker has no use for, and its start is then spent
on that. Nothing is lost: what is left out stands in its place as a module that is imported when something of it is
asked for, by Python's own import with its locks. ``sys.modules`` never holds such a stand-in afterwards, so that every
later ``import`` of these names gives the whole module.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

# Modules, and the functions that are taken out of them at once. Of NumPy: SciPy's array layer takes over all that NumPy
# has, and thereby its tests and its translator of Fortran.
LATER: Mapping[str, Sequence[str]] = {
    "mesa.batchrunner": ("batch_run",),
    "mesa.experimental": (),
    "networkx": (),
    "numpy.f2py": (),
    "numpy.testing": (),
    "pandas": (),
}


def load() -> None:
    """Import Mesa, the functions that the model takes from SciPy, and pyarrow, without what they do not need for it.

    To be called where a process of this project begins; what is imported by then is left as it is. A thread does it, as
    Mesa reads the sources of all its callers when it is imported, and a thread has few.
    """
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_load).result()


def _load() -> None:
    with _later(LATER):
        import mesa  # noqa: F401
        import scipy.special  # noqa: F401
    import pyarrow as pa

    if "pandas" in sys.modules:
        return
    # pyarrow looks once, at the first list or array that it is given, whether it must know pandas' types.
    with _asked_first(_Hidden("pandas")):
        pa.array([0.0])
    sys.meta_path.insert(0, _Afterwards("pandas", lambda: pa.lib._pandas_api.pd))


class _Later(ModuleType):
    """Stands for a module until something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        # The import itself and inspect look for such names; only for a path, where a part of a package is imported.
        if name.startswith("__") and (name != "__path__" or LATER[self.__name__]):
            raise AttributeError(name)
        return getattr(self._module(), name)

    def __dir__(self) -> Iterable[str]:
        return dir(self._module())

    def _module(self) -> ModuleType:
        name = self.__name__
        if sys.modules.get(name) is self:  # asked for while the stand-ins are being handed out
            del sys.modules[name]
        return importlib.import_module(name)


class _StandIns(MetaPathFinder, Loader):
    """Gives stand-ins to the thread that has asked for them, each once; other threads get the modules."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self.waiting = dict(names)
        self.given: dict[str, ModuleType] = {}
        self.thread = threading.get_ident()

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        if fullname not in self.waiting or threading.get_ident() != self.thread:
            return None
        return ModuleSpec(fullname, self)

    def exec_module(self, module: ModuleType) -> None:
        for function in self.waiting.pop(module.__name__):
            setattr(module, function, _function(module.__name__, function))
        module.__class__ = _Later
        self.given[module.__name__] = module


def _function(module: str, name: str) -> Callable[..., Any]:
    """A function that is imported when it is called."""

    def call(*args: Any, **options: Any) -> Any:
        return getattr(importlib.import_module(module), name)(*args, **options)

    call.__name__ = call.__qualname__ = name
    call.__module__ = module
    return call


@contextmanager
def _asked_first(finder: MetaPathFinder) -> Iterator[None]:
    """Within the block, the finder is asked for modules before all others."""
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


@contextmanager
def _later(names: Mapping[str, Sequence[str]]) -> Iterator[None]:
    finder = _StandIns(names)
    try:
        with _asked_first(finder):
            yield
    finally:
        for name, module in finder.given.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


class _Hidden(MetaPathFinder):
    """For one thread, a module that is not installed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.thread = threading.get_ident()

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname == self.name and threading.get_ident() == self.thread:
            raise ModuleNotFoundError(f"No module named '{fullname}'", name=fullname)


class _Afterwards(MetaPathFinder, Loader):
    """Does something once, right after a module is imported, whoever imports it."""

    def __init__(self, name: str, act: Callable[[], object]) -> None:
        self.name = name
        self.act = act
        self.loader: Loader

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(fullname)
        if spec is not None and spec.loader is not None:
            self.loader, spec.loader = spec.loader, self
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__ is not None
        module.__loader__ = module.__spec__.loader = self.loader
        self.loader.exec_module(module)
        self.act()
