"""A story as plain data, without the words of a language: what is precomputed, and what the answers are made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from kingmaker.experiments.classroom.network_places import positions
from kingmaker.experiments.classroom.records import AMOUNTS, Story, Tie
from kingmaker.experiments.classroom.what_changed import series

FACTORS = {"value": 1e-3, "cash": 1e-3}  # M$ are shown as G$
ROUNDING = 1e-6  # less than this is the rounding of a sum, in every unit shown
MAY_BE_ZERO = ("compute", "capability", "sales", "queue", "refused", "use")

Record = dict[str, Any]


def record_of(story: Story) -> Record:
    """The plain data of a story."""
    return {
        "nodes": _nodes(story),
        "amounts": {name: _amounts(story, name) for name in AMOUNTS},
        "ties": [_tie(tie) for tie in story.ties],
        "events": [[event.month, event.kind, event.who, event.text] for event in story.events],
        "flows": [[kind, payer, payee, series(paid)] for (kind, payer, payee), paid in story.flows.items()],
    }


def _nodes(story: Story) -> list[Record]:
    found = []
    for k, (node, (x, y)) in enumerate(zip(story.nodes, positions(story), strict=True)):
        months = np.flatnonzero(story.alive[k])
        found.append({
            "name": node.name, "kind": node.kind, "type": node.type, "region": node.region, "named": node.named,
            "weight": round(node.weight, 2), "x": round(x, 4), "y": round(y, 4), "first": int(months[0]),
            "end": int(months[-1]) + 1,
        })  # fmt: skip
    return found


def _amounts(story: Story, name: str) -> list[list[float | int | None] | None]:
    """A series for each firm, None where it never has any; three digits are enough for the size of a disc."""
    rows: list[list[float | int | None] | None] = []
    for k in range(len(story.nodes)):
        values = story.amounts[name][k].astype(np.float64) * FACTORS.get(name, 1.0)
        if name in MAY_BE_ZERO and not values.any():
            rows.append(None)
            continue
        alive = story.alive[k]
        rows.append([_short(value) if there else None for value, there in zip(values.tolist(), alive, strict=True)])
    return rows


def _short(value: float) -> float | int:
    number = float(f"{value:.3g}") if abs(value) > ROUNDING else 0.0
    return int(number) if number.is_integer() else number


def _tie(tie: Tie) -> Record:
    return {
        "source": tie.source, "target": tie.target, "kind": tie.kind, "form": tie.form, "role": tie.role,
        "first": tie.first, "end": tie.end, "since": tie.since, "share": [_short(value) for value in tie.shares],
        "money": [_short(value) for value in tie.money], "compute": [_short(value) for value in tie.compute],
        "terms": list(tie.terms),
    }  # fmt: skip
