"""Runs all experiments of the paper, writes their tables and figures, and fills the numbers into the text."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.design.replicates import LUCK, Replicates
from kingmaker.experiments.paper import assumptions, flagship, replications, sobol
from kingmaker.experiments.results.asked import Asked
from kingmaker.experiments.results.filing import filed
from kingmaker.experiments.stats.levels import COVERAGE, INTERVAL_OVER, LEVEL, Level, level_asked, level_record

if TYPE_CHECKING:
    import pandas as pd

HERE = Path(__file__).parent
TEMPLATE, REFERENCES = HERE / "template.md", HERE / "paper.bib"
VALIDATION_SEEDS, QUICK_VALIDATION_SEEDS = 40, 6
QUICK_MEMBERS = 20  # as many as a claim needs
FORMAT = "%.9g"
FILES = ("paper.md", "paper.bib", *(f"tables/{name}.csv" for name in ("flagship", "replications", "sobol")))
Tell = Callable[[int], None]


def make(
    place: Path, quick: bool, workers: int, force: bool = False, level: Level = LEVEL, over: Replicates | None = None
) -> None:
    """Write ``paper.md``, ``paper.bib``, ``tables/`` and ``figures/`` into the folder ``place``.

    ``over`` are the members of a posterior, over which the flagship is then a factorial; None is luck.

    Raises:
        KingmakerError: the folder cannot be written, or holds another paper and not ``force``.
    """
    usual = INTERVAL_OVER[LUCK if over is None else over.over]
    words = f"the {'quick' if quick else 'whole'} paper{level_asked(level, usual)}"
    facts: dict[str, Any] = {"quick": quick} | level_record(level, usual)
    if over is not None:
        words, facts = f"{words}, over {over.words}", facts | over.record | {"seeds": list(over.seeds)}
    with filed(place, FILES, Asked("paper", words, facts), force) as folder:
        _make(folder, quick, workers, level, over)


def _make(out: Path, quick: bool, workers: int, level: Level, over: Replicates | None) -> None:
    from kingmaker.experiments.paper.numbers import note_of
    from kingmaker.experiments.paper.paper_figures import draw

    (out / "tables").mkdir()
    tables = run_all(quick, workers, over)
    for name, frame in tables.items():
        frame.to_csv(out / "tables" / f"{name}.csv", index=False, float_format=FORMAT, lineterminator="\n")
    tables = read_tables(out)  # figures and text are made of what is kept
    draw(tables, out / "figures", note_of(tables), level)
    (out / "paper.md").write_text(render(tables, level), encoding="utf-8")
    shutil.copyfile(REFERENCES, out / "paper.bib")


def run_all(quick: bool, workers: int, over: Replicates | None = None) -> dict[str, pd.DataFrame]:
    """The tables of all experiments; quick, the first seeds (or members) and points of each."""
    from kingmaker.experiments.terminal.console import progress_bar

    grid = flagship.QUICK if quick else flagship.FULL
    if over is not None:
        over = over.first(min(QUICK_MEMBERS, len(over))) if quick else over
        grid = flagship.grid_over(over)
    seeds = replications.QUICK if quick else replications.FULL
    base = sobol.QUICK if quick else sobol.FULL
    ranges = assumptions.QUICK if quick else assumptions.FULL
    jobs: dict[str, tuple[int, Callable[[Tell], pd.DataFrame]]] = {
        "flagship": (flagship.count(grid), lambda tell: flagship.runs(grid, workers, tell, over)),
        "law": (grid.seeds, lambda tell: flagship.law_runs(grid, workers, tell, over)),
        "assumptions": (assumptions.count(ranges), lambda tell: assumptions.runs(ranges, workers, tell)),
        "replications": (replications.count(seeds), lambda tell: replications.runs(seeds, workers, tell)),
        "sobol": (sobol.count(base), lambda tell: sobol.runs(base, workers, tell)),
    }
    if over is not None:
        del jobs["assumptions"]  # the members are what is not known of the parameters
    tables = {}
    with progress_bar("runs", not sys.stderr.isatty()) as progress:
        for name, (total, job) in jobs.items():
            task = progress.add_task(name, total=total)
            tables[name] = job(lambda n, task=task: progress.advance(task, n))  # type: ignore[misc]
    return tables | {"validation": validation(QUICK_VALIDATION_SEEDS if quick else VALIDATION_SEEDS)}


def validation(seeds: int) -> pd.DataFrame:
    """The baseline against the facts: id, pattern, role, hit, covered, seeds."""
    import pandas as pd

    from kingmaker.experiments.measured.trace import run_traced
    from kingmaker.experiments.studies.validation.table import lines_of, read_patterns

    model = run_traced(range(1, seeds + 1), {})
    lines = lines_of(model, read_patterns(model.tables), COVERAGE)
    rows = [(x.pattern.id, x.pattern.pattern, x.pattern.role, x.median, x.hit, x.covered, seeds) for x in lines]
    return pd.DataFrame(rows, columns=["id", "pattern", "role", "model_median", "hit", "covered", "seeds"])


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables that a run of the paper has left in ``folder``."""
    import pandas as pd

    names = ("flagship", "law", "assumptions", "replications", "sobol", "validation")
    paths = {name: folder / "tables" / f"{name}.csv" for name in names}
    tables = {name: pd.read_csv(path) for name, path in paths.items() if name != "assumptions"}
    if flagship.weights_of(tables["flagship"]) is None:
        tables["assumptions"] = pd.read_csv(paths["assumptions"])
    return tables


def render(tables: Mapping[str, pd.DataFrame], level: Level = LEVEL) -> str:
    """The text of the paper with its numbers; ``level`` is that of its intervals."""
    from kingmaker.experiments.paper.numbers import numbers

    return fill(TEMPLATE.read_text(encoding="utf-8"), numbers(tables, level))


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put values in the places of their names, ``{{name}}``.

    Raises:
        KingmakerError: a place without a value, or a value without a place.
    """
    places = set(re.findall(r"\{\{(\w+)\}\}", template))
    for what, names in (("has no value", places - set(values)), ("has no place", set(values) - places)):
        if names:
            raise KingmakerError(f"the paper's template: {', '.join(sorted(names))} {what}.")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: values[match[1]], template)
