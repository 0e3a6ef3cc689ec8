"""What the type checker finds: faults planted in the model's code and in a user's, each beside the right line."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
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


# an extension as docs/how-to/extend.md has it written
OWN = """
import numpy as np

from kingmaker import Cloud, Column, Declaration, Economy, Gauge, Instrument, Measure, Startup

LIMIT = Declaration("own.limit", 0.5, "0-1", 0.0, 1.0, "an example", "an example", structural=False)


class Calm(Startup):
    calm = Column(0.0, unit="0-1", doc="an example")


class Law(Instrument):
    parameters = (LIMIT,)

    def fix(self, e: Economy) -> None:
        clouds = e.clouds.view()
"""
OWN_FAULTS = {
    "a column that is read": ("clouds.cash", "clouds.cahs"),
    "a column that is set": ("clouds.rent = clouds.rent", "clouds.rnet = clouds.rent"),
    "a column of one's own": ("e.startups.of(Calm).calm", "e.startups.of(Calm).clam"),
    "a parameter": ("e.p.policy.interoperability", "e.p.policy.interoperabilty"),
    "a group of parameters": ("e.p.policy.tax", "e.p.polcy.tax"),
    "a parameter of one's own": ("e.p[LIMIT]", "e.p[LIMITS]"),
    "a parameter of one's own by its key": ("e.p[LIMIT]", "e.p.own.limit"),
    "an entry of the month": ("e.now.compute.rent_market", "e.now.compute.rent_markt"),
    "a block of the month": ("e.now.compute", "e.now.compte"),
    "the policy in force": ("e.in_force.duty", "e.in_force.dutty"),
    "the policy in force, set": ("e.in_force.duty = 1.0", "e.in_force.dutty = 1.0"),
    "an entry of the month, set": (
        "e.now.compute.used = e.now.compute.used", "e.now.compute.usde = e.now.compute.used"),
    "what everybody knows": ("e.conditions.hhi_cloud", "e.conditions.hhi_clod"),
    "what everybody knows, set": ("e.conditions.mood = e.conditions.mood", "e.conditions.moood = e.conditions.mood"),
    "the chips": ("e.chips.running", "e.chips.runs"),
    "a population": ("e.regulators", "e.regulator"),
    "a population by name": ("e.populations['clouds']", "e.populations['cluods']"),
    "who pays": ("e.pay_public('tax', 'clouds', clouds.cash)", "e.pay_public('tax', 'cloud', clouds.cash)"),
    "who is paid": (
        "e.ledger.pay('rent', 'startups', clouds.cash, 'clouds', clouds.cash)",
        "e.ledger.pay('rent', 'startups', clouds.cash, 'cluods', clouds.cash)"),
    "whose luck": ("e.draws('own', 'startups').uniform()", "e.draws('own', 'startup').uniform()"),
    "a part of the economy": ("e.partnerships.graph()", "e.partnership.graph()"),
    "a behaviour": ("e.clouds.act(Cloud.kept_inside, e.p)", "e.clouds.act(Cloud.kept_insde, e.p)"),
    "a number in place of amounts": (
        "e.pay_public('tax', 'clouds', clouds.cash)", "e.pay_public('tax', 'clouds', 0.5)"),
}  # fmt: skip
PAGES = sorted((ROOT / "docs" / "how-to").glob("add-*.md"))
FILE = re.compile(r"^`(\w+\.py)`:\n\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def planted(head: str, faults: Mapping[str, tuple[str, str]], indent: str) -> tuple[str, dict[int, str]]:
    """A module that holds each line as it should be and then as it is planted, and the lines at fault."""
    lines = head.rstrip("\n").split("\n")
    expected = {len(lines) + 2 * n + 2: what for n, what in enumerate(faults)}
    lines += [f"{indent}{line}" for pair in faults.values() for line in pair]
    return "\n".join(lines) + "\n", expected


def said(output: str, module: str) -> dict[int, str]:
    """The errors of a module, by line."""
    lines = [
        line.split(":", 2) for line in output.splitlines() if module in line.partition(":")[0] and ": error:" in line
    ]
    return {int(number): text for _, number, text in lines}


@pytest.fixture(scope="module")
def of_a_user(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What ``mypy --strict`` says in a folder with the how-to pages' files and a planted one, and no configuration."""
    folder = tmp_path_factory.mktemp("own")
    for page in PAGES:
        for name, text in FILE.findall(page.read_text(encoding="utf-8")):
            if name != "look.py":
                (folder / name).write_text(text, encoding="utf-8")
    (folder / "planted.py").write_text(planted(OWN, OWN_FAULTS, " " * 8)[0], encoding="utf-8")
    names = sorted(path.name for path in folder.glob("*.py"))
    assert len(names) == len(PAGES) + 1
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_mypy_finds_each_fault_planted_in_an_extension_and_nothing_else(of_a_user: str) -> None:
    expected = planted(OWN, OWN_FAULTS, " " * 8)[1]
    found = said(of_a_user, "planted.py")
    assert {expected.get(number, f"line {number}: {text}") for number, text in found.items()} == set(expected.values())


@pytest.mark.slow
def test_the_files_of_the_how_to_pages_are_typed(of_a_user: str) -> None:
    assert [line for line in of_a_user.splitlines() if ": error:" in line and not line.startswith("planted.py")] == []


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[int, str]:
    """What mypy says of a module that holds each line as it should be and then as it is planted: text by line."""
    place = tmp_path_factory.mktemp("planted") / "planted.py"
    place.write_text(planted(HEAD, FAULTS, " " * 4)[0], encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(ROOT / "pyproject.toml"),
               "--no-error-summary", str(place)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 1, done.stdout + done.stderr
    return said(done.stdout, "planted.py")


@pytest.mark.slow
def test_mypy_finds_each_planted_fault_and_nothing_else(found: dict[int, str]) -> None:
    expected = planted(HEAD, FAULTS, " " * 4)[1]
    assert {expected.get(number, f"line {number}: {text}") for number, text in found.items()} == set(expected.values())
