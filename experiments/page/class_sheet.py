"""The class's sheet: predictions and outcomes of all groups, kept in the server's memory and within bounds."""

from __future__ import annotations

import csv
import io
import secrets
from collections import Counter, OrderedDict
from dataclasses import dataclass

from kingmaker.experiments.page.paired_runs import Difference

MOST_ROWS = 3_000
LONGEST_NAME, LONGEST_REASON = 40, 300
COLUMNS = (
    "lesson",
    "group",
    "measure",
    "prediction",
    "outcome",
    "right",
    "difference",
    "low",
    "high",
    "runs",
    "seed",
    "reason",
)


@dataclass(frozen=True)
class Prediction:
    """One group's prediction of one measure, and what came out."""

    lesson: str
    group: str
    measure: str
    said: str
    outcome: Difference
    seed: int
    reason: str

    @property
    def right(self) -> bool:
        """Whether the model agrees."""
        return self.said == self.outcome.verdict


class ClassSheet:
    """All predictions; only who holds the teacher's key sees them.

    A group's first prediction in a lesson counts: once the outcome has been seen, it cannot be bettered.
    """

    def __init__(self) -> None:
        """An empty sheet with a new key."""
        self.key = secrets.token_urlsafe(9)
        self._rows: OrderedDict[tuple[str, str, str], Prediction] = OrderedDict()

    def is_teacher(self, key: str) -> bool:
        """Whether this is the teacher's key; takes the same time for every wrong one."""
        return secrets.compare_digest(key.encode(), self.key.encode())

    def add(self, visitor: str, prediction: Prediction) -> bool:
        """Note a prediction; false if this visitor has already predicted this measure in this lesson."""
        key = (visitor, prediction.lesson, prediction.measure)
        if key in self._rows:
            return False
        self._rows[key] = prediction
        while len(self._rows) > MOST_ROWS:
            self._rows.popitem(last=False)
        return True

    def rows(self, lesson: str | None = None) -> list[Prediction]:
        """All predictions, or those of one lesson, in the order in which they came."""
        return [row for row in self._rows.values() if lesson in (None, row.lesson)]

    def tally(self, lesson: str) -> dict[str, Counter[str]]:
        """Measure -> how many said what."""
        found: dict[str, Counter[str]] = {}
        for row in self.rows(lesson):
            found.setdefault(row.measure, Counter())[row.said] += 1
        return found

    def clear(self) -> None:
        """Begin anew."""
        self._rows.clear()

    def to_csv(self) -> str:
        """The sheet as CSV; text that a spreadsheet would take for a formula is made harmless."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in self._rows.values():
            d = row.outcome
            writer.writerow([
                row.lesson, _harmless(row.group), row.measure, row.said, d.verdict, int(row.right),
                f"{d.mean:.6g}", f"{d.low:.6g}", f"{d.high:.6g}", d.n, row.seed, _harmless(row.reason),
            ])  # fmt: skip
        return buffer.getvalue()


def _harmless(text: str) -> str:
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
