"""The event study: opposite signs, the size of the fact, and what it does where there is no event."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kingmaker.experiments.studies.event_study import FACTS, Reaction, page, run_study


@pytest.mark.slow
@pytest.mark.mechanism
def test_both_hosts_react_with_the_sign_and_size_of_june_2025() -> None:
    winner, loser = run_study(24)
    assert winner.low > 0.0 > loser.high
    assert winner.holds, winner
    assert loser.holds, loser


@pytest.mark.mechanism
def test_deaf_investors_do_not_react() -> None:
    for reaction in run_study(4, **{"capital.news_response": 0.0}):
        assert reaction.mean == pytest.approx(0.0, abs=1e-12)
        assert not reaction.holds


def test_too_few_worlds_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        run_study(1)


def test_the_page_of_the_docs_is_of_this_study_over_members() -> None:
    text = (Path(__file__).parents[2] / "docs" / "event_study.md").read_text(encoding="utf-8")
    told = "with the size of the fact in view"
    assert text.split(told)[0] == page([]).split(told)[0]
    assert "Made by `kingmaker events --over posterior --members 64 --out docs`." in text
    rows = [line.split(" | ") for line in text.splitlines() if "(winner)" in line or "(loser)" in line]
    assert [row[1] for row in rows] == [f"{fact:+.1%}" for fact in FACTS.values()]
    assert [row[6] for row in rows] == ["yes", "yes"]  # the interval over members holds the fact
    conclusion = text.split(told)[1].split("Made by")[0]
    missed = [row[0].strip("| ").rsplit(" (", 1)[0] for row in rows if "no" in row[7]]
    assert ("the fact is within reach" in conclusion) == (not missed)
    assert all(firm in conclusion for firm in missed)  # what is not met is said


def test_the_page_says_where_a_size_is_off_and_whether_the_interval_holds_the_fact() -> None:
    right = Reaction("winner", "A", 0.02, 0.01, 0.005, 0.03, 0.006, 0.02, 9)
    small = Reaction("loser", "B", -0.01, -0.001, -0.02, -0.0005, -0.01, -0.001, 9)
    assert "the fact is within reach" in page([right])
    assert (
        "the signs are those of the facts; for B the size is not within a factor of 3 of the fact, though the "
        "interval holds it for B." in page([right, small])
    )
    turned = replace(small, mean=0.001, high=0.001)
    assert "for B sign or size is not within a factor of 3 of the fact" in page([right, turned])
