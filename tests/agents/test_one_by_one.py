"""Acting one by one equals acting at once, bit for bit, for every behaviour of every kind of firm."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kingmaker.agents.firm import Firm
from kingmaker.agents.member import Member
from kingmaker.agents.population import Population
from kingmaker.environment.firms.build import BASES
from kingmaker.environment.model import ComputeEconomy
from tests.helpers import bits

MONTHS = (0, 1, 7, 13, 30, 47)


def behaviours(cls: type[Member]) -> set[str]:
    """Public methods that a kind of firm adds to what every firm has."""
    known = {name for base in Firm.__mro__ for name in vars(base)}
    return {name for name, item in inspect.getmembers(cls, inspect.isfunction) if name[0] != "_"} - known


def uncut(given: Any, slots: int) -> bool:
    """Whether an argument holds one value a firm and yet would reach each class of a family whole."""
    return isinstance(given, np.ndarray) and given.ndim > 1 and given.shape[-1] == slots > 1


def cut(given: Any, slot: int, slots: int) -> Any:
    if hasattr(given, "block"):
        return given.block(slot, slot + 1)
    return given[..., slot : slot + 1] if uncut(given, slots) else given


class Witness:
    """Stands in for :meth:`Population.act`: repeats each bulk call firm by firm and compares."""

    def __init__(self) -> None:
        self.watching = False
        self.called: set[tuple[str, str]] = set()
        self.faults: list[str] = []
        self.uncut: set[str] = set()
        self.original = Population.act

    def act(self, population: Population[Any], method: Callable[..., Any], *given: Any) -> Any:
        result = self.original(population, method, *given)
        behaviour = method.__name__
        self.called.add((population.base.__name__, behaviour))
        if any(uncut(one, population.slots) for one in given):
            self.uncut.add(f"{population.base.__name__}.{behaviour}")
        if self.watching:
            joint = result if isinstance(result, tuple) else (result,)
            for slot in range(population.slots):
                agent = population.agents.get(slot)
                block = slice(slot, slot + 1)
                view = agent.view() if agent is not None else population.class_of(slot).over(population.table, block)
                alone = getattr(view, behaviour)(*[cut(one, slot, population.slots) for one in given])
                for whole, part in zip(joint, alone if isinstance(alone, tuple) else (alone,), strict=True):
                    assert part.shape == (1, 1), f"{behaviour} of one firm has shape {part.shape}"
                    assert whole.dtype == part.dtype
                    if bits(whole[:, block]) != bits(part):
                        self.faults.append(f"{population.name}[{slot}].{behaviour}: {whole[0, slot]!r} {part[0, 0]!r}")
        return result


@pytest.fixture(scope="module")
def witness() -> Witness:
    """A run of four years of which six months were checked."""
    seen = Witness()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Population, "act", lambda population, name, *given: seen.act(population, name, *given))
        model = ComputeEconomy(rng=5, months=max(MONTHS) + 1, **{"startups.number": 60})
        while model.running:
            seen.watching = model.month in MONTHS
            model.step()
    return seen


def test_one_by_one_equals_at_once(witness: Witness) -> None:
    assert not witness.faults, "\n".join(witness.faults[:20])


def test_values_by_firm_are_cut_to_the_classes_of_a_family(witness: Witness) -> None:
    """One value a firm goes through by_slot, or a second class in the family would be handed the first one's."""
    assert not witness.uncut


@pytest.mark.parametrize("cls", BASES.values(), ids=lambda cls: cls.__name__)
def test_every_behaviour_was_called(cls: type[Member], witness: Witness) -> None:
    """A behaviour that the month never asks for is dead, or is called past the classes of the family."""
    # a behaviour may also be a part of another one
    source = "".join(inspect.getsource(base) for base in cls.__mro__ if issubclass(base, Firm))
    parts = {name for name in behaviours(cls) if f"self.{name}(" in source}
    missing = {name for name in behaviours(cls) - parts if (cls.__name__, name) not in witness.called}
    assert not missing, f"{cls.__name__}: never called through population.act: {sorted(missing)}"


def test_deciding_changes_nothing() -> None:
    """No state is written and no luck used up: asked twice, a firm gives the same answer."""
    plain = ComputeEconomy(rng=5, months=20, **{"startups.number": 60}).run()
    again = ComputeEconomy(rng=5, months=20, **{"startups.number": 60})
    original = Population.act

    def twice(population: Population[Any], behaviour: Callable[..., Any], *given: Any) -> Any:
        before = {name: bits(array) for name, array in population.table.data.items()}
        original(population, behaviour, *given)
        assert before == {name: bits(array) for name, array in population.table.data.items()}, behaviour
        return original(population, behaviour, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Population, "act", twice)
        again.run()
    for name in ("services_musd", "chips_delivered", "startups_alive"):
        assert np.array_equal(plain.measures.array(name), again.measures.array(name)), name
