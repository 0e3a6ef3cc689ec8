"""What a calibration leaves: a data file with command, seed, date and score, and whether it still holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.experiments.studies.calibration.fit import Search
from kingmaker.experiments.studies.calibration.objective import calibrated_patterns, read_fitted, scores
from kingmaker.experiments.sweep.whole_files import write_whole

# relative: what a choice that falls otherwise for a last bit may do to a score; other seeds do a hundred times as much
ROUNDING = 1e-4
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


def agrees(now: float, kept: float) -> bool:
    """Whether two scores differ by no more than rounding can do: a last bit may turn a choice of one firm."""
    return abs(now - kept) <= ROUNDING * abs(kept)


def keep_score(result: Calibration, score: float, path: Path) -> None:
    """Write the record with the scores of the model as it is, at the start values too, and today's date."""
    start = {f.key: f.start for f in read_fitted()}
    before = float(scores([start], result.seeds, calibrated_patterns())[0])
    today = datetime.now(UTC).date().isoformat()
    record = asdict(replace(result, score_before=before, score=score, rescored=today))
    order = ("command", "date", "rescored")
    record = {key: record[key] for key in (*order, *(key for key in record if key not in order))}
    write_whole(path, (json.dumps(record, indent=2) + "\n").encode())


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
