"""What a comparison prints: the claims, and where to read the rest."""

from __future__ import annotations

from pathlib import Path

from kingmaker.experiments.stats.levels import level_told
from kingmaker.experiments.studies.compare.brief import sorted_claims
from kingmaker.experiments.studies.compare.comparison_table import CLAIM, HINT, NONE, ZERO
from kingmaker.experiments.studies.compare.difference_words import told
from kingmaker.experiments.studies.compare.robustness import FLIPS, WEAKER, standing
from kingmaker.experiments.studies.compare.sides import different_in_force
from kingmaker.experiments.studies.compare.write_comparison import Findings


def print_findings(found: Findings, out: Path) -> None:
    """Print the claims of the first window with their interval, what is not claimed, and the folder."""
    from kingmaker.experiments.terminal.console import Console

    console = Console()
    question = found.comparison.question
    a, b = question.labels
    for note in question.notes():
        console.say(f"Note: {note}.")
    first = found.table[found.table["window"] == question.windows[0].name]
    heading = f"{b} compared with {a}: {question.windows[0].words}, {question.replications} pairs"
    console.print(heading, style="bold")
    console.say(different_in_force(found.comparison.held(question.windows[0])))
    sturdy, fragile = sorted_claims(first[first["claim"] == CLAIM], found.robustness)
    for row in sturdy:
        measure = question.measures[row.measure]
        console.say(f"  {measure.label} {told(measure, row, question.level)}")
    for row in fragile:
        measure = question.measures[row.measure]
        under = standing(found.robustness, row.window, row.measure) if found.robustness is not None else ""
        console.say(f"  Not robust: {measure.label} {told(measure, row, question.level)}, but {under}")
    counts = first["claim"].value_counts()
    if counts.get(ZERO, 0) == len(first):
        console.print(f"Exactly zero everywhere: all {len(first)} measures are the same in all pairs.")
    else:
        console.say(
            f"{_counted(counts.get(CLAIM, 0), 'claim')}; {_counted(counts.get(HINT, 0), 'hint')} not clear enough "
            f"among {len(first)} measures; {_counted(counts.get(NONE, 0), 'measure')} of which nothing can be said; "
            f"{counts.get(ZERO, 0)} exactly the same."
        )
    for sentence in level_told(question.level):
        console.say(sentence)
    if found.robustness is not None:
        verdicts = found.robustness["verdict"].value_counts()
        console.say(
            f"{found.tested} other assumptions: {verdicts.get(FLIPS, 0)} times a sign flips, "
            f"{verdicts.get(WEAKER, 0)} times a claim disappears (robustness.csv)."
        )
    console.say(f"Brief, figures and data are in {out}")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
