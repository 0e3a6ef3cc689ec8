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
    if not quiet and not sys.stderr.isatty() and (shown := _cell()) is not None:
        with _in_a_cell(shown, total, title, unit) as advance:
            yield advance
        return
    from kingmaker.experiments.terminal.console import progress_bar

    with progress_bar(unit, quiet or not sys.stderr.isatty()) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.advance(task, done)


def _cell() -> Any:
    """A place in the output of the notebook's cell that can be drawn anew; None outside a notebook.

    Rich draws in notebooks by ipywidgets, which not every notebook has: this takes IPython alone, and only where it
    has been loaded already.
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None or not hasattr(shell, "kernel"):
        return None
    from IPython import display

    handle: Any = display.DisplayHandle
    return handle()


@contextmanager
def _in_a_cell(place: Any, total: int, title: str, unit: str) -> Iterator[Callable[[int], None]]:
    """Draws a bar and, once the work is done or stopped, takes it away."""
    from IPython import display

    html: Any = display.HTML
    done, drawn = 0, time.monotonic()
    place.display(html(bar_html(0, total, title, unit)))

    def advance(more: int) -> None:
        nonlocal done, drawn
        done += more
        if time.monotonic() - drawn >= SECONDS:
            drawn = time.monotonic()
            place.update(html(bar_html(done, total, title, unit)))

    try:
        yield advance
    finally:
        place.update(html(""))


def bar_html(done: int, total: int, title: str, unit: str) -> str:
    """The bar as a notebook shows it, with the numbers beside it."""
    return f'{escape(title)} <progress value="{done}" max="{total}"></progress> {done} of {total} {escape(unit)}'
