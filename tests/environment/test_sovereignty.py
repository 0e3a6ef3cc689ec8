"""Sovereignty rules: who may serve whom, what is held back, what is measured."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.types import CN, EU
from kingmaker.environment.compute.sovereignty import servable
from kingmaker.environment.model import ComputeEconomy
from kingmaker.environment.policy.complaints import hear_complaints

share = st.floats(0.0, 1.0)
amount = st.just(0.0) | st.floats(1e-6, 1e6)


def one(value: float | bool) -> np.ndarray:
    return np.array([[value]])


@given(amount, amount, st.booleans(), share, share)
def test_a_part_is_between_nothing_and_all_and_room_is_not_exceeded(
    wants: float, room: float, at_home: bool, place: float, owner: float
) -> None:
    reach, bound = servable(one(wants), one(room), one(at_home), one(place), one(owner))
    held = max(place, owner)
    assert -1e-12 <= reach[0, 0] <= 1.0 + 1e-12
    assert 0.0 <= bound[0, 0] <= wants
    by_law = (reach[0, 0] - (1.0 - held)) * wants  # what it serves of what is bound
    assert by_law <= room + 1e-9 * max(wants, 1.0)


@given(amount, amount, st.booleans())
def test_without_a_rule_all_can_be_served(wants: float, room: float, at_home: bool) -> None:
    reach, bound = servable(one(wants), one(room), one(at_home), one(0.0), one(0.0))
    assert (reach[0, 0], bound[0, 0]) == (1.0, 0.0)


@given(st.floats(1.0, 1e6), st.floats(0.0, 1e6), st.booleans(), share, share, st.floats(0.0, 0.5))
def test_a_stricter_rule_never_lets_more_be_served(
    wants: float, room: float, at_home: bool, place: float, owner: float, more: float
) -> None:
    def reach(place: float, owner: float) -> float:
        return float(servable(one(wants), one(room), one(at_home), one(place), one(owner))[0][0, 0])

    assert reach(min(place + more, 1.0), owner) <= reach(place, owner) + 1e-9
    assert reach(place, min(owner + more, 1.0)) <= reach(place, owner) + 1e-9


def test_the_owner_rule_bars_foreign_clouds_and_the_place_rule_does_not() -> None:
    foreign, european = one(False), one(True)
    assert servable(one(10.0), one(100.0), foreign, one(0.0), one(1.0))[0][0, 0] == 0.0
    assert servable(one(10.0), one(100.0), european, one(0.0), one(1.0))[0][0, 0] == 1.0
    assert servable(one(10.0), one(100.0), foreign, one(1.0), one(0.0))[0][0, 0] == 1.0
    assert servable(one(10.0), one(5.0), foreign, one(1.0), one(0.0))[0][0, 0] == 0.5
    assert servable(one(10.0), one(0.0), foreign, one(1.0), one(0.0))[0][0, 0] == 0.0


@pytest.fixture(scope="module")
def ruled() -> dict[str, ComputeEconomy]:
    rules = {
        "none": {}, "place": {"policy.sovereign_place": 1.0}, "owner": {"policy.sovereign_owner": 1.0},
        "half": {"policy.sovereign_owner": 0.5},
    }  # fmt: skip
    return {
        name: ComputeEconomy.stack([{"rng": seed, **pins} for seed in range(3)], months=30).run()
        for name, pins in rules.items()
    }


def last(model: ComputeEconomy, name: str) -> np.ndarray:
    return np.asarray(model.measures.array(name)[-12:].mean(axis=0))


def test_what_must_stand_in_europe_does(ruled: dict[str, ComputeEconomy]) -> None:
    assert last(ruled["place"], "eu_hosted_at_home_share") == pytest.approx(1.0)
    assert last(ruled["owner"], "eu_hosted_at_home_share") == pytest.approx(1.0)
    assert last(ruled["owner"], "eu_hosted_by_europeans_share") == pytest.approx(1.0)
    assert (last(ruled["none"], "eu_hosted_at_home_share") < 0.7).all()
    assert (last(ruled["place"], "eu_hosted_by_europeans_share") < 0.5).all()  # the place is not the owner
    free, half = (last(ruled[name], "eu_hosted_by_europeans_share") for name in ("none", "half"))
    assert (half >= free).all()


def test_under_the_owner_rule_nobody_foreign_serves_a_european(ruled: dict[str, ComputeEconomy]) -> None:
    e = ruled["owner"].economy
    clouds, startups = e.clouds.view(), e.startups.view()
    assert (clouds.lawful[clouds.alive & (clouds.region != EU)] == 0.0).all()
    european = startups.alive & (startups.region == EU) & (startups.host >= 0)
    abroad = np.take_along_axis(clouds.region, np.maximum(startups.host, 0).astype(np.int64), axis=1) != EU
    stranded = european & abroad
    first = startups.used - startups.own_used - startups.used_elsewhere
    assert first[stranded] == pytest.approx(0.0, abs=1e-9)
    others = startups.alive & (startups.region != EU) & (startups.region != CN)
    assert (startups.used[others].sum()) > 0.0


def test_rules_in_force_are_measured(ruled: dict[str, ComputeEconomy]) -> None:
    assert (ruled["none"].measures.array("sovereign_place_in_force") == 0.0).all()
    assert (ruled["place"].measures.array("sovereign_place_in_force") == 1.0).all()
    assert (ruled["half"].measures.array("sovereign_owner_in_force") == 0.5).all()


def test_public_money_rents_what_stands_in_europe() -> None:
    model = ComputeEconomy.stack([{"rng": 1, "policy.compute_fund_musd": 100.0}], months=12).run()
    e = model.economy
    clouds = e.clouds.view()
    assert e.now.compute.public_compute_h100e[0] > 0.0
    assert (
        e.now.compute.public_compute_h100e[0] <= clouds.compute_eu.sum() * clouds.capacity.sum() / clouds.compute.sum()
    )
    assert clouds.bound[clouds.rents_out & (clouds.compute_eu > 0.0)].sum() > 0.0


def test_an_inquiry_names_a_firm_and_not_an_aggregate(ruled: dict[str, ComputeEconomy]) -> None:
    e = ruled["half"].economy
    clouds = e.clouds.view()
    revenue = clouds.cloud_revenue.copy()
    clouds.cloud_revenue = np.where(clouds.aggregate, 1e9, revenue)
    named = np.take_along_axis(clouds.aggregate, hear_complaints(e).target.astype(np.int64), axis=1)
    clouds.cloud_revenue = revenue
    assert not named.any()


def test_what_the_law_keeps_back_is_no_grievance_against_a_cloud(ruled: dict[str, ComputeEconomy]) -> None:
    e = ruled["half"].economy
    clouds = e.clouds.view()
    reach = clouds.lawful.copy()
    assert (reach < 1.0).any()
    hear_complaints(e)
    lawful = e.now.oversight.complaints.copy()
    clouds.lawful = np.ones_like(reach)
    hear_complaints(e)
    clouds.lawful = reach
    everybody = e.now.oversight.complaints
    assert (lawful < 0.9 * everybody).all()  # tenants that are short for other reasons still complain
