"""What the economy of commitments was to bring about (P1 to P14): a number a world for each aim, (worlds,)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from kingmaker.agents.arithmetic import ratio
from kingmaker.agents.calendar import month_number
from kingmaker.agents.types import FloatArray
from kingmaker.experiments.measured.commitment_patterns import over_boom, over_launch, over_list, paid_over_list, worst
from kingmaker.experiments.studies.measured_points.point_cases import CASES
from kingmaker.experiments.studies.measured_points.point_numbers import NUMBERS, Cases, Measured
from kingmaker.experiments.studies.measured_points.watched import Seen

NEEDED = tuple(case for case in CASES if case.name in ("base", "users2"))
LISTED, MARKET = "rent_list_usd_per_hour", "rent_market_usd_per_hour"
PER_CENT, G_USD = 100.0, 1e3
_POINTS = {number.id: number.of for number in NUMBERS}


def _span(first: str, last: str) -> tuple[int, int]:
    return month_number(first), month_number(last)


def _mean(name: str, first: str, last: str, factor: float = 1.0) -> Measured:
    return lambda cases: factor * cases["base"].mean(name, *_span(first, last))


def _sum(seen: Seen, name: str, first: str, last: str) -> FloatArray:
    start, end = _span(first, last)
    return np.asarray(seen.of(name)[start : end + 1].sum(axis=0))


def _over(part: str, whole: str, first: str, last: str, factor: float = 1.0) -> Measured:
    """One sum over another."""
    return lambda cases: factor * ratio(*(_sum(cases["base"], name, first, last) for name in (part, whole)))


def _year(name: str, year: int, factor: float = 1.0) -> Measured:
    return lambda cases: factor * _sum(cases["base"], name, f"{year}-01", f"{year}-12")


def _venture(first: str, last: str) -> Measured:
    """Money paid to start-ups, G$."""
    return lambda cases: _sum(cases["base"], "funding_musd", first, last) / G_USD


def _over_sales(name: str) -> Measured:
    """What stands at the end of 2024, over the new cloud's revenue of 2024."""
    return lambda cases: ratio(_mean(name, "2024-12", "2024-12")(cases), _year("new_cloud_revenue", 2024)(cases))


def _pattern(of: Callable[..., FloatArray], names: Sequence[str], first: str, last: str) -> Measured:
    """A pattern of :mod:`kingmaker.experiments.measured.commitment_patterns`, of the series ``names``."""
    return lambda cases: of(*(cases["base"].of(name) for name in names), *_span(first, last))


def _loss(cases: Cases) -> FloatArray:
    spent, sold = (_year(name, 2024)(cases) for name in ("lab_spending", "lab_revenue"))
    return PER_CENT * ratio(spent - sold, sold)


def _per_cent(of: Measured) -> Measured:
    return lambda cases: PER_CENT * of(cases)


AIMS: dict[str, Measured] = {
    "fill_2022": _mean("fill_unreserved", "2022-01", "2022-12"),
    "fill_2023": _pattern(worst, ["fill_unreserved"], "2023-04", "2023-12"),
    "fill_2024": _mean("fill_unreserved", "2024-07", "2024-09"),
    "lab_unmet": _mean("leading_lab_unmet_share", "2024-10", "2024-12"),
    "committed": _per_cent(_POINTS["committed"]),
    "lease_term": _POINTS["lease_term"],
    "backlog": _over_sales("new_cloud_backlog"),
    **{f"revenue_{year}": _year("new_cloud_revenue", year) for year in (2022, 2023, 2024)},
    "debt": _over_sales("new_cloud_debt"),
    "capex": _over("new_cloud_capex", "new_cloud_revenue", "2024-01", "2024-12"),
    "largest": _mean("new_cloud_largest", "2024-01", "2024-12", PER_CENT),
    "ahead": _over("signed_ahead_musd", "signed_musd", "2022-01", "2024-12", PER_CENT),
    "wait": _over("started_waits", "started_h100e", "2022-01", "2024-12"),
    "anchored": _pattern(paid_over_list, ["lab_rent", "lab_compute", LISTED], "2024-01", "2024-12"),
    "spot_2022": _pattern(over_list, ["rent_block_usd_per_hour", LISTED], "2022-08", "2022-08"),
    "block_2024": _pattern(over_list, ["rent_block_usd_per_hour", LISTED], "2024-10", "2024-12"),
    "peak": _pattern(over_launch, [MARKET], "2023-01", "2023-12"),
    "trough": _pattern(over_boom, [MARKET], "2024-10", "2024-10"),
    "elasticity": _POINTS["users2_elasticity"],
    **{f"venture_{year}_1": _venture(f"{year}-01", f"{year}-06") for year in (2022, 2023)},
    **{f"venture_{year}_2": _venture(f"{year}-07", f"{year}-12") for year in (2022, 2023)},
    **{f"venture_2024_{k}": _venture(f"2024-{3 * k - 2:02}", f"2024-{3 * k:02}") for k in (1, 2, 4)},
    "clouds_part": _mean("cloud_funding_share", "2023-12", "2023-12", PER_CENT),
    "inference": _over("lab_serving", "lab_compute", "2024-01", "2024-12", PER_CENT),
    "loss": _loss,
    "capex_over_income": _POINTS["capex_over_income"],
    "merchant": _per_cent(_POINTS["leader_mean"]),
    "own": _per_cent(_POINTS["own_2030"]),
}
