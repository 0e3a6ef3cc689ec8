"""Comparisons over members on made-up worlds, where the truth is known: claims, what is open, where a sign flips."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.inputs.parameters import resolve
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.posterior.members import load_members
from kingmaker.experiments.stats import prim_box
from kingmaker.experiments.stats.paired import holm, paired
from kingmaker.experiments.stats.run_statistics import summarise
from kingmaker.experiments.studies.compare import comparison_figures, comparison_table, over_members
from kingmaker.experiments.studies.compare.comparison_table import CLAIM, HINT, NONE, ZERO, run_question, tabulate
from kingmaker.experiments.studies.compare.member_brief import signs
from kingmaker.experiments.studies.compare.question import Question, ask
from kingmaker.experiments.studies.compare.write_comparison import Options, asked_of
from kingmaker.experiments.studies.compare.write_members import compare_members, find_members
from kingmaker.experiments.sweep.stacks import World
from tests.some_members import KEYS, some_members

UP, TURNS, LUCK = "switching_rate", "hhi_cloud", "rent_market_usd_per_hour"


def made_up(
    worlds: Sequence[World], months: int, names: Sequence[str], *, statistics: Sequence[str] = (), advance: Any = None,
    **_: Any,
) -> Any:  # fmt: skip
    """The duty raises one measure always, another by how far a parameter is from its middle, a third by luck alone."""
    found = np.empty((len(names), months, len(worlds)))
    for k, world in enumerate(worlds):
        values = resolve({**world.setting.parameters, **world.held})
        events = [e.set.get("policy.interoperability", 0.0) for e in world.setting.events if e.month < months]
        duty = max([values["policy.interoperability"], *events])
        for m, name in enumerate(names):
            luck = np.random.default_rng([world.seed, zlib.crc32(name.encode())])
            level, noise = 1.0 + 0.1 * luck.standard_normal(), luck.standard_normal()
            effect = {UP: 0.5 + 0.01 * noise, LUCK: noise}.get(name, 0.0)
            if name == TURNS:
                effect = float(np.log(values["compute.price_sensitivity"] / 1.6)) + 0.01 * noise
            if name == "lead_time_weeks":
                level += float(values["compute.price_sensitivity"])
            found[m, :, k] = level + duty * effect
        if advance is not None:
            advance(1)
    if not statistics:
        return found
    return np.array([[summarise(rows.T, statistics)[name] for name in statistics] for rows in found])


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison_table, "simulate", made_up)
    monkeypatch.setattr(over_members, "simulate", made_up)


def question(n: int = 60, outcomes: Sequence[str] = (UP, TURNS, LUCK, "hhi_use"), **more: Any) -> Question:
    members = Replicates.of(some_members(n), digest="made up")
    named = [name for name in outcomes if name != "hhi_use"]
    return ask(
        "baseline", "interoperability", months=36, windows=("last12",), over=members, outcomes=named, level=0.9, **more
    )


def options(folder: Path) -> Options:
    return Options(folder / "out", quiet=True, figures=False, command=("compare", "a", "b"))


def test_a_sign_is_claimed_only_where_members_agree() -> None:
    found = find_members(replace(question(lucks=4)), options(Path()))
    rows = found.table.set_index("measure")
    assert rows.loc[UP, "claim"] == CLAIM
    assert rows.loc[UP, "p_up"] == 1.0
    assert rows.loc[UP, "difference"] == pytest.approx(0.5, abs=0.01)
    for name in (TURNS, LUCK):
        assert rows.loc[name, "claim"] == NONE
        assert rows.loc[name, "low"] < 0.0 < rows.loc[name, "high"]
    assert rows.loc[LUCK, "luck"] > 0.8
    assert rows.loc[TURNS, "luck"] < 0.05
    assert found.luck_members == 16


def test_the_parameter_that_flips_a_sign_is_named_and_luck_names_none() -> None:
    found = find_members(question(), options(Path()))
    turn = found.turns["last12", TURNS]
    assert turn is not None
    assert [driver.key for driver in turn.drivers] == ["compute.price_sensitivity"]
    assert "lead_time_weeks" in [trait.name for trait in turn.traits]
    alone = found.turns["last12", LUCK]
    assert alone is not None
    assert alone.drivers == ()
    assert ("last12", UP) not in found.turns


@pytest.mark.parametrize("prim", [True, False])
def test_the_brief_says_over_what_it_is_what_is_open_and_when_a_sign_flips(
    prim: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not prim:

        def missing() -> Any:
            raise KingmakerError("not installed")

        monkeypatch.setattr(prim_box, "load_prim", missing)
    compare_members(question(), options(tmp_path))
    brief = (tmp_path / "out/brief.md").read_text(encoding="utf-8")
    head = brief.split("## How to read this")[0]
    assert (
        "of 3 outcomes chosen beforehand, 1 has a sign that holds with 95 % over luck and parameters, 60 members"
        in head
    )
    assert "**Switching** rises" in head
    assert "**Market rent** " in head
    assert "none of the 5 parameters drawn goes with it clearly enough" in head
    assert "`compute.price_sensitivity` is at " in head
    assert f"*{MEASURES['lead_time_weeks'].label}* is " in head  # what the world looks like there
    flips = pd.read_csv(tmp_path / "out/flips.csv")
    assert set(flips.loc[flips["measure"] == TURNS, "name"]) >= {"compute.price_sensitivity", "lead_time_weeks"}
    boxed = flips.loc[flips["name"] == "compute.price_sensitivity", ["box_low", "box_high"]].notna().all(axis=None)
    assert bool(boxed) is prim
    dictionary = pd.read_csv(tmp_path / "out/data_dictionary.csv")
    for file in ("differences", "flips"):
        columns = set(pd.read_csv(tmp_path / f"out/{file}.csv").columns)
        assert columns == set(dictionary.loc[dictionary["file"] == file, "column"])
    assert len(load_members(tmp_path / "out/members.parquet")) == 60


def test_what_the_question_is_about_is_not_drawn_on_either_side() -> None:
    members = Replicates.of(some_members(4), digest="made up")
    asked = ask("baseline", "baseline", set_b={"startups.runway": 30.0}, months=6, over=members)
    assert "startups.runway" not in asked.drawn_keys
    assert set(asked.drawn_keys) == set(KEYS) - {"startups.runway"}
    shared = ask("short_memory", "short_memory", set_b={"policy.tax": 0.5}, months=6, over=Replicates.of(
        some_members(4, ("chips.memory_supply", "startups.runway"))))  # fmt: skip
    assert shared.drawn_keys == ("startups.runway",)  # both sides set the other alike


def test_pairs_share_seed_and_parameters_and_the_paths_name_the_member() -> None:
    asked = question(4)
    comparison = run_question(asked)
    paths = comparison.paths()
    assert list(paths.columns[:4]) == ["side", "member", "seed", "month"]
    assert set(paths["seed"]) == set(some_members(4).seeds)
    same = run_question(replace(asked, b=asked.a))
    assert np.array_equal(same.a, same.b)


def test_a_side_that_changes_nothing_is_exactly_zero_over_members(tmp_path: Path) -> None:
    members = Replicates.of(some_members(20), digest="made up")
    asked = ask("baseline", "baseline", months=4, over=members, windows=("mean",), outcomes=(UP, TURNS))
    found = compare_members(asked, options(tmp_path))
    assert set(found.table["claim"]) == {ZERO}
    assert "no difference. All 2 outcomes are exactly the same" in (tmp_path / "out/brief.md").read_text(
        encoding="utf-8"
    )


def test_too_few_members_claim_nothing_and_the_brief_says_so(tmp_path: Path) -> None:
    found = compare_members(question(8), options(tmp_path))
    assert not {CLAIM, HINT} & set(found.table["claim"])
    assert "no claim, as 8 members are too few: it takes 20" in (tmp_path / "out/brief.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        (("swithing_rate",), "--outcomes: there is no measure 'swithing_rate'. Did you mean 'switching_rate'?"),
        (("duty_in_force",), "--outcomes: 'duty_in_force' says what is in force"),
    ],
)
def test_outcomes_that_are_none_are_refused(outcomes: tuple[str, ...], told: str) -> None:
    with pytest.raises(KingmakerError) as fault:
        ask("baseline", "interoperability", months=6, outcomes=outcomes)
    assert told in str(fault.value)


def test_another_posterior_is_another_question_and_luck_is_the_one_it_was() -> None:
    luck = ask("baseline", "interoperability", months=36, replications=4)
    assert not {"over", "outcomes", "lucks"} & set(asked_of(luck, False, options(Path()).ends).facts)
    one, other = question(20), replace(question(20), drawn=Replicates.of(some_members(20), digest="another"))
    digests = {asked_of(each, False, options(Path()).ends).digest for each in (luck, one, other, question(21))}
    assert len(digests) == 4


def test_over_luck_the_table_is_that_of_students_t_and_holm() -> None:
    asked = ask("baseline", "interoperability", months=36, replications=6, windows=("last12",))
    comparison = run_question(asked)
    table = tabulate(comparison)
    t = paired(*comparison.in_window(asked.windows[0]), asked.level)
    for column in ("difference", "low", "high", "p_value", "p_sign"):
        assert np.array_equal(table[column].to_numpy(), getattr(t, column), equal_nan=True)
    assert np.array_equal(table["p_holm"].to_numpy(), holm(t.p_value))
    assert len(table) == len(asked.measures)
    family = tabulate(run_question(replace(asked, family=(UP, LUCK))))
    assert list(family["measure"]) == [UP, LUCK]
    two = holm(family["p_value"].to_numpy())
    assert np.array_equal(family["p_holm"].to_numpy(), two)  # corrected for two, not for all


def test_chosen_outcomes_are_drawn_alone_and_pages_fit_a_sheet() -> None:
    asked = question(20)
    ((group, chosen),) = comparison_figures.groups_of(asked)
    assert (group, chosen) == ("outcomes", list(asked.family))
    every = dict(comparison_figures.groups_of(question(20, ())))
    assert set(every) == {measure.group for measure in asked.measures.values()}
    assert sum(map(len, every.values())) == len(asked.measures)
    assert max(map(len, every.values())) > comparison_figures.PAGE  # which is why pages are made


@pytest.mark.parametrize(
    ("up", "down", "told"),
    [
        (1.0, 0.0, "up in all, down in 0 %"),
        (0.375, 0.625, "up in 37 %, down in 62 %"),  # rounded towards the doubt
        (0.375, 0.25, "up in 37 %, down in 25 %, exactly zero in 37 %"),
        (1.0 - 1e-12, 0.0, "up in all, down in 0 %"),
        (0.996, 0.0, "up in 99 %, down in 0 %, exactly zero in 0 %"),
    ],
)
def test_shares_say_in_how_many_nothing_changes(up: float, down: float, told: str) -> None:
    assert signs(SimpleNamespace(p_up=up, p_down=down)) == told
    assert signs(SimpleNamespace(p_up=up, p_down=down), " of them").startswith(told.split(",")[0] + " of them")
