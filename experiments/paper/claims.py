"""What the paper claims: only what luck cannot explain and what the fitted ranges do not contradict.

Table and text are both made of these claims, so that neither can say what the other denies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.agents.types import FloatArray
from kingmaker.experiments.paper import assumptions, flagship
from kingmaker.experiments.paper.paper_outcomes import OUTCOMES, Outcome
from kingmaker.experiments.paper.paper_words import change_text, number, share_text, spread
from kingmaker.experiments.stats.levels import LEVEL, Level
from kingmaker.experiments.stats.member_effects import member_effects
from kingmaker.experiments.stats.multiple_tests import Interval, holm
from kingmaker.experiments.terminal.phrases import listed

if TYPE_CHECKING:
    import pandas as pd

POLICIES = ("duty", "cap", "both", "law")


@dataclass(frozen=True)
class Claim:
    """One paired difference, whether luck can explain it, and how often its sign holds over the fitted ranges.

    Attributes:
        outcome: of what.
        level: without the policy.
        found: the paired difference with its interval.
        certain: whether it stands after Holm's correction.
        up: share of the parameter points, or of the members of a posterior, at which the outcome rises.
        down: share at which it falls.
        members: of a posterior; None over luck.
    """

    outcome: Outcome
    level: float
    found: Interval
    certain: bool
    up: float
    down: float
    members: int | None = None

    @property
    def share(self) -> float:
        """Share of the parameter points at which the sign is that of the difference."""
        return self.up if self.found.mean > 0.0 else self.down

    @property
    def made(self) -> bool:
        """Whether it is claimed: an asterisk in the table, a sentence in the text."""
        return self.certain and self.share >= assumptions.STATED_SHARE


def claims(tables: Mapping[str, pd.DataFrame], level: Level = LEVEL) -> dict[tuple[str, str], Claim]:
    """Policy and outcome -> the claim; ``level`` is that of the intervals and (over luck) of all claims together."""
    if flagship.weights_of(tables["flagship"]) is not None:
        return member_claims(tables, level)
    frame, law, points = tables["flagship"], tables["law"], tables["assumptions"]
    found: dict[tuple[str, str], Interval] = {}
    for policy in POLICIES:
        for outcome in OUTCOMES:
            found[policy, outcome.name] = (
                flagship.law_change(frame, law, outcome.name, level)
                if policy == "law"
                else flagship.change(frame, dict(flagship.POLICIES)[policy], outcome.name, level)
            )
    certain = holm(np.array([each.p for each in found.values()]), level)
    outcomes = {outcome.name: outcome for outcome in OUTCOMES}
    return {
        (policy, name): _claim(frame, outcomes[name], each, bool(stands), assumptions.differences(points, policy, name))
        for ((policy, name), each), stands in zip(found.items(), certain, strict=True)
    }


def interactions(tables: Mapping[str, pd.DataFrame], level: Level = LEVEL) -> list[Claim]:
    """What both policies do together beyond the sum of each alone, outcome by outcome."""
    frame = tables["flagship"]
    if flagship.weights_of(frame) is not None:
        return member_interactions(frame, level)
    found = [flagship.interaction(frame, outcome.name, level) for outcome in OUTCOMES]
    certain = holm(np.array([each.p for each in found]), level)
    return [
        _claim(frame, outcome, each, bool(stands), assumptions.interactions(tables["assumptions"], outcome.name))
        for outcome, each, stands in zip(OUTCOMES, found, certain, strict=True)
    ]


def _claim(frame: pd.DataFrame, outcome: Outcome, found: Interval, certain: bool, over: FloatArray) -> Claim:
    level = float(flagship.values(frame, flagship.REFERENCE, outcome.name).mean())
    return Claim(outcome, level, found, certain, float((over > 0.0).mean()), float((over < 0.0).mean()))


def member_claims(tables: Mapping[str, pd.DataFrame], level: Level) -> dict[tuple[str, str], Claim]:
    """The same over a posterior: claims hold at once in as many members as a claim needs."""
    frame, law = tables["flagship"], tables["law"]
    points = dict(flagship.POLICIES)
    d = {
        (policy, outcome.name): flagship.law_differences(frame, law, outcome.name)
        if policy == "law"
        else flagship.differences(frame, points[policy], outcome.name)
        for policy in POLICIES
        for outcome in OUTCOMES
    }
    names = {outcome.name: outcome for outcome in OUTCOMES}
    made = _of_members(frame, [names[name] for _, name in d], np.array(list(d.values())), level)
    return dict(zip(d, made, strict=True))


def member_interactions(frame: pd.DataFrame, level: Level) -> list[Claim]:
    """What both policies do beyond the sum of each alone, over a posterior."""
    return _of_members(frame, OUTCOMES, np.array([flagship.beyond(frame, outcome.name) for outcome in OUTCOMES]), level)


def _of_members(frame: pd.DataFrame, outcomes: Sequence[Outcome], d: FloatArray, level: Level) -> list[Claim]:
    """A family of claims from differences of shape (claims, members)."""
    weights = flagship.weights_of(frame)
    assert weights is not None
    found = member_effects(d, weights, level)
    claims = []
    for k, outcome in enumerate(outcomes):
        there = Interval(float(found.effect[k]), float(found.low[k]), float(found.high[k]), np.nan, found.n)
        usual = float(np.median(flagship.values(frame, flagship.REFERENCE, outcome.name)))
        shares = float(found.up[k]), float(found.down[k])
        claims.append(Claim(outcome, usual, there, bool(found.claimed[k]), *shares, found.n))
    return claims


def text_of(rows: Sequence[Claim]) -> str:
    """What changes, with level, size and interval; what luck or the fitted ranges contradict; and of what nothing."""
    if rows and rows[0].members is not None:
        return f"{made_text(rows)} {open_text(rows)}".strip()
    made = [_said(claim) for claim in rows if claim.made]
    parts = ["; ".join(made) + "." if made else "no change of an outcome is claimed."]
    fragile = [_fragile(claim) for claim in rows if claim.certain and not claim.made]
    if fragile:
        parts.append(f"Not robust, so that no direction is claimed: {'; '.join(fragile)}.")
    silent = [f"*{label(claim.outcome)}*" for claim in rows if not claim.certain]
    if silent:
        parts.append(f"Luck alone can explain the difference in {listed(silent)}.")
    return " ".join(parts)


def made_text(rows: Sequence[Claim]) -> str:
    """What is claimed over a posterior."""
    made = [_said(claim) for claim in rows if claim.made]
    return f"{'; '.join(made) if made else 'no change of an outcome is claimed'}."


def open_text(rows: Sequence[Claim]) -> str:
    """What is left open over a posterior, with the shares of both signs; empty if nothing is."""
    left = [f"*{label(claim.outcome)}* ({_signs(claim)})" for claim in _unsure(rows)]
    return f"The sign is open for {listed(left)}." if left else ""


def _unsure(rows: Sequence[Claim]) -> list[Claim]:
    return [claim for claim in rows if not claim.certain]


def _signs(claim: Claim) -> str:
    """In how many members it rises, and falls."""
    return f"+ in {share_text(claim.up)}, − in {share_text(claim.down)} of the members"


def label(outcome: Outcome) -> str:
    """The outcome's label within a sentence."""
    return outcome.label if outcome.label.startswith("Chin") else outcome.label[0].lower() + outcome.label[1:]


def _said(claim: Claim) -> str:
    return f"*{label(claim.outcome)}* {change_text(claim.level, claim.found, claim.outcome.unit)}"


def _fragile(claim: Claim) -> str:
    """At the fitted values alone; over the ranges, the other sign or neither."""
    ranges = (
        f"over the fitted ranges the sign is + at {share_text(claim.up)} and − at {share_text(claim.down)} of points"
    )
    return f"*{label(claim.outcome)}* ({spread(claim.found)} {claim.outcome.unit} at the fitted values; {ranges})"


def interaction_text(rows: Sequence[Claim]) -> str:
    """Whether the two policies together do more or less than the sum."""
    made = [f"*{label(claim.outcome)}* {spread(claim.found)} {claim.outcome.unit}" for claim in rows if claim.made]
    fragile = [_fragile(claim) for claim in rows if claim.certain and not claim.made]
    said = (
        f"Together they differ from the sum of both alone in {'; '.join(made)}."
        if made
        else "For none of the outcomes is it claimed that the two policies together differ from the sum of both alone."
    )
    if rows and rows[0].members is not None:
        left = [f"*{label(claim.outcome)}* ({spread(claim.found)} {claim.outcome.unit}; {_signs(claim)})"
                for claim in _unsure(rows)]  # fmt: skip
        return said + (f" Open: {'; '.join(left)}." if left else "")
    return said + (f" Not robust: {'; '.join(fragile)}." if fragile else "")


def effects_table(found: Mapping[tuple[str, str], Claim]) -> str:
    """Outcomes by policies: the difference with its interval, an asterisk where it is claimed."""
    head = ["outcome", "unit", "no new law", "duty alone", "tighter cap alone", "both", "law as it stands"]
    rows = [
        [outcome.label, outcome.unit, number(found["duty", outcome.name].level),
         *(spread((claim := found[policy, outcome.name]).found) + "*" * claim.made for policy in POLICIES)]
        for outcome in OUTCOMES
    ]  # fmt: skip
    return markdown([head, *rows])


def signs_table(found: Mapping[tuple[str, str], Claim]) -> str:
    """Outcomes by policies: at which share of the parameter points the outcome rises, and falls."""
    head = ["outcome", "duty alone", "tighter cap alone", "both", "law as it stands"]
    rows = [
        [outcome.label, *(f"+ {share_text((claim := found[policy, outcome.name]).up)}, "
                          f"− {share_text(claim.down)}{'*' * claim.made}" for policy in POLICIES)]
        for outcome in OUTCOMES
    ]  # fmt: skip
    return markdown([head, *rows])


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; the first row is its head."""
    lines = [rows[0], ["---"] * len(rows[0]), *rows[1:]]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
