"""Links: what goes in comes out, within limits; a scenario file of a setting gives the same numbers."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from environment import ComputeEconomy
from environment.measures import MEASURES
from environment.scenario import load_scenario
from experiments.dashboard.choices import levers
from experiments.dashboard.setting import (
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
    return make(
        draw(st.sampled_from(sorted(presets()))), draw(st.integers(0, LARGEST_SEED)), draw(st.sampled_from(MONTHS)),
        draw(st.sampled_from(RUNS)), held,
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
        ("startups.number=1000000", "no lever"), ("chips.moat=nan", "a number"), ("chips.moat=99", "0 to 4"),
        ("policy.exclusivity_ban=0.5", "whole number"), ("lang=xx", "allowed are en, fr"), ("view=x", "allowed are"),
        ("month=soon", "whole number"), ("chips.capacity_growth=0.5", "0.02 to 0.3"),
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
              Setting(levers=(("chips.moat", 2.0),)), Setting(levers=(("chips.moat", 2.1),))]  # fmt: skip
    assert len({setting.key for setting in (base, *others)}) == 7


@pytest.mark.parametrize(
    ("scenario", "held"),
    [
        ("baseline", {"policy.egress_fee": 1.0, "policy.export_cap_tpp": float("inf")}),
        ("no_export_control", {"policy.exclusivity_ban": 1}),
        ("tight_export_cap", {}),
    ],
)
def test_the_scenario_file_gives_the_same_numbers(scenario: str, held: dict[str, float], tmp_path: Path) -> None:
    setting = make(scenario, 3, 60, 8, held)
    file = tmp_path / "mine.toml"
    file.write_text(scenario_toml(setting), encoding="utf-8")
    assert load_scenario(str(file)).months == 60
    ours = ComputeEconomy.stack([setting.world()], months=60).run()
    theirs = ComputeEconomy(str(file), rng=3, register=False).run()
    for name in MEASURES:
        assert np.array_equal(ours.measures.array(name), theirs.measures.array(name)), name
