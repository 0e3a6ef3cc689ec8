"""The results of studies as they stand in their folders: effects of a factorial, sensitivities, a forecast contest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.agents.checks import Named, known
from kingmaker.environment.core.measures import MEASURES, Measure
from kingmaker.environment.inputs.text_files import read_text
from kingmaker.experiments.notebook.python_words import in_python
from kingmaker.experiments.notebook.result import Result, refused
from kingmaker.experiments.notebook.saving import copy_result
from kingmaker.experiments.notebook.series_plot import for_screen
from kingmaker.experiments.results.manifest import ManifestError, kingmaker_version
from kingmaker.experiments.stats.levels import read_level
from kingmaker.experiments.studies.compare.comparison_table import rows_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

OWN = "own"  # group of outcomes that the model has no measure for


class StudyResult(Result):
    """Tables of a study in its folder, and the page that tells them."""

    page = "report.md"

    def __init__(self, folder: Path, manifest: Mapping[str, Any], frame: pd.DataFrame, rows: pd.DataFrame) -> None:
        """Hold all runs (``frame``) and what follows from them (``rows``)."""
        self.folder, self.manifest, self._frame, self._rows = folder, manifest, frame, rows
        self.measures: Named[Measure] = Named(self._measures(), "outcome")

    def to_frame(self) -> pd.DataFrame:
        """All runs: a row each, or a row a forecast."""
        return self._frame.copy()

    def band(self, name: str) -> pd.DataFrame:
        """What was found of one outcome, with its intervals."""
        return self.table(name).droplevel("measure")

    def table(self, names: str | Sequence[str] | None = None) -> pd.DataFrame:
        """What was found, a row each, by outcome."""
        rows = self._rows.set_index([self._column, *self._keys])
        rows.index = rows.index.set_names("measure", level=0)
        return rows.loc[self._chosen(names)]

    def report(self) -> str:
        """The page in Markdown.

        Raises:
            KingmakerError: it is no longer in the folder.
        """
        return read_text(self.folder / self.page, ManifestError)

    @in_python("save", spared="out")
    def save(self, folder: str | Path) -> Path:
        """Copy the folder to a new place.

        Raises:
            KingmakerError: something stands there, or it cannot be written.
        """
        return copy_result(self.folder, Path(folder))

    def facts(self) -> dict[str, str]:
        """Which study it is."""
        return {"study": self._told(), "outcomes": f"{len(self.measures)} outcomes", "folder": str(self.folder)}

    _column: str = "outcome"
    _keys: tuple[str, ...] = ()

    def _told(self) -> str:
        over = self.manifest.get("over", "")
        words = over.get("words", "") if isinstance(over, Mapping) else over
        asked = str(self.manifest.get("question", {}).get("words", ""))
        return asked if not words or words in asked else f"{asked}, over {words}"

    def _measures(self) -> dict[str, Measure]:
        names = dict.fromkeys(self._rows[self._column])
        return {name: MEASURES.get(name) or Measure(name, "", name, _label(name), OWN) for name in names}

    def _footer(self) -> str:
        return f"Kingmaker {kingmaker_version()} · {self._told()}"


class FactorialResult(StudyResult):
    """Policies crossed on the same members or seeds: each against the reference, main effects, interactions.

    :meth:`table` has effects by outcome, kind and effect; ``window`` says over which months.
    """

    page = "brief.md"
    _column, _keys = "measure", ("kind", "effect")

    def brief(self) -> str:
        """The policy brief in Markdown: the same as :meth:`report`."""
        return self.report()

    def told(self, name: str) -> str:
        """What the policies do to an outcome over the first window, an effect a line, with interval and signs.

        Raises:
            KingmakerError: there is no such outcome.
        """
        from kingmaker.experiments.studies.factorial.factorial_brief import told_of_effect

        measure = known(name, self.measures, "outcome", str(self.folder))
        first = self._rows[self._rows["window"] == self._rows["window"].iloc[0]]
        rows = first[first["measure"] == name]
        level = read_level(self.manifest["level"], "level")
        seeds = "members" if self.manifest["over"]["posterior"] else "seeds"
        return "\n".join(told_of_effect(row, measure, level, seeds) for row in rows_of(rows))

    def plot(self, name: str | None = None) -> Figure:
        """All effects with their intervals: of one outcome, or (without a name) of the first of them.

        Raises:
            KingmakerError: there is no such outcome.
        """
        from kingmaker.experiments.figures.factorial_figure import draw_effects

        if name is not None and name not in self.measures:
            raise refused(name, self.measures, ())
        first = self._rows[self._rows["window"] == self._rows["window"].iloc[0]]
        rows = first if name is None else first[first["measure"] == name]
        over, level = str(self.manifest["over"]["words"]), read_level(self.manifest["level"], "level")
        with for_screen():
            months = str(rows["months"].iloc[0])
            return next(draw_effects(rows, self.measures, months, over, self._footer(), level))


class SensitivityResult(StudyResult):
    """Which parameters move which outcomes: indices with their intervals, by outcome, parameter and index."""

    _keys = ("parameter", "index")

    def plot(self, name: str | None = None) -> Figure:
        """Bars of the strongest parameters: of one outcome, or (without a name) of the first of them.

        Raises:
            KingmakerError: there is no such outcome, or nothing moves any.
        """
        from kingmaker.experiments.figures.study_figures import bars_per_page, draw_bars

        if name is not None and name not in self.measures:
            raise refused(name, self.measures, ())
        kind = str(self.manifest.get("design", {}).get("kind", "lhs"))
        kind = kind if kind in MAIN else "lhs"
        drawn = self._rows[self._rows["index"] != "rho"]
        chosen = [name] if name else list(dict.fromkeys(drawn["outcome"]))[: bars_per_page(drawn)]
        known(next(iter(chosen), name), dict.fromkeys(drawn["outcome"]), "outcome that anything moves", "plot")
        labels = {each: self.measures[each].label for each in chosen}
        level = read_level(self.manifest["level"], "level")
        with for_screen():
            return draw_bars(drawn, chosen, kind, MAIN[kind], labels, self._footer(), level=level)


KINDS = ("scores", "fan")  # pictures of a contest
MAIN = {"sobol": "ST", "morris": "mu_star", "oat": "swing", "lhs": "S1"}


class ForecastResult(StudyResult):
    """The forecast contest: what each forecaster said of each fact from each origin, and how it scored."""

    page = "forecast.md"
    _column, _keys = "series", ("forecaster",)

    def plot(self, name: str | None = None, *, kind: str = "scores", forecaster: str = "kingmaker") -> Figure:
        """Mean scores of the forecasters, or the forecasts against the facts: over all series, or of one.

        Args:
            name: a series; without one, the scores of all, or the fans of the six with most facts ahead.
            kind: ``scores`` or ``fan``: from each origin the median and the band kept, beside what followed.
            forecaster: whose fan.

        Raises:
            KingmakerError: there is no such series, kind or forecaster.
        """
        from kingmaker.experiments.notebook.forecast_fans import draw_fans, fullest
        from kingmaker.experiments.notebook.forecast_plot import draw_scores

        if name is not None and name not in self.measures:
            raise refused(name, self.measures, ())
        frame = self._frame if name is None else self._frame[self._frame["series"] == name]
        if known(kind, dict.fromkeys(KINDS, kind), "kind of picture", "plot") == "fan":
            whose = dict.fromkeys(map(str, frame["forecaster"].unique()), forecaster)
            known(forecaster, whose, "forecaster", "plot")
            labels = {each: self.measures[each].label for each in fullest(frame)}
            with for_screen():
                return draw_fans(frame, labels, forecaster, self._footer())
        with for_screen():
            return draw_scores(frame, "all series" if name is None else self.measures[name].label, self._footer())


def _label(name: str) -> str:
    """Such as ``Lead time, last 12 months``; of what is no measure, its name in words."""
    measure, _, statistic = name.rpartition("_")
    if measure in MEASURES:
        return f"{MEASURES[measure].label}, {statistic.replace('last', 'last ')}"
    return name.replace("_", " ")
