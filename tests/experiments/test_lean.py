"""What a worker need not import waits for its first use, and is then the real thing."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from kingmaker.experiments.sweep.local import Workers

ROOT = Path(__file__).resolve().parents[2]
# newer versions of Mesa take something out of these themselves when they are imported
TAKEN = () if version("mesa").startswith("3.3.") else ("mesa.experimental", "networkx", "scipy.spatial", "tqdm")
NEEDLESS = tuple(
    name
    for name in (
        "IPython", "asyncio.base_events", "matplotlib", "mesa.batchrunner", "mesa.experimental", "networkx",
        "numpy.f2py", "numpy.testing", "pandas", "scipy.spatial", "scipy.stats", "seaborn", "tqdm",
    )
    if name not in TAKEN
)  # fmt: skip
NEEDED = ("kingmaker.environment.model", "mesa.datacollection", "mesa.model", "pyarrow.lib", "scipy.special")
LOADED = f"[name for name in {NEEDLESS + NEEDED} if name in __import__('sys').modules]"


def in_a_new_process(*lines: str) -> str:
    """What the lines print after the libraries were loaded leanly."""
    code = "\n".join(("import sys", "from kingmaker.experiments import lean", "lean.load()", *lines))
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return told.stdout.strip()


@pytest.mark.slow
def test_a_worker_has_imported_what_it_needs_and_no_more() -> None:
    pool = Workers(1)
    try:
        assert pool.submit(eval, LOADED).result(timeout=60) == list(NEEDED)
    finally:
        pool.shutdown(cancel_futures=True)


def test_a_run_and_its_table_need_no_more() -> None:
    assert in_a_new_process(
        "from kingmaker.environment.model import ComputeEconomy",
        "import kingmaker.experiments.sweep.worker",
        "import pyarrow as pa, pyarrow.parquet",
        "model = ComputeEconomy(months=3, **{'startups.number': 20}).run()",
        "pa.table({'a': [1.0], 'b': ['x']})",
        f"print({LOADED} == {list(NEEDED)})",
    ) == "True"  # fmt: skip


@pytest.mark.parametrize(
    "use",
    [
        "mesa.experimental.devs.ABMSimulator",
        "mesa.batch_run(Steps, {'size': [1, 2]}, max_steps=2, display_progress=False)[1]['size']",
        "mesa.batchrunner.batch_run",
        "mesa.space.NetworkGrid(networkx.path_graph(3))",
        "mesa.discrete_space.Network(networkx.path_graph(3), random=__import__('random').Random(1))",
        "collected.get_model_vars_dataframe()",
        "np.testing.assert_equal(1, 1)",
        "np.f2py.run_main",
        "'ABMSimulator' in dir(mesa.experimental.devs) and 'devs' in dir(mesa.experimental)",
    ],
)
def test_what_waits_is_there_when_it_is_used(use: str) -> None:
    in_a_new_process(
        "import mesa, networkx, numpy as np",
        "class Steps(mesa.Model):",
        "    def __init__(self, size=0, rng=None, seed=None):",
        "        super().__init__(rng=rng)",
        "        self.datacollector = mesa.DataCollector({'steps': 'steps'})",
        "        self.datacollector.collect(self)",
        "    def step(self):",
        "        self.datacollector.collect(self)",
        "collected = Steps().datacollector",
        use,
    )


def test_later_imports_give_the_whole_modules() -> None:
    assert in_a_new_process(
        "import mesa.experimental.devs, networkx, numpy.f2py, numpy.testing, pandas.core.frame, tqdm.auto",
        "from mesa.experimental import continuous_space",
        "from mesa.batchrunner import batch_run",
        "from scipy.spatial import KDTree",
        "import mesa.datacollection, mesa.space",
        "real = [sys.modules[name] for name in lean.LATER]",
        "print(all(module.__spec__.origin and type(module) is type(sys) for module in real))",
        "print(mesa.datacollection.pd.DataFrame is pandas.DataFrame, mesa.space.nx.Graph is networkx.Graph)",
        "print(mesa.experimental is sys.modules['mesa.experimental'])",
    ).split() == ["True"] * 4  # fmt: skip


def test_arrow_knows_pandas_when_it_comes_later() -> None:
    assert in_a_new_process(
        "import pyarrow as pa",
        "assert 'pandas' not in sys.modules",
        "import pandas as pd",
        "print(pa.array(pd.Series([1.0, None])).null_count, pa.table(pd.DataFrame({'a': [1]})).to_pandas().shape)",
        "print(type(pd.__spec__.loader).__name__, [type(f).__module__ for f in sys.meta_path if 'lean' in str(f)])",
    ).split("\n") == ["1 (1, 1)", "SourceFileLoader []"]  # fmt: skip


def test_threads_that_use_it_first_get_it_whole() -> None:
    assert in_a_new_process(
        "from concurrent.futures import ThreadPoolExecutor",
        "import mesa.datacollection as m, threading",
        "sys.setswitchinterval(1e-6)",
        "start = threading.Barrier(8)",
        "def use(_):",
        "    start.wait()",
        "    return m.pd.DataFrame({'a': [1]}).shape",
        "with ThreadPoolExecutor(8) as pool:",
        "    print(set(pool.map(use, range(8))))",
    ) == "{(1, 1)}"  # fmt: skip


def test_another_thread_imports_as_ever_meanwhile() -> None:
    assert in_a_new_process(
        "import threading",
        "for name in [name for name in sys.modules if name.split('.')[0] == 'networkx']: del sys.modules[name]",
        "found = []",
        "with lean._later(lean.LATER):",
        "    thread = threading.Thread(target=lambda: found.append(__import__('networkx').Graph))",
        "    thread.start(); thread.join()",
        "print(found[0].__name__)",
    ) == "Graph"  # fmt: skip


def test_what_is_imported_already_stays() -> None:
    code = (
        "import pandas, mesa, networkx, sys; before = dict(sys.modules)\n"
        "from kingmaker.experiments import lean; lean.load()\n"
        "print(all(sys.modules[name] is module for name, module in before.items()), len(sys.meta_path))"
    )
    plain = subprocess.run([sys.executable, "-c", "import sys, pandas, mesa; print(len(sys.meta_path))"],
                           cwd=ROOT, capture_output=True, text=True, check=True)  # fmt: skip
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["True", plain.stdout.strip()]
