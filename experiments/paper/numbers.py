"""What the paper says in numbers, words made of numbers, and tables: all from its tables of runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.experiments.paper import claims, enough, flagship, levers, moves, replications, sobol
from kingmaker.experiments.paper.over_words import luck_told, members_told
from kingmaker.experiments.paper.paper_outcomes import BY_NAME, MONTHS, OUTCOMES, STACK, WINDOW
from kingmaker.experiments.paper.paper_words import number
from kingmaker.experiments.posterior.scoring import words_of
from kingmaker.experiments.reference import origins
from kingmaker.experiments.results import in_force
from kingmaker.experiments.stats.levels import COVERAGE, LEVEL, SIGN, Level
from kingmaker.experiments.stats.multiple_tests import stable_from
from kingmaker.experiments.terminal.phrases import listed

if TYPE_CHECKING:
    import pandas as pd


def numbers(tables: Mapping[str, pd.DataFrame], level: Level = LEVEL) -> dict[str, str]:
    """Each placeholder of the template with its text; ``level`` is that of the intervals."""
    frame = tables["flagship"]
    found = claims.claims(tables, level)
    reference = reference_of(frame)
    text = {
        "months": str(MONTHS), "window": str(WINDOW), "stack": str(STACK),
        "reference_cap": f"{flagship.REFERENCE[1]:g}", "tight_cap": f"{flagship.BOTH[1]:g}",
        "in_force_reference": in_force_text(reference), "duties_reference": duties_text(reference),
        "in_force_law": in_force_text(tables["law"]),
        "table_flagship": claims.effects_table(found), "table_signs": claims.signs_table(found),
        "interaction": claims.interaction_text(claims.interactions(tables, level)),
        "pairing": _pairing(frame),
        "robustness": _robustness(found),
        "interval": level.words, "coverage": COVERAGE.level.words,
    }  # fmt: skip
    text |= over_told(tables, level, len(found))
    alone = levers.LEVERS if flagship.weights_of(frame) is not None else ()  # told apart: what can be said, what not
    for policy in claims.POLICIES:
        rows = [found[policy, outcome.name] for outcome in OUTCOMES]
        if policy in alone:
            text |= {f"made_{policy}": _as_sentence(claims.made_text(rows)), f"open_{policy}": claims.open_text(rows)}
        else:
            text[f"claims_{policy}"] = claims.text_of(rows)
    if flagship.weights_of(frame) is not None:
        text |= _members(tables, found, level)
    else:
        text |= _replications(tables["replications"], frame["seed"].nunique()) | _sobol(tables["sobol"], level)
        text |= {
            "validation_seeds": str(int(tables["validation"]["seeds"].iloc[0])), "confidence": level.per_cent
        }  # fmt: skip
    return text | _validation(tables["validation"]) | _sources()


def _members(
    tables: Mapping[str, pd.DataFrame], found: Mapping[tuple[str, str], claims.Claim], level: Level
) -> dict[str, str]:
    """What is said over a posterior alone: step by step, how many members, which parameters, lines with errors."""
    frame = tables["flagship"]
    text = {"members": str(frame["seed"].nunique()), "sign": SIGN.per_cent}
    text |= enough.told(frame, tables["law"], level) | moves.told(tables["moves"], level)
    for lever in levers.LEVERS:
        left = {o.name: o for o in OUTCOMES if not found[lever, o.name].certain}
        text |= {
            f"table_{lever}": claims.markdown(levers.table(frame, lever, level)),
            f"chain_{lever}": levers.chain_text(frame, lever, level),
            f"flips_{lever}": levers.flips_text(tables["flips"], lever, left),
        }  # fmt: skip
    return text | _lines(tables["lines"]) | _held(tables["validation"])


def _lines(frame: pd.DataFrame) -> dict[str, str]:
    """How many lines with errors the bands of each ensemble hold."""
    text = {}
    for role, short in (("fitted", "fitted"), ("kept out", "kept")):
        mine = frame[frame["role"] == role]
        text[f"lines_{short}"] = str(mine["id"].nunique())
        for ensemble, name in ENSEMBLES.items():
            if (role, name) != ("fitted", "discrepancy"):
                text[f"{short}_{name}"] = words_of(mine[mine["ensemble"] == ensemble]["covered"].tolist())
    return text


ENSEMBLES = {
    "members": "covered", "members with fresh luck": "fresh", "members, with discrepancy": "discrepancy",
    "fresh seeds at one point": "luck",
}  # fmt: skip


def _held(frame: pd.DataFrame) -> dict[str, str]:
    """The patterns that were never fitted, one by one."""
    told = [
        f"{row.pattern} ({row.id}) has its target {'inside' if row.covered else 'outside'} the band and its median "
        f"{'inside' if row.hit else 'outside'} the tolerance"
        for row in frame[frame["role"] == "held"].itertuples()
    ]
    return {"held_told": f"{'; '.join(told)}.", "validation_members": str(int(frame["members"].iloc[0]))}


def _as_sentence(text: str) -> str:
    """With a capital letter, also within an emphasis."""
    mark = "*" if text.startswith("*") else ""
    plain = text.removeprefix(mark)
    return f"{mark}{plain[0].upper()}{plain[1:]}"


def reference_of(frame: pd.DataFrame) -> pd.DataFrame:
    """The runs of the flagship's reference: no duty, the cap of the rules of 2022 and 2023."""
    return frame[(frame["duty"] == flagship.REFERENCE[0]) & (frame["cap"] == flagship.REFERENCE[1])]


def note_of(tables: Mapping[str, pd.DataFrame]) -> str:
    """The line under each figure that says what is in force in the reference."""
    return f"In force in the reference: {in_force_text(reference_of(tables['flagship']))}"


NAMED = {"duty_in_force": "a duty of", "gatekeepers": "gatekeepers", "remedies_active": "remedies"}


def duties_text(frame: pd.DataFrame) -> str:
    """The duty, designations and remedies in force in runs, as numbers."""
    told = ", ".join(f"{word} {number(float(frame[name].mean()))}" for name, word in NAMED.items())
    return f"{told} (means of {len(frame)} runs)"


def in_force_text(frame: pd.DataFrame) -> str:
    """The same, and all else that is in force."""
    rest = {name: frame[name].to_numpy(dtype=float) for name in in_force.names() if name in frame and name not in NAMED}
    return f"{duties_text(frame)}; {in_force.sentence(in_force.held_on_average(rest), 'beside').rstrip('.')}"


def over_told(tables: Mapping[str, pd.DataFrame], level: Level, questions: int) -> dict[str, str]:
    """What the text says of the runs, the intervals and the rule of claims: over luck, or over a posterior."""
    frame = tables["flagship"]
    number, points = frame["seed"].nunique(), len(frame.groupby(["duty", "cap"]))
    if flagship.weights_of(frame) is not None:
        return members_told(number, points, len(frame), level, questions)
    return luck_told(number, points, len(frame), level, questions, tables["assumptions"])


def _robustness(found: Mapping[tuple[str, str], claims.Claim]) -> str:
    """How many of the differences that luck cannot explain are claimed."""
    certain = [claim for claim in found.values() if claim.certain]
    if any(claim.members is not None for claim in found.values()):
        return f"Of the {len(found)} differences, {len(certain) or 'none'} are claimed"
    made = sum(claim.made for claim in certain)
    return f"Of the {len(certain)} differences that luck cannot explain, {made or 'none'} are claimed"


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
        verdict = f"The {used} seeds of the result above are enough by it."
    else:
        verdict = f"The {used} seeds of the result above are fewer; its intervals, wider for it, say how sure it is."
    return {
        "replication_seeds": str(frame["seed"].nunique()), "tolerance": f"{replications.TOLERANCE:g}", "stable": stable,
        "enough": verdict,
    }  # fmt: skip


def _sobol(frame: pd.DataFrame, level: Level) -> dict[str, str]:
    table = sobol.indices(frame, level)
    parameters = table["parameter"].nunique()
    first = []
    for (outcome, kind), rows in table.groupby(["outcome", "kind"], sort=False):
        best = rows.sort_values("total", ascending=False).iloc[0]
        what = "level" if kind == "level" else "change by both policies"
        first.append(
            f"{BY_NAME[str(outcome)].label}, {what}: `{best['parameter']}` ({best['total']:.2f} ± {best['half']:.2f})"
        )
    return {
        "sobol_base": str(frame["point"].nunique() // (parameters + 2)),
        "sobol_runs": str(len(frame)),
        "sobol_widest": f"{table['half'].max():.2f}",
        "sobol_first": "; ".join(first),
    }


def _validation(frame: pd.DataFrame) -> dict[str, str]:
    text: dict[str, str] = {}
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
        "parameters": str(len(sobol.problem()[0]["names"])), "all_parameters": str(len(DECLARATIONS)),
        "assumed_parameters": str(assumed), "tuned_parameters": str(tuned),
    }  # fmt: skip
