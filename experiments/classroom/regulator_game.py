"""You are the regulator: goals that conflict, a budget of political capital, a score with its spread over the lucks."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kingmaker.agents.calendar import month_label, month_number
from kingmaker.agents.errors import nearest, shown
from kingmaker.agents.types import FloatArray
from kingmaker.environment.inputs.scenario import Scenario
from kingmaker.experiments.classroom import what_changed
from kingmaker.experiments.classroom.choices import DATA, LANGUAGES, levers
from kingmaker.experiments.classroom.records import Band
from kingmaker.experiments.classroom.visitor_question import MONTHS, REFERENCE, Question, QuestionError, make
from kingmaker.experiments.classroom.wording import words_in
from kingmaker.experiments.stats.levels import WIDE

NEUTRAL, MOST = 50.0, 100.0  # a score where nothing changes, and the most there is
STEEP = 25.0  # points for a change as large as a tenth of the reference's level
TENTH = 0.1
LAST = 36  # months at the end over which a goal is judged


@dataclass(frozen=True)
class Goal:
    """One thing to want."""

    key: str
    measure: str
    better: str
    label: Mapping[str, str]
    meaning: Mapping[str, str]


@dataclass(frozen=True)
class Game:
    """The rules, from ``data/regulator.toml``."""

    budget: float
    first: int
    goals: tuple[Goal, ...]
    mandates: Mapping[str, Mapping[str, Any]]  # key -> label, weights
    levers: Mapping[str, Mapping[str, Any]]  # key -> fixed, full, note


@functools.cache
def game() -> Game:
    """The rules of the game."""
    given = tomllib.loads((DATA / "regulator.toml").read_text(encoding="utf-8"))
    return Game(
        float(given["budget"]), month_number(given["first_month"]), tuple(Goal(**goal) for goal in given["goal"]),
        {row["key"]: row for row in given["mandate"]}, {row["key"]: row for row in given["lever"]},
    )  # fmt: skip


def described(language: str) -> dict[str, Any]:
    """The rules as the catalogue gives them."""
    rules = game()
    return {
        "budget": rules.budget, "first_month": month_label(rules.first), "last_month": month_label(MONTHS - 1),
        "goals": [
            {"key": goal.key, "label": goal.label[language], "meaning": goal.meaning[language], "measure": goal.measure,
             "better": goal.better}
            for goal in rules.goals
        ],
        "mandates": [
            {"key": key, "label": row["label"][language], "weights": weights_of(key)}
            for key, row in rules.mandates.items()
        ],
        "levers": [
            {"key": key, "cost_fixed": row["fixed"], "cost_full": row["full"], "cost_note": row["note"][language]}
            for key, row in rules.levers.items()
        ],
    }  # fmt: skip


def weights_of(mandate: str) -> dict[str, float]:
    """The weights of a mandate, sum 1.

    Raises:
        QuestionError: there is no such mandate.
    """
    rules = game()
    if mandate not in rules.mandates:
        raise QuestionError(
            "mandate", f"mandate: there is no {shown(mandate[:40])}.{nearest(mandate[:40], rules.mandates)}"
        )
    given = rules.mandates[mandate]["weights"]
    return {goal.key: given[goal.key] / sum(given.values()) for goal in rules.goals}


def cost(question: Question) -> dict[str, Any]:
    """What a policy costs, move by move.

    Raises:
        QuestionError: a lever that is none of the regulator's, a month before the game begins, or another scenario.
    """
    rules, reference = game(), Question().resolved()
    if question.scenario != REFERENCE:
        raise QuestionError("scenario", f"scenario: the game is played on {REFERENCE}.")
    moves = []
    for key, steps in question.moves:
        if key not in rules.levers:
            raise QuestionError(key, f"{key}: is none of the regulator's levers: {', '.join(rules.levers)}.")
        lever, price = levers()[key], rules.levers[key]
        span = lever.stops[-1] - lever.stops[0]
        for month, value in steps:
            if month < rules.first:
                raise QuestionError(key, f"{key}: the game begins in {month_label(rules.first)}.")
            before = _in_force(question, key, month - 1, reference)
            spent = price["fixed"] + price["full"] * abs(value - before) / span
            moves.append({"lever": key, "month": month, "value": value, "cost": round(spent, 1)})
    spent = round(sum(move["cost"] for move in moves), 1)
    return {"spent": spent, "budget": rules.budget, "left": round(rules.budget - spent, 1), "moves": moves}


def _in_force(question: Question, key: str, month: int, reference: Scenario) -> float:
    """The value of a lever in a month: the latest of the player's own steps, else the reference's."""
    own = [value for first, value in dict(question.moves)[key] if first <= month]
    return float(own[-1]) if own else _by_itself(key, month, reference)


def _by_itself(key: str, month: int, reference: Scenario) -> float:
    """The value that the reference gives a lever in a month."""
    value = float(reference.parameters.get(key, levers()[key].declared.default))
    for event in reference.events:
        if event.month <= month and key in event.set:
            value = float(event.set[key])
    return value


def paid(question: Question) -> dict[str, Any]:
    """What a policy costs, if the budget pays for it.

    Raises:
        QuestionError: see :func:`cost`; or it costs more than the budget.
    """
    spent = cost(question)
    if spent["left"] < 0:
        raise QuestionError(
            "budget", f"This policy costs {spent['spent']:g}; the budget is {spent['budget']:g}: take a move back."
        )
    return spent


def first_moves() -> list[Question]:
    """The policies that the page offers first: nothing at all, then each lever at each of its stops at the start."""
    rules, found, reference = game(), [Question()], Question().resolved()
    for key in rules.levers:
        held = {_by_itself(key, month, reference) for month in range(rules.first, MONTHS)}
        found += [make(moves={key: [(rules.first, stop)]}) for stop in levers()[key].stops if held != {stop}]
    return found


def judged(band: Band, reference: Band) -> dict[str, Any]:
    """What the score of a policy is made of, whoever judges: plain data, goal by goal.

    Returns:
        Key of a goal -> ``points`` (0 to 100, one for each member) and ``difference`` (see :func:`what_changed.kept`).
    """
    return {
        goal.key: {
            "points": _points(goal, band, reference).tolist(),
            "difference": what_changed.kept(
                what_changed.difference(reference, band, goal.measure, (MONTHS - LAST, MONTHS))
            ),
        }
        for goal in game().goals
    }


def score(question: Question, mandate: str, verdicts: Mapping[str, Any]) -> dict[str, Any]:
    """The score of a policy: goal by goal, in all, and under every mandate.

    Args:
        question: the policy.
        mandate: what the goals weigh.
        verdicts: see :func:`judged`.

    Raises:
        QuestionError: see :func:`paid` and :func:`weights_of`.
    """
    spent, weights = paid(question), weights_of(mandate)
    points = {key: np.asarray(goal["points"], dtype=np.float64) for key, goal in verdicts.items()}
    own = _total(points, weights)
    low, middle, high = (round(float(v), 1) for v in WIDE.of(own))
    return {
        "question": question.text, "mandate": mandate, "n": len(own), "share": what_changed.SHARE, **spent,
        "goals": [_goal(key, points[key], goal["difference"]) for key, goal in verdicts.items()],
        "score": middle, "low": low, "high": high, "lucks": [round(float(v), 1) for v in own],
        "by_mandate": {key: round(float(np.median(_total(points, weights_of(key)))), 1) for key in game().mandates},
        "debrief": {language: _debrief(points, mandate, language) for language in LANGUAGES},
    }  # fmt: skip


def _points(goal: Goal, band: Band, reference: Band) -> FloatArray:
    """The score of one goal in each member: 50 as without the policy, by how many tenths its measure has moved."""
    n = min(band.n, reference.n)
    now, before = (
        one.series[goal.measure][:n, MONTHS - LAST :].astype(np.float64).mean(axis=1) for one in (band, reference)
    )
    level = np.abs(before).mean() or 1.0
    moved = (now - before) / (TENTH * level)
    way = 1.0 if goal.better == "higher" else -1.0
    found: FloatArray = np.asarray(NEUTRAL + STEEP * way * moved, dtype=np.float64)
    return np.asarray(np.clip(np.nan_to_num(found, nan=NEUTRAL), 0.0, MOST), dtype=np.float64)


def _total(points: Mapping[str, FloatArray], weights: Mapping[str, float]) -> FloatArray:
    total: FloatArray = np.sum([weights[key] * values for key, values in points.items()], axis=0)
    return total


def _goal(key: str, points: FloatArray, difference: list[Any]) -> dict[str, Any]:
    low, middle, high = (round(float(v), 1) for v in WIDE.of(points))
    row = what_changed.row(what_changed.told(difference))
    return {
        "key": key, "measure": row["measure"], "score": middle, "low": low, "high": high,
        "verdict": row["verdict"], "reference": row["reference"], "value": row["value"], "sentence": row["sentence"],
    }  # fmt: skip


def _debrief(points: Mapping[str, FloatArray], mandate: str, language: str) -> str:
    """Who would call this policy wise, and who would not."""
    totals = {key: float(np.median(_total(points, weights_of(key)))) for key in game().mandates}
    best, worst = max(totals, key=lambda key: totals[key]), min(totals, key=lambda key: totals[key])
    words, labels = words_in(language), {key: row["label"][language] for key, row in game().mandates.items()}
    if totals[best] - totals[worst] < 1.0:
        return words("debrief", "alike")
    return words(
        "debrief", "differs", best=labels[best], high=words.number(totals[best]), worst=labels[worst],
        low=words.number(totals[worst]), mandate=labels[mandate],
    )  # fmt: skip
