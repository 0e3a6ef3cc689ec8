"""Nothing appears or vanishes, nothing is negative, nothing is NaN: baseline, random parameters, many firms."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from environment import ComputeEconomy
from environment.ledger import TOLERANCE
from environment.measures import MEASURES
from tests.helpers import random_parameters, states, structure

# the rest of the economy (slot 0) and the public sector are the other side of all accounts; they may run a deficit
OUTSIDE = "sectors."
STOCKS = ("cash", "prepaid", "fixed", "stakes", "loans", "debt", "deferred", "compute", "capacity", "used", "sold",
          "inside", "rented", "let", "wanted", "weight", "burn", "staff", "revenue", "training", "own_output",
          "delivered", "raised_cash", "vendor_cash", "paid_funds", "paid_clouds", "invested", "software",
          "value")  # fmt: skip
CHIPS = ("outstanding", "deposits", "need", "planned", "stock", "awaiting", "running", "grey", "produced", "delivered",
         "retired", "depreciation", "lead", "price")  # fmt: skip
SHARES = ("sentiment", "utilisation", "shortage", "fill", "second_share", "vendor_share", "vendor_before_share",
          "adoption", "self_hosting", "talent", "data", "distribution", "openness", "readiness")  # fmt: skip
ROUNDING = 1e-9


def faults(model: ComputeEconomy) -> Iterator[str]:
    """What is wrong with the state after a month; each line names the array, the place and the number."""
    for name, array in states(model).items():
        if array.dtype.kind != "f":
            continue
        column = name.split(".")[1]
        if not np.isfinite(array).all():
            yield f"{name} is not finite at {np.argwhere(~np.isfinite(array))[0].tolist()}"
            continue
        stock = column in (CHIPS if name.startswith("chips.") else STOCKS) and not name.startswith(OUTSIDE)
        scale = 1.0 + np.abs(array).max(initial=0.0)
        if stock and (array < -ROUNDING * scale).any():
            where = np.argwhere(array < -ROUNDING * scale)[0]
            yield f"{name} is negative at {where.tolist()}: {array[tuple(where)]!r}"
        if column in SHARES and ((array < -ROUNDING) | (array > 1.0 + ROUNDING)).any():
            where = np.argwhere((array < -ROUNDING) | (array > 1.0 + ROUNDING))[0]
            yield f"{name} is no share at {where.tolist()}: {array[tuple(where)]!r}"
    clouds = model.populations["clouds"].table.data
    over = clouds["inside"] - clouds["rented"] + clouds["sold"] + clouds["let"] - clouds["capacity"]
    if (over > ROUNDING * (1.0 + clouds["capacity"])).any():
        yield f"compute used above capacity at {np.argwhere(over > 0)[0].tolist()}"
    for name in MEASURES:
        latest = model.measures.array(name)[-1]
        if not np.isfinite(latest).all():
            yield f"measure {name} is not finite"
    if (model.measures.array("ledger_residual")[-1] > TOLERANCE).any():
        yield "the ledger does not close"


def run(worlds: list[dict[str, Any]], months: int | None = None) -> str | None:
    """The first fault of a stack, or None."""
    model = ComputeEconomy.stack(worlds, months=months)
    try:
        with np.errstate(divide="raise", invalid="raise", over="raise"):
            while model.running:
                model.step()
                for fault in faults(model):
                    return f"month {model.month - 1}: {fault}"
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in where if "/environment/" in frame.filename or "/agents/" in frame.filename]
        frame = (ours or where)[-1]
        return f"month {model.month}: {type(error).__name__}: {error} ({frame.filename}:{frame.lineno})"
    return None


def guilty(worlds: list[dict[str, Any]], first: int = 0, months: int | None = None) -> list[str]:
    """Halve a stack that fails until each world at fault stands alone."""
    fault = run(worlds, months)
    if fault is None:
        return []
    if len(worlds) == 1:
        seed = worlds[0]["rng"]
        return [f"world {first} (rng {seed}): {fault}"]
    half = len(worlds) // 2
    found = guilty(worlds[:half], first, months) + guilty(worlds[half:], first + half, months)
    return found or [f"worlds {first} to {first + len(worlds) - 1} fail together only: {fault}"]


def sample(stack: int, size: int) -> list[dict[str, Any]]:
    """One stack of random worlds; the shared structure is random too."""
    rng = np.random.default_rng(1000 + stack)
    shared = structure(rng)
    return [{"rng": int(rng.integers(2**40)), **shared, **random_parameters(rng)} for _ in range(size)]


def test_the_baseline_conserves_everything() -> None:
    """In every month of the baseline, to its horizon."""
    assert not guilty([{"rng": 1}])


@pytest.mark.parametrize("scenario", ["interoperability", "no_export_control", "tight_export_cap"])
def test_the_other_scenarios_conserve_everything(scenario: str) -> None:
    assert not guilty([{"rng": 2, "scenario": scenario}])


def test_random_parameters_conserve_everything_in_short() -> None:
    found = guilty(sample(99, 16), months=24)
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("stack", range(5))
def test_random_parameters_conserve_everything(stack: int) -> None:
    """Five stacks of forty: 200 random parameter sets inside their ranges, over the whole horizon."""
    found = guilty(sample(stack, 40))
    assert not found, "\n".join(found)


@pytest.mark.slow
def test_ten_thousand_startups_conserve_everything() -> None:
    assert not guilty([{"rng": 1, "startups.number": 10_000}])


@pytest.mark.parametrize("end", ["low", "high"])
def test_each_parameter_at_an_end_of_its_range_conserves_everything(end: str) -> None:
    """One parameter at a time at its bound, all else as in the baseline: what a reader tries first."""
    from environment.parameters import DECLARATIONS

    worlds = [
        {"rng": 4, "startups.number": 40, key: getattr(declared, end)}
        for key, declared in DECLARATIONS.items()
        if not declared.structural
    ]
    found = guilty(worlds, months=30)
    keys = [list(world)[2] for world in worlds]
    named = [f"{keys[int(line.split(' ')[1])]}: {line}" for line in found]
    assert not found, "\n".join(named)


def test_dead_slots_hold_defaults_and_exact_zeros() -> None:
    """After every month, also in slots that lived before."""
    model = ComputeEconomy.stack(
        [{"rng": 1}, {"rng": 2, "startups.failure_months": 6.0, "startups.entry_rate": 0.1}], months=60
    )
    died = 0
    while model.running:
        before = {name: population.table.alive.copy() for name, population in model.populations.items()}
        model.step()
        for name, population in model.populations.items():
            table = population.table
            dead = ~table.alive
            died += int((dead & before[name]).sum())
            assert (table.ids[dead] == 0).all(), name
            for column, declared in table.columns.items():
                values = table.data[column][dead]
                assert (values == declared.default).all(), f"month {model.month - 1}: {name}.{column}"
    assert died > 20


def test_the_living_have_ids_of_their_own() -> None:
    model = ComputeEconomy(rng=1, months=48)
    ever: dict[int, str] = {}
    while model.running:
        model.step()
        for name, population in model.populations.items():
            ids = population.table.ids[population.table.alive]
            assert len(np.unique(ids)) == len(ids), name
            assert (ids > 0).all()
            for one in ids:
                assert ever.setdefault(int(one), name) == name


def test_the_number_of_slots_never_grows() -> None:
    model = ComputeEconomy(rng=1, months=60, **{"startups.entry_rate": 0.2, "startups.slots_factor": 1.1})
    slots = {name: population.slots for name, population in model.populations.items()}
    model.run()
    assert slots == {name: population.slots for name, population in model.populations.items()}
    assert model.economy.refused_entries[0] > 0.0
    assert any("refused entry" in note for note in model.notes())
