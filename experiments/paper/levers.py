"""The two levers mechanism by mechanism: what each step on a lever's way does, and where a sign turns that is open.

A step is a column of the flagship's runs, with the rows of the mechanisms' table that test it by itself.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.environment.core.measures import MEASURES, Measure
from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.paper import flagship
from kingmaker.experiments.paper.paper_outcomes import BY_NAME, CHANNELS, Outcome
from kingmaker.experiments.paper.paper_words import number, share_text, spread
from kingmaker.experiments.stats.levels import SIGN, Level
from kingmaker.experiments.stats.member_effects import MemberEffects, difference, member_effects
from kingmaker.experiments.stats.multiple_tests import Interval
from kingmaker.experiments.stats.turning import turning
from kingmaker.experiments.studies.compare.turn_words import sentences, told_of
from kingmaker.experiments.terminal.phrases import listed

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray

STEPS = Path(__file__).with_name("channels.csv")
LEVERS = ("duty", "cap")
POINTS = dict(flagship.POLICIES)
HEAD = ("step", "unit", "without", "change", "rises, falls", "mechanisms", "what the model has there")


@dataclass(frozen=True)
class Step:
    """A step on a lever's way.

    Attributes:
        lever: ``duty`` or ``cap``.
        column: of the flagship's table: an outcome of the paper, or a measure.
        label: in plain words.
        unit: as printed.
        factor: from the column's unit to it.
        rows: of the mechanisms' table.
        says: what the model does there.
    """

    lever: str
    column: str
    label: str
    unit: str
    factor: float
    rows: str
    says: str


@cache
def read_steps() -> tuple[Step, ...]:
    """All steps, in their order."""
    with STEPS.open(encoding="utf-8", newline="") as file:
        return tuple(
            Step(row["lever"], row["column"], row["label"], row["unit"], float(row["factor"]), row["rows"], row["says"])
            for row in csv.DictReader(file)
        )


def effects(frame: pd.DataFrame, lever: str, level: Level) -> tuple[list[Step], FloatArray, MemberEffects]:
    """The steps of a lever, their medians without it, and what it does to them, member by member."""
    weights = flagship.weights_of(frame)
    assert weights is not None
    mine = [step for step in read_steps() if step.lever == lever]
    without = np.array([step.factor * flagship.values(frame, flagship.REFERENCE, step.column) for step in mine])
    with_it = np.array([step.factor * flagship.values(frame, POINTS[lever], step.column) for step in mine])
    return mine, np.median(without, axis=1), member_effects(difference(without, with_it), weights, level)


def table(frame: pd.DataFrame, lever: str, level: Level) -> list[list[str]]:
    """Step by step the change with its interval and the probability of its sign; an asterisk where that is sure."""
    mine, without, found = effects(frame, lever, level)
    rows = [list(HEAD)]
    for k, step in enumerate(mine):
        change = Interval(float(found.effect[k]), float(found.low[k]), float(found.high[k]), np.nan, found.n)
        signs = f"+ {share_text(float(found.up[k]))}, − {share_text(float(found.down[k]))}"
        star = "*" * bool(found.sure[k])
        ids = ", ".join(step.rows.split())
        rows.append([step.label, step.unit, number(float(without[k])), spread(change) + star, signs, ids, step.says])
    return rows


def chain_text(frame: pd.DataFrame, lever: str, level: Level) -> str:
    """Which steps of a lever's way have a sure sign, and which are open."""
    mine, _, found = effects(frame, lever, level)
    up, down, open_ones = [], [], []
    for k, step in enumerate(mine):
        name = f"*{step.label if step.label.startswith('Chin') else step.label[0].lower() + step.label[1:]}*"
        if not found.sure[k]:
            open_ones.append(f"{name} ({share_text(float(max(found.up[k], found.down[k])))})")
        elif found.up[k] > found.down[k]:
            up.append(name)
        else:
            down.append(name)
    told = [f"{verb} {listed(names)}" for verb, names in (("raises", up), ("lowers", down)) if names]
    said = f"In {SIGN.per_cent} % or more of the members it {', and '.join(told)}. " if told else ""
    left = f"Open, with the share of the more frequent sign: {listed(open_ones)}." if open_ones else "No step is open."
    return said + left


def flips(frame: pd.DataFrame, over: Replicates, drawn: tuple[str, ...]) -> pd.DataFrame:
    """Where the sign of each outcome turns under each lever alone: lever, outcome, what is said of it."""
    import pandas as pd

    columns = {key: values for key, values in over.columns().items() if key in set(drawn)}
    known: dict[str, Measure] = {name: MEASURES[name] for name in CHANNELS}
    world = {name: flagship.values(frame, flagship.REFERENCE, name) for name in known}
    rows = []
    for lever in LEVERS:
        for outcome in BY_NAME.values():
            before = flagship.values(frame, flagship.REFERENCE, outcome.name)
            turn = turning(difference(before, flagship.values(frame, POINTS[lever], outcome.name)), columns, world)
            said = " ".join(sentences(told_of(outcome.label, turn, columns), known, DECLARATIONS, len(columns)))
            rows.append((lever, outcome.name, said.removeprefix("- ")))
    return pd.DataFrame(rows, columns=["lever", "outcome", "told"])


def flips_text(table: pd.DataFrame, lever: str, open_outcomes: Mapping[str, Outcome]) -> str:
    """The list of where the signs of the open outcomes turn under a lever."""
    mine = table[(table["lever"] == lever) & table["outcome"].isin(list(open_outcomes))]
    return "\n".join(f"- {told}" for told in mine["told"]) or "- No outcome is open."
