"""Links: what goes in comes out, within limits; a scenario file of a setting gives the same numbers."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.page.choices import levers
from kingmaker.experiments.page.setting import (
    LARGEST_SEED,
    MONTHS,
    RUNS,
    VIEWS,
    LinkError,
    Place,
    Setting,
    make,
    presets,
    read_link,
    scenario_toml,
    write_query,
)


@st.composite
def asked(draw: st.DrawFn) -> Setting:
    chosen = draw(st.lists(st.sampled_from(sorted(levers())), unique=True, max_size=6))
    held = {key: draw(st.sampled_from(levers()[key].values)) for key in chosen}
    months = draw(st.sampled_from(MONTHS))
    since = {key: draw(st.integers(0, months - 1)) for key in chosen}  # 0: from the start
    return make(
        draw(st.sampled_from(sorted(presets()))), draw(st.integers(0, LARGEST_SEED)), months,
        draw(st.sampled_from(RUNS)), held, since,
    )  # fmt: skip


@given(asked(), st.integers(0, 107), st.sampled_from(("en", "fr")), st.sampled_from(VIEWS))
@settings(max_examples=60, deadline=None)
def test_a_link_comes_back_as_it_went(setting: Setting, month: int, language: str, view: str) -> None:
    place = Place(min(month, setting.months - 1), language, view)
    back, where = read_link(parse_qs(write_query(setting, place)))
    assert back == setting
    assert back.key == setting.key
    assert where == place
    assert where.faults == ()


@given(st.dictionaries(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=2), max_size=6))
@settings(max_examples=100, deadline=None)
def test_no_link_whatsoever_fails(query: dict[str, list[str]]) -> None:
    setting, place = read_link(query)
    assert setting.months in MONTHS
    assert setting.runs in RUNS
    assert 0 <= place.month < setting.months


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("months=100000", "allowed are 12"), ("runs=33", "allowed are 8"), ("seed=1e9", "whole number"),
        ("seed=-1", "whole number"), ("scenario=../../etc/passwd", "there is no"), ("policy.tax=0.2", "no lever"),
        ("startups.number=1000000", "no lever"), ("chips.moat=nan", "a number"), ("chips.moat=99", "0 to 6"),
        ("policy.exclusivity_ban=0.5", "whole number"), ("lang=xx", "allowed are en, fr"), ("view=x", "allowed are"),
        ("month=soon", "whole number"),
        ("chips.moat=2@soon", "not a month"), ("chips.moat=2@2031-01", "2022-02 to 2030-12"),
        ("chips.moat=2@1999-01", "before the first month"), ("chips.moat=@2024-01", "a number"),
        (f"chips.moat=2@{'9' * 999}", "not a month"), ("chips.capacity_growth=0.5", "0.02 to 0.3"),
    ],
)  # fmt: skip
def test_what_a_link_may_not_ask_is_named_and_left_out(link: str, says: str) -> None:
    setting, place = read_link(parse_qs(f"{link}&chips.kingmaker=2"))
    assert len(place.faults) == 1
    assert says in place.faults[0]
    assert setting == Setting(levers=(("chips.kingmaker", 2.0),))  # the rest is followed


def test_a_very_long_link_is_refused() -> None:
    setting, place = read_link({"scenario": ["x" * 5000]})
    assert setting == Setting()
    assert "too long" in place.faults[0]


def test_limits_hold_however_a_setting_is_made() -> None:
    with pytest.raises(LinkError, match="seed"):
        make("baseline", LARGEST_SEED + 1, 108, 16, {})
    with pytest.raises(LinkError, match="there is no 'base'"):
        make("base", 1, 108, 16, {})


def test_the_order_of_levers_does_not_matter() -> None:
    pins = {"chips.moat": 2.0, "policy.interoperability": 1.0}
    backwards = dict(reversed(pins.items()))
    assert make("baseline", 1, 108, 16, pins).key == make("baseline", 1, 108, 16, backwards).key


def test_every_part_that_numbers_depend_on_is_in_the_key() -> None:
    base = Setting()
    others = [Setting(seed=2), Setting(months=96), Setting(runs=8), Setting(scenario="interoperability"),
              Setting(levers=(("chips.moat", 2.0),)), Setting(levers=(("chips.moat", 2.1),)),
              Setting(levers=(("chips.moat", 2.0),), since=(("chips.moat", 5),)),
              Setting(levers=(("chips.moat", 2.0),), since=(("chips.moat", 6),))]  # fmt: skip
    assert len({setting.key for setting in (base, *others)}) == 9


def test_the_horizon_of_a_link_counts_wherever_it_stands() -> None:
    setting, place = read_link(parse_qs("chips.moat=2@2026-01&policy.trigger=0.5@2024-06&months=36"))
    assert setting.months == 36
    assert setting.starts == {"policy.trigger": 29}
    assert "comes into force in 2026-01" in place.faults[0]


def test_a_lever_that_comes_into_force_later_is_an_event_and_then_held() -> None:
    setting = make("baseline", 1, 108, 8, {"policy.egress_fee": 0.8}, {"policy.egress_fee": 40})
    events = [event for event in setting.resolved().events if "policy.egress_fee" in event.set]
    # the scenario's own event of April 2024 stands, those after May 2025 leave the lever alone
    assert [(event.month, event.set["policy.egress_fee"]) for event in events] == [(27, 0.25), (40, 0.8)]
    assert "policy.egress_fee" not in setting.resolved().parameters
    # others of the same event are not touched
    assert any(event.month == 45 and "policy.parallel_egress_fee" in event.set for event in setting.resolved().events)


def test_until_it_comes_into_force_a_lever_changes_nothing() -> None:
    held = make("baseline", 3, 36, 8, {"chips.capacity_growth": 0.2}, {"chips.capacity_growth": 20})
    model = ComputeEconomy.stack([held.world(), Setting(seed=3, months=36).world()], months=36).run()
    for name in ("lead_time_weeks", "compute_h100e", "rent_market_usd_per_hour"):
        lever, usual = model.measures.array(name).T
        assert np.array_equal(lever[:20], usual[:20]), name
    lever, usual = model.measures.array("lead_time_weeks").T
    assert not np.array_equal(lever[20:], usual[20:])


@pytest.mark.parametrize(
    ("scenario", "held", "since"),
    [
        ("baseline", {"policy.egress_fee": 1.0, "policy.export_cap_tpp": float("inf")}, {}),
        ("no_export_control", {"policy.exclusivity_ban": 1}, {}),
        ("tight_export_cap", {}, {}),
        # the first in the month of an event of the scenario that sets the same parameter
        ("baseline", {"policy.egress_fee": 0.8, "chips.moat": 0.5}, {"policy.egress_fee": 27, "chips.moat": 9}),
    ],
)
def test_the_scenario_file_gives_the_same_numbers(
    scenario: str, held: dict[str, float], since: dict[str, int], tmp_path: Path
) -> None:
    setting = make(scenario, 3, 60, 8, held, since)
    file = tmp_path / "mine.toml"
    file.write_text(scenario_toml(setting), encoding="utf-8")
    assert load_scenario(str(file)).months == 60
    ours = ComputeEconomy.stack([setting.world()], months=60).run()
    theirs = ComputeEconomy(str(file), rng=3, register=False).run()
    for name in MEASURES:
        assert np.array_equal(ours.measures.array(name), theirs.measures.array(name)), name
