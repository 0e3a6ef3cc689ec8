"""The pages in docs/reference are what ``kingmaker reference`` writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kingmaker.agents.types import REGIONS
from kingmaker.environment.chips.chip_state import Conditions
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.model import ComputeEconomy
from kingmaker.environment.ties.partnerships import KINDS
from kingmaker.experiments.reference import economy_parts
from kingmaker.experiments.reference.reference_pages import PAGES, ties_page

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference"
NUMBER = re.compile(r"-?\d[\d,]*\.\d")


def test_there_are_no_other_pages() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == set(PAGES)


@pytest.mark.parametrize("name", sorted(set(PAGES) - {"ledger"}))
def test_a_page_is_current(name: str) -> None:
    assert (FOLDER / f"{name}.md").read_text(encoding="utf-8") == PAGES[name](), "run: kingmaker reference"


def test_every_part_of_the_economy_is_on_the_page_for_extensions() -> None:
    public = {name for name in (*dir(Economy), *Economy.__dataclass_fields__) if not name.startswith("_")}
    assert set(economy_parts.PARTS) == public
    assert {name for name, _ in economy_parts.conditions()} == set(Conditions.__dataclass_fields__)


def test_every_array_of_the_chips_is_described_with_its_shape() -> None:
    chips = ComputeEconomy(rng=1, months=1, register=False, **{"startups.number": 30}).run().economy.chips
    worlds, makers, buyers = chips.lead.shape
    sizes = {
        "worlds": worlds, "makers": makers, "buyers": buyers, "products": chips.h100e.shape[1],
        "clouds": chips.clouds, "regions": len(REGIONS), "lines": len(chips.starts), "2": 2,
    }  # fmt: skip
    told = {name: tuple(sizes[word] for word in re.findall(r"\w+", shape)) for name, shape, _ in economy_parts.chips()}
    found = {name: array.shape for name, array in vars(chips).items() if getattr(array, "ndim", 0)}
    assert told == found


def test_every_kind_of_tie_is_explained() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", ties_page().split("## ")[0], re.MULTILINE)) == set(KINDS)


@pytest.mark.slow
def test_the_ledgers_page_is_current() -> None:
    """It is made by a run, whose last digits differ between processors."""
    kept, made = (FOLDER / "ledger.md").read_text(encoding="utf-8").splitlines(), PAGES["ledger"]().splitlines()
    assert [NUMBER.sub("#", line) for line in kept] == [NUMBER.sub("#", line) for line in made]
    for old, new in zip(kept, made, strict=True):
        pairs = zip(NUMBER.findall(old), NUMBER.findall(new), strict=True)
        for a, b in pairs:
            assert float(a.replace(",", "")) == pytest.approx(float(b.replace(",", "")), rel=1e-3, abs=0.11), old
