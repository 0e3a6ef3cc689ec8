"""Progress in a notebook: a bar in the cell's output, drawn anew, and taken away at the end."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from kingmaker.experiments.sweep.sweep_progress import Progress
from kingmaker.experiments.terminal import progress as module
from kingmaker.experiments.terminal.progress import bar_html, progress


@pytest.fixture
def cell(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a notebook's cell is given to show."""
    shown: list[str] = []

    class Handle:
        def display(self, what: Any) -> None:
            shown.append(what)

        update = display

    shell = SimpleNamespace(kernel=object())
    display = SimpleNamespace(DisplayHandle=Handle, HTML=lambda text: text)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell, display=display))
    monkeypatch.setitem(sys.modules, "IPython.display", display)  # type: ignore[arg-type]
    monkeypatch.setattr(module, "SECONDS", 0.0)
    return shown


def test_a_cell_shows_how_far_it_is(cell: list[str]) -> None:
    with progress(4, "baseline, <4> seeds", False) as advance:
        advance(1)
        advance(3)
    assert ["1 of 4 runs" in text for text in cell] == [False, True, False, False]
    assert "&lt;4&gt; seeds" in cell[0]
    assert cell[-1] == ""


def test_it_is_taken_away_when_the_work_is_stopped(cell: list[str]) -> None:
    with pytest.raises(KeyboardInterrupt), progress(4, "x", False):
        raise KeyboardInterrupt
    assert cell[-1] == ""


def test_quiet_is_quiet_in_a_notebook(cell: list[str]) -> None:
    with progress(4, "x", True) as advance:
        advance(1)
    assert cell == []


def test_no_notebook_no_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert module.cell() is None
    monkeypatch.delitem(sys.modules, "IPython")
    assert module.cell() is None


def test_the_bar_shows_texts_as_they_stand() -> None:
    assert bar_html(3, 12, "a <b>") == '<progress value="3" max="12"></progress> a &lt;b&gt;'


def test_a_sweep_shows_its_bar_in_the_cell_too(cell: list[str]) -> None:
    with Progress(10, 4, False) as sweep:
        sweep.advance(3, 1)
    assert "sweep: begins" in cell[0]
    assert 'value="8" max="10"' in cell[1]
    assert "8 of 10 runs, 1 failed, about" in cell[1]
    assert cell[-1] == ""
    with Progress(10, 4, True) as sweep:
        sweep.advance(3, 0)
    assert len(cell) == 3


def test_outside_a_notebook_a_sweep_draws_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(10, 4, False) as sweep:
        sweep.advance(3, 0)
    assert capsys.readouterr() == ("", "")
