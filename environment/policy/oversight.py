"""Measures of the rules of the game: complaints, procedures, fees paid, fines, remedies at work."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import positive
from kingmaker.agents.types import CN, FloatArray
from kingmaker.environment.chips.chip_market import exports_are_ruled
from kingmaker.environment.core.economy import Economy


def oversight(e: Economy) -> dict[str, FloatArray]:
    """This month's measures of the group "rules", each of shape (worlds,)."""
    clouds = e.clouds.view()
    sold = np.where(clouds.region == CN, 0.0, clouds.sold)
    total = sold.sum(axis=-1)
    bound = (sold * e.in_force.interoperability).sum(axis=-1) / positive(total)
    o, k, c = e.now.oversight, e.now.capital, e.now.compute
    counted = {
        "complaints": o.complaints, "inquiries_opened": o.inquiries_opened, "inquiries_open": o.inquiries_open,
        "gatekeepers": o.gatekeepers, "fines_musd": o.fines_musd, "stakes_signed": k.stakes_signed,
        "stakes_blocked": k.stakes_blocked, "stakes_unbundled": k.stakes_unbundled,
        "switching_fees_musd": c.switching_fees_musd, "parallel_fees_musd": c.parallel_fees_musd,
        "reserved_used_h100e": c.reserved_used_h100e, "small_fill_rate": c.small_fill_rate,
        "public_compute_h100e": c.public_compute_h100e,
    }  # fmt: skip
    return counted | {"interoperability_in_effect": bound} | _in_force(e, sold, total)


def _in_force(e: Economy, sold: FloatArray, total: FloatArray) -> dict[str, FloatArray]:
    """What law and remedies demand this month, each of shape (worlds,).

    Args:
        e: the economy.
        sold: compute rented out, H100e, (worlds, clouds); 0 for Chinese clouds.
        total: its sum, (worlds,).
    """
    f, p = e.in_force, e.p.policy
    ruled = exports_are_ruled(f.export_vintage, f.export_cap)
    values = {
        "exclusivity_ban_in_force": 1.0 - f.exclusivity,
        "reserved_in_force": f.reserve,
        "review_in_force": np.maximum(1.0 - f.review_bar, 0.0),
        "switching_fee_in_force": f.egress,
        "parallel_fee_in_force": f.parallel_egress,
        "sovereign_place_in_force": p.sovereign_place,
        "sovereign_owner_in_force": p.sovereign_owner,
        "site_grant_in_force": p.site_grant,
        "compute_fund_in_force": p.compute_fund_musd,
        "export_rule_in_force": np.where(ruled, f.export_vintage, 0.0),
        "export_cap_in_force": np.where(ruled, f.export_cap, 0.0),
        "export_quota_in_force": p.export_quota,
        "export_duty_in_force": p.export_duty,
        "export_licence_in_force": p.export_licence,
        "memory_control_in_force": f.memory_control,
        "import_block_in_force": f.import_block,
    }
    found = {name: np.broadcast_to(value, (e.worlds, 1))[:, 0].astype(np.float64) for name, value in values.items()}
    return found | {"duty_in_force": (sold * f.duty).sum(axis=-1) / positive(total)}
