"""One run of one scenario: simulate, write everything into its folder, say in plain words what came out."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from environment.scenario import Scenario
from experiments.manifest import build_manifest, write_manifest
from experiments.outputs import staged, write_graphs, write_tables

if TYPE_CHECKING:
    import pandas as pd


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


def run_and_write(request: RunRequest, model: Any | None = None) -> Any:
    """Run, write the result folder in one piece, print the results; gives the finished model.

    Args:
        request: what to run and where to write it.
        model: a model already built for this request, at its start.
    """
    from experiments.console import saying

    with staged(request.out) as folder:
        began = time.perf_counter()
        model = model or build_model(request)
        simulate(model, request.quiet)
        seconds = time.perf_counter() - began
        measures = one_world(model)
        with saying("writing tables, graphs" + (" and figures" if request.figures else ""), request.quiet):
            manifest = build_manifest(model, measures, request.command, seconds, request.panel, request.figures)
            write_tables(model, measures, folder, request.panel)
            write_graphs(model, folder)
            if request.figures:
                from experiments.figures import draw_all

                draw_all(model, measures, folder / "figures")
            write_manifest(manifest, folder)
    if not request.quiet:
        from experiments.summary import print_summary

        print_summary(model, measures, request.out)
    return model


def one_world(model: Any) -> pd.DataFrame:
    """The measures of a run with one world, without a column that numbers the worlds."""
    frame: pd.DataFrame = model.measures.to_frame()
    return frame.drop(columns="world", errors="ignore").reset_index(drop=True)


def build_model(request: RunRequest) -> Any:
    """A model at the start of its first month."""
    from environment import ComputeEconomy

    return ComputeEconomy(scenario=request.setting, rng=request.seed, months=request.months, panel=request.panel)


def simulate(model: Any, quiet: bool) -> None:
    """Run a model to its horizon, with a progress bar if somebody is watching."""
    with _progress(model.months, f"{model.setting.name}, seed {model.seed}", quiet) as advance:
        model.run(progress=advance)


@contextmanager
def _progress(months: int, title: str, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A bar on stderr, so that stdout holds the results only; none if stderr is not a terminal."""
    from experiments.console import progress_bar

    with progress_bar("months", quiet or not sys.stderr.isatty()) as bar:
        task = bar.add_task(title, total=months)
        yield lambda done: bar.update(task, completed=done)
