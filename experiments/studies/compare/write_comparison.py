"""A comparison from question to result folder."""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.experiments.results import in_force
from kingmaker.experiments.results.asked import Asked, scenario_facts, seeds_in_words
from kingmaker.experiments.results.manifest import (
    content_hash,
    kingmaker_version,
    library_versions,
    scenario_record,
    source_digest,
    write_manifest,
)
from kingmaker.experiments.results.outputs import staged, unfinished
from kingmaker.experiments.stats.levels import INTERVAL_OVER, level_asked, level_record
from kingmaker.experiments.studies.compare.brief import write_brief
from kingmaker.experiments.studies.compare.comparison_table import Comparison, run_question, tabulate
from kingmaker.experiments.studies.compare.html import write_pages
from kingmaker.experiments.studies.compare.question import Question
from kingmaker.experiments.studies.compare.robustness import Ends, claims_of, judge, pairs_for, run_variants, variants
from kingmaker.experiments.studies.compare.sides import Sides
from kingmaker.experiments.terminal.progress import progress

if TYPE_CHECKING:
    import pandas as pd

KEYS = ["side", "seed", "month"]


@dataclass(frozen=True)
class Options:
    """How a comparison is made, as distinct from what is compared."""

    out: Path
    robustness: bool = True
    ends: Ends = Ends.RANGE
    workers: int = 1
    figures: bool = True
    quiet: bool = False
    command: tuple[str, ...] = ()
    force: bool = False


def asked_of(question: Question, robustness: bool, ends: Ends) -> Asked:
    """The question, as a folder of results says it; a brief with robustness tests answers more than one without."""
    a, b = question.labels
    windows = [window.name for window in question.windows]
    tests = f"robustness over {ends.value}" if robustness else "no robustness tests"
    usual = INTERVAL_OVER[question.replicates.over]
    over = seeds_in_words(question.seed, question.replications)
    if question.drawn is not None:
        over, tests = question.drawn.words, f"{question.lucks} seeds a member"
    words = f"{b} compared with {a}, {over}, {question.months} months"
    facts = {
        "a": scenario_facts(question.a), "b": scenario_facts(question.b), "months": question.months,
        "seeds": [question.seed, question.replications], "windows": windows, "robustness": robustness and ends.value,
    } | level_record(question.level, usual)  # fmt: skip
    if question.family:
        facts["outcomes"] = list(question.family)
        tests += f", of {', '.join(question.family)}"
    if question.drawn is not None:
        facts |= question.drawn.record | {"lucks": question.lucks}
    return Asked("compare", f"{words}, {', '.join(windows)}, {tests}{level_asked(question.level, usual)}", facts)


@dataclass(frozen=True)
class Findings:
    """All that a comparison found."""

    comparison: Comparison
    table: pd.DataFrame
    robustness: pd.DataFrame | None
    tested: int
    pairs_tested: int


def compare_and_write(question: Question, options: Options) -> Findings:
    """Run both sides, test the claims, write everything into one folder in one piece.

    Until the result stands, finished runs are kept in its folder: asked again after a stop, the question goes on.
    """
    asked = asked_of(question, options.robustness, options.ends)
    with staged(options.out, asked, options.force, options.quiet) as folder:
        began = time.perf_counter()
        found = find(question, options, unfinished(options.out))
        write_findings(found, folder, options, time.perf_counter() - began)
    return found


def find(question: Question, options: Options, keep: Path | None = None) -> Findings:
    """Run both sides and, for claims, the assumptions; finished runs are kept in ``keep``."""
    with progress(2 * question.replications, "both sides", options.quiet) as advance:
        comparison = run_question(question, options.workers, advance, keep)
    table = tabulate(comparison)
    if not options.robustness or claims_of(table).empty:
        return Findings(comparison, table, None, 0, 0)
    chosen, n = list(variants(question, options.ends)), pairs_for(table, question)
    with progress(2 * n * len(chosen), f"{len(chosen)} other assumptions", options.quiet) as advance:
        outcomes = run_variants(question, chosen, n, options.workers, advance, keep)
    return Findings(comparison, table, judge(table, question, chosen, outcomes), len(chosen), n)


def write_findings(found: Findings, folder: Path, options: Options, seconds: float) -> None:
    """Write brief, tables, paths, figures and manifest into a folder."""
    question = found.comparison.question
    found.table.to_csv(folder / "differences.csv", index=False)
    paths = found.comparison.paths()
    paths.to_parquet(folder / "paths.parquet", index=False)
    if found.robustness is not None:
        found.robustness.to_csv(folder / "robustness.csv", index=False)
    held = [found.comparison.held(window) for window in question.windows]
    write_in_force(folder / "in_force.csv", question, held)
    footer = footer_of(question)
    brief = write_brief(question, found.table, found.robustness, found.tested, found.pairs_tested, held)
    if options.figures:
        from kingmaker.experiments.studies.compare.comparison_figures import draw_comparison

        (folder / "figures").mkdir()
        draw_comparison(found.comparison, found.table, folder / "figures", footer, note_of(held[0]))
    write_pages(brief, folder / "brief", footer, options.figures)
    write_dictionary(folder / "data_dictionary.csv", question, MEANINGS)
    tested = {"assumptions": found.tested, "pairs": found.pairs_tested, "ends": options.ends.value}
    write_manifest(manifest_of(question, paths, options, seconds, tested), folder)


def write_in_force(path: Path, question: Question, held: Sequence[Sides]) -> None:
    """A row for each window, side and instrument."""
    import pandas as pd

    rows = [
        {"window": window.name, "months": window.words, "side": side, **record}
        for window, sides in zip(question.windows, held, strict=True)
        for side, found in zip("ab", sides, strict=True)
        for record in in_force.records(found)
    ]
    pd.DataFrame(rows).to_csv(path, index=False)


def footer_of(question: Question) -> str:
    """The line under each figure: version, sides, seeds, pairs."""
    a, b = question.labels
    seeds = f"seeds {question.seeds[0]}-{question.seeds[-1]}"
    if question.drawn is not None:
        return f"Kingmaker {kingmaker_version()} · A {a} · B {b} · over {question.drawn.words}"
    pairs = f"n = {question.replications} pairs, over luck at one point"
    return f"Kingmaker {kingmaker_version()} · A {a} · B {b} · {seeds} · {pairs}"


def note_of(sides: Sides) -> str:
    """The lines under each figure that say what is in force on both sides over the first window."""
    shared, own = in_force.apart(sides)
    told = ["; ".join(str(each) for each in mine if each.any) or "nothing" for mine in (shared, *own)]
    only = f"\nOnly in A: {told[1]}. Only in B: {told[2]}." if any(own) else ""
    return f"In force in A and B: {told[0]}.{only}"


def manifest_of(
    question: Question, paths: pd.DataFrame, options: Options, seconds: float, tested: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The manifest; ``tested`` says which other assumptions were tested, if any could be."""
    from kingmaker.environment.inputs.tables import read_tables

    return {
        "kingmaker_version": kingmaker_version(),
        "kind": "compare",
        "command": ["kingmaker", *options.command],
        "question": asked_of(question, options.robustness and question.drawn is None, options.ends).record,
        "scenario_a": scenario_record(question.a),
        "scenario_b": scenario_record(question.b),
        "over": {"words": question.replicates.words},
        "seeds": list(question.seeds),
        "months": question.months,
        "windows": [window.name for window in question.windows],
        "level": question.level.share,
        **({} if tested is None else {"robustness": dict(tested)}),
        "versions": {"python": platform.python_version(), **library_versions()},
        "source_digest": source_digest((*question.a.users_classes, *question.b.users_classes)),
        "data_digest": [str(read_tables(side.data).digest) for side in (question.a, question.b)],
        "paths_hash": content_hash(paths[[*KEYS, *question.measures]]),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "wall_seconds": round(seconds, 2),
    }


MEANINGS = {  # braces: the interval in words
    ("differences", "measure"): ("", "name of the measure (kingmaker measures)"),
    ("differences", "difference"): ("unit of the measure", "mean over pairs of B less A"),
    ("differences", "low"): ("unit of the measure", "lower end of the paired {} (Student's t)"),
    ("differences", "high"): ("unit of the measure", "upper end of that interval"),
    ("differences", "p_sign"): ("0-1", "probability of the sign of the estimate (posterior under a flat prior)"),
    ("differences", "n"): ("pairs", "pairs of runs"),
    ("differences", "variance_reduction"): ("ratio", "variance with unpaired seeds over that with paired ones"),
    ("differences", "n_needed"): ("pairs", "pairs for the interval to exclude zero with probability 0.8"),
    ("differences", "window"): ("", "window over which the measure is averaged"),
    ("differences", "months"): ("", "the months of the window"),
    ("differences", "unit"): ("", "unit of the measure"),
    ("differences", "level_a"): ("unit of the measure", "mean under A"),
    ("differences", "level_b"): ("unit of the measure", "mean under B"),
    ("differences", "relative"): ("ratio", "difference over the level under A; for logarithms the factor less one"),
    ("differences", "p_value"): ("0-1", "two-sided p value of no difference"),
    ("differences", "p_holm"): ("0-1", "the same after Holm's correction over the measures of the window"),
    ("differences", "claim"): ("", "claim, hint (before the correction only), none (interval holds zero), zero"),
    ("paths", "side"): ("", "a or b"),
    ("paths", "seed"): ("", "seed, shared by a pair"),
    ("paths", "month"): ("month", "calendar month"),
    ("in_force", "window"): ("", "window"),
    ("in_force", "months"): ("", "the months of the window"),
    ("in_force", "side"): ("", "a or b"),
    ("in_force", "measure"): ("", "measure of what is in force (kingmaker measures)"),
    ("in_force", "unit"): ("", "its unit"),
    ("in_force", "mean"): ("unit of the measure", "mean over the window and all runs"),
    ("in_force", "lowest"): ("unit of the measure", "lowest mean over the window of a run"),
    ("in_force", "highest"): ("unit of the measure", "highest mean over the window of a run"),
    ("in_force", "nothing"): ("unit of the measure", "value where nothing is in force"),
    ("in_force", "level"): ("", "the level in words, level by level if it changes within the window"),
    ("in_force", "since"): ("", "months since which each of these levels holds"),
    ("robustness", "window"): ("", "window of the claim"),
    ("robustness", "measure"): ("", "measure of which a claim is made"),
    ("robustness", "parameter"): ("", "assumption changed on both sides"),
    ("robustness", "value"): ("unit of the parameter", "its value in this test"),
    ("robustness", "usual"): ("unit of the parameter", "its value otherwise"),
    ("robustness", "difference"): ("unit of the measure", "mean over pairs of B less A under this assumption"),
    ("robustness", "low"): ("unit of the measure", "lower end of its paired {}"),
    ("robustness", "high"): ("unit of the measure", "upper end"),
    ("robustness", "verdict"): ("", "holds, disappears (interval holds zero), flips (other side of zero)"),
}  # fmt: skip


def write_dictionary(path: Path, question: Question, meanings: Mapping[tuple[str, str], tuple[str, str]]) -> None:
    """What each column of each file means."""
    import csv

    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file", "column", "unit", "meaning"))
        for (name, column), (unit, text) in meanings.items():
            writer.writerow((name, column, unit, text.format(question.level.words)))
        known = question.measures | question.rules
        writer.writerows(("paths", m.name, m.unit, m.definition) for m in known.values())
