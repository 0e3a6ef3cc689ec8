"""A bar over runs, on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(total: int, title: str, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A bar over runs; hidden if nobody watches. What it gives is told the runs finished since it was last called."""
    from kingmaker.experiments.terminal.console import progress_bar

    with progress_bar("runs", quiet or not sys.stderr.isatty()) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.advance(task, done)
