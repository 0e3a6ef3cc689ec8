"""Kingmaker: an agent-based model of the AI-compute economy.

What a user needs stands here (``import kingmaker as km``) and is imported when it is first used. The code itself is in
the folders ``agents`` (who decides), ``environment`` (markets, ledger, policy, the month) and ``experiments`` (runs,
sweeps, studies, figures), imported as ``kingmaker.agents`` and so on.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # of typing, whose import takes a while in which Ctrl-C could not be told in words
if TYPE_CHECKING:
    from typing import Any

    from kingmaker.environment.model import ComputeEconomy
    from kingmaker.experiments.sweep.evaluate import evaluate
    from kingmaker.experiments.sweep.reading import load, query

    __version__: str

__all__ = ["ComputeEconomy", "__version__", "evaluate", "load", "query"]

_PLACES = {
    "ComputeEconomy": "kingmaker.environment.model",
    "evaluate": "kingmaker.experiments.sweep.evaluate",
    "load": "kingmaker.experiments.sweep.reading",
    "query": "kingmaker.experiments.sweep.reading",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from kingmaker.environment.inputs.provenance import kingmaker_version

        return kingmaker_version()
    if name not in _PLACES:
        from kingmaker.agents.errors import nearest

        raise AttributeError(f"module 'kingmaker' has no attribute '{name}'.{nearest(name, __all__)}")
    return getattr(importlib.import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    """The public names, also before they are imported."""
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
