"""Writes what the rows have shown, as a table for people and one for machines."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from kingmaker.environment.core.measures import MEASURES
from kingmaker.experiments.stats.levels import LEVEL, level_record
from kingmaker.experiments.studies.mechanisms.row import Row
from kingmaker.experiments.studies.mechanisms.row_result import Result
from kingmaker.experiments.studies.mechanisms.rows import OPEN


def write_results(results: Iterable[Result], without: Iterable[Result], folder: Path, held: str) -> None:
    """Write ``mechanisms.csv`` and ``mechanisms.md`` into ``folder``.

    Args:
        results: what the rows have shown.
        without: the same with the mechanism off.
        folder: made if need be.
        held: what is in force in the scenario that all rows rest on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    results, without = list(results), list(without)
    _write_csv(results, folder / "mechanisms.csv")
    if without:
        _write_csv(without, folder / "mutants.csv")
    (folder / "mechanisms.md").write_text(_page(results, without, held), encoding="utf-8")


def _write_csv(results: list[Result], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        level = level_record(results[0].level) if results else {}  # a column only where it is not what it always is
        writer.writerow(
            ("id", "claim", "lives_in", "parameters", "outcome", "effect", "low", "high", "n", "holds", *level)
        )
        for r in results:
            numbers = (f"{r.effect:.4g}", f"{r.low:.4g}", f"{r.high:.4g}", r.n, r.holds)
            writer.writerow(
                (r.row.id, r.row.claim, r.row.lives_in, _levers(r.row), r.row.outcome, *numbers, *level.values())
            )


def _levers(row: Row) -> str:
    moved = [f"{key} {row.low[key]:g} → {row.high[key]:g}" for key in row.high]
    return "; ".join(moved + [f"{key} = {value:g}" for key, value in row.both.items()])


def _shown(value: float) -> str:
    """Signed, three digits that count, without an exponent where it is large: +12,800,000 or -0.0604."""
    text = f"{value:+.3g}"
    return f"{float(text):+,.0f}" if "e+" in text else text


def _page(results: list[Result], without: list[Result], held: str) -> str:
    off = {r.row.id: r for r in without}
    level = results[0].level if results else LEVEL
    lines = [
        "# Mechanisms", "",
        "Each row: the same seeds with a lever low and high; the paired difference of the outcome, a mean over the",
        f"months named (0 is January 2022), with a {level.words} (Student's t over seeds). *Switched off* is the same",
        "test with the row's mechanism taken out of the model: there it must not hold. Made by",
        "`kingmaker mechanisms --mutants --out docs`.", "",
        held, "",
        f"| id | claim, and lever | outcome, unit (months) | effect | {level.words} | n | holds | switched off |",
        "|---|---|---|--:|--:|--:|---|--:|",
    ]  # fmt: skip
    for r in results:
        first, last = r.row.window
        within = f" (by no more than {r.row.margin:g} the other way)" if r.row.margin else ""
        gone = off.get(r.row.id)
        said = "not run" if gone is None else f"{_shown(gone.effect)} ({_shown(gone.low)} to {_shown(gone.high)})"
        if gone is not None and gone.holds:
            said = f"**still holds**: {said}"
        measure = MEASURES.get(r.row.outcome)
        outcome = r.row.outcome if measure is None else f"{measure.name}, {measure.unit}"
        lines.append(
            f"| {r.row.id} | {r.row.claim}{within}<br>`{_levers(r.row)}` | {outcome} ({first}–{last - 1}) "
            f"| {_shown(r.effect)} | {_shown(r.low)} to {_shown(r.high)} | {r.n} | {'yes' if r.holds else '**no**'} "
            f"| {said} |"
        )
    lines += ["", "## What each test switches off", "", "Modules are those of the package `kingmaker`.", "",
              "| id | what is missing then | replaced |", "|---|---|---|"]  # fmt: skip
    lines += [f"| {r.row.id} | {m.means} | `{m.target}` |" for r in results for m in r.row.mutants]
    if OPEN:
        lines += ["", "## Not proven yet", "", "| id | why |", "|---|---|"]
        lines += [f"| {key} | {why} |" for key, why in OPEN.items()]
    return "\n".join(lines) + "\n"
