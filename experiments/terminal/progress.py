"""A bar over runs: on stderr where somebody watches it, in the output of a cell where a notebook asks."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

SECONDS = 0.2  # between two drawings in a notebook


@contextmanager
def progress(total: int, title: str, quiet: bool, unit: str = "runs") -> Iterator[Callable[[int], None]]:
    """A bar over so many of a unit; hidden if nobody watches. What it gives is told those done since the last call."""
    if not quiet and not sys.stderr.isatty() and (shown := cell()) is not None:
        with _in_a_cell(shown, total, title, unit) as advance:
            yield advance
        return
    from kingmaker.experiments.terminal.console import progress_bar

    with progress_bar(unit, quiet or not sys.stderr.isatty()) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.advance(task, done)


class Cell:
    """A place in the output of a notebook's cell that is drawn anew, not more often than an eye can follow."""

    def __init__(self, handle: Any, html: Any) -> None:
        """Nothing is shown yet."""
        self._handle, self._html = handle, html
        self._shown = False
        self._drawn = time.monotonic()

    def draw(self, text: str, done: int, total: int) -> None:
        """A bar with what is told of it; the first is drawn at once."""
        if not self._shown:
            self._shown = True
            self._handle.display(self._html(bar_html(done, total, text)))
        elif time.monotonic() - self._drawn >= SECONDS:
            self._drawn = time.monotonic()
            self._handle.update(self._html(bar_html(done, total, text)))

    def clear(self) -> None:
        """Take the bar away."""
        if self._shown:
            self._handle.update(self._html(""))


def cell() -> Cell | None:
    """The output of the notebook's cell that is running; None outside a notebook.

    Rich draws in notebooks by ipywidgets, which not every notebook has: this takes IPython alone, and only where it
    has been loaded already.
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None or not hasattr(shell, "kernel"):
        return None
    from IPython import display

    handle: Any = display.DisplayHandle
    html: Any = display.HTML
    return Cell(handle(), html)


@contextmanager
def _in_a_cell(place: Cell, total: int, title: str, unit: str) -> Iterator[Callable[[int], None]]:
    """Draws a bar and, once the work is done or stopped, takes it away."""
    done = 0

    def advance(more: int) -> None:
        nonlocal done
        done += more
        place.draw(f"{title}: {done} of {total} {unit}", done, total)

    advance(0)
    try:
        yield advance
    finally:
        place.clear()


def bar_html(done: int, total: int, text: str) -> str:
    """The bar as a notebook shows it, with what is told beside it."""
    return f'<progress value="{done}" max="{total}"></progress> {escape(text)}'
