"""Samples in, outcomes out; worker processes as an executor; a worker's own work."""

from __future__ import annotations

import multiprocessing
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kingmaker import evaluate
from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.design.design_file import DesignFile
from kingmaker.experiments.design.sweep_design import build_design
from kingmaker.experiments.sweep.local import Inline, Workers
from kingmaker.experiments.sweep.plan import WHOLE, Namer, named_runs, tasks_of, work_of
from kingmaker.experiments.sweep.tasks import Skew
from kingmaker.experiments.sweep.worker import run_task

SMALL = {"months": 4, "settings": {"startups.number": 20}}
NAMES = ["policy.interoperability", "policy.exclusivity_ban"]


def test_each_row_gives_what_its_own_run_gives() -> None:
    samples = np.array([[0.0, 0.0], [0.7, 1.0], [0.0, 0.0]])
    found = evaluate(samples, NAMES, ["hhi_cloud", "gap_china"], statistic="last2", replications=2, seed=3,
                     average=False, **SMALL)  # fmt: skip
    assert found.shape == (3, 2, 2)
    for row, values in zip(samples, found, strict=True):
        for replication in range(2):
            pins = {"policy.interoperability": row[0], "policy.exclusivity_ban": int(row[1]), "startups.number": 20}
            model = ComputeEconomy(rng=3 + replication, months=4, register=False, **pins).run()
            for k, name in enumerate(("hhi_cloud", "gap_china")):
                expected = np.ascontiguousarray(model.measures.array(name)[-2:, 0]).mean()
                assert values[replication, k] == expected
    mean = evaluate(samples, NAMES, "hhi_cloud", statistic="last2", replications=2, seed=3, **SMALL)
    np.testing.assert_array_equal(mean, found[:, :, 0].mean(axis=1))


@pytest.mark.slow
def test_processes_give_the_same_as_none() -> None:
    samples = np.random.default_rng(1).random((9, 1))
    one, two = (
        evaluate(samples, NAMES[:1], "hhi_cloud", statistic="final", workers=workers, **SMALL) for workers in (1, 2)
    )
    np.testing.assert_array_equal(one, two)
    assert not multiprocessing.active_children()


@pytest.mark.parametrize(
    ("samples", "names", "measures", "told"),
    [
        (np.zeros((3, 1)), NAMES, "hhi_cloud", r"shape \(3, 1\); with 2 names it must be \(n, 2\)"),
        (np.full((1, 1), 2.0), NAMES[:1], "hhi_cloud", "is 2.0; allowed is a number from 0 to 1"),
        (np.full((1, 1), 0.5), NAMES[1:], "hhi_cloud", "a whole number"),
        (np.zeros((1, 1)), ["policy.interop"], "hhi_cloud", "no parameter"),
        (np.zeros((1, 1)), NAMES[:1], "hhi", "no measure 'hhi'"),
        (np.zeros((0, 1)), NAMES[:1], "hhi_cloud", "shape"),
    ],
)
def test_mistakes_are_told(samples: np.ndarray, names: list[str], measures: str, told: str) -> None:
    with pytest.raises(KingmakerError, match=told):
        evaluate(samples, names, measures, statistic="final", **SMALL)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"seed": None}, "seed is None; allowed is a whole number from 0"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 2**63}, "seed is 9223372036854775808"),
        ({"seed": 1.5}, "seed is 1.5"),
        ({"months": 2.5}, "months is 2.5; allowed is a whole number from 1 to 1200"),
        ({"months": 0}, "months is 0"),
        ({"seed": 2**63 - 1, "replications": 2}, "with 2 seeds from there on"),
        ({"average": "no"}, "average is 'no'; allowed is True or False"),
        ({"samples": [[10**400]]}, "is inf; allowed is a number from 0 to 1"),
        ({"samples": np.ma.array([[0.5]], mask=[[True]])}, "some values are masked"),
        ({"months": "2"}, "months is '2'"),
        ({"workers": 0}, "workers is 0; allowed is a whole number from 1 on"),
        ({"workers": True}, "workers is True"),
        ({"replications": None}, "replications is None"),
        ({"samples": [["much"]]}, "row 0, 'policy.interoperability' is 'much'; allowed is a number"),
        ({"samples": [[0.5], [None]]}, "row 1, 'policy.interoperability' is None"),
        ({"samples": [[np.nan]]}, "is nan; allowed is a number"),
        ({"samples": [[1j]]}, "is 1j"),
        ({"samples": "0.5"}, r"shape \(\)"),
        ({"samples": np.zeros((2, 1, 1))}, r"shape \(2, 1, 1\)"),
        ({"samples": [[0.1, 0.2]], "names": NAMES[:1] * 2}, "'policy.interoperability' is named 2 times; name it once"),
        ({"names": NAMES[0]}, "allowed is a list of names"),
        ({"names": [1]}, "name 1 is 1; allowed is a text"),
        ({"measures": []}, "measures is empty"),
        ({"measures": None}, "measures is None"),
        ({"measures": ["hhi_cloud"] * 2}, "'hhi_cloud' is named 2 times"),
        ({"statistic": None}, "statistic is None"),
        ({"scenario": 3}, "scenario is 3"),
        ({"settings": [1]}, r"settings is \[1\]"),
        ({"settings": {1: 2}}, "settings: key is 1"),
        ({"settings": {NAMES[0]: 0.5}}, "is varied as well"),
    ],
)
def test_arguments_of_another_type_are_told(changed: dict[str, Any], told: str) -> None:
    given: dict[str, Any] = {"samples": [[0.5]], "names": NAMES[:1], "measures": "hhi_cloud", "statistic": "final"}
    with pytest.raises(KingmakerError, match=told):
        evaluate(**{**given, **SMALL, **changed})


def test_numbers_of_numpy_and_signed_zeros_are_welcome() -> None:
    def found(zero: float, **numbers: Any) -> float:
        return float(evaluate([[zero]], NAMES[:1], "hhi_cloud", statistic="final", **{**SMALL, **numbers})[0])

    expected = found(0.0, seed=3)
    assert found(-0.0, seed=np.int64(3), months=np.int32(4), workers=np.uint8(1), replications=np.int64(1)) == expected


def test_the_runs_that_raise_are_named_and_the_others_untouched(monkeypatch: pytest.MonkeyPatch) -> None:
    made = build_design(
        DesignFile(kind="list", months=3, keep=["final"], measures=["hhi_cloud"], set={"startups.number": 10},
                   points=[{"energy.cap": 0.5 + 0.1 * k} for k in range(7)]), "made", "made",
    )  # fmt: skip
    work = work_of(made)
    (task,) = tasks_of(work, named_runs(made, Namer(work), WHOLE), 7, 1, stack=7)
    whole = run_task(task)
    step = ComputeEconomy.step

    def treacherous(model: ComputeEconomy) -> None:
        if np.isclose(model.parameters.array("energy.cap"), 0.7).any():
            raise ZeroDivisionError("seven tenths")
        step(model)

    monkeypatch.setattr(ComputeEconomy, "step", treacherous)
    found = run_task(task)
    assert not isinstance(whole, Skew)
    assert not isinstance(found, Skew)
    (failure,) = found.failures
    assert failure.job.parameters["energy.cap"] == pytest.approx(0.7)
    assert failure.error == "ZeroDivisionError: seven tenths"
    assert "in treacherous" in failure.traceback
    assert set(found.runs) == set(whole.runs) - {failure.job.run}


def test_a_worker_with_another_model_says_so() -> None:
    made = build_design(DesignFile(kind="list", months=1, points=[{"energy.cap": 1.0}]), "made", "made")
    work = work_of(made)
    (task,) = tasks_of(work, named_runs(made, Namer(work), WHOLE), 1, 1)
    for changed in (replace(work, source_digest="0" * 64), replace(work, data_digest="0" * 64)):
        answer = run_task(replace(task, work=changed))
        assert isinstance(answer, Skew)
        assert "install the same version" in answer.text


# --- executors ----------------------------------------------------------------------------------


def test_an_error_stays_in_its_future() -> None:
    assert Inline().submit(divmod, 7, 2).result() == (3, 1)
    assert isinstance(Inline().submit(divmod, 7, 0).exception(), ZeroDivisionError)


@pytest.mark.slow
def test_a_dead_worker_breaks_its_own_task_only() -> None:
    from concurrent.futures import BrokenExecutor

    pool = Workers(2)
    try:
        patient = pool.submit(time.sleep, 2.0)
        doomed = pool.submit(os._exit, 1)
        with pytest.raises(BrokenExecutor):
            doomed.result(timeout=60)
        assert pool.submit(divmod, 7, 2).result(timeout=60) == (3, 1)  # a new process in its place
        assert patient.result(timeout=60) is None
    finally:
        pool.shutdown(cancel_futures=True)
    assert not multiprocessing.active_children()


def test_import_stays_cheap() -> None:
    import subprocess
    import sys

    check = "import sys, kingmaker; print([m for m in ('numpy', 'pandas', 'pyarrow', 'mesa') if m in sys.modules])"
    root = Path(__file__).resolve().parents[2]
    told = subprocess.run([sys.executable, "-c", check], cwd=root, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_members_are_the_first_of_a_posterior() -> None:
    import kingmaker as km

    posterior, row = km.posterior(), [[0.5]]
    asked = {"months": 3, "statistic": "final", "settings": {"startups.number": 20}, "average": False}
    given = evaluate(row, ["policy.tax"], "hhi_cloud", over=posterior, members=2, **asked)  # type: ignore[arg-type]
    first = evaluate(row, ["policy.tax"], "hhi_cloud", over=posterior.first(2), **asked)  # type: ignore[arg-type]
    assert given.shape == (1, 2)
    assert np.array_equal(given, first)
    with pytest.raises(KingmakerError, match=r"members is 2, but no posterior is given: add over=km.posterior\(\)"):
        evaluate(row, ["policy.tax"], "hhi_cloud", members=2)
