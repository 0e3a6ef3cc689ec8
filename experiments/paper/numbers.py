"""What the paper says in numbers, words made of numbers, and tables: all from its tables of runs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from environment.parameters import DECLARATIONS
from experiments import origins
from experiments.paper import flagship, replications, sobol
from experiments.paper.outcomes import BY_NAME, MONTHS, OUTCOMES, STACK, WINDOW
from experiments.paper.statistics import Interval, holm, stable_from
from experiments.phrases import listed

if TYPE_CHECKING:
    import pandas as pd

Changes = dict[tuple[str, str], Interval]


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Each placeholder of the template with its text."""
    frame = tables["flagship"]
    changes: Changes = {
        (policy, outcome.name): flagship.change(frame, point, outcome.name)
        for policy, point in flagship.POLICIES
        for outcome in OUTCOMES
    }
    stands = dict(zip(changes, holm(np.array([found.p for found in changes.values()])), strict=True))
    text = {
        "months": str(MONTHS), "window": str(WINDOW), "stack": str(STACK),
        "seeds": str(frame["seed"].nunique()), "points": str(len(frame.groupby(["duty", "cap"]))),
        "runs": str(len(frame)), "questions": str(len(changes)),
        "reference_cap": f"{flagship.REFERENCE[1]:g}", "tight_cap": f"{flagship.BOTH[1]:g}",
        "table_flagship": _flagship_table(frame, changes, stands),
        "interaction": _interaction(frame),
        "pairing": _pairing(frame),
    }  # fmt: skip
    for policy, _ in flagship.POLICIES:
        text[f"claims_{policy}"] = _claims(frame, policy, changes, stands)
    text |= _replications(tables["replications"], frame["seed"].nunique()) | _sobol(tables["sobol"])
    return text | _validation(tables["validation"]) | _sources()


def number(value: float, sign: bool = False) -> str:
    """Three digits that count, without exponents for sizes that occur here."""
    if value == 0.0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    shown = f"{value:{'+' if sign else ''}.{min(digits, 6)}f}"
    return shown.replace("-", "−")


def spread(found: Interval, sign: bool = True) -> str:
    """A mean with its interval."""
    return f"{number(found.mean, sign)} ({number(found.low, sign)} to {number(found.high, sign)})"


def _flagship_table(frame: pd.DataFrame, changes: Changes, stands: Mapping[tuple[str, str], bool]) -> str:
    head = ["outcome", "unit", "neither", "duty alone", "cap alone", "both"]
    rows = []
    for outcome in OUTCOMES:
        level = float(flagship.values(frame, flagship.REFERENCE, outcome.name).mean())
        cells = [
            spread(changes[policy, outcome.name]) + ("*" if stands[policy, outcome.name] else "")
            for policy, _ in flagship.POLICIES
        ]
        rows.append([outcome.label, outcome.unit, number(level), *cells])
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _claims(frame: pd.DataFrame, policy: str, changes: Changes, stands: Mapping[tuple[str, str], bool]) -> str:
    """What changes beyond doubt, each with its level, size and interval; and what does not."""
    said, silent = [], []
    for outcome in OUTCOMES:
        found = changes[policy, outcome.name]
        label = outcome.label[0].lower() + outcome.label[1:] if not outcome.label.startswith("China") else outcome.label
        if stands[policy, outcome.name]:
            level = float(flagship.values(frame, flagship.REFERENCE, outcome.name).mean())
            verb = "rises" if found.mean > 0.0 else "falls"
            said.append(
                f"*{label}* {verb} from {number(level)} to {number(level + found.mean)} {outcome.unit} "
                f"(difference {spread(found)})"
            )
        else:
            silent.append(f"*{label}*")
    text = ("; ".join(said) if said else "none of the outcomes changes beyond doubt") + "."
    if silent and said:
        text += f" No change is claimed for {listed(silent)}."
    return text


def _interaction(frame: pd.DataFrame) -> str:
    """Whether the two policies together do more or less than the sum."""
    found = {outcome: flagship.interaction(frame, outcome.name) for outcome in OUTCOMES}
    stands = holm(np.array([each.p for each in found.values()]))
    said = [
        f"*{outcome.label}* {spread(each)} {outcome.unit}"
        for (outcome, each), stand in zip(found.items(), stands, strict=True)
        if stand
    ]
    if not said:
        return "For none of the outcomes do the two policies together differ beyond doubt from the sum of both alone."
    return "Together they differ from the sum of both alone in " + "; ".join(said) + "."


def _pairing(frame: pd.DataFrame) -> str:
    """The range of what shared seeds save, over outcomes."""
    gains = sorted(flagship.variance_reduction(frame, outcome.name) for outcome in OUTCOMES)
    return f"{number(gains[0])} to {number(gains[-1])} (median {number(float(np.median(gains)))})"


def _replications(frame: pd.DataFrame, used: int) -> dict[str, str]:
    """From how many runs on the spread is stable, and whether the flagship has as many as are ``used`` there."""
    values = frame[frame["policy"] == "reference"].sort_values("seed")
    settled = {o.label: stable_from(values[o.name].to_numpy(dtype=float), replications.TOLERANCE) for o in OUTCOMES}
    known = [n for n in settled.values() if n is not None]
    late = [label for label, n in settled.items() if n is None]
    stable = f"{max(known)} runs" if known else "no number of runs tried"
    if late:
        verb = "has" if len(late) == 1 else "have"
        stable += f" for all outcomes but {listed([f'*{label}*' for label in late])}, which {verb} not settled"
    else:
        stable += " for all outcomes"
    if known and not late and used >= max(known):
        enough = f"The {used} seeds of the result above are enough by it."
    else:
        enough = f"The {used} seeds of the result above are fewer; its intervals, the wider for it, say how sure it is."
    return {
        "replication_seeds": str(frame["seed"].nunique()), "tolerance": f"{replications.TOLERANCE:g}", "stable": stable,
        "enough": enough,
    }  # fmt: skip


def _sobol(frame: pd.DataFrame) -> dict[str, str]:
    table = sobol.indices(frame)
    parameters = table["parameter"].nunique()
    first, wide = [], {policy: rows.set_index("point") for policy, rows in frame.groupby("policy")}
    for (outcome, kind), rows in table.groupby(["outcome", "kind"], sort=False):
        best = rows.sort_values("total", ascending=False).iloc[0]
        what = "level" if kind == "level" else "change by both policies"
        first.append(
            f"{BY_NAME[str(outcome)].label}, {what}: `{best['parameter']}` ({best['total']:.2f} ± {best['half']:.2f})"
        )
    return {
        "parameters": str(parameters),
        "sobol_base": str(frame["point"].nunique() // (parameters + 2)),
        "sobol_runs": str(len(frame)),
        "sobol_widest": f"{table['half'].max():.2f}",
        "sobol_first": "; ".join(first),
        "sobol_signs": "; ".join(_sign(wide["both"][name], wide["reference"][name], name) for name in sobol.LEVELS),
    }


def _sign(both: pd.Series[float], reference: pd.Series[float], name: str) -> str:
    """At which share of the points both policies raise an outcome."""
    share = float((both > reference).mean())
    return f"{BY_NAME[name].label} rises at {100 * share:.0f} %"


def _validation(frame: pd.DataFrame) -> dict[str, str]:
    text = {"validation_seeds": str(int(frame["seeds"].iloc[0]))}
    for role in ("calibrated", "held"):
        rows = frame[frame["role"] == role]
        hit = rows.groupby("id")["hit"].all()
        text |= {
            f"{role}_hits": str(int(hit.sum())), f"{role}_patterns": str(len(hit)),
            f"{role}_covered": str(int(rows["covered"].sum())), f"{role}_targets": str(len(rows)),
        }  # fmt: skip
    return text


def _sources() -> dict[str, str]:
    """How many parameters there are, and how many of them are not from a source."""
    assumed, tuned = (len(origins.parameters_of(kind)) for kind in ("assumed", "tuned"))
    return {
        "all_parameters": str(len(DECLARATIONS)), "assumed_parameters": str(assumed), "tuned_parameters": str(tuned)
    }  # fmt: skip
