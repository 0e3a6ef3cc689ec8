"""Where figures are written: one class writes them and says what it has written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from matplotlib.figure import Figure

from kingmaker.experiments.figures.figure_names import figure_name
from kingmaker.experiments.figures.style import save


def figure_path(folder: Path, *parts: str, taken: Iterable[str] = ()) -> Path:
    """The path of a figure in ``folder`` without its ending; see :func:`figure_name`."""
    return folder / figure_name(*parts, taken=taken)


class FigureFolder:
    """Writes figures into one folder, none over another, and remembers what it has written."""

    def __init__(self, folder: Path, note: str = "") -> None:
        """Figures go to ``folder``, which is there already.

        Args:
            folder: where to.
            note: what all captions end with, such as what is in force in the runs shown.
        """
        self.folder, self.note = folder, note
        self.names: list[str] = []
        self.written: list[Path] = []

    def save(self, figure: Figure, *parts: str) -> None:
        """Write a figure as PDF and PNG under a name made from ``parts``."""
        path = figure_path(self.folder, *parts, taken=self.names)
        self.names.append(path.name)
        self.written += save(figure, path, self.note)
