"""Measures of the rules of the game: complaints, procedures, fees paid, fines, remedies at work."""

from __future__ import annotations

import numpy as np

from agents.cloud import Cloud
from agents.types import CN, FloatArray
from environment.economy import Economy

_COUNTED = (
    "complaints", "inquiries_opened", "inquiries_open", "gatekeepers", "fines_musd", "stakes_signed", "stakes_blocked",
    "stakes_unbundled", "switching_fees_musd", "parallel_fees_musd", "reserved_used_h100e", "small_fill_rate",
    "public_compute_h100e",
)  # fmt: skip


def oversight(e: Economy) -> dict[str, FloatArray]:
    """This month's measures of the group "rules", each of shape (worlds,)."""
    clouds: Cloud = e.populations["clouds"].view()
    sold = np.where(clouds.region == CN, 0.0, clouds.sold)
    total = sold.sum(axis=-1)
    bound = (sold * e.in_force["interoperability"]).sum(axis=-1) / np.where(total > 0.0, total, 1.0)
    return {name: e.now[name] for name in _COUNTED} | {"interoperability_in_effect": bound}
