"""``kingmaker validate``: runs the ensemble, prints the table, writes it with its page and figures."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kingmaker.experiments.measured.trace import TracedEconomy, run_traced
from kingmaker.experiments.results import in_force
from kingmaker.experiments.results.asked import Asked
from kingmaker.experiments.results.filing import filed_if
from kingmaker.experiments.stats.levels import WIDE, Band, Level, level_asked, level_record, read_level
from kingmaker.experiments.studies.validation.pattern_table import (
    ROLES,
    Line,
    coverage,
    hits,
    lines_of,
    read_patterns,
    score,
)
from kingmaker.experiments.terminal.phrases import listed
from kingmaker.experiments.terminal.telling import say

NEEDED = 118  # columns of a terminal; a narrower one does without the band
HEADS = ("id", "pattern (unit)", "period", "target", "allowed", "model", "", "")  # the last but one is the band
SPREAD = len(HEADS) - 2
WHY = "Reasons for the misses (in brackets: the distance from the target, in tolerances of that side):"
UNEXPLAINED = "not explained yet"
RULE = "|---|---|---|--:|--:|--:|--:|---|"
NOTES = {
    "window": (
        "Facts of the calibration window that no search has seen: some guided the choice of start data and of rules "
        "(shares of cloud and capital spending of 2024, chips bought in 2022), the others are a check from outside.",
        "",
    ),
    "held": (
        "No parameter was ever fitted to these. They were in view when rules were chosen (the latest: capital spending "
        "outside AI follows cash flow once its data end, in mid-2024), so this is no blind test.", "",
    ),
    "input": (
        "Of C14, what the facts say of credits (at most 200,000 $ a start-up) has no line: in the model, compute is "
        "paid ahead only with stakes.", "",
    ),
}  # fmt: skip


FILES = ("validation.csv", "validation.md", "figures/validation.pdf", "figures/validation.png")


def validate(
    seeds: int, pins: Mapping[str, Any], out: Path | None, force: bool = False, level: Level | float = WIDE.level
) -> bool:
    """Run ``seeds`` worlds, print the table and write it into ``out``; whether every pattern is a hit.

    ``level`` is the share of the seeds in the band. Hits and score are of the median and do not depend on it.
    """
    share = read_level(level, "level")
    band = Band(share)
    held = "".join(f", {key} = {value:g}" for key, value in sorted(pins.items()))
    words = f"the baseline{held}, {seeds} seeds{level_asked(share, WIDE.level)}"
    asked = Asked("validate", words, {"seeds": seeds, "pins": dict(pins)} | level_record(share, WIDE.level))
    with filed_if(out, FILES, asked, force) as folder:
        model = run_traced(range(1, seeds + 1), pins)
        lines = lines_of(model, read_patterns(model.tables), band)
        print_table(lines, band)
        for sentence in summary(lines, seeds, band):
            say(sentence)
        if folder is not None:
            write(model, lines, seeds, folder, band)
    return all(hits(lines, ("calibrated", "held")).values())


def summary(lines: Sequence[Line], seeds: int, band: Band = WIDE) -> list[str]:
    """The score in words."""
    said = [all_patterns(lines)]
    for role, what in (("calibrated", "calibrated patterns"), ("held", "patterns that were never fitted"),
                       ("article", "figures of the source articles")):  # fmt: skip
        found, (covered, n) = hits(lines, (role,)), coverage(lines, (role,))
        said.append(
            f"{sum(found.values())} of {len(found)} {what} inside; the ensemble's {band.level.words}s hold "
            f"{covered} of {n} targets."
        )
    further, (covered, n) = [line.hit for line in lines if line.pattern.role == "window"], coverage(lines, ("window",))
    said.append(
        f"{sum(further)} of {n} further facts of 2022-24 inside, which are no part of the score; the ensemble's "
        f"{band.level.words}s hold {covered} of them."
    )
    given = hits(lines, ("input",))
    said.append(
        f"{sum(given.values())} of {len(given)} inputs inside (the model was given them, so they prove nothing). "
        f"Score {score(lines):.3f} (mean loss; 0 is every line well inside its tolerance), {seeds} seeds."
    )
    return said


def all_patterns(lines: Sequence[Line]) -> str:
    """How many of C1-C21 are inside, inputs and all, and how many of those held back."""
    whole, held = hits(lines, ("calibrated", "input")), hits(lines, ("held",))
    given = [name for name in hits(lines, ("input",)) if name not in hits(lines, ("calibrated",))]
    return (
        f"Of all {len(whole)} patterns C1-C21, {sum(whole.values())} inside, the inputs {listed(given)} counted in; "
        f"of {listed(list(held))}, never fitted, {sum(held.values())} of {len(held)} inside."
    )


def shown(value: float) -> str:
    """Four digits that count, without an exponent: 15,010 or 0.1109."""
    if abs(value) < 1000.0 or not math.isfinite(value):
        return f"{value:.4g}"
    return f"{float(f'{value:.4g}'):,.0f}"


def columns(band: Band = WIDE) -> tuple[str, ...]:
    """The columns of ``validation.csv``."""
    model = ("model_median", *(f"model_{name}" for name in band.names))
    return "id", "pattern", "period", "role", "unit", "target", "low", "high", *model, "hit", "facts", "why"


def heads(band: Band) -> tuple[str, ...]:
    """The heads of the printed table."""
    return *HEADS[:SPREAD], f"{band.level.per_cent} % of seeds", *HEADS[SPREAD + 1 :]


def print_table(lines: Sequence[Line], band: Band = WIDE) -> None:
    """Print the table, block by block."""
    from rich.table import Table

    from kingmaker.experiments.terminal.console import Console

    console = Console()
    if not console.is_terminal:
        console = Console(width=NEEDED)
    shown_heads = [k for k, name in enumerate(HEADS) if name != "period" and (k != SPREAD or console.width >= NEEDED)]
    for role, title in ROLES.items():
        table = Table(title=title, title_justify="left", box=None, padding=(0, 1))
        for name in (heads(band)[k] for k in shown_heads):
            text = name in ("id", HEADS[1], "")
            table.add_column(name, justify="left" if text else "right", no_wrap=name != HEADS[1], overflow="fold")
        for line in lines:
            if line.pattern.role == role:
                cells = _cells(line, "MISS")
                table.add_row(*(cells[k] for k in shown_heads))
        console.print(table)


def _cells(line: Line, miss: str) -> tuple[str, ...]:
    """What stands under :data:`HEADS`."""
    p = line.pattern
    return (
        p.id, f"{p.pattern} ({p.fact.unit})", p.period, shown(p.fact.value), f"{shown(p.low)} to {shown(p.high)}",
        shown(line.median), f"{shown(line.lower)} to {shown(line.upper)}", "hit" if line.hit else miss,
    )  # fmt: skip


def write(model: TracedEconomy, lines: Sequence[Line], seeds: int, folder: Path, band: Band = WIDE) -> None:
    """Write ``validation.csv``, ``validation.md`` and the figures into ``folder``."""
    from kingmaker.experiments.figures.figure_files import FigureFolder
    from kingmaker.experiments.figures.style import styled
    from kingmaker.experiments.studies.validation.figure import draw_bands

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "validation.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns(band))
        writer.writerows(_row(line) for line in lines)
    (folder / "validation.md").write_text(page(lines, seeds, in_force_line(model), band), encoding="utf-8")
    (folder / "figures").mkdir(exist_ok=True)
    with styled():
        FigureFolder(folder / "figures").save(draw_bands(model, seeds, band), "validation")


def _row(line: Line) -> tuple[object, ...]:
    p = line.pattern
    numbers = (f"{value:.6g}" for value in (p.fact.value, p.low, p.high, line.median, line.lower, line.upper))
    why = "" if line.hit else p.why
    return (p.id, p.pattern, p.period, p.role, p.fact.unit, *numbers, line.hit, " ".join(p.fact.fact_id), why)


def _reason(line: Line) -> str:
    """A line of the list of misses."""
    p = line.pattern
    side = "above" if line.median > p.high else "below"
    return f"- **{p.id}, {p.pattern}** ({line.error:.2f} {side}): {p.why or UNEXPLAINED}"


def in_force_line(model: TracedEconomy) -> str:
    """What is in force in the ensemble over its months."""
    return in_force.sentence(in_force.held_in(model.measures.to_frame()))


def page(lines: Sequence[Line], seeds: int, held: str, band: Band = WIDE) -> str:
    """The table as Markdown, with the reason of each miss; ``held`` says what is in force."""
    text = [
        "# Validation", "",
        f"The baseline's ensemble ({seeds} seeds, 1 to {seeds}) held against the facts: target and tolerance, the "
        f"ensemble's median, its {band.quantiles_told} over seeds. A hit is a median inside the tolerance. A pattern "
        "with several lines counts as one hit if all of them hit. Made by `kingmaker validate --out docs`.", "",
        *(f"- {sentence}" for sentence in summary(lines, seeds, band)), "", held, "",
        "![Model and facts](figures/validation.png)", "",
    ]  # fmt: skip
    for role, title in ROLES.items():
        text += [f"## {title}", "", *NOTES.get(role, ()), "| " + " | ".join(heads(band)) + " |", RULE]
        text += [f"| {' | '.join(_cells(line, '**miss**'))} |" for line in lines if line.pattern.role == role]
        missed = [line for line in lines if line.pattern.role == role and not line.hit]
        if missed:
            text += ["", WHY, "", *(_reason(line) for line in missed)]
        text.append("")
    return "\n".join(text)
