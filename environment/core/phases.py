"""How phases of the month and what they leave are declared: run in order, filled once before they are read.

What they leave is listed in :mod:`kingmaker.environment.core.month`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeAlias, TypeVar, overload

import numpy as np

from kingmaker.agents.errors import KingmakerError, UnknownNameError
from kingmaker.agents.types import FloatArray

if TYPE_CHECKING:
    from kingmaker.environment.core.month import Month

T = TypeVar("T")
E = TypeVar("E", bound="HasMonth")
Phase: TypeAlias = Callable[[E], None]

PHASES: dict[str, tuple[str, ...]] = {}  # every phase by name, and the phases that must come before it


class HasMonth(Protocol):
    """What a phase works on."""

    now: Month


def phase(*after: str) -> Callable[[Phase[E]], Phase[E]]:
    """Declare a function as a phase of the month.

    Args:
        after: phases that must have run before it this month, by module and function, such as ``"hosts.choose_hosts"``:
            those that change what it reads, or read what it changes.

    Returns:
        A decorator; the phase it makes raises :class:`OrderError` where one of ``after`` has not run yet.
    """

    def declare(function: Phase[E]) -> Phase[E]:
        name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        PHASES[name] = after

        @functools.wraps(function)
        def run(e: E) -> None:
            for earlier in after:
                if earlier not in e.now.done:
                    raise OrderError(
                        f"the phase {name} is called before {earlier}: in step(), {earlier} must come first."
                    )
            e.now.current = name
            function(e)
            e.now.current = ""
            e.now.done.append(name)
            if e.now.on_end is not None:
                e.now.on_end(name)

        vars(run)["after"] = after
        return run

    return declare


class OrderError(KingmakerError):
    """A phase reads what a later phase fills: the month's phases stand in the wrong order."""


class Filled(Generic[T]):
    """An entry that one phase fills.

    Args:
        by: the phase that fills it, as ``step()`` calls it.
        shape: of the array.
        doc: what it is, with its unit.
    """

    def __init__(self, by: str, shape: str, doc: str) -> None:
        """An empty entry."""
        self.by, self.shape, self.doc = by, shape, doc
        self.name = self.block = ""

    def __set_name__(self, owner: type[Block], name: str) -> None:
        """Take the attribute's name."""
        self.name, self.block = name, owner.name
        owner.entries = {**owner.entries, name: self}

    @overload
    def __get__(self, block: None, owner: type[Block]) -> Filled[T]: ...
    @overload
    def __get__(self, block: Block, owner: type[Block]) -> T: ...
    def __get__(self, block: Block | None, owner: type[Block]) -> Filled[T] | T:
        if block is None:
            return self
        if self.name not in block.values:
            raise OrderError(
                f"the month's '{self.block}.{self.name}' is read before the phase {self.by} has filled it: in step(), "
                f"{self.by} must come before the phase that reads it."
            )
        value: T = block.values[self.name]
        return value

    def __set__(self, block: Block, value: T) -> None:
        block.values[self.name] = value


class Lever(Filled[FloatArray]):
    """An entry of the policy in force; one number may stand for all clouds or worlds."""

    def __set__(self, block: Block, value: FloatArray | float) -> None:
        block.values[self.name] = value


class Summed(Filled[FloatArray]):
    """A sum to which several phases add in the course of a month; zero at its start. ``by`` is the first of them."""


class Block:
    """The entries of one market in one month."""

    name: ClassVar[str] = ""
    entries: ClassVar[Mapping[str, Filled[Any]]] = {}

    def __init__(self, sizes: Mapping[str, tuple[int, ...]]) -> None:
        """Nothing filled yet, sums at zero; ``sizes`` are the shapes by the words of the entries."""
        sums = {name: np.zeros(sizes[x.shape]) for name, x in self.entries.items() if isinstance(x, Summed)}
        self.values: dict[str, Any] = sums

    def unknown(self, name: object) -> UnknownNameError:
        """The error that tells a name that there is not."""
        return UnknownNameError(name, self.entries, "entry", f"the month's '{self.name}'")

    if not TYPE_CHECKING:  # a misspelt entry is found before it runs

        def __setattr__(self, name: str, value: object) -> None:
            """Fill an entry.

            Raises:
                UnknownNameError: there is no such entry.
            """
            if name != "values" and name not in self.entries:
                raise self.unknown(name)
            super().__setattr__(name, value)

        def __getattr__(self, name: str) -> Any:
            raise self.unknown(name)
