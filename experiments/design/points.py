"""The points of a design, kept as columns: a million of them are a few arrays, and each is made when it is asked for.

Also here: which values of a column are one and the same but for rounding (``0.1 + 0.2`` and ``0.3``).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray

Value = float | int
ROUNDING = 1e-12  # relative difference below which two values are one: 0.1 + 0.2 and 0.3 differ by 2e-16
NOTHING = 1e-15  # the same around zero, as a share of the largest value


class Points(Sequence[Mapping[str, Value]]):
    """A sequence of points, each a mapping from parameter to value, over one array a parameter."""

    def __init__(self, columns: Mapping[str, FloatArray], integers: Collection[str], count: int) -> None:
        """``columns`` have the shape (count,); NaN where a point leaves a parameter to the scenario."""
        self.columns = dict(columns)
        self.integers = frozenset(integers)
        self._count = count

    @classmethod
    def of(cls, points: Sequence[Mapping[str, Value]], integers: Collection[str]) -> Points:
        """The columns of points that are given one by one."""
        import numpy as np

        keys = dict.fromkeys(key for point in points for key in point)
        columns = {key: np.array([point.get(key, math.nan) for point in points], dtype=np.float64) for key in keys}
        return cls(columns, integers, len(points))

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Mapping[str, Value]: ...
    @overload
    def __getitem__(self, place: slice) -> Points: ...
    def __getitem__(self, place: int | slice) -> Mapping[str, Value] | Points:
        if isinstance(place, slice):
            columns = {key: column[place] for key, column in self.columns.items()}
            return Points(columns, self.integers, len(range(self._count)[place]))
        if not -self._count <= place < self._count:
            raise IndexError(f"point {place} of {self._count}")
        found = ((key, float(column[place])) for key, column in self.columns.items())
        return {key: int(v) if key in self.integers else v for key, v in found if not math.isnan(v)}

    def __iter__(self) -> Iterator[Mapping[str, Value]]:
        return (self[place] for place in range(self._count))

    def digest(self) -> str:
        """SHA-256 of names and values, in order."""
        import numpy as np

        found = hashlib.sha256(str(self._count).encode())
        for key, column in self.columns.items():
            found.update(b"\0" + key.encode() + b"\0" + np.ascontiguousarray(column, dtype="<f8").tobytes())
        return found.hexdigest()


def merged(values: Iterable[Value]) -> dict[Value, Value]:
    """For each value the one that stands for it: of those equal but for rounding, the one that is written shortest."""
    ordered = sorted({value + 0 for value in values})  # -0.0 + 0 is 0.0
    least = NOTHING * max((abs(value) for value in ordered if math.isfinite(value)), default=0.0)
    groups: list[list[Value]] = []
    for value in ordered:
        if groups and math.isclose(groups[-1][-1], value, rel_tol=ROUNDING, abs_tol=least):
            groups[-1].append(value)
        else:
            groups.append([value])
    return {value: min(group, key=lambda one: len(repr(one))) for group in groups for value in group}


def repeated(points: Points) -> list[tuple[int, int]]:
    """Pairs of a point and an earlier one that is the same, by number."""
    first: dict[tuple[tuple[str, Value], ...], int] = {}
    pairs = []
    for place, point in enumerate(points):
        earlier = first.setdefault(tuple(sorted(point.items())), place)
        if earlier != place:
            pairs.append((place, earlier))
    return pairs
