"""``kingmaker validate``: runs the ensemble, prints the table, writes it with its page and figures."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.validation.table import ROLES, Line, coverage, hits, lines_of, read_patterns, score
from experiments.validation.trace import TracedEconomy, run_traced

COLUMNS = (
    "id", "pattern", "period", "role", "unit", "target", "low", "high", "model_median", "model_p05", "model_p95", "hit",
    "facts", "why",
)  # fmt: skip


def validate(seeds: int, pins: Mapping[str, Any], out: Path | None) -> bool:
    """Run ``seeds`` worlds, print the table and write it into ``out``; whether every pattern is a hit."""
    model = run_traced(range(1, seeds + 1), pins)
    lines = lines_of(model, read_patterns(model.tables))
    print_table(lines)
    for sentence in summary(lines, seeds):
        print(sentence)
    if out is not None:
        write(model, lines, seeds, out)
    return all(hits(lines, ("calibrated", "held")).values())


def summary(lines: Sequence[Line], seeds: int) -> list[str]:
    """The score in words."""
    said = []
    for role, what in (("calibrated", "calibrated patterns"), ("held", "patterns that were never fitted"),
                       ("article", "figures of the source articles")):  # fmt: skip
        found, (covered, n) = hits(lines, (role,)), coverage(lines, (role,))
        said.append(
            f"{sum(found.values())} of {len(found)} {what} inside; the ensemble's 90 % intervals hold {covered} of "
            f"{n} targets."
        )
    given = hits(lines, ("input",))
    said.append(
        f"{sum(given.values())} of {len(given)} inputs inside (they are no merit). "
        f"Score {score(lines):.3f} (mean loss; 0 is every line well inside its tolerance), {seeds} seeds."
    )
    return said


def print_table(lines: Sequence[Line]) -> None:
    """Print the table, block by block."""
    from rich.console import Console
    from rich.table import Table

    console = Console(soft_wrap=False)
    for role, title in ROLES.items():
        table = Table(title=title, title_justify="left", box=None, padding=(0, 1))
        for name in ("id", "pattern", "target", "allowed", "model", "90 % of seeds", ""):
            table.add_column(
                name, justify="left" if name in ("id", "pattern", "") else "right", no_wrap=name != "pattern"
            )
        for line in lines:
            if line.pattern.role == role:
                p = line.pattern
                table.add_row(
                    p.id, f"{p.pattern} ({p.fact.unit})", f"{p.fact.value:.4g}", f"{p.low:.4g} to {p.high:.4g}",
                    f"{line.median:.4g}", f"{line.p05:.4g} to {line.p95:.4g}", "hit" if line.hit else "MISS",
                )  # fmt: skip
        console.print(table)


def write(model: TracedEconomy, lines: Sequence[Line], seeds: int, folder: Path) -> None:
    """Write ``validation.csv``, ``validation.md`` and the figures into ``folder``."""
    from experiments.figures.style import save, styled
    from experiments.validation.figure import draw_bands

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "validation.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_row(line) for line in lines)
    (folder / "validation.md").write_text(page(lines, seeds), encoding="utf-8")
    (folder / "figures").mkdir(exist_ok=True)
    with styled():
        save(draw_bands(model, seeds), folder / "figures" / "validation")


def _row(line: Line) -> tuple[object, ...]:
    p = line.pattern
    numbers = (f"{value:.6g}" for value in (p.fact.value, p.low, p.high, line.median, line.p05, line.p95))
    why = "" if line.hit else p.why
    return (p.id, p.pattern, p.period, p.role, p.fact.unit, *numbers, line.hit, " ".join(p.fact.fact_id), why)


def page(lines: Sequence[Line], seeds: int) -> str:
    """The table as Markdown, with the reason of each miss."""
    text = [
        "# Validation", "",
        f"The baseline's ensemble ({seeds} seeds, 1 to {seeds}) held against the facts: target and tolerance, the "
        "ensemble's median, its 5 % and 95 % quantiles over seeds. A hit is a median inside the tolerance. A pattern "
        "with several lines counts as one hit if all of them hit. Made by `kingmaker validate --out docs`.", "",
        *(f"- {sentence}" for sentence in summary(lines, seeds)), "",
        "![Model and facts](figures/validation.png)", "",
    ]  # fmt: skip
    for role, title in ROLES.items():
        text += [
            f"## {title}", "", "| id | pattern | period | unit | target | allowed | model | 90 % of seeds | |",
            "|---|---|---|---|---|---|---|---|---|",
        ]  # fmt: skip
        for line in lines:
            p = line.pattern
            if p.role == role:
                text.append(
                    f"| {p.id} | {p.pattern} | {p.period} | {p.fact.unit} | {p.fact.value:.4g} "
                    f"| {p.low:.4g} to {p.high:.4g} | {line.median:.4g} | {line.p05:.4g} to {line.p95:.4g} "
                    f"| {'hit' if line.hit else '**miss**'} |"
                )
        missed = [line.pattern for line in lines if line.pattern.role == role and not line.hit]
        if missed:
            text += ["", "Why the misses miss:", ""]
            text += [f"- **{p.id}, {p.pattern}**: {p.why or 'not explained yet'}" for p in missed]
        text.append("")
    return "\n".join(text)
