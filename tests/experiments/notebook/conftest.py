"""Small results of each kind, made once."""

from __future__ import annotations

import matplotlib as mpl
import pytest

import kingmaker as km
from tests.some_members import members_file, some_members

mpl.use("Agg")

SMALL = {"startups.number": 30}
DUTY = "policy.interoperability"
DESIGN = {
    "kind": "grid",
    "months": 3,
    "replications": 3,
    "measures": ["hhi_cloud", "switching_rate"],
    "keep": ["last2", "final"],
    "set": SMALL,
    "parameters": {DUTY: [0.0, 1.0], "chips.capacity_growth": [0.06, 0.12]},
}


@pytest.fixture(scope="session")
def single() -> km.RunResult:
    return km.run(months=14, quiet=True, **SMALL)


@pytest.fixture(scope="session")
def ensemble() -> km.RunResult:
    return km.run(months=5, replications=4, quiet=True, **SMALL)


@pytest.fixture(scope="session")
def stacked() -> km.RunResult:
    worlds = [{"rng": seed, DUTY: level, **SMALL} for seed in (1, 2, 3) for level in (0.0, 1.0)]
    return km.stack(worlds, months=5, quiet=True)


@pytest.fixture(scope="session")
def compared() -> km.ComparisonResult:
    return km.compare(
        "baseline", "baseline", set_a=SMALL, set_b={**SMALL, DUTY: 1.0}, months=14, replications=3, window="last6",
        over="luck", quiet=True,
    )  # fmt: skip


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> km.RunResult:
    file = members_file(tmp_path_factory.mktemp("members"), 24)
    return km.run(months=5, over=file, members=4, quiet=True, **SMALL)


@pytest.fixture(scope="session")
def compared_over() -> km.ComparisonResult:
    return km.compare(
        "baseline", "baseline", set_a=SMALL, set_b={**SMALL, DUTY: 1.0}, over=some_members(24), members=20, lucks=2,
        months=4, window="last2", outcomes=["switching_rate", "hhi_cloud"], quiet=True,
    )  # fmt: skip


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> km.SweepResult:
    return km.sweep(DESIGN, out=tmp_path_factory.mktemp("sweeps") / "grid", quiet=True)
