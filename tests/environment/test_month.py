"""The month: what no phase has filled cannot be read, phases keep their order, the printed plan is the code's."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from kingmaker.environment import model as module
from kingmaker.environment.core.month import BLOCKS, Month, entries
from kingmaker.environment.core.phases import PHASES, OrderError, Summed, phase
from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.reference.month_plan import plan

SETTING = {
    "startups.number": 60, "policy.partnership_review": 0.5, "policy.compute_fund_musd": 50.0,
    "policy.reserved_capacity": 0.1, "policy.interoperability": 0.3,
}  # fmt: skip
INDEPENDENT = {  # neighbours of which neither reads what the other changes: their order changes no number
    ("instruments.fix", "technology.spread_knowledge"), ("technology.spread_knowledge", "technology.build_moats"),
    ("technology.build_moats", "technology.add_power"), ("technology.add_power", "finance.move_moods"),
    ("pledges.pay_pledges", "orders.design_products"),
}  # fmt: skip
SOURCE = textwrap.dedent(inspect.getsource(ComputeEconomy.step)).split("\n")
PLACES = [n for n, line in enumerate(SOURCE) if re.match(r"\s+\w+\.\w+\(e\)$", line)]
NAMES = [SOURCE[n].strip().removesuffix("(e)") for n in PLACES]


def run(source: list[str]) -> pd.DataFrame:
    space = dict(vars(module))
    exec("\n".join(source), space)
    swapped = type("Swapped", (ComputeEconomy,), {"step": space["step"]})
    model = swapped(rng=3, months=14, register=False, **SETTING).run()
    return model.measures.to_frame().drop(columns=["month", "ledger_residual"])


def swapped() -> Iterator[tuple[str, str, list[str]]]:
    for (a, b), (first, second) in zip(pairwise(PLACES), pairwise(NAMES), strict=True):
        lines = list(SOURCE)
        lines[a], lines[b] = lines[b], lines[a]
        yield first, second, lines


@pytest.mark.slow
def test_swapped_neighbours_are_refused_unless_their_order_changes_nothing() -> None:
    usual = run(SOURCE)
    for first, second, lines in swapped():
        if (first, second) in INDEPENDENT:
            pd.testing.assert_frame_equal(run(lines), usual)
        else:
            with pytest.raises(OrderError, match=rf"{second}.*{first}"):
                run(lines)


def test_every_phase_of_the_month_is_declared_and_in_order() -> None:
    assert set(NAMES) == set(PHASES)
    for n, name in enumerate(NAMES):
        assert set(PHASES[name]) <= set(NAMES[:n]), name


def test_every_entry_names_a_phase_that_fills_it() -> None:
    for name, entry in entries():
        assert entry.by in PHASES, name
        assert entry.doc
        assert entry.shape.startswith("(worlds")


def test_what_is_not_filled_cannot_be_read() -> None:
    month = Month(worlds=1, clouds=2, startups=3)
    with pytest.raises(OrderError, match=r"compute\.rent_market.*renting\.post_prices"):
        month.compute.rent_market  # noqa: B018
    month.compute.rent_market = np.ones(1)
    assert month.compute.rent_market == 1.0


def test_sums_start_at_zero() -> None:
    month = Month(worlds=2, clouds=3, startups=4)
    sums = [(block, name) for block in BLOCKS for name, entry in block.entries.items() if isinstance(entry, Summed)]
    assert sums
    for block, name in sums:
        assert not getattr(getattr(month, block.name), name).any()


def test_a_phase_that_comes_too_early_is_refused_by_name() -> None:
    class Work:
        now = Month(worlds=1, clouds=1, startups=1)

    @phase("hosts.choose_hosts")
    def announce(e: Work) -> None:
        raise AssertionError("must not run")

    try:
        with pytest.raises(OrderError, match=r"announce is called before hosts\.choose_hosts"):
            announce(Work())
    finally:
        PHASES.pop(f"{__name__.rpartition('.')[2]}.announce")


def test_each_read_of_the_month_comes_after_its_write() -> None:
    filled: set[str] = {name for name, entry in entries() if isinstance(entry, Summed)}
    rows = plan(months=13)
    assert [row.phase for row in rows][: len(NAMES)] == NAMES
    for row in rows:
        assert set(row.reads) <= filled | set(row.fills), row.phase
        filled |= set(row.fills)
    assert {name for name, _ in entries()} <= filled
