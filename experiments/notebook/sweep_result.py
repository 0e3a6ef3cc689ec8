"""The result of a sweep: many points, each with its runs, in a folder that can grow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kingmaker.agents.checks import Named, known
from kingmaker.environment.core.measures import Measure
from kingmaker.experiments.figures.kinds import Shown, figures_of
from kingmaker.experiments.figures.mean_intervals import interval
from kingmaker.experiments.figures.outcome_columns import outcomes_of, per_run, statistics_of
from kingmaker.experiments.figures.sweep_figures import level_in
from kingmaker.experiments.notebook.python_words import in_python
from kingmaker.experiments.notebook.result import Result, refused
from kingmaker.experiments.notebook.saving import copy_result
from kingmaker.experiments.notebook.series_plot import for_screen
from kingmaker.experiments.stats.levels import Level, read_level
from kingmaker.experiments.sweep import reading
from kingmaker.experiments.sweep.digest import digest_of
from kingmaker.experiments.sweep.folder_state import open_folder
from kingmaker.experiments.sweep.identity import declared_in, measured_in, read_sweep_manifest
from kingmaker.experiments.sweep.store import Odd

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


class SweepResult(Result):
    """The runs of a design as they stand in their folder; those that are missing or have failed are warned of."""

    def __init__(self, folder: str | Path) -> None:
        """Look at the folder of a sweep.

        Raises:
            KingmakerError: there is none.
        """
        self.folder = Path(folder)
        self.manifest = read_sweep_manifest(self.folder)
        kept, measured = self.manifest["design"]["measures"], measured_in(self.manifest)
        self.measures: Named[Measure] = Named({name: measured[name] for name in kept}, "measure")

    @property
    def keys(self) -> list[str]:
        """The parameters that the design varies."""
        return [str(key) for key in self.manifest["design"]["parameters"]]

    def to_frame(self) -> pd.DataFrame:
        """One row a run (and month, if monthly values were kept): point, replication, seed, parameters, outcomes."""
        return reading.load(self.folder)

    def query(self, sql: str) -> pd.DataFrame:
        """The answer of DuckDB to a question in SQL; the tables are ``results`` and ``runs``."""
        return reading.query(self.folder, sql)

    def digest(self) -> str:
        """The SHA-256 of all numbers, the same however they were made."""
        return digest_of(self.folder).sha256

    def band(self, name: str, statistic: str | None = None, level: Level | float | None = None) -> pd.DataFrame:
        """One outcome point by point: the parameters, runs ``n``, ``mean`` and its interval (``low``, ``high``).

        Over a posterior there is the ``median`` in place of the mean, and the interval holds the members in the middle.

        Args:
            name: a measure that the design keeps.
            statistic: one that it keeps, such as ``last12``; the first if not given.
            level: of the interval; 95 % over luck (Student's t over seeds) and 90 % over a posterior if not given.
                There is none with fewer than three runs.
        """
        import pandas as pd

        runs, sure = self._runs(), self._level(level)
        (outcome,) = outcomes_of(self._statistic(statistic), [self.measure(name)], runs, sure)
        rows = []
        for point, mine in runs.groupby("point", sort=True):
            found = interval(mine[outcome.column].to_numpy(dtype=float), outcome.bounds, sure)
            values = {key: mine[key].iloc[0] for key in self.keys}
            ends = {"low": found.mean - found.below, "high": found.mean + found.above}
            rows.append({"point": point, **values, "n": found.n, sure.stated: found.mean, **ends})
        return pd.DataFrame(rows).set_index("point")

    def table(
        self, names: str | Sequence[str] | None = None, statistic: str | None = None, level: Level | float | None = None
    ) -> pd.DataFrame:
        """Several outcomes point by point, as :meth:`band` has one: ``measure``, then its columns."""
        import pandas as pd

        parts = {name: self.band(name, statistic, level) for name in self._chosen(names)}
        return pd.concat(parts, names=["measure"])

    @in_python("plot")
    def plot(
        self, name: str | None = None, *, statistic: str | None = None, level: Level | float | None = None
    ) -> Figure:
        """The figure that fits the design: heatmap and interaction, differences, lines, scatter, elementary effects.

        Args:
            name: a measure; all (the first page of them) if not given.
            statistic: one that the design keeps; the first if not given.
            level: of the intervals.

        Raises:
            KingmakerError: no such measure or statistic, or no results yet.
        """
        return next(self.figures(name, statistic=statistic, level=level))

    def figures(
        self, name: str | None = None, *, statistic: str | None = None, level: Level | float | None = None
    ) -> Iterator[Figure]:
        """All figures of a measure, or of all measures: for more parameters there is more than one."""
        if name is not None and name not in self.measures:
            raise refused(name, self.measures, ())
        sure, runs = self._level(level), self._runs()
        wanted = [self.measures[each] for each in ([name] if name else self.measures)]
        outcomes = outcomes_of(self._statistic(statistic), wanted, runs, sure)
        shown = Shown(self.manifest, runs, self.keys, outcomes, declared_in(self.manifest), level=sure)
        drawn = figures_of(shown)
        while True:
            with for_screen():
                found = next(drawn, None)
            if found is None:
                return
            yield found[1]

    @in_python("save", spared="out")
    def save(self, folder: str | Path) -> Path:
        """Copy the sweep's folder to a new place; there it can be read, and go on.

        Raises:
            KingmakerError: something stands there, or it cannot be written.
        """
        return copy_result(self.folder, Path(folder))

    def facts(self) -> dict[str, str]:
        """What was swept."""
        design = self.manifest["design"]
        there, runs = self._there(), int(self.manifest["runs"])
        told = f"{runs} runs" if there == runs else f"{there} of {runs} runs"
        return {
            "design": f"{self.manifest['name']} ({design['kind']}): {self.manifest['title'] or 'no title'}",
            "runs": f"{told} of {design['months']} months, {design['replications']} a point",
            "parameters": ", ".join(self.keys) or "none varied",
            "folder": str(self.folder),
        }

    def _there(self) -> int:
        """How many runs of the design the folder holds."""
        folder = open_folder(self.folder)
        return len({run for part, _ in folder.store.parts(Odd(), folder.known) for run in part.runs})

    def _runs(self) -> pd.DataFrame:
        """One row a run, with the outcomes in columns such as ``hhi_cloud_last12``."""
        frame = self.to_frame().astype(dict.fromkeys(self.keys, float))
        return per_run(frame, self.manifest)

    def _level(self, level: Level | float | None) -> Level:
        """As asked, else the usual one over luck or over a posterior."""
        return level_in(self.manifest, None if level is None else read_level(level, "level"))

    def _statistic(self, asked: str | None) -> str:
        kept = statistics_of(self.manifest)
        return kept[0] if asked is None else known(asked, {each: each for each in kept}, "statistic", "sweep")
