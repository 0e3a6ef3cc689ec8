"""When the sign flips: which parameters, in which range, and what the world looks like there; in words, as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.core.measures import Measure
from kingmaker.environment.inputs.parameters import Declaration
from kingmaker.experiments.stats.prim_box import Box, box_of
from kingmaker.experiments.stats.turning import FEWEST, Turning
from kingmaker.experiments.studies.compare.difference_words import digits, in_unit
from kingmaker.experiments.terminal.safe_text import for_markdown

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray

COLUMNS = (
    "window", "measure", "sign", "share", "what", "name", "rho", "p_holm", "box_low", "box_high", "lower_third",
    "upper_third", "turned_in_lower", "turned_in_upper", "there", "elsewhere",
)  # fmt: skip
MEANINGS = {
    "window": ("", "window"),
    "measure": ("", "measure of whose effect the sign flips"),
    "sign": ("", "the less frequent sign"),
    "share": ("0-1", "share of the members that have it"),
    "what": ("", "parameter that goes with the effect, or measure of the world without the policy"),
    "name": ("", "its name"),
    "rho": ("-1 to 1", "rank correlation of the parameter with the effect (Spearman)"),
    "p_holm": ("0-1", "p value of none, after Holm's correction over all parameters or measures"),
    "box_low": ("unit of the parameter", "lower limit of the box in which the sign flips (PRIM)"),
    "box_high": ("unit of the parameter", "upper limit"),
    "lower_third": ("unit of the parameter", "a third of the members lies at most here"),
    "upper_third": ("unit of the parameter", "a third of the members lies at least here"),
    "turned_in_lower": ("0-1", "share of the less frequent sign in the lower third"),
    "turned_in_upper": ("0-1", "the same in the upper third"),
    "there": ("unit of the measure", "median of the measure under A where the sign flips"),
    "elsewhere": ("unit of the measure", "the same in the other members"),
}
LOOKS = 3  # measures by which a world is described


@dataclass(frozen=True)
class Told:
    """Where the sign of one effect flips.

    Attributes:
        label: of the effect.
        turn: None where too few members have either sign.
        box: of the parameters that go with it; None where none does, or PRIM is not installed or finds none.
    """

    label: str
    turn: Turning | None
    box: Box | None


def told_of(label: str, turn: Turning | None, parameters: Mapping[str, FloatArray]) -> Told:
    """With the box that PRIM finds over the parameters that go with the effect."""
    if turn is None or not turn.drivers:
        return Told(label, turn, None)
    import pandas as pd

    columns = pd.DataFrame({driver.key: parameters[driver.key] for driver in turn.drivers})
    try:
        return Told(label, turn, box_of(columns, turn.turned, label))
    except KingmakerError:  # the extra is not installed, or there is no such box: the thirds tell all the same
        return Told(label, turn, None)


def sentences(
    told: Told, known: Mapping[str, Measure], declared: Mapping[str, Declaration], others: int
) -> Iterator[str]:
    """A bullet of Markdown for one effect.

    Args:
        told: where it flips.
        known: the measures, for the traits.
        declared: the parameters, for their units.
        others: how many parameters are drawn.
    """
    name = f"- **{for_markdown(told.label)}**"
    if told.turn is None:
        yield f"{name}: fewer than {FEWEST} members have the other sign, too few to say where."
        return
    turn = told.turn
    sign = "rises" if turn.up else "falls"
    head = f"{name} {sign} in {turn.turned.sum()} of {len(turn.turned)} members"
    if not turn.drivers:
        yield f"{head}; none of the {others} parameters drawn goes with it clearly enough to be named."
        return
    yield f"{head}, mostly {_where(told, declared)}.{_looks(turn, known)}"


def _where(told: Told, declared: Mapping[str, Declaration]) -> str:
    """The box, or the thirds of the parameter that goes with the effect most closely."""
    assert told.turn is not None
    box = told.box
    if box is not None and not box.limits.empty:
        limits = " and ".join(
            f"`{row.parameter}` {_range(row, declared)}" for row in box.limits.sort_values("p_value").itertuples()
        )
        return f"where {limits}: there in {100 * box.density:.0f} % of the members, elsewhere in {_outside(box):.0f} %"
    first = told.turn.drivers[0]
    low = first.turned_low >= first.turned_high
    bound, share = (first.lower, first.turned_low) if low else (first.upper, first.turned_high)
    other = first.turned_high if low else first.turned_low
    side = "at most" if low else "at least"
    return (
        f"where `{first.key}` is {side} {digits(bound)}{_unit(first.key, declared)} (a third of the members): there "
        f"in {100 * share:.0f} % of them, at the other end in {100 * other:.0f} %"
    )


def _outside(box: Box) -> float:
    """Per cent of the members outside the box that are turned."""
    cases, inside = box.share * box.points, box.density * box.mass * box.points
    outside = (1.0 - box.mass) * box.points
    return 100.0 * (cases - inside) / outside if outside > 0 else 0.0


def _range(row: object, declared: Mapping[str, Declaration]) -> str:
    low, high = float(getattr(row, "low")), float(getattr(row, "high"))  # noqa: B009 - of a named tuple
    least, most = float(getattr(row, "low_sampled")), float(getattr(row, "high_sampled"))  # noqa: B009
    unit = _unit(str(getattr(row, "parameter")), declared)  # noqa: B009
    if low <= least:
        return f"is at most {digits(high)}{unit}"
    if high >= most:
        return f"is at least {digits(low)}{unit}"
    return f"is {digits(low)} to {digits(high)}{unit}"


def _unit(key: str, declared: Mapping[str, Declaration]) -> str:
    unit = declared[key].unit if key in declared else ""
    return f" {unit}" if unit and unit not in ("1", "0-1", "share") else ""


def _looks(turn: Turning, known: Mapping[str, Measure]) -> str:
    """What the world looks like there, without the policy."""
    found = []
    for trait in turn.traits[:LOOKS]:
        if (measure := known.get(trait.name)) is not None:
            there, elsewhere = (in_unit(measure, value) for value in (trait.there, trait.elsewhere))
            found.append(f"*{for_markdown(measure.label)}* is {for_markdown(f'{there} (elsewhere {elsewhere})')}")
    return f" In the members with that sign, {'; '.join(found)}." if found else ""


def table_of(told: Mapping[tuple[str, str], Told]) -> pd.DataFrame:
    """One row for each parameter and measure named, with the columns :data:`COLUMNS`."""
    import pandas as pd

    rows: list[tuple[object, ...]] = []
    for (window, measure), each in told.items():
        turn = each.turn
        if turn is None:
            continue
        head = (window, measure, "+" if turn.up else "-", float(turn.turned.mean()))
        limits: dict[str, tuple[Any, ...]] = {}
        if each.box is not None:
            ends_of = each.box.limits[["parameter", "low", "high"]].to_numpy().tolist()
            limits = {key: (low, high) for key, low, high in ends_of}
        for one in turn.drivers:
            ends = limits.get(one.key, (np.nan, np.nan))
            thirds = (one.lower, one.upper, one.turned_low, one.turned_high)
            rows.append((*head, "parameter", one.key, one.rho, one.p, *ends, *thirds, np.nan, np.nan))
        for trait in turn.traits:
            rows.append((*head, "world", trait.name, np.nan, trait.p, *[np.nan] * 6, trait.there, trait.elsewhere))
    return pd.DataFrame(rows, columns=list(COLUMNS))
