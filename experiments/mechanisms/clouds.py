"""Rows C: clouds and partnerships."""

from __future__ import annotations

from experiments.mechanisms.row import Row, lever

ROWS: tuple[Row, ...] = (
    Row("C1", "what clouds keep for themselves first, tenants do not get", "cloud.kept_inside",
        *lever("clouds.internal_priority", 0.0, 0.9), "tenant_fill_rate", (12, 60), -1),
    Row("C3", "larger equity deals return more of clouds' own money as rent", "phases.finance.sign_stakes",
        *lever("capital.stake_share", 0.0, 0.2), "circularity", (36, 96), +1),
    Row("C8", "higher switching costs mean less switching", "startup.switching_cost",
        *lever("compute.switching_scale", 1.0, 10.0), "switching_rate", (24, 96), -1),
)  # fmt: skip

OPEN: dict[str, str] = {
    "C2": "that a ban ends exclusive contracts holds by construction; its effect on unmet need is not shown",
    "C4": "a partner's share of a lab's compute is not measured",
    "C5": "labs cannot build their own compute",
    "C6": "European clouds' access to chips has no lever of its own",
    "C7": "no effect of spillover on hosts' lead over start-ups found",
    "C9": "shortage everywhere raises multi-homing, but shortage at the own host alone cannot be varied",
    "C10": "the conflict between own use and tenants is not measured",
    "C11": "second contracts are signed without talks",
    "C12": "reactions of values are not measured",
    "C13": "stakes do not tie values yet",
}
