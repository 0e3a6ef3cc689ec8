"""A factorial from question to result folder, and what it prints."""

from __future__ import annotations

import csv
import platform
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.experiments.posterior.over import save_members
from kingmaker.experiments.results import in_force
from kingmaker.experiments.results.asked import Asked, scenario_facts
from kingmaker.experiments.results.manifest import (
    kingmaker_version,
    library_versions,
    scenario_record,
    source_digest,
    write_manifest,
)
from kingmaker.experiments.results.outputs import staged, unfinished
from kingmaker.experiments.stats.levels import INTERVAL_OVER, SIGN, level_asked, level_record
from kingmaker.experiments.stats.turning import turning
from kingmaker.experiments.studies.compare import turn_words
from kingmaker.experiments.studies.compare.comparison_table import CLAIM, ZERO, rows_of
from kingmaker.experiments.studies.compare.html import write_pages
from kingmaker.experiments.studies.compare.turn_words import Told, told_of
from kingmaker.experiments.studies.factorial.factorial_brief import (
    FIGURE,
    factorial_in_short,
    told_of_effect,
    write_factorial_brief,
)
from kingmaker.experiments.studies.factorial.factorial_effects import (
    FactorialRuns,
    contrast,
    effects_of,
    further_worlds,
    run_factorial,
    tabulate_effects,
)
from kingmaker.experiments.studies.factorial.factorial_question import FactorialQuestion
from kingmaker.experiments.terminal.progress import progress

if TYPE_CHECKING:
    import pandas as pd

MOST_PRINTED = 24  # effects on the terminal; of more, the claims
MEANINGS = {  # braces: the interval in words
    ("effects", "window"): ("", "window over which outcomes are averaged"),
    ("effects", "months"): ("", "the months of the window"),
    ("effects", "measure"): ("", "outcome (kingmaker measures)"),
    ("effects", "unit"): ("", "its unit"),
    ("effects", "kind"): ("", "against the reference, main effect (other levers averaged), interaction"),
    ("effects", "effect"): ("", "which lever goes to which level"),
    ("effects", "reference"): ("unit of the measure", "median in the reference"),
    ("effects", "difference"): ("unit of the measure", "the effect: median over members, or mean over seeds"),
    ("effects", "low"): ("unit of the measure", "lower end of its {}"),
    ("effects", "high"): ("unit of the measure", "upper end"),
    ("effects", "p_up"): ("0-1", "share of the replicates in which it is above zero"),
    ("effects", "p_down"): ("0-1", "share in which it is below"),
    ("effects", "p_sign"): ("0-1", "probability of the sign"),
    ("effects", "p_together"): ("0-1", "share in which all signs at least as sure hold at once"),
    ("effects", "n"): ("replicates", "members of a posterior, or seeds"),
    ("effects", "luck"): ("0-1", "luck's part of the variance of the effect; the rest is the parameters'"),
    ("effects", "luck_low"): ("0-1", "lower end of its {} (bootstrap over members)"),
    ("effects", "luck_high"): ("0-1", "upper end"),
    ("effects", "relative"): ("ratio", "effect over the reference; for logarithms the factor less one"),
    ("effects", "claim"): ("", "claim, hint (sure alone, not with the whole family), none (open), zero"),
    ("outcomes", "window"): ("", "window"),
    ("outcomes", "replicate"): ("", "number of the member, or of the seed"),
    ("outcomes", "seed"): ("", "seed"),
}


@dataclass(frozen=True)
class FactorialOptions:
    """How a factorial is made, as distinct from what is asked."""

    out: Path
    workers: int = 1
    figures: bool = True
    quiet: bool = False
    command: tuple[str, ...] = ()
    force: bool = False


@dataclass(frozen=True)
class FactorialFindings:
    """All that a factorial found: the runs, the table of effects, where signs flip."""

    runs: FactorialRuns
    table: pd.DataFrame
    told: dict[tuple[str, str, str], Told]


def asked_of_factorial(question: FactorialQuestion) -> Asked:
    """The question, as a folder of results says it."""
    over = question.replicates
    levers = "; ".join(f"{lever.key} {', '.join(f'{v:g}' for v in lever.levels)}" for lever in question.levers)
    facts: dict[str, Any] = {
        "scenario": scenario_facts(question.setting),
        "levers": [[lever.key, [str(float(value)) for value in lever.levels]] for lever in question.levers],
        "months": question.design.months, "outcomes": list(question.outcomes),
        "windows": [window.name for window in question.windows], "seeds": list(over.seeds), "lucks": question.lucks,
    } | over.record | level_record(question.level, INTERVAL_OVER[over.over])  # fmt: skip
    if question.since:  # earlier results did not name it
        facts["since"] = question.design.since
    dated = f" {question.since}" * bool(question.since)
    words = f"{question.design.name} ({levers}{dated}), {question.design.months} months, over {over.words}"
    return Asked("factorial", words + level_asked(question.level, INTERVAL_OVER[over.over]), facts)


def cross_and_write(question: FactorialQuestion, options: FactorialOptions) -> FactorialFindings:
    """Run all cells and write everything into one folder in one piece.

    Until the result stands, finished runs are kept in its folder: asked again after a stop, the question goes on.
    """
    with staged(options.out, asked_of_factorial(question), options.force, options.quiet) as folder:
        began = time.perf_counter()
        found = cross(question, options, unfinished(options.out))
        _write(found, folder, options, time.perf_counter() - began)
    return found


def cross(question: FactorialQuestion, options: FactorialOptions, keep: Path | None = None) -> FactorialFindings:
    """The runs and what follows from them; finished runs are kept in ``keep``."""
    total = number_of_worlds(question)
    with progress(total, f"{len(question.cells)} cells", options.quiet) as advance:
        runs = run_factorial(question, options.workers, advance, keep)
    table = tabulate_effects(runs)
    return FactorialFindings(runs, table, _flips(runs, table) if question.replicates.keys else {})


def number_of_worlds(question: FactorialQuestion) -> int:
    """How many runs it takes."""
    return len(question.cells) * (len(question.replicates) + len(further_worlds(question)))


def _flips(runs: FactorialRuns, table: pd.DataFrame) -> dict[tuple[str, str, str], Told]:
    """Where the sign flips of each effect that is not sure."""
    question = runs.question
    columns = {key: v for key, v in question.replicates.columns().items() if key in question.drawn_keys}
    effects = {(effect.kind, effect.name): effect for effect in effects_of(question)}
    told = {}
    for window in question.windows:
        world = runs.world(window)
        rows = table[(table["window"] == window.name) & (table["p_sign"] < SIGN.share) & (table["claim"] != ZERO)]
        for row in rows_of(rows):
            d = contrast(runs.outcome(window, row.measure), effects[row.kind, row.effect].weights)
            label = f"{question.measures[row.measure].label}, {row.effect} ({row.kind})"
            told[window.name, row.measure, f"{row.effect} ({row.kind})"] = told_of(
                label, turning(d, columns, world), columns
            )
    return told


def _write(found: FactorialFindings, folder: Path, options: FactorialOptions, seconds: float) -> None:
    question = found.runs.question
    found.table.to_csv(folder / "effects.csv", index=False)
    _outcomes(found.runs).to_csv(folder / "outcomes.csv", index=False)
    if question.replicates.keys:
        flips = turn_words.table_of({(w, f"{m}: {e}"): told for (w, m, e), told in found.told.items()})
        flips.to_csv(folder / "flips.csv", index=False)
        save_members(question.replicates, folder / "members.parquet")
    held = held_in_cells(found.runs)
    brief = write_factorial_brief(question, found.table, found.told, held)
    footer = factorial_footer(question)
    if options.figures:
        _draw(found, folder / "figures", footer)
    write_pages(brief, folder / "brief", footer, options.figures)
    _write_dictionary(folder / "data_dictionary.csv", question)
    write_manifest(_manifest(question, options, seconds), folder)


def held_in_cells(runs: FactorialRuns) -> list[list[in_force.Held]]:
    """What is in force in each cell over the first window."""
    question = runs.question
    known = {**question.measures, **question.rules}
    found = []
    for values, rules in zip(runs.values, runs.rules, strict=True):
        series = dict(zip(question.rules, rules, strict=True))
        series |= {name: values[k] for k, name in enumerate(question.measures) if name in in_force.RULES}
        found.append(in_force.held(series, question.windows[0], known))
    return found


def _outcomes(runs: FactorialRuns) -> pd.DataFrame:
    """Every run's outcomes: window, the levers, replicate, seed, outcomes."""
    import pandas as pd

    question, n = runs.question, len(runs.question.replicates)
    frames = []
    for window in question.windows:
        outcomes = {name: runs.outcome(window, name) for name in question.outcomes}
        for k, cell in enumerate(question.cells):
            keys: dict[str, Any] = {"window": window.name, **question.held(cell)}
            keys |= {"replicate": np.arange(1, n + 1), "seed": list(question.replicates.seeds)}
            frames.append(pd.DataFrame(keys | {name: values[k] for name, values in outcomes.items()}))
    return pd.concat(frames, ignore_index=True)


def factorial_footer(question: FactorialQuestion) -> str:
    """The line under each figure: version, design, scenario, over what."""
    design = question.design
    return (
        f"Kingmaker {kingmaker_version()} · design {design.name} · scenario {design.setting.name} · "
        f"{design.months} months{f' · levers {question.since}' if question.since else ''} · "
        f"over {question.replicates.words}"
    )


def _draw(found: FactorialFindings, folder: Path, footer: str) -> None:
    from kingmaker.experiments.figures.factorial_figure import draw_effects
    from kingmaker.experiments.figures.figure_files import FigureFolder
    from kingmaker.experiments.figures.style import styled

    question = found.runs.question
    window = question.windows[0]
    rows = found.table[found.table["window"] == window.name]
    folder.mkdir()
    files = FigureFolder(folder)
    with styled():
        drawn = draw_effects(rows, question.measures, window.words, question.replicates.words, footer, question.level)
        for number, figure in enumerate(drawn, 1):
            files.save(figure, FIGURE, *([str(number)] if number > 1 else []))


def _write_dictionary(path: Path, question: FactorialQuestion) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file", "column", "unit", "meaning"))
        for (name, column), (unit, text) in MEANINGS.items():
            writer.writerow((name, column, unit, text.format(question.level.words)))
        flips = turn_words.MEANINGS if question.replicates.keys else {}
        writer.writerows(("flips", column, unit, text) for column, (unit, text) in flips.items())
        declared = question.design.declared
        writer.writerows(("outcomes", lever.key, declared[lever.key].unit, declared[lever.key].meaning)
                         for lever in question.levers)  # fmt: skip
        known = question.measures
        writer.writerows(("outcomes", name, known[name].unit, known[name].definition) for name in question.outcomes)


def _manifest(question: FactorialQuestion, options: FactorialOptions, seconds: float) -> dict[str, Any]:
    from kingmaker.environment.inputs.tables import read_tables

    over = question.replicates
    return {
        "kingmaker_version": kingmaker_version(),
        "kind": "factorial",
        "command": ["kingmaker", *options.command],
        "question": asked_of_factorial(question).record,
        "scenario": scenario_record(question.setting),
        "levers": {lever.key: [str(value) for value in lever.levels] for lever in question.levers},
        "since": question.design.since,
        "outcomes": list(question.outcomes),
        "windows": [window.name for window in question.windows],
        "months": question.design.months,
        "over": {"words": over.words, "posterior": over.digest, "parameters": list(question.drawn_keys)},
        "seeds": list(over.seeds),
        "lucks": question.lucks,
        "level": question.level.share,
        "versions": {"python": platform.python_version(), **library_versions()},
        "source_digest": source_digest(question.setting.users_classes, question.setting.folders),
        "data_digest": str(read_tables(question.setting.data).digest),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "wall_seconds": round(seconds, 2),
    }


def print_factorial(found: FactorialFindings, out: Path) -> None:
    """Print the effects of the first window (of many, the claims), and the folder."""
    from kingmaker.experiments.terminal.console import Console

    console, question = Console(), found.runs.question
    first = found.table[found.table["window"] == question.windows[0].name]
    title = question.design.title or question.design.name
    console.print(f"{title}: {question.windows[0].words}, over {question.replicates.words}", style="bold")
    unit = "members" if question.replicates.keys else "seeds"
    shown = first[first["claim"] == CLAIM] if len(first) > MOST_PRINTED else first
    for row in rows_of(shown):
        console.say(f"  {told_of_effect(row, question.measures[row.measure], question.level, unit)}")
    console.say(f"In short: {factorial_in_short(question, first)}")
    console.say(f"Brief, figure and data are in {out}")
