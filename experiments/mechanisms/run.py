"""Runs rows: low against high on the same luck, in one stack of worlds; the paired difference with its interval."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import stdtrit

from agents.errors import KingmakerError, nearest
from environment import ComputeEconomy
from experiments.mechanisms.rows import OPEN, ROWS, Row


@dataclass(frozen=True)
class Result:
    """A row's paired difference, high less low: mean, 95 % interval (Student's t over seeds), number of pairs."""

    row: Row
    effect: float
    low: float
    high: float
    n: int

    @property
    def holds(self) -> bool:
        """Whether the interval lies on the claimed side of zero."""
        return self.low > 0.0 if self.row.sign > 0 else self.high < 0.0


def run_row(row: Row, seeds: int = 12) -> Result:
    """Run one row on ``seeds`` pairs of worlds (at least two).

    Raises:
        ValueError: fewer than two seeds.
    """
    if seeds < 2:
        raise ValueError(f"seeds is {seeds}; an interval needs at least 2")
    worlds = [{"rng": seed, **row.both, **settings} for settings in (row.low, row.high) for seed in range(1, seeds + 1)]
    stack = ComputeEconomy.stack(worlds, months=row.window[1]).run()
    means = stack.measures.array(row.outcome)[slice(*row.window)].mean(axis=0)
    difference = means[seeds:] - means[:seeds]
    effect = float(difference.mean())
    margin = float(stdtrit(seeds - 1, 0.975) * difference.std(ddof=1) / np.sqrt(seeds))
    return Result(row, effect, effect - margin, effect + margin, seeds)


def run_and_print(chosen: str | None, seeds: int, out: Path | None) -> bool:
    """Run the chosen rows (``S1,R4``; all if None), print each as it comes; whether all of them hold.

    Raises:
        KingmakerError: a row that does not exist.
    """
    known = {row.id: row for row in ROWS}
    wanted = list(known) if chosen is None else [name.strip() for name in chosen.split(",")]
    for name in wanted:
        if name not in known:
            raise KingmakerError(f"--rows: there is no row '{name}' to test.{nearest(name, known)}")
    results = []
    for name in wanted:
        result = run_row(known[name], seeds)
        results.append(result)
        verdict = "holds" if result.holds else "FAILS"
        print(
            f"{name:4} {verdict}  {result.effect:+10.4g}  ({result.low:+.4g} to {result.high:+.4g})  {result.row.claim}"
        )
    print(f"{sum(r.holds for r in results)} of {len(results)} tested rows hold; {len(OPEN)} rows are not proven yet.")
    if out is not None:
        write_results(results, out)
    return all(r.holds for r in results)


def write_results(results: Iterable[Result], folder: Path) -> None:
    """Write ``mechanisms.csv`` and ``mechanisms.md`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    results = list(results)
    with (folder / "mechanisms.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("id", "claim", "lives_in", "parameters", "outcome", "effect", "low", "high", "n", "holds"))
        for r in results:
            numbers = (f"{r.effect:.4g}", f"{r.low:.4g}", f"{r.high:.4g}", r.n, r.holds)
            writer.writerow((r.row.id, r.row.claim, r.row.lives_in, _levers(r.row), r.row.outcome, *numbers))
    (folder / "mechanisms.md").write_text(_page(results), encoding="utf-8")


def _levers(row: Row) -> str:
    moved = [f"{key} {row.low[key]:g} → {row.high[key]:g}" for key in row.high]
    return "; ".join(moved + [f"{key} = {value:g}" for key, value in row.both.items()])


def _page(results: list[Result]) -> str:
    lines = [
        "# Mechanisms", "",
        "Each row: the same seeds with a lever low and high; the paired difference of the outcome, a mean over the",
        "months named (0 is January 2022), with a 95 % interval (Student's t over seeds). Made by",
        "`kingmaker mechanisms --out docs`.", "",
        "| id | claim | lever | outcome (months) | effect | 95 % interval | n | holds |",
        "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for r in results:
        first, last = r.row.window
        lines.append(
            f"| {r.row.id} | {r.row.claim} | {_levers(r.row)} | {r.row.outcome} ({first}–{last - 1}) | {r.effect:+.3g} "
            f"| {r.low:+.3g} to {r.high:+.3g} | {r.n} | {'yes' if r.holds else '**no**'} |"
        )
    lines += ["", "## Not proven yet", "", "| id | why |", "|---|---|"]
    lines += [f"| {key} | {why} |" for key, why in OPEN.items()]
    return "\n".join(lines) + "\n"
