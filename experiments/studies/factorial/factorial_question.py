"""The question of a factorial: which levels of which levers are crossed, over what, and which outcomes are asked."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kingmaker.agents.calendar import month_label
from kingmaker.agents.errors import KingmakerError, nearest
from kingmaker.environment.core.measures import Measure
from kingmaker.environment.inputs.scenario import Scenario, load_scenario
from kingmaker.environment.inputs.timeline import Event, held_back
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.design.sweep_design import Design
from kingmaker.experiments.results import in_force
from kingmaker.experiments.stats.levels import INTERVAL_OVER, LEVEL, Level
from kingmaker.experiments.stats.windows import Window, read_window

Value = float | int
Cell = tuple[int, ...]  # for each lever the number of its level, 0 is the reference
MOST_CELLS = 64
CHECKS = ("ledger_residual",)  # of the arithmetic, which says nothing of the economy


@dataclass(frozen=True)
class Lever:
    """A parameter that is crossed, and its levels; the first is the reference."""

    key: str
    levels: tuple[Value, ...]

    def at(self, level: int) -> str:
        """Such as ``interoperability 1``."""
        value = self.levels[level]
        shown = "∞" if value == math.inf else f"{value:g}"
        return f"{self.key.partition('.')[2].replace('_', ' ')} {shown}"


@dataclass(frozen=True)
class FactorialQuestion:
    """What is crossed, over what, and of which outcomes claims are made.

    Attributes:
        design: names scenario, months and fixed parameters.
        levers: in the order of the design.
        outcomes: the family.
        chosen: whether they were chosen beforehand: by the command, or by the design's file.
        windows: the first is the one that the brief speaks of.
        replicates: members of a posterior, or seeds.
        lucks: seeds of each of the first members, by which luck and parameters are told apart.
        level: of the intervals.
    """

    design: Design
    levers: tuple[Lever, ...]
    outcomes: tuple[str, ...]
    chosen: bool
    windows: tuple[Window, ...]
    replicates: Replicates
    lucks: int = 4
    level: Level = LEVEL

    @functools.cached_property
    def setting(self) -> Scenario:
        """The scenario, with what the design fixes."""
        return load_scenario(self.design.setting, self.design.fixed)

    @functools.cached_property
    def settings(self) -> tuple[Scenario, ...]:
        """The scenario of each cell: where levers are dated, with an event that holds them from that month on."""
        since = self.design.since
        if since is None:
            return (self.setting,) * len(self.cells)
        return tuple(_held_from(self.setting, self.held(cell), since, self.name(cell)) for cell in self.cells)

    def pinned(self, cell: Cell) -> dict[str, Value]:
        """What a cell holds in all months: its levers, unless they are dated."""
        return self.held(cell) if self.design.since is None else {}

    @property
    def months_before(self) -> str:
        """That the first window holds months before the levers, in a sentence; empty if it does not."""
        window, since = self.windows[0], self.design.since
        before = 0 if since is None else min(since, window.stop) - window.first
        if before <= 0:
            return ""
        whole = window.stop - window.first
        return f" Effects are {window.words}: in {before} of these {whole} months no lever holds, which weakens them."

    @property
    def since(self) -> str:
        """From when on the levers hold, such as ``from 2024-01``; empty if in all months."""
        return "" if self.design.since is None else f"from {month_label(self.design.since)}"

    @functools.cached_property
    def measures(self) -> Mapping[str, Measure]:
        """All outcomes that are taken, those asked for among them."""
        known = self.design.measured
        return {name: m for name, m in known.items() if name not in CHECKS and m.group != in_force.GROUP}

    @functools.cached_property
    def rules(self) -> Mapping[str, Measure]:
        """The measures of what is in force."""
        return {name: m for name, m in self.design.measured.items() if m.group == in_force.GROUP}

    @functools.cached_property
    def cells(self) -> tuple[Cell, ...]:
        """All combinations of levels, the reference first."""
        return tuple(itertools.product(*(range(len(lever.levels)) for lever in self.levers)))

    @functools.cached_property
    def drawn_keys(self) -> tuple[str, ...]:
        """The parameters that a member brings: none that is crossed or fixed, or that the scenario sets."""
        taken = (*self.design.fixed, *(lever.key for lever in self.levers))
        return self.replicates.drawn_under(self.design.setting, but=taken)

    def held(self, cell: Cell) -> dict[str, Value]:
        """The values of the levers in a cell."""
        return {lever.key: lever.levels[level] for lever, level in zip(self.levers, cell, strict=True)}

    def name(self, cell: Cell) -> str:
        """What a cell changes, such as ``interoperability 1 and export cap tpp 1600``."""
        moved = [lever.at(level) for lever, level in zip(self.levers, cell, strict=True) if level]
        return " and ".join(moved) or "reference"


def ask_factorial(
    design: Design, replicates: Replicates, *, outcomes: Sequence[str] = (), windows: Sequence[str] = (),
    lucks: int = 4, level: Level | None = None,
) -> FactorialQuestion:  # fmt: skip
    """A factorial as a user asks it, checked.

    Args:
        design: a grid, or a list that holds all combinations of its values.
        replicates: members of a posterior, or seeds.
        outcomes: the family; those of the design if none are named.
        windows: the months averaged; if none is named those that the design keeps, else the last two years.
        lucks: seeds a member.
        level: of the intervals; the usual one over luck, or over a posterior, if None.

    Raises:
        KingmakerError: another kind of design, too many cells, an unknown outcome or window, too few replicates, or a
            dated lever that cannot change in a run.
    """
    levers = levers_of(design)
    months = design.months
    fixed = [lever.key for lever in levers if design.declared[lever.key].structural]
    if design.since is not None and fixed:
        raise KingmakerError(f"{design.name}: '{fixed[0]}' is fixed for a whole run; leave since out, or this lever.")
    found = tuple(read_window(text, months) for text in dict.fromkeys(windows or _kept(design)))
    sure = INTERVAL_OVER[replicates.over] if level is None else level
    question = FactorialQuestion(design, levers, (), False, found, replicates, lucks, sure)
    if len(replicates) < 2:
        raise KingmakerError(f"{design.name}: {replicates.words}; allowed is a whole number from 2 on.")
    if len(question.cells) > MOST_CELLS:
        raise KingmakerError(
            f"{design.name}: crosses {len(question.cells)} combinations of levels; allowed are {MOST_CELLS}. Name "
            "fewer levels in a design of your own; 'kingmaker sweep' takes them all."
        )
    listed = len(design.measures) < len(design.measured)
    named = tuple(dict.fromkeys(outcomes)) or tuple(name for name in design.measures if name in question.measures)
    for name in named:
        if name not in question.measures:
            raise KingmakerError(f"--outcomes: there is no outcome '{name}'.{nearest(name, question.measures)}")
    return FactorialQuestion(
        design, levers, named, bool(outcomes) or listed, found, replicates, lucks if replicates.keys else 1, sure
    )


def _kept(design: Design) -> tuple[str, ...]:
    """The windows among the statistics that a design keeps, so that it asks a sweep and a factorial the same."""
    found = []
    for statistic in design.statistics:
        try:
            found.append(read_window(statistic, design.months).name)
        except KingmakerError:  # such as its smallest value: no window
            continue
    return tuple(found) or (f"last{min(24, design.months)}",)


def _held_from(setting: Scenario, levers: Mapping[str, Value], month: int, why: str) -> Scenario:
    """A scenario with levers held from a month on, as by an event with ``hold = true``."""
    event = Event(month, why, levers, hold=True, origin=setting.name, own=True)
    events, overridden = held_back(sorted([*setting.events, event], key=lambda each: each.month))
    told = tuple(dict.fromkeys((*setting.overridden, *overridden)))
    return replace(setting, events=tuple(events), overridden=told)


def levers_of(design: Design) -> tuple[Lever, ...]:
    """The parameters that a design crosses, with their levels.

    Raises:
        KingmakerError: no grid, and no list of all combinations.
    """
    if design.kind == "grid":
        found = tuple(Lever(factor.key, factor.values) for factor in design.factors if len(factor.values) > 1)
    elif design.kind == "list":
        found = _of_list(design)
    else:
        raise KingmakerError(
            f"{design.name}: is of kind {design.kind}; a factorial crosses levels: allowed is a grid, or a list that "
            "holds all combinations of its values."
        )
    if not found:
        raise KingmakerError(f"{design.name}: has no lever with two levels or more.")
    return found


def _of_list(design: Design) -> tuple[Lever, ...]:
    """Levers of a list that holds each combination once; the levels of its first point are the reference."""
    points = list(design.listed)
    keys = design.keys
    whole = all(set(point) == set(keys) for point in points)
    levels = {key: tuple(dict.fromkeys(point[key] for point in points)) for key in keys} if whole else {}
    number = math.prod(len(values) for values in levels.values())
    different = {tuple(point[key] for key in keys) for point in points} if whole else set()
    if not whole or not number == len(points) == len(different):
        raise KingmakerError(
            f"{design.name}: its points are not all combinations of their values, each once; write it as a grid, or "
            "compare its points with 'kingmaker sweep' and 'kingmaker figures'."
        )
    return tuple(Lever(key, values) for key, values in levels.items() if len(values) > 1)
