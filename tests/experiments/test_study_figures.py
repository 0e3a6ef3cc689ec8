"""Figures of comparisons, sensitivity studies and the paper: in order, nothing cut, nothing on top of another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kingmaker.environment.core.measures import MEASURES
from kingmaker.experiments.figures.comparison import MOST, draw_overview, draw_paths, strongest
from kingmaker.experiments.figures.study_figures import draw_bars, draw_heatmap, draw_pairs
from kingmaker.experiments.figures.style import styled
from kingmaker.experiments.paper import paper_figures as paper
from kingmaker.experiments.paper.paper_run import read_tables
from kingmaker.experiments.stats.levels import LEVEL
from tests.figure_checks import problems, texts_of

ROOT = Path(__file__).resolve().parents[2]
FOOTER = "Kingmaker 0 · A baseline · B interoperability with startups.number = 40 · seeds 1-4 · n = 4\nIn force: x"
LABELS = ("baseline", "interoperability with startups.number = 40")
KEYS = ("policy.interoperability", "policy.export_cap_tpp", "policy.grey_leak", "capital.investors_take_cash_back")


def differences(names: list[str]) -> pd.DataFrame:
    """A table of made differences, small effects first."""
    rows = []
    for k, name in enumerate(names):
        mean = (-1) ** k * 0.01 * (k + 1)
        rows.append((name, mean, mean - 0.05, mean + 0.05, "claim" if k > 60 else "none", 1.0, mean))
    return pd.DataFrame(rows, columns=["measure", "difference", "low", "high", "claim", "level_a", "relative"])


def test_the_overview_shows_the_strongest_first_and_says_what_is_left_out() -> None:
    table = differences(list(MEASURES))
    shown = strongest(table)
    assert list(shown["measure"]) == list(MEASURES)[: -MOST - 1 : -1]
    with styled():
        figure = draw_overview(table, MEASURES, LABELS, "mean of 2029-01 to 2030-12", FOOTER)
        assert problems(figure) == []
    said = " ".join(" ".join(text.get_text() for text in texts_of(figure)).split())
    assert f"Not shown: {len(MEASURES) - MOST} measures with smaller effects; all are in differences.csv" in said
    assert f"the {MOST} largest" in said


def test_an_effect_without_spread_is_the_strongest() -> None:
    table = differences(["hhi_cloud", "gap_china"])
    table.loc[0, ["low", "high"]] = table.loc[0, "difference"]
    assert list(strongest(table)["measure"]) == ["hhi_cloud", "gap_china"]


def test_few_measures_or_none_are_all_shown() -> None:
    with styled():
        few = draw_overview(differences(["hhi_cloud"]), MEASURES, LABELS, "2030-12", FOOTER)
        none = differences(["hhi_cloud"]).assign(claim="zero")
        empty = draw_overview(none, MEASURES, LABELS, "2030-12", FOOTER)
        assert problems(few) == problems(empty) == []
    assert "Not shown" not in " ".join(text.get_text() for text in texts_of(few))
    assert "Exactly the same, or zero under A: Concentration, AI compute." in " ".join(
        text.get_text() for text in texts_of(empty)
    )


@pytest.mark.parametrize("group", ["cloud", "rules", "world"])
def test_paths_can_be_read(group: str) -> None:
    measures = [measure for measure in MEASURES.values() if measure.group == group]
    luck = np.random.default_rng(1)
    sizes = {"0-1": 0.5, "M$ per month": 5e4, "H100e": 3e6, "H100e per month": 3e5}
    a = {m: sizes.get(m.unit, 50.0) * luck.random((84, 4)) for m in measures}
    b = {m: a[m] * (1.0 + 0.1 * k) for k, m in enumerate(measures)}
    ends = {m: tuple(np.full(84, value * (k > 0)) for value in (2.0, -1.0, 5.0)) for k, m in enumerate(measures)}
    with styled():
        figure = draw_paths(group, a, b, LABELS, ends, FOOTER)  # type: ignore[arg-type]
        assert problems(figure) == []


def table_of(index: dict[str, float], outcomes: list[str]) -> pd.DataFrame:
    rows = []
    for outcome in outcomes:
        for k, key in enumerate(KEYS):
            for name, size in index.items():
                value = size / (k + 1)
                rows.append((outcome, key, name, value, value - 0.2, value + 0.4))
    return pd.DataFrame(rows, columns=["outcome", "parameter", "index", "value", "low", "high"])


@pytest.mark.parametrize(
    ("kind", "main", "index"),
    [("morris", "mu_star", {"mu_star": 1.0, "sigma": 0.5}), ("sobol", "ST", {"ST": 1.0, "S1": 0.5}),
     ("oat", "swing", {"swing": 1.0, "low": -0.5, "high": 0.5}), ("lhs", "S1", {"S1": 0.7})],
)  # fmt: skip
def test_bars_are_not_cut(kind: str, main: str, index: dict[str, float]) -> None:
    outcomes = [f"{name}_last12" for name in list(MEASURES)[:5]]
    names = {outcome: f"* {MEASURES[outcome.removesuffix('_last12')].label} (last12)" for outcome in outcomes}
    with styled():
        figure = draw_bars(table_of(index, outcomes), outcomes, kind, main, names, FOOTER)
        assert problems(figure) == []
    for axes in figure.axes:
        low, high = axes.get_xlim()
        for bar in axes.patches:
            assert low <= bar.get_x() + bar.get_width() < high
        for lines in axes.collections:
            ends = [x for segment in lines.get_segments() for x, _ in segment]
            assert low <= min(ends)
            assert max(ends) < high


@pytest.mark.parametrize("columns", [4, 14, 20, 40])
def test_heatmaps_of_studies_fit_the_page(columns: int) -> None:
    keys = [f"{KEYS[k % 4]}_{k}" for k in range(columns)]
    rows = {f"{name}_last12": f"* {measure.label} (last12)" for name, measure in list(MEASURES.items())[:9]}
    values = pd.DataFrame(np.linspace(0, 1, 9 * columns).reshape(9, columns), index=list(rows), columns=keys)
    with styled():
        assert problems(draw_heatmap(values, "ST", rows, FOOTER)) == []


@pytest.mark.parametrize("number", [3, 8, 12])
def test_pairs_of_studies_can_be_read(number: int) -> None:
    keys = [f"{KEYS[k % 4]}_{k}" for k in range(number)]
    matrix = np.dstack([np.full((number, number), 0.12), np.ones((number, number))])
    names = {"a": "* Compute from preferred partners (last12)", "b": "Switching (last12)", "c": "Rent"}
    with styled():
        assert problems(draw_pairs(dict.fromkeys(names, matrix), keys, names, FOOTER)) == []


def test_the_papers_figures_can_be_read_and_are_all_told_of(tmp_path: Path) -> None:
    tables = read_tables(ROOT / "docs/paper")
    with styled():
        for name, of_members in paper.FIGURES.items():
            figure = of_members(tables, "In force: the law as it stands.", LEVEL)
            assert problems(figure) == [], name
            assert "In force: the law" in " ".join(text.get_text() for text in texts_of(figure))
    written = paper.draw(tables, tmp_path)
    assert sorted(written) == sorted(tmp_path.iterdir())
    assert len(written) == 2 * len(paper.FIGURES)
