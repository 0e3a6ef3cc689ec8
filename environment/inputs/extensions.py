"""What a user adds to the model in a file of their own: an instrument, a measure, a rule, a kind of firm.

A scenario names each as ``module:Class`` under ``extensions``. The base class says what it is: :class:`Instrument`,
:class:`Gauge`, :class:`ChipRule`, or a subclass of :class:`kingmaker.agents.startup.Startup` or
:class:`kingmaker.agents.chipmaker.Chipmaker`. Each may declare parameters of its own, which are checked and set like
all others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeAlias

import numpy as np

from kingmaker.agents.arithmetic import SMALL
from kingmaker.agents.chipmaker import Chipmaker
from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import FloatArray
from kingmaker.environment.core.guarding import called, guarded, keep_policy, observed
from kingmaker.environment.core.measures import MEASURES, Measure
from kingmaker.environment.inputs.own_classes import demand_hooks, load_class
from kingmaker.environment.inputs.parameters import DECLARATIONS, GROUPS, Declaration
from kingmaker.environment.inputs.table_rows import ChipmakerRow, ChipRow

if TYPE_CHECKING:
    from kingmaker.environment.core.economy import Economy

# demand, capacity and weight of each in, what each gets out
Rationing: TypeAlias = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]


class Extension:
    """What all extensions may declare.

    Hooks are handed ``e``, the month's :class:`kingmaker.environment.core.economy.Economy`; docs/how-to/extend.md says
    what they may read and set of it.
    """

    parameters: ClassVar[tuple[Declaration, ...]] = ()


class Instrument(Extension):
    """A policy instrument: override one hook or several. Each is called once a month, for all worlds at once."""

    def fix(self, e: Economy) -> None:
        """After the policy of the month is fixed: change ``e.in_force``, arrays of shape (worlds, 1)."""

    def price(self, e: Economy) -> None:
        """After clouds have posted their prices, before start-ups choose hosts."""

    def settle(self, e: Economy) -> None:
        """At the end of the month, before firms fail: pay taxes or grants through ``e.ledger``."""


class Gauge(Extension):
    """A measure of one's own."""

    measure: ClassVar[Measure]

    def observe(self, e: Economy) -> FloatArray:
        """The month's value, shape (worlds,)."""
        raise NotImplementedError


class ChipRule(Extension):
    """A rule that splits a scarce output of chips among buyers, in place of :func:`chip_market.ration`."""

    def ration(self, e: Economy, demand: FloatArray, capacity: FloatArray, weight: FloatArray) -> FloatArray:
        """Units got, shape (worlds, makers, buyers): never above ``demand``, in sum never above ``capacity``.

        Args:
            e: the economy of this month.
            demand: units wanted, shape (worlds, makers, buyers).
            capacity: units there are, shape (worlds, makers, 1).
            weight: the buyers' standing with the seller, shape (worlds, makers, buyers).
        """
        raise NotImplementedError


@dataclass(frozen=True)
class Extensions:
    """A scenario's extensions, sorted by what they are."""

    instruments: tuple[Instrument, ...] = ()
    gauges: tuple[Gauge, ...] = ()
    chip_rule: ChipRule | None = None
    startups: tuple[type[Startup], ...] = ()
    chipmakers: tuple[type[Chipmaker], ...] = ()
    parameters: tuple[Declaration, ...] = ()

    def declared(self) -> Mapping[str, Declaration]:
        """Every parameter that a scenario with these extensions may set."""
        return DECLARATIONS | {d.key: d for d in self.parameters} if self.parameters else DECLARATIONS

    def measures(self) -> Mapping[str, Measure]:
        """Every measure that is taken."""
        return MEASURES | {g.measure.name: g.measure for g in self.gauges} if self.gauges else MEASURES

    def fix(self, e: Economy) -> None:
        """Let the instruments change the policy in force."""
        for instrument in self._with("fix"):
            guarded(instrument, "fix", e)
            keep_policy(instrument, "fix", e)

    def price(self, e: Economy) -> None:
        """Let the instruments act on posted prices."""
        for instrument in self._with("price"):
            guarded(instrument, "price", e)
            keep_policy(instrument, "price", e)

    def settle(self, e: Economy) -> None:
        """Let the instruments pay and be paid."""
        for instrument in self._with("settle"):
            guarded(instrument, "settle", e)

    def _with(self, hook: str) -> Iterator[Instrument]:
        """The instruments that have a hook of their own: the others' does nothing, and needs no look at what it did."""
        return (each for each in self.instruments if getattr(type(each), hook) is not getattr(Instrument, hook))

    def observe(self, e: Economy) -> dict[str, FloatArray]:
        """The values of the measures added, each (worlds,)."""
        found = {}
        for gauge in self.gauges:
            found[gauge.measure.name] = observed(gauge, e)
        return found

    def rule_or(self, standard: Rationing, e: Economy) -> Rationing:
        """The rule by which a scarce output is split: the scenario's, checked, or the model's own."""
        rule = self.chip_rule
        return standard if rule is None else partial(self._ration, rule, e)

    def _ration(
        self, rule: ChipRule, e: Economy, demand: FloatArray, capacity: FloatArray, weight: FloatArray
    ) -> FloatArray:
        """Split a scarce output by a rule of the scenario's, which must not give more than is wanted or there is.

        Raises:
            KingmakerError: the rule gave too much, less than nothing, or an array of another shape.
        """
        got = np.asarray(guarded(rule, "ration", e, demand, capacity, weight))
        slack = SMALL * (1.0 + demand)
        if got.shape != demand.shape:
            raise KingmakerError(f"{called(rule)}: ration gave shape {got.shape}; allowed is {demand.shape}.")
        if not ((got >= 0.0) & (got <= demand + slack)).all():
            raise KingmakerError(f"{called(rule)}: ration gave a buyer less than nothing or more than it wants.")
        if not (got.sum(axis=-1, keepdims=True) <= capacity + slack.sum(axis=-1, keepdims=True)).all():
            raise KingmakerError(f"{called(rule)}: ration gave more chips than there are.")
        return np.asarray(np.minimum(got, demand))


def load(names: Sequence[str], folders: Sequence[Path]) -> Extensions:
    """The extensions that a scenario names, from its folders, the working folder or what is installed.

    Raises:
        KingmakerError: a class that cannot be loaded, is none of the kinds, or clashes with another.
    """
    if not names:
        return Extensions()
    classes = [load_class(name, "extensions", folders) for name in names]
    found = Extensions(
        instruments=tuple(cls() for cls in classes if issubclass(cls, Instrument)),
        gauges=tuple(cls() for cls in classes if issubclass(cls, Gauge)),
        chip_rule=next((cls() for cls in classes if issubclass(cls, ChipRule)), None),
        startups=tuple(cls for cls in classes if issubclass(cls, Startup)),
        chipmakers=tuple(cls for cls in classes if issubclass(cls, Chipmaker)),
        parameters=tuple(declared for cls in classes for declared in getattr(cls, "parameters", ())),
    )
    _demand_kinds(names, classes)
    for name, cls in zip(names, classes, strict=True):
        demand_hooks(name, cls, KINDS)
    _demand_names(names, found)
    return found


KINDS = (Instrument, Gauge, ChipRule, Startup, Chipmaker)


def _demand_kinds(names: Sequence[str], classes: Sequence[type]) -> None:
    for name, cls in zip(names, classes, strict=True):
        if not issubclass(cls, KINDS):
            raise KingmakerError(
                f"extensions: '{name}' is not a subclass of {', '.join(kind.__name__ for kind in KINDS)}."
            )
        if issubclass(cls, Gauge) and not isinstance(getattr(cls, "measure", None), Measure):
            raise KingmakerError(f"extensions: '{name}' needs a class attribute 'measure', a Measure.")
        if issubclass(cls, Startup):
            share = getattr(cls, "share", None)
            if share not in {declared.key for declared in getattr(cls, "parameters", ()) if declared.structural}:
                raise KingmakerError(
                    f"extensions: '{name}' needs a class attribute 'share', the key of a structural parameter of its "
                    f"own that says which share of start-ups is of this kind; it is {share!r}."
                )
        if issubclass(cls, Chipmaker) and not (
            isinstance(getattr(cls, "row", None), ChipmakerRow)
            and all(isinstance(chip, ChipRow) for chip in getattr(cls, "chips", (None,)))
        ):
            raise KingmakerError(
                f"extensions: '{name}' needs class attributes 'row', a ChipmakerRow, and 'chips', ChipRows."
            )
    rules = [name for name, cls in zip(names, classes, strict=True) if issubclass(cls, ChipRule)]
    if len(rules) > 1:
        raise KingmakerError(f"extensions: {' and '.join(rules)} are rules for the same chips; name one of them.")


def _demand_names(names: Sequence[str], found: Extensions) -> None:
    keys = [declared.key for declared in found.parameters]
    for one in found.parameters:
        key, group = one.key, one.key.split(".")[0]
        if group in GROUPS or key.count(".") != 1 or not key.replace(".", "").isidentifier():
            raise KingmakerError(
                f"extensions: a parameter is called '{key}'; write it as group.name with a group of its own, "
                f"none of {', '.join(GROUPS)}."
            )
        if not one.low <= one.default <= one.high:
            raise KingmakerError(
                f"extensions: the default of '{key}' is {one.default:g}; allowed is {one.allowed}, as it is declared."
            )
    measures = [gauge.measure.name for gauge in found.gauges]
    for what, taken in (("parameter", keys), ("measure", [*measures, *MEASURES]), ("extension", list(names))):
        twice = sorted({name for name in taken if taken.count(name) > 1})
        if twice:
            raise KingmakerError(f"extensions: there are two of {what} '{twice[0]}'.")
