"""The parts of a design file: parameters, points, measures, statistics; and what is wrong with it as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kingmaker.agents.calendar import month_label, month_number
from kingmaker.agents.errors import KingmakerError, nearest, shown
from kingmaker.environment.core.measures import Measure
from kingmaker.environment.inputs.parameters import Declaration, ParameterError, check
from kingmaker.experiments.design.design_file import DesignFile
from kingmaker.experiments.design.factors import Factor, read_factor
from kingmaker.experiments.design.replicates import LUCK, POSTERIOR
from kingmaker.experiments.stats.run_statistics import check_statistic

MOST_RUNS = 2_000_000  # their ids are held in memory
CROSSED = ("grid", "list")  # kinds of which a factorial may be made
MEMBERS = ".parquet"  # how the name of a file of members ends

Value = float | int


def _flat(table: Mapping[str, Any], known: Mapping[str, Declaration]) -> Iterator[tuple[str, Any]]:
    """Keys with their group, whether or not the file has them in quotes."""
    groups = {key.split(".")[0] for key in known}
    for key, value in table.items():
        if key in groups and isinstance(value, Mapping):
            yield from ((f"{key}.{name}", inner) for name, inner in value.items())
        else:
            yield key, value


def read_values(
    table: Mapping[str, Any], where: str, faults: list[str], known: Mapping[str, Declaration]
) -> dict[str, Value]:
    """Checked values of parameters that are ``known``; what is wrong with them is added to ``faults``."""
    values: dict[str, Value] = {}
    for key, value in _flat(table, known):
        try:
            values[key] = check(key, value, where, known)
        except ParameterError as fault:
            faults.append(str(fault))
    return values


def read_factors(
    entries: DesignFile, where: str, faults: list[str], known: Mapping[str, Declaration]
) -> tuple[Factor, ...]:
    """The varied parameters; what is wrong with them is added to ``faults``."""
    found = []
    for key, given in _flat(entries.parameters, known):
        try:
            found.append(read_factor(key, given, entries.kind, f"{where}: parameters", known))
        except KingmakerError as fault:
            faults.append(str(fault))
    return tuple(found)


def read_measures(
    names: Sequence[str] | None, where: str, faults: list[str], known: Mapping[str, Measure]
) -> tuple[str, ...]:
    """The measures to keep, all that are ``known`` if None; what is wrong with them is added to ``faults``."""
    for name in names or ():
        if name not in known:
            faults.append(f"{where}: measures: there is no measure '{name}'.{nearest(name, known)}")
    if names is not None and not names:
        faults.append(f"{where}: measures is an empty list; leave it out to keep all.")
    return tuple(known) if names is None else tuple(dict.fromkeys(names))


def read_statistics(keep: str | Sequence[str], months: int, where: str, faults: list[str]) -> tuple[str, ...]:
    """The statistics to keep, none for monthly values; what is wrong with them is added to ``faults``."""
    if keep == "monthly":
        return ()
    names = [keep] if isinstance(keep, str) else list(keep)
    if not names:
        faults.append(f'{where}: keep is an empty list; write "monthly", or statistics such as ["last12", "final"].')
    for name in names:
        try:
            check_statistic(name, months, f"{where}: keep")
        except KingmakerError as fault:
            faults.append(str(fault))
    return tuple(dict.fromkeys(names))


def read_since(entries: DesignFile, months: int, where: str, faults: list[str]) -> int | None:
    """The month from which levers are held, None for all months; what is wrong with it is added to ``faults``."""
    if entries.since is None:
        return None
    if entries.kind not in CROSSED:
        faults.append(f'{where}: since belongs to a factorial: kind = "grid" or "list", not "{entries.kind}".')
    try:
        month = month_number(entries.since)
    except KingmakerError as fault:
        faults.append(f"{where}: since: {fault}")
        return None
    if month >= months:
        last = month_label(months - 1)
        faults.append(f"{where}: since is {entries.since}; allowed are months to {last}, the last that is run.")
    return month


def faults_of(entries: DesignFile, varied: Sequence[str], fixed: Mapping[str, Value]) -> Iterator[str]:
    """What is wrong with the design as a whole, one sentence each."""
    if entries.replications < 1:
        yield f"replications is {entries.replications}; allowed is a whole number from 1 on."
    if entries.over not in (None, LUCK, POSTERIOR) and not entries.over.endswith(MEMBERS):
        yield (
            f"over is {shown(entries.over)}; allowed is {LUCK}, {POSTERIOR}, or a file of members ending in {MEMBERS}."
            f"{nearest(entries.over, [LUCK, POSTERIOR])}"
        )
    if not 0 <= entries.seed < 2**62:
        yield f"seed is {entries.seed}; allowed is a whole number from 0 to 2**62 - 1."
    if not 0 <= entries.design_seed < 2**32:
        yield f"design_seed is {entries.design_seed}; allowed is a whole number from 0 to 2**32 - 1."
    if entries.kind == "list":
        if entries.parameters:
            yield "a list has no [parameters]; name the values at each of its [[points]]."
        if not entries.points:
            yield "a list needs at least one [[points]]."
    else:
        if entries.points:
            yield f'[[points]] belong to kind = "list", not to "{entries.kind}".'
        if not entries.parameters:
            yield "[parameters] is empty; name at least one parameter."
    if entries.kind in ("grid", "list") and entries.samples is not None:
        yield f"samples is given, but the number of runs of a {entries.kind} follows from its points."
    yield from _faults_of_sampling(entries)
    for key in sorted(set(varied) & set(fixed)):
        yield f"'{key}' stands in set and is varied as well; keep one of the two."


def _faults_of_sampling(entries: DesignFile) -> Iterator[str]:
    least = {"lhs": 1, "sobol": 2, "morris": 2}.get(entries.kind)
    if least is None:
        return
    samples = entries.samples or 0
    if samples < least:
        given = "missing" if entries.samples is None else entries.samples
        yield f"samples is {given}; a design of kind {entries.kind} needs at least {least}."
    elif entries.kind == "sobol" and samples & (samples - 1):
        yield f"samples is {samples}; a Sobol design needs a power of two, such as 256."
    if entries.kind == "morris" and (entries.levels < 2 or entries.levels % 2):
        yield f"levels is {entries.levels}; allowed is an even number from 2 on."


def number_of_runs(entries: DesignFile, factors: Sequence[Factor]) -> int:
    """How many runs a design has, without making its points."""
    k = len(factors)
    points = len(entries.points)
    if entries.kind == "grid":
        points = 1
        for factor in factors:
            points *= len(factor.values)
    elif entries.kind != "list":
        blocks = {"lhs": 1, "sobol": 2 * k + 2 if entries.second_order else k + 2, "morris": k + 1}
        points = (entries.samples or 0) * blocks[entries.kind]
    return points * entries.replications
