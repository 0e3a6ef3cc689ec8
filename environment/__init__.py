"""The environment: markets, ledger, policy and the month in which agents decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from environment.model import ComputeEconomy

__all__ = ["ComputeEconomy"]


def __getattr__(name: str) -> Any:
    """Import the model only when it is asked for: it brings Mesa, NumPy and SciPy along."""
    if name == "ComputeEconomy":
        from environment.model import ComputeEconomy

        return ComputeEconomy
    raise AttributeError(f"module 'environment' has no attribute '{name}'")
