"""The event study: opposite signs, the size of the fact, and what it does where there is no event."""

from __future__ import annotations

from pathlib import Path

import pytest

from kingmaker.experiments.studies.event_study import FACTS, page, run_study


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


def test_the_page_of_the_docs_is_of_this_study() -> None:
    text = (Path(__file__).parents[2] / "docs" / "event_study.md").read_text(encoding="utf-8")
    assert text.split("|")[0] == page([]).split("|")[0]
    for fact in FACTS.values():
        assert f"{fact:+.1%}" in text
    assert "**no**" not in text
