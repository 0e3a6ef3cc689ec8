"""The environment: markets, ledger, policy and the month in which agents decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agents.errors import nearest

if TYPE_CHECKING:
    from environment.model import ComputeEconomy

__all__ = ["ComputeEconomy", "__version__"]


def __getattr__(name: str) -> Any:
    """Import the model only when it is asked for: it brings Mesa, NumPy and SciPy along."""
    if name == "ComputeEconomy":
        from environment.model import ComputeEconomy

        return ComputeEconomy
    if name == "__version__":
        from environment.provenance import kingmaker_version

        return kingmaker_version()
    raise AttributeError(f"module 'environment' has no attribute '{name}'.{nearest(name, __all__)}")


def __dir__() -> list[str]:
    """The public names, also before they are imported."""
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
