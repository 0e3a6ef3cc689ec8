"""The chip market's functions against their definitions, their limits and the real chips."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.environment.chips import chip_market as market
from kingmaker.environment.inputs.tables import read_tables

units = st.just(0.0) | st.floats(1e-9, 1e7)
weights = st.floats(0.01, 100.0)
buyers = st.lists(st.tuples(units, weights), min_size=1, max_size=12)


def ration(demand: np.ndarray, capacity: float, weight: np.ndarray) -> np.ndarray:
    return market.ration(demand[np.newaxis], np.array([[capacity]]), weight[np.newaxis])[0]


# --- rationing ----------------------------------------------------------------------------------


@given(buyers, units)
def test_nobody_gets_more_than_asked_and_all_is_given(given_: list[tuple[float, float]], capacity: float) -> None:
    demand, weight = (np.array(column) for column in zip(*given_, strict=True))
    got = ration(demand, capacity, weight)
    assert (got >= 0.0).all()
    assert (got <= demand).all()
    assert got.sum() == pytest.approx(min(capacity, demand.sum()), rel=1e-9, abs=1e-9)


@given(st.lists(units, min_size=1, max_size=12), units, weights)
def test_equal_weights_are_pro_rata(demands: list[float], capacity: float, weight: float) -> None:
    demand = np.array(demands)
    got = ration(demand, capacity, np.full(len(demand), weight))
    part = min(capacity / demand.sum(), 1.0) if demand.sum() > 0.0 else 0.0
    assert got == pytest.approx(part * demand, rel=1e-9, abs=1e-9)


@given(buyers, units, st.floats(1.0, 50.0))
def test_more_standing_never_gets_less(given_: list[tuple[float, float]], capacity: float, factor: float) -> None:
    demand, weight = (np.array(column) for column in zip(*given_, strict=True))
    favoured = weight.copy()
    favoured[0] *= factor
    scale = 1.0 + demand.sum()
    assert ration(demand, capacity, favoured)[0] >= ration(demand, capacity, weight)[0] - 1e-9 * scale


@given(buyers, units, st.floats(1.0, 10.0))
def test_a_larger_output_never_gives_anybody_less(
    given_: list[tuple[float, float]], capacity: float, factor: float
) -> None:
    demand, weight = (np.array(column) for column in zip(*given_, strict=True))
    less, more = ration(demand, capacity, weight), ration(demand, capacity * factor, weight)
    assert (more >= less - 1e-9 * (1.0 + demand.sum())).all()


def test_weighted_shares_before_anybody_is_capped() -> None:
    """Two buyers who want the same, one with twice the standing: two thirds and one third."""
    assert ration(np.array([100.0, 100.0]), 90.0, np.array([2.0, 1.0])) == pytest.approx([60.0, 30.0])


def test_what_a_capped_buyer_leaves_goes_to_the_others() -> None:
    got = ration(np.array([10.0, 100.0, 100.0]), 100.0, np.array([50.0, 1.0, 1.0]))
    assert got[0] == pytest.approx(10.0, rel=1e-6)
    assert got[1] == got[2] == pytest.approx(45.0, rel=1e-6)


def test_extreme_weights_still_give_everything_away() -> None:
    demand, weight = np.full(6, 100.0), 10.0 ** np.arange(-12.0, 12.0, 4.0)
    got = ration(demand, 350.0, weight)
    assert got.sum() == pytest.approx(350.0)
    assert (np.diff(got) >= -1e-9).all()


def test_nothing_wanted_or_nothing_there_gives_nothing() -> None:
    assert (ration(np.zeros(3), 10.0, np.ones(3)) == 0.0).all()
    assert (ration(np.ones(3), 0.0, np.ones(3)) == 0.0).all()


def test_each_row_is_rationed_by_itself() -> None:
    demand = np.array([[10.0, 20.0], [5.0, 5.0]])
    capacity = np.array([[15.0], [100.0]])
    assert market.ration(demand, capacity, np.ones((2, 2))).tolist() == [[5.0, 10.0], [5.0, 5.0]]


# --- export rule --------------------------------------------------------------------------------

# TPP (dense 8-bit performance x bit length), die mm2 and chip-to-chip interconnect of the makers' data sheets
REAL = {
    "A100": (4992.0, 826.0, 600.0),
    "A800": (4992.0, 826.0, 400.0),
    "H100": (15824.0, 814.0, 900.0),
    "H800": (15824.0, 814.0, 400.0),
    "H20": (2368.0, 814.0, 900.0),
    "L4": (1936.0, 294.0, 64.0),
}
SOLD = {  # what could be sold: none before October 2022; the 2022 rule; the 2023 rule
    0.0: set(REAL),
    2022.0: {"A800", "H800", "H20", "L4"},
    2023.0: {"H20"},
}


def sold(vintage: float, cap: float = 4800.0) -> set[str]:
    tpp, die, link = (np.array(column)[np.newaxis] for column in zip(*REAL.values(), strict=True))
    free = market.sellable_to_china(
        tpp, tpp / die, link, vintage=np.array([[vintage]]), cap=np.array([[cap]]),
        interconnect_limit=np.array([[600.0]]), dense_tpp=np.array([[1600.0]]), density_limit=np.array([[5.92]]),
    )  # fmt: skip
    return {name for name, yes in zip(REAL, free[0], strict=True) if yes}


@pytest.mark.parametrize("vintage", sorted(SOLD))
def test_real_chips_under_each_vintage(vintage: float) -> None:
    assert sold(vintage) == SOLD[vintage]


def test_an_infinite_cap_is_no_control_in_any_vintage() -> None:
    for vintage in SOLD:
        assert sold(vintage, np.inf) == set(REAL)


@given(st.sampled_from([2022.0, 2023.0, 2025.0]), st.floats(0.0, 20000.0), st.floats(0.0, 20000.0))
def test_a_tighter_cap_never_frees_a_chip(vintage: float, one: float, other: float) -> None:
    assert sold(vintage, min(one, other)) <= sold(vintage, max(one, other))


def test_the_cap_bites_at_its_own_figure() -> None:
    assert "H100" not in sold(2023.0, 15824.0)
    assert "H800" in sold(2022.0, 100.0)  # interconnect, not performance, set H800 and H100 apart
    assert "H20" not in sold(2023.0, 2000.0)


def test_the_chips_of_the_data_files_obey_the_history() -> None:
    rows = {row.id: row for row in read_tables().chips}
    for name in ("a100", "h100"):
        row = rows[name]
        args = (np.array([[row.tpp]]), np.array([[row.tpp / row.die_mm2]]), np.array([[row.interconnect_gbps]]))
        for vintage in (2022.0, 2023.0):
            assert not market.sellable_to_china(
                *args, vintage=np.array([[vintage]]), cap=np.array([[4800.0]]),
                interconnect_limit=np.array([[600.0]]), dense_tpp=np.array([[1600.0]]),
                density_limit=np.array([[5.92]]),
            ).any(), name  # fmt: skip


# --- makers, orders, waiting --------------------------------------------------------------------


def test_maker_shares_are_the_logit() -> None:
    utility = np.array([[[0.0], [1.0], [-0.5]]])
    offered = np.array([[[True], [True], [False]]])
    share = market.maker_shares(utility, offered)[0, :, 0]
    assert share == pytest.approx([1.0 / (1.0 + np.e), np.e / (1.0 + np.e), 0.0])


@given(st.lists(st.tuples(st.floats(-300.0, 300.0), st.booleans()), min_size=1, max_size=6))
def test_maker_shares_sum_to_one_where_anything_is_offered(given_: list[tuple[float, bool]]) -> None:
    utility, offered = (np.array(column)[np.newaxis, :, np.newaxis] for column in zip(*given_, strict=True))
    share = market.maker_shares(utility, offered)
    assert (share >= 0.0).all()
    assert (share[~offered] == 0.0).all()
    assert share.sum() == pytest.approx(1.0 if offered.any() else 0.0)


def test_orders_are_a_supply_line_and_hoarding_saturates() -> None:
    need, shortest = np.array([10.0]), np.array([3.0])

    def wants(lead: float, hoarding: float) -> float:
        return float(market.desired_orders(need, np.array([lead]), np.array([hoarding]), shortest)[0])

    assert wants(3.0, 2.0) == 30.0
    assert wants(9.0, 0.0) == 90.0
    assert 90.0 < wants(9.0, 0.5) <= 90.0 * 1.5
    assert wants(2.0, 1.0) == 20.0  # shorter than the shortest: nobody orders less than the line
    assert float(market.desired_orders(np.zeros(1), np.array([9.0]), np.array([1.0]), shortest)[0]) == 0.0


def test_lead_time_is_orders_over_shipments_within_bounds() -> None:
    def months(orders: list[float], shipped: list[float], longest: float = 48.0) -> float:
        shortest, most = np.array([[2.8]]), np.array([[longest]])
        return float(market.lead_time(np.array([orders]), np.array([shipped]), shortest, most)[0, 0])

    assert months([60.0, 40.0], [10.0, 10.0]) == pytest.approx(5.0)
    assert months([10.0], [10.0]) == 2.8
    assert months([0.0], [0.0]) == 2.8
    assert months([0.0], [5.0]) == 2.8
    assert months([10.0], [0.0]) == 48.0
    assert months([1e9], [1.0]) == 48.0
    assert months([1e9], [1.0], longest=30.0) == months([1.0], [0.0], longest=30.0) == 30.0


lines = st.lists(
    st.lists(st.tuples(st.floats(-50.0, 50.0), st.booleans()), min_size=1, max_size=5), min_size=1, max_size=4
)


@given(lines)
def test_the_shares_of_each_line_sum_to_one(given_: list[list[tuple[float, bool]]]) -> None:
    utility, ready = (
        np.array(column) for column in zip(*(product for line in given_ for product in line), strict=True)
    )
    starts = np.cumsum([0, *(len(line) for line in given_[:-1])])
    share = market.choose_products(utility[np.newaxis], ready, starts)[0]
    assert (share >= 0.0).all()
    assert (share[~ready] == 0.0).all()
    for start, line in zip(starts, given_, strict=True):
        some = any(released for _, released in line)
        assert share[start : start + len(line)].sum() == pytest.approx(1.0 if some else 0.0)


@given(st.floats(-5.0, 5.0), st.floats(-5.0, 5.0), st.floats(-40.0, 40.0))
def test_the_choice_in_a_line_is_a_logit_that_other_lines_do_not_move(one: float, other: float, apart: float) -> None:
    ready, starts = np.ones(3, dtype=np.bool_), np.array([0, 2])
    share = market.choose_products(np.array([[one, other, apart]]), ready, starts)[0]
    assert share[0] == pytest.approx(1.0 / (1.0 + np.exp(other - one)))
    assert share[2] == 1.0


# --- memory -------------------------------------------------------------------------------------

claimants = st.lists(st.tuples(units, units), min_size=1, max_size=8)


@given(claimants, units)
def test_memory_under_contract_comes_first_and_none_is_wasted(given_: list[tuple[float, float]], supply: float) -> None:
    claims, contracted = (np.array([column]) for column in zip(*given_, strict=True))
    got = market.served_first(claims, contracted, np.array([[supply]]))
    assert (got >= 0.0).all()
    assert (got <= claims * (1.0 + 1e-12)).all()
    assert got.sum() == pytest.approx(min(supply, claims.sum()), rel=1e-9, abs=1e-9)
    called = np.minimum(claims, contracted)
    if supply >= called.sum():
        assert (got >= called * (1.0 - 1e-9)).all()
    else:  # nobody gets any beyond its contract
        assert got == pytest.approx(called * (supply / called.sum()), rel=1e-9, abs=1e-9 + 1e-12 * supply)


def test_who_has_contracted_gets_its_memory_and_who_has_not_the_rest() -> None:
    got = market.served_first(np.array([[80.0, 80.0]]), np.array([[80.0, 0.0]]), np.array([[100.0]]))
    assert got.tolist() == [[80.0, 20.0]]


# --- the Chinese authorities' own block, and the price of chips there -----------------------------


@given(st.floats(0.0, 1.0))
def test_a_block_sends_its_part_of_the_need_home(block: float) -> None:
    free, home = np.array([[[0.9], [0.1]]]), np.array([[[0.0], [1.0]]])
    share = market.domestic_first(free, home, np.full((1, 1, 1), block))
    assert share[0, 0, 0] == pytest.approx(0.9 * (1.0 - block))
    assert share.sum() == pytest.approx(1.0)
    nobody = market.domestic_first(free, np.zeros_like(home), np.full((1, 1, 1), block))
    assert nobody.sum() == pytest.approx(1.0 - block)  # what nobody at home sells is not bought


@given(st.floats(1.0, 1e6), st.floats(1.0, 1e6), st.floats(0.2, 5.0))
def test_scarcity_makes_a_price_of_either_sign(wanted: float, held: float, elasticity: float) -> None:
    price = float(market.scarcity_price(np.array([[wanted]]), np.array([[held]]), np.array([[elasticity]]))[0, 0])
    assert price > 0.0
    assert (price > 1.0) == (wanted > held)
    assert held * price**elasticity == pytest.approx(wanted)
