"""What a worker of a sweep imports, and that nobody sees a difference in what is loaded later."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from scipy import special

from kingmaker.agents import quantiles

HEAVY = ("pandas", "networkx", "matplotlib", "seaborn", "scipy.spatial", "scipy.linalg", "scipy.stats", "mesa.space")


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_worker_loads_the_model_and_nothing_that_it_does_not_need() -> None:
    code = f"""
import sys
import kingmaker.environment.model
from kingmaker.experiments.sweep import local, worker
local._arrow_without_pandas()
import pyarrow as pa
pa.array([1.0])
print([name for name in {HEAVY} if name in sys.modules])
"""
    assert run(code) == "[]"


@pytest.mark.parametrize(
    "first", ["import kingmaker.environment.model", "import mesa, scipy.special", "from mesa.agent import Agent"]
)
def test_mesa_and_scipy_are_whole_whoever_came_first(first: str) -> None:
    code = f"""
{first}
from kingmaker.environment.model import ComputeEconomy
from kingmaker.agents.startup import Startup
import scipy
import mesa
assert issubclass(ComputeEconomy, mesa.Model) and issubclass(Startup, mesa.Agent)
assert mesa.space.MultiGrid and mesa.DataCollector and mesa.__version__ and mesa.batch_run
assert set(mesa.__all__) <= set(dir(mesa))
from mesa.experimental.devs import ABMSimulator
from scipy.special import erf, stdtrit
assert scipy.special.erf is erf
try:
    mesa.no_such_thing
except AttributeError as fault:
    print(fault)
"""
    assert run(code) == "module 'mesa' has no attribute 'no_such_thing'"


def test_two_threads_that_ask_at_once_both_get_the_whole_package() -> None:
    code = """
import threading
import kingmaker.environment.model
import mesa
found = []
asking = [threading.Thread(target=lambda: found.append(mesa.batch_run.__name__)) for _ in range(4)]
for thread in asking:
    thread.start()
for thread in asking:
    thread.join()
print(found)
"""
    assert run(code) == str(["batch_run"] * 4)


def test_pandas_and_arrow_know_each_other_in_a_worker_that_imports_pandas_later() -> None:
    code = """
from kingmaker.experiments.sweep import local
local._arrow_without_pandas()
import pandas as pd
import pyarrow as pa
table = pa.Table.from_pandas(pd.DataFrame({"a": [1.0, None]}))
print(table["a"].null_count, table.to_pandas().shape)
"""
    assert run(code) == "1 (2, 1)"


def test_the_quantiles_are_scipys() -> None:
    chance, mean = np.linspace(0.001, 0.999, 201), np.linspace(0.01, 30.0, 201)
    assert np.array_equal(quantiles.ndtri(chance), special.ndtri(chance))
    assert np.array_equal(quantiles.pdtrik(chance, mean), special.pdtrik(chance, mean))
