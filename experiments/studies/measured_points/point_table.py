"""The table of the points: each number as measured now, and, as data, as it was in two states before."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.agents.errors import KingmakerError, nearest
from kingmaker.agents.types import FloatArray
from kingmaker.experiments.stats.levels import LEVEL, WIDE
from kingmaker.experiments.studies.measured_points.point_numbers import NUMBERS, Cases, PointNumber

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

BEFORE = Path(__file__).with_name("before.csv")
POINTS = Path(__file__).with_name("points.csv")
NOW = "now"
STATES = {"listed": "361ca35", "before": "357a192"}  # of before.csv, and the commit of each


@dataclass(frozen=True)
class PointLine:
    """A number in one state.

    Attributes:
        state: ``now``, or one of :data:`STATES`.
        version: of the package.
        commit: of the state; empty now.
        seeds: 0 to so many less one.
        point: 1 to 14.
        id: of the number.
        n: in how many worlds there is such a number.
        value: median of the worlds; of what is said of each world, the share in which it is so.
        low: lower end of the band of the worlds; of a share, of its interval (Wilson).
        high: the upper end.
        how: how it was measured, where names differ from those of now.
    """

    state: str
    version: str
    commit: str
    seeds: int
    point: int
    id: str
    n: int
    value: float
    low: float
    high: float
    how: str = ""


@dataclass(frozen=True)
class Point:
    """What stood in the list, which rule has changed it, and what is still at fault; in words."""

    point: int
    title: str
    stated: str
    changed: str
    left: str


def line_of(number: PointNumber, values: FloatArray, version: str) -> PointLine:
    """A number over the worlds, (worlds,); worlds in which there is none (NaN) are left out."""
    there = values[np.isfinite(values)]
    ends = (_share(there) if number.share else WIDE.of(there)) if len(there) else (np.nan,) * 3
    low, value, high = (float(f"{float(each):.4g}") for each in ends)
    return PointLine(NOW, version, "", len(values), number.point, number.id, len(there), value, low, high)


def _share(there: FloatArray) -> tuple[float, float, float]:
    from statsmodels.stats.proportion import proportion_confint  # slow to import

    low, high = proportion_confint(int(there.sum()), len(there), alpha=LEVEL.alpha, method="wilson")
    return float(low), float(there.mean()), float(high)


def lines_of(cases: Cases, version: str) -> list[PointLine]:
    """All numbers, of what the cases have shown."""
    return [line_of(number, number.of(cases), version) for number in NUMBERS]


def read_lines(path: Path = BEFORE) -> list[PointLine]:
    """The lines of a file of numbers.

    Raises:
        KingmakerError: a file without its columns, or a number that is not measured.
    """
    known = {number.id: number for number in NUMBERS}
    lines = []
    for line, row in enumerate(rows_of(path, PointLine), 2):
        if row["id"] not in known or known[row["id"]].point != int(row["point"]):
            raise KingmakerError(
                f"{path.name}, line {line}: point {row['point']} has no number '{row['id']}'."
                f"{nearest(row['id'], known)}"
            )
        value, low, high = (float(row[name]) for name in ("value", "low", "high"))
        seeds, point, n = (int(row[name]) for name in ("seeds", "point", "n"))
        where = row["state"], row["version"], row["commit"]
        lines.append(PointLine(*where, seeds, point, row["id"], n, value, low, high, row["how"]))
    return lines


def read_points() -> list[Point]:
    """The words of all points."""
    rows = rows_of(POINTS, Point)
    return [Point(int(r["point"]), r["title"], r["stated"], r["changed"], r["left"]) for r in rows]


def write_lines(lines: Sequence[DataclassInstance], path: Path) -> None:
    """Write lines, all of one dataclass, as a table with its fields as columns."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in fields(lines[0])])
        writer.writerows(astuple(line) for line in lines)


def rows_of(path: Path, kind: type[DataclassInstance]) -> list[dict[str, str]]:
    """The rows of a table whose columns are the fields of a dataclass, as texts.

    Raises:
        KingmakerError: it has other columns.
    """
    names = [field.name for field in fields(kind)]
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if list(reader.fieldnames or ()) != names:
            raise KingmakerError(f"{path.name}: its columns must be {', '.join(names)}.")
        return list(reader)
