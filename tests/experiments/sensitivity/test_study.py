"""Sensitivity against functions whose indices are known: Ishigami, a linear one, an additive one with luck."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.experiments.design.factors import Factor
from kingmaker.experiments.design.sweep_design import Design
from kingmaker.experiments.studies.sensitivity import discovery
from kingmaker.experiments.studies.sensitivity.convergence import CONSTANT, CONVERGED, SMALL
from kingmaker.experiments.studies.sensitivity.discovery import discover
from kingmaker.experiments.studies.sensitivity.indices import Sample, indices
from kingmaker.experiments.studies.sensitivity.noise import take_apart
from kingmaker.experiments.studies.sensitivity.study import Points, Study, run_study, with_method
from kingmaker.experiments.studies.sensitivity.study_report import write_report
from kingmaker.experiments.studies.sensitivity.write_study import constants, draw_study, ranking

KEYS = ("chips.moat", "chips.deposit", "chips.hoarding")
FACTORS = tuple(Factor(key, -np.pi, np.pi) for key in KEYS)
DESIGN = Design("made_up", "sobol", load_scenario("baseline"), 12, samples=512, factors=FACTORS)
# Ishigami & Homma (1990) with a = 7, b = 0.1
S1 = {"chips.moat": 0.3139, "chips.deposit": 0.4424, "chips.hoarding": 0.0}
ST = {"chips.moat": 0.5576, "chips.deposit": 0.4424, "chips.hoarding": 0.2437}


def columns(points: Points) -> list[np.ndarray]:
    return [np.array([point.get(key, 0.0) for point in points], dtype=np.float64) for key in KEYS]


def ishigami(points: Points) -> np.ndarray:
    x, y, z = columns(points)
    found: np.ndarray = np.sin(x) + 7.0 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)
    return found[:, np.newaxis, np.newaxis]


def linear(points: Points) -> np.ndarray:
    x, y, z = columns(points)
    return (3.0 * x - y + 0.0 * z)[:, np.newaxis, np.newaxis] + np.zeros((1, 5, 1))


def table(study: Study, index: str) -> pd.DataFrame:
    return study.table[study.table["index"] == index].set_index("parameter")


def test_sobol_gives_the_known_indices_of_ishigami() -> None:
    study = run_study(with_method(DESIGN, "sobol", 4096), ishigami, ["ishigami"])
    for index, truth in (("S1", S1), ("ST", ST)):
        found = table(study, index)
        for name, value in truth.items():
            assert found.loc[name, "value"] == pytest.approx(value, abs=0.03), (index, name)
            assert found.loc[name, "low"] - 0.01 <= value <= found.loc[name, "high"] + 0.01
    pairs = study.pairs.set_index(["parameter_1", "parameter_2"])
    assert pairs.loc[("chips.moat", "chips.hoarding"), "value"] == pytest.approx(0.2437, abs=0.04)
    assert pairs.loc[("chips.moat", "chips.hoarding"), "low"] > 0.1
    for pair in (("chips.moat", "chips.deposit"), ("chips.deposit", "chips.hoarding")):
        assert pairs.loc[pair, "low"] < 0.0 < pairs.loc[pair, "high"]
    assert study.convergence["verdict"].tolist() == [CONVERGED]


def test_a_small_sample_is_told_and_the_size_needed_suffices() -> None:
    small = run_study(with_method(DESIGN, "sobol", 64), ishigami, ["ishigami"])
    (row,) = small.convergence.to_dict("records")
    assert row["verdict"] == SMALL
    assert row["width"] > 0.25
    needed = int(row["samples_needed"])
    assert needed >= 1024
    assert needed & (needed - 1) == 0
    enough = run_study(with_method(DESIGN, "sobol", needed), ishigami, ["ishigami"])
    assert enough.convergence["verdict"].tolist() == [CONVERGED]
    assert "**no**: their numbers are tentative" in write_report(DESIGN, small, None)


def test_intervals_of_sobol_cover_the_truth() -> None:
    """Over other samples of the same size: the interval of ST holds the true index about as often as it says."""
    inside = []
    for seed in range(40):
        study = run_study(with_method(replace(DESIGN, design_seed=seed), "sobol", 128), ishigami, ["ishigami"])
        found = table(study, "ST")
        inside += [found.loc[name, "low"] <= value <= found.loc[name, "high"] for name, value in ST.items()]
    assert np.mean(inside) > 0.85


def test_morris_finds_weight_and_entanglement() -> None:
    study = run_study(with_method(DESIGN, "morris", 400), ishigami, ["ishigami"])
    star, mu, sigma = (table(study, index)["value"] for index in ("mu_star", "mu", "sigma"))
    assert (star > 4.0).all()
    assert abs(mu["chips.hoarding"]) < 0.2 * star["chips.hoarding"]  # acts through the first, in both directions
    assert sigma["chips.hoarding"] > 0.9 * star["chips.hoarding"]
    plain = run_study(with_method(DESIGN, "morris", 20), linear, ["linear"])
    star, sigma = (table(plain, index)["value"] for index in ("mu_star", "sigma"))
    assert star["chips.moat"] == pytest.approx(6.0 * np.pi)  # per unit cube: slope times range
    assert star["chips.deposit"] == pytest.approx(2.0 * np.pi)
    assert [star["chips.hoarding"], sigma["chips.moat"]] == pytest.approx([0.0, 0.0], abs=1e-9)
    assert plain.convergence["verdict"].tolist() == [CONVERGED]


def test_a_latin_hypercube_gives_first_order_effects() -> None:
    study = run_study(with_method(DESIGN, "lhs", 1500), ishigami, ["ishigami"])
    found = table(study, "S1")
    for name, value in S1.items():
        assert found.loc[name, "value"] == pytest.approx(value, abs=0.07)


def test_one_factor_at_a_time_is_the_difference_between_the_ends() -> None:
    study = run_study(with_method(DESIGN, "oat", None), linear, ["linear"])
    assert [dict(point) for point in study.points[:3]] == [{}, {"chips.moat": -np.pi}, {"chips.moat": np.pi}]
    assert table(study, "swing")["value"].tolist() == pytest.approx([6.0 * np.pi, -2.0 * np.pi, 0.0])
    assert table(study, "low")["value"].tolist() == pytest.approx([-3.0 * np.pi, np.pi, 0.0])
    assert study.convergence["verdict"].tolist() == [CONVERGED]
    assert ranking(study).iloc[0].tolist() == pytest.approx([1.0, -1.0 / 3.0, 0.0])


def with_luck(points: Points, r: int, alone: float, together: float, seed: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    luck = alone * rng.standard_normal((1, r, 1)) + together * rng.standard_normal((len(points), r, 1))
    return linear(points)[:, :1] + luck


def test_luck_is_told_from_parameters() -> None:
    """Var of the parameters 3² + 1² times π²/3 (uniform), luck alone 4, luck that meets the parameters 9."""
    study = run_study(with_method(DESIGN, "lhs", 600), lambda points: with_luck(points, 30, 2.0, 3.0), ["y"])
    noise = take_apart(study.y[:, :, 0])
    parameters = 10.0 * np.pi**2 / 3.0
    assert noise.in_mean == pytest.approx(9.0 / 30.0 / (parameters + 9.0 / 30.0), rel=0.15)
    assert noise.of_run_parameters == pytest.approx(parameters / (parameters + 13.0), rel=0.1)
    assert noise.of_run_parameters + noise.of_run_luck == pytest.approx(1.0)


def test_luck_that_all_points_share_does_not_blur() -> None:
    study = run_study(with_method(DESIGN, "sobol", 256), lambda points: with_luck(points, 3, 50.0, 0.0), ["y"])
    assert take_apart(study.y[:, :, 0]).in_mean == pytest.approx(0.0, abs=1e-9)
    assert table(study, "ST")["value"].tolist() == pytest.approx([0.9, 0.1, 0.0], abs=0.03)


def test_one_seed_leaves_luck_unknown_and_the_report_says_so() -> None:
    study = run_study(with_method(DESIGN, "sobol", 64), ishigami, ["ishigami"])
    assert np.isnan(study.convergence["noise_in_mean"]).all()
    assert "Not known: each point was run once" in write_report(DESIGN, study, None)
    loud = run_study(with_method(DESIGN, "sobol", 64), lambda points: with_luck(points, 2, 0.0, 30.0), ["y"])
    (row,) = loud.convergence.to_dict("records")
    assert row["noise_in_mean"] > 0.5
    assert row["replications_needed"] > 8
    assert "replications would do" in write_report(DESIGN, loud, None)


def test_a_constant_has_no_sensitivity() -> None:
    def flat(points: Points) -> np.ndarray:
        return np.full((len(points), 2, 1), 7.0)

    for method in ("oat", "morris", "sobol", "lhs"):
        study = run_study(with_method(DESIGN, method, 64), flat, ["flat"])
        assert study.convergence["verdict"].tolist() == [CONSTANT], method
        assert "What matters" in write_report(DESIGN, study, None)


def test_parameters_without_weight_are_named() -> None:
    study = run_study(with_method(DESIGN, "sobol", 512), linear, ["linear"])
    assert "could be held fixed: `chips.hoarding`." in write_report(DESIGN, study, None)


def test_all_figures_are_drawn(tmp_path: Path) -> None:
    for method, samples in (("oat", None), ("morris", 8), ("sobol", 32), ("lhs", 64)):
        study = run_study(with_method(DESIGN, method, samples), ishigami, ["switching_rate_last12"])
        (tmp_path / method).mkdir()
        draw_study(study, tmp_path / method, "n = 1")
        names = {path.name for path in (tmp_path / method).iterdir()}
        assert {"heatmap.png", "heatmap.pdf", "bars_1.png", "bars_1.pdf"} <= names
        assert ("pairs.png" in names) == (method == "sobol")


def corner(points: Points) -> np.ndarray:
    x, y, _ = columns(points)
    return ((x > 1.0) & (y < -1.0)).astype(np.float64)[:, np.newaxis, np.newaxis]


def test_discovery_finds_the_corner_in_which_a_case_happens() -> None:
    pytest.importorskip("ema_workbench")
    study = run_study(with_method(DESIGN, "lhs", 500), corner, ["case"])
    box = discover(study, "case > 0.5")
    limits = box.limits.set_index("parameter")
    assert set(limits.index[limits["p_value"] < 0.01]) == {"chips.moat", "chips.deposit"}
    assert limits.loc["chips.moat", "low"] == pytest.approx(1.0, abs=0.15)
    assert limits.loc["chips.deposit", "high"] == pytest.approx(-1.0, abs=0.15)
    assert box.density > 0.9
    assert box.coverage > 0.85
    assert box.share == pytest.approx((np.pi - 1.0) ** 2 / (2.0 * np.pi) ** 2, abs=0.02)
    assert discover(study, "case > 0.5").limits.equals(box.limits)
    assert "In the box below it happens at" in write_report(DESIGN, study, box)


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("case", "write it as outcome > number"),
        ("case > x", "write it as outcome > number"),
        ("cas > 1", "there is no outcome 'cas'. Did you mean 'case'?"),
        ("case > 2", "holds at 0 of 70 points"),
    ],
)
def test_a_case_that_cannot_be_looked_for(case: str, told: str) -> None:
    pytest.importorskip("ema_workbench")
    study = run_study(with_method(DESIGN, "lhs", 70), corner, ["case"])
    with pytest.raises(KingmakerError, match=re.escape(told)):
        discover(study, case)
    with pytest.raises(KingmakerError, match="needs a sample that fills the space"):
        discover(run_study(with_method(DESIGN, "morris", 4), corner, ["case"]), "case > 0.5")


def test_without_the_extra_discovery_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "ema_workbench.analysis", None)
    with pytest.raises(KingmakerError, match=r"kingmaker\[discovery\]"):
        discovery.load_prim()


@pytest.mark.parametrize(
    ("change", "method", "samples", "told"),
    [
        ({}, "fast", None, "--method is 'fast'; allowed methods are oat, morris, sobol, lhs"),
        ({}, "sobol", 100, "--samples is 100; a Sobol sample needs a power of two"),
        ({}, "morris", 1, "--samples is 1; allowed for morris is a whole number from 2"),
        ({}, "lhs", 40, "--samples is 40; allowed for lhs is a whole number from 64"),
        ({"kind": "sobol", "samples": 100}, None, None, f"{DESIGN.name}: samples is 100; a Sobol sample needs"),
        ({"kind": "list", "factors": ()}, None, None, "a list of points has no ranges"),
        ({"factors": ()}, "oat", None, "has no [parameters]"),
    ],
)
def test_a_method_that_cannot_be_used(
    change: dict[str, Any], method: str | None, samples: int | None, told: str
) -> None:
    with pytest.raises(KingmakerError, match=re.escape(told)):
        with_method(replace(DESIGN, **change), method, samples)


def test_a_grid_is_studied_one_factor_at_a_time() -> None:
    grid = replace(DESIGN, kind="grid", factors=(Factor("chips.moat", 1.0, 2.0, values=(1.0, 1.5, 2.0)),))
    study = run_study(with_method(grid, None, None), linear, ["linear"])
    assert study.sample.kind == "oat"
    assert [dict(point) for point in study.points] == [{}, {"chips.moat": 1.0}, {"chips.moat": 2.0}]


def half_constant(points: Points) -> np.ndarray:
    """One outcome that is the same everywhere, one that only luck moves in sums that cancel, one that varies."""
    luck = np.tile([[1.0, -1.0], [-1.0, 1.0]], (len(points) // 2 + 1, 1))[: len(points)]
    return np.dstack([np.full((len(points), 2), 0.25), luck, np.repeat(linear(points)[:, :1, 0], 2, axis=1)])


@pytest.mark.parametrize("kind", ["oat", "morris", "sobol", "lhs"])
def test_what_does_not_vary_is_said_and_not_drawn(kind: str, tmp_path: Path) -> None:
    small = {"oat": None, "morris": 3, "sobol": 8, "lhs": 64}[kind]
    asked = with_method(DESIGN, kind, small)
    study = run_study(asked, half_constant, ["still", "luck", "moves"])
    assert constants(study)[:1] == ["still"]
    assert "still" not in ranking(study).index
    assert "moves" in ranking(study).index
    draw_study(study, tmp_path, "footer", "In force: nothing.")
    assert (tmp_path / "heatmap.png").exists()
    told = Image.open(tmp_path / "heatmap.png").info["Description"]
    assert "The same at all points: still" in told
    assert "In force: nothing." in told
    report = write_report(asked, study, None)
    assert "no parameter moves them here: still" in report
    assert "- still" not in report.partition("## What matters")[2].partition("##")[0]


@pytest.mark.parametrize("kind", ["oat", "morris", "sobol", "lhs"])
def test_a_study_in_which_nothing_varies_has_a_report_and_no_figure(kind: str, tmp_path: Path) -> None:
    asked = with_method(DESIGN, kind, {"oat": None, "morris": 3, "sobol": 8, "lhs": 64}[kind])
    study = run_study(asked, lambda points: half_constant(points)[:, :, :1], ["still"])
    assert draw_study(study, tmp_path, "footer") == []
    report = write_report(asked, study, None)
    assert "Nothing can be ranked" in report
    assert "heatmap" not in report
    assert "could be held fixed" not in report
    assert "of 0" not in report


def test_luck_that_cancels_in_every_mean_is_all_that_is_seen() -> None:
    noise = take_apart(np.array([[1.0, -1.0], [-1.0, 1.0]]))
    assert (noise.in_mean, noise.of_run_parameters, noise.of_run_luck) == (1.0, 0.0, 1.0)


@pytest.mark.parametrize("points", [10, 20, 21, 40, 200])
def test_a_small_sample_has_indices_too(points: int) -> None:
    """Of twenty points ten harmonics would leave nothing to correct their bias by."""
    rng = np.random.default_rng(3)
    unit = rng.random((points, 2))
    found, _ = indices(Sample(("strong", "weak"), "lhs", unit), (5.0 * unit[:, :1] + 0.1 * unit[:, 1:]))
    first = {name: value for name, _, value, _, _ in found}
    assert np.isfinite(list(first.values())).all()
    assert first["strong"] > first["weak"]
