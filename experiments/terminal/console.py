"""The one way to print: text is shown as it is, whatever it holds, on any terminal and in any encoding.

No other module makes a console of rich's own (a test looks for it): there markup in a title would be read as markup.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import rich.console
import rich.progress
from rich.text import Text

from kingmaker.experiments.terminal.safe_text import for_terminal


class Console(rich.console.Console):
    """Rich's console without markup, emoji codes and highlighting; texts pass :func:`for_terminal`."""

    def __init__(self, *, stderr: bool = False, file: IO[str] | None = None, width: int | None = None) -> None:
        """As rich's; only what is listed can be chosen."""
        super().__init__(stderr=stderr, file=file, width=width, markup=False, emoji=False, highlight=False)

    @property
    def encoding(self) -> str:
        """That of the stream on which it ends up, also when it is drawn into memory first: frames are drawn to fit."""
        stream: Any = sys.stderr if self.stderr else sys.stdout
        return (getattr(stream, "encoding", None) or "utf-8").lower()

    def render_str(self, text: str, **how: Any) -> Text:
        """Every text that rich is given as a plain string passes here."""
        return super().render_str(for_terminal(text), **how)

    def say(self, text: object) -> None:
        """Print a sentence on a line of its own, however long; paths in it can be copied."""
        self.print(str(text), soft_wrap=True)


class Task(rich.progress.TextColumn):
    """A column of a progress bar with text as it stands."""

    def __init__(self, form: str = "{task.description}") -> None:
        """``form`` has the task's fields in braces."""
        super().__init__(form, markup=False)

    def render(self, task: rich.progress.Task) -> Text:
        """The text, with nothing in it that acts on the terminal."""
        return Text(for_terminal(self.text_format.format(task=task)), style=self.style, justify=self.justify)


def progress_bar(unit: str, hidden: bool, *more: rich.progress.ProgressColumn) -> rich.progress.Progress:
    """A bar on stderr that counts ``unit``; ``more`` are columns after it, the time left if there are none."""
    columns = (Task(), rich.progress.BarColumn(), rich.progress.MofNCompleteColumn(), Task(unit))
    after = more or (rich.progress.TimeRemainingColumn(),)
    return rich.progress.Progress(*columns, *after, console=Console(stderr=True), disable=hidden)


@contextmanager
def saying(what: str, quiet: bool) -> Iterator[None]:
    """A line on stderr while something takes a few seconds; none if nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    console = Console(stderr=True)
    with console.status(Text(f"{for_terminal(what)} …")):
        yield
