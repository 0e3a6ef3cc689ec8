"""Chronicle: each step of a procedure as a dated sentence, and each case as an edge of the graph."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.regulator import REMEDIES
from kingmaker.agents.types import BoolArray, IntArray
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.ties import relations


def tell_steps(
    e: Economy,
    *,
    own: BoolArray,
    opens: BoolArray,
    cleared: BoolArray,
    powerless: BoolArray,
    opinions: BoolArray,
    remedied: BoolArray,
    binds: BoolArray,
    lapses: BoolArray,
    loses: BoolArray,
) -> None:
    """One sentence for each step of this month; each argument is of shape (worlds, authorities)."""
    if not e.partnerships.keep:
        return
    regulators = e.regulators.view()
    names = e.clouds.table.names
    told = (
        (own, "opens an inquiry of its own motion, first into {target}"),
        (opens, "opens an inquiry, first into {target}: {evidence}"),
        (cleared, "closes its inquiry into {target} without a remedy: the evidence does not stand"),
        (powerless, "closes its inquiry into {target}: harm found, and no remedy that it may impose"),
        (opinions, "publishes an opinion on {target} and others: harm found, no remedy of its own"),
        (remedied, "concludes on {target}: the remedy is {remedy}, in force in {window} months"),
        (binds, "the time to comply is over: {remedy} is in force"),
        (lapses, "reviews its remedy and lifts it: the evidence does not stand any more"),
        (loses, "lifts its remedy: it may impose none any more"),
    )
    for where, sentence in told:
        for world, slot in zip(*np.nonzero(where), strict=True):
            one = np.zeros_like(where)
            one[world, slot] = True
            parts = {
                "concentration": regulators.concentrated, "tenants not served": regulators.short,
                "foreclosure": regulators.foreclosed, "stakes": regulators.tied,
            }  # fmt: skip
            text = sentence.format(
                target=names.get((int(world), int(regulators.target[world, slot])), "no cloud"),
                remedy=REMEDIES[int(regulators.remedy[world, slot])],
                window=f"{float(regulators.window_months[world, slot]):.0f}",
                evidence=", ".join(f"{name} {float(part[world, slot]):.3f}" for name, part in parts.items()),
            )
            e.note_event(one, "regulators", "policy", text)


def note_cases(
    e: Economy,
    *,
    own: BoolArray,
    opens: BoolArray,
    ends: BoolArray,
    remedied: BoolArray,
    lapses: BoolArray,
    before: IntArray,
) -> None:
    """An authority's case against the cloud that it names first: an edge, from inquiry to the end of a remedy.

    ``before`` (worlds, authorities) is whom each named until this month; the others are its steps of this month.
    """
    regulators = e.regulators.view()
    target = regulators.target
    relations.inquiry_ends(e, ends, before)
    relations.inquiry(e, opens, own, target)
    relations.remedy(e, remedied, regulators.remedy, target)
    relations.remedy_ends(e, lapses, target)
