"""What a notebook shows of a model: which run it is, how far it is, who lives in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kingmaker.agents.calendar import month_label
from kingmaker.agents.cards import card

if TYPE_CHECKING:
    from kingmaker.environment.model import ComputeEconomy

OUTSIDE = "sectors"  # the rest of the economy and the public sector: no firms
NEXT = "step(), run(), measures, parameters, partnerships.graph(), agents_by_type, branch(), kingmaker.run(model)"


def model_card(model: ComputeEconomy) -> str:
    """A table of what the model is, in HTML."""
    setting = model.setting
    labels = {each.label for each in model.settings}
    others = f" and {len(labels) - 1} more" if len(labels) > 1 else ""
    living = [
        f"{int(firms.table.alive[0].sum())} {name}"
        for name, firms in model.economy.populations.items()
        if name != OUTSIDE
    ]
    rows = {
        "scenario": f"{setting.label}{others}" + (f": {setting.title}" if setting.title else ""),
        "worlds": f"{model.worlds}" if model.worlds > 1 else f"one, seed {model.seed}",
        "months": f"{model.month} of {model.months} completed"
        + (f", the last is {month_label(model.month - 1)}" if model.month else ""),
        "alive" + (" in world 0" if model.worlds > 1 else ""): ", ".join(living),
    }
    notes = " ".join(model.notes())
    return card(type(model).__name__, rows | ({"to be known": notes} if notes else {}), NEXT)
