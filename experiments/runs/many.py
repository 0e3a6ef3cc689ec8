"""``kingmaker run --replications N``: stacks of worlds that differ in their seed, and all that is written of them."""

from __future__ import annotations

import csv
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.calendar import month_label
from kingmaker.environment.core.measures import Measure
from kingmaker.environment.inputs.scenario import Scenario
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.posterior.over import save_members
from kingmaker.experiments.results import in_force
from kingmaker.experiments.results.asked import Asked
from kingmaker.experiments.results.income_table import band_columns, bands_by_year, series_names
from kingmaker.experiments.results.manifest import (
    content_hash,
    kingmaker_version,
    library_versions,
    scenario_record,
    source_digest,
    write_manifest,
)
from kingmaker.experiments.results.outputs import staged, unfinished
from kingmaker.experiments.runs.one_run import ask
from kingmaker.experiments.stats.bands import OVER_LUCK, OVER_MEMBERS, by_year, meanings
from kingmaker.experiments.stats.levels import WIDE, Band, Level
from kingmaker.experiments.stats.windows import Window
from kingmaker.experiments.sweep.stacks import World
from kingmaker.experiments.sweep.stacks import simulate as simulate_worlds
from kingmaker.experiments.terminal.progress import progress

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray

MEMBERS = "members.parquet"


@dataclass(frozen=True)
class EnsembleRequest:
    """What the user asked for."""

    setting: Scenario
    seeds: Sequence[int]
    months: int
    out: Path
    figures: bool
    quiet: bool
    command: tuple[str, ...]
    workers: int = 1
    force: bool = False
    level: Level = WIDE.level  # share of the runs in the wider band
    drawn: Replicates | None = None  # the members of a posterior, whose seeds these are; None over luck

    @property
    def asked(self) -> Asked:
        """The question, as a folder of results says it."""
        return ask(self.setting, self.seeds, self.months, level=self.level, drawn=self.drawn)

    @property
    def weights(self) -> FloatArray | None:
        """Of the runs, if they do not weigh the same."""
        return None if self.drawn is None or self.drawn.equal else self.drawn.weights

    @property
    def words(self) -> str:
        """Over what the bands are."""
        return f"luck at one point, {len(self.seeds)} seeds" if self.drawn is None else self.drawn.words

    @property
    def counted(self) -> str:
        """Which runs these are."""
        return f"seeds {self.seeds[0]}–{self.seeds[-1]}" if self.drawn is None else self.drawn.counted

    def worlds(self) -> list[World]:
        """The runs that are wanted."""
        if self.drawn is None:
            return [World(self.setting, seed) for seed in self.seeds]
        keys = self.drawn.drawn_under(self.setting)
        return [World(self.setting, seed, {}, self.drawn.held(k, keys)) for k, seed in enumerate(self.seeds)]

    @property
    def window(self) -> Window:
        """All months of the runs."""
        return Window("mean", 0, self.months)

    @property
    def measures(self) -> dict[str, Measure]:
        """All that is measured, with what extensions add."""
        return dict(self.setting.measured())


def run_ensemble(request: EnsembleRequest) -> pd.DataFrame:
    """Run all seeds and write the result folder in one piece; gives every run's measures.

    Finished stacks are kept until the result stands: asked again after a stop, the ensemble goes on.
    """
    with staged(request.out, request.asked, request.force, request.quiet) as folder:
        began = time.perf_counter()
        values, lines = simulate_all(request, unfinished(request.out))
        found = write_ensemble(values, lines, request, folder, time.perf_counter() - began)
    if not request.quiet:
        from kingmaker.experiments.runs.run_summary import print_ensemble

        print_ensemble(request, found.table, found.held, found.income)
    return found.frame


@dataclass(frozen=True)
class Written:
    """What was written of an ensemble: all paths, bands by year, the sector's income, what is in force."""

    frame: pd.DataFrame
    table: pd.DataFrame
    income: pd.DataFrame
    held: list[in_force.Held]


def write_ensemble(
    values: FloatArray, lines: FloatArray, request: EnsembleRequest, folder: Path, seconds: float
) -> Written:
    """Write everything into a folder: ``values`` and ``lines`` as :func:`simulate_all` gives them."""
    held = in_force.held(dict(zip(request.measures, values, strict=True)), request.window, request.measures)
    frame = frame_of(values, request)
    table = by_year(values, request.measures, request.level, request.weights)
    frame.to_parquet(folder / "measures.parquet", index=False)
    table.to_csv(folder / "summary.csv", index=False)
    income = bands_by_year(lines, request.level, request.weights)
    if request.drawn is not None:
        save_members(request.drawn, folder / MEMBERS)
    income.to_csv(folder / "income.csv", index=False)
    _write_dictionary(folder / "data_dictionary.csv", request)
    if request.figures:
        _draw(values, income, request, folder / "figures", in_force.sentence(held))
    write_manifest(_manifest(request, frame, seconds) | {"income_hash": content_hash(income)}, folder)
    return Written(frame, table, income, held)


def simulate_ensemble(request: EnsembleRequest, keep: Path | None = None) -> FloatArray:
    """The measures of all runs, shape (measures, months, runs); finished ones are kept in ``keep``."""
    return simulate_all(request, keep)[0]


def simulate_all(request: EnsembleRequest, keep: Path | None = None) -> tuple[FloatArray, FloatArray]:
    """The measures of all runs, and the lines of their income statements, each (names, months, runs)."""
    names = (*request.measures, *series_names())
    worlds = request.worlds()
    what = "seeds" if request.drawn is None else "members"
    with progress(len(worlds), f"{request.setting.name}, {len(worlds)} {what}", request.quiet) as advance:
        found = simulate_worlds(worlds, request.months, names, workers=request.workers, advance=advance, keep=keep)
    return found[: len(request.measures)], found[len(request.measures) :]


def frame_of(values: FloatArray, request: EnsembleRequest) -> pd.DataFrame:
    """Every run's path: seed, month, then the measures."""
    import pandas as pd

    measures, months, runs = values.shape
    labels = [month_label(month) for month in range(months)]
    columns = {"seed": np.repeat(list(request.seeds), months), "month": np.tile(labels, runs)}
    if request.drawn is not None:
        columns = {"member": np.repeat(np.arange(1, runs + 1), months), **columns}
    keys = pd.DataFrame(columns)
    rows = values.transpose(2, 1, 0).reshape(runs * months, measures)
    return pd.concat([keys, pd.DataFrame(rows, columns=list(request.measures))], axis=1)


def _draw(values: FloatArray, income: pd.DataFrame, request: EnsembleRequest, folder: Path, note: str) -> None:
    from kingmaker.experiments.figures.fans import draw_fans
    from kingmaker.experiments.figures.figure_files import FigureFolder
    from kingmaker.experiments.figures.sources_and_uses import draw_sources_and_uses
    from kingmaker.experiments.figures.style import styled

    folder.mkdir()
    files = FigureFolder(folder)
    shown = request.counted
    line = f"Kingmaker {kingmaker_version()} · {request.setting.label} · {shown} · n = {len(request.seeds)} runs"
    line += f" · bands over {request.words}"
    if request.level != WIDE.level:  # the key says it too, but no caption does
        line += f" · wider band: {Band(request.level).words}"
    named = {measure: values[k] for k, measure in enumerate(request.measures.values())}
    with styled():
        over = "luck" if request.drawn is None else "luck and parameters"
        fans = draw_fans(named, request.setting.events, shown, f"{line}\n{note}", request.level, over, request.weights)
        for number, figure in enumerate(fans, 1):
            files.save(figure, "fans", str(number))
        files.save(draw_sources_and_uses(income, request.months, f"{line}\n{note}", request.level), "income")


def _write_dictionary(path: Path, request: EnsembleRequest) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        over = OVER_LUCK if request.drawn is None else OVER_MEMBERS
        writer.writerow(("file", "column", "unit", "meaning"))
        if request.drawn is not None:
            writer.writerow(("measures", "member", "", "number of the member of the posterior"))
        writer.writerow(("measures", "seed", "", "seed of the run"))
        writer.writerow(("measures", "month", "month", "calendar month"))
        writer.writerows(("measures", m.name, m.unit, m.definition) for m in request.measures.values())
        writer.writerows(("summary", column, *told) for column, told in meanings(request.level, over).items())
        writer.writerows(("income", column, *told) for column, told in band_columns(request.level).items())


def _manifest(request: EnsembleRequest, frame: pd.DataFrame, seconds: float) -> dict[str, Any]:
    from kingmaker.environment.inputs.parameters import resolve
    from kingmaker.environment.inputs.tables import read_tables

    setting = request.setting
    return {
        "kingmaker_version": kingmaker_version(),
        "kind": "ensemble",
        "command": ["kingmaker", *request.command],
        "question": request.asked.record,
        "scenario": scenario_record(setting),
        "parameters": dict(resolve(setting.parameters, setting.name, setting.declared())),
        "seeds": list(request.seeds),
        "months": request.months,
        "level": request.level.share,
        "over": request.words,
        **({} if request.drawn is None else {"posterior": request.drawn.digest, "members": MEMBERS}),
        "panel": False,
        "figures": request.figures,
        "versions": {"python": platform.python_version(), **library_versions()},
        "source_digest": source_digest(setting.users_classes, setting.folders),
        "data_digest": str(read_tables(setting.data).digest),
        "measures_hash": content_hash(frame),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "wall_seconds": round(seconds, 2),
    }
