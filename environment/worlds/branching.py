"""Branches: one world's state copied into a stack whose worlds then go different ways.

A branch is the world's past with one more dated event: from its month on the given parameters hold, and the events of
the scenario no longer change them. So a branch gives the same bits as a run from the start whose scenario has that
event, and the branch without any change gives the bits of the original.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from mesa import Model

from kingmaker.agents.calendar import month_label
from kingmaker.agents.checks import flag
from kingmaker.agents.checks import world as world_number
from kingmaker.agents.errors import KingmakerError, shown
from kingmaker.agents.member import Column
from kingmaker.agents.population import Population
from kingmaker.agents.table import Table
from kingmaker.environment.capital.news import Batch
from kingmaker.environment.chips.chip_state import Catalogue, Chips
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.entries import EntryBook
from kingmaker.environment.core.ledger import Ledger
from kingmaker.environment.core.streams import Streams
from kingmaker.environment.inputs.parameters import Declaration, ParameterError, check
from kingmaker.environment.inputs.scenario import Event, Scenario, hold
from kingmaker.environment.inputs.tables import Tables
from kingmaker.environment.ties.partnerships import Partnerships
from kingmaker.environment.ties.tie_flows import TieFlows
from kingmaker.environment.ties.tie_log import Change

ONE_FOR_ALL: dict[type, tuple[str, ...]] = {
    Chips: ("maker_of", "line_of", "in_china", "starts", "succeeded")
}  # arrays of no world
IMMUTABLE = (
    str, bytes, int, float, bool, type(None), Path, np.generic, np.dtype, slice, Column, Tables, Catalogue, Scenario,
)  # fmt: skip


# what branch() sets world by world
OWN = {"settings", "setting", "seed", "seeds", "worlds", "initial_parameters", "_panel"}


UNREGISTERED: dict[str, Any] = {"agents": {}, "_model": None, "_numbers": ()}
UNLOGGED: dict[str, Any] = {"history": False, "months": [], "keep": False, "log": [], "snapshots": {},
                            "by_month": {}, "tenancy": {}}  # fmt: skip


def branch(model: Any, changes: Sequence[Mapping[str, object]], world: int = 0, keep_ties: bool = False) -> Any:
    """A stack of copies of one world, each with other parameters from now on.

    Args:
        model: one world or a stack, at the end of any month.
        changes: for each branch the parameters that it sets and holds, such as ``{"policy.interoperability": 1.0}``.
        world: which world of a stack is copied.
        keep_ties: copy and go on with the logs of ties and flows, if the model keeps them.

    Raises:
        KingmakerError: no changes, no such world, or a parameter that is unknown, out of range or structural.
    """
    given: object = changes  # from a user, who may have given anything
    if isinstance(given, str | Mapping) or not isinstance(given, Iterable) or not (changes := list(given)):
        raise KingmakerError("branch: give a list of changes, one for each branch, such as [{}, {'policy.tax': 0.2}].")
    world = world_number(world, model.worlds, "branch")
    if flag(keep_ties, "branch: keep_ties") and not model.partnerships.keep:
        raise KingmakerError("branch: this stack does not log its ties; build it with keep_ties=True.")
    checked = [_check(number, change, model.parameters.known) for number, change in enumerate(changes)]
    cls: Any = type(model)
    new = cls.__new__(cls)
    Model.__init__(new, rng=model.seeds[world])
    copier = _Copier(model.worlds, world, len(checked), keep_ties)
    for name in set(vars(model)) - _set_by_mesa() - OWN:
        setattr(new, name, copier.copy(getattr(model, name), name))
    new.settings = [_with_event(model.settings[world], model.month, change) for change in checked]
    new.setting, new.seed, new.seeds = new.settings[0], model.seeds[world], [model.seeds[world]] * len(checked)
    new.initial_parameters = [dict(model.initial_parameters[world]) for _ in checked]
    new._panel, new.steps, new.running = None, model.steps, model.running
    for number, change in enumerate(checked):  # the event of this month would do it; so it shows at once
        for key, value in change.items():
            new.economy.p.array(key)[number, 0] = value
    new.worlds = len(checked)
    return new


def _check(number: int, change: Mapping[str, object], known: Mapping[str, Declaration]) -> dict[str, float | int]:
    if not isinstance(change, Mapping):
        raise KingmakerError(f"branch {number}: is {shown(change)}; allowed is a dict of parameters and values.")
    values = {key: check(key, value, f"branch {number}", known) for key, value in change.items()}
    for key in values:
        if known[key].structural:
            raise ParameterError(
                f"branch {number}: '{key}' fixes the shape of a model's arrays and cannot change on the way; "
                "build a new model with it."
            )
    return values


def _with_event(setting: Scenario, month: int, change: Mapping[str, float | int]) -> Scenario:
    """The scenario with the branch as a dated event, and without later events on the same parameters."""
    if not change:
        return setting
    later = hold(setting, change, month)
    event = Event(month, f"branch of {month_label(month)}", dict(change))
    events = sorted([*later.events, event], key=lambda e: e.month)  # stable: the branch comes last in its month
    return replace(later, name=f"{setting.name}, branched in {month_label(month)}", events=tuple(events))


def _set_by_mesa() -> set[str]:
    """Attributes that Mesa gives every model, and the collector of a registered one: a branch has its own, or none."""
    return set(vars(Model(rng=0))) | {"datacollector"}


class _Copier:
    """Copies a state, taking one world of ``worlds`` out of each array and laying it ``number`` times side by side.

    What is reached twice is copied once, as by :func:`copy.deepcopy`. An attribute called ``worlds`` is the number of
    worlds. Each array must have the world as its first axis, or be named in :data:`ONE_FOR_ALL`.
    """

    def __init__(self, worlds: int, world: int, number: int, keep_logs: bool) -> None:
        self.worlds, self.world, self.number, self.keep_logs = worlds, world, number, keep_logs
        self._copied: dict[int, tuple[Any, Any]] = {}  # by identity; the original is kept, so that it stays unique

    def copy(self, value: Any, place: str) -> Any:
        """The copy of anything; ``place`` is its name in an error."""
        if isinstance(value, IMMUTABLE) or callable(value):
            return value
        if id(value) in self._copied:
            return self._copied[id(value)][1]
        if isinstance(value, np.ndarray):
            return self._keep(value, self._spread(value, place))
        if isinstance(value, dict):
            return self._keep(value, {key: self.copy(v, f"{place}[{key!r}]") for key, v in value.items()})
        if isinstance(value, list | tuple):
            return self._keep(value, type(value)([self.copy(v, f"{place}[{k}]") for k, v in enumerate(value)]))
        return self._object(value, place)

    def _keep(self, value: Any, copied: Any) -> Any:
        self._copied[id(value)] = (value, copied)
        return copied

    def _spread(self, array: np.ndarray, place: str) -> np.ndarray:
        if array.ndim == 0 or len(array) != self.worlds:
            raise TypeError(
                f"{place} has shape {array.shape}, whose first axis is not the {self.worlds} worlds: "
                "name it in kingmaker.environment.worlds.branching.ONE_FOR_ALL"
            )
        return np.repeat(array[self.world : self.world + 1], self.number, axis=0)

    def _object(self, value: Any, place: str) -> Any:
        if isinstance(value, Streams):
            return self._keep(value, Streams([value.seeds[self.world]] * self.number))
        if isinstance(value, Change | Batch):
            return self._keep(value, self._records(value))
        new = self._keep(value, copy.copy(value))
        shared = next((names for cls, names in ONE_FOR_ALL.items() if isinstance(value, cls)), ())
        for name, inner in vars(value).items():
            if name == "worlds":
                vars(new)[name] = self.number
            elif name in shared:
                vars(new)[name] = inner.copy()
            elif not (isinstance(value, Table) and name in ("frozen", "in_use")):
                vars(new)[name] = self._attribute(value, name, inner, f"{place}.{name}")
        if isinstance(new, Table):
            new.freeze()
        return new

    def _attribute(self, owner: Any, name: str, inner: Any, place: str) -> Any:
        """The copy of an attribute; those that hold worlds in a way of their own are told apart here."""
        if isinstance(owner, Population) and name in UNREGISTERED:  # a branch registers nothing with Mesa
            return copy.copy(UNREGISTERED[name])
        if isinstance(owner, Table) and name in ("on_intervention", "facts"):
            return None
        if isinstance(owner, Table) and name == "names":
            here = {slot: text for (w, slot), text in inner.items() if w == self.world}
            return {(k, slot): text for k in range(self.number) for slot, text in here.items()}
        if isinstance(owner, Economy) and name == "events":
            return [(k, *event[1:]) for event in inner if event[0] == self.world for k in range(self.number)]
        if isinstance(owner, Ledger | EntryBook | Partnerships | TieFlows) and name in UNLOGGED and not self.keep_logs:
            return copy.copy(UNLOGGED[name])
        return self.copy(inner, place)

    def _records(self, records: Change | Batch) -> Any:
        """A month's changed ties or announcements: those of the one world, once for each branch."""
        here = np.flatnonzero(records.world == self.world)
        found: dict[str, Any] = {}
        for name, value in vars(records).items():
            found[name] = np.tile(value[here], self.number) if isinstance(value, np.ndarray) else value
        found["world"] = np.repeat(np.arange(self.number, dtype=np.int32), len(here))
        return type(records)(**found)
