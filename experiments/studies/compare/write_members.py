"""A comparison over a posterior from question to result folder, and what it prints."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.experiments.posterior.over import save_members
from kingmaker.experiments.results.manifest import write_manifest
from kingmaker.experiments.results.outputs import staged, unfinished
from kingmaker.experiments.studies.compare import turn_words
from kingmaker.experiments.studies.compare.comparison_table import CLAIM, rows_of, run_question
from kingmaker.experiments.studies.compare.difference_words import moved
from kingmaker.experiments.studies.compare.html import write_pages
from kingmaker.experiments.studies.compare.member_brief import in_short, write_member_brief
from kingmaker.experiments.studies.compare.over_members import (
    MemberFindings,
    further_lucks,
    luck_members,
    run_lucks,
    tabulate_members,
    turns_of,
)
from kingmaker.experiments.studies.compare.question import Question
from kingmaker.experiments.studies.compare.sides import different_in_force
from kingmaker.experiments.studies.compare.turn_words import Told, told_of
from kingmaker.experiments.studies.compare.write_comparison import (
    MEANINGS,
    Options,
    asked_of,
    footer_of,
    manifest_of,
    note_of,
    write_dictionary,
    write_in_force,
)
from kingmaker.experiments.terminal.progress import progress

if TYPE_CHECKING:
    pass


def compare_members(question: Question, options: Options) -> MemberFindings:
    """Run both sides of every member, tell luck from parameters and where signs flip; write all into one folder.

    Until the result stands, finished runs are kept in its folder: asked again after a stop, the question goes on.
    """
    asked = asked_of(question, False, options.ends)
    with staged(options.out, asked, options.force, options.quiet) as folder:
        began = time.perf_counter()
        found = find_members(question, options, unfinished(options.out))
        write_member_findings(found, folder, options, time.perf_counter() - began)
    return found


def find_members(question: Question, options: Options, keep: Path | None = None) -> MemberFindings:
    """The runs and what follows from them; finished runs are kept in ``keep``."""
    with progress(2 * question.replications, f"both sides, {question.replications} members", options.quiet) as advance:
        comparison = run_question(question, options.workers, advance, keep)
    seen = luck_members(question)
    with progress(2 * len(further_lucks(question)), "luck apart from parameters", options.quiet) as advance:
        lucks = run_lucks(comparison, options.workers, advance, keep)
    table = tabulate_members(comparison, lucks)
    return MemberFindings(comparison, table, turns_of(comparison, table), seen)


def told_in(found: MemberFindings) -> dict[tuple[str, str], Told]:
    """Where signs flip, by window and measure."""
    question = found.comparison.question
    columns = question.replicates.columns()
    return {
        (window, name): told_of(question.measures[name].label, turn, columns)
        for (window, name), turn in found.turns.items()
    }


def write_member_findings(found: MemberFindings, folder: Path, options: Options, seconds: float) -> None:
    """Write brief, tables, paths, members, figures and manifest into a folder."""
    comparison, question = found.comparison, found.comparison.question
    found.table.to_csv(folder / "differences.csv", index=False)
    paths = comparison.paths()
    paths.to_parquet(folder / "paths.parquet", index=False)
    told = told_in(found)
    turn_words.table_of(told).to_csv(folder / "flips.csv", index=False)
    save_members(question.replicates, folder / "members.parquet")
    held = [comparison.held(window) for window in question.windows]
    write_in_force(folder / "in_force.csv", question, held)
    footer = footer_of(question)
    brief = write_member_brief(question, found.table, told, found.luck_members, held)
    if options.figures:
        from kingmaker.experiments.studies.compare.comparison_figures import draw_comparison

        (folder / "figures").mkdir()
        draw_comparison(comparison, found.table, folder / "figures", footer, note_of(held[0]))
    write_pages(brief, folder / "brief", footer, options.figures)
    write_dictionary(folder / "data_dictionary.csv", question, meanings())
    manifest = manifest_of(question, paths, options, seconds) | _manifest(found)
    write_manifest(manifest, folder)


def _manifest(found: MemberFindings) -> dict[str, Any]:
    question = found.comparison.question
    return {
        "over": {
            "words": question.replicates.words,
            "posterior": question.replicates.digest,
            "parameters": list(question.drawn_keys),
        },
        "outcomes": list(question.outcomes),
        "lucks": {"seeds": question.lucks, "members": found.luck_members},
    }


def print_members(found: MemberFindings, out: Path) -> None:
    """Print the claims of the first window, how many outcomes are open, and the folder."""
    from kingmaker.experiments.terminal.console import Console

    console, question = Console(), found.comparison.question
    a, b = question.labels
    for note in question.notes():
        console.say(f"Note: {note}.")
    first = found.table[found.table["window"] == question.windows[0].name]
    console.print(f"{b} compared with {a}: {question.windows[0].words}, {question.replicates.words}", style="bold")
    console.say(different_in_force(found.comparison.held(question.windows[0])))
    for row in rows_of(first[first["claim"] == CLAIM]):
        measure = question.measures[row.measure]
        words = moved(measure, row.level_a, row.difference, row.low, row.high, row.relative, question.level)
        console.say(f"  {measure.label} {'rises' if row.difference > 0.0 else 'falls'}: {words}")
    console.say(f"In short: {in_short(question, first)}")
    console.say(f"Brief, figures and data are in {out}")


def meanings() -> dict[tuple[str, str], tuple[str, str]]:
    """Unit and meaning of the columns that are not those of a comparison over luck."""
    share = "share of the members"
    own = {
        ("differences", "difference"): ("unit of the measure", "median over members of B less A"),
        ("differences", "low"): ("unit of the measure", "lower end of its {} over members"),
        ("differences", "high"): ("unit of the measure", "upper end of that interval"),
        ("differences", "p_up"): ("0-1", f"{share} in which it is above zero"),
        ("differences", "p_down"): ("0-1", f"{share} in which it is below zero"),
        ("differences", "p_sign"): ("0-1", "probability of the sign: the larger of the two"),
        ("differences", "p_together"): ("0-1", f"{share} in which all signs at least as sure hold at once"),
        ("differences", "n"): ("members", "pairs of runs, one for each member of the posterior"),
        ("differences", "luck"): ("0-1", "luck's part of the variance of B less A; the parameters' is the rest"),
        ("differences", "luck_low"): ("0-1", "lower end of its {} (bootstrap over members)"),
        ("differences", "luck_high"): ("0-1", "upper end of that interval"),
        ("differences", "level_a"): ("unit of the measure", "median under A"),
        ("differences", "level_b"): ("unit of the measure", "median under B"),
        ("differences", "claim"): ("", "claim, hint (sure alone, not with all others at once), none (open), zero"),
        ("paths", "member"): ("", "number of the member of the posterior"),
    }
    gone = {"variance_reduction", "n_needed", "p_value", "p_holm"}
    kept = {
        key: told for key, told in MEANINGS.items() if key[0] != "robustness" and key not in own
        and not (key[0] == "differences" and key[1] in gone)
    }  # fmt: skip
    flips = {("flips", column): told for column, told in turn_words.MEANINGS.items()}
    return {**kept, **own, **flips}
