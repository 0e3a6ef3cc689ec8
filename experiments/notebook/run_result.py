"""The result of runs: one, an ensemble over seeds, or a stack of worlds that differ in more than luck."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.calendar import month_label
from kingmaker.agents.checks import Named
from kingmaker.environment.core.measures import Measure
from kingmaker.environment.inputs.scenario import Scenario
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.figures.mean_intervals import interval
from kingmaker.experiments.notebook.groups import grouped, seeds_told
from kingmaker.experiments.notebook.python_words import in_python
from kingmaker.experiments.notebook.result import Result, refused
from kingmaker.experiments.stats.bands import quantiles
from kingmaker.experiments.stats.levels import INTERVAL_OVER, WIDE, Band, Level, bands_at, read_level
from kingmaker.experiments.stats.member_effects import middle_of
from kingmaker.experiments.stats.windows import read_window

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from kingmaker.agents.types import FloatArray
    from kingmaker.environment.model import ComputeEconomy

YEAR = "last12"  # the window of a table, unless another is asked; of shorter runs all months


class RunResult(Result):
    """Runs of one scenario over seeds or over members of a posterior, or of several scenarios side by side.

    Args:
        measures: what was measured, in the order of the first axis of ``values``.
        values: shape (measures, months, worlds).
        settings: the scenario of each world.
        seeds: the seed of each world.
        model: the finished model, if the worlds are its own; its network and accounts can then be drawn.
        lines: the lines of the income statements, shape (lines, months, worlds), if they were kept.
        folder: where the result was read from.
        level: share of the runs in the wider band.
        drawn: the members of a posterior, one a world; None over luck.
    """

    def __init__(
        self,
        measures: Named[Measure],
        values: FloatArray,
        settings: Sequence[Scenario],
        seeds: Sequence[int],
        *,
        model: ComputeEconomy | None = None,
        lines: FloatArray | None = None,
        folder: Path | None = None,
        level: Level | float = WIDE.level,
        drawn: Replicates | None = None,
    ) -> None:
        """Hold the numbers; nothing is run."""
        self.measures, self.values = measures, values
        self.settings, self.seeds = tuple(settings), tuple(seeds)
        self.model, self.lines, self.folder = model, lines, folder
        self.level, self.drawn = read_level(level, "level"), drawn
        self.groups = grouped(self.settings)

    @property
    def months(self) -> int:
        """Months of each run."""
        return int(self.values.shape[1])

    @property
    def worlds(self) -> int:
        """Runs."""
        return int(self.values.shape[2])

    @property
    def weights(self) -> FloatArray | None:
        """Of the runs, if they do not weigh the same."""
        return None if self.drawn is None or self.drawn.equal else self.drawn.weights

    @property
    def over(self) -> str:
        """Over what bands and intervals are: ``luck``, or ``luck and parameters``."""
        return "luck" if self.drawn is None else "luck and parameters"

    @property
    def counted(self) -> str:
        """Which runs these are: their seeds, or so many members of a posterior."""
        return seeds_told(self.seeds) if self.drawn is None else f"{self.worlds} members of a posterior"

    def array(self, name: str) -> FloatArray:
        """A measure of all runs, shape (months, worlds)."""
        return np.asarray(self.values[list(self.measures).index(self.measure(name).name)])

    def to_frame(self) -> pd.DataFrame:
        """One row a run and month: ``world``, ``scenario``, ``seed``, ``month``, then the measures.

        Over a posterior, ``member`` is the number of the member.
        """
        import pandas as pd

        count, months, worlds = self.values.shape
        labels = [month_label(month) for month in range(months)]
        names = [""] * worlds
        for label, mine in self.groups.items():
            for world in mine:
                names[world] = label
        keys = {"world": range(worlds), "scenario": names, "seed": self.seeds}
        frame = pd.DataFrame({key: np.repeat(list(told), months) for key, told in keys.items()})
        if self.drawn is not None:
            frame["member"] = frame["world"] + 1
        frame["month"] = np.tile(labels, worlds)
        rows = self.values.transpose(2, 1, 0).reshape(worlds * months, count)
        return pd.concat([frame, pd.DataFrame(rows, columns=list(self.measures))], axis=1)

    def band(self, name: str) -> pd.DataFrame:
        """A measure month by month: runs ``n``, their ``median``, and between which values those in the middle lie.

        The bands show luck, over a posterior luck and parameters; of a single run they are empty.
        The index is the month; with several scenarios the scenario, then the month.
        """
        import pandas as pd

        values, parts = self.array(name), {}
        for label, mine in self.groups.items():
            found: dict[str, Any] = {"n": len(mine), **quantiles(values[:, mine], self.level, self.weights)}
            if len(mine) == 1:
                found |= {column: np.nan for band in bands_at(self.level) for column in band.columns}
            months = pd.Index([month_label(month) for month in range(self.months)], name="month")
            parts[label] = pd.DataFrame(found, index=months)
        return next(iter(parts.values())) if len(parts) == 1 else pd.concat(parts, names=["scenario"])

    def table(
        self, names: str | Sequence[str] | None = None, window: str = YEAR, level: Level | float | None = None
    ) -> pd.DataFrame:
        """Each measure over a window of months with its interval: over luck the mean, over a posterior the median.

        Args:
            names: one measure or several; all if not given.
            window: ``last12``, ``final``, ``mean`` (of all months), or months such as ``2023-01:2023-12``.
            level: of the interval, 95 % over luck and 90 % over a posterior if not given. Over luck it is that of the
                mean (Student's t), and there is none with fewer than three runs; over a posterior it holds the members
                in the middle.

        Returns:
            A row for each measure (and scenario): ``n``, ``mean`` or ``median``, ``low``, ``high``, unit, label.
        """
        import pandas as pd

        sure = (
            INTERVAL_OVER["luck" if self.drawn is None else "posterior"]
            if level is None
            else read_level(level, "level")
        )
        short = window == YEAR and self.months < 12
        asked = read_window("mean" if short else window, self.months, "window")
        rows = []
        for name in self._chosen(names):
            measure, outcome = self.measures[name], asked.mean(self.array(name)[np.newaxis])[0]
            for label, mine in self.groups.items():
                row = {"measure": name, "scenario": label, "n": len(mine), **self._ends(outcome[mine], sure)}
                rows.append(row | {"unit": measure.unit, "label": measure.label})
        table = pd.DataFrame(rows).set_index(["measure", "scenario"] if len(self.groups) > 1 else "measure")
        table.attrs |= {"window": asked.words, "level": sure.share}
        return table.drop(columns="scenario", errors="ignore")

    def _ends(self, outcome: FloatArray, level: Level) -> dict[str, float]:
        """What is stated of an outcome of shape (runs,), and its interval."""
        if self.drawn is None:
            found = interval(outcome, level=level)
            return {"mean": found.mean, "low": found.mean - found.half, "high": found.mean + found.half}
        low, middle, high = middle_of(outcome, self.drawn.weights, level)
        return {"median": float(middle), "low": float(low), "high": float(high)}

    def plot(self, name: str | None = None, *, ax: Axes | None = None, month: int | None = None) -> Any:
        """A picture: of a measure, or of the whole run.

        Args:
            name: a measure gives its path with bands, as axes of matplotlib. A figure of the whole give ``overview``
                (also without a name), ``scarcity`` (wait for chips, what is served, rent), ``income`` (who pays for AI
                and who earns on it), ``facts`` (the fan beside the facts); of a single run also ``network`` and
                ``hosting`` (who deals with whom), ``flows`` and ``money`` (who pays whom, as ribbons and as a table).
            ax: axes to draw a measure on, as in seaborn; a figure of its own if not given.
            month: for ``network``, ``hosting`` and ``flows``: months completed, such as 24 for the end of 2023; the
                last if not given.

        Raises:
            KingmakerError: no such measure or picture, or one that this result cannot draw.
        """
        from kingmaker.experiments.figures.style import styled
        from kingmaker.experiments.notebook.run_pictures import PICTURES, draw_picture
        from kingmaker.experiments.notebook.series_plot import Path as Line
        from kingmaker.experiments.notebook.series_plot import draw_series, headed, new_axes

        if name is None or name in PICTURES:
            return draw_picture(self, name or "overview", month)
        if name not in self.measures:
            raise refused(name, self.measures, tuple(PICTURES))
        axes, measure, values = ax or new_axes(), self.measures[name], self.array(name)
        lines = [Line(label, values[:, mine]) for label, mine in self.groups.items()]
        with styled():
            headed(axes, measure.label, self._told(), [line.label for line in lines])
            draw_series(axes, measure, lines, self.level, self.weights)
        return axes

    @in_python("save", spared="out")
    def save(self, folder: str | Path, *, figures: bool = False, force: bool = False) -> Path:
        """Write the result into a folder, in the form of ``kingmaker run``.

        Args:
            folder: made if need be.
            figures: draw those of ``kingmaker run`` too, as PDF and PNG (of several scenarios there are none).
            force: replace the answer to another question.

        Raises:
            KingmakerError: the folder holds something else, or the runs were changed by hand, so that no manifest
                could make their numbers again.
        """
        from kingmaker.experiments.notebook.saving import save_runs

        return save_runs(self, Path(folder), force, figures)

    def facts(self) -> dict[str, str]:
        """What was run."""
        runs = "1 run" if self.worlds == 1 else f"{self.worlds} runs"
        return {
            "scenario": " | ".join(self.groups),
            "runs": f"{runs}, {self.counted}",
            "months": f"{month_label(0)} to {month_label(self.months - 1)}",
            "measures": f"{len(self.measures)} measures",
        }

    def _told(self) -> str:
        """The line under a title: which runs, and what line and bands are."""
        sizes = sorted({len(mine) for mine in self.groups.values()})
        seeds = self.counted
        name = f"{next(iter(self.groups))}, " if len(self.groups) == 1 else ""
        if sizes == [1]:
            return f"{name}n = 1 run{' each' if len(self.groups) > 1 else ''}, {seeds}"
        n = f"{sizes[0]}" if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
        each = " each" if len(self.groups) > 1 else ""
        bands = " and ".join(band.told for band in bands_at(Band(self.level).level))
        return f"{name}n = {n} runs{each}, {seeds}. Line: median; bands: {bands} of the runs, over {self.over}"
