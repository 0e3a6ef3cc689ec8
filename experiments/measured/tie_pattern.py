"""What stands in the model of the ties that the data give up to February 2023 (pattern C14)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.agents.startup import EXCLUSIVE
from kingmaker.agents.types import NONE, BoolArray, FloatArray
from kingmaker.environment.inputs.table_rows import TieRow
from kingmaker.experiments.measured.trace import HOSTS, STAKES, TracedEconomy

if TYPE_CHECKING:
    from kingmaker.environment.inputs.tables import Tables


def dated(tables: Tables, kind: str, last: int) -> dict[tuple[str, str], list[TieRow]]:
    """The ties of a kind between labs and clouds of the data that begin up to month ``last``, by (lab, cloud)."""
    labs, clouds = {row.id for row in tables.startups}, {row.id for row in tables.clouds}
    found: dict[tuple[str, str], list[TieRow]] = {}
    for tie in sorted(tables.ties, key=lambda tie: tie.start):
        ends = (tie.source_node, tie.target_node) if kind == "cloud_contract" else (tie.target_node, tie.source_node)
        if tie.kind == kind and tie.start <= last and ends[0] in labs and ends[1] in clouds:
            found.setdefault(ends, []).append(tie)
    return found


def _seen(model: TracedEconomy, name: str, lab: str, last: int) -> FloatArray:
    return np.asarray(model.trace.at(name, last)[:, model.trace.labs.index(lab)])


def _hosted(model: TracedEconomy, lab: str, cloud: str, last: int) -> BoolArray:
    """Whether a lab has a contract with a cloud, as its first host or another, (worlds,)."""
    slot, kept = model.trace.buyers.index(cloud), model.trace.names()
    rows = [f"lab_{host}" for host in HOSTS if f"lab_{host}" in kept]
    return np.asarray(np.any([_seen(model, row, lab, last) == slot for row in rows], axis=0))


def _stake(model: TracedEconomy, lab: str, cloud: str, last: int) -> FloatArray:
    """The share of a lab that a cloud holds, (worlds,)."""
    slot = model.trace.buyers.index(cloud)
    held = np.zeros(model.worlds)
    for holder, share in STAKES:
        if f"lab_{holder}" in model.trace.names():
            here = _seen(model, f"lab_{holder}", lab, last) == slot
            held = held + np.where(here, _seen(model, f"lab_{share}", lab, last), 0.0)
    return held


def standing(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Share of the dated contracts and stakes that stand in month ``last``, of labs that are still in business."""
    alive, stands = np.zeros(model.worlds), np.zeros(model.worlds)
    for lab, cloud in dated(model.tables, "cloud_contract", last):
        here = _seen(model, "lab_alive", lab, last) > 0.0
        alive, stands = alive + here, stands + (here & _hosted(model, lab, cloud, last))
    for (lab, cloud), ties in dated(model.tables, "equity", last).items():
        here = _seen(model, "lab_alive", lab, last) > 0.0
        least = sum(tie.share or 0.0 for tie in ties) - 1e-9
        alive, stands = alive + here, stands + (here & (_stake(model, lab, cloud, last) >= least))
    return np.asarray(stands / np.maximum(alive, 1.0))


def openai_bound(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """1 where OpenAI rents from Microsoft alone, by an exclusive contract, in month ``last``."""
    exclusive = _seen(model, "lab_contract", "openai", last) == EXCLUSIVE
    alone = _seen(model, "lab_second", "openai", last) == NONE
    return np.asarray(exclusive & alone & _hosted(model, "openai", "microsoft", last), dtype=np.float64)


def google_in_anthropic(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """The share of Anthropic that Google holds in month ``last``."""
    return _stake(model, "anthropic", "google", last)


def others_bound(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Share of the labs with a dated contract, OpenAI left out, that an exclusive contract binds in month ``last``."""
    labs = dict.fromkeys(lab for lab, _ in dated(model.tables, "cloud_contract", last) if lab != "openai")
    bound = [
        (_seen(model, "lab_contract", lab, last) == EXCLUSIVE) & (_seen(model, "lab_alive", lab, last) > 0.0)
        for lab in labs
    ]
    return np.asarray(np.mean(bound, axis=0))


TIES: dict[str, Callable[[TracedEconomy, int, int], FloatArray]] = {
    "dated_ties_standing": standing,
    "openai_bound_to_azure": openai_bound,
    "google_stake_in_anthropic": google_in_anthropic,
    "other_labs_bound": others_bound,
}
