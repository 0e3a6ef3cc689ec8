"""Decisions of authorities: evidence, trigger, conclusion, remedy, fines, review; and how clouds answer them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.cloud import HYPERSCALER, Cloud
from kingmaker.agents.regulator import (
    EXCLUSIVITY_BAN,
    IN_FORCE,
    INQUIRY,
    INTEROPERABILITY,
    NO_REMEDY,
    PARTNERSHIP_REVIEW,
    RESERVED_CAPACITY,
    WATCHING,
    Regulator,
)
from tests.helpers import firms, parameters

P = parameters()
DECIDES = parameters(policy__remedies=1)
SCALE = float(P.policy.trigger[0, 0])
HYSTERESIS = float(P.policy.hysteresis[0, 0])
share = st.floats(0.0, 1.0)


def at(*values: float) -> np.ndarray:
    return np.array([values])


def weighed(authority: Regulator, *seen: float) -> float:
    return float(sum(authority.weigh_evidence(P, *(at(value) for value in seen)))[0, 0])


@given(before=st.lists(st.floats(0.0, 5.0), min_size=4, max_size=4), seen=st.lists(share, min_size=4, max_size=4))
def test_evidence_is_finite_and_not_negative(before: list[float], seen: list[float]) -> None:
    sorts = dict(zip(("concentrated", "short", "foreclosed", "tied"), before, strict=True))
    parts = firms(Regulator, 1, **sorts).weigh_evidence(P, *(at(value) for value in seen))
    assert all(np.isfinite(part).all() and (part >= 0.0).all() for part in parts)


@pytest.mark.parametrize("sort", range(4))
def test_each_sort_of_evidence_adds_weight(sort: int) -> None:
    seen = [0.3, 0.1, 0.1, 0.1]
    more = [value + 0.4 * (k == sort) for k, value in enumerate(seen)]
    authority = firms(Regulator, 1)
    assert weighed(authority, *more) > weighed(authority, *seen)


def test_concentration_counts_only_above_the_unconcentrated() -> None:
    floor = float(P.policy.hhi_floor[0, 0])
    assert weighed(firms(Regulator, 1), 0.9 * floor, 0.0, 0.0, 0.0) == 0.0


def test_evidence_settles_at_what_is_seen() -> None:
    authority = firms(Regulator, 1)
    for _ in range(300):
        parts = authority.weigh_evidence(P, at(0.3), at(0.2), at(0.1), at(0.4))
        authority.concentrated, authority.short, authority.foreclosed, authority.tied = parts
    expected = 0.2 * P.policy.hhi_weight + 0.2 * P.policy.complaint_weight + 0.1 * P.policy.foreclosure_weight
    expected = expected + 0.4 * P.policy.tied_weight
    assert sum(parts)[0, 0] == pytest.approx(float(expected[0, 0]))


def test_only_a_watching_authority_with_powers_and_evidence_opens_an_inquiry() -> None:
    enough = 1.01 * 0.25 * SCALE
    authority = firms(
        Regulator, 6, trigger=0.25,
        competition=np.array([True, False, False, True, True, True]),
        interoperability=np.array([False, True, False, False, False, False]),
        short=np.array([enough, enough, enough, 0.98 * enough, enough, 0.0]),
        stage=np.array([WATCHING, WATCHING, WATCHING, WATCHING, INQUIRY, WATCHING]),
    )  # fmt: skip
    dated = np.array([[False, False, False, False, False, True]])
    assert authority.opens_inquiry(P, dated)[0].tolist() == [True, True, False, False, False, True]


def test_all_sorts_of_evidence_together_pass_the_trigger() -> None:
    quarter = 0.26 * 0.2 * SCALE
    authority = firms(Regulator, 1, trigger=0.2, competition=True, concentrated=quarter, short=quarter,
                      foreclosed=quarter, tied=quarter)  # fmt: skip
    assert authority.opens_inquiry(P, at(False) > 0.5)[0, 0]


def test_harm_is_found_while_the_evidence_stands_which_takes_less_than_to_open() -> None:
    trigger = 0.25 * SCALE
    evidence = np.array([1.01, HYSTERESIS + 0.01, HYSTERESIS - 0.01]) * trigger
    authority = firms(Regulator, 3, trigger=0.25, competition=True, tied=evidence)
    assert authority.finds_harm(P)[0].tolist() == [True, True, False]
    assert authority.opens_inquiry(P, np.zeros((1, 3), dtype=np.bool_))[0].tolist() == [True, False, False]


SORTS = ("concentrated", "foreclosed", "short", "tied")
FITS = (INTEROPERABILITY, EXCLUSIVITY_BAN, RESERVED_CAPACITY, PARTNERSHIP_REVIEW)


@given(evidence=st.permutations([0.1, 0.2, 0.3, 0.4]))
def test_the_remedy_fits_the_strongest_evidence(evidence: list[float]) -> None:
    sorts = dict(zip(SORTS, evidence, strict=True))
    authority = firms(Regulator, 1, competition=True, interoperability=True, partnership_review=True, **sorts)
    assert authority.chooses_remedy(DECIDES, at(1.0))[0, 0] == FITS[evidence.index(0.4)]
    assert authority.chooses_remedy(P, at(1.0))[0, 0] == NO_REMEDY  # nor is any imposed by the law as it stands


def test_an_authority_imposes_only_what_is_in_its_power() -> None:
    sorts = {"concentrated": 0.4, "foreclosed": 0.2, "short": 0.1, "tied": 0.3}
    powers = {
        "competition": np.array([True, False, False, True, True]),
        "interoperability": np.array([True, True, False, False, True]),
        "partnership_review": np.array([False, False, True, False, True]),
        "advises": np.array([False, False, False, True, False]),
    }
    authority = firms(Regulator, 5, **powers, **sorts)
    none = [EXCLUSIVITY_BAN, NO_REMEDY, PARTNERSHIP_REVIEW, NO_REMEDY, PARTNERSHIP_REVIEW]
    assert authority.chooses_remedy(DECIDES, at(0.0))[0].tolist() == none
    some = [INTEROPERABILITY, INTEROPERABILITY, PARTNERSHIP_REVIEW, NO_REMEDY, INTEROPERABILITY]
    assert authority.chooses_remedy(DECIDES, at(2.0))[0].tolist() == some


def test_the_stricter_of_law_and_remedy_decides_what_is_tolerated() -> None:
    def bars(law: float) -> list[float]:
        p = parameters(policy__partnership_review=law, policy__remedy_review=0.6)
        authority = firms(
            Regulator, 4, partnership_review=np.array([True, True, False, True]),
            stage=np.array([WATCHING, IN_FORCE, IN_FORCE, IN_FORCE]),
            remedy=np.array([NO_REMEDY, PARTNERSHIP_REVIEW, PARTNERSHIP_REVIEW, EXCLUSIVITY_BAN]),
        )  # fmt: skip
        return [float(bar) for bar in authority.tolerates(p)[0]]

    assert bars(0.0) == [np.inf, pytest.approx(0.4), np.inf, np.inf]
    assert bars(0.9) == [pytest.approx(0.1), pytest.approx(0.1), np.inf, pytest.approx(0.1)]


def test_who_only_advises_does_not_fine() -> None:
    authority = firms(Regulator, 2, fine_share=0.1, advises=np.array([False, True]))
    assert authority.fines(P)[0].tolist() == [pytest.approx(0.1 * float(P.policy.fine_scale[0, 0])), 0.0]


# --- clouds under the law -----------------------------------------------------------------------


YEARS = float(P.policy.gatekeeper_years[0, 0])
TURNOVER, VALUE, USERS, FIRMS = (
    float(P.array(f"policy.gatekeeper_{name}")[0, 0])
    for name in ("turnover_musd", "value_musd", "users", "business_users")
)


def cloud(**columns: Any) -> Any:
    usual = {"rents_out": True, "type": HYPERSCALER, "large_years": YEARS, "used_years": YEARS, "ai_revenue": 1000.0}
    return firms(Cloud, 1, **(usual | columns))


def presumed(which: Any, size: float = 0.3) -> tuple[bool, bool]:
    by_users, by_share = which.meets_thresholds(P, at(size))
    return bool(by_users[0, 0]), bool(by_share[0, 0])


def test_a_gatekeeper_is_large_and_has_users_or_is_a_gateway() -> None:
    assert presumed(cloud()) == (True, True)
    assert presumed(cloud(used_years=YEARS - 1.0)) == (False, True)
    assert presumed(cloud(), size=0.1) == (True, False)
    assert presumed(cloud(large_years=YEARS - 1.0)) == (False, False)
    assert presumed(cloud(large_years=0.0, valued=True)) == (True, True)  # value makes up for turnover
    assert presumed(cloud(large_years=0.0, used_years=0.0, valued=True)) == (False, True)
    assert presumed(cloud(rents_out=False)) == (False, False)
    assert presumed(cloud(aggregate=True)) == (False, False)


def closed(years: float = 2.0, **columns: float) -> tuple[float, float, bool]:
    full = {"year_turnover": TURNOVER, "year_value": VALUE, "year_end_users": USERS, "year_business_users": FIRMS}
    large, used, valued = cloud(large_years=years, used_years=years, **(full | columns)).closes_year(P)
    return float(large[0, 0]), float(used[0, 0]), bool(valued[0, 0])


def test_a_financial_year_below_a_threshold_begins_the_count_anew() -> None:
    assert closed() == (3.0, 3.0, True)
    assert closed(year_turnover=0.999 * TURNOVER) == (0.0, 3.0, True)
    assert closed(year_value=0.999 * VALUE) == (3.0, 3.0, False)
    assert closed(year_end_users=0.999 * USERS) == (3.0, 0.0, True)  # end users alone do not do,
    assert closed(year_business_users=0.999 * FIRMS) == (3.0, 0.0, True)  # nor business users alone


@given(value=st.floats(0.0, 1e6), turnover=st.floats(0.0, 1e5), people=st.floats(0.0, 500.0), users=st.floats(0.0, 1e7))
def test_twelve_equal_months_make_the_year_that_they_say(
    value: float, turnover: float, people: float, users: float
) -> None:
    filed = (0.0, 0.0, 0.0, 0.0)
    names = ("year_turnover", "year_value", "year_end_users", "year_business_users")
    for _ in range(12):
        month = cloud(value=value, **dict(zip(names, filed, strict=True)))
        filed = tuple(float(part[0, 0]) for part in month.files_month(at(turnover), at(people), at(users)))
    assert filed == pytest.approx((12.0 * turnover, value, people, users))


@given(duty=share, fine=st.floats(0.0, 1e6), fined=st.booleans())
def test_compliance_is_full_when_it_pays_or_after_a_fine(duty: float, fine: float, fined: bool) -> None:
    level = float(cloud(fined=fined).complies(P, at(duty), at(fine))[0, 0])
    expected = 12.0 * float(P.policy.detection[0, 0]) * fine
    gain = 12.0 * float(P.policy.lock_in_gain[0, 0]) * 1000.0 * duty
    assert level == (1.0 if fined or expected >= gain else float(P.policy.compliance[0, 0]))
