"""Compute, services, capital, technology and power: pure functions against definitions and textbook limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kingmaker.environment.capital import capital_market
from kingmaker.environment.chips import energy
from kingmaker.environment.chips.chip_market import cost_per_hour
from kingmaker.environment.compute import compute_market
from kingmaker.environment.knowledge import effective_compute
from kingmaker.environment.services import service_market
from kingmaker.environment.services.dimensions import reasoning_gain, valued
from tests.helpers import parameters

amounts = st.just(0.0) | st.floats(1e-9, 1e6)  # no amount is smaller than a thousandth of a cent
share = st.floats(0.0, 1.0)


def row(values: list[float]) -> np.ndarray:
    return np.array([values], dtype=np.float64)


# --- compute ------------------------------------------------------------------------------------


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=8))
def test_idle_compute_is_shared_in_full_by_the_shorter_side(pairs: list[tuple[float, float]]) -> None:
    wanted, idle = row([pair[0] for pair in pairs]), row([pair[1] for pair in pairs])
    got, let = compute_market.share_idle(wanted, idle)
    assert got.sum() == pytest.approx(min(wanted.sum(), idle.sum()))
    assert let.sum() == pytest.approx(got.sum())
    for part, whole in ((got, wanted), (let, idle)):
        assert (part <= whole * (1.0 + 1e-12)).all()
        assert part * whole.sum() == pytest.approx(part.sum() * whole)  # pro rata


@given(partners=amounts, others=amounts, rivals=amounts, weight=st.floats(0.05, 1.0), free=amounts)
def test_partners_are_served_first_and_capacity_is_kept(
    partners: float, others: float, rivals: float, weight: float, free: float
) -> None:
    fill, left = compute_market.serve_partners(row([partners]), row([free]))
    first = float(fill[0, 0])
    second, third = (float(f[0, 0]) for f in compute_market.fill_rates(row([others]), row([rivals]), weight, left))
    assert 0.0 <= first <= 1.0
    assert 0.0 <= second <= 1.0
    assert 0.0 <= third <= 1.0
    assert third <= second or not rivals or not others
    used = partners * first + others * second + rivals * third
    assert used <= free * (1.0 + 1e-9) + 1e-9
    assert used == pytest.approx(min(free, partners + others + rivals), rel=1e-9, abs=1e-9)
    if partners > 0.0 and others > 0.0 and second > 1e-6:
        assert first == pytest.approx(1.0)


def test_rivals_get_their_weight_of_what_others_get_and_the_rest_of_what_they_leave() -> None:
    def fills(left: float, weight: float) -> list[float]:
        return [float(f[0, 0]) for f in compute_market.fill_rates(row([60.0]), row([40.0]), weight, row([left]))]

    assert fills(50.0, 1.0) == [0.5, 0.5]  # pro rata, to the last bit
    assert fills(44.0, 0.7) == pytest.approx([0.5, 0.35])
    assert fills(88.0, 0.7) == pytest.approx([1.0, 0.7])
    assert fills(94.0, 0.7) == pytest.approx([1.0, 0.85])
    assert fills(100.0, 0.7) == [1.0, 1.0]


def test_need_that_grows_faster_than_supply_goes_unserved() -> None:
    def ahead(wanted: float, growth: float, supply: float) -> float:
        grows = np.exp(row([growth]) * 6.0)
        return float(compute_market.fill_ahead(row([wanted]), grows, row([supply]), row([100.0]))[0, 0])

    assert ahead(50.0, 0.0, 100.0) == 1.0
    assert ahead(50.0, 0.1, 100.0) == pytest.approx(100.0 / (100.0 + 50.0 * (np.exp(0.6) - 1.0)))
    assert ahead(5.0, 0.1, 100.0) > ahead(50.0, 0.1, 100.0)  # a small tenant does not outgrow its host
    assert ahead(50.0, -0.1, 100.0) == 1.0
    assert ahead(0.0, 0.1, 0.0) == 0.0


def test_spending_and_affordable_are_inverse() -> None:
    compute, rent = row([0.0, 1.0, 1234.0]), row([2.0, 2.0, 3.5])
    money = compute_market.spending(compute, rent)
    assert money[0, 1] == pytest.approx(2.0 * 730.5 * 1e-6)
    assert compute_market.affordable(money, rent) == pytest.approx(compute)
    assert compute_market.affordable(row([5.0]), row([0.0]))[0, 0] == 0.0


def test_cost_per_hour() -> None:
    """A chip of 30 k$ with half as much again for the building, over five years at 85 %: about 1.21 $, plus power."""
    cost = cost_per_hour(row([30.0]), row([1.5]), 60.0, row([0.85]), row([0.4]))
    assert cost[0, 0] == pytest.approx(45000.0 / (60 * 730.5 * 0.85) + 0.4)
    idle = cost_per_hour(row([30.0]), row([1.5]), 60.0, row([0.425]), row([0.4]))
    assert idle[0, 0] - 0.4 == pytest.approx(2.0 * (cost[0, 0] - 0.4))  # half the use, twice the cost


# --- services -----------------------------------------------------------------------------------

TASTES = {"quality_weight": 2.0, "distribution_weight": 1.0, "data_weight": 0.5, "price_sensitivity": 1.5}


def attraction(quality: list[float], price: list[float], mass: list[float]) -> np.ndarray:
    n = len(quality)
    tastes = {name: row([value]) for name, value in TASTES.items()}
    return service_market.attraction(
        row(quality), row([26.0]), np.full((1, n), 0.3), np.full((1, n), 0.2), row(price), row(mass), **tastes
    )


def test_attraction_is_the_logit_of_quality_and_price() -> None:
    a = attraction([26.0, 25.0, 26.0], [1.0, 1.0, 2.0], [1.0, 1.0, 1.0])[0]
    assert a[0] / a[1] == pytest.approx(np.exp(2.0))
    assert a[0] / a[2] == pytest.approx(2.0**1.5)


def test_attraction_grows_with_the_mass_and_not_with_the_grain() -> None:
    a = attraction([25.0, 25.0, 25.0], [1.0] * 3, [10.0, 5.0, 0.0])[0]
    assert a[0] == pytest.approx(2.0 * a[1])
    assert a[2] == 0.0


@given(st.floats(15.0, 32.0), st.floats(-2.0, 6.0), st.floats(0.0, 3.0), st.floats(0.0, 3.0))
def test_quality_at_even_weights_is_capability(capability: float, recipe: float, a: float, b: float) -> None:
    def quality(compute: float, algorithms: float) -> float:
        weights = {"compute_weight": row([compute]), "algorithm_weight": row([algorithms])}
        return float(service_market.quality(row([capability]), row([recipe]), **weights)[0, 0])

    assert quality(1.0, 1.0) == pytest.approx(capability)
    assert quality(a, 0.0) == pytest.approx(a * (capability - recipe))
    assert quality(a, b) == pytest.approx(quality(a, 0.0) + b * recipe)


def test_serving_gets_cheaper_with_own_and_with_common_efficiency() -> None:
    def unit(used: list[float], sales: list[float], best: float = 1.0, most: float = 1.5) -> np.ndarray:
        level, relative = service_market.unit_compute(
            row(used), row(sales), row([best]), gain=row([1.0]), own=row([0.3]), most=row([most])
        )
        return level * relative

    assert unit([0.0, 0.0], [1.0, 1.0], best=0.0) == pytest.approx(1.0)
    assert unit([1.0, 1.0], [1.0, 3.0]) == pytest.approx(0.1)
    before, after = unit([1.0, 0.2], [1.0, 1.0])[0], unit([1.0, 0.7], [1.0, 1.0])[0]
    assert after[0] < before[0]  # a laggard that learns makes the others' serving cheaper, too
    assert after[1] / after[0] < before[1] / before[0]
    assert unit([1.0, 0.2], [1.0, 0.0])[0, 0] == pytest.approx(0.1)  # who sells nothing teaches nobody
    level, bounded = unit([1.0, -3.0], [1.0, 0.0], most=0.5)[0]
    assert bounded / level == pytest.approx(10.0 ** (0.3 * 0.5))  # nobody serves worse than so far behind


@given(hnp.arrays(np.float64, (2, 6), elements=st.floats(0.0, 20.0)))
def test_reinforcement_learning_trades_tool_use_and_safety_for_reasoning(rl: np.ndarray) -> None:
    t = parameters().technology
    reasoning = reasoning_gain(rl, t)
    assert (reasoning >= 0.0).all()
    alone = [valued(reasoning, rl, one, t) for one in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))]
    assert alone[0] == pytest.approx(reasoning)
    assert (alone[1][rl > 1e-12] < 0.0).all()
    assert (alone[2][rl > 1e-12] < 0.0).all()
    everything = valued(reasoning, rl, (0.5, 0.2, 0.1), t)
    assert everything == pytest.approx(0.5 * alone[0] + 0.2 * alone[1] + 0.1 * alone[2], abs=1e-12)


@given(hnp.arrays(np.float64, (1, 5), elements=amounts), amounts)
def test_shares_sum_to_one(weights: np.ndarray, outside: float) -> None:
    suppliers, rest = service_market.shares(weights, row([outside]))
    assert (suppliers >= 0.0).all()
    total = suppliers.sum() + rest.sum()
    assert total == pytest.approx(1.0 if weights.sum() + outside > 0.0 else 0.0)


def test_rebound() -> None:
    """Above an elasticity of one a falling price raises spending, below one it lowers it (Jevons)."""
    cheap = row([0.5])
    assert service_market.volume_response(cheap, row([1.4]))[0, 0] > 1.0
    assert service_market.volume_response(cheap, row([1.0]))[0, 0] == 1.0
    assert service_market.volume_response(cheap, row([0.7]))[0, 0] < 1.0
    assert service_market.volume_response(row([1.0]), row([2.2]))[0, 0] == 1.0


def test_usefulness_is_logistic() -> None:
    useful = service_market.usefulness(row([20.0, 27.0, 34.0]), row([27.0]), row([0.7]))[0]
    assert useful[1] == 0.5
    assert useful[0] + useful[2] == pytest.approx(1.0)
    assert useful[0] < 1e-4


# --- capital ------------------------------------------------------------------------------------


def funded(
    asks: np.ndarray,
    merit: np.ndarray,
    money: np.ndarray,
    luck: np.ndarray,
    success: float,
    members: float,
    crowding: float = 0.0,
) -> np.ndarray:
    """What is granted of a table of asks (worlds, firms), by way of the list of those who ask."""
    world, firm = np.nonzero(asks)
    got = np.zeros_like(asks)
    got[world, firm] = capital_market.fund(
        asks[world, firm], merit[world, firm], world, money, money, luck[world, firm],
        np.full(len(asks), success), np.full(len(asks), crowding), np.full(len(world), float(members)),
    )  # fmt: skip
    return got


@given(
    hnp.arrays(np.float64, (2, 8), elements=amounts),
    hnp.arrays(np.float64, (2, 8), elements=st.floats(1e-3, 1e3)),
    hnp.arrays(np.float64, (2, 1), elements=amounts),
    hnp.arrays(np.float64, (2, 8), elements=st.floats(1e-9, 1.0 - 1e-9)),
    share,
    st.integers(1, 40),
)
def test_funds_never_place_more_than_they_have(
    asks: np.ndarray, merit: np.ndarray, money: np.ndarray, luck: np.ndarray, success: float, members: int
) -> None:
    got = funded(asks, merit, money[:, 0], luck, success, members)
    assert (got >= 0.0).all()
    assert (got <= asks).all()
    assert (got.sum(axis=-1) <= money[:, 0] * (1.0 + 1e-9)).all()
    assert (got[asks == 0.0] == 0.0).all()


def test_merit_and_luck_decide_who_is_funded() -> None:
    n = 40_000
    merit = np.tile([1.0, 3.0], n // 2)[np.newaxis]
    luck = np.random.default_rng(1).random((1, n))
    for members in (1.0, 5.0, 40.0):
        got = funded(np.ones((1, n)), merit, np.array([1e9]), luck, 0.1, members)[0]
        assert got.mean() == pytest.approx(0.1, abs=0.01)
        assert got[1::2].mean() / got[::2].mean() == pytest.approx(3.0, rel=0.15)
        # each of the members decides for itself: a binomial share (chances of 0.05 and 0.15)
        assert got[::2].var() == pytest.approx(0.05 * 0.95 / members, rel=0.1)
        assert got[1::2].var() == pytest.approx(0.15 * 0.85 / members, rel=0.1)
        assert set(np.unique(np.round(got * members, 9))) <= set(np.arange(members + 1.0))


def test_money_that_is_plenty_chases_deals() -> None:
    n = 40_000
    asks, luck = np.ones((1, n)), np.random.default_rng(2).random((1, n))

    def granted(money: float, crowding: float) -> float:
        return float(funded(asks, asks, np.array([money * n]), luck, 0.1, 10.0, crowding).mean())

    assert granted(0.05, 0.5) == pytest.approx(0.05, rel=0.05)  # scarce: all of it is placed
    assert granted(0.4, 0.0) == pytest.approx(0.1, rel=0.05)  # plenty, but investors take their time
    assert granted(0.4, 0.5) == pytest.approx(0.2, rel=0.05)
    assert granted(0.4, 1.0) == pytest.approx(0.4, rel=0.05)


def test_nobody_asks_nobody_gets() -> None:
    assert (funded(np.zeros((1, 3)), np.ones((1, 3)), np.array([5.0]), np.full((1, 3), 0.1), 0.5, 1) == 0.0).all()


def test_value_rises_with_sales_growth_cash_promise_and_mood() -> None:
    base = {
        "revenue": 10.0, "growth": 0.05, "cash": 50.0, "promise": 20.0, "mood": 0.5,
        "base_multiple": 4.0, "growth_multiple": 60.0, "growth_valued": 0.3, "value_mood": 0.5,
    }  # fmt: skip

    def value(**change: float) -> float:
        return float(capital_market.lab_value(**{k: row([v]) for k, v in (base | change).items()})[0, 0])

    for name, more in (("revenue", 20.0), ("growth", 0.1), ("cash", 100.0), ("promise", 90.0), ("mood", 0.9)):
        assert value(**{name: more}) > value(), name
    for name, more in (("base_multiple", 8.0), ("growth_multiple", 90.0), ("value_mood", 0.9)):
        assert value(**{name: more}) > value(), name
    assert value(growth=0.4) == value(growth=0.3) == value(growth=0.3, growth_valued=0.3)
    assert value(growth=0.4, growth_valued=0.4) > value(growth=0.4)  # growth counts as far as it is believed in
    assert value(growth=-0.4) == value(growth=0.0)
    nothing = dict.fromkeys(("revenue", "growth", "cash", "promise"), 0.0)
    assert value(**nothing) == 0.0


def test_news_moves_small_firms_more() -> None:
    returns = capital_market.announcement_return(row([5.0, 5.0, -5.0, 5.0]), row([100.0, 1e4, 100.0, 0.0]), row([0.8]))
    assert returns[0, 0] == pytest.approx(4.0 / 104.0)
    assert returns[0, 1] == pytest.approx(4.0 / 1e4, rel=1e-3)  # small beside the firm: surprise over value
    assert returns[0, 0] > returns[0, 1] > 0.0 > returns[0, 2]
    assert np.isfinite(returns).all()
    assert (np.abs(returns) <= 1.0).all()


# --- technology ---------------------------------------------------------------------------------

RULES = {"pace": row([0.04]), "diffusion": row([0.03]), "openness": row([0.06]), "induced": row([0.8])}


def research(algorithms: float, frontier: float, public: float, talent: float, scarcity: float) -> float:
    given = (row([x]) for x in (algorithms, frontier, public, talent, scarcity))
    return float(effective_compute.research(*given, **RULES)[0, 0])


@given(st.floats(-3, 5), st.floats(-3, 5), st.floats(-3, 5), share, share)
def test_knowledge_is_never_lost(own: float, frontier: float, public: float, talent: float, scarcity: float) -> None:
    assert research(own, frontier, public, talent, scarcity) >= own


def test_talent_scarcity_and_the_gap_quicken_research() -> None:
    assert research(0.0, 0.0, -9.0, 1.0, 0.0) == pytest.approx(0.04)
    assert research(0.0, 0.0, -9.0, 0.0, 0.0) == 0.0
    assert research(0.0, 0.0, -9.0, 1.0, 1.0) == pytest.approx(0.04 * 1.8)
    assert research(0.0, 1.0, -9.0, 1.0, 0.0) > research(0.0, 0.5, -9.0, 1.0, 0.0) > research(0.0, 0.0, -9.0, 1.0, 0.0)
    assert research(0.0, 0.0, 1.0, 0.0, 0.0) == pytest.approx(0.06)


@given(st.floats(15, 30), st.floats(15, 30), share, st.floats(0.0, 0.3), st.floats(0.0, 3.0))
def test_nobody_distils_past_the_teacher(own: float, frontier: float, talent: float, rate: float, gap: float) -> None:
    learned = float(effective_compute.distil(row([own]), row([frontier]), row([talent]), row([rate]), row([gap]))[0, 0])
    assert own <= learned <= max(own, frontier - gap) + 1e-9


def test_training_flop_of_a_known_run() -> None:
    """16 000 H100 for 54 days at 40 % utilisation: about 3e25 FLOP (Llama 3.1 405B: 3.8e25)."""
    month = float(effective_compute.training_flop(row([16_000.0]), row([0.40]))[0, 0])
    assert month * (54.0 / (730.5 / 24.0)) * 1e21 == pytest.approx(3e25, rel=0.1)


# --- power --------------------------------------------------------------------------------------


def test_power_of_ten_thousand_h100() -> None:
    """700 W each, times a PUE of 1.3: 9.1 MW."""
    assert energy.draw_mw(np.array([[[10_000.0, 0.0]]]), np.array([[[700.0, 400.0]]]), row([1.3]))[0, 0] == 9.1


@given(amounts, amounts, amounts)
def test_room_is_a_share_and_keeps_the_limit(wanted: float, used: float, capacity: float) -> None:
    room = float(energy.room_for(row([wanted]), row([used]), row([capacity]))[0, 0])
    assert 0.0 <= room <= 1.0
    if wanted > 1.0:
        assert used + wanted * room <= max(used, capacity) * (1.0 + 1e-9) + 1e-9


def test_power_is_dearer_where_it_is_refused() -> None:
    price, response = row([50.0]), row([1.0])
    assert energy.shadow_price(price, row([10.0]), row([1.0]), response)[0, 0] == 50.0
    assert energy.shadow_price(price, row([10.0]), row([0.0]), response)[0, 0] == 100.0
    assert energy.shadow_price(price, row([0.0]), row([0.0]), response)[0, 0] == 50.0


def test_monthly_bill() -> None:
    assert energy.monthly_bill(row([100.0]), row([60.0]))[0, 0] == pytest.approx(100.0 * 730.5 * 60.0 * 1e-6)
