"""Hosting in a running model: talks take months, first refusal, an outage at one cloud, growth of one lab."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kingmaker.agents.startup import EXCLUSIVE, FIRST_REFUSAL
from kingmaker.agents.types import CN, NONE
from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.model import ComputeEconomy
from tests.helpers import paired_interval

LIVELY = {"policy.interoperability": 0.8, "compute.second_chance": 0.4, "startups.number": 60}


def column(model: ComputeEconomy, name: str, population: str = "startups") -> np.ndarray:
    return np.asarray(model.populations[population].table.data[name]).copy()


@pytest.mark.parametrize("months", [1, 5])
def test_a_second_contract_is_signed_as_many_months_after_the_talks_began_as_negotiation_takes(months: int) -> None:
    model = ComputeEconomy(rng=3, months=30, **LIVELY, **{"compute.negotiation": float(months)})
    began = np.full((1, model.populations["startups"].slots), -1)
    ids = model.populations["startups"].table.ids.copy()
    signed = 0
    while model.running:
        talks, second = column(model, "second_talks"), column(model, "second")
        model.step()
        same = ids == model.populations["startups"].table.ids
        signs = same & (second == NONE) & (column(model, "second") != NONE) & (talks != NONE)
        assert (model.month - began[signs] == months).all()
        signed += int(signs.sum())
        fresh = (column(model, "second_talks") != NONE) & ((talks == NONE) | signs | ~same)
        began = np.where(fresh, model.month, began)
        ids = model.populations["startups"].table.ids.copy()
    assert signed > 5


def test_exclusive_labs_have_one_host_and_first_refusal_asks_it_for_everything() -> None:
    seen = set()
    model = ComputeEconomy.stack(
        [{"rng": seed, "clouds.outage": 0.7, "startups.number": 60} for seed in range(1, 5)], months=60
    )
    while model.running:
        model.step()
        kinds, second = column(model, "contract"), column(model, "second")
        assert (second[kinds == EXCLUSIVE] == NONE).all()
        assert (column(model, "used_second")[second == NONE] == 0.0).all()
        used, wanted = column(model, "used"), column(model, "wanted")
        assert (used <= wanted * (1.0 + 1e-12)).all()
        helped = (kinds == FIRST_REFUSAL) & (column(model, "used_second") > 0.0)
        seen |= {"second under first refusal"} if helped.any() else set()
    assert seen


def test_the_founding_exclusive_contract_is_a_dated_tie_with_a_term() -> None:
    model = ComputeEconomy(rng=1, months=1, **{"startups.number": 20})
    found: list[dict[str, Any]] = [
        data for _, _, data in model.partnerships.graph(month=0).edges(data=True) if data["subtype"] == "exclusive"
    ]
    assert [edge["term_months"] for edge in found] == [24.0]
    assert found[0]["since"] == "2019-07"
    assert found[0]["share"] == 1.0


def test_an_outage_takes_capacity_from_one_cloud_only() -> None:
    whole = ComputeEconomy(rng=1, months=1, **{"startups.number": 20}).run()
    hit = ComputeEconomy(rng=1, months=1, **{"startups.number": 20, "clouds.outage": 0.4, "clouds.outage_at": 2}).run()
    before, after = column(whole, "capacity", "clouds")[0], column(hit, "capacity", "clouds")[0]
    part = np.where(before > 0.0, after / np.where(before > 0.0, before, 1.0), 1.0)
    assert part[2] == pytest.approx(0.6)
    assert np.delete(part, 2) == pytest.approx(1.0)
    assert (column(hit, "compute", "clouds") == column(whole, "compute", "clouds")).all()  # the chips are still there


def test_a_row_of_the_data_that_does_not_exist_is_hit_by_nothing() -> None:
    nobody = {"startups.number": 20, "clouds.outage": 0.9, "clouds.outage_at": 1000}
    hit = ComputeEconomy(rng=1, months=3, **nobody, **{"services.fashion": 0.2, "services.fashion_for": 1000}).run()
    whole = ComputeEconomy(rng=1, months=3, **{"startups.number": 20}).run()
    for name in MEASURES:
        assert np.array_equal(hit.measures.array(name), whole.measures.array(name)), name


def test_fashion_makes_one_lab_grow() -> None:
    worlds = [{"rng": 2, "startups.number": 40, "services.fashion": rate} for rate in (-0.1, 0.0, 0.1)]
    model = ComputeEconomy.stack(worlds, months=18).run()
    sales = column(model, "revenue")[:, 0]
    assert sales[0] < sales[1] < sales[2]


def test_without_foreclosure_rivals_are_served_like_others() -> None:
    worlds = [{"rng": 4, "clouds.internal_priority": 0.9, "clouds.foreclosure": part} for part in (0.0, 0.3, 0.9)]
    model = ComputeEconomy.stack(worlds, months=30).run()
    penalty = model.measures.array("rival_penalty").mean(axis=0)
    assert penalty[0] == 0.0
    assert 0.0 < penalty[1] < penalty[2]


def test_newcomers_sign_their_first_contract_at_once() -> None:
    model = ComputeEconomy(rng=5, months=24, **{"startups.number": 60, "compute.negotiation": 24.0})
    while model.running:
        model.step()
        table = model.populations["startups"].table
        older = table.alive & (column(model, "wanted") > 0.0)
        assert (table.data["host"][older] != NONE).all()


def test_clouds_rent_from_clouds_without_models_of_their_own_and_not_over_the_border() -> None:
    model = ComputeEconomy(rng=3, months=24, **{"startups.number": 60})
    traded = 0.0
    while model.running:
        wanted = column(model, "wanted_inside", "clouds")
        model.step()
        clouds = model.populations["clouds"].table.data
        own = clouds["inside"] - clouds["rented"] - clouds["leased_used"]
        used = own + clouds["sold"] + clouds["leased_out"] + clouds["committed"]
        assert (used <= clouds["capacity"] * (1.0 + 1e-9) + 1e-9).all()
        idle = clouds["capacity"] - used
        for china in (True, False):
            here = (clouds["region"] == CN) == china
            here &= ~clouds["aggregate"]
            lessors = here & clouds["wholesale"] & ~clouds["develops"]
            waits = clouds["inside"][here] < wanted[here] * (1.0 - 1e-9) - 1e-6
            assert clouds["leased_out"][here].sum() == pytest.approx(clouds["rented"][here].sum())
            # nobody waits beside idle compute: own needs are met, or the lessors have nothing left
            assert not waits.any() or idle[lessors].sum() <= 1e-6 * clouds["capacity"][lessors].sum()
        assert not clouds["rented"][idle > 1e-6 * (1.0 + clouds["capacity"])].any()
        assert not clouds["leased_out"][clouds["develops"] | ~clouds["wholesale"]].any()
        traded += clouds["rented"].sum()
    assert traded > 0.0


def test_the_short_block_fills_what_stands_idle_in_the_shortage() -> None:
    seeds = range(1, 7)
    spot = {"compute.lease_purse": 0.0}  # nobody leases for years
    worlds = [{"rng": seed, "compute.wholesale": part, **spot} for part in (0.0, 1.0) for seed in seeds]
    model = ComputeEconomy.stack(worlds, months=24)
    used = np.zeros(len(worlds))
    while model.running:
        model.step()
        clouds = model.populations["clouds"].table.data
        lets = clouds["wholesale"] & ~clouds["develops"]
        runs = np.where(lets, clouds["utilisation"] * clouds["capacity"], 0.0).sum(axis=1)
        whole = np.where(lets, clouds["capacity"], 0.0).sum(axis=1)
        used += (model.month > 18) * runs / np.maximum(whole, 1e-9) / 6.0
    without, with_it = used[: len(seeds)], used[len(seeds) :]
    assert model.measures.array("wholesale_h100e")[:, : len(seeds)].max() == 0.0
    assert paired_interval(with_it - without)[0] > 0.0
