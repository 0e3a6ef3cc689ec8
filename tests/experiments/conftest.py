"""Fixtures: the fake model in place of the real one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not make neighbours importable

from fake_model import FakeEconomy

from kingmaker.experiments.runs.one_run import RunRequest


def build_fake(request: RunRequest) -> FakeEconomy:
    return FakeEconomy(request.setting, request.seed, request.months, request.panel)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[FakeEconomy]]:
    """The fake model wherever a model is built; ``fail_at`` is reset afterwards."""
    monkeypatch.setattr("kingmaker.experiments.runs.one_run.build_model", build_fake)
    monkeypatch.setattr("kingmaker.experiments.runs.rerun.build_model", build_fake)
    yield FakeEconomy
    FakeEconomy.fail_at, FakeEconomy.error = None, RuntimeError
