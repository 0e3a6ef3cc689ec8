"""The vocabulary that all results share, and how a result prints itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.agents.cards import card
from kingmaker.agents.checks import Named, known
from kingmaker.agents.errors import UnknownNameError
from kingmaker.environment.core.measures import Measure

if TYPE_CHECKING:
    import pandas as pd

VOCABULARY = "to_frame(), band(name), table(), plot(name), save(folder)"


class Result(ABC):
    """What a question gives: the same words for runs, a comparison and a sweep.

    Every result knows its :attr:`measures`, and has

    - :meth:`to_frame`: all numbers, as a frame of pandas,
    - :meth:`band`: one measure, with how far the runs lie apart or how sure a mean is,
    - :meth:`table`: outcomes with their intervals, a row each,
    - :meth:`plot`: a picture, as an object of matplotlib that can be changed,
    - :meth:`save`: a folder that :func:`kingmaker.load` reads again.

    A result can be pickled.
    """

    #: What was measured, by name; a misspelt name is told with the nearest.
    measures: Named[Measure]

    @abstractmethod
    def to_frame(self) -> pd.DataFrame:
        """All numbers of the result."""

    @abstractmethod
    def band(self, name: str) -> pd.DataFrame:
        """One measure, with its band or interval."""

    @abstractmethod
    def table(self) -> pd.DataFrame:
        """Outcomes with their intervals."""

    @abstractmethod
    def plot(self, name: str | None = None) -> Any:
        """A picture of one measure, or of the whole result."""

    @abstractmethod
    def save(self, folder: str | Path) -> Path:
        """Write the result into a folder."""

    @abstractmethod
    def facts(self) -> dict[str, str]:
        """What the result is, a line each: for its printed form."""

    def measure(self, name: str) -> Measure:
        """Unit, label and definition of a measure.

        Raises:
            UnknownNameError: the result has none of that name.
        """
        return known(name, self.measures, "measure", "results")

    def _chosen(self, names: str | Sequence[str] | None) -> list[str]:
        """The measures asked for, all if None; a misspelt one is refused."""
        wanted = list(self.measures) if names is None else [names] if isinstance(names, str) else list(names)
        return [self.measure(name).name for name in wanted]

    def __repr__(self) -> str:
        """What it is, in one line."""
        return f"<{type(self).__name__}: {'; '.join(self.facts().values())}. {VOCABULARY}>"

    def _repr_html_(self) -> str:
        return card(type(self).__name__, self.facts(), VOCABULARY)


def refused(name: object, measures: Mapping[str, Measure], pictures: Sequence[str]) -> UnknownNameError:
    """The error for what is neither a measure nor a picture of a result."""
    return UnknownNameError(name, (*pictures, *measures), "measure or picture", "plot")
