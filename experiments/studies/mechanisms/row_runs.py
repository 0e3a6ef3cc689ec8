"""Runs rows: low against high on the same luck, in one stack of worlds; the paired difference with its interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from kingmaker.agents.errors import KingmakerError, nearest
from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.design.replicates import LUCK, Replicates
from kingmaker.experiments.results import in_force
from kingmaker.experiments.results.asked import Asked
from kingmaker.experiments.results.filing import filed_if
from kingmaker.experiments.stats.intervals import half_width
from kingmaker.experiments.stats.levels import (
    INTERVAL_OVER,
    LEVEL,
    SHOWN,
    Level,
    level_asked,
    level_record,
    level_told,
    read_level,
)
from kingmaker.experiments.studies.mechanisms.mechanism_page import write_results
from kingmaker.experiments.studies.mechanisms.member_rows import member_result, shown_share
from kingmaker.experiments.studies.mechanisms.mutation import applied
from kingmaker.experiments.studies.mechanisms.row import Row
from kingmaker.experiments.studies.mechanisms.row_result import Result
from kingmaker.experiments.studies.mechanisms.rows import OPEN, ROWS
from kingmaker.experiments.terminal.telling import say

IN_FORCE_SEEDS = 8  # worlds of the baseline that tell what is in force
FILES = ("mechanisms.csv", "mechanisms.md", "mutants.csv")
MOST_WORLDS = 192  # of one stack; wider ones are hardly faster and take more memory


def run_row(
    row: Row, seeds: int | None = None, *, mutated: bool = False, level: Level | float = LEVEL,
    over: Replicates | None = None,
) -> Result:  # fmt: skip
    """Run one row on ``seeds`` pairs of worlds (the row's own number if None), its mechanism off if ``mutated``.

    ``over`` are the members of a posterior, a pair of worlds each; they stand for the seeds.

    Raises:
        ValueError: fewer than two seeds, or a row without mutants to be switched off.
    """
    return next(run_rows([row], seeds, mutated=mutated, level=level, over=over))


def run_rows(
    rows: Sequence[Row], seeds: int | None = None, *, mutated: bool = False, level: Level | float = LEVEL,
    over: Replicates | None = None,
) -> Iterator[Result]:  # fmt: skip
    """Run rows and give each's result, in their order; the same numbers as ``run_row``, in fewer and wider stacks.

    Rows with the same horizon and the same mechanism off share a stack, and worlds that several of them ask for are run
    once: a world gives the same numbers in any stack. A stack is run when the first of its rows is asked for.

    Raises:
        ValueError: fewer than two seeds, or a row without mutants to be switched off.
    """
    sure = read_level(level, "level")
    pairs = seeds if over is None else len(over)
    stacks = {row.id: stack for stack in _stacks(rows, pairs, mutated) for row in stack}
    found: dict[str, Result] = {}
    for row in rows:
        if row.id not in found:
            found |= _run_together(stacks[row.id], pairs, mutated, sure, over)
        yield found[row.id]


def _pairs(row: Row, seeds: int | None, mutated: bool) -> int:
    """How many pairs of worlds a row is run on, if it can be run as asked."""
    pairs = row.seeds if seeds is None else seeds
    if pairs < 2:
        raise ValueError(f"seeds is {pairs}; an interval needs at least 2")
    if mutated and not row.mutants:
        raise ValueError(f"row {row.id} does not say how its mechanism is switched off")
    return pairs


def _stacks(rows: Sequence[Row], seeds: int | None, mutated: bool) -> list[list[Row]]:
    """The rows that run together: same horizon, same mechanism off, and no more worlds than still run faster so."""
    stacks: list[list[Row]] = []
    open_stack: dict[object, tuple[list[Row], int]] = {}
    for row in rows:
        shared = (row.window[1], row.mutants if mutated else ())
        worlds = 2 * _pairs(row, seeds, mutated)
        stack, before = open_stack.get(shared, ([], MOST_WORLDS))
        if before + worlds > MOST_WORLDS:
            stack, before = [], 0
            stacks.append(stack)
        stack.append(row)
        open_stack[shared] = stack, before + worlds
    return stacks


def _run_together(
    rows: Sequence[Row], seeds: int | None, mutated: bool, sure: Level, over: Replicates | None
) -> dict[str, Result]:
    """Run one stack for these rows; their results by their ids."""
    places: dict[tuple[object, ...], int] = {}  # of each world in the stack
    worlds: list[dict[str, float]] = []
    asked: dict[str, list[list[int]]] = {}  # of each row: the places of its low worlds, and of its high ones
    for row in rows:
        asked[row.id] = [[], []]
        for level, settings in enumerate((row.low, row.high)):
            for pair in range(_pairs(row, seeds, mutated)):
                world = {**_member(row, over, pair), **row.both, **settings}
                place = places.setdefault(tuple(sorted(world.items())), len(worlds))
                if place == len(worlds):
                    worlds.append(world)
                asked[row.id][level].append(place)
    with applied(rows[0].mutants if mutated else ()):
        model = ComputeEconomy.stack(worlds, months=rows[0].window[1]).run()
    judged = [replace(row, margin=row.margin - row.residue) if mutated else row for row in rows]
    return {row.id: _result(row, model, sure, over, *asked[row.id]) for row in judged}


def _member(row: Row, over: Replicates | None, pair: int) -> dict[str, float]:
    """What tells a pair of worlds from the others: its seed, and what a member of a posterior brings."""
    if over is None:
        return {"rng": pair + 1}
    taken = (*row.both, *row.low, *row.high)
    return {"rng": over.seeds[pair], **over.held(pair, over.drawn_under(load_scenario("baseline"), but=taken))}


def _result(
    row: Row, model: ComputeEconomy, level: Level, over: Replicates | None, low: list[int], high: list[int]
) -> Result:
    """What a row's worlds, at these places of a stack that has run, say of its claim."""
    if row.of is None:
        values = model.measures.array(row.outcome)[slice(*row.window)].mean(axis=0)
    else:
        values = row.of(model, row.window)
    difference = values[high] - values[low]
    if over is not None:
        return member_result(row, difference, over, level)
    effect = float(difference.mean())
    margin = half_width(float(difference.std(ddof=1)), len(low), level)
    return Result(row, effect, effect - margin, effect + margin, len(low), level)


def chosen_rows(chosen: str | None) -> list[Row]:
    """The rows of a list such as ``S1,R4``, a family's by its letter (``S``), or all.

    Raises:
        KingmakerError: a row that does not exist.
    """
    if chosen is None:
        return list(ROWS)
    found: list[Row] = []
    for name in (part.strip() for part in chosen.split(",")):
        rows = [row for row in ROWS if row.id == name or row.id.rstrip("abcdefgh") == name or row.id[0] == name]
        if not rows:
            raise KingmakerError(f"--rows: there is no row '{name}' to test.{nearest(name, [r.id for r in ROWS])}")
        found += [row for row in rows if row not in found]
    return found


def run_and_print(
    chosen: str | None, seeds: int | None, out: Path | None, mutants: bool, force: bool = False, level: Level = LEVEL,
    over: Replicates | None = None,
) -> bool:  # fmt: skip
    """Run the chosen rows, print each as it comes; whether all hold, and fail once they are switched off.

    Raises:
        KingmakerError: a row that does not exist, or results of another question in ``out`` and not ``force``.
    """
    rows = chosen_rows(chosen)
    with filed_if(out, FILES[: 3 if mutants else 2], _asked(rows, seeds, mutants, level, over), force) as folder:
        return _run_and_print(rows, seeds, folder, mutants, level, over)


def _asked(rows: list[Row], seeds: int | None, mutants: bool, level: Level, over: Replicates | None) -> Asked:
    """The question, as it is kept beside the files."""
    which = "all rows" if rows == list(ROWS) else f"rows {', '.join(row.id for row in rows)}"
    words = f"{which}, {'their own number of' if seeds is None else seeds} seeds{', with mutants' if mutants else ''}"
    facts = {"rows": [row.id for row in rows], "seeds": seeds, "mutants": mutants}
    if over is None:
        return Asked("mechanisms", words + level_asked(level), facts | level_record(level))
    usual, words = INTERVAL_OVER[over.over], f"{which}, {over.words}{', with mutants' if mutants else ''}"
    facts |= over.record | {"seeds": list(over.seeds)} | level_record(level, usual)
    return Asked("mechanisms", words + level_asked(level, usual), facts)


def _run_and_print(
    rows: list[Row], seeds: int | None, out: Path | None, mutants: bool, level: Level, over: Replicates | None
) -> bool:
    results = list(_printed(rows, seeds, level, over, mutated=False))
    said = f"{sum(r.holds for r in results)} of {len(results)}"
    if over is None:
        said = f"{said} tests hold"
    else:
        said = f"{said} rows hold in {SHOWN.per_cent} % of the members or more, over {over.words}"
    say(f"{said}; {len(OPEN)} rows are not proven yet.")
    for sentence in level_told(level, INTERVAL_OVER[LUCK if over is None else over.over]):
        say(sentence)
    without = []
    if mutants:
        say("\nWith the row's mechanism switched off:")
        without = list(_printed([row for row in rows if row.mutants], seeds, level, over, mutated=True))
        say(f"{sum(not r.holds for r in without)} of {len(rows)} tests fail once their mechanism is switched off.")
    if out is not None:
        words = f"luck at one point, {seeds or 'its own number of'} seeds" if over is None else over.words
        write_results(results, without, out, _in_force(max(row.window[1] for row in rows)), words)
    return all(r.holds for r in results) and not any(r.holds for r in without)


def _in_force(months: int) -> str:
    """What is in force in the baseline, on which all rows rest, before a row moves a lever."""
    model = ComputeEconomy.stack([{"rng": seed} for seed in range(1, IN_FORCE_SEEDS + 1)], months=months).run()
    held = in_force.held_in(model.measures.to_frame())
    return in_force.sentence(held, "In force in the baseline, before a row moves a lever")


def _printed(
    rows: list[Row], seeds: int | None, level: Level, over: Replicates | None, *, mutated: bool
) -> Iterator[Result]:
    for row, result in zip(rows, run_rows(rows, seeds, mutated=mutated, level=level, over=over), strict=True):
        verdict = "holds" if result.holds else "FAILS" if not mutated else "fails"
        said = "; ".join(mutant.means for mutant in row.mutants) if mutated else row.claim
        share = "" if result.share is None else f"{shown_share(result.share):>5}  "
        where = f" [{result.where}]" if result.where else ""
        numbers = f"{share}{result.effect:+10.4g}  ({result.low:+.4g} to {result.high:+.4g})"
        say(f"{row.id:4} {verdict}  {numbers}  {said}{where}")
        yield result
