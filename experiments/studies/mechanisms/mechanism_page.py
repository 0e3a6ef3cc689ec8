"""Writes what the rows have shown, as a table for people and one for machines."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from kingmaker.environment.core.measures import MEASURES
from kingmaker.experiments.stats.levels import INTERVAL_OVER, LEVEL, SHOWN, Level, level_record
from kingmaker.experiments.studies.mechanisms.member_rows import shown_share
from kingmaker.experiments.studies.mechanisms.row import Row
from kingmaker.experiments.studies.mechanisms.row_result import Result
from kingmaker.experiments.studies.mechanisms.rows import OPEN


def write_results(
    results: Iterable[Result], without: Iterable[Result], folder: Path, held: str, over: str = ""
) -> None:
    """Write ``mechanisms.csv`` and ``mechanisms.md`` into ``folder``.

    Args:
        results: what the rows have shown.
        without: the same with the mechanism off.
        folder: made if need be.
        held: what is in force in the scenario that all rows rest on.
        over: over what the intervals are, such as ``luck and parameters, 30 members``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    results, without = list(results), list(without)
    _write_csv(results, folder / "mechanisms.csv")
    if without:
        _write_csv(without, folder / "mutants.csv")
    (folder / "mechanisms.md").write_text(_page(results, without, held, over), encoding="utf-8")


def _write_csv(results: list[Result], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        members = bool(results) and results[0].share is not None
        usual = INTERVAL_OVER["posterior" if members else "luck"]
        level = level_record(results[0].level, usual) if results else {}  # a column only where it is not the usual one
        more = ("share", "regime") if members else ()
        head = ("id", "claim", "lives_in", "parameters", "outcome", "effect", "low", "high", "n", "holds")
        writer.writerow((*head, *more, *level))
        for r in results:
            numbers = (f"{r.effect:.4g}", f"{r.low:.4g}", f"{r.high:.4g}", r.n, r.holds)
            beside = (f"{r.share:.4g}", r.regime) if r.share is not None else ()
            named = (r.row.id, r.row.claim, r.row.lives_in, _levers(r.row), r.row.outcome)
            writer.writerow((*named, *numbers, *beside, *level.values()))


def _levers(row: Row) -> str:
    moved = [f"{key} {row.low[key]:g} → {row.high[key]:g}" for key in row.high]
    return "; ".join(moved + [f"{key} = {value:g}" for key, value in row.both.items()])


def _shown(value: float) -> str:
    """Signed, three digits that count, without an exponent where it is large: +12,800,000 or -0.0604."""
    text = f"{value:+.3g}"
    return f"{float(text):+,.0f}" if "e+" in text else text


def _intro(results: list[Result], level: Level, over: str) -> list[str]:
    """What the table shows, and over what."""
    if results and results[0].share is not None:
        return [
            "Each row: a lever low and high in the same members of the posterior, which share luck and parameters; the",
            "paired difference of the outcome, a mean over the months named (0 is January 2022): its median and",
            f"{level.words} over {over}, and the share of the members in which the claim holds. A row counts as shown",
            f"if it holds in {SHOWN.per_cent} % of them. Of a row that does not, the regime is named in which it does:",
            "the split, by one parameter or by one measure of the world with the lever low, that tells best where it",
            "holds, if chance could not have made it (Mann-Whitney, after Holm's correction over all parameters and",
            "measures). *Switched off* is the same test with the row's mechanism taken out of the model: there it must",
            f"not hold in {SHOWN.per_cent} % of the members. Made by",
            "`kingmaker mechanisms --over posterior --out docs/posterior`; over luck at one point, with each mechanism",
            "switched off: `kingmaker mechanisms --mutants --out docs`.",
            "",
            _counted(results),
        ]
    return [
        "Each row: the same seeds with a lever low and high; the paired difference of the outcome, a mean over the",
        f"months named (0 is January 2022), with a {level.words} (Student's t over seeds). *Switched off* is the same",
        "test with the row's mechanism taken out of the model: there it must not hold. Made by",
        "`kingmaker mechanisms --mutants --out docs`.",
    ]


def _counted(results: list[Result]) -> str:
    """How many rows are shown, how many hold in a regime that can be told, and how many are left."""
    shown, told = sum(r.holds for r in results), sum(r.regime.startswith("holds") for r in results)
    return (
        f"{shown} of {len(results)} rows are shown; {told} hold in a regime that is named; of the other "
        f"{len(results) - shown - told} it is not known where they hold."
    )


def _verdict(result: Result) -> str:
    """Whether it holds; over members, in which share of them, and the regime of a row that is not shown."""
    if result.share is None:
        return "yes" if result.holds else "**no**"
    told = shown_share(result.share)
    return told if result.holds else f"**{told}**{f'<br>{result.regime}' if result.regime else ''}"


def _page(results: list[Result], without: list[Result], held: str, over: str) -> str:
    off = {r.row.id: r for r in without}
    level = results[0].level if results else LEVEL
    lines = [
        "# Mechanisms" + " over the posterior" * any(r.share is not None for r in results), "",
        *_intro(results, level, over), "",
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
        elif r.row.residue:
            said += f"; other channels may leave {r.row.residue:g}"
        measure = MEASURES.get(r.row.outcome)
        outcome = r.row.outcome if measure is None else f"{measure.name}, {measure.unit}"
        lines.append(
            f"| {r.row.id} | {r.row.claim}{within}<br>`{_levers(r.row)}` | {outcome} ({first}–{last - 1}) "
            f"| {_shown(r.effect)} | {_shown(r.low)} to {_shown(r.high)} | {r.n} | {_verdict(r)} "
            f"| {said} |"
        )
    lines += ["", "## What each test switches off", "", "Modules are those of the package `kingmaker`.", "",
              "| id | what is missing then | replaced |", "|---|---|---|"]  # fmt: skip
    lines += [f"| {r.row.id} | {m.means} | `{m.target}` |" for r in results for m in r.row.mutants]
    if OPEN:
        lines += ["", "## Not proven yet", "", "| id | why |", "|---|---|"]
        lines += [f"| {key} | {why} |" for key, why in OPEN.items()]
    return "\n".join(lines) + "\n"
