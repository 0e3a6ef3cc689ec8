"""What is in force is kept by every sweep, whatever measures it asks for, and told in one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kingmaker.experiments.design.design_file import DesignFile
from kingmaker.experiments.design.sweep_design import Design, build_design
from kingmaker.experiments.results import in_force
from kingmaker.experiments.sweep.identity import build_sweep_manifest
from kingmaker.experiments.sweep.opening import Wanted, opened
from kingmaker.experiments.sweep.plan import WHOLE, Namer, named_runs, work_of
from kingmaker.experiments.sweep.reading import load
from kingmaker.experiments.sweep.store import Store
from kingmaker.experiments.sweep.sweep_dictionary import described
from kingmaker.experiments.sweep.sweep_rules import in_force_in
from kingmaker.experiments.sweep.tasks import Job
from kingmaker.experiments.sweep.worker import encode, run_stack


def design(**entries: Any) -> Design:
    entries = {
        "kind": "grid", "months": 12, "replications": 1, "measures": ["hhi_cloud"], "set": {"startups.number": 20},
        "parameters": {"policy.interoperability": [0.0, 0.8]},
    } | entries  # fmt: skip
    return build_design(DesignFile(**entries), "made", "made")


def swept(folder: Path, made: Design) -> Path:
    """The folder of a sweep whose runs are made here."""
    work, store = work_of(made), Store(folder)
    runs = list(named_runs(made, Namer(work), WHOLE))
    jobs = [Job(name, run.parameters, run.seed) for name, run in runs]
    with opened(store, Wanted(made, work, [job.run for job in jobs]), WHOLE):
        store.write_part(encode([run_stack(work, jobs)], [job.run for job in jobs]))
    return folder


@pytest.mark.parametrize("keep", ["monthly", ["last6"], ["sd", "final"]])
def test_the_range_over_the_runs_is_told(tmp_path: Path, keep: str | list[str]) -> None:
    folder = swept(tmp_path / "out", design(keep=keep))
    told = in_force_in(folder)
    assert told.startswith("In force over the runs: duty of interoperability 0 to 0.8 (mean 0.4);")
    assert "export cap" in told
    assert "ban" not in told
    columns = set(load(folder).columns)
    assert columns <= {name for name, _, _ in described(design(keep=keep))}
    assert any(name.startswith("duty_in_force") for name in columns)


def test_where_no_level_is_kept_this_is_said(tmp_path: Path) -> None:
    assert "not recorded, as no level" in in_force_in(swept(tmp_path / "out", design(keep=["sd"])))


def test_a_measure_asked_for_is_kept_once() -> None:
    made = design(measures=["duty_in_force", "hhi_cloud"])
    work = work_of(made)
    assert sorted(work.measures) == sorted({"hhi_cloud", *in_force.names()})
    manifest = build_sweep_manifest(made, work, (), "")
    assert manifest["design"]["measures"] == ["duty_in_force", "hhi_cloud"]
    assert set(manifest["measured"]) == set(work.measures)
    assert np.unique([name for name, _, _ in described(made)], return_counts=True)[1].max() == 1
