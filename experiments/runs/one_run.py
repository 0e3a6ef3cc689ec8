"""One run of one scenario: simulate, write everything into its folder, say in plain words what came out."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.environment.inputs.scenario import FOLDER, Scenario
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.results import in_force
from kingmaker.experiments.results.asked import Asked, scenario_facts, seeds_in_words
from kingmaker.experiments.results.manifest import build_manifest, content_hash, write_manifest
from kingmaker.experiments.results.outputs import default_folder, staged, write_graphs, write_tables
from kingmaker.experiments.stats.levels import WIDE, Level, level_asked, level_record

if TYPE_CHECKING:
    import pandas as pd


MOST_PINS = 2  # that the name of a folder tells


@dataclass(frozen=True)
class RunRequest:
    """What the user asked for."""

    setting: Scenario
    seed: int
    months: int
    out: Path
    panel: bool
    figures: bool
    quiet: bool
    command: tuple[str, ...]
    force: bool = False

    @property
    def asked(self) -> Asked:
        """The question, as a folder of results says it."""
        return ask(self.setting, range(self.seed, self.seed + 1), self.months, self.panel)


def ask(
    setting: Scenario, seeds: Sequence[int], months: int, panel: bool = False, level: Level = WIDE.level,
    drawn: Replicates | None = None,
) -> Asked:  # fmt: skip
    """The question of a run, or of an ensemble of runs, whose wider band holds the share ``level``.

    ``drawn`` are the members of a posterior over which it is.
    """
    own = setting.source is not None and setting.source.resolve().parent != FOLDER
    file = f" ({setting.source})" if own else ""
    over = seeds_in_words(seeds[0], len(seeds)) if drawn is None else drawn.words
    words = f"{setting.label}{file}, {over}, {months} months"
    facts = {"scenario": scenario_facts(setting), "seeds": [seeds[0], len(seeds)], "months": months, "panel": panel}
    facts |= {} if drawn is None else drawn.record
    told = words + (", with the panel" if panel else "") + level_asked(level, WIDE.level)
    return Asked("run", told, facts | level_record(level, WIDE.level))


def folder_for(
    setting: Scenario, seeds: Sequence[int], months: int, panel: bool = False, level: Level = WIDE.level,
    drawn: Replicates | None = None,
) -> Path:  # fmt: skip
    """Where a result goes if the user does not say: the name tells the question."""
    stem = f"{setting.name}-seed{seeds[0]}" if len(seeds) == 1 else f"{setting.name}-seeds{seeds[0]}-{seeds[-1]}"
    if drawn is not None:
        stem = f"{setting.name}-members{len(drawn)}"
    if months != setting.months:
        stem += f"-months{months}"
    pins = [f"{key}={value:g}" for key, value in sorted(setting.pinned.items())]
    asked = ask(setting, seeds, months, panel, level, drawn)
    stem += "".join(f"-{pin}" for pin in pins) if len(pins) <= MOST_PINS else f"-{len(pins)}pins-{asked.digest[:8]}"
    return default_folder(stem + ("-panel" if panel else ""), asked)


def run_and_write(request: RunRequest, model: Any | None = None) -> Any:
    """Run, write the result folder in one piece, print the results; gives the finished model.

    Args:
        request: what to run and where to write it.
        model: a model already built for this request, at its start.
    """
    from kingmaker.experiments.terminal.console import saying

    with staged(request.out, request.asked, request.force, request.quiet) as folder:
        began = time.perf_counter()
        model = model or build_model(request)
        simulate(model, request.quiet)
        seconds = time.perf_counter() - began
        measures, income = one_world(model), model.income_frame()
        with saying("writing tables, graphs" + (" and figures" if request.figures else ""), request.quiet):
            manifest = build_manifest(model, measures, request.command, seconds, request.panel, request.figures)
            manifest["question"] = request.asked.record
            manifest["income_hash"] = content_hash(income)
            write_tables(model, measures, income, folder, request.panel)
            graph = write_graphs(model, folder)
            if request.figures:
                from kingmaker.experiments.figures import draw_all

                held = in_force.held_in(measures, measured=model.setting.measured())
                draw_all(model, measures, income, folder / "figures", in_force.sentence(held), graph)
            write_manifest(manifest, folder)
    if not request.quiet:
        from kingmaker.experiments.runs.run_summary import print_summary

        print_summary(model, measures, income, request.out)
    return model


def one_world(model: Any) -> pd.DataFrame:
    """The measures of a run with one world, without a column that numbers the worlds."""
    frame: pd.DataFrame = model.measures.to_frame()
    return frame.drop(columns="world", errors="ignore").reset_index(drop=True)


def build_model(request: RunRequest) -> Any:
    """A model at the start of its first month."""
    from kingmaker.environment.model import ComputeEconomy

    return ComputeEconomy(
        scenario=request.setting, rng=request.seed, months=request.months, panel=request.panel, register=False
    )


def simulate(model: Any, quiet: bool) -> None:
    """Run a model to its horizon, with a progress bar if somebody is watching."""
    with _progress(model.months, f"{model.setting.name}, seed {model.seed}", quiet) as advance:
        model.run(progress=advance)


@contextmanager
def _progress(months: int, title: str, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A bar on stderr, so that stdout holds the results only; none if stderr is not a terminal."""
    from kingmaker.experiments.terminal.console import progress_bar

    with progress_bar("months", quiet or not sys.stderr.isatty()) as bar:
        task = bar.add_task(title, total=months)
        yield lambda done: bar.update(task, completed=done)
