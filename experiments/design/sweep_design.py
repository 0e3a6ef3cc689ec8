"""Designs: which runs a sweep makes. Read from TOML, checked in one go.

A file has these entries; only ``kind`` is needed::

    kind = "grid"              # grid, lhs, sobol, morris, list
    title = "..."              description = "..."
    scenario = "baseline"      # a name, or the path of a TOML file relative to this one
    months = 60                # the scenario's own if left out
    replications = 20          # runs of each point, with the seeds seed, seed + 1, ... (common random numbers)
    seed = 1
    over = "posterior"         # replications are then members of the posterior, each with its parameters and its seed;
                               # luck if left out, or a file of members, relative to this one
    samples = 256              # lhs: points; sobol: base sample, a power of two; morris: trajectories
    design_seed = 1            # of the random part of a Latin hypercube, Sobol or Morris design
    second_order = true        # sobol: also the points that second-order indices need
    levels = 4                 # morris: levels of each parameter, even
    measures = ["switching_rate"]   # all if left out
    keep = "monthly"           # or statistics over the months: ["mean", "last12", "final", "min", "max", "total", "sd"]
    since = "2024-01"          # of a factorial: the levers are held from this month on, not in all months
    set = { "startups.number" = 400 }           # the same in every run
    [parameters]
    "policy.interoperability" = [0.0, 0.5, 1.0]              # a grid's values
    "policy.compliance" = { low = 0, high = 1, steps = 11 }  # or evenly spaced ones
    "chips.kingmaker" = { low = 0.0, high = 2.0 }            # bounds for the others; left out: the declared range
    "energy.cap" = { low = 0.5, high = 2.0, scale = "log" }  # evenly spread in logarithms
    [[points]]                 # a list's points, instead of [parameters]
    "policy.exclusivity_ban" = 1

A parameter of a design is held in all months, like ``kingmaker run --set``; in a factorial with ``since`` from that
month on, like a dated event with ``hold = true``.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.agents.errors import KingmakerError, nearest, shown
from kingmaker.environment.core.measures import MEASURES, Measure
from kingmaker.environment.inputs.parameters import Declaration
from kingmaker.environment.inputs.scenario import Scenario, check_months, load_scenario
from kingmaker.environment.inputs.text_files import is_there
from kingmaker.experiments.design import sampling
from kingmaker.experiments.design.design_entries import (
    MOST_RUNS,
    faults_of,
    number_of_runs,
    read_factors,
    read_measures,
    read_since,
    read_statistics,
    read_values,
)
from kingmaker.experiments.design.design_file import DesignError, DesignFile, read_design_file
from kingmaker.experiments.design.factors import Factor
from kingmaker.experiments.design.points import Points, merged, repeated
from kingmaker.experiments.design.replicates import LUCK, Replicates

if TYPE_CHECKING:
    from kingmaker.agents.types import IntArray

NAMED = 5  # of points that are given twice, in a note
FOLDER = Path(__file__).resolve().parent / "designs"
Value = float | int


@dataclass(frozen=True)
class Run:
    """One run of a design: its parameters (those of ``set`` too), its seed, and which point and replication it is."""

    parameters: Mapping[str, Value]
    seed: int
    point: int
    replication: int


@dataclass(frozen=True)
class Design:
    """A design as resolved and checked."""

    name: str
    kind: str
    setting: Scenario  # without the fixed parameters, which are pinned in each run
    months: int
    title: str = ""
    description: str = ""
    replications: int = 1
    seed: int = 1
    samples: int = 0
    design_seed: int = 1
    second_order: bool = True
    levels: int = 4
    measures: tuple[str, ...] = tuple(MEASURES)
    statistics: tuple[str, ...] = ()  # empty: monthly values are kept
    fixed: Mapping[str, Value] = field(default_factory=dict)
    factors: tuple[Factor, ...] = ()
    listed: tuple[Mapping[str, Value], ...] = ()
    source: Path | None = None
    over: str = LUCK
    says_over: bool = False  # whether its file does
    since: int | None = None  # the month from which a factorial holds its levers; all months if None
    drawn: Replicates | None = None  # the whole posterior, whose first members are the replications

    @functools.cached_property
    def replicates(self) -> Replicates:
        """What the replications of a point differ in.

        Raises:
            DesignError: it is over a posterior, whose members nobody has read, or which has fewer.
        """
        if self.drawn is None:
            if self.over != LUCK:
                raise DesignError(f"{self.name}: is over the posterior ({self.over}), of which no members were read.")
            return Replicates.luck(self.seed, self.replications)
        if self.replications > len(self.drawn):
            raise DesignError(
                f"{self.name}: replications is {self.replications}; allowed is a whole number from 1 to "
                f"{len(self.drawn)}, as many members as the posterior has."
            )
        return self.drawn.first(self.replications)

    @functools.cached_property
    def drawn_keys(self) -> tuple[str, ...]:
        """The parameters that members bring: none that the design varies or fixes, or that its scenario sets."""
        return self.replicates.drawn_under(self.setting, but=(*self.fixed, *self.keys))

    def drawn_values(self, replication: int) -> Mapping[str, Value]:
        """What the member of a replication brings; nothing over luck."""
        return self.replicates.held(replication, self.drawn_keys) if self.drawn is not None else {}

    @functools.cached_property
    def declared(self) -> Mapping[str, Declaration]:
        """The parameters of its scenario, those of the scenario's extensions among them."""
        return self.setting.declared()

    @functools.cached_property
    def measured(self) -> Mapping[str, Measure]:
        """The measures of its scenario, those of the scenario's extensions among them."""
        return self.setting.measured()

    @property
    def monthly(self) -> bool:
        """Whether each month's value is kept, rather than statistics."""
        return not self.statistics

    @property
    def keys(self) -> tuple[str, ...]:
        """The parameters that the design varies, in the order of its file."""
        if self.kind == "list":
            return tuple(dict.fromkeys(key for point in self.listed for key in point))
        return tuple(factor.key for factor in self.factors)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of outcomes: measures, or measure and statistic such as ``switching_rate_last12``."""
        if self.monthly:
            return self.measures
        return tuple(f"{measure}_{statistic}" for measure in self.measures for statistic in self.statistics)

    @functools.cached_property
    def points(self) -> Points:
        """The values of the varied parameters at each point, in the order that SALib expects for its designs."""
        if self.kind == "list":
            return Points.of(self.listed, [key for key in self.keys if self.declared[key].integer])
        if self.kind == "grid":
            return sampling.grid_points(self.factors)
        if self.kind == "lhs":
            unit = sampling.latin_hypercube(len(self.factors), self.samples, self.design_seed)
        elif self.kind == "sobol":
            unit = sampling.sobol_sample(self.problem(), self.samples, self.design_seed, self.second_order)
        else:
            unit = sampling.morris_sample(self.problem(), self.samples, self.design_seed, self.levels)
        return sampling.points_at(self.factors, unit)

    @property
    def size(self) -> int:
        """Number of runs."""
        return len(self.points) * self.replications

    @functools.cached_property
    def order(self) -> IntArray:
        """The points in the order in which each replication runs them, shape (points,)."""
        return sampling.balanced_order(len(self.points), self.kind in ("grid", "list"), self.design_seed)

    def runs(self) -> Iterator[Run]:
        """All runs, ordered so that whatever part comes first is a balanced sample: replication by replication."""
        return (self.run(place) for place in range(self.size))

    def run(self, place: int) -> Run:
        """The run at this place of the order."""
        replication, within = divmod(place, len(self.points))
        point = int(self.order[within])
        held = {**self.drawn_values(replication), **self.fixed, **self.points[point]}
        return Run(held, self.replicates.seeds[replication], point, replication)

    def notes(self) -> Iterator[str]:
        """What a user should know of a design that is well formed: values and points that are given twice."""
        for factor in self.factors:
            if factor.dropped:
                again = ", ".join(map(repr, factor.dropped))
                kept = ", ".join(f"{value:.12g}" for value in factor.values)
                yield (
                    f"{self.name}: '{factor.key}': {again} stands there again, alike or but for rounding; the values "
                    f"run are {kept}."
                )
        pairs = repeated(self.points) if self.kind == "list" else []
        if pairs:
            named = ", ".join(f"{later + 1} is {earlier + 1}" for later, earlier in pairs[:NAMED])
            more = f" and {len(pairs) - NAMED} more" if len(pairs) > NAMED else ""
            yield f"{self.name}: points are given twice ({named}{more}); each is run once, and stands under both."
        if self.drawn is not None and not self.replicates.equal:
            yield f"{self.name}: the members weigh unequally; figures and exports of a sweep give each the same weight."

    def problem(self) -> dict[str, Any]:
        """The description of the parameters that SALib's samplers and analyses take; bounds in the unit interval."""
        return {
            "num_vars": len(self.factors),
            "names": [factor.key for factor in self.factors],
            "bounds": [[0.0, 1.0] for _ in self.factors],
        }


def list_designs() -> dict[str, str]:
    """The designs that come with Kingmaker: name and title."""
    return {path.stem: load_design(path.stem).title for path in sorted(FOLDER.glob("*.toml"))}


def load_design(name_or_path: str | Path | Design, entries: Mapping[str, object] | None = None) -> Design:
    """Read a design: a name among :func:`list_designs`, or a path that ends in ``.toml``.

    ``entries`` replace those of the file (``months``, ``replications``, ``seed``), where they are not None.

    Raises:
        KingmakerError: with every fault of the file in one message.
    """
    if isinstance(name_or_path, Design):
        return name_or_path
    path = _locate(str(name_or_path))
    given = {name: value for name, value in (entries or {}).items() if value is not None}
    return build_design(read_design_file(path).model_copy(update=given), path.stem, str(path), path)


def _locate(name: str) -> Path:
    if name.endswith(".toml"):
        if not is_there(Path(name)):
            raise DesignError(f"There is no design file {shown(name)}.")
        return Path(name)
    known = [path.stem for path in sorted(FOLDER.glob("*.toml"))]
    if name not in known:
        near = f" Did you mean the file '{name}.toml'?" if is_there(Path(f"{name}.toml")) else nearest(name, known)
        raise DesignError(
            f"There is no design {shown(name)}.{near} Known are {', '.join(known)}, "
            "or the path of a file ending in .toml."
        )
    return FOLDER / f"{name}.toml"


def build_design(entries: DesignFile, name: str, where: str, source: Path | None = None) -> Design:
    """A design from its entries; ``where`` names the place in messages.

    Raises:
        DesignError: with every fault in one message.
    """
    faults: list[str] = []
    setting = _scenario(entries.scenario, where, source)
    months = setting.months if entries.months is None else entries.months
    declared = setting.declared()
    try:
        check_months(months, where)
    except KingmakerError as fault:
        faults.append(str(fault))
    design = Design(
        name=name,
        kind=entries.kind,
        setting=setting,
        months=months,
        title=entries.title,
        description=entries.description,
        replications=entries.replications,
        seed=entries.seed,
        over=entries.over or LUCK,
        says_over=entries.over is not None,
        samples=entries.samples or 0,
        design_seed=entries.design_seed,
        second_order=entries.second_order,
        levels=entries.levels,
        measures=read_measures(entries.measures, where, faults, setting.measured()),
        statistics=read_statistics(entries.keep, months, where, faults),
        fixed=read_values(entries.set, f"{where}: set", faults, declared),
        factors=read_factors(entries, where, faults, declared),
        listed=_listed(entries, where, faults, declared),
        source=source,
        since=read_since(entries, months, where, faults),
    )
    faults += [f"{where}: {fault}" for fault in faults_of(entries, design.keys, design.fixed)]
    if not faults and (runs := number_of_runs(entries, design.factors)) > MOST_RUNS:
        faults.append(
            f"{where}: the design has {runs:,} runs; at most {MOST_RUNS:,} are allowed. "
            "Take fewer values or parameters, or a Latin hypercube."
        )
    if faults:
        raise DesignError("\n".join(faults))
    return design


def _listed(
    entries: DesignFile, where: str, faults: list[str], declared: Mapping[str, Declaration]
) -> tuple[Mapping[str, Value], ...]:
    """The points of a list; values that are equal but for rounding are made one, so that no point is run twice."""
    points = [read_values(p, f"{where}: points {i}", faults, declared) for i, p in enumerate(entries.points, 1)]
    keys = dict.fromkeys(key for point in points for key in point)
    same = {key: merged(point[key] for point in points if key in point) for key in keys}
    return tuple({key: same[key][value] for key, value in point.items()} for point in points)


def _scenario(name: str, where: str, source: Path | None) -> Scenario:
    beside = source.parent / name if source is not None and name.endswith(".toml") else Path(name)
    try:
        return load_scenario(str(beside) if name.endswith(".toml") else name)
    except KingmakerError as fault:
        raise DesignError(f"{where}: scenario: {fault}") from None
