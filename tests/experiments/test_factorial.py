"""Factorials on made-up worlds: contrasts, a known interaction, designs that are none."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.parameters import DECLARATIONS, resolve
from kingmaker.environment.inputs.timeline import values_in_force
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.design.sweep_design import Design, load_design
from kingmaker.experiments.figures.factorial_figure import draw_effects
from kingmaker.experiments.figures.style import styled
from kingmaker.experiments.posterior.over import replicates_of_design
from kingmaker.experiments.stats.run_statistics import summarise
from kingmaker.experiments.stats.windows import read_window
from kingmaker.experiments.studies.compare.comparison_table import CLAIM, NONE, ZERO
from kingmaker.experiments.studies.compare.turn_words import Told
from kingmaker.experiments.studies.factorial import factorial_effects
from kingmaker.experiments.studies.factorial.factorial_brief import write_factorial_brief
from kingmaker.experiments.studies.factorial.factorial_effects import (
    AGAINST,
    INTERACTION,
    MAIN,
    contrast,
    effects_of,
    run_factorial,
    tabulate_effects,
)
from kingmaker.experiments.studies.factorial.factorial_question import FactorialQuestion, ask_factorial
from kingmaker.experiments.studies.factorial.write_factorial import (
    FactorialOptions,
    asked_of_factorial,
    cross_and_write,
    factorial_footer,
)
from kingmaker.experiments.sweep.plan import work_of
from kingmaker.experiments.sweep.stacks import World
from tests.figure_checks import problems
from tests.some_members import some_members

GRID = 'kind = "grid"\nmonths = 6\nmeasures = ["hhi_cloud", "switching_rate"]\nkeep = ["final"]\n[parameters]\n'
LEVERS = {
    "policy.interoperability": "[0.0, 1.0]",
    "policy.tax": "[0.1, 0.2, 0.3]",
    "policy.egress_fee": "[1.0, 0.5]",
}


def made_up(
    worlds: Sequence[World], months: int, names: Sequence[str], *, statistics: Sequence[str] = (), advance: Any = None,
    **_: Any,
) -> Any:  # fmt: skip
    """Luck of the pair cancels; each lever adds, and two of them add beyond the sum in one outcome."""
    found = np.empty((len(names), months, len(worlds)))
    for k, world in enumerate(worlds):
        values = resolve({**world.setting.parameters, **world.held})
        duty, tax, fee = (values[key] for key in LEVERS)
        for m, name in enumerate(names):
            luck = np.random.default_rng([world.seed, zlib.crc32(name.encode())])
            value, noise = 5.0 + luck.standard_normal(), 0.02 * luck.standard_normal()
            if name == "hhi_cloud":
                value += duty * (1.0 + noise) + 10.0 * (tax - 0.1) + (1.0 - fee) + 3.0 * duty * (1.0 - fee)
            found[m, :, k] = value
        if advance is not None:
            advance(1)
    return found if not statistics else np.array(
        [[summarise(rows.T, statistics)[name] for name in statistics] for rows in found]
    )  # fmt: skip


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factorial_effects, "simulate", made_up)


def design(folder: Path, *levers: str, text: str = GRID) -> Design:
    path = folder / "d.toml"
    path.write_text(text + "".join(f'"{key}" = {LEVERS[key]}\n' for key in levers), encoding="utf-8")
    return load_design(str(path))


def crossed(folder: Path, *levers: str, over: Replicates | None = None) -> FactorialQuestion:
    return ask_factorial(design(folder, *levers), over or Replicates.of(some_members(24)))


def table_of(question: FactorialQuestion) -> pd.DataFrame:
    return tabulate_effects(run_factorial(question))


def size(table: pd.DataFrame, kind: str, name: str) -> float:
    rows = table[(table["measure"] == "hhi_cloud") & (table["kind"] == kind) & (table["effect"] == name)]
    (value,) = rows["difference"]
    return float(value)


@pytest.mark.parametrize("over", [None, Replicates.luck(1, 24)])
def test_two_levers_give_what_each_does_alone_together_and_beyond_the_sum(
    over: Replicates | None, tmp_path: Path
) -> None:
    table = table_of(crossed(tmp_path, "policy.interoperability", "policy.egress_fee", over=over))
    assert size(table, AGAINST, "interoperability 1") == pytest.approx(1.0, abs=0.03)
    assert size(table, AGAINST, "egress fee 0.5") == pytest.approx(0.5)
    assert size(table, AGAINST, "interoperability 1 and egress fee 0.5") == pytest.approx(3.0, abs=0.03)
    assert size(table, MAIN, "interoperability 1") == pytest.approx(1.75, abs=0.03)
    assert size(table, MAIN, "egress fee 0.5") == pytest.approx(1.25)
    assert size(table, INTERACTION, "interoperability 1 × egress fee 0.5") == pytest.approx(1.5)
    assert set(table.loc[table["measure"] == "hhi_cloud", "claim"]) == {CLAIM}
    assert set(table.loc[table["measure"] == "switching_rate", "claim"]) == {ZERO}


def test_more_levels_and_levers_average_over_the_others(tmp_path: Path) -> None:
    question = crossed(tmp_path, *LEVERS)
    assert len(question.cells) == 12
    table = table_of(question)
    assert size(table, MAIN, "tax 0.2") == pytest.approx(1.0)
    assert size(table, MAIN, "tax 0.3") == pytest.approx(2.0)
    assert size(table, MAIN, "interoperability 1") == pytest.approx(1.75, abs=0.03)
    assert size(table, INTERACTION, "interoperability 1 × egress fee 0.5") == pytest.approx(1.5)
    for level in ("0.2", "0.3"):
        assert size(table, INTERACTION, f"interoperability 1 × tax {level}") == 0.0
    effects = effects_of(question)
    assert [sum(effect.kind == kind for effect in effects) for kind in (AGAINST, MAIN, INTERACTION)] == [11, 4, 5]
    for effect in effects:  # a contrast: a constant has no effect
        assert sum(effect.weights) == pytest.approx(0.0)
        assert contrast(np.full((12, 3), 7.3), effect.weights) == pytest.approx(0.0)


def test_luck_is_told_from_parameters_and_one_luck_tells_nothing(tmp_path: Path) -> None:
    rows = table_of(crossed(tmp_path, "policy.interoperability")).set_index("measure")
    assert rows.loc["hhi_cloud", "luck"] > 0.8  # only the seed moves the effect
    assert list(rows["kind"]) == [AGAINST, AGAINST]  # a single lever has no main effect beside
    one = ask_factorial(design(tmp_path, "policy.interoperability"), Replicates.of(some_members(24)), lucks=1)
    assert table_of(one)["luck"].isna().all()


def test_the_family_is_what_was_chosen_and_the_brief_says_all_it_must(tmp_path: Path) -> None:
    asked = ask_factorial(
        design(tmp_path, "policy.interoperability", "policy.egress_fee"), Replicates.of(some_members(24)),
        outcomes=("hhi_cloud",), windows=("final",),
    )  # fmt: skip
    cross_and_write(asked, FactorialOptions(tmp_path / "out", quiet=True))
    brief = (tmp_path / "out/brief.md").read_text(encoding="utf-8")
    page = brief.split("## How to read this")[0]
    figure = "![Effects with their 90 % intervals over luck and parameters, 24 members]"
    assert page.index(figure) < page.index("## What")
    assert "6 of 6 effects on 1 outcome chosen beforehand have a sure sign" in page
    assert "interoperability 1 × egress fee 0.5: more than the sum" in page
    assert "## All effects" in brief.split("## The question")[1]
    assert (tmp_path / "out/figures/effects.png").is_file()
    table = pd.read_csv(tmp_path / "out/effects.csv")
    assert set(table["measure"]) == {"hhi_cloud"}
    dictionary = pd.read_csv(tmp_path / "out/data_dictionary.csv")
    for file in ("effects", "outcomes", "flips"):
        columns = set(pd.read_csv(tmp_path / f"out/{file}.csv").columns)
        assert columns == set(dictionary.loc[dictionary["file"] == file, "column"]), file


def test_few_members_claim_nothing(tmp_path: Path) -> None:
    few = crossed(tmp_path, "policy.interoperability", over=Replicates.of(some_members(8)))
    assert set(table_of(few)["claim"]) <= {NONE, ZERO}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('kind = "lhs"\nsamples = 4\n[parameters]\n"policy.tax" = {}\n', "is of kind lhs; a factorial crosses levels"),
        ('kind = "grid"\n[parameters]\n"policy.tax" = [0.1]\n', "has no lever with two levels or more"),
        ('kind = "list"\n[[points]]\n"policy.tax" = 0.1\n[[points]]\n"policy.egress_fee" = 0.5\n',
         "its points are not all combinations"),
        ('kind = "list"\n[[points]]\n"policy.tax" = 0.1\n"policy.egress_fee" = 0.5\n[[points]]\n"policy.tax" = 0.2\n'
         '"policy.egress_fee" = 1.0\n', "its points are not all combinations"),
        ('kind = "grid"\n[parameters]\n"policy.tax" = { low = 0.1, high = 0.5, steps = 65 }\n', "crosses 65 comb"),
    ],
)  # fmt: skip
def test_a_design_that_is_no_factorial_is_refused(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "d.toml").write_text(text, encoding="utf-8")
    with pytest.raises(KingmakerError) as fault:
        ask_factorial(load_design(str(tmp_path / "d.toml")), Replicates.luck(1, 3))
    assert told in str(fault.value)


def test_a_list_of_all_combinations_is_one_and_its_first_point_the_reference(tmp_path: Path) -> None:
    points = "".join(
        f'[[points]]\n"policy.interoperability" = {duty}\n"policy.egress_fee" = {fee}\n'
        for duty, fee in ((0.0, 1.0), (1.0, 1.0), (0.0, 0.5), (1.0, 0.5))
    )
    (tmp_path / "l.toml").write_text('kind = "list"\nmonths = 6\nmeasures = ["hhi_cloud"]\n' + points, encoding="utf-8")
    asked = ask_factorial(load_design(str(tmp_path / "l.toml")), Replicates.of(some_members(24)))
    assert size(table_of(asked), INTERACTION, "interoperability 1 × egress fee 0.5") == pytest.approx(1.5)


def test_an_unknown_outcome_or_window_is_refused(tmp_path: Path) -> None:
    known = design(tmp_path, "policy.interoperability")
    with pytest.raises(KingmakerError, match=r"there is no outcome 'hhi_clod'\. Did you mean 'hhi_cloud'"):
        ask_factorial(known, Replicates.luck(1, 3), outcomes=("hhi_clod",))
    with pytest.raises(KingmakerError, match="there is no outcome 'duty_in_force'"):
        ask_factorial(known, Replicates.luck(1, 3), outcomes=("duty_in_force",))
    with pytest.raises(KingmakerError, match="needs at least 99 months"):
        ask_factorial(known, Replicates.luck(1, 3), windows=("last99",))


def test_the_flagship_is_shipped_as_a_factorial_over_the_posterior() -> None:
    flagship = load_design("duty_and_cap")
    assert flagship.over == "posterior"
    question = ask_factorial(flagship, Replicates.of(some_members(4)))
    assert question.chosen
    assert question.name(question.cells[-1]) == "interoperability 1 and export cap tpp 1600"
    assert question.held(question.cells[0]) == {"policy.interoperability": 0.0, "policy.export_cap_tpp": 4800.0}


def test_a_design_that_asks_luck_gets_its_own_seeds(tmp_path: Path) -> None:
    path = tmp_path / "d.toml"
    path.write_text(
        'over = "luck"\nreplications = 5\nseed = 7\n' + GRID + '"policy.tax" = [0.1, 0.2]\n', encoding="utf-8"
    )
    drawn, fallen = replicates_of_design(load_design(str(path)))
    assert drawn.seeds == (7, 8, 9, 10, 11)
    assert not fallen


def test_dated_levers_hold_from_their_month_on_and_the_brief_says_so(tmp_path: Path) -> None:
    dated = GRID.replace("[parameters]", 'since = "2022-04"\n[parameters]')
    asked = ask_factorial(
        design(tmp_path, "policy.interoperability", "policy.egress_fee", text=dated),
        Replicates.of(some_members(24)),
    )
    assert asked.since == "from 2022-04"
    for cell, setting in zip(asked.cells, asked.settings, strict=True):
        assert asked.pinned(cell) == {}
        held = asked.held(cell)
        before, after = (values_in_force(setting.events, resolve(setting.parameters), month) for month in (2, 3))
        assert {key: before[key] for key in held} == {key: DECLARATIONS[key].default for key in held}
        assert {key: after[key] for key in held} == held
        last = values_in_force(setting.events, resolve(setting.parameters), 1000)  # no later event changes them
        assert {key: last[key] for key in held} == held
    plain = ask_factorial(design(tmp_path, "policy.interoperability", "policy.egress_fee"), asked.replicates)
    assert asked_of_factorial(asked).record != asked_of_factorial(plain).record
    assert "from 2022-04" in asked_of_factorial(asked).words
    cross_and_write(asked, FactorialOptions(tmp_path / "out", quiet=True))
    assert "All levels hold from 2022-04 on" in (tmp_path / "out/brief.md").read_text(encoding="utf-8")
    months = asked.design.months
    whole = dataclasses.replace(asked, windows=(read_window("mean", months),))
    assert f"in 3 of these {months} months no lever holds" in whole.months_before
    assert dataclasses.replace(asked, windows=(read_window("final", months),)).months_before == ""
    assert plain.months_before == ""
    assert "levers from 2022-04" in factorial_footer(asked)
    assert "levers" not in factorial_footer(plain)


@pytest.mark.parametrize(
    ("entries", "fault"),
    [
        ('since = "2024"\n', "'2024' is not a month"),
        ('since = "2023-01"\n', "since is 2023-01; allowed are months to 2022-06"),
        ('since = "2021-12"\n', "'2021-12' lies before the first month of the model"),
        ("since = 2022-04-01\n", 'write it as a text, year-month in quotes: since = "2024-01"'),
        ("since = 3\n", "'since' is 3; write it as a text"),
        ('sinc = "2022-04"\n', "Did you mean 'since'"),
    ],
)
def test_a_month_that_levers_cannot_begin_in_is_refused(entries: str, fault: str, tmp_path: Path) -> None:
    with pytest.raises(KingmakerError, match=fault):
        design(tmp_path, "policy.interoperability", text=entries + GRID)


def test_only_what_can_be_a_factorial_has_levers_that_begin(tmp_path: Path) -> None:
    path = tmp_path / "d.toml"
    path.write_text(
        'kind = "lhs"\nsamples = 4\nmonths = 6\nsince = "2022-04"\n[parameters]\n"policy.tax" = {}\n', encoding="utf-8"
    )
    with pytest.raises(KingmakerError, match='since belongs to a factorial: kind = "grid" or "list", not "lhs"'):
        load_design(str(path))


def test_a_sweep_refuses_dated_levers_and_names_the_command_that_takes_them(tmp_path: Path) -> None:
    dated = design(tmp_path, "policy.interoperability", text='since = "2022-04"\n' + GRID)
    with pytest.raises(KingmakerError, match="kingmaker factorial"):
        work_of(dated)


def test_a_lever_that_is_fixed_for_a_whole_run_cannot_be_dated(tmp_path: Path) -> None:
    path = tmp_path / "d.toml"
    path.write_text('since = "2022-04"\n' + GRID + '"startups.number" = [40, 60]\n', encoding="utf-8")
    with pytest.raises(KingmakerError, match=r"'startups\.number' is fixed for a whole run"):
        ask_factorial(load_design(str(path)), Replicates.luck(1, 4))


def test_a_scenario_in_place_of_a_design_is_told_as_one(tmp_path: Path) -> None:
    path = tmp_path / "duty.toml"
    path.write_text('extends = "baseline"\n', encoding="utf-8")
    with pytest.raises(KingmakerError, match="is a scenario, as it has 'extends'"):
        load_design(str(path))


def test_a_row_bears_its_name_and_both_shares(tmp_path: Path) -> None:
    question = crossed(tmp_path, "policy.interoperability", "policy.egress_fee")
    table = table_of(question)
    over = question.replicates.words
    with styled():
        (figure,) = draw_effects(table, question.measures, "the end", over, "footer", question.level)
        assert problems(figure) == []
    said = [text.get_text() for axes in figure.axes for text in (*axes.get_yticklabels(), *axes.texts)]
    assert "↑100 ↓0" in said
    assert any("interaction" in text for text in said)
    many = pd.concat([table.assign(effect=f"lever {k}") for k in range(3)])  # too many rows to name
    (figure,) = draw_effects(many, question.measures, "the end", over, "footer", question.level)
    assert figure.axes[0].get_yticklabels()[0].get_text() == "18"


def test_the_window_is_that_which_the_design_keeps(tmp_path: Path) -> None:
    for keep, wanted in (('"last3", "min"', ["last3"]), ('"min"', ["last6"]), ('"final", "mean"', ["final", "mean"])):
        text = GRID.replace('keep = ["final"]', f"keep = [{keep}]")
        asked = ask_factorial(design(tmp_path, "policy.tax", text=text), Replicates.luck(1, 4))
        assert [window.name for window in asked.windows] == wanted


def test_few_members_on_one_side_are_named_as_the_reason_why_no_flip_is_told(tmp_path: Path) -> None:
    asked = ask_factorial(design(tmp_path, "policy.interoperability"), Replicates.of(some_members(4)), lucks=1)
    table = table_of(asked).assign(p_sign=0.5, claim=NONE)
    unsure = {("final", "hhi_cloud", "interoperability 1"): Told("Concentration, interoperability 1", None, None)}
    held = [[], []]
    brief = write_factorial_brief(asked, table, unsure, held)
    assert "Of 1 of them fewer than 8 members have the other sign, too few to say where." in brief
