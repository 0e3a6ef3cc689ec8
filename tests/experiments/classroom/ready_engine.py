"""An engine that answers at once, with made-up numbers that depend on the question alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from kingmaker.experiments.classroom.choices import measures
from kingmaker.experiments.classroom.engine import CURVE, QUICK, STORY, Engine
from kingmaker.experiments.classroom.records import AMOUNTS, Band, Curve, Node, Story, Tie, Told
from kingmaker.experiments.classroom.stacks_of_questions import MEMBERS
from kingmaker.experiments.classroom.stacks_of_questions import QUICK as FIRST
from kingmaker.experiments.classroom.visitor_question import MONTHS, Question


class ReadyEngine(Engine):
    """Computes nothing; what it was asked stands in ``asked``."""

    def __init__(self) -> None:
        super().__init__(workers=1)
        self.asked: list[tuple[str, str]] = []

    async def _ask(self, kind: str, question: Question, visitor: str) -> Any:
        self.asked.append((kind, question.text))
        found = answer(kind, question)
        self._keep((kind, question.key), found)
        return found


def answer(kind: str, question: Question) -> Any:
    if kind == CURVE:
        return Curve(_measures(question))
    if kind == STORY:
        return _story(question)
    n = FIRST if kind == QUICK else MEMBERS - FIRST
    base = np.random.default_rng(1).normal(size=(n, MONTHS))  # the members' own luck, the same in every question
    shift = float(len(question.moves))
    return Band({name: (5.0 + base + shift).astype(np.float32) for name in measures()})


def _measures(question: Question) -> dict[str, Any]:
    values = np.random.default_rng(question.luck).normal(5.0, 1.0, MONTHS) + len(question.moves)
    found = {name: values.copy() for name in measures()}
    found["gap_china"][:3] = np.nan  # not defined in the first months
    return found


def _story(question: Question) -> Story:
    nodes = (
        Node("Nvidia", "chipmaker", "", "US", True, 1.0),
        Node("Chinese funds", "investor", "", "CN", True, 1.0),
        Node("Amazon AWS", "cloud", "hyperscaler", "US", True, 1.0),
        Node("Mistral AI", "startup", "", "EU", True, 1.0),
    )
    alive = np.ones((4, MONTHS), dtype=np.bool_)
    alive[3, :10] = False
    tie = Tie(
        3,
        2,
        "cloud_contract",
        "exclusive",
        "first",
        10,
        20,
        10,
        (0.5,) * 10,
        (3.0,) * 10,
        (800.0,) * 10,
        (24.0, 5e4, 2.1, 0.0),
    )
    return Story(
        (Told(2, "release", "Mistral AI", "releases a strong model"), Told(5, "policy", "dated event", "no such text")),
        nodes, alive, {name: np.ones((4, MONTHS), dtype=np.float32) for name in AMOUNTS}, (tie,),
        {("services", "enterprises", "startups"): np.full(MONTHS, 7.0)}, _measures(question),
    )  # fmt: skip
