"""Lines of data with errors: what was observed, on which scale, how far it is to be trusted, and what is kept out.

A line compares one number of the world with one statistic of the model. Its error is what the source states, else the
spread between sources, else that of a class of sources (:data:`CLASSES`); the lines of one source share a bias.
A third of the lines, in blocks of source and entity, is kept out of every fit: :func:`kept_out` decides, by a hash.
"""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.agents.calendar import month_label, month_number
from kingmaker.agents.errors import KingmakerError, nearest, shown
from kingmaker.experiments.measured import STATISTICS

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray
    from kingmaker.experiments.measured.trace import TracedEconomy

DATA = Path(__file__).with_name("data")
LINES, SOURCES = DATA / "lines.csv", DATA / "sources.csv"
SCALES = ("linear", "log", "logit")
CLASSES = {"filing": 0.03, "tracker": 0.15, "press": 0.30}  # relative standard error where nothing better is known
STATED = ("interval", "spread")  # by the source itself; between sources
SALT = "0"  # of the hash that keeps lines out: the first number; it is never to be changed
FOLDS = 3  # a third is kept out; and what is fitted falls into three folds, for the size of the discrepancy
FARTHEST = math.log(20.0)  # on the scale of logarithms: a model further off has nothing more to say by its distance
NEAREST_SHARE = 1e-3  # shares are not told apart nearer to zero or one
WINDOW = 37  # months from January 2022: the leader's fiscal year 2025 ends with January 2025


class LineError(KingmakerError):
    """A table of lines that cannot be used."""


@dataclass(frozen=True)
class DataLine:
    """One observation, held against one statistic of the model over a period of whole months."""

    id: str
    series: str
    first: int
    last: int
    value: float
    scale: str
    error: float
    error_class: str
    block: str
    entity: str
    source: str
    bias: float

    @property
    def kept_out(self) -> bool:
        """Whether it is never fitted."""
        return kept_out(self.source, self.entity)

    @property
    def period(self) -> str:
        """Such as 2023-01 to 2023-12."""
        ends = dict.fromkeys((month_label(self.first), month_label(self.last)))
        return " to ".join(ends)

    @property
    def observed(self) -> float:
        """The value on the line's scale."""
        return float(self.on_scale(np.array([self.value]))[0])

    @property
    def unit(self) -> float:
        """What a relative error of one is on the line's scale."""
        return abs(self.value) if self.scale == "linear" else 1.0

    def on_scale(self, values: FloatArray) -> FloatArray:
        """Values of the statistic on the line's scale, kept within what can be told apart; NaN stays NaN."""
        if self.scale == "linear":
            return np.asarray(values, dtype=np.float64)
        if self.scale == "log":
            centre = math.log(self.value)
            floor = self.value * math.exp(-FARTHEST)
            return np.minimum(np.log(np.maximum(values, floor)), centre + FARTHEST)
        share = np.clip(values, NEAREST_SHARE, 1.0 - NEAREST_SHARE)
        return np.asarray(np.log(share / (1.0 - share)))

    def back(self, scaled: FloatArray) -> FloatArray:
        """From the line's scale to the unit of the data."""
        if self.scale == "linear":
            return np.asarray(scaled)
        return np.exp(scaled) if self.scale == "log" else np.asarray(1.0 / (1.0 + np.exp(-np.asarray(scaled))))


def kept_out(source: str, entity: str) -> bool:
    """Whether all lines of a source on an entity are kept out of every fit: a third of such blocks is."""
    return _third(SALT, source, entity) == 0


def fold(source: str, entity: str) -> int:
    """The fold of a block that is fitted: 0 to 2."""
    return _third("fold", source, entity)


def _third(salt: str, source: str, entity: str) -> int:
    return int(hashlib.sha256(f"{salt}|{source}|{entity}".encode()).hexdigest(), 16) % FOLDS


def read_lines(path: Path = LINES, sources: Path = SOURCES) -> list[DataLine]:
    """All lines, those kept out among them.

    Raises:
        LineError: a fault, with its place, its value and what is allowed.
    """
    biases = _biases(sources)
    lines: list[DataLine] = []
    for number, row in enumerate(_rows(path), 2):
        where = f"{path.name}, line {number}"
        lines.append(_line(row, biases, where))
        if lines[-1].id in {line.id for line in lines[:-1]}:
            raise LineError(f"{where}: the id '{row['id']}' is given twice.")
    return lines


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _biases(path: Path) -> dict[str, float]:
    found = {}
    for number, row in enumerate(_rows(path), 2):
        found[row["source"]] = _number(row["bias"], f"{path.name}, line {number}: bias", 0.0)
    return found


def _number(text: str, where: str, low: float = -math.inf) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= low):
        raise LineError(f"{where} is {shown(text)}; allowed is a number{'' if low < 0.0 else f' from {low:g} up'}.")
    return value


def _line(row: dict[str, str], biases: dict[str, float], where: str) -> DataLine:
    """A row, checked."""
    _choice(row["series"], tuple(STATISTICS), f"{where}: series")
    _choice(row["scale"], SCALES, f"{where}: scale")
    _choice(row["error_class"], (*CLASSES, *STATED), f"{where}: error_class")
    _choice(row["source"], tuple(biases), f"{where}: source")
    value = _number(row["value"], f"{where}: value")
    if (row["scale"] == "log" and value <= 0.0) or (row["scale"] == "logit" and not 0.0 < value < 1.0):
        allowed = "above zero" if row["scale"] == "log" else "between zero and one"
        raise LineError(f"{where}: value is {value:g}; on the scale {row['scale']} allowed is a number {allowed}.")
    error = _number(row["error"], f"{where}: error", 0.0)
    if error == 0.0:
        raise LineError(f"{where}: error is 0; nothing is known without an error.")
    first, last = month_number(row["start"]), month_number(row["end"])
    if not 0 <= first <= last:
        raise LineError(f"{where}: the period {row['start']} to {row['end']} must begin in 2022-01 or later.")
    return DataLine(
        row["id"], row["series"], first, last, value, row["scale"], error, row["error_class"], row["block"],
        row["entity"], row["source"], biases[row["source"]],
    )  # fmt: skip


def _choice(text: str, allowed: Sequence[str], where: str) -> None:
    if text not in allowed:
        listed = f" Allowed are {', '.join(allowed)}." if len(allowed) < len(STATISTICS) else ""
        raise LineError(f"{where} is {shown(text)}, which there is not.{nearest(text, allowed)}{listed}")


def window(lines: Sequence[DataLine], months: int = WINDOW) -> list[DataLine]:
    """The lines that end within the first ``months``."""
    return [line for line in lines if line.last < months]


def observed(lines: Sequence[DataLine]) -> FloatArray:
    """The values on their scales, shape (lines,)."""
    return np.array([line.observed for line in lines])


def raw_statistics(model: TracedEconomy, lines: Sequence[DataLine]) -> FloatArray:
    """What the model says where the lines speak, in the data's units, shape (lines, worlds)."""
    with np.errstate(all="ignore"):
        return np.array([STATISTICS[line.series](model, line.first, line.last) for line in lines], dtype=np.float64)


def scaled(raw: FloatArray, lines: Sequence[DataLine]) -> FloatArray:
    """Statistics of shape (lines, worlds) on the lines' scales."""
    return np.stack([line.on_scale(values) for line, values in zip(lines, raw, strict=True)])


def error_covariance(lines: Sequence[DataLine]) -> FloatArray:
    """Covariance of the lines' errors: their own, and the bias that the lines of a source share; (lines, lines)."""
    own = np.diag([line.error**2 for line in lines])
    shift = np.array([line.bias * line.unit for line in lines])
    same = np.array([[one.source == other.source for other in lines] for one in lines])
    return np.asarray(own + np.outer(shift, shift) * same)
