"""Figures of sweeps: what they show is what the results say, and each says n, interval and seeds."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.core.measures import MEASURES
from kingmaker.experiments.figures.effects import draw_lines, draw_paths
from kingmaker.experiments.figures.heatmaps import draw_heatmaps
from kingmaker.experiments.figures.mean_intervals import differs, interval, seeds_by_value
from kingmaker.experiments.figures.outcome_columns import Outcome, footer_of, per_run, statistics_of
from kingmaker.experiments.figures.scatters import draw_scatter
from kingmaker.experiments.figures.style import styled
from kingmaker.experiments.figures.sweep_figures import _wanted, draw_sweep

X, Y = "policy.interoperability", "policy.export_cap_tpp"
OUTCOME = Outcome("gap_china_final", MEASURES["gap_china"], "final")
MANIFEST: dict[str, Any] = {
    "name": "made", "title": "Made up",
    "design": {"kind": "grid", "months": 24, "seed": 5, "replications": 4, "keep": ["final"], "parameters": [X, Y],
               "measures": ["gap_china", "hhi_cloud"], "scenario": {"name": "baseline", "parameters": {}}},
}  # fmt: skip


def results() -> pd.DataFrame:
    """A grid of 3 x 2 points with 4 seeds; the outcome rises by exactly 1 from x = 0 to x = 1."""
    random = np.random.default_rng(1)
    luck = random.normal(size=4)
    rows = []
    for point, (x, y) in enumerate(itertools.product((0.0, 0.5, 1.0), (4800.0, np.inf))):
        for replication in range(4):
            value = x + luck[replication] + (0.001 * random.normal() if x else 0.0)
            rows.append((point, replication, 5 + replication, x, y, f"{point}-{replication}", value, 0.2))
    names = ["point", "replication", "seed", X, Y, "run", "gap_china_final", "hhi_cloud_final"]
    return pd.DataFrame(rows, columns=names)


def texts(figure: Any) -> str:
    return " ".join(text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text")))


def test_an_interval_is_students() -> None:
    values = np.array([1.0, 2.0, 4.0])
    found = interval(values)
    low, high = t.interval(0.95, 2, values.mean(), values.std(ddof=1) / np.sqrt(3))
    assert (found.mean - found.half, found.mean + found.half) == pytest.approx((low, high))
    for few in ([1.0], [1.0, 4.0]):  # of two values, the interval is 18 times as wide as they lie apart
        assert np.isnan(interval(np.array(few)).half)
        assert np.isnan(interval(np.array(few)).below)
    assert interval(np.array([np.nan])).n == 0


def test_an_interval_ends_where_the_measure_does() -> None:
    """Unless the values themselves lie beyond: then the bound was none."""
    values = np.array([0.0, 0.0, 0.01, 0.002])
    free, share = interval(values), interval(values, (0.0, 1.0))
    assert free.half > free.mean
    assert share.below == share.mean
    assert share.above == share.half
    assert interval(-values, (0.0, 1.0)).below == free.half


def test_bounds_follow_from_unit_and_statistic() -> None:
    def bounds(name: str, statistic: str = "last12") -> tuple[float, float]:
        return Outcome("", MEASURES[name], statistic).bounds

    assert bounds("switching_rate") == (0.0, 1.0)
    assert bounds("switching_rate", "total") == (0.0, np.inf)
    assert bounds("startups_alive") == bounds("capex_musd") == bounds("gap_china", "sd") == (0.0, np.inf)
    assert bounds("gap_china") == bounds("rival_penalty") == bounds("fate_correlation") == (-np.inf, np.inf)


def test_pairing_finds_what_levels_would_hide() -> None:
    frame = results()
    low, high = (frame[(frame[X] == x) & (frame[Y] == 4800)]["gap_china_final"].to_numpy() for x in (0.0, 0.5))
    assert differs(high, low)
    assert not differs(low, low)
    assert interval(high).half > 0.5  # by themselves the levels overlap


def test_other_parameters_are_averaged_within_a_seed() -> None:
    found = {x: interval(seeds) for x, seeds in seeds_by_value(results(), X, "gap_china_final").items()}
    assert list(found) == [0.0, 0.5, 1.0]
    assert all(value.n == 4 for value in found.values())
    assert found[1.0].mean - found[0.0].mean == pytest.approx(1.0, abs=0.01)


def test_a_heatmap_shows_the_means_and_marks_what_differs() -> None:
    frame = results()
    with styled():
        figure = draw_heatmaps(frame, (X, Y), [OUTCOME], {X: 0.0, Y: 4800.0}, "title", footer_of(MANIFEST))
    panel = figure.axes[0]
    shown = panel.collections[0].get_array().reshape(2, 3)
    for column, row in itertools.product(range(3), range(2)):
        x, y = (0.0, 0.5, 1.0)[column], (4800.0, np.inf)[row]
        expected = frame[(frame[X] == x) & (frame[Y] == y)]["gap_china_final"].mean()
        assert shown[row, column] == pytest.approx(expected)
    dots = panel.collections[1].get_offsets()
    assert {(float(x), float(y)) for x, y in dots} == {(1.5, 0.5), (2.5, 0.5), (1.5, 1.5), (2.5, 1.5)}
    said = texts(figure)
    for word in ("n = 4 runs a point", "seeds 5–8", "Student's t", "∞", "title", "value of the last month".title()[:5]):
        assert word in said


def test_noise_does_not_take_on_all_colours() -> None:
    frame = results()
    frame["gap_china_final"] = 3.0 + 1e-9 * frame["gap_china_final"]
    with styled():
        figure = draw_heatmaps(frame, (X, Y), [OUTCOME], {}, "title", "")
    low, high = figure.axes[0].collections[0].get_clim()
    assert high - low >= 0.005


def test_lines_scatters_and_paths_say_what_they_show() -> None:
    frame = results()
    with styled():
        lines = draw_lines(frame, X, [OUTCOME], {X: 0.0}, "title", footer_of(MANIFEST), others=True)
        scatter = draw_scatter(frame, [X], OUTCOME, "title", footer_of(MANIFEST, over="points"))
    assert "Averaged over the design's other parameters" in texts(lines).replace("\n", " ")
    assert "too few for a trend" in texts(scatter).replace("\n", " ")
    months = [f"2022-{month:02d}" for month in range(1, 4)]
    long = pd.concat([frame.assign(month=month, gap_china=frame["gap_china_final"]) for month in months])
    with styled():
        paths = draw_paths(long, {0: "low", 5: "high"}, [MEASURES["gap_china"]], "title", footer_of(MANIFEST))
    assert {"low", "high"} <= set(texts(paths).split())
    line = paths.axes[0].lines[0]
    assert line.get_ydata()[0] == pytest.approx(frame[frame["point"] == 0]["gap_china_final"].mean())


def test_monthly_values_become_the_last_year() -> None:
    manifest = {**MANIFEST, "design": {**MANIFEST["design"], "keep": "monthly", "measures": ["gap_china"]}}
    assert statistics_of(manifest) == ["last12"]
    months = [f"{2022 + m // 12}-{m % 12 + 1:02d}" for m in range(24)]
    runs = results()[["point", "replication", "seed", X, Y, "run"]]
    frame = pd.concat([runs.assign(month=month, gap_china=float(k)) for k, month in enumerate(months)])
    found = per_run(frame, manifest)
    assert len(found) == 24
    assert set(found["gap_china_last12"]) == {17.5}


def test_mistakes_are_told(tmp_path: Path) -> None:
    with pytest.raises(KingmakerError, match="Did you mean 'gap_china'"):
        _wanted(MANIFEST, ["gap_chino"])
    with pytest.raises(KingmakerError, match=r"no manifest\.json"):
        draw_sweep(tmp_path, tmp_path / "figures")
