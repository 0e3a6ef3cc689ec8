"""Partnership seen by a lab and by its host: clauses, what is asked and accepted, second hosts, rivals held back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.cloud import Cloud
from kingmaker.agents.startup import EXCLUSIVE, FIRST_REFUSAL, PLAIN, PREFERRED, Startup
from kingmaker.agents.types import NONE
from tests.helpers import firms, luck, parameters

P = parameters()
N = 4000
share = st.floats(0.0, 1.0)
contract = st.sampled_from([PLAIN, PREFERRED, EXCLUSIVE, FIRST_REFUSAL])


def lab(n: int = 1, **columns: object) -> Any:
    return firms(Startup, n, **({"weight": 1.0, "host": 0, "used": 1e5, "wanted": 1e5} | columns))


def at(value: float, n: int = 1) -> np.ndarray:
    return np.full((1, n), value)


def often(decision: np.ndarray) -> float:
    return float(decision.mean())


# --- clauses ----------------------------------------------------------------------------------------


def test_only_an_exclusive_lab_may_never_go_elsewhere() -> None:
    labs = lab(4, contract=np.array([PLAIN, PREFERRED, EXCLUSIVE, FIRST_REFUSAL]), host_fill=0.5)
    assert labs.may_multihome(P, at(1.0, 4))[0].tolist() == [True, True, False, True]
    assert not lab(host=NONE).may_multihome(P, at(1.0)).any()


def test_under_a_right_of_first_refusal_it_may_only_while_its_host_is_short_or_will_be() -> None:
    enough = float(P.compute.enough_fill[0, 0])
    served = lab(contract=FIRST_REFUSAL, host_fill=enough + 0.01)
    assert not served.may_multihome(P, at(1.0))[0, 0]
    assert served.may_multihome(P, at(enough - 0.01))[0, 0]
    assert lab(contract=FIRST_REFUSAL, host_fill=enough - 0.01).may_multihome(P, at(1.0))[0, 0]


@given(kind=contract)
def test_partners_pay_less_and_the_exclusive_one_least(kind: int) -> None:
    saved = float(lab(contract=kind).partner_saving(P)[0, 0])
    discount, bound = float(P.compute.preferred_discount[0, 0]), float(P.compute.exclusive_discount[0, 0])
    expected = {PLAIN: 0.0, PREFERRED: discount, FIRST_REFUSAL: discount, EXCLUSIVE: 1 - (1 - discount) * (1 - bound)}
    assert saved == pytest.approx(expected[kind])


def test_who_must_ask_its_host_first() -> None:
    labs = lab(4, contract=np.array([PLAIN, PREFERRED, EXCLUSIVE, FIRST_REFUSAL]))
    assert labs.asks_host_first()[0].tolist() == [False, False, True, True]


# --- exclusivity is bought ----------------------------------------------------------------------------


def accepted(vendor_share: float = 0.3, fill: float = 1.0, expected: float = 1.0, vendor: int = 0) -> float:
    labs = lab(N, vendor=vendor, vendor_share=vendor_share, fill=fill)
    return often(labs.accepts_exclusivity(P, at(expected, N), np.full((1, 1), 1.25), luck(N)))


def test_a_larger_stake_buys_exclusivity_more_often() -> None:
    chances = [accepted(vendor_share=part) for part in (0.0, 0.2, 0.5)]
    assert chances == sorted(chances)
    assert chances[0] < chances[-1] - 0.1
    assert accepted(vendor_share=0.5, vendor=1) == accepted(vendor_share=0.0)  # another cloud's stake buys nothing


def test_a_lab_that_is_or_will_be_short_keeps_its_freedom() -> None:
    well = accepted()
    assert accepted(fill=0.5) < well - 0.2
    assert accepted(expected=0.5) < well - 0.2


def test_exclusivity_ends_when_the_host_releases_when_it_has_no_stake_at_the_end_and_when_banned() -> None:
    def freed(banned: float = 0.0, **columns: object) -> bool:
        labs = lab(**({"contract": EXCLUSIVE, "term": 5.0, "vendor": 0} | columns))
        _, loosens = labs.reviews(P, np.zeros((1, 1), dtype=np.int32), np.full((1, 1), banned), luck(1))
        return bool(loosens.all())

    release = float(P.contracts.release[0, 0])
    assert not freed()
    assert not freed(strain=0.9 * release)
    assert freed(strain=1.1 * release)
    assert not freed(term=0.0)  # the host holds a stake in it
    assert freed(term=0.0, vendor=1)
    assert not freed(term=0.0, vendor=1, vendor_before=0)
    assert freed(banned=1.0)
    assert not freed(contract=PREFERRED, term=0.0, vendor=1, banned=1.0, strain=9.0)


def test_an_exclusive_lab_does_not_move_before_it_is_free() -> None:
    elsewhere = np.ones((1, 1), dtype=np.int32)
    bound = lab(contract=EXCLUSIVE, term=0.0, vendor=0)
    assert not bound.reviews(P, elsewhere, np.zeros((1, 1)), luck(1))[0].any()
    free = lab(contract=EXCLUSIVE, term=0.0, vendor=1)
    assert free.reviews(P, elsewhere, np.zeros((1, 1)), luck(1))[0].all()


# --- second hosts -------------------------------------------------------------------------------------


def adds(kept: float = 1.25, expected: float = 1.0, **columns: object) -> float:
    other = np.ones((1, N), dtype=np.int32)
    begins, _ = lab(N, **columns).weighs_second_host(P, other, at(expected, N), np.full((1, 1), kept), luck(N))
    return often(begins)


def test_need_unserved_now_or_soon_makes_labs_look_for_a_second_host() -> None:
    content = adds()
    assert adds(fill=0.5) > content + 0.05
    assert adds(expected=0.5) > content + 0.05


def test_cheaper_parallel_use_makes_for_more_second_hosts_and_a_partners_discount_for_fewer() -> None:
    assert adds(kept=0.0) > adds(kept=1.25)
    dear = parameters(compute__preferred_discount=0.5)
    other = np.ones((1, N), dtype=np.int32)
    partner = lab(N, contract=PREFERRED)
    fewer, _ = partner.weighs_second_host(dear, other, at(1.0, N), np.full((1, 1), 0.5), luck(N))
    more, _ = partner.weighs_second_host(P, other, at(1.0, N), np.full((1, 1), 0.5), luck(N))
    assert fewer.sum() < more.sum()


def test_nobody_adds_what_it_has_talks_about_or_may_not_have() -> None:
    assert adds(fill=0.3, second=1) == adds(fill=0.3, second_talks=1) == adds(fill=0.3, contract=EXCLUSIVE) == 0.0


@given(kind=contract, fill=share, now=share, ratio=st.floats(0.01, 100.0))
def test_a_split_is_a_share_and_nobody_without_a_second_host_has_one(
    kind: int, fill: float, now: float, ratio: float
) -> None:
    split = float(lab(contract=kind, second=1, host_fill=fill, second_share=now).splits(P, at(ratio), at(1.0))[0, 0])
    assert 0.0 <= split <= 1.0
    assert lab(contract=kind, host_fill=fill, second_share=now).splits(P, at(ratio), at(0.5))[0, 0] == 0.0


def test_the_split_follows_prices_and_service_and_first_refusal_leaves_only_the_rest() -> None:
    def split(ratio: float = 1.0, expected: float = 1.0, **columns: object) -> float:
        tenant = lab(**({"second": 1, "second_share": 0.3} | columns))
        return float(tenant.splits(P, at(ratio), at(expected))[0, 0])

    assert split(0.7) < split(1.0) < split(1.4)
    assert split(host_fill=0.5) > split(host_fill=1.0)
    assert split(contract=FIRST_REFUSAL, host_fill=0.8) == pytest.approx(0.2)
    assert split(contract=FIRST_REFUSAL, host_fill=1.0) == 0.0
    # what the host will leave is asked for when it does; others take a part of it in time
    assert split(contract=FIRST_REFUSAL, host_fill=1.0, expected=0.7) == 0.0
    assert split(host_fill=1.0, expected=0.7) > split(host_fill=1.0)


@given(least=st.floats(0.0, 0.1), most=st.floats(0.5, 0.95), now=share, ratio=st.floats(0.01, 100.0))
def test_a_split_moves_between_its_bounds(least: float, most: float, now: float, ratio: float) -> None:
    p = parameters(compute__second_least=least, compute__second_most=most, compute__second_drift=0.5)
    tenant = lab(second=1, second_share=now, host_fill=1.0)
    assert least <= float(tenant.splits(p, at(ratio), at(1.0))[0, 0]) <= most
    assert float(lab(second=1, second_share=1.0, host_fill=0.0).splits(p, at(100.0), at(1.0))[0, 0]) == most
    assert float(lab(second=1, second_share=0.0, host_fill=1.0).splits(p, at(1e-9), at(1.0))[0, 0]) >= least


def test_small_contracts_are_self_service_however_many_firms_a_slot_stands_for() -> None:
    line = float(P.compute.self_service[0, 0])
    labs = lab(3, used=np.array([0.9, 1.1, 1.1]) * line, weight=np.array([1.0, 1.0, 15.0]))
    assert labs.negotiates(P)[0].tolist() == [False, True, False]


# --- coopetition --------------------------------------------------------------------------------------


def test_a_rival_sells_a_model_near_the_hosts_own() -> None:
    gap = float(P.compute.rival_gap[0, 0])
    labs = lab(3, capability=np.array([25.0, 25.0 - 1.1 * gap, 25.0]), revenue=np.array([1.0, 1.0, 0.0]))
    assert labs.rivals_host(P, at(25.0, 3))[0].tolist() == [True, False, False]
    assert not labs.rivals_host(P, at(np.inf, 3)).any()


def test_foreclosure_needs_a_gain_and_pays_where_capacity_is_short() -> None:
    def held(diverted: float, relet: float, **columns: object) -> float:
        host = firms(Cloud, 1, **({"develops": True, "spot": 2.0} | columns))
        return float(host.holds_back(P, at(diverted), at(relet))[0, 0])

    full = float(P.clouds.foreclosure[0, 0])
    margin = (2.0 - float(P.compute.running_cost[0, 0])) * 730.5e-6
    break_even = margin / (1.0 - float(P.services.compute_cost_share[0, 0]))
    assert held(0.1 * break_even, 1.0) == full  # others rent what is withheld: nothing is lost
    assert held(0.0, 1.0) == 0.0
    assert held(0.99 * break_even, 0.0) == 0.0  # idle chips cost more than the users are worth
    assert held(1.01 * break_even, 0.0) == full
    assert held(10.0 * break_even, 1.0, develops=False) == 0.0


def test_only_a_host_that_serves_its_tenants_asks_for_exclusivity() -> None:
    limit = 1.0 - float(P.compute.enough_fill[0, 0])
    hosts = firms(Cloud, 3, rents_out=np.array([True, True, False]), shortage=np.array([0.9, 1.1, 0.0]) * limit)
    assert hosts.asks_exclusivity(P)[0].tolist() == [True, False, False]
