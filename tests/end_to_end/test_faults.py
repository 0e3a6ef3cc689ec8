"""Kill -9 at random moments: at least 25 of them, among workers, drivers, Dask workers and Dask nodes.

``python -m tests.faults --kills 200`` does the same at length.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest.importorskip("psutil")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="process groups and signals of Unix"),
]

LOCAL, DASK = 15, 11


def test_kills_of_workers_and_drivers_lose_nothing(tmp_path: Path) -> None:
    from tests.faults.storm import Storm

    storm = Storm(tmp_path, LOCAL)
    storm.local()
    assert sum(storm.killed.values()) >= LOCAL
    assert {"worker", "driver"} == set(storm.killed)


def test_kills_of_dask_workers_and_nodes_lose_nothing(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    from tests.faults.storm import Storm

    storm = Storm(tmp_path, DASK)
    storm.dask()
    assert sum(storm.killed.values()) >= DASK
    assert {"dask worker", "dask node"} <= set(storm.killed)
