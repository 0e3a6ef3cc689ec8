"""``kingmaker mechanisms``: runs the chosen rows, prints each as it comes, writes the table and the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.design.replicates import LUCK, Replicates
from kingmaker.experiments.posterior.fit_files import tidy
from kingmaker.experiments.results import in_force
from kingmaker.experiments.results.asked import Asked
from kingmaker.experiments.results.filing import filed_if
from kingmaker.experiments.results.outputs import unfinished
from kingmaker.experiments.stats.levels import INTERVAL_OVER, LEVEL, SHOWN, Level, level_asked, level_record, level_told
from kingmaker.experiments.studies.mechanisms.mechanism_page import write_results
from kingmaker.experiments.studies.mechanisms.member_rows import shown_share
from kingmaker.experiments.studies.mechanisms.row import Row
from kingmaker.experiments.studies.mechanisms.row_jobs import kept_rows
from kingmaker.experiments.studies.mechanisms.row_result import Result
from kingmaker.experiments.studies.mechanisms.row_runs import chosen_rows
from kingmaker.experiments.studies.mechanisms.rows import OPEN, ROWS
from kingmaker.experiments.terminal.telling import say

IN_FORCE_SEEDS = 8  # worlds of the baseline that tell what is in force
FILES = ("mechanisms.csv", "mechanisms.md", "mutants.csv")


@dataclass(frozen=True)
class RowRequest:
    """What the user asked for.

    Attributes:
        rows: the chosen rows.
        seeds: pairs of worlds of each; its own number if None.
        out: folder of the table and the page; none are written without one.
        mutants: whether each row is run with its mechanism off, too.
        level: of the intervals.
        over: the members of a posterior; None over luck.
        workers: processes.
        force: replace what answers another question.
    """

    rows: list[Row]
    seeds: int | None
    out: Path | None
    mutants: bool
    level: Level = LEVEL
    over: Replicates | None = None
    workers: int = 1
    force: bool = False


def run_and_print(
    chosen: str | None, seeds: int | None, out: Path | None, mutants: bool, force: bool = False, level: Level = LEVEL,
    over: Replicates | None = None, workers: int = 1,
) -> bool:  # fmt: skip
    """Run the chosen rows, print each as it comes; whether all hold, and fail once they are switched off.

    Finished stacks are kept until the result stands in ``out``: after a stop, the same command goes on.

    Raises:
        KingmakerError: a row that does not exist, or results of another question in ``out`` and not ``force``.
    """
    request = RowRequest(chosen_rows(chosen), seeds, out, mutants, level, over, workers, force)
    with filed_if(out, FILES[: 3 if mutants else 2], _asked(request), force) as folder:
        verdict = _run_and_print(request, folder)
    if out is not None:
        tidy(out)
    return verdict


def _asked(request: RowRequest) -> Asked:
    """The question, as it is kept beside the files."""
    rows, seeds, level, over = request.rows, request.seeds, request.level, request.over
    which = "all rows" if rows == list(ROWS) else f"rows {', '.join(row.id for row in rows)}"
    off = ", with mutants" if request.mutants else ""
    facts = {"rows": [row.id for row in rows], "seeds": seeds, "mutants": request.mutants}
    if over is None:
        words = f"{which}, {'their own number of' if seeds is None else seeds} seeds{off}"
        return Asked("mechanisms", words + level_asked(level), facts | level_record(level))
    usual, words = INTERVAL_OVER[over.over], f"{which}, {over.words}{off}"
    facts |= over.record | {"seeds": list(over.seeds)} | level_record(level, usual)
    return Asked("mechanisms", words + level_asked(level, usual), facts)


def _run_and_print(request: RowRequest, folder: Path | None) -> bool:
    rows, over, level = request.rows, request.over, request.level
    results = list(_printed(request, rows, mutated=False))
    said = f"{sum(r.holds for r in results)} of {len(results)}"
    if over is None:
        said = f"{said} tests hold"
    else:
        said = f"{said} rows hold in {SHOWN.per_cent} % of the members or more, over {over.words}"
    say(f"{said}; {len(OPEN)} rows are not proven yet.")
    for sentence in level_told(level, INTERVAL_OVER[LUCK if over is None else over.over]):
        say(sentence)
    without = []
    if request.mutants:
        say("\nWith the row's mechanism switched off:")
        without = list(_printed(request, [row for row in rows if row.mutants], mutated=True))
        say(f"{sum(not r.holds for r in without)} of {len(rows)} tests fail once their mechanism is switched off.")
    if folder is not None:
        words = over.words if over is not None else f"luck at one point, {request.seeds or 'its own number of'} seeds"
        write_results(results, without, folder, _in_force(max(row.window[1] for row in rows)), words)
    return all(r.holds for r in results) and not any(r.holds for r in without)


def _in_force(months: int) -> str:
    """What is in force in the baseline, on which all rows rest, before a row moves a lever."""
    model = ComputeEconomy.stack([{"rng": seed} for seed in range(1, IN_FORCE_SEEDS + 1)], months=months).run()
    held = in_force.held_in(model.measures.to_frame())
    return in_force.sentence(held, "In force in the baseline, before a row moves a lever")


def _printed(request: RowRequest, rows: list[Row], *, mutated: bool) -> Iterator[Result]:
    keep = None if request.out is None else unfinished(request.out)
    results = kept_rows(rows, request.seeds, request.level, request.over, keep, request.workers, mutated=mutated)
    for row, result in zip(rows, results, strict=True):
        verdict = "holds" if result.holds else "FAILS" if not mutated else "fails"
        said = "; ".join(mutant.means for mutant in row.mutants) if mutated else row.claim
        share = "" if result.share is None else f"{shown_share(result.share):>5}  "
        where = f" [{result.regime}]" if result.regime and not mutated else ""
        numbers = f"{share}{result.effect:+10.4g}  ({result.low:+.4g} to {result.high:+.4g})"
        say(f"{row.id:4} {verdict}  {numbers}  {said}{where}", now=True)
        yield result
