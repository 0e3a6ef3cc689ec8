"""The reference page of the calibration: what was fitted, from where, to what, and how well it is identified."""

from __future__ import annotations

import csv
from pathlib import Path

from kingmaker.experiments.studies.calibration.calibration_record import Calibration, read_result
from kingmaker.experiments.studies.calibration.objective import read_fitted

PROFILES = Path(__file__).with_name("profiles.csv")
CLOSE = 1.25  # a value is as good as the fitted one if its score is at most this multiple of the fitted one's


def _rescored(result: Calibration) -> str:
    if not result.rescored:
        return ""
    return f" The model has changed since: both scores are of {result.rescored}, no new search was made."


def introduction() -> list[str]:
    """How the fit was made, and how to make it again."""
    result = read_result()
    return [
        f"{len(result.parameters)} behavioural parameters are fitted to the calibrated patterns of the",
        "[validation](../validation.md) by CMA-ES (Hansen 2016), over ensembles on common random numbers. The loss",
        "of a line begins at half of its tolerance; patterns held back have no part in it.",
        "",
        f"- Made on {result.date} by `{result.command}`:",
        f"  {result.generations} generations of {result.candidates} candidates on {len(result.seeds)} seeds. Score",
        f"  {result.score_before:.4f} at the start values, {result.score:.4f} at the result (0: every line well inside",
        "  its tolerance)." + _rescored(result),
        "- The start values were found by hand and by earlier searches, with the whole table in view; so were the",
        "  form of the loss and the parameters that are held fixed: the intervals of the validation show luck, not",
        "  this choice.",
        "- `kingmaker calibrate --check` computes the score of the committed baseline anew; `kingmaker calibrate",
        "  --profile` draws the figure below.",
        "",
    ]


def read_profiles(path: Path = PROFILES) -> dict[str, list[tuple[float, float]]]:
    """The points (value, score) of each fitted parameter's profile."""
    found: dict[str, list[tuple[float, float]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["parameter"], []).append((float(row["value"]), float(row["score"])))
    return found


def rows() -> list[tuple[str, ...]]:
    """Each parameter with start, bounds, fitted value, and between which values the score stays close to the best."""
    values, profiles = read_result().parameters, read_profiles()
    found: list[tuple[str, ...]] = []
    for f in read_fitted():
        close = _close(profiles[f.key], values[f.key])
        found.append((f"`{f.key}`", f"{f.start:g}", f"{f.low:g} to {f.high:g}", f"{values[f.key]:g}", close, f.why))
    return found


def _close(points: list[tuple[float, float]], value: float) -> str:
    """Between which of the profile's (value, score) points the score stays close to that at ``value``."""
    here = min(points, key=lambda point: abs(point[0] - value))[1]
    good = [place for place, score in points if score <= CLOSE * here]
    return f"{min(good):.3g} to {max(good):.3g}"
