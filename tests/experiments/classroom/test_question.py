"""Questions: what goes into a link comes out, within limits; a scenario file of a question gives the same numbers."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.classroom.choices import levers
from kingmaker.experiments.classroom.visitor_question import (
    LARGEST_LUCK,
    MONTHS,
    MOST_STEPS,
    Question,
    QuestionError,
    make,
    presets,
    read,
    scenario_toml,
)


@st.composite
def asked(draw: st.DrawFn) -> Question:
    moves = {}
    for key in draw(st.lists(st.sampled_from(sorted(levers())), unique=True, max_size=5)):
        months = sorted(draw(st.sets(st.integers(0, MONTHS - 1), min_size=1, max_size=4)))
        moves[key] = [(month, draw(st.sampled_from(levers()[key].stops))) for month in months]
    return make(draw(st.sampled_from(sorted(presets()))), draw(st.integers(0, LARGEST_LUCK)), moves)


@given(asked())
@settings(max_examples=60, deadline=None)
def test_a_question_comes_back_as_it_went(question: Question) -> None:
    assert read(question.text) == question
    assert read(question.text + "&lang=fr&month=12&view=network").key == question.key


@given(st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_question_or_is_refused_in_a_sentence(text: str) -> None:
    with suppress(QuestionError):
        assert read(text).resolved().events is not None


@pytest.mark.parametrize(
    ("link", "where", "says"),
    [
        ("luck=1e9", "luck", "whole number"), ("luck=-1", "luck", "whole number"), ("luck=1000000", "luck", "999999"),
        ("scenario=../../etc/passwd", "scenario", "there is no"), ("policy.tax=0.2", "policy.tax", "no lever"),
        ("startups.number=1000000", "startups.number", "no lever"), ("chips.moat=nan", "chips.moat", "a number"),
        ("chips.moat=99", "chips.moat", "0 to"), ("policy.exclusivity_ban=0.5", "policy.exclusivity_ban", "whole"),
        ("chips.moat=2@soon", "chips.moat", "not a month"), ("chips.moat=2@2031-01", "chips.moat", "2029-12"),
        ("chips.moat=2@1999-01", "chips.moat", "before the first"), ("chips.moat=@2024-01", "chips.moat", "number"),
        ("chips.moat=2@2025-01,1@2024-01", "chips.moat", "must rise"), ("chips.moat=1,2", "chips.moat", "rise"),
        (f"chips.moat={'1,' * 60}1", "chips.moat", f"1 to {MOST_STEPS}"), ("x" * 5000, "", "too long"),
        ("chips.moat=", "chips.moat", "a number"), ("chips.moat=1e400", "chips.moat", "chips.moat"),
    ],
)  # fmt: skip
def test_what_a_link_may_not_ask_is_named(link: str, where: str, says: str) -> None:
    with pytest.raises(QuestionError, match=says) as told:
        read(link)
    assert told.value.where == where


def test_the_reference_is_the_empty_text_and_numbers_are_written_short() -> None:
    assert make().text == ""
    assert read("policy.egress_fee=0.50,1.0@2024-03&luck=1&scenario=baseline").text == "policy.egress_fee=0.5,1@2024-03"
    assert read("policy.export_cap_tpp=inf").text == "policy.export_cap_tpp=inf"


def test_the_order_of_levers_does_not_matter_and_the_luck_is_no_part_of_a_band() -> None:
    a, b = (read(text) for text in ("chips.moat=2&policy.interoperability=1", "policy.interoperability=1&chips.moat=2"))
    assert a.key == b.key
    assert read("chips.moat=2&luck=7").lucky == read("chips.moat=2").lucky


def test_a_lever_that_moves_twice_is_held_between_and_after() -> None:
    question = read("policy.egress_fee=0.8,0.3@2025-05")
    events = [event for event in question.resolved().events if "policy.egress_fee" in event.set]
    assert [(event.month, event.set["policy.egress_fee"]) for event in events] == [(40, 0.3)]
    assert question.resolved().parameters["policy.egress_fee"] == 0.8
    late = read("policy.egress_fee=0.8@2025-05")  # the scenario's own event of April 2024 stands, those after do not
    events = [event for event in late.resolved().events if "policy.egress_fee" in event.set]
    assert [(event.month, event.set["policy.egress_fee"]) for event in events] == [(27, 0.25), (40, 0.8)]


def test_the_scenario_file_gives_the_same_numbers(tmp_path: Path) -> None:
    question = read("policy.egress_fee=0.8,0.3@2022-06&policy.export_cap_tpp=inf&chips.moat=0.5@2022-10&luck=3")
    file = tmp_path / "kingmaker-scenario.toml"
    file.write_text(scenario_toml(question), encoding="utf-8")
    worlds = [{"scenario": scenario, "rng": 3} for scenario in (question.resolved(), load_scenario(file))]
    model = ComputeEconomy.stack(worlds, months=14).run()
    for name in ("lead_time_weeks", "rent_market_usd_per_hour", "startups_alive", "switching_rate"):
        ours, theirs = model.measures.array(name).T
        assert np.array_equal(ours, theirs, equal_nan=True), name
    usual = ComputeEconomy.stack([{"scenario": make().resolved(), "rng": 3}], months=14).run()
    shares = [one.measures.array("chip_leader_share")[:, 0] for one in (usual, model)]
    assert np.array_equal(shares[0][:9], shares[1][:9])  # the moat falls in October
    assert not np.array_equal(*shares)


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("as it was", "as fitted")), ("fr", ("tel quel", "tel qu'ajusté"))]
)
def test_the_stop_that_is_called_as_it_was_is_the_parameters_default(language: str, words: tuple[str, ...]) -> None:
    called = {
        key: [stop for stop, name in zip(lever.stops, lever.names[language], strict=True) if name.endswith(words)]
        for key, lever in levers().items()
    }
    told = {key: stops for key, stops in called.items() if stops}
    assert len(told) > 10
    assert told == {key: [levers()[key].declared.default] for key in told}
