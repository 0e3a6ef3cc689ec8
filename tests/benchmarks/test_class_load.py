"""A short class at the page; `python -m tests.benchmarks.class_load` is the full one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.benchmarks.class_load import run_classes, table
from tests.end_to_end.class_server import serving


@pytest.mark.benchmark
def test_thirty_students_open_the_page_and_move_levers_at_hand(tmp_path: Path) -> None:
    with serving(tmp_path / "class.sqlite", "--workers", "1") as server:
        (times,) = asyncio.run(run_classes(server, [30], own=False))
    print("\n" + table([times]))
    assert (len(times.opened), len(times.at_hand)) == (30, 30)
    assert times.refused == []
    assert max(times.at_hand) < 10.0  # generous: the machine may be busy; the table has the figures
    assert times.page_cpu < 0.2
    assert times.memory_mb < 2.0
