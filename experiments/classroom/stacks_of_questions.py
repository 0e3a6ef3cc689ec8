"""What worker processes do: run stacks of worlds for several visitors at once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.classroom.choices import measures
from kingmaker.experiments.classroom.pulse import beat
from kingmaker.experiments.classroom.records import Band, Curve, Story
from kingmaker.experiments.classroom.visitor_question import MONTHS, Question

if TYPE_CHECKING:
    from kingmaker.experiments.design.replicates import Replicates

T = TypeVar("T")
MEMBERS = 20  # of the posterior in a band: the fewest of which a sign may be claimed
QUICK = 6  # of a first band, which comes sooner: half as long as that of all


def warm() -> bool:
    """The first month ever run in a process is slow: run it before visitors come."""
    from kingmaker.environment.model import ComputeEconomy

    members()
    ComputeEconomy.stack([{"rng": 1}], months=1).run()
    return True


@functools.cache
def members() -> Replicates:
    """The members of every band, read once in a process."""
    from kingmaker.experiments.design.replicates import Replicates
    from kingmaker.experiments.posterior.members import load_members

    return Replicates.of(load_members(), MEMBERS)


def curves(questions: Sequence[Question]) -> list[Curve | str]:
    """One run for each question, or why there is none, all in one stack."""
    return _apart_if_need_be(_curves, questions)


def stories(questions: Sequence[Question]) -> list[Story | str]:
    """The same with firms, ties and payments."""
    return _apart_if_need_be(_stories, questions)


def quick_bands(questions: Sequence[Question]) -> list[Band | str]:
    """A band of the first members for each question, or why there is none, all in one stack."""
    return _apart_if_need_be(functools.partial(_bands, first=0, end=QUICK), questions)


def other_bands(questions: Sequence[Question]) -> list[Band | str]:
    """The members that a quick band leaves out."""
    return _apart_if_need_be(functools.partial(_bands, first=QUICK, end=MEMBERS), questions)


def bands(questions: Sequence[Question]) -> list[Band | str]:
    """All members at once: what is precomputed."""
    return _apart_if_need_be(functools.partial(_bands, first=0, end=MEMBERS), questions)


def _curves(questions: Sequence[Question]) -> list[Curve]:
    from kingmaker.environment.model import ComputeEconomy

    model = ComputeEconomy.stack([_world(question) for question in questions], months=MONTHS).run(progress=beat)
    return [
        Curve({name: np.ascontiguousarray(model.measures.array(name)[:, world]) for name in measures()})
        for world in range(len(questions))
    ]


def _stories(questions: Sequence[Question]) -> list[Story]:
    from kingmaker.environment.model import ComputeEconomy
    from kingmaker.experiments.classroom.extract import Watch, story_of

    model = ComputeEconomy.stack([_world(q) for q in questions], months=MONTHS, keep_ties=True)
    watch = Watch(model)
    while model.month < MONTHS:
        model.step()
        watch.look()
        beat(model.month)
    return [story_of(model, world, watch) for world in range(len(questions))]


def _bands(questions: Sequence[Question], first: int, end: int) -> list[Band]:
    from kingmaker.environment.model import ComputeEconomy

    worlds = [world for question in questions for world in member_worlds(question, first, end)]
    model = ComputeEconomy.stack(worlds, months=MONTHS).run(progress=beat)
    series: dict[str, Any] = {name: model.measures.array(name).T.astype(np.float32) for name in measures()}
    n = end - first
    return [
        Band({name: values[k * n : (k + 1) * n].copy() for name, values in series.items()})
        for k in range(len(questions))
    ]


def _world(question: Question) -> dict[str, Any]:
    return {"scenario": question.resolved(), "rng": question.luck}


def member_worlds(question: Question, first: int, end: int) -> list[dict[str, Any]]:
    """Arguments of the worlds of some members; what the question sets is not drawn."""
    drawn, scenario = members(), question.resolved()
    keys = drawn.drawn_under(scenario, but=[key for key, _ in question.moves])
    return [{"scenario": scenario, "rng": drawn.seeds[place], **drawn.held(place, keys)} for place in range(first, end)]


def _apart_if_need_be(run: Callable[[Sequence[Question]], list[T]], questions: Sequence[Question]) -> list[T | str]:
    """All together; if that fails, each by itself, so that one visitor's question does not spoil the others'."""
    try:
        return list(run(questions))
    except Exception as fault:
        if len(questions) == 1:
            return [_why(fault)]
        return [outcome for question in questions for outcome in _apart_if_need_be(run, [question])]


def _why(fault: Exception) -> str:
    return str(fault) if isinstance(fault, KingmakerError) else f"{type(fault).__name__}: {fault}"
