"""The id of each run: a hash of all that its numbers depend on.

An id covers the digests of the model's code and data, the months, the classes, the dated events in force, the seed, and
every parameter whose value is another than the declared one. A million ids are made in about a second: what a point is
made of is hashed from one array, row by row.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kingmaker.agents.calendar import month_label
from kingmaker.environment.inputs.parameters import check
from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.experiments.design.sweep_design import Design, Run
from kingmaker.experiments.sweep.tasks import Work

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kingmaker.agents.types import BoolArray, FloatArray

Value = float | int
DIGITS = 32  # hexadecimal ones, of an id
BYTES = f"V{DIGITS // 2}"  # an id before it is written out
AT_ONCE = 2**17  # runs that are hashed from one array
MOST_BITS = 2**60  # of a pattern's number, before patterns are numbered anew


class Namer:
    """Gives each run its id: a hash of resolved parameters, events, months, seed and the digests of model and data."""

    def __init__(self, work: Work) -> None:
        """The part of the hash that all runs share is computed once."""
        self._work = work
        self._declared = work.setting.declared()
        # where a value is the declared one, it is left out of the hash: the declared ones stand here, all at once
        declared = "".join(f"\n{key}={float(one.default).hex()}" for key, one in sorted(self._declared.items()))
        head = "\n".join((work.source_digest, work.data_digest, str(work.months), *sorted(work.setting.users_classes)))
        self._head = (head + declared).encode()
        where = work.setting.name
        self._base = {key: check(key, v, where, self._declared) for key, v in work.setting.parameters.items()}
        self._events: dict[frozenset[str], str] = {}
        self._prefixes: dict[tuple[frozenset[str], tuple[str, ...]], bytes] = {}

    def name(self, run: Run) -> str:
        """The id of a run, 32 hexadecimal digits."""
        pinned = {key: check(key, value, "run", self._declared) for key, value in run.parameters.items()}
        resolved = {**self._base, **pinned}
        kept = tuple(sorted(key for key, value in resolved.items() if value != self._declared[key].default))
        values = struct.pack(f"<{len(kept)}d", *(resolved[key] + 0.0 for key in kept))
        prefix = self._prefix(frozenset(pinned), kept)
        return hashlib.sha256(prefix + values + struct.pack("<q", run.seed)).hexdigest()[:DIGITS]

    def names(self, design: Design) -> list[str]:
        """The ids of all runs of a design, in its order; those that :meth:`name` gives."""
        import numpy as np

        if design.drawn is None:
            found = self._names(design, design.seed + np.arange(design.replications), {})
        else:  # each member has values of its own, so that its points are hashed by themselves
            rows = [
                self._names(design, np.array([seed]), design.drawn_values(k))
                for k, seed in enumerate(design.replicates.seeds)
            ]
            found = np.concatenate(rows)
        return _texts(found[:, design.order])

    def _names(self, design: Design, seeds: NDArray[np.int64], drawn: Mapping[str, Value]) -> NDArray[np.void]:
        """The bytes of all ids, shape (seeds, points), where all runs hold the same ``drawn`` values."""
        import numpy as np

        columns = self._columns(design, drawn)
        keys = sorted(columns)
        nothing = np.zeros((len(design.points), 0))
        values = np.column_stack([nothing, *(columns[key] for key in keys)])
        usual = np.array([float(self._declared[key].default) for key in keys])
        varied = list(design.points.columns)
        held = np.column_stack([nothing, *(~np.isnan(design.points.columns[key]) for key in varied)]).astype(bool)
        found = np.empty((len(seeds), len(design.points)), dtype=BYTES)
        for rows in _alike(np.concatenate([values != usual, held], axis=1)):
            first = rows[0]
            kept = [k for k in range(len(keys)) if values[first, k] != usual[k]]
            pins = frozenset([*drawn, *design.fixed, *(key for k, key in enumerate(varied) if held[first, k])])
            prefix = self._prefix(pins, tuple(keys[k] for k in kept))
            several = max(1, AT_ONCE // len(rows))
            for start in range(0, len(seeds), several):
                some = seeds[start : start + several]
                found[start : start + len(some), rows] = _hashes(prefix, values[rows][:, kept], some)
        return found

    def _columns(self, design: Design, drawn: Mapping[str, Value]) -> dict[str, FloatArray]:
        """The resolved values of all parameters that are set anywhere, at each point."""
        import numpy as np

        checked = {key: check(key, value, "run", self._declared) for key, value in drawn.items()}
        constants = {**self._base, **checked, **design.fixed}
        count = len(design.points)
        columns = {key: np.full(count, value + 0.0) for key, value in constants.items()}
        for key, column in design.points.columns.items():
            otherwise = float(constants.get(key, self._declared[key].default))
            columns[key] = np.where(np.isnan(column), otherwise, column) + 0.0  # -0.0 is 0.0
        return columns

    def _prefix(self, pinned: frozenset[str], kept: tuple[str, ...]) -> bytes:
        """The hash of what runs share that pin the same parameters, and give other than usual values to these."""
        if (pinned, kept) not in self._prefixes:
            if pinned not in self._events:
                self._events[pinned] = self._events_without(pinned)
            text = self._head + "\0".join(kept).encode() + self._events[pinned].encode()
            self._prefixes[pinned, kept] = hashlib.sha256(text).digest()
        return self._prefixes[pinned, kept]

    def _events_without(self, pinned: Iterable[str]) -> str:
        """The dated events that the pinned parameters leave in force."""
        pins: Mapping[str, Value] = {key: self._declared[key].default for key in pinned}
        lines = []
        for event in load_scenario(self._work.setting, pins).events:
            changes = ",".join(f"{key}={float(value).hex()}" for key, value in sorted(event.set.items()))
            more = sorted((name, repr(v)) for name, v in vars(event).items() if name not in ("month", "why", "set"))
            lines.append(f"\n{month_label(event.month)}:{changes}{more or ''}")
        return "".join(lines)


def _texts(ids: NDArray[np.void]) -> list[str]:
    """Ids in hexadecimal digits, one after the other; Arrow cuts them out of one text faster than Python does."""
    import numpy as np
    import pyarrow as pa

    text = ids.tobytes().hex().encode()
    starts = np.arange(0, len(text) + 1, DIGITS, dtype=np.int64)
    buffers = [None, pa.py_buffer(starts), pa.py_buffer(text)]
    return list(pa.Array.from_buffers(pa.large_string(), ids.size, buffers).to_pylist())


def _hashes(prefix: bytes, values: FloatArray, seeds: NDArray[np.int64]) -> NDArray[np.void]:
    """The ids' bytes of points of these values, shape (points, parameters), under each seed: shape (seeds, points)."""
    import numpy as np

    points, start = len(values), len(prefix)
    width = start + 8 * (values.shape[1] + 1)
    table = np.empty((len(seeds), points, width), dtype=np.uint8)  # a run's row is all that is hashed of it
    table[:, :, :start] = np.frombuffer(prefix, dtype=np.uint8)
    table[:, :, start:-8] = np.ascontiguousarray(values, dtype="<f8").view(np.uint8).reshape(points, -1)
    table[:, :, -8:] = np.ascontiguousarray(seeds, dtype="<i8").view(np.uint8).reshape(-1, 1, 8)
    sha256, rows = hashlib.sha256, table.view(f"V{width}").ravel()
    some = (rows[i : i + AT_ONCE].tolist() for i in range(0, len(rows), AT_ONCE))
    digests = b"".join(b"".join([sha256(row).digest() for row in each]) for each in some)
    kept = np.ascontiguousarray(np.frombuffer(digests, dtype=np.uint8).reshape(len(rows), -1)[:, : DIGITS // 2])
    return np.asarray(kept.view(BYTES).reshape(len(seeds), points))


def _alike(bits: BoolArray) -> list[NDArray[np.intp]]:
    """The numbers of the rows of each pattern of truth values, of shape (rows, columns)."""
    import numpy as np

    codes = np.zeros(len(bits), dtype=np.int64)
    for column in bits.T:
        codes = 2 * codes + column
        if codes.max(initial=0) > MOST_BITS:
            codes = np.unique(codes, return_inverse=True)[1].reshape(-1)
    _, where, counts = np.unique(codes, return_inverse=True, return_counts=True)
    return np.split(np.argsort(where, kind="stable"), np.cumsum(counts)[:-1])
