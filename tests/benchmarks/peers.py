"""The same runs through Kingmaker's sweep, ``mesa.batch_run`` and EMA Workbench: CPU and wall seconds, as JSON.

``python -m tests.benchmarks.peers sweep 64 1024`` makes 64 runs, then 1024, each with two fresh worker processes: the
difference is what runs cost once the processes stand. All is done on two cores; what other processes take of those in
the meantime is read from the system, so that it can be left out.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import mesa
import numpy as np

from kingmaker.environment.model import ComputeEconomy

STAT = Path("/proc/stat")
MONTHS = 24
PROCESSES = 2
KEY = "policy.interoperability"
MEASURE = "hhi_cloud"


def sweep(runs: int) -> float:
    """Through ``kingmaker sweep``; gives the CPU seconds of the model itself."""
    from kingmaker.experiments.design.design_file import DesignFile
    from kingmaker.experiments.design.sweep_design import build_design
    from kingmaker.experiments.sweep.sweeping import SweepRequest, run_sweep

    entries = DesignFile(kind="grid", months=MONTHS, replications=runs // 2, parameters={KEY: [0.0, 1.0]},
                         measures=[MEASURE], keep=["final"])  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        request = SweepRequest(build_design(entries, "peers", "peers"), Path(folder) / "out", PROCESSES, quiet=True)
        report = run_sweep(request)
    assert report.done == runs
    return report.model_seconds


def batch_run(runs: int) -> float:
    """Through Mesa's own tool."""
    seeds = list(range(1, runs // 2 + 1))
    parameters: dict[str, object] = {"months": MONTHS, KEY: [0.0, 1.0]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if mesa.__version__ < "3.5":
            found = mesa.batch_run(
                ComputeEconomy, {**parameters, "rng": seeds}, number_processes=PROCESSES, display_progress=False
            )
        else:
            found = mesa.batch_run(
                ComputeEconomy, parameters, rng=seeds, number_processes=PROCESSES, display_progress=False
            )
    assert len(found) == runs
    return 0.0


def one_run(**given: float) -> dict[str, float]:
    """The function that EMA Workbench calls."""
    model = ComputeEconomy(rng=int(given["seed"]), months=MONTHS, **{KEY: given["level"]}).run()
    return {MEASURE: model.measures.latest(MEASURE)}


def ema(runs: int) -> float:
    """Through EMA Workbench."""
    warnings.simplefilter("ignore")
    from ema_workbench import (
        IntegerParameter,
        Model,
        MultiprocessingEvaluator,
        RealParameter,
        ScalarOutcome,
        ema_logging,
        perform_experiments,
    )

    ema_logging.log_to_stderr(logging.ERROR)
    model = Model("kingmaker", function=one_run)
    model.uncertainties = [IntegerParameter("seed", 1, 10_000), RealParameter("level", 0.0, 1.0)]
    model.outcomes = [ScalarOutcome(MEASURE)]
    with MultiprocessingEvaluator(model, n_processes=PROCESSES) as evaluator:
        experiments, _ = perform_experiments(model, runs, evaluator=evaluator)
    assert len(experiments) == runs
    return 0.0


def _cpu(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def take_two_cores() -> set[int]:
    """Keep this process and its children to the two cores that are least busy now; none where this cannot be done."""
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < PROCESSES:
        return set()
    cores = sorted(os.sched_getaffinity(0))
    before = {core: busy({core}) for core in cores}
    time.sleep(0.2)
    chosen = set(sorted(cores, key=lambda core: busy({core}) - before[core])[:PROCESSES])
    os.sched_setaffinity(0, chosen)
    return chosen


def busy(cores: set[int]) -> float:
    """Seconds that these cores have not been idle, whoever used them (another virtual machine, too); 0 if not known."""
    if not cores or not STAT.exists():
        return 0.0
    seconds = 0.0
    for line in STAT.read_text(encoding="ascii").splitlines():
        name, *ticks = line.split()
        if name.startswith("cpu") and name[3:].isdigit() and int(name[3:]) in cores:
            user, nice, system, _idle, _waiting, *interrupts = map(int, ticks[:8])  # the rest is counted in user
            seconds += (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")
    return seconds


def main() -> None:
    ways: dict[str, Callable[[int], float]] = {"sweep": sweep, "batch_run": batch_run, "ema": ema}
    work = ways[sys.argv[1]]
    rows, cores = [], take_two_cores()

    def clocks() -> tuple[float, ...]:
        return time.perf_counter(), _cpu(resource.RUSAGE_SELF), _cpu(resource.RUSAGE_CHILDREN), busy(cores)

    for runs in map(int, sys.argv[2:]):
        before = clocks()
        model = work(runs)
        wall, driver, workers, used = np.subtract(clocks(), before)
        others = max(used - driver - workers, 0.0) if cores else float("inf")
        rows.append(
            {"runs": runs, "wall": wall, "driver": driver, "workers": workers, "model": model, "others": others}
        )
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
