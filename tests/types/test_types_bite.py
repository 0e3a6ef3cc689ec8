"""What the type checker finds: ten planted faults, each beside the line as it should be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAD = """
import numpy as np

from kingmaker.agents.cloud import Cloud
from kingmaker.agents.member import Column
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import FloatArray
from kingmaker.environment.core.economy import Economy


def phase(e: Economy) -> None:
    startups = e.startups.view()
"""
FAULTS = {
    "a parameter": ("e.p.policy.interoperability", "e.p.policy.interoperabilty"),
    "a group of parameters": ("e.p.policy.tax", "e.p.polcy.tax"),
    "a behaviour": ("e.clouds.act(Cloud.kept_inside, e.p)", "e.clouds.act(Cloud.kept_insde, e.p)"),
    "a behaviour of another kind of firm": (
        "e.startups.act(Startup.partner_saving, e.p)", "e.startups.act(Cloud.asks_exclusivity, e.p)"),
    "an argument that is missing": ("e.clouds.act(Cloud.kept_inside, e.p)", "e.clouds.act(Cloud.kept_inside)"),
    "an argument of another type": (
        "e.startups.act(Startup.sets_price, e.p, startups.cash, startups.cash)",
        "e.startups.act(Startup.sets_price, e.p, startups.cash, 'dear')"),
    "a column that is read": ("startups.capability", "startups.capabilty"),
    "a column that is written": ("startups.growth = startups.growth", "startups.grwth = startups.growth"),
    "an entry of the month": ("e.now.compute.rent_market", "e.now.compute.rent_markt"),
    "the policy in force": ("e.in_force.interoperability", "e.in_force.interoperabilty"),
    "a population": ("e.clouds.view()", "e.cluods.view()"),
    "what a column holds": ("x: FloatArray = startups.cash", "x: FloatArray = startups.open_weights"),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[int, str]:
    """What mypy says of a module that holds each line as it should be and then as it is planted: text by line."""
    lines = HEAD.rstrip("\n").split("\n")
    lines += [f"    {line}" for pair in FAULTS.values() for line in pair]
    place = tmp_path_factory.mktemp("planted") / "planted.py"
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(ROOT / "pyproject.toml"),
               "--no-error-summary", str(place)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 1, done.stdout + done.stderr
    said = [line.split(":", 2) for line in done.stdout.splitlines() if "planted.py" in line and ": error:" in line]
    return {int(number): text for _, number, text in said}


@pytest.mark.slow
def test_mypy_finds_each_planted_fault_and_nothing_else(found: dict[int, str]) -> None:
    first = HEAD.rstrip("\n").count("\n") + 2
    expected = {first + 2 * n + 1: what for n, what in enumerate(FAULTS)}
    assert {expected.get(number, f"line {number}: {text}") for number, text in found.items()} == set(expected.values())
