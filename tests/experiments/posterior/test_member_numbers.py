"""The shipped members belong to today's model: its first ones give the numbers that they gave when they were fitted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kingmaker.experiments.posterior import rechecking
from kingmaker.experiments.posterior.fitting import FitPlan
from kingmaker.experiments.posterior.member_numbers import digest_of, numbers_digest
from kingmaker.experiments.posterior.members import Members, load_members


@pytest.fixture(scope="module")
def shipped() -> Members:
    return load_members()


def test_the_shipped_members_still_give_their_numbers(shipped: Members) -> None:
    plan = rechecking.plan_of(shipped)
    assert numbers_digest(shipped, plan) == shipped.source["numbers_digest"], "run: kingmaker posterior fit --ship"


def test_other_luck_gives_other_numbers(shipped: Members) -> None:
    plan = rechecking.plan_of(shipped)
    alone, other = shipped.first(1), replace(shipped, seeds=shipped.seeds + 1).first(1)
    assert numbers_digest(alone, plan) != numbers_digest(other, plan)


def test_rounding_gives_no_other_digest_and_a_change_does() -> None:
    said = np.array([[0.2, 3.7e5], [1.9e-18, np.nan]])
    rounded = np.array([[0.2 * (1.0 + 1e-13), 3.7e5 * (1.0 - 1e-13)], [0.0, np.nan]])
    assert digest_of(said) == digest_of(rounded)
    assert digest_of(said) != digest_of(said + np.array([[0.0, 0.01], [0.0, 0.0]]))


def test_a_model_that_gives_other_numbers_is_told(
    shipped: Members, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rechecking, "numbers_digest", lambda *_: "0" * 64)
    assert not rechecking._same_model(shipped, FitPlan())
    assert "OTHER numbers" in capsys.readouterr().out
    monkeypatch.setattr(rechecking, "numbers_digest", lambda *_: shipped.source["numbers_digest"])
    monkeypatch.setattr(rechecking, "source_digest", lambda: "0" * 64)
    assert rechecking._same_model(shipped, FitPlan())
    assert "has changed since" in capsys.readouterr().out
