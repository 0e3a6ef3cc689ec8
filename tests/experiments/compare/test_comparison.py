"""Comparisons on made-up worlds, where the truth is known: claims, brief, assumptions under which a sign flips."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.inputs.parameters import DECLARATIONS, resolve
from kingmaker.experiments.stats.run_statistics import summarise
from kingmaker.experiments.studies.compare import comparison_table, robustness
from kingmaker.experiments.studies.compare.brief import write_brief
from kingmaker.experiments.studies.compare.comparison_table import Comparison, run_question, tabulate
from kingmaker.experiments.studies.compare.difference_words import change
from kingmaker.experiments.studies.compare.question import Question, ask, pins
from kingmaker.experiments.studies.compare.robustness import Ends, assumptions, read_ends, variants
from kingmaker.experiments.studies.compare.write_comparison import Options, compare_and_write, find
from kingmaker.experiments.sweep.stacks import World

SHIFTED = {"switching_rate": 0.004, "funding_musd": -1500.0}


def made_up(
    worlds: Sequence[World], months: int, names: Sequence[str], *, statistics: Sequence[str] = (), advance: Any = None,
    **_: Any,
) -> Any:  # fmt: skip
    """Series whose level follows the seed; interoperability shifts two measures, by an amount that the tenants' price
    sensitivity scales (and turns around below 1)."""
    found = np.empty((len(names), months, len(worlds)))
    for k, world in enumerate(worlds):
        values = resolve({**world.setting.parameters, **world.parameters})
        treated = values["policy.interoperability"]
        events = [e.set.get("policy.interoperability", 0.0) for e in world.setting.events if e.month < months]
        treated = max([treated, *events])
        turn = 1.0 if values["compute.price_sensitivity"] >= 1.0 else -1.0
        for m, name in enumerate(names):
            own = zlib.crc32(name.encode())  # of the measure itself, not of its place among others
            luck = np.random.default_rng([world.seed, own])
            level = (20000.0 if "musd" in name else 0.02) * (1.0 + 0.1 * luck.standard_normal())
            noise = np.random.default_rng([world.seed, own, int(1000 * treated)]).standard_normal(months)
            found[m, :, k] = level * (1.0 + 0.02 * noise) + treated * turn * SHIFTED.get(name, 0.0)
        if advance is not None:
            advance(1)
    if not statistics:
        return found
    return np.array([[summarise(rows.T, statistics)[name] for name in statistics] for rows in found])


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison_table, "simulate", made_up)
    monkeypatch.setattr(robustness, "simulate", made_up)


def question(n: int = 12, **given: Any) -> Question:
    return ask("baseline", "baseline", set_b={"policy.interoperability": 1.0}, months=40, replications=n, **given)


def section(brief: str, title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", brief, flags=re.M | re.S)
    assert found, title
    return found[1]


def test_a_known_shift_is_found_with_its_size_and_nothing_else(fake: None) -> None:
    table = tabulate(run_question(question()))
    for window in ("last24", "final"):
        rows = table[table["window"] == window].set_index("measure")
        assert set(rows.index[rows["claim"] == "claim"]) == set(SHIFTED)
        for name, shift in SHIFTED.items():
            low, high = rows.loc[name, "low"], rows.loc[name, "high"]
            assert abs(0.5 * (low + high) - shift) < 0.75 * (high - low)  # an interval misses now and then
            assert rows.loc[name, "p_sign"] > 0.99
            assert rows.loc[name, "n_needed"] < 12
            assert rows.loc[name, "relative"] == pytest.approx(shift / rows.loc[name, "level_a"], rel=0.2)
    assert (table.loc[table["window"] == "last24", "variance_reduction"] > 20).all()  # a common level, small noise
    assert list(table.columns[:8]) == [
        "measure", "difference", "low", "high", "p_sign", "n", "variance_reduction", "n_needed",
    ]  # fmt: skip


def test_the_brief_claims_what_the_table_claims(fake: None) -> None:
    found = find(question(), Options(Path(), quiet=True))
    brief = write_brief(
        found.comparison.question, found.table, found.robustness, found.tested, found.pairs_tested
    )  # fmt: skip
    said, silent = section(brief, "What can be said"), section(brief, "What cannot be said")
    assert [line.split("**")[1] for line in said.splitlines() if line.startswith("- ")] == ["Switching", "Funding"]
    assert "**Switching**: under the usual assumptions it rises" in said
    assert "**Funding**: under the usual assumptions it falls" in said
    assert "percentage points a month" in said
    assert "% of its level" in said
    words = set(re.split(r"; |: |\.$|\n- |\.\n", silent))
    for name in question().measures:
        assert (MEASURES[name].label in words) == (name not in SHIFTED), name
    assert "| policy.interoperability | 0 | 1 held in all months |" in section(brief, "The question")


def test_the_assumption_that_turns_the_sign_is_named(fake: None) -> None:
    found = find(question(), Options(Path(), quiet=True))
    assert found.robustness is not None
    flips = found.robustness[found.robustness["verdict"] == "flips"]
    assert set(flips["parameter"]) == {"compute.price_sensitivity"}
    assert set(flips["value"]) == {0.0}
    assert set(flips["measure"]) == set(SHIFTED)
    brief = write_brief(found.comparison.question, found.table, found.robustness, found.tested, found.pairs_tested)
    told = section(brief, "Assumptions under which this changes")
    assert "- Switching (last24), with `compute.price_sensitivity` = 0 (usually 1.5): -0.00" in told
    assert "disappears: under none of them" in told
    assert "its sign flips under 1" in section(brief, "What can be said")
    half = find(question(), Options(Path(), quiet=True, ends=Ends.HALF))
    assert half.robustness is not None
    turned = half.robustness[half.robustness["verdict"] == "flips"]
    assert set(turned["value"]) == {0.75}


@pytest.mark.parametrize("seed", range(1, 400, 40))
def test_no_claim_where_the_interval_holds_zero(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random tables, most of them without effect: each claim of the brief has an interval without zero."""

    def random(worlds: Sequence[World], months: int, names: Sequence[str], **more: Any) -> Any:
        rng = np.random.default_rng(seed)
        effects = rng.normal(0.0, 0.5, (len(names), 1, 1)) * (rng.random((len(names), 1, 1)) < 0.3)
        n = len(worlds) // 2
        side = np.arange(len(worlds)) >= n
        return 10.0 + rng.standard_normal((len(names), months, len(worlds))) + effects * side

    monkeypatch.setattr(comparison_table, "simulate", random)
    asked = question(6, windows=("mean",))
    table = tabulate(run_question(asked))
    brief = write_brief(asked, table, None, 0, 0)
    said = section(brief, "What can be said")
    by_label = {MEASURES[row.measure].label: row for row in table.itertuples()}
    labels = [line.split("**")[1] for line in said.splitlines() if line.startswith("- ")]
    for label in labels:
        row = by_label[label]
        assert row.low > 0.0 or row.high < 0.0
        assert row.p_holm <= 0.05
        assert (f"{label}** rises" in said) == (row.low > 0.0)
    assert len(labels) == (table["claim"] == "claim").sum()


def test_the_same_on_both_sides_is_exactly_zero(fake: None) -> None:
    asked = ask("baseline", "baseline", months=30, replications=4)
    comparison = run_question(asked)
    assert np.array_equal(comparison.a, comparison.b)
    table = tabulate(comparison)
    assert (table["claim"] == "zero").all()
    assert (table[["difference", "low", "high"]] == 0.0).all(axis=None)
    brief = write_brief(asked, table, None, 0, 0)
    assert "Every difference is exactly zero" in brief
    assert "They do not differ in anything:" in brief
    assert asked.labels == ("baseline (A)", "baseline (B)")


def test_a_policy_that_comes_too_late_has_no_effect_and_the_brief_says_so(fake: None) -> None:
    asked = ask("baseline", "interoperability", months=12, replications=3)
    assert asked.contrasts() == []
    later = ask("baseline", "interoperability", months=36, replications=3)
    assert [str(found) for found in later.contrasts()] == [
        "policy.interoperability: 0 in A, "
        "0 until 2024-03, then 1 from 2024-03 (DMA interoperability reaches clouds) in B"
    ]


def test_assumptions_are_the_free_parameters_that_the_question_leaves_alone() -> None:
    chosen = assumptions(question())
    assert "chips.capacity_response" in chosen
    assert "compute.price_sensitivity" in chosen
    assert not [key for key in chosen if key.startswith("policy.") or DECLARATIONS[key].structural]
    assert "startups.entry_crowding" not in chosen  # "free entry" is no free parameter
    pinned = question()
    pinned = replace(pinned, a=replace(pinned.a, pinned={"compute.price_sensitivity": 2.0}))
    assert set(chosen) - set(assumptions(pinned)) == {"compute.price_sensitivity"}
    found = list(variants(question()))
    assert len(found) == 2 * len(chosen)
    for variant in found:
        declared = DECLARATIONS[variant.key]
        assert variant.value in (declared.low, declared.high)
        world = variant.world(question().b, 3)
        assert (world.setting, world.seed) == (question().b, 3)
        assert world.parameters == {variant.key: variant.value}
    with pytest.raises(KingmakerError, match="allowed is range or half"):
        read_ends("double")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"replications": 1}, "--replications is 1; allowed is a whole number from 2"),
        ({"months": 0}, "--months: months is 0"),
        ({"windows": ("last50",)}, "--window last50: needs at least 50 months; the runs have 40"),
        ({"windows": ("2024",)}, "--window 2024: is no window; write lastN"),
        ({"windows": ("2024-01:2026-01",)}, "allowed are months from 2022-01 to 2025-04"),
        ({"windows": ("2024-13:2025-01",)}, "'2024-13' is not a month"),
        ({"set_a": {"policy.interop": 1}}, "there is no parameter 'policy.interop'"),
    ],
)
def test_a_question_that_cannot_be_asked(given: dict[str, Any], told: str) -> None:
    with pytest.raises(KingmakerError, match=re.escape(told)):
        ask("baseline", "interoperability", **({"months": 40} | given))


def test_pins_name_their_option() -> None:
    assert pins(["policy.tax=0.2"], "--set-b") == {"policy.tax": 0.2}
    with pytest.raises(KingmakerError, match=r"--set-b policy\.tax: write it as key=value"):
        pins(["policy.tax"], "--set-b")
    with pytest.raises(KingmakerError, match=r"--set-a: 'policy\.tax' is 7"):
        pins(["policy.tax=7"], "--set-a")


def test_windows_average_the_months_that_they_name() -> None:
    asked = question(2, windows=("2022-02:2022-03", "final", "mean", "last3"))
    series = np.arange(40.0)[np.newaxis, :, np.newaxis] * np.ones((len(asked.measures), 1, 2))
    comparison = Comparison(asked, series, series)
    assert [float(comparison.in_window(window)[0][0, 0]) for window in asked.windows] == [1.5, 39.0, 19.5, 38.0]
    assert asked.windows[0].words == "mean of 2022-02 to 2022-03"


def test_a_result_folder_can_be_read_again(fake: None, tmp_path: Path) -> None:
    found = compare_and_write(question(4), Options(tmp_path / "out", quiet=True, figures=False))
    table = pd.read_csv(tmp_path / "out/differences.csv")
    pd.testing.assert_frame_equal(table, found.table, check_dtype=False)
    paths = pd.read_parquet(tmp_path / "out/paths.parquet")
    assert len(paths) == 2 * 4 * 40
    last = paths[paths["month"] >= "2023-05"].groupby(["side", "seed"])["funding_musd"].mean()
    row = table[(table["measure"] == "funding_musd") & (table["window"] == "last24")].iloc[0]
    assert (last["b"] - last["a"]).mean() == pytest.approx(row["difference"])
    dictionary = pd.read_csv(tmp_path / "out/data_dictionary.csv").set_index(["file", "column"])
    for file, frame in (("differences", table), ("paths", paths)):
        assert set(frame.columns) <= set(dictionary.loc[file].index)


@pytest.mark.parametrize(
    ("measure", "numbers", "told"),
    [
        ("hhi_cloud", (0.2, 0.19, -0.015, -0.005, -0.05),
         "from 0.200 to 0.190: −0.0100 (95 % interval −0.0150 to −0.00500), −5.00 % of its level"),
        ("exclusive_share", (0.2, 0.25, 0.04, 0.06, 0.25),
         "from 20.0 % to 25.0 %: +5.00 percentage points (95 % interval +4.00 to +6.00), +25.0 % of its level"),
        ("capex_musd", (50000.0, 51000.0, 500.0, 1500.0, 0.02),
         "from 50.0 G$ a month to 51.0 G$ a month: +1.00 G$ a month (95 % interval +0.500 to +1.50), +2.00 % of its l"),
        ("remedies_active", (0.0, 1.0, 1.0, 1.0, float("nan")),
         "from 0 remedies to 1.00 remedies: +1.00 remedies (95 % interval +1.00 to +1.00), from a level of zero"),
        ("capability_frontier", (30.0, 30.301, 0.2, 0.4, 1.0),
         "a factor of 2.00 on the scale that the logarithm stands for"),
    ],
)  # fmt: skip
def test_changes_in_words(measure: str, numbers: tuple[float, ...], told: str) -> None:
    assert told in change(MEASURES[measure], *numbers)
