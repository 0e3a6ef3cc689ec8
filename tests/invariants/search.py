"""``python -m tests.invariants.search --worlds 5000 --seed 0``: random worlds, in which nothing may be wrong.

Each world has its own seed and its own values of all parameters that may differ within a stack; all columns, stocks
and accounts are looked at after each month (:mod:`tests.invariants.stocks`). Of what fails, the smallest set of
parameters that still does is printed, ready to be pasted.

The rule of the draw. A world moves all parameters, half, a tenth or a thirtieth of them, each with the same chance; the
others keep their defaults. One value in eight is an end of its range. The others are uniform in the range, or
log-uniform if it spans more than two decades. For that, a range without an upper end goes to a hundred times the
default, and one that begins at zero begins at a thousandth of the default.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.parameters import DECLARATIONS, Declaration
from kingmaker.environment.model import ComputeEconomy
from tests.invariants.stocks import faults

STACK = 64
MOVED = (1.0, 0.5, 0.1, 1.0 / 30.0)  # share of the parameters that a world moves
END = 1.0 / 8.0  # chance that a value is an end of its range
WIDE = 100.0  # a range that spans more than this factor is drawn on a logarithmic scale
World = dict[str, Any]


@dataclass(frozen=True)
class Failure:
    """The first fault of a world: its month, what is at fault, and the whole sentence."""

    month: int
    what: str
    text: str


def draw_world(seed: int, number: int) -> World:
    """World ``number`` of the search with ``seed``: it does not depend on how many worlds there are."""
    rng = np.random.default_rng([seed, number])
    moved = MOVED[rng.integers(len(MOVED))]
    values: World = {"rng": int(rng.integers(2**40))}
    for key, declared in DECLARATIONS.items():
        if not declared.structural and rng.random() < moved:
            values[key] = draw_value(declared, rng)
    return values


def draw_value(declared: Declaration, rng: np.random.Generator) -> float | int:
    """One value in a declared range, by the rule of this page."""
    if rng.random() < END:
        value = declared.low if rng.random() < 0.5 else declared.high
    else:
        high = declared.high if math.isfinite(declared.high) else WIDE * declared.default
        floor = declared.low if declared.low > 0.0 else 1e-3 * declared.default
        logarithmic = declared.low >= 0.0 and floor > 0.0 and high / floor > WIDE
        value = (
            math.exp(rng.uniform(math.log(floor), math.log(high))) if logarithmic else rng.uniform(declared.low, high)
        )
    return round(value) if declared.integer else float(min(max(value, declared.low), declared.high))


def first_failure(worlds: Sequence[Mapping[str, Any]], months: int | None = None) -> Failure | None:
    """The first fault of a stack, or None; an exception of the model is a fault too.

    Raises:
        KingmakerError: what was given is no world (a value out of its range).
    """
    month = 0
    try:
        model = ComputeEconomy.stack(worlds, months=months)
        with np.errstate(divide="raise", invalid="raise", over="raise"):
            while model.running:
                month = model.month
                model.step()
                for fault in faults(model):
                    return Failure(month, fault.what, str(fault))
    except KingmakerError:
        raise
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in where if f"{os.sep}environment{os.sep}" in frame.filename]
        frame = (ours or where)[-1]
        place = f"{Path(frame.filename).name}:{frame.lineno}"
        return Failure(month, f"{type(error).__name__} at {place}", f"{type(error).__name__}: {error} ({place})")
    return None


def guilty(worlds: Sequence[World], months: int | None = None) -> list[tuple[World, Failure]]:
    """The worlds of a stack that fail, each with its fault: a stack at fault is halved until it stands alone."""
    failure = first_failure(worlds, months)
    if failure is None:
        return []
    if len(worlds) == 1:
        return [(worlds[0], failure)]
    half = len(worlds) // 2
    found = guilty(worlds[:half], months) + guilty(worlds[half:], months)
    together = Failure(failure.month, failure.what, f"{failure.text} (only in a stack of {len(worlds)})")
    return found or [(worlds[0], together)]


def shrink(world: World, failure: Failure) -> World:
    """The world with as few parameters moved as still fail in the same place: reset in ever smaller groups."""
    kept = dict(world)
    size = max(len(kept) // 2, 1)
    while size:
        for start in range(0, len(world), size):
            group = set(list(world)[start : start + size]) - {"rng"}
            fewer = {key: value for key, value in kept.items() if key not in group}
            if len(fewer) < len(kept) and _fails_so(fewer, failure):
                kept = fewer
        size //= 2
    seeded = {**kept, "rng": 1}
    return seeded if _fails_so(seeded, failure) else kept


def _fails_so(world: World, failure: Failure) -> bool:
    found = first_failure([world], failure.month + 2)
    return found is not None and found.what == failure.what


def search(worlds: int, seed: int, months: int, processes: int) -> list[tuple[World, Failure]]:
    """All worlds that fail; progress is printed to the terminal's error stream."""
    jobs = [(seed, first, min(STACK, worlds - first), months) for first in range(0, worlds, STACK)]
    found: list[tuple[World, Failure]] = []
    done, began = 0, time.monotonic()
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for (_, _, size, _), failed in zip(jobs, pool.imap(_search_stack, jobs), strict=True):
            done, found = done + size, found + failed
            rate = done / (time.monotonic() - began)
            print(f"\r{done} of {worlds} worlds, {len(found)} fail, {rate:.0f} a second", end="", file=sys.stderr)
    print(file=sys.stderr)
    return found


def _search_stack(job: tuple[int, int, int, int]) -> list[tuple[World, Failure]]:
    seed, first, size, months = job
    return guilty([draw_world(seed, number) for number in range(first, first + size)], months)


def reproduction(world: World, failure: Failure) -> str:
    """What to paste to see a failure."""
    pins = {key: value for key, value in world.items() if key != "rng"}
    lines = [
        f"# month {failure.month}: {failure.text}",
        "from tests.invariants.search import first_failure",
        "world = {",
    ]
    lines += [f'    "rng": {world["rng"]},', *(f'    "{key}": {value!r},' for key, value in pins.items()), "}"]
    text = "\n".join([*lines, f"print(first_failure([world], {failure.month + 2}))"])
    return text.replace(": inf,", ': float("inf"),')


def main() -> int:
    """Search, and print what fails with the fewest parameters moved."""
    parser = argparse.ArgumentParser(prog="python -m tests.invariants.search", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--worlds", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    failed = search(given.worlds, given.seed, given.months, given.processes)
    kinds: dict[str, list[tuple[World, Failure]]] = {}
    for world, failure in failed:
        kinds.setdefault(failure.what, []).append((world, failure))
    for what, members in kinds.items():
        world, failure = min(members, key=lambda member: len(member[0]))
        print(f"\n{what}: {len(members)} worlds; one of them, with as few parameters moved as still fail:\n")
        print(reproduction(shrink(world, failure), failure))
    print(f"\n{len(failed)} of {given.worlds} worlds of {given.months} months fail.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
