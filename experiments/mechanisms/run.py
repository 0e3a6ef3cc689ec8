"""Runs rows: low against high on the same luck, in one stack of worlds; the paired difference with its interval."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from agents.errors import KingmakerError, nearest
from environment import ComputeEconomy
from experiments.intervals import half_width
from experiments.mechanisms.mutation import applied
from experiments.mechanisms.page import write_results
from experiments.mechanisms.result import Result
from experiments.mechanisms.row import Row
from experiments.mechanisms.rows import OPEN, ROWS


def run_row(row: Row, seeds: int | None = None, *, mutated: bool = False) -> Result:
    """Run one row on ``seeds`` pairs of worlds (the row's own number if None), its mechanism off if ``mutated``.

    Raises:
        ValueError: fewer than two seeds, or a row without mutants to be switched off.
    """
    seeds = row.seeds if seeds is None else seeds
    if seeds < 2:
        raise ValueError(f"seeds is {seeds}; an interval needs at least 2")
    if mutated and not row.mutants:
        raise ValueError(f"row {row.id} does not say how its mechanism is switched off")
    worlds = [{"rng": seed, **row.both, **settings} for settings in (row.low, row.high) for seed in range(1, seeds + 1)]
    with applied(row.mutants if mutated else ()):
        stack = ComputeEconomy.stack(worlds, months=row.window[1]).run()
    if row.of is None:
        values = stack.measures.array(row.outcome)[slice(*row.window)].mean(axis=0)
    else:
        values = row.of(stack, row.window)
    difference = values[seeds:] - values[:seeds]
    effect = float(difference.mean())
    margin = half_width(float(difference.std(ddof=1)), seeds)
    return Result(row, effect, effect - margin, effect + margin, seeds)


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


def run_and_print(chosen: str | None, seeds: int | None, out: Path | None, mutants: bool) -> bool:
    """Run the chosen rows, print each as it comes; whether all hold, and fail once they are switched off.

    Raises:
        KingmakerError: a row that does not exist.
    """
    rows = chosen_rows(chosen)
    results = list(_printed(rows, seeds, mutated=False))
    print(f"{sum(r.holds for r in results)} of {len(results)} tests hold; {len(OPEN)} rows are not proven yet.")
    without = []
    if mutants:
        print("\nWith the row's mechanism switched off:")
        without = list(_printed([row for row in rows if row.mutants], seeds, mutated=True))
        print(f"{sum(not r.holds for r in without)} of {len(rows)} tests fail once their mechanism is switched off.")
    if out is not None:
        write_results(results, without, out)
    return all(r.holds for r in results) and not any(r.holds for r in without)


def _printed(rows: list[Row], seeds: int | None, *, mutated: bool) -> Iterator[Result]:
    for row in rows:
        result = run_row(row, seeds, mutated=mutated)
        verdict = "holds" if result.holds else "FAILS" if not mutated else "fails"
        said = "; ".join(mutant.means for mutant in row.mutants) if mutated else row.claim
        print(f"{row.id:4} {verdict}  {result.effect:+10.4g}  ({result.low:+.4g} to {result.high:+.4g})  {said}")
        yield result
