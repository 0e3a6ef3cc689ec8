"""The model from outside: measures, months, seeds, stacks, streams, and Mesa's own tools on it."""

from __future__ import annotations

import inspect
import re

import mesa
import numpy as np
import pytest

from kingmaker.agents.cloud import Cloud
from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.member import SIGNED_UNITS, firm_ids
from kingmaker.agents.startup import Startup
from kingmaker.environment.core.measure_table import Measures
from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.core.streams import Streams
from kingmaker.environment.model import ComputeEconomy
from tests.helpers import bits

ASKED = {
    "chip_leader_share", "hhi_chips", "lead_time_weeks", "chip_price_kusd", "chips_delivered", "leader_revenue_musd",
    "inhouse_share", "capex_musd", "hhi_cloud", "hhi_cloud_all", "rent_list_usd_per_hour", "rent_market_usd_per_hour",
    "utilisation", "tenant_fill_rate", "switching_rate", "multihoming_share", "exclusive_share",
    "eu_hosted_at_home_share", "startups_alive", "startups_entered", "startups_failed", "startups_acquired",
    "frontier_labs", "funding_musd", "funding_pass_through", "circularity", "capability_frontier", "gap_open",
    "gap_china", "gap_follower", "model_diversity", "self_hosted_share", "adoption_share", "china_compute_share",
    "grey_market_share", "power_gw", "remedies_active", "ledger_residual",
}  # fmt: skip


@pytest.fixture(scope="module")
def run() -> ComputeEconomy:
    return ComputeEconomy(rng=1).run()


# --- measures -----------------------------------------------------------------------------------


def test_every_measure_asked_for_is_declared() -> None:
    assert set(MEASURES) >= ASKED
    for name, measure in MEASURES.items():
        assert measure.name == name
        for text in (measure.unit, measure.definition, measure.label, measure.group):
            assert text, name


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_is_recorded_and_finite(name: str, run: ComputeEconomy) -> None:
    values = run.measures.array(name)[:, 0]
    assert values.shape == (run.months,)
    assert np.isfinite(values).all()
    if MEASURES[name].unit.startswith(("0-1", "share")):
        assert (values >= 0.0).all()
        assert (values <= 1.0 + 1e-12).all()
    elif MEASURES[name].unit == "correlation":
        assert (np.abs(values) <= 1.0 + 1e-12).all()
    elif (
        not MEASURES[name].unit.startswith("log10")
        and MEASURES[name].unit not in SIGNED_UNITS
        and name not in ("ledger_residual", "grey_premium")
    ):  # logs, gaps, returns and a difference of prices have either sign
        assert (values >= 0.0).all()


def test_the_frame_has_one_row_a_month(run: ComputeEconomy) -> None:
    frame = run.measures.to_frame()
    assert list(frame.columns) == ["month", *MEASURES]
    assert frame.month.iloc[0] == "2022-01"
    assert frame.month.iloc[-1] == "2030-12"
    assert frame.month.is_unique


def test_a_stack_has_one_row_a_month_and_world() -> None:
    model = ComputeEconomy.stack([{"rng": 1}, {"rng": 2}], months=3).run()
    frame = model.measures.to_frame()
    assert list(frame.columns[:2]) == ["month", "world"]
    assert frame.world.tolist() == [0, 1] * 3
    single = ComputeEconomy(rng=2, months=3).run().measures.to_frame()
    other = frame[frame.world == 1].drop(columns="world").reset_index(drop=True)
    assert other.equals(single)


def test_a_missing_measure_is_named() -> None:
    with pytest.raises(KeyError, match="hhi_chips"):
        Measures(1).record({})


# --- streams ------------------------------------------------------------------------------------


def test_streams_are_stateless() -> None:
    ids = firm_ids(4, 3, np.arange(10))[np.newaxis]
    streams = Streams([5])
    first = streams.draws("entry", 3, ids).uniform()
    streams.world("entry", 3).uniform()
    assert bits(first) == bits(streams.draws("entry", 3, ids).uniform())
    assert bits(first) == bits(Streams([9, 5]).draws("entry", 3, np.tile(ids, (2, 1))).uniform()[1:])
    assert streams.world("entry", 3).uniform().shape == (1, 1)


# --- months and seeds ---------------------------------------------------------------------------


def test_a_model_stops_itself_at_its_months() -> None:
    model = ComputeEconomy(rng=1, months=3)
    assert model.running
    while model.running:
        model.step()
    assert model.month == len(model.measures) == 3
    model.run(10)
    assert model.month == 3


def test_run_takes_months_and_tells_its_progress() -> None:
    told: list[int] = []
    model = ComputeEconomy(rng=1, months=6).run(2, told.append)
    assert told == [1, 2]
    assert model.running
    assert model.run(progress=told.append).month == 6
    assert told == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("rng", [-1, 2**63, 1.5, True, "1"])
def test_an_impossible_seed_is_refused(rng: object) -> None:
    with pytest.raises(KingmakerError, match="rng is"):
        ComputeEconomy(rng=rng)


@pytest.mark.parametrize("months", [0, -3, 100_000, 1.5, True])
def test_impossible_months_are_refused(months: object) -> None:
    with pytest.raises(KingmakerError, match="months is"):
        ComputeEconomy(rng=1, months=months)


def test_no_seed_draws_one_that_can_be_used_again() -> None:
    one, other = ComputeEconomy(rng=None, months=2).run(), ComputeEconomy(rng=None, months=2).run()
    assert one.seed != other.seed
    again = ComputeEconomy(rng=one.seed, months=2).run()
    assert again.measures.to_frame().equals(one.measures.to_frame())


def test_an_unknown_parameter_is_refused_with_the_nearest() -> None:
    with pytest.raises(KingmakerError, match=r"Did you mean 'policy\.interoperability'"):
        ComputeEconomy(rng=1, **{"policy.interop": 1.0})


def test_stacks_that_cannot_be_are_refused() -> None:
    with pytest.raises(KingmakerError, match="at least one world"):
        ComputeEconomy.stack([])
    with pytest.raises(KingmakerError, match=r"startups\.number"):
        ComputeEconomy.stack([{"startups.number": 50}, {"startups.number": 60}])


def test_step_reads_as_a_straight_line() -> None:
    """One line a phase, no loop, no branch: the table of contents of the model."""
    source = inspect.getsource(ComputeEconomy.step)
    assert not re.search(r"^\s+(for|if|while|try|with)\b", source, re.MULTILINE)
    assert 20 <= len(re.findall(r"^\s*[^\s#]", source, re.MULTILINE)) <= 56
    assert len(re.findall(r"^ {8}# \w", source, re.MULTILINE)) == source.count("e.end_phase()")  # a title a section


def test_the_panel_holds_every_living_firm() -> None:
    model = ComputeEconomy(rng=1, months=3, panel=True).run()
    panel = model.panel_frame()
    assert sorted(panel.month.unique()) == ["2022-01", "2022-02", "2022-03"]
    now = panel[(panel.month == "2022-03") & (panel.population == "startups")]
    assert len(now) == int(model.populations["startups"].table.alive.sum())
    with pytest.raises(KingmakerError, match="panel=True"):
        ComputeEconomy(rng=1, months=1).panel_frame()


# --- Mesa ---------------------------------------------------------------------------------------


def test_agents_by_type_follow_entry_and_exit() -> None:
    model = ComputeEconomy(rng=2, months=30, **{"startups.failure_months": 8.0})
    seen = set()
    while model.running:
        model.step()
        for name, population in model.populations.items():
            living = int(population.table.alive.sum())
            assert len(population.agents) == living, name
            assert sum(len(model.agents_by_type.get(cls, [])) for cls, _ in population.blocks) == living
        seen |= {agent.unique_id for agent in model.agents_by_type[Startup]}
    assert len(seen) > len(model.agents_by_type[Startup])
    numbers = [agent.unique_id for agent in model.agents]
    assert len(set(numbers)) == len(numbers)


def test_agent_sets_select_get_and_aggregate() -> None:
    model = ComputeEconomy(rng=1, months=6).run()
    labs = model.agents_by_type[Startup]
    rich = labs.select(lambda lab: lab.cash > 50.0)
    assert 0 < len(rich) < len(labs)
    assert all(lab.cash > 50.0 for lab in rich)
    table = model.populations["startups"].table
    assert sum(labs.get("cash")) == pytest.approx(table.data["cash"].sum())
    assert labs.agg("cash", max) == table.data["cash"].max()
    assert len(model.agents.select(agent_type=Cloud)) == len(model.agents_by_type[Cloud])
    richest = labs.sort("cash", ascending=False)
    assert next(iter(richest)).cash == table.data["cash"].max()
    assert set(labs.groupby("region").groups) <= {0, 1, 2, 3}


def test_the_data_collector_holds_the_measures() -> None:
    model = ComputeEconomy(rng=1, months=5).run()
    frame = model.datacollector.get_model_vars_dataframe()
    assert list(frame.columns) == list(MEASURES)
    assert len(frame) == 5
    for name in ("services_musd", "startups_alive"):
        assert frame[name].tolist() == model.measures.array(name)[:, 0].tolist()


def batch(**given: object) -> list[dict[str, object]]:
    """Mesa's own sweep; later versions are told seeds by ``rng``, earlier ones by a parameter or ``iterations``."""
    usual = {"number_processes": 1, "data_collection_period": -1, "display_progress": False}
    rows: list[dict[str, object]] = mesa.batch_run(ComputeEconomy, **(usual | given))
    return rows


def test_batch_run_sweeps_parameters() -> None:
    swept = {"rng": [1, 2], "months": 3, "policy.interoperability": [0.0, 1.0]}
    if "rng" in inspect.signature(mesa.batch_run).parameters:
        rows = batch(parameters={key: value for key, value in swept.items() if key != "rng"}, rng=[1, 2])
    else:
        rows = batch(parameters=swept, iterations=1)
    assert len(rows) == 4
    assert {row["Step"] for row in rows} <= {2, 3}  # the last month; Mesa 3.3 counts from 0, later ones from 1
    for row in rows:
        assert row.keys() >= MEASURES.keys()
    pairs = {(row["policy.interoperability"], row["services_musd"]) for row in rows}
    assert len(pairs) == 4
    single = ComputeEconomy(rng=1, months=3).run()
    assert single.measures.latest("services_musd") in {value for _, value in pairs}


def test_batch_run_collects_every_month() -> None:
    own = "rng" in inspect.signature(mesa.batch_run).parameters
    given = {"parameters": {"months": 4}, "rng": [3]} if own else {"parameters": {"months": 4, "rng": 3}}
    rows = batch(**given, data_collection_period=1)
    single = ComputeEconomy(rng=3, months=4).run()
    assert [row["services_musd"] for row in rows] == single.measures.array("services_musd")[:, 0].tolist()


def test_batch_run_draws_seeds_of_its_own() -> None:
    """With ``rng=None`` every run draws a seed from the operating system."""
    if "rng" in inspect.signature(mesa.batch_run).parameters:
        rows = [*batch(parameters={"months": 2}, rng=[None]), *batch(parameters={"months": 2}, rng=[None])]
    else:
        rows = batch(parameters={"months": 2, "rng": [None]}, iterations=2)
    assert len(rows) == 2
    assert len({row["funding_musd"] for row in rows}) == 2


def test_mesas_own_scenario_is_left_alone() -> None:
    """Mesa 3.5 keeps an object under ``model.scenario``; ours is ``model.setting``."""
    model = ComputeEconomy("interoperability", rng=1, months=1)
    assert model.setting.name == "interoperability"
    assert not isinstance(getattr(model, "scenario", None), type(model.setting) | str)
