"""A brief contradicts nothing: not its robustness table, not its own digits; and it shows what its sides are."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.experiments.stats.windows import Window
from kingmaker.experiments.studies.compare.brief import write_brief
from kingmaker.experiments.studies.compare.comparison_table import Comparison, tabulate
from kingmaker.experiments.studies.compare.contrasts import contrasts, same_again, unseen
from kingmaker.experiments.studies.compare.difference_words import digits, told
from kingmaker.experiments.studies.compare.html import to_html
from kingmaker.experiments.studies.compare.question import Question, ask
from kingmaker.experiments.studies.compare.robustness import COLUMNS, FLIPS, HOLDS, WEAKER
from kingmaker.experiments.terminal.phrases import apart
from kingmaker.experiments.terminal.safe_text import for_markdown

ASKED = ask(
    "baseline", "baseline", set_b={"policy.interoperability": 1.0}, months=12, replications=6,
    windows=("mean", "final"),
)  # fmt: skip


def made_up(seed: int, relative: float) -> Comparison:
    """Both sides, with effects of a relative size in a third of the measures."""
    rng = np.random.default_rng(seed)
    names = list(ASKED.measures)
    level = 10.0 ** rng.uniform(-3, 4, (len(names), 1, 1))
    a = level * (1.0 + 0.1 * rng.standard_normal((len(names), 1, 6))) * np.ones((1, 12, 1))
    effect = level * relative * rng.choice([-1.0, 0.0, 0.0, 1.0], (len(names), 1, 1))
    return Comparison(ASKED, a, a + effect * (1.0 + 0.01 * rng.standard_normal((len(names), 12, 6))))


def judged(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    """A robustness table whose verdicts are drawn by lot."""
    rng = np.random.default_rng(seed)
    rows = [
        (row.window, row.measure, f"chips.k{k}", 1.0, 2.0, 0.1, -0.1, 0.3, rng.choice([HOLDS] * 6 + [WEAKER, FLIPS]))
        for row in table[table["claim"] == "claim"].itertuples()
        for k in range(4)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def sections(brief: str) -> dict[str, str]:
    found = re.split(r"^## (.*)\n", brief, flags=re.M)
    return dict(zip(found[1::2], found[2::2], strict=True))


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), relative=st.sampled_from([0.3, 1e-3, 1e-5, 1e-8]))
def test_no_claim_contradicts_the_robustness_table_or_its_own_digits(seed: int, relative: float) -> None:
    table = tabulate(made_up(seed, relative))
    robustness = judged(table, seed)
    brief = write_brief(ASKED, table, robustness if len(robustness) else None, 4, 6)
    names = {measure.label: name for name, measure in ASKED.measures.items()}
    parts = sections(brief)
    for window, section in (("mean", "What can be said"), ("final", "The same question for 2022-12")):
        mine = robustness[robustness["window"] == window]
        broken = set(mine.loc[mine["verdict"] != HOLDS, "measure"])
        sturdy, _, fragile = parts[section].partition("Not robust")
        claimed = {names[label] for label in re.findall(r"^- \*\*(.+?)\*\*", sturdy, flags=re.M)}
        demoted = {names[label] for label in re.findall(r"^- \*\*(.+?)\*\*", fragile, flags=re.M)}
        assert claimed.isdisjoint(broken)
        assert demoted == broken
        assert claimed | demoted == set(table[(table["window"] == window) & (table["claim"] == "claim")]["measure"])
    short = brief.partition("**In short:**")[2].partition("\n")[0]
    broken = set(robustness.loc[(robustness["window"] == "mean") & (robustness["verdict"] != HOLDS), "measure"])
    assert ("not robustly" in short) == bool(broken)
    assert all(ASKED.measures[name].label in short for name in broken)
    equal_is_not_said_to_move(brief)


def equal_is_not_said_to_move(text: str) -> None:
    """No sentence says that something rises or falls from a number to the same number, or the other way."""
    for verb, a, b in re.findall(r"(rises|falls) from (−?[\d,.]+)\D*? to (−?[\d,.]+)", text):
        first, last = (float(number.replace(",", "").replace("−", "-").rstrip(".")) for number in (a, b))
        assert (last > first) if verb == "rises" else (last < first), (verb, a, b)


@example(a=-0.0, step=1e-250, scale=1.0)
@example(a=-1e6, step=-1.0, scale=1e-6)
@given(
    a=st.floats(-1e6, 1e6, allow_nan=False), step=st.floats(-1.0, 1.0), scale=st.sampled_from([1.0, 1e-3, 1e-6, 1e-9])
)
def test_two_numbers_are_told_apart_or_said_to_be_the_same(a: float, step: float, scale: float) -> None:
    b = a + step * scale * max(abs(a), 1e-3)
    one, other = apart(a, b, digits)
    if one != other:
        first, last = (float(text.replace(",", "")) for text in (one, other))
        assert (first < last) == (a < b)
    else:
        assert digits(a, 6) == digits(b, 6) or f"{a:.5e}" == f"{b:.5e}"  # whole numbers are written out


def test_a_difference_below_the_printed_digits_is_no_rise() -> None:
    row = next(pd.DataFrame({
        "level_a": [2.26], "level_b": [2.26 + 1e-9], "difference": [1e-9], "low": [5e-10], "high": [2e-9],
        "relative": [4e-10],
    }).itertuples())  # fmt: skip
    said = told(MEASURES["rent_market_usd_per_hour"], row)
    assert said.startswith("differs, but unchanged at the printed precision, 2.26 $")
    row = next(pd.DataFrame({
        "level_a": [2.26], "level_b": [2.2574], "difference": [-0.0026], "low": [-0.004], "high": [-0.001],
        "relative": [-0.001],
    }).itertuples())  # fmt: skip
    assert told(MEASURES["rent_market_usd_per_hour"], row).startswith("falls from 2.260 $ per H100e-hour to 2.257 $")


# --- the sides ----------------------------------------------------------------------------------


def scenario_file(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def event(month: str, why: str, **values: float) -> str:
    sets = ", ".join(f'"{key.replace("__", ".")}" = {value}' for key, value in values.items())
    return f'[[events]]\nmonth = "{month}"\nwhy = "{why}"\nset = {{ {sets} }}\n'


def brief_of(question: Question) -> str:
    same = np.ones((len(question.measures), question.months, question.replications))
    comparison = Comparison(question, same, same)
    return write_brief(question, tabulate(comparison), None, 0, 0)


def test_titles_and_descriptions_are_those_of_each_side(tmp_path: Path) -> None:
    one = scenario_file(tmp_path, "one", 'title = "First *try*"\ndescription = "What I | think."\n')
    other = scenario_file(tmp_path, "other", 'title = "Second"\n')
    brief = brief_of(ask(str(one), str(other), months=6, replications=2, set_b={"policy.tax": 0.3}))
    asked = sections(brief)["The question"]
    assert r"- **A**, one: *First \*try\**. What I \| think." in asked
    assert "- **B**, other with policy.tax = 0.3: *Second*." in asked
    assert asked.count("think") == 1
    assert "| policy.tax | 0.17 | 0.3 held in all months |" in asked
    page = to_html(brief, tmp_path, "")
    assert "<table>" in page
    assert "First *try*" in page


def test_an_undone_event_is_told_with_the_month_in_which_it_ends(tmp_path: Path) -> None:
    text = 'extends = "baseline"\n' + event("2024-06", "a tighter rule", policy__export_cap_tpp=1600)
    mine = scenario_file(tmp_path, "mine", text)
    question = ask("baseline", str(mine), months=72, replications=2, windows=("last12", "2024-07:2025-06"))
    (found,) = question.contrasts()
    assert found.b.startswith(
        "4800 until 2024-06, then 1600 from 2024-06 until 2026-02 (a tighter rule), then 21000 from"
    )
    assert found.a.startswith("4800 until 2026-02, then 21000 from 2026-02 (H200")
    after, during = question.windows
    assert same_again(question.a, question.b, after)
    assert not same_again(question.a, question.b, during)
    assert "these values are the same in A and B" in brief_of(question)


@pytest.mark.parametrize(
    ("events", "pins", "why"),
    [
        (event("2024-01", "late", policy__tax=0.3), {},
         r"the event of 2024-01 (late) sets policy.tax to 0.3 only after the last month compared, 2022-12"),
        (event("2022-05", "no news", policy__tax=0.17), {},
         "the event of 2022-05 (no news) sets policy.tax to 0.17, which it is already"),
        (event("2022-05", "first", policy__tax=0.4) + event("2022-05", "second", policy__tax=0.17), {},
         "the event of 2022-05 (first) sets policy.tax to 0.4, but in the same month 'second' sets it to 0.17"),
        ("", {"policy.tax": 0.17}, "policy.tax is held at 0.17, which it is in the other side in all months anyway"),
    ],
)  # fmt: skip
def test_it_is_said_why_sides_do_not_differ(tmp_path: Path, events: str, pins: dict[str, object], why: str) -> None:
    mine = scenario_file(tmp_path, "mine", events)
    bare = scenario_file(tmp_path, "bare", "")
    question = ask(str(bare), str(mine), set_b=pins, months=12, replications=2)
    assert question.same
    assert why in " ".join(unseen(question.a, question.b, 12))
    asked = sections(brief_of(question))["The question"]
    assert "They do not differ in anything within the months compared." in asked
    assert for_markdown(why) in asked
    swapped = ask(str(mine), str(bare), set_a=pins, months=12, replications=2)
    assert [text.replace("in A", "in B") for text in unseen(swapped.a, swapped.b, 12)] == (
        unseen(question.a, question.b, 12)
    )


def test_a_pin_that_removes_an_event_is_a_difference() -> None:
    a = load_scenario("baseline")
    b = load_scenario("baseline", {"policy.export_cap_tpp": 4800})
    (found,) = contrasts(a, b, 108)
    assert (found.what, found.b) == ("policy.export_cap_tpp", "4800 held in all months")
    assert unseen(a, b, 108) == []
    assert contrasts(a, b, 40) == []
    assert unseen(a, b, 40) == [
        "in A, the event of 2026-02 (H200 case by case, 25 %, half volume) sets policy.export_cap_tpp to 21000 only "
        "after the last month compared, 2025-04",
        "in B, policy.export_cap_tpp is held at 4800, which it is in the other side in all months anyway",
    ]
    assert not same_again(a, b, Window("w", 60, 70))


def test_sides_of_one_name_are_told_apart(tmp_path: Path) -> None:
    for folder, title in (("x", "Left"), ("y", "Right")):
        (tmp_path / folder).mkdir()
        scenario_file(tmp_path / folder, "mine", f'title = "{title}"\n')
    question = ask(str(tmp_path / "x/mine.toml"), str(tmp_path / "y/mine.toml"), months=6, replications=2)
    assert question.labels == ("mine (A)", "mine (B)")
    asked = sections(brief_of(question))["The question"]
    assert "- **A**, mine (A): *Left*." in asked
    assert "- **B**, mine (B): *Right*." in asked


def test_what_is_in_force_is_beside_and_not_among_the_claims() -> None:
    assert not [name for name, measure in ASKED.measures.items() if measure.group == "in force"]
    assert "duty_in_force" in ASKED.rules
    shape = (len(ASKED.rules), ASKED.months, ASKED.replications)
    rules = np.zeros((2, *shape))
    rules[1, list(ASKED.rules).index("duty_in_force")] = 1.0
    base = made_up(1, 0.3)
    comparison = Comparison(ASKED, base.a, base.b, rules)
    held = [comparison.held(window) for window in ASKED.windows]
    brief = write_brief(ASKED, tabulate(comparison), None, 0, 0, held)
    part = sections(brief)["What is in force"]
    assert part.count("| Duty of interoperability | not in force | 1 throughout |") == 2
    assert (
        "What differs in force between A and B: Duty of interoperability: in A not in force; in B 1 throughout" in part
    )
    frame = comparison.paths()
    assert frame.groupby("side")["duty_in_force"].mean().to_dict() == {"a": 0.0, "b": 1.0}
