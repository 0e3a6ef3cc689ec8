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
from kingmaker.experiments.paper import assumptions, flagship, levers, moves, replications, sobol
from kingmaker.experiments.posterior.over import MEMBERS
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
LUCK_TABLES = ("flagship", "law", "assumptions", "replications", "sobol", "validation")
MEMBER_TABLES = ("flagship", "law", "moves", "flips", "validation", "lines")
SECTIONS = ("levers", "runs", "validation")
FILES = ("paper.md", "paper.bib", "tables/flagship.csv", "tables/validation.csv")
Tell = Callable[[int], None]


def make(
    place: Path, quick: bool, workers: int, force: bool = False, level: Level = LEVEL, over: Replicates | None = None,
    discrepancy: Mapping[str, float] | None = None,
) -> None:  # fmt: skip
    """Write ``paper.md``, ``paper.bib``, ``tables/`` and ``figures/`` into the folder ``place``.

    ``over`` are the members of a posterior, over which the flagship is then a factorial; None is luck. ``discrepancy``
    has the model's own error by block of lines, if the posterior says it.

    Raises:
        KingmakerError: the folder cannot be written, or holds another paper and not ``force``.
    """
    with filed(place, FILES, question(quick, level, over), force) as folder:
        _make(folder, quick, workers, level, over, discrepancy or {})


def question(quick: bool, level: Level, over: Replicates | None) -> Asked:
    """What a paper answers: whether it is quick, its level if that is not the usual one, and its members if any."""
    usual = INTERVAL_OVER[LUCK if over is None else over.over]
    words = f"the {'quick' if quick else 'whole'} paper{level_asked(level, usual)}"
    facts: dict[str, Any] = {"quick": quick} | level_record(level, usual)
    if over is not None:
        words, facts = f"{words}, over {over.words}", facts | over.record | {"seeds": list(over.seeds)}
    return Asked("paper", words, facts)


def _make(
    out: Path, quick: bool, workers: int, level: Level, over: Replicates | None, discrepancy: Mapping[str, float]
) -> None:
    from kingmaker.experiments.paper.numbers import note_of
    from kingmaker.experiments.paper.paper_figures import draw

    (out / "tables").mkdir()
    tables = run_over_luck(quick, workers) if over is None else run_over_members(quick, workers, over, discrepancy)
    for name, frame in tables.items():
        frame.to_csv(out / "tables" / f"{name}.csv", index=False, float_format=FORMAT, lineterminator="\n")
    tables = read_tables(out)  # figures and text are made of what is kept
    draw(tables, out / "figures", note_of(tables), level)
    (out / "paper.md").write_text(render(tables, level), encoding="utf-8")
    shutil.copyfile(REFERENCES, out / "paper.bib")


def run_over_luck(quick: bool, workers: int) -> dict[str, pd.DataFrame]:
    """The tables of all experiments over seeds; quick, the first seeds and points of each."""
    grid = flagship.QUICK if quick else flagship.FULL
    seeds = replications.QUICK if quick else replications.FULL
    base = sobol.QUICK if quick else sobol.FULL
    ranges = assumptions.QUICK if quick else assumptions.FULL
    tables = _told({
        "flagship": (flagship.count(grid), lambda tell: flagship.runs(grid, workers, tell)),
        "law": (grid.seeds, lambda tell: flagship.law_runs(grid, workers, tell)),
        "assumptions": (assumptions.count(ranges), lambda tell: assumptions.runs(ranges, workers, tell)),
        "replications": (replications.count(seeds), lambda tell: replications.runs(seeds, workers, tell)),
        "sobol": (sobol.count(base), lambda tell: sobol.runs(base, workers, tell)),
    })  # fmt: skip
    return tables | {"validation": validation(QUICK_VALIDATION_SEEDS if quick else VALIDATION_SEEDS)}


def run_over_members(
    quick: bool, workers: int, over: Replicates, discrepancy: Mapping[str, float]
) -> dict[str, pd.DataFrame]:
    """The tables over the members of a posterior, of which the runs are the sample for all that is asked."""
    used = over.first(min(QUICK_MEMBERS, len(over))) if quick else over
    grid = flagship.grid_over(used)
    tables = _told({
        "flagship": (flagship.count(grid), lambda tell: flagship.runs(grid, workers, tell, used)),
        "law": (grid.seeds, lambda tell: flagship.law_runs(grid, workers, tell, used)),
    })  # fmt: skip
    drawn = flagship.drawn_keys(used)
    tables["moves"] = moves.correlations(tables["flagship"], used, drawn)
    tables["flips"] = levers.flips(tables["flagship"], used, drawn)
    return tables | member_validation(over.first(min(QUICK_MEMBERS if quick else MEMBERS, len(over))), discrepancy)


def _told(jobs: Mapping[str, tuple[int, Callable[[Tell], pd.DataFrame]]]) -> dict[str, pd.DataFrame]:
    """Do the jobs, each of so many runs, under a bar."""
    from kingmaker.experiments.terminal.console import progress_bar

    tables = {}
    with progress_bar("runs", not sys.stderr.isatty()) as progress:
        for name, (total, job) in jobs.items():
            task = progress.add_task(name, total=total)
            tables[name] = job(lambda n, task=task: progress.advance(task, n))  # type: ignore[misc]
    return tables


def validation(seeds: int) -> pd.DataFrame:
    """The baseline against the facts: id, pattern, role, hit, covered, seeds."""
    import pandas as pd

    from kingmaker.experiments.measured.trace import run_traced
    from kingmaker.experiments.studies.validation.pattern_table import lines_of, read_patterns

    model = run_traced(range(1, seeds + 1), {})
    lines = lines_of(model, read_patterns(model.tables), COVERAGE)
    rows = [(x.pattern.id, x.pattern.pattern, x.pattern.role, x.median, x.hit, x.covered, seeds) for x in lines]
    return pd.DataFrame(rows, columns=["id", "pattern", "role", "model_median", "hit", "covered", "seeds"])


def member_validation(over: Replicates, discrepancy: Mapping[str, float]) -> dict[str, pd.DataFrame]:
    """The baseline over members against patterns, and against lines with errors, beside fresh luck and one point."""
    import pandas as pd

    from kingmaker.experiments.studies.validation.line_coverage import FITTED, KEPT_OUT
    from kingmaker.experiments.studies.validation.member_validation import validated

    found = validated(over, {}, COVERAGE.level, discrepancy)
    rows = []
    for line in (pair.members for pair in found.pairs):
        p = line.pattern
        rows.append((p.id, p.pattern, p.role, line.median, line.lower, line.upper, line.hit, line.covered, len(over)))
    columns = ["id", "pattern", "role", "members_median", "members_low", "members_high", "hit", "covered", "members"]
    lines = [
        (one.line.id, KEPT_OUT if one.line.kept_out else FITTED, held.name, one.covered)
        for held in found.lines
        for one in held.scores
    ]
    return {
        "validation": pd.DataFrame(rows, columns=columns),
        "lines": pd.DataFrame(lines, columns=["id", "role", "ensemble", "covered"]),
    }


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables that a run of the paper has left in ``folder``."""
    import pandas as pd

    first = pd.read_csv(folder / "tables" / "flagship.csv")
    names = LUCK_TABLES if flagship.weights_of(first) is None else MEMBER_TABLES
    return {name: pd.read_csv(folder / "tables" / f"{name}.csv") for name in names}


def render(tables: Mapping[str, pd.DataFrame], level: Level = LEVEL) -> str:
    """The text of the paper with its numbers; ``level`` is that of its intervals."""
    from kingmaker.experiments.paper.numbers import numbers

    over = "luck" if flagship.weights_of(tables["flagship"]) is None else "members"
    sections = {
        f"section_{name}": (HERE / "sections" / f"{over}_{name}.md").read_text(encoding="utf-8").rstrip()
        for name in SECTIONS
    }
    template = re.sub(r"\{\{(section_\w+)\}\}", lambda match: sections[match[1]], TEMPLATE.read_text(encoding="utf-8"))
    return fill(template, numbers(tables, level))


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
