"""How far a sweep is: a bar with an estimate on a terminal or in a notebook, else a line now and then on stderr."""

from __future__ import annotations

import sys
import time
from typing import Any, Self

from kingmaker.experiments.terminal.progress import Cell, cell

EVERY_SECONDS = 30.0


class Progress:
    """Counts runs; failures are named as they come."""

    def __init__(self, total: int, before: int, quiet: bool) -> None:
        """``before`` of ``total`` runs were there when this sweep began."""
        self.total, self.before, self.done, self.failed = total, before, 0, 0
        self.quiet = quiet
        self.began = self.told = time.monotonic()
        self._bar: Any = None
        self._task: Any = None
        self._cell: Cell | None = None

    def __enter__(self) -> Self:
        if not self.quiet and sys.stderr.isatty():
            from rich.progress import TimeElapsedColumn, TimeRemainingColumn

            from kingmaker.experiments.terminal.console import Task, progress_bar

            self._bar = progress_bar(
                "runs", False, TimeElapsedColumn(), Task("left"), TimeRemainingColumn(elapsed_when_finished=False),
                Task("{task.fields[failures]}"),
            )  # fmt: skip
            self._task = self._bar.add_task("sweep", total=self.total, completed=self.before, failures="")
            self._bar.start()
        elif not self.quiet:
            self._cell = cell()
            self._show()
        return self

    def _show(self) -> None:
        """Draw the bar in the notebook's cell, with the estimate beside it."""
        if self._cell is not None:
            passed = self.before + self.done + self.failed
            self._cell.draw(f"sweep: {self.line() if passed > self.before else 'begins'}", passed, self.total)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
        if self._cell is not None:
            self._cell.clear()

    def advance(self, done: int, failed: int) -> None:
        """So many more runs are done, or have failed."""
        self.done += done
        self.failed += failed
        if self._bar is not None:
            failures = f"{self.failed} failed" if self.failed else ""
            self._bar.update(self._task, advance=done + failed, failures=failures)
        elif self._cell is not None:
            self._show()
        elif not self.quiet and time.monotonic() - self.told >= EVERY_SECONDS:
            self.told = time.monotonic()
            print(self.line(), file=sys.stderr, flush=True)

    def line(self) -> str:
        """How far the sweep is, in words."""
        passed = self.done + self.failed
        seconds = (time.monotonic() - self.began) * (self.total - self.before - passed) / max(passed, 1)
        failures = f", {self.failed} failed" if self.failed else ""
        return f"{self.before + passed} of {self.total} runs{failures}, about {duration(seconds)} left"


def duration(seconds: float) -> str:
    """A time in words, coarse."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
