"""The result of a comparison: two scenarios on the same seeds, and what tells them apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.agents.calendar import month_label
from kingmaker.agents.checks import Named, known
from kingmaker.environment.core.measures import Measure
from kingmaker.experiments.notebook.groups import grouped, seeds_told
from kingmaker.experiments.notebook.result import Result, refused
from kingmaker.experiments.studies.compare.comparison_table import CLAIM, HINT, ZERO, Comparison
from kingmaker.experiments.studies.compare.difference_words import told

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from kingmaker.experiments.studies.compare.write_comparison import Findings

PICTURES = ("overview",)
SIDES, DIFFERENCE = "sides", "difference"
SILENT = {HINT: "a hint, no claim", ZERO: "exactly the same in A and B"}


class ComparisonResult(Result):
    """Paired runs of two scenarios A and B: each pair shares its seed, and with it its luck, firm by firm.

    Args:
        comparison: the paths of both sides.
        differences: a row for each window and measure.
        findings: what a comparison that was run here has found; None if it was read from a folder.
        folder: where it was read from.
    """

    def __init__(
        self, comparison: Comparison, differences: pd.DataFrame, findings: Findings | None, folder: Path | None = None
    ) -> None:
        """Hold the numbers; nothing is run."""
        self.comparison, self.differences, self.findings, self.folder = comparison, differences, findings, folder
        self.measures: Named[Measure] = Named(comparison.question.measures, "measure")

    @property
    def labels(self) -> tuple[str, str]:
        """The names of A and B."""
        return self.comparison.question.labels

    def to_frame(self) -> pd.DataFrame:
        """One row a run and month: ``side`` (a or b), ``seed``, ``month``, then the measures."""
        return self.comparison.paths()

    def band(self, name: str) -> pd.DataFrame:
        """B less A month by month: ``n`` pairs, the mean ``difference`` and its interval (``low``, ``high``).

        ``level_a`` and ``level_b`` are the means of the sides.
        """
        import pandas as pd

        place = list(self.measures).index(self.measure(name).name)
        found, months = self.comparison.difference_paths(), self.comparison.a.shape[1]
        part = slice(place * months, (place + 1) * months)
        columns = ("difference", "low", "high", "level_a", "level_b")
        index = pd.Index([month_label(month) for month in range(months)], name="month")
        return pd.DataFrame({"n": found.n, **{key: getattr(found, key)[part] for key in columns}}, index=index)

    def table(self, names: str | Sequence[str] | None = None, window: str | None = None) -> pd.DataFrame:
        """B less A over a window of months: a row for each measure, with its interval and what may be claimed.

        Args:
            names: one measure or several; all if not given.
            window: one of the windows of the comparison; the first if not given.
        """
        windows = {each.name: each for each in self.comparison.question.windows}
        asked = next(iter(windows.values())) if window is None else known(window, windows, "window", "table")
        rows = self.differences[self.differences["window"] == asked.name].set_index("measure")
        rows.insert(0, "label", [self.measures[name].label for name in rows.index])
        rows.attrs |= {"window": asked.words, "level": self.comparison.question.level.share}
        return rows.loc[self._chosen(names)]

    def told(self, name: str) -> str:
        """What can be said of one measure, in a sentence: of its first window, with the interval."""
        measure, row = self.measure(name), self.table(name).iloc[0]
        if row.claim != CLAIM:
            return f"{measure.label}: {SILENT.get(row.claim, 'no claim, as the interval holds zero')}"
        return f"{measure.label} {told(measure, row, self.comparison.question.level)}"

    def plot(self, name: str | None = None, *, ax: Axes | None = None, kind: str = DIFFERENCE) -> Any:
        """A picture: of one measure as axes of matplotlib, or (without a name) of all differences as a figure.

        Args:
            name: a measure, or ``overview``.
            ax: axes to draw a measure on, as in seaborn; a figure of its own if not given.
            kind: ``difference`` is B less A with its interval, ``sides`` the paths of both.

        Raises:
            KingmakerError: no such measure, picture or kind.
        """
        known(kind, dict.fromkeys((DIFFERENCE, SIDES)), "kind", "plot")
        if name is None or name in PICTURES:
            return self._overview()
        if name not in self.measures:
            raise refused(name, self.measures, PICTURES)
        from kingmaker.experiments.figures.style import styled
        from kingmaker.experiments.notebook.series_plot import new_axes

        axes = ax or new_axes()
        with styled():
            (self._draw_sides if kind == SIDES else self._draw_difference)(axes, name)
        return axes

    def brief(self) -> str:
        """The policy brief in Markdown: what can be claimed, and what cannot.

        Raises:
            KingmakerError: the result was read from a folder that has lost its brief.
        """
        from kingmaker.environment.inputs.text_files import read_text
        from kingmaker.experiments.results.manifest import ManifestError
        from kingmaker.experiments.studies.compare.brief import write_brief

        if self.findings is None:
            assert self.folder is not None
            return read_text(self.folder / "brief.md", ManifestError)
        found, question = self.findings, self.comparison.question
        held = [self.comparison.held(window) for window in question.windows]
        return write_brief(question, found.table, found.robustness, found.tested, found.pairs_tested, held)

    def save(self, folder: str | Path, *, figures: bool = True, force: bool = False) -> Path:
        """Write brief, tables, paths and figures, as ``kingmaker compare`` does.

        Args:
            folder: made if need be.
            figures: draw them, as PDF and PNG.
            force: replace the answer to another question.

        Raises:
            KingmakerError: the folder holds something else.
        """
        from kingmaker.experiments.notebook.saving import copy_result, save_comparison

        if self.findings is None:
            assert self.folder is not None
            return copy_result(self.folder, Path(folder))
        return save_comparison(self.findings, Path(folder), figures, force)

    def facts(self) -> dict[str, str]:
        """What was compared."""
        question = self.comparison.question
        window = question.windows[0]
        first = self.differences[self.differences["window"] == window.name]
        claims = int((first["claim"] == CLAIM).sum())
        return {
            "A": self.labels[0],
            "B": self.labels[1],
            "pairs": f"{question.replications} pairs, {seeds_told(question.seeds)}, {question.months} months",
            "claims": f"claims of {claims} of {len(first)} measures, {window.words}",
        }

    def _overview(self) -> Any:
        from kingmaker.experiments.figures.comparison import draw_overview
        from kingmaker.experiments.notebook.series_plot import for_screen
        from kingmaker.experiments.studies.compare.write_comparison import footer_of

        question = self.comparison.question
        window, rows = question.windows[0], self.table().reset_index()
        with for_screen():
            footer = footer_of(question)
            return draw_overview(rows, self.measures, self.labels, window.words, footer, question.level)

    def _draw_difference(self, axes: Axes, name: str) -> None:
        from kingmaker.experiments.notebook.series_plot import draw_difference, headed

        question, band = self.comparison.question, self.band(name)
        headed(
            axes, self.told(name),
            f"B less A, month by month: mean of n = {question.replications} pairs, {seeds_told(question.seeds)}, with "
            f"its {question.level.words} (Student's t). The title is of the {question.windows[0].words}.\n"
            f"A: {self.labels[0]}. B: {self.labels[1]}",
        )  # fmt: skip
        draw_difference(axes, self.measures[name], *(band[key].to_numpy() for key in ("difference", "low", "high")))

    def _draw_sides(self, axes: Axes, measure: str) -> None:
        from kingmaker.experiments.notebook.series_plot import Path as Line
        from kingmaker.experiments.notebook.series_plot import draw_series, headed
        from kingmaker.experiments.stats.levels import WIDE, bands_at

        place, question = list(self.measures).index(measure), self.comparison.question
        sides = (self.comparison.a, self.comparison.b)
        short = list(grouped((question.a, question.b)))
        names = short if len(short) > 1 else list(self.labels)  # without what both sides share
        lines = [Line(name, side[place]) for name, side in zip(names, sides, strict=True)]
        bands = " and ".join(band.told for band in bands_at(WIDE.level))
        words = f"n = {question.replications} runs each, {seeds_told(question.seeds)}."
        words += f" Line: median; bands: {bands} of the runs, over luck"
        headed(axes, self.measures[measure].label, words, names)
        draw_series(axes, self.measures[measure], lines, WIDE.level)
