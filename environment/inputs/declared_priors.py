"""Priors as they are declared with the parameters: their kinds, and what is wrong with one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kingmaker.agents.errors import nearest, shown

if TYPE_CHECKING:
    from kingmaker.environment.inputs.parameters import Declaration

PRIORS = {
    "normal": "normal; spread: standard deviation in the parameter's unit",
    "log": "log-normal; spread: standard deviation of the natural logarithm",
    "logit": "logit-normal between the ends of the range; spread: standard deviation of the logit",
    "uniform": "uniform; spread: half its width in the parameter's unit",
}


def prior_fault(d: Declaration) -> str:
    """What is wrong with a declared prior; nothing if it is sound, or if there is none."""
    if not d.prior:
        return f"has a spread, {d.spread:g}, and no kind; allowed is {', '.join(PRIORS)}." if d.spread else ""
    if d.prior not in PRIORS:
        return f"is {shown(d.prior)}; allowed is {', '.join(PRIORS)}, or nothing.{nearest(d.prior, PRIORS)}"
    if d.structural or d.integer:
        kind = "structural" if d.structural else "a whole number"
        return f"cannot be: it is {kind}, and only real numbers are drawn."
    if not (math.isfinite(d.spread) and d.spread > 0.0):
        return f"has the spread {d.spread:g}; allowed is a number above zero."
    if not d.low < d.default < d.high:
        return f"needs a value inside its range: {d.default:g} does not lie between {d.low:g} and {d.high:g}."
    if d.prior == "log" and d.default <= 0.0:
        return f"is log-normal, and its value {d.default:g} is not above zero."
    if d.prior == "logit" and not math.isfinite(d.high):
        return f"is logit-normal, and its range has no upper end; it is {d.high:g}."
    return ""
