"""What is measured of each point: a number a world, (worlds,), out of what the cases have shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from kingmaker.agents.arithmetic import ratio
from kingmaker.agents.types import FloatArray
from kingmaker.agents.units import YEAR
from kingmaker.experiments.studies.measured_points.point_cases import ASSUMED, OTHERWISE
from kingmaker.experiments.studies.measured_points.rent_turns import rises_again, turns
from kingmaker.experiments.studies.measured_points.watched import EVIDENCE, Seen

Cases = Mapping[str, Seen]
Measured = Callable[[Cases], FloatArray]
END_2023, END_2024, END_2025, END_2030 = 23, 35, 47, 107  # months since January 2022
MID_2026, START_2026, START_2027, END_2027 = 53, 48, 60, 71
G_USD, T_USD = 1e3, 1e6  # M$


@dataclass(frozen=True)
class PointNumber:
    """A number of a point.

    Attributes:
        point: 1 to 14.
        id: unique.
        words: what it is, with its unit.
        of: gives it for each world.
        share: whether it says of each world yes or no (1 or 0), so that its mean is what is stated.
        per_cent: whether it is shown in per cent.
    """

    point: int
    id: str
    words: str
    of: Measured
    share: bool = False
    per_cent: bool = False


def _year(name: str, year: int, case: str = "base") -> Measured:
    first = YEAR * (year - 2022)
    return lambda cases: cases[case].mean(name, first, first + YEAR - 1)


def _at(name: str, month: int, case: str = "base") -> Measured:
    return lambda cases: cases[case].mean(name, month, month)


def _mean(name: str, first: int, last: int) -> Measured:
    return lambda cases: cases["base"].mean(name, first, last)


def _sum(name: str, unit: float = 1.0) -> Measured:
    return lambda cases: np.asarray(cases["base"].of(name).sum(axis=0) / unit)


def _yearly(name: str, year: int) -> Measured:
    """G$ a year."""
    return lambda cases: np.asarray(_year(name, year)(cases) * YEAR / G_USD)


def _planned(name: str) -> Measured:
    """Its share of what owners plan for in December 2025."""

    def of(cases: Cases) -> FloatArray:
        parts = {kind: _at(f"planned_{kind}", END_2025)(cases) for kind in ("work", "training", "tenants")}
        return ratio(parts[name], np.asarray(sum(parts.values())))

    return of


def _slowest_growth(cases: Cases) -> FloatArray:
    work = cases["base"].of("planned_work")
    return np.asarray((work[YEAR:] / work[:-YEAR] - 1.0).min(axis=0))


def _capex_over_income(cases: Cases) -> FloatArray:
    """From 2024 to 2030."""
    seen, span = cases["base"], (END_2023 + 1, END_2030)
    income = sum(seen.mean(name, *span) for name in ("services_musd", "own_benefit_musd", "cloud_compute_musd"))
    return ratio(seen.mean("ai_capex_musd", *span), np.asarray(income))


def _more(name: str, case: str, first: int, last: int) -> Measured:
    """By how much more there is than in the baseline, over the same months and seeds."""
    return lambda cases: np.asarray(
        ratio(cases[case].mean(name, first, last), cases["base"].mean(name, first, last)) - 1.0
    )


def _elasticity(cases: Cases) -> FloatArray:
    compute, revenue = (
        1.0 + _more(name, "users2", END_2024 + 1, END_2025)(cases) for name in ("lab_compute", "lab_revenue")
    )
    return ratio(np.log(np.maximum(compute, 1.0)), np.log(np.maximum(revenue, 1.0)))


def _released(case: str) -> Measured:
    """Month since January 2022 in which the lab is bound to one cloud no more; the horizon where it stays bound."""

    def of(cases: Cases) -> FloatArray:
        bound = cases[case].of("lab_bound") > 0.0
        return np.where(bound.all(axis=0), len(bound), np.argmin(bound, axis=0)).astype(np.float64)

    return of


def _released_by(case: str, month: int) -> Measured:
    return lambda cases: np.asarray(_released(case)(cases) <= month, dtype=np.float64)


def _surge(cases: Cases) -> FloatArray:
    """The largest rise of the price by the month in 2027 over what it would have been."""
    prices = (cases[case].of("rent_market_usd_per_hour")[START_2027 : END_2027 + 1] for case in ("surge", "base"))
    return np.asarray(ratio(*prices).max(axis=0))


def _rent_turn(k: int) -> Measured:
    return lambda cases: turns(cases["base"].of("rent_market_usd_per_hour"))[k]


def _any(name: str, last: int) -> Measured:
    return lambda cases: np.asarray((cases["base"].of(name)[: last + 1] > 0.0).any(axis=0), dtype=np.float64)


def _evidence(k: int) -> Measured:
    """Of the first inquiry that an authority opens on evidence; NaN where none opens any."""

    def of(cases: Cases) -> FloatArray:
        opened, seen = cases["base"].of("opened") > 0.0, cases["base"].of("evidence")[..., k]
        month = np.argmax(opened.any(axis=-1), axis=0)
        worlds = np.arange(opened.shape[1])
        mine = np.where(opened[month, worlds], seen[month, worlds], 0.0).max(axis=-1)
        return np.where(opened.any(axis=(0, 2)), mine, np.nan)

    return of


def _first_inquiry(cases: Cases) -> FloatArray:
    opened = cases["base"].of("opened").any(axis=-1)
    return np.where(opened.any(axis=0), np.argmax(opened, axis=0), np.nan)


def _peak_month(cases: Cases) -> FloatArray:
    return np.asarray(np.argmax(cases["base"].of("complaints"), axis=0), dtype=np.float64)


def _less_no_block(cases: Cases) -> FloatArray:
    return np.asarray(
        _at("china_compute_share", END_2030, "no_block")(cases) - _at("china_compute_share", END_2030)(cases)
    )


def _chinese(year: int) -> Measured:
    return lambda cases: ratio(_year("chinese_chips", year)(cases), _year("chinese_chips", 2026)(cases))


def _fell(first: int, last: int) -> Measured:
    """Huawei's lowest month from ``first`` on over its highest in the year before that, to ``last``."""

    def of(cases: Cases) -> FloatArray:
        chips = cases["base"].of("chinese_chips")
        return ratio(chips[first : last + 1].min(axis=0), chips[first - YEAR : first].max(axis=0))

    return of


NUMBERS: tuple[PointNumber, ...] = (
    *(PointNumber(1, f"fill_{year}", f"what tenants get of what they want, {year} (0-1)",
                  _year("tenant_fill_rate", year)) for year in (2022, 2023, 2024)),
    PointNumber(1, "worst_fill", "the same of those without a reservation, worst month of April to December 2023 (0-1)",
                lambda cases: cases["base"].of("fill_unreserved")[15 : END_2023 + 1].min(axis=0)),
    PointNumber(1, "lab_unmet", "the leading lab's unmet need, 2024 and 2025 (0-1)",
                _mean("leading_lab_unmet_share", END_2023 + 1, END_2025)),
    PointNumber(2, "plan_work", "own work of clouds' owners in planned need, December 2025 (%)", _planned("work"),
                per_cent=True),
    PointNumber(2, "plan_training", "own training in planned need (%)", _planned("training"), per_cent=True),
    PointNumber(2, "plan_tenants", "tenants in planned need (%)", _planned("tenants"), per_cent=True),
    PointNumber(2, "work_slowest", "slowest growth of own work over twelve months, to 2030 (%)", _slowest_growth,
                per_cent=True),
    PointNumber(2, "capex", "AI capital spending, 2022 to 2030 (T$)", _sum("ai_capex_musd", T_USD)),
    PointNumber(2, "services", "AI services sold, 2022 to 2030 (T$)", _sum("services_musd", T_USD)),
    PointNumber(2, "rent", "rent of AI compute, 2022 to 2030 (T$)", _sum("cloud_compute_musd", T_USD)),
    PointNumber(2, "benefit", "what own work brings its owners, 2022 to 2030 (T$)", _sum("own_benefit_musd", T_USD)),
    PointNumber(2, "capex_over_income", "AI capital spending over AI income, 2024 to 2030 (ratio)",
                _capex_over_income),
    PointNumber(2, "belief_2030", "belief in fast growth, December 2030 (0-1)", _at("belief", END_2030)),
    PointNumber(3, "lease_term", "term of leases between clouds, December 2024 (months)",
                _at("lease_term_months", END_2024)),
    PointNumber(3, "committed", "new clouds' revenue under leases of years, 2024 (%)",
                _year("new_cloud_committed_share", 2024), per_cent=True),
    PointNumber(3, "debt", "CoreWeave's debt, December 2024 (M$)", _at("new_cloud_debt", END_2024)),
    PointNumber(3, "debt_over_revenue", "CoreWeave's debt over its revenue of 2024 (ratio)",
                lambda cases: ratio(_at("new_cloud_debt", END_2024)(cases),
                                    np.asarray(YEAR * _year("new_cloud_revenue", 2024)(cases)))),
    PointNumber(3, "other_clouds", "compute of the aggregate of other clouds, December 2024 (% of all clouds')",
                _at("aggregate_share", END_2024), per_cent=True),
    PointNumber(4, "users2_revenue", "OpenAI's sales of 2025 where users spend twice as much (% more)",
                _more("lab_revenue", "users2", END_2024 + 1, END_2025), per_cent=True),
    PointNumber(4, "users2_compute", "and its compute (% more)",
                _more("lab_compute", "users2", END_2024 + 1, END_2025), per_cent=True),
    PointNumber(4, "users2_elasticity", "elasticity of its compute to its sales (1)", _elasticity),
    *(PointNumber(5, f"venture_{year}", f"venture money paid to start-ups, {year} (G$)", _yearly("funding_musd", year))
      for year in (2022, 2024, 2026, 2028, 2030)),
    PointNumber(5, "agreed_2026", "venture agreed, stakes of clouds when signed, 2026 (G$)",
                _yearly("venture_musd", 2026)),
    PointNumber(5, "mega", "part of it in rounds of 100 M$ and more, December 2026 (%)",
                _at("mega_round_share", END_2025 + YEAR), per_cent=True),
    PointNumber(5, "money3", "venture of 2022 to 2030 where funds are promised three times as much (% more)",
                _more("funding_musd", "money3", 0, END_2030), per_cent=True),
    PointNumber(6, "rent_fell", "rent by the month: lowest of 2022 and 2023 over January 2022 (ratio)", _rent_turn(0)),
    PointNumber(6, "rent_rose", "then its highest to 2025 over that (ratio)", _rent_turn(1)),
    PointNumber(6, "rent_2030", "then December 2030 over that (ratio)", _rent_turn(2)),
    PointNumber(6, "both_ways", "runs in which it falls by a quarter, rises by a quarter and falls again (%)",
                lambda cases: rises_again(cases["base"].of("rent_market_usd_per_hour")), share=True),
    PointNumber(6, "surge", "rent of 2027 at its highest where users then spend three times as much (ratio)", _surge),
    PointNumber(7, "most_hosts", "most clouds that any lab holds a contract with, to 2030 (clouds)",
                lambda cases: cases["base"].of("most_hosts").max(axis=0)),
    PointNumber(7, "three_hosts", "runs in which a lab holds three or more (%)",
                lambda cases: np.asarray(cases["base"].of("most_hosts").max(axis=0) > 2.0, dtype=np.float64),
                share=True),
    PointNumber(7, "hosts_2030", "clouds of the leading lab, 2030 (clouds)", _year("leading_lab_hosts", 2030)),
    PointNumber(7, "released", "OpenAI bound to one cloud until (month since January 2022; 108: to the end)",
                _released("base")),
    *(PointNumber(7, f"released_{name}", f"runs in which it is free by December 2027: {says} (%)",
                  _released_by(name, END_2027), share=True)
      for name, says in (("base", "the baseline"), ("users_half", "users spend half as much"),
                         ("users2", "users spend twice as much"), ("install1", "chips run a month after delivery"),
                         ("install6", "chips run six months after delivery"))),
    *(PointNumber(7, f"released_term{n}", f"bound until, if first contracts have {n} months left (month; 72: longer)",
                  _released(f"term{n}")) for n in (12, 24, 48, 60)),
    *(PointNumber(7, f"released_{name}_{word}", f"bound until, if `{key}` is {says} (month; 72: longer)",
                  _released(f"{name}_{word}"))
      for name, key in ASSUMED.items() for word, (_, says) in OTHERWISE.items()),
    PointNumber(8, "gatekeepers_2026", "runs with a designated cloud by June 2026 (%)",
                _any("gatekeepers", MID_2026), share=True),
    PointNumber(8, "gatekeepers_2030", "runs with a designated cloud by December 2030 (%)",
                _any("gatekeepers", END_2030), share=True),
    PointNumber(8, "duty", "interoperability in effect without a duty, 2026 to 2030 (0-1)",
                _mean("interoperability_in_effect", START_2026, END_2030)),
    PointNumber(9, "leader_2030", "Nvidia's share of chipmakers' revenue, 2030 (%)",
                _year("first_maker_share", 2030), per_cent=True),
    PointNumber(9, "leader_rivals2", "the same where chips of AMD and Intel do twice as much from December 2023 on (%)",
                _year("first_maker_share", 2030, "rivals2"), per_cent=True),
    PointNumber(9, "leader_mean", "Nvidia's share, 2026 to 2030, as chips are (%)",
                _mean("first_maker_share", START_2026, END_2030), per_cent=True),
    PointNumber(9, "own_2030", "clouds' own chips in compute delivered, 2030 (%)", _year("inhouse_share", 2030),
                per_cent=True),
    PointNumber(10, "premium_least", "lowest grey premium of a month, from 2023 on (ratio)",
                lambda cases: cases["base"].of("grey_premium")[YEAR:].min(axis=0)),
    PointNumber(10, "premium_most", "highest grey premium of a month, from 2023 on (ratio)",
                lambda cases: cases["base"].of("grey_premium")[YEAR:].max(axis=0)),
    PointNumber(10, "no_block", "China's share of compute, December 2030: without its import block less with (%)",
                _less_no_block, per_cent=True),
    PointNumber(10, "huawei_2027", "compute of Huawei's chips of 2027 over that of 2026 (ratio)", _chinese(2027)),
    PointNumber(10, "huawei_2030", "compute of Huawei's chips of 2030 over that of 2026 (ratio)", _chinese(2030)),
    PointNumber(10, "huawei_low", "their lowest month of 2027 over their highest of 2026 (ratio)",
                _fell(START_2027, END_2027)),
    PointNumber(10, "huawei_low_2030", "their lowest month of 2030 over their highest of 2029 (ratio)",
                _fell(END_2030 - YEAR + 1, END_2030)),
    PointNumber(11, "europe_2024", "compute that stands in the European Union, December 2024 (%)",
                _at("eu_compute_share", END_2024), per_cent=True),
    PointNumber(11, "europe_2030", "compute that stands in the European Union, December 2030 (%)",
                _at("eu_compute_share", END_2030), per_cent=True),
    PointNumber(12, "acquired", "start-ups taken over by clouds, 2022 to 2030 (firms)", _sum("startups_acquired")),
    PointNumber(12, "hired", "solvent labs whose team is hired away, 2022 to 2030 (firms)", _sum("hire_aways")),
    PointNumber(12, "hired_runs", "runs in which one is (%)", _any("hire_aways", END_2030), share=True),
    PointNumber(13, "complaints_start", "complaints, first half of 2022 (firms a month)", _mean("complaints", 0, 5)),
    PointNumber(13, "complaints_2023", "complaints, 2023 (firms a month)", _year("complaints", 2023)),
    PointNumber(13, "complaints_2025", "complaints, 2025 (firms a month)", _year("complaints", 2025)),
    PointNumber(13, "complaints_peak", "when they are most (month since January 2022)", _peak_month),
    PointNumber(13, "inquiry_runs", "runs in which an inquiry is opened on evidence, to 2030 (%)",
                lambda cases: np.asarray(cases["base"].of("opened").any(axis=(0, 2)), dtype=np.float64), share=True),
    PointNumber(13, "inquiry", "the first inquiry opened on evidence (month since January 2022)", _first_inquiry),
    *(PointNumber(13, f"evidence_{name}", f"its evidence: {says} (score)", _evidence(k))
      for k, (name, says) in enumerate(zip(EVIDENCE, ("concentration", "tenants not served", "foreclosure", "stakes"),
                                           strict=True))),
)  # fmt: skip
