"""Worlds that differ in their luck alone belong together: groups of them, each with a short name."""

from __future__ import annotations

from collections.abc import Sequence

from kingmaker.environment.inputs.scenario import Scenario
from kingmaker.experiments.terminal.safe_text import one_line


def grouped(settings: Sequence[Scenario]) -> dict[str, list[int]]:
    """The places of the worlds of each scenario, by a name that tells it from the others.

    Pins that all worlds share are left out of the names.
    """
    kinds: list[Scenario] = []
    places: list[list[int]] = []
    for place, setting in enumerate(settings):
        found = next((k for k, kind in enumerate(kinds) if kind is setting or kind == setting), None)
        if found is None:
            kinds.append(setting)
            places.append([place])
        else:
            places[found].append(place)
    return dict(zip(_names(kinds), places, strict=True))


def _names(kinds: Sequence[Scenario]) -> list[str]:
    if len(kinds) == 1:
        return [one_line(kinds[0].label)]
    shared = set.intersection(*(set(kind.pinned.items()) for kind in kinds))
    files = len({kind.name for kind in kinds}) > 1
    found = []
    for kind in kinds:
        pins = [f"{key} = {value:g}" for key, value in kind.pinned.items() if (key, value) not in shared]
        told = [kind.name] if files or not pins else []
        found.append(one_line(", ".join((*told, *pins))))
    seen: dict[str, int] = {}
    for name in found:
        seen[name] = seen.get(name, 0) + 1
    return [name if seen[name] == 1 else f"{name} ({found[:k].count(name) + 1})" for k, name in enumerate(found)]


def seeds_told(seeds: Sequence[int]) -> str:
    """Such as ``seed 1``, ``seeds 1–20``, or ``8 seeds`` if they do not follow one another."""
    different = sorted(set(seeds))
    if len(different) == 1:
        return f"seed {different[0]}"
    if different[-1] - different[0] == len(different) - 1:
        return f"seeds {different[0]}–{different[-1]}"
    return f"{len(different)} seeds"
