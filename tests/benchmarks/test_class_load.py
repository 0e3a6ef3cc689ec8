"""A short class at the page; `python -m tests.benchmarks.class_load` is the full one."""

from __future__ import annotations

import asyncio

import pytest

from tests.benchmarks.class_load import run_class
from tests.end_to_end.classroom import serving


@pytest.mark.benchmark
def test_ten_students_are_all_answered() -> None:
    with serving() as server:
        times = asyncio.run(run_class(server, sessions=10, rounds=2, arrive=3.0, think=2.0, link="months=48&runs=8"))
    print("\n" + times.table())
    assert times.failed == []
    assert (len(times.opened), len(times.together), len(times.curves), len(times.bands)) == (10, 10, 10, 20)
    assert max(times.together) < 60.0  # generous: the machine may be busy; the table has the figures
    assert times.memory_mib < 40.0
