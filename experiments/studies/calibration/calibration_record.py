"""What a calibration leaves: a data file with command, seed, date and score, and whether it still holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.experiments.studies.calibration.fit import Search
from kingmaker.experiments.studies.calibration.objective import calibrated_patterns, scores

RESULT = Path(__file__).with_name("baseline.json")


@dataclass(frozen=True)
class Calibration:
    """The committed result."""

    command: str
    date: str
    seed: int
    seeds: tuple[int, ...]
    generations: int
    candidates: int
    score_before: float
    score: float
    parameters: dict[str, float]
    rescored: str = ""  # when the scores were computed anew, as the model had changed; no search was made then


def write_result(search: Search, command: Sequence[str], path: Path) -> None:
    """Write the best candidate of a search."""
    record = {
        "command": " ".join(command), "date": datetime.now(UTC).date().isoformat(), "seed": search.seed,
        "seeds": search.seeds, "generations": len(search.history), "candidates": search.strategy.popsize,
        "score_before": search.score_before, "score": search.best_score, "parameters": search.best,
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    part.replace(path)


def read_result(path: Path = RESULT) -> Calibration:
    """The committed result.

    Raises:
        KingmakerError: there is none, or it is not one of ours.
    """
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Calibration(**{**record, "seeds": tuple(record["seeds"])})
    except FileNotFoundError:
        raise KingmakerError(f"{path}: there is no result of a calibration.") from None
    except (ValueError, TypeError, KeyError) as fault:
        raise KingmakerError(f"{path}: is no result of a calibration ({fault}).") from None


def check_result(result: Calibration) -> tuple[float, list[str]]:
    """The score of the baseline as it is, on the result's seeds, and the parameters that differ from the result."""
    differ = [
        f"{key}: {float(DECLARATIONS[key].default):g} in parameters.csv, {value:g} in the result"
        for key, value in result.parameters.items()
        if float(DECLARATIONS[key].default) != value
    ]
    return float(scores([{}], result.seeds, calibrated_patterns())[0]), differ


def adopt(result: Calibration, table: Path) -> None:
    """Write the fitted values as defaults into the table of parameters."""
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    for number, line in enumerate(lines):
        key, _, rest = line.partition(",")
        if key in result.parameters:
            value = result.parameters[key]
            text = f"{value:g}" if not float(value).is_integer() else f"{value:.1f}"
            lines[number] = f"{key},{text},{rest.partition(',')[2]}"
    table.write_text("".join(lines), encoding="utf-8")
