"""What has changed between the design that a folder holds and the one that is asked for, value by value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kingmaker.experiments.sweep.identity import plain

GROWING = ("replications", "samples", "seed", "design_seed", "factors", "listed", "points", "parameters")
MOST_TOLD = 3  # changed points of a list
TEXTS = ("name", "title", "description", "overridden", "folders", "data", "months")


def changes_of_points(there: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The differences in points, seeds and replications; one clause each."""
    told = [
        f"{key} is {short(there.get(key))} there and {short(now[key])} now"
        for key in ("samples", "design_seed", "seed", "replications")
        if there.get(key) != now[key]
    ]
    told += _factors(there.get("factors") or {}, now["factors"])
    told += _listed(there.get("listed") or [], now["listed"])
    if not told and there.get("points") != now["points"]:
        told.append("the values of its points are others")
    return told


def other_changes(there: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The differences in all else: what is kept, months, scenario; no sweep can grow over them."""
    told = [
        f"{key} is {short(there.get(key))} there and {short(value)} now"
        for key, value in now.items()
        if key not in (*GROWING, "scenario") and there.get(key) != value
    ]
    if "over" in there and "over" not in now:
        told.append("it is over a posterior there and over luck now")
    before, after = _essence(there.get("scenario") or {}), _essence(now["scenario"])
    for key, value in after.items():
        old = before.get(key)
        if old == value:
            continue
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            told += [f"{key} of the scenario: {clause}" for clause in _mapping(old, value)]
        else:
            told.append(f"{key} of the scenario is {short(old)} there and {short(value)} now")
    return told


def _mapping(there: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for key in dict.fromkeys([*there, *now]):
        if there.get(key) != now.get(key):
            yield f"'{key}' is {_value(there.get(key))} there and {_value(now.get(key))} now"


def _factors(there: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for key in dict.fromkeys([*there, *now]):
        old, new = there.get(key), now.get(key)
        if old is None or new is None:
            yield f"'{key}' is {'varied now, not there' if old is None else 'varied there, not now'}"
        elif "values" in old and "values" in new:
            added = [value for value in new["values"] if value not in old["values"]]
            gone = [value for value in old["values"] if value not in new["values"]]
            if added or gone:
                yield f"'{key}': {_exchanged(gone, added)}"
            elif old != new:
                yield f"'{key}': the same values in another order"
        else:
            yield from (f"'{key}': {clause}" for clause in _mapping(old, new))


def _exchanged(gone: Sequence[Any], added: Sequence[Any]) -> str:
    """Such as ``0.5 there is 0.6 now``, or ``0.25 is new``."""
    if len(gone) == len(added):
        return ", ".join(f"{_value(old)} there is {_value(new)} now" for old, new in zip(gone, added, strict=True))
    told = [f"{', '.join(map(_value, added))} {'is' if len(added) == 1 else 'are'} new"] if added else []
    told += [f"{', '.join(map(_value, gone))} {'is' if len(gone) == 1 else 'are'} no longer there"] if gone else []
    return " and ".join(told)


def _listed(there: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    told = [
        f"point {place}: {clause}"
        for place, (old, new) in enumerate(zip(there, now, strict=False), 1)
        for clause in _mapping(old, new)
    ]
    yield from told[:MOST_TOLD]
    if len(told) > MOST_TOLD:
        yield f"and {len(told) - MOST_TOLD} more values"
    if len(there) != len(now):
        yield f"it has {len(there)} points there and {len(now)} now"


def _essence(scenario: Mapping[str, Any]) -> dict[str, Any]:
    """What of a scenario's record makes the numbers: not its texts, and not where its files lie.

    What stands in those files is covered by the digests of code and data.
    """
    found = {key: plain(value) for key, value in scenario.items() if key not in TEXTS}
    found["events"] = [{key: e[key] for key in e if key != "why"} for e in found.get("events", [])]
    return found


def _value(value: Any) -> str:
    return "not set" if value is None else short(value).strip('"')


def short(value: Any) -> str:
    """A value as JSON, cut if it is long."""
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
