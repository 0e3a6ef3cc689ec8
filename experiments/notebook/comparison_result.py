"""The result of a comparison: two scenarios on the same seeds, and what tells them apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.agents.calendar import month_label
from kingmaker.agents.checks import Named, known
from kingmaker.environment.core.measures import Measure
from kingmaker.experiments.design.replicates import LUCK
from kingmaker.experiments.notebook.groups import grouped, seeds_told
from kingmaker.experiments.notebook.python_words import in_python
from kingmaker.experiments.notebook.result import Result, refused
from kingmaker.experiments.stats.member_effects import FEWEST, difference, middle_of
from kingmaker.experiments.studies.compare.comparison_table import CLAIM, HINT, ZERO, Comparison
from kingmaker.experiments.studies.compare.difference_words import moved, told
from kingmaker.experiments.studies.compare.member_brief import per_cent, signs

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from kingmaker.agents.types import FloatArray
    from kingmaker.experiments.studies.compare.over_members import MemberFindings
    from kingmaker.experiments.studies.compare.write_comparison import Findings

PICTURES = ("overview",)
SIDES, DIFFERENCE = "sides", "difference"
SILENT = {HINT: "a hint, no claim", ZERO: "exactly the same in A and B"}


class ComparisonResult(Result):
    """Paired runs of two scenarios A and B: each pair shares its seed, and with it its luck, firm by firm.

    Over a posterior a pair shares the parameters of a member too.

    Args:
        comparison: the paths of both sides.
        differences: a row for each window and measure.
        findings: what a comparison that was run here has found; None if it was read from a folder.
        folder: where it was read from.
    """

    def __init__(
        self,
        comparison: Comparison,
        differences: pd.DataFrame,
        findings: Findings | MemberFindings | None,
        folder: Path | None = None,
    ) -> None:
        """Hold the numbers; nothing is run."""
        self.comparison, self.differences, self.findings, self.folder = comparison, differences, findings, folder
        self.measures: Named[Measure] = Named(comparison.question.measures, "measure")

    @property
    def over(self) -> str:
        """Over what it is: ``luck`` or ``posterior``."""
        return self.comparison.question.replicates.over

    @property
    def labels(self) -> tuple[str, str]:
        """The names of A and B."""
        return self.comparison.question.labels

    def to_frame(self) -> pd.DataFrame:
        """One row a run and month: ``side`` (a or b), ``member`` of a posterior, ``seed``, ``month``, measures."""
        return self.comparison.paths()

    def band(self, name: str) -> pd.DataFrame:
        """B less A month by month: ``n`` pairs, the ``difference`` and its interval (``low``, ``high``).

        The difference is the mean over luck and the median over a posterior; ``level_a`` and ``level_b`` are the same
        of the sides.
        """
        import pandas as pd

        place = list(self.measures).index(self.measure(name).name)
        months = self.comparison.a.shape[1]
        found = self._difference(place, months) if self.over == LUCK else self._effect(place)
        index = pd.Index([month_label(month) for month in range(months)], name="month")
        return pd.DataFrame({"n": self.comparison.question.replications, **found}, index=index)

    def _difference(self, place: int, months: int) -> dict[str, FloatArray]:
        """The columns of a band over luck."""
        found, part = self.comparison.difference_paths(), slice(place * months, (place + 1) * months)
        return {key: getattr(found, key)[part] for key in ("difference", "low", "high", "level_a", "level_b")}

    def _effect(self, place: int) -> dict[str, FloatArray]:
        """The columns of a band over a posterior."""
        question = self.comparison.question
        a, b = self.comparison.a[place], self.comparison.b[place]
        weights, level = question.replicates.weights, question.level
        low, middle, high = middle_of(difference(a, b), weights, level)
        sides = {f"level_{name}": middle_of(side, weights, level)[1] for name, side in (("a", a), ("b", b))}
        return {"difference": middle, "low": low, "high": high, **sides}

    def table(self, names: str | Sequence[str] | None = None, window: str | None = None) -> pd.DataFrame:
        """B less A over a window of months: a row for each measure, with its interval and what may be claimed.

        Args:
            names: one measure or several; all of which claims are made if not given.
            window: one of the windows of the comparison; the first if not given.
        """
        windows = {each.name: each for each in self.comparison.question.windows}
        asked = next(iter(windows.values())) if window is None else known(window, windows, "window", "table")
        rows = self.differences[self.differences["window"] == asked.name].set_index("measure")
        rows.insert(0, "label", [self.measures[name].label for name in rows.index])
        rows.attrs |= {"window": asked.words, "level": self.comparison.question.level.share}
        if names is None:
            return rows
        wanted = self._chosen(names)
        for name in wanted:
            known(name, dict.fromkeys(rows.index), "outcome chosen beforehand", "table")
        return rows.loc[wanted]

    def told(self, name: str) -> str:
        """What can be said of one measure, in a sentence: of its first window, with the interval."""
        measure, row = self.measure(name), self.table(name).iloc[0]
        if self.over != LUCK:
            return self._told_over_members(measure, row)
        if row.claim != CLAIM:
            return f"{measure.label}: {SILENT.get(row.claim, 'no claim, as the interval holds zero')}"
        return f"{measure.label} {told(measure, row, self.comparison.question.level)}"

    def _told_over_members(self, measure: Measure, row: Any) -> str:
        if row.claim == ZERO:
            return f"{measure.label}: {SILENT[ZERO]}"
        level = self.comparison.question.level
        words = moved(measure, row.level_a, row.difference, row.low, row.high, row.relative, level)
        if row.claim == CLAIM:
            way = "rises" if row.difference > 0.0 else "falls"
            return f"{measure.label} {way}: {words}; so in {per_cent(row.p_sign)} of the members"
        few = f"{row.n} members are too few for a claim" if row.n < FEWEST else ""
        silent = few or SILENT.get(row.claim, "open")
        return f"{measure.label}: {silent}, {signs(row, ' of them' if few else ' of the members')}: {words}"

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
        from kingmaker.experiments.studies.compare.member_brief import write_member_brief
        from kingmaker.experiments.studies.compare.over_members import MemberFindings
        from kingmaker.experiments.studies.compare.write_members import told_in

        if self.findings is None:
            assert self.folder is not None
            return read_text(self.folder / "brief.md", ManifestError)
        found, question = self.findings, self.comparison.question
        held = [self.comparison.held(window) for window in question.windows]
        if isinstance(found, MemberFindings):
            return write_member_brief(question, found.table, told_in(found), found.luck_members, held)
        return write_brief(question, found.table, found.robustness, found.tested, found.pairs_tested, held)

    @in_python("save", spared="out")
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
            "pairs": f"{question.replications} pairs, {self._counted}, {question.months} months",
            "claims": f"claims of {claims} of {len(first)} measures, {window.words}",
        }

    @property
    def _counted(self) -> str:
        """Which pairs these are."""
        return seeds_told(self.comparison.question.seeds) if self.over == LUCK else "members of a posterior"

    def _overview(self) -> Any:
        from kingmaker.experiments.figures.comparison import draw_overview
        from kingmaker.experiments.notebook.series_plot import for_screen
        from kingmaker.experiments.studies.compare.write_comparison import footer_of

        question = self.comparison.question
        window, rows = question.windows[0], self.table().reset_index()
        with for_screen():
            footer = footer_of(question)
            over = "" if self.over == LUCK else question.replicates.words
            return draw_overview(rows, self.measures, self.labels, window.words, footer, question.level, over)

    def _draw_difference(self, axes: Axes, name: str) -> None:
        from kingmaker.experiments.notebook.series_plot import draw_difference, headed

        question, band = self.comparison.question, self.band(name)
        stated, kind = ("mean", "Student's t") if self.over == LUCK else ("median", "over luck and parameters")
        headed(
            axes, self.told(name) if name in question.outcomes else self.measures[name].label,
            f"B less A, month by month: {stated} of n = {question.replications} pairs, {self._counted}, with "
            f"its {question.level.words} ({kind}). The title is of the {question.windows[0].words}.\n"
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
        words = f"n = {question.replications} runs each, {self._counted}."
        over = "luck" if self.over == LUCK else "luck and parameters"
        words += f" Line: median; bands: {bands} of the runs, over {over}"
        headed(axes, self.measures[measure].label, words, names)
        weights = None if question.replicates.equal else question.replicates.weights
        draw_series(axes, self.measures[measure], lines, WIDE.level, weights)
