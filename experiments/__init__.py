"""What is asked of the model: the command, runs, sweeps and their results, figures.

``load``, ``query`` and ``evaluate`` are imported when they are first used.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # of typing, whose import takes a while in which Ctrl-C could not be told in words
if TYPE_CHECKING:
    from typing import Any

    from experiments.sweep.evaluate import evaluate
    from experiments.sweep.reading import load, query

__all__ = ["__version__", "evaluate", "load", "query"]

_PLACES = {
    "evaluate": "experiments.sweep.evaluate",
    "load": "experiments.sweep.reading",
    "query": "experiments.sweep.reading",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from environment.provenance import kingmaker_version

        return kingmaker_version()
    if name not in _PLACES:
        from agents.errors import nearest

        raise AttributeError(f"module 'experiments' has no attribute '{name}'.{nearest(name, __all__)}")
    return getattr(importlib.import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    """The public names, also before they are imported."""
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
