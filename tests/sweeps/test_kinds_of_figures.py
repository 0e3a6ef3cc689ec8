"""Each design is drawn as what it is; what is announced is there, and can be read."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.experiments.design import sampling
from kingmaker.experiments.figures import sweep_figures
from kingmaker.experiments.figures.cells import cells_of, interaction
from kingmaker.experiments.figures.differences import draw_differences, is_factorial, point_labels
from kingmaker.experiments.figures.distribution import draw_distribution
from kingmaker.experiments.figures.kinds import Shown, figures_of
from kingmaker.experiments.figures.mean_intervals import complete
from kingmaker.experiments.figures.morris import elementary_effects
from kingmaker.experiments.figures.outcome_columns import Outcome, outcomes_of
from kingmaker.experiments.figures.scatters import draw_scatter
from kingmaker.experiments.figures.style import styled
from tests.figure_checks import problems, texts_of

DUTY, CAP, LEAK, COMPLY = "policy.interoperability", "policy.export_cap_tpp", "policy.grey_leak", "policy.compliance"
MADE = ("switching_rate", "startups_alive", "parallel_fees_musd", "compute_h100e")
GRIDS = {
    1: {DUTY: [0.0, 0.5, 1.0]},
    2: {DUTY: [0.0, 0.5, 1.0], CAP: [1600, 4800, np.inf]},
    3: {DUTY: [0.0, 1.0], CAP: [1600, 4800], LEAK: [0.0, 0.1]},
    4: {DUTY: [0.0, 0.5, 1.0], CAP: [1600, 4800], LEAK: [0.0, 0.1], COMPLY: [0.5, 1.0]},
}  # fmt: skip
LIST = [{DUTY: d, CAP: c} for d in (0.0, 1.0) for c in (1600, 4800)]


def outcome_of(point: Mapping[str, float], luck: float, name: str) -> float:
    """A made world: the duty and the leak work together, the cap does nothing."""
    duty, leak = point.get(DUTY, 0.0), point.get(LEAK, 0.0)
    scale = {"switching_rate": 0.01, "startups_alive": 3000.0, "parallel_fees_musd": 0.002, "compute_h100e": 2e6}[name]
    return scale * max(0.0, 1.0 + 0.3 * duty + duty * leak * 4.0 + 0.1 * luck)


def made(
    kind: str, points: Sequence[Mapping[str, float]], keys: Sequence[str], replications: int, monthly: bool = False,
    **more: Any,
) -> tuple[dict[str, Any], pd.DataFrame]:  # fmt: skip
    """A manifest and results of a sweep of this design."""
    luck = np.random.default_rng(1).normal(size=replications)
    rows = []
    for p, point in enumerate(points):
        for r in range(replications):
            values = {key: float(point.get(key, np.nan)) for key in keys}
            row = {"point": p, "replication": r, "seed": 5 + r, "run": f"{p}-{r}", **values}
            months = [f"2022-{k:02d}" for k in range(1, 5)] if monthly else [None]
            for k, month in enumerate(months):
                names = {n if monthly else f"{n}_final": outcome_of(point, luck[r] + 0.01 * k, n) for n in MADE}
                rows.append({**row, **({"month": month} if monthly else {}), **names})
    design = {
        "kind": kind, "months": 24, "seed": 5, "replications": replications,
        "keep": "monthly" if monthly else ["final"],
        "parameters": list(keys), "measures": list(MADE), "scenario": {"name": "baseline", "parameters": {}},
        "second_order": True, "samples": 0, "design_seed": 1, "levels": 4, **more,
    }  # fmt: skip
    return {"name": "made", "title": "", "kind": "sweep", "design": design}, pd.DataFrame(rows)


def sampled(kind: str, replications: int = 2, samples: int = 8) -> tuple[dict[str, Any], pd.DataFrame]:
    keys = [DUTY, LEAK, COMPLY]
    problem = {"num_vars": 3, "names": keys, "bounds": [[0.0, 1.0]] * 3}
    if kind == "lhs":
        unit = sampling.latin_hypercube(3, samples, 1)
    elif kind == "sobol":
        unit = sampling.sobol_sample(problem, samples, 1, second_order=True)
    else:
        unit = sampling.morris_sample(problem, samples, 1, 4)
    points = [dict(zip(keys, row, strict=True)) for row in unit.tolist()]
    return made(kind, points, keys, replications, samples=samples)


def grid(factors: int, replications: int = 4, monthly: bool = False) -> tuple[dict[str, Any], pd.DataFrame]:
    keys = list(GRIDS[factors])
    points = [dict(zip(keys, values, strict=True)) for values in itertools.product(*GRIDS[factors].values())]
    return made("grid", points, keys, replications, monthly)


DESIGNS: dict[str, tuple[Any, set[str]]] = {
    "one factor": (lambda: grid(1), {"lines"}),
    "two factors": (lambda: grid(2), {"heatmaps"}),
    "three factors": (lambda: grid(3), {"lines", "pair", "facets"}),
    "three factors, two seeds": (lambda: grid(3, 2), {"lines", "pair", "facets"}),
    "four factors, one seed": (lambda: grid(4, 1), {"lines", "pair"}),
    "list": (lambda: made("list", LIST, [DUTY, CAP], 8), {"differences"}),
    "list, two seeds": (lambda: made("list", LIST, [DUTY, CAP], 2), {"differences"}),
    "list, one seed": (lambda: made("list", LIST, [DUTY, CAP], 1), {"differences"}),
    "unlike points": (lambda: made("list", [{}, {DUTY: 1.0}, {LEAK: 0.1, COMPLY: 0.5}], [DUTY, LEAK, COMPLY], 5),
                      {"differences"}),
    "larger factorial list": (lambda: made("list", [{DUTY: d, LEAK: x} for d in (0.0, 0.5, 1.0) for x in (0.0, 0.1)],
                                           [DUTY, LEAK], 5), {"differences", "heatmaps"}),
    "monthly list": (lambda: made("list", LIST, [DUTY, CAP], 5, monthly=True), {"differences", "paths"}),
    "one point": (lambda: made("list", [{DUTY: 1.0}], [DUTY], 8), {"distribution"}),
    "one point, monthly": (lambda: made("list", [{DUTY: 1.0}], [DUTY], 8, monthly=True), {"distribution", "paths"}),
    "a grid of one point": (lambda: made("grid", [{DUTY: 1.0}], [DUTY], 1), {"distribution"}),
    "hypercube": (lambda: sampled("lhs", samples=40), {"scatter"}),
    "small hypercube": (lambda: sampled("lhs", samples=4), {"scatter"}),
    "sobol": (lambda: sampled("sobol"), {"scatter"}),
    "morris": (lambda: sampled("morris", samples=6), {"morris"}),
}  # fmt: skip


@pytest.mark.parametrize("name", DESIGNS)
def test_what_is_announced_is_written_and_of_the_right_kind(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, kinds = DESIGNS[name]
    manifest, frame = make()
    monkeypatch.setattr(sweep_figures, "read_sweep_manifest", lambda _: manifest)
    monkeypatch.setattr(sweep_figures, "load", lambda _: frame)
    readable = []

    def keep(figure: Any, path: Path, note: str = "") -> list[Path]:
        readable.append(figure)
        files = [path.with_name(f"{path.name}{ending}") for ending in (".pdf", ".png")]
        for file in files:
            assert not file.exists(), "one figure is written over another"
            file.write_bytes(b"drawn")
        return files

    monkeypatch.setattr("kingmaker.experiments.figures.figure_files.save", keep)
    announced = sweep_figures.draw_sweep(tmp_path, tmp_path / "figures", note="In force: nothing.")
    assert sorted(announced) == sorted((tmp_path / "figures").iterdir())
    assert {path.name.split("_")[0].split(".")[0] for path in announced} == kinds
    with styled():
        for figure in readable[:: max(1, len(readable) // 6)]:
            assert problems(figure) == []
            said = " ".join(text.get_text() for text in texts_of(figure))
            for word in ("Kingmaker", "n = ", "seed", "In force: nothing."):
                assert word in said


def shown(manifest: dict[str, Any], frame: pd.DataFrame) -> Shown:
    wanted = [MEASURES[name] for name in MADE]
    keys = manifest["design"]["parameters"]
    return Shown(manifest, frame, keys, outcomes_of("final", wanted, frame), DECLARATIONS)


def said_by(figure: Any) -> str:
    return " ".join(" ".join(text.get_text() for text in texts_of(figure)).split())


def test_a_list_is_drawn_as_paired_differences_over_common_seeds() -> None:
    manifest, frame = made("list", LIST, [DUTY, CAP], 8)
    frame = frame[~((frame["point"] == 2) & (frame["seed"] == 5))]  # a run is missing
    ((name, figure),) = figures_of(shown(manifest, frame))
    assert name == ("differences", "final")
    axes = figure.axes[0]
    bars = {round(float(bar.get_segments()[0][0][1])): bar.get_segments()[0] for bar in axes.collections}
    table = frame.pivot_table(index="point", columns="seed", values="switching_rate_final")
    rows = {3: table.loc[1] - table.loc[0], 2: (table.loc[2] - table.loc[0]).dropna()}
    for place, difference in rows.items():
        n = len(difference)
        low, high = bars[place][:, 0]
        half = t.ppf(0.975, n - 1) * difference.std(ddof=1) / np.sqrt(n)
        assert (low, high) == pytest.approx((difference.mean() - half, difference.mean() + half), abs=1e-15)
    assert len(rows[2]) == 7
    said = said_by(figure)
    assert "n = 7 to 8 pairs" in said
    assert "Student's t over pairs" in said
    assert "together" in said
    assert "1 (reference): policy.interoperability = 0, policy.export_cap_tpp = 1600" in said


NONE_STATED = {
    "four factors, one seed",
    "three factors, two seeds",
    "a grid of one point",
    "list, one seed",
    "list, two seeds",
    "small hypercube",
}


@pytest.mark.parametrize("name", DESIGNS)
def test_every_figure_states_the_level_asked_and_no_other(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest, frame = DESIGNS[name][0]()
    monkeypatch.setattr(sweep_figures, "read_sweep_manifest", lambda _: manifest)
    monkeypatch.setattr(sweep_figures, "load", lambda _: frame)
    drawn = []
    monkeypatch.setattr(
        "kingmaker.experiments.figures.figure_files.save", lambda figure, *_: drawn.append(figure) or []
    )
    monkeypatch.setattr(Path, "mkdir", lambda *_, **__: None)
    sweep_figures.draw_sweep(Path("made"), Path("made"), level=0.8)
    said = " ".join(said_by(figure) for figure in drawn).replace("\u00a0", " ")
    levels = set(re.findall(r"[\d.]+ ?% interval", said))
    assert levels == (set() if name in NONE_STATED else {"80 % interval"})


def test_too_few_pairs_are_dots_without_an_interval() -> None:
    for n in (1, 2):
        ((_, figure),) = figures_of(shown(*made("list", LIST, [DUTY, CAP], n)))
        assert "too few for an interval" in said_by(figure)
        for axes in figure.axes:
            for bar in axes.collections:
                assert np.ptp(bar.get_segments()[0][:, 0]) == 0.0


def test_the_interaction_of_a_two_by_two_list_is_that_of_its_corners() -> None:
    points = [{DUTY: d, LEAK: x} for d in (0.0, 1.0) for x in (0.0, 0.1)]
    manifest, frame = made("list", points, [DUTY, LEAK], 5)
    figure = draw_differences(
        frame, point_labels(frame, [DUTY, LEAK]), outcomes_of("final", [MEASURES["startups_alive"]], frame), "", "",
        [DUTY, LEAK],
    )  # fmt: skip
    square = [line for line in figure.axes[0].lines if line.get_marker() == "s"]
    assert [float(line.get_xdata()[0]) for line in square] == pytest.approx([3000.0 * 0.4])
    assert manifest["design"]["kind"] == "list"


def test_factorial_lists_are_told_from_others() -> None:
    _, full = made("list", LIST, [DUTY, CAP], 1)
    assert is_factorial(full, [DUTY, CAP])
    assert not is_factorial(full[full["point"] < 3], [DUTY, CAP])
    assert not is_factorial(made("list", [{DUTY: 0.0}, {CAP: 1600}], [DUTY, CAP], 1)[1], [DUTY, CAP])
    assert not is_factorial(full, [DUTY])


def test_interactions_are_differences_of_differences_within_a_seed() -> None:
    _, frame = grid(3)
    outcome = Outcome("startups_alive_final", MEASURES["startups_alive"], "final")
    together = interaction(cells_of(frame, (DUTY, LEAK), outcome), (0.0, 0.0), (1.0, 0.1))
    apart = interaction(cells_of(frame, (DUTY, CAP), outcome), (0.0, 1600.0), (1.0, 4800.0))
    assert together == pytest.approx(np.full(4, 3000.0 * 0.4))
    assert apart is not None
    assert not apart.any()  # exactly zero, not what rounding leaves
    assert interaction(cells_of(frame, (DUTY, LEAK), outcome), (0.0, 0.0), (0.7, 0.1)) is None


def test_means_are_taken_over_seeds_that_all_points_have() -> None:
    _, frame = grid(3)
    known = complete(frame[~((frame["point"] == 7) & (frame["seed"] == 6))], "startups_alive_final")
    assert set(known["seed"]) == {5, 7, 8}


def test_points_that_share_a_value_count_once_in_a_sobol_design() -> None:
    _, frame = sampled("sobol", replications=1)
    outcome = Outcome("startups_alive_final", MEASURES["startups_alive"], "final")
    figure = draw_scatter(frame, [DUTY], outcome, "", "", block=8)
    assert len(frame) == 64
    said = said_by(figure)
    assert "mean in 4 bins of values of a parameter" in said  # 16 values of each parameter, not 64 points
    alone = draw_scatter(frame[frame["point"] < 6], [DUTY], outcome, "", "")
    assert "too few for a trend" in said_by(alone)
    assert not alone.axes[0].lines


def test_elementary_effects_are_those_of_morris() -> None:
    manifest, frame = sampled("morris", samples=6)
    outcome = Outcome("startups_alive_final", MEASURES["startups_alive"], "final", 3000.0)
    table, whole = elementary_effects(frame, manifest["design"], [outcome])
    assert whole == 6
    found = table.set_index(["parameter", "index"])["value"]
    assert found[COMPLY, "mu_star"] == 0.0
    assert found[DUTY, "mu_star"] > 3000.0 * 0.3
    assert (table["low"].dropna() >= 0.0).all()
    fewer, left = elementary_effects(frame[frame["point"] != 1], manifest["design"], [outcome])
    assert left == 5
    assert not fewer.empty


def test_one_point_shows_how_its_runs_are_spread() -> None:
    _, frame = made("list", [{DUTY: 1.0}], [DUTY], 8)
    outcome = outcomes_of("final", [MEASURES["startups_alive"]], frame)
    figure = draw_distribution(frame, outcome, "title", "")
    values = np.sort(frame["startups_alive_final"])
    assert list(figure.axes[0].lines[0].get_xdata()) == pytest.approx(values)
    assert "n = 8 seeds" in said_by(figure)
    assert "too few runs" in said_by(draw_distribution(frame.head(2), outcome, "title", ""))
