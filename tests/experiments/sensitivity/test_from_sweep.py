"""A study of a sweep's results: the same numbers as a study that runs by itself, and refusals of what does not fit."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.design.sweep_design import Design, load_design
from kingmaker.experiments.studies.sensitivity.from_sweep import check_sweep, outcomes_from
from kingmaker.experiments.studies.sensitivity.model_function import model_evaluator, outcomes_of
from kingmaker.experiments.studies.sensitivity.study import points_of, run_study, with_method
from kingmaker.experiments.sweep.reading import load
from kingmaker.experiments.sweep.sweeping import SweepRequest, run_sweep

TEXT = """kind = "morris"
months = 6
samples = 3
replications = 2
measures = ["switching_rate", "lead_time_weeks"]
keep = {keep}
set = {{ "startups.number" = 20 }}
[parameters]
"chips.kingmaker" = {{ low = 0.0, high = 2.0 }}
"chips.capacity_growth" = {{ low = 0.05, high = 0.13 }}
"""


def design(folder: Path, keep: str) -> Design:
    (folder / "d.toml").write_text(TEXT.format(keep=keep), encoding="utf-8")
    return with_method(load_design(str(folder / "d.toml")), None, None)


@pytest.mark.parametrize("keep", ['["last3", "final"]', '"monthly"'])
def test_a_sweep_gives_the_numbers_of_a_study(tmp_path: Path, keep: str) -> None:
    asked = design(tmp_path, keep)
    run_sweep(SweepRequest(design=load_design(str(tmp_path / "d.toml")), out=tmp_path / "runs", workers=1, quiet=True))
    found = outcomes_from(load(tmp_path / "runs"), asked, ("last3",), "runs")
    direct = run_study(asked, model_evaluator(asked, ("last3",)), outcomes_of(asked, ("last3",)))
    assert np.array_equal(found, direct.y)


def frame(asked: Design) -> pd.DataFrame:
    points = points_of(asked)[1]
    rows = [
        {"point": k, "replication": r, **point, "switching_rate_last3": 10.0 * k + r, "lead_time_weeks_last3": 0.0}
        for k, point in enumerate(points)
        for r in range(asked.replications)
    ]
    return pd.DataFrame(rows).sample(frac=1.0, random_state=1)  # in any order


def test_runs_find_their_place(tmp_path: Path) -> None:
    asked = design(tmp_path, '["last3"]')
    found = outcomes_from(frame(asked), asked, ("last3",), "runs")
    assert found.shape == (9, 2, 2)
    assert found[:, :, 0].tolist() == [[10.0 * k, 10.0 * k + 1.0] for k in range(9)]


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    asked = design(tmp_path, '["last3"]')
    whole = frame(asked)
    for changed, told in (
        (whole.iloc[:-1], "holds 17 of 18 runs; run the sweep again"),
        (whole.assign(**{"chips.kingmaker": 0.3}), "results of another design"),
        (whole.assign(point=whole["point"] + 1), "results of another design"),
        (whole.drop(columns="chips.kingmaker"), "results of another design"),
        (whole.drop(columns="lead_time_weeks_last3"), "did not keep 'lead_time_weeks_last3'"),
    ):
        with pytest.raises(KingmakerError, match=re.escape(told)):
            outcomes_from(changed, asked, ("last3",), "runs")
    with pytest.raises(KingmakerError, match="needs a design of kind morris, sobol or lhs, not oat"):
        outcomes_from(whole, with_method(asked, "oat", None), ("last3",), "runs")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("months = 6", "months = 7", "months is 6 there and 7 now"),
        ('"startups.number" = 20', '"startups.number" = 30', "'startups.number' is 20 there and 30 now"),
        ("months = 6", 'months = 6\nscenario = "no_new_law"', "of the scenario is"),
        ("months = 6", "months = 6\nseed = 5", "seed is 1 there and 5 now"),
        ("replications = 2", "replications = 1", "replications is 2 there and 1 now"),
    ],
)
def test_a_sweep_of_another_question_is_refused_and_the_values_are_named(
    old: str, new: str, told: str, tmp_path: Path
) -> None:
    swept = design(tmp_path, '["last3", "final"]')
    run_sweep(SweepRequest(design=swept, out=tmp_path / "runs", workers=1, quiet=True))
    check_sweep(tmp_path / "runs", replace(swept, measures=("lead_time_weeks",)))  # fewer outcomes are no other design
    path = tmp_path / "d.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    asked = with_method(load_design(str(path)), None, None)
    with pytest.raises(KingmakerError, match=re.escape(told)):
        check_sweep(tmp_path / "runs", asked)


def test_a_sweep_of_another_version_of_the_model_is_refused(tmp_path: Path) -> None:
    swept = design(tmp_path, '["last3"]')
    run_sweep(SweepRequest(design=swept, out=tmp_path / "runs", workers=1, quiet=True))
    manifest = json.loads((tmp_path / "runs/manifest.json").read_text(encoding="utf-8"))
    (tmp_path / "runs/manifest.json").write_text(json.dumps({**manifest, "source_digest": "0" * 64}), encoding="utf-8")
    with pytest.raises(KingmakerError, match=r"another version of the model \(code digest 0{12} then"):
        check_sweep(tmp_path / "runs", swept)
