"""Runs rows: low against high on the same luck, in one stack of worlds; the paired difference with its interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kingmaker.agents.errors import KingmakerError, nearest
from kingmaker.agents.types import FloatArray
from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.stats.intervals import half_width
from kingmaker.experiments.stats.levels import LEVEL, Level, read_level
from kingmaker.experiments.studies.mechanisms.member_rows import member_result
from kingmaker.experiments.studies.mechanisms.mutation import applied
from kingmaker.experiments.studies.mechanisms.row import Row
from kingmaker.experiments.studies.mechanisms.row_result import Result
from kingmaker.experiments.studies.mechanisms.rows import ROWS

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
    stacks = {row.id: stack for stack in stacks_of(rows, pairs, mutated) for row in stack}
    found: dict[str, Result] = {}
    for row in rows:
        if row.id not in found:
            seen = run_stack(stacks[row.id], pairs, mutated=mutated, over=over)
            found |= {one.id: result_of(one, seen[one.id], sure, over, mutated=mutated) for one in stacks[row.id]}
        yield found[row.id]


def _pairs(row: Row, seeds: int | None, mutated: bool) -> int:
    """How many pairs of worlds a row is run on, if it can be run as asked."""
    pairs = row.seeds if seeds is None else seeds
    if pairs < 2:
        raise ValueError(f"seeds is {pairs}; an interval needs at least 2")
    if mutated and not row.mutants:
        raise ValueError(f"row {row.id} does not say how its mechanism is switched off")
    return pairs


def stacks_of(rows: Sequence[Row], seeds: int | None, mutated: bool) -> list[list[Row]]:
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


@dataclass(frozen=True)
class Seen:
    """What the runs of a row have shown.

    Attributes:
        difference: of the outcome, high less low, shape (pairs,).
        world: measures with the lever low, means over the row's months, each of shape (pairs,); empty over luck.
    """

    difference: FloatArray
    world: Mapping[str, FloatArray]


def run_stack(rows: Sequence[Row], seeds: int | None, *, mutated: bool, over: Replicates | None) -> dict[str, Seen]:
    """Run one stack for these rows; what each has shown, by its id."""
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
    return {row.id: _seen(row, model, over is not None, *asked[row.id]) for row in rows}


def _seen(row: Row, model: ComputeEconomy, members: bool, low: list[int], high: list[int]) -> Seen:
    """What a row's worlds, at these places of a stack that has run, show."""
    months = slice(*row.window)
    values = model.measures.array(row.outcome)[months].mean(axis=0) if row.of is None else row.of(model, row.window)
    world = {name: model.measures.array(name)[months].mean(axis=0)[low] for name in MEASURES} if members else {}
    return Seen(values[high] - values[low], world)


def result_of(row: Row, seen: Seen, level: Level, over: Replicates | None, *, mutated: bool) -> Result:
    """What the differences of a row say of its claim."""
    judged = replace(row, margin=row.margin - row.residue) if mutated else row
    d = seen.difference
    if over is not None:
        return member_result(judged, d, over, level, seen.world)
    effect, margin = float(d.mean()), half_width(float(d.std(ddof=1)), len(d), level)
    return Result(judged, effect, effect - margin, effect + margin, len(d), level)


def _member(row: Row, over: Replicates | None, pair: int) -> dict[str, float]:
    """What tells a pair of worlds from the others: its seed, and what a member of a posterior brings."""
    if over is None:
        return {"rng": pair + 1}
    taken = (*row.both, *row.low, *row.high)
    return {"rng": over.seeds[pair], **over.held(pair, over.drawn_under(load_scenario("baseline"), but=taken))}


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
