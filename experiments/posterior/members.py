"""The members of the posterior: parameters and a seed each, read from one file and handed to stacks of worlds.

A stack of members costs what a stack of seeds costs, as each brings its own seed. What a scenario or a side of a
comparison pins wins over a member's value.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.checks import whole
from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.parameters import ParameterError, check
from kingmaker.experiments.results.parquet import table_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kingmaker.agents.types import FloatArray

SHIPPED = Path(__file__).with_name("data") / "members.parquet"
SOURCE_KEY = b"kingmaker.posterior"
SEED, WEIGHT = "seed", "weight"
MADE_BY = "make it with 'kingmaker posterior fit'"


class MembersError(KingmakerError):
    """A file of members that cannot be used, or more members asked for than there are."""


@dataclass(frozen=True)
class Members:
    """An ensemble over parameters and luck.

    Attributes:
        keys: the parameters' keys, sorted.
        values: their values in their own units, shape (members, keys).
        seeds: each member's own seed, shape (members,).
        weights: shape (members,), sum 1.
        source: the manifest: command, digests of data and of the model's source, date, scores.
    """

    keys: tuple[str, ...]
    values: FloatArray
    seeds: NDArray[np.int64]
    weights: FloatArray
    source: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        """The number of members."""
        return len(self.seeds)

    def __repr__(self) -> str:
        """How many there are, of what, and since when."""
        made = self.source.get("date", "")
        return f"<{len(self)} members over {len(self.keys)} parameters{', of ' * bool(made)}{made}>"

    @property
    def discrepancy(self) -> dict[str, float]:
        """The relative error of the model itself by block of lines; empty if the manifest does not say."""
        return {block: float(size) for block, size in json.loads(self.source.get("discrepancy", "{}")).items()}

    def worlds(self, **pins: Any) -> list[dict[str, Any]]:
        """Arguments for :meth:`ComputeEconomy.stack`, a dict a member.

        Args:
            **pins: what is the same in all worlds, such as ``scenario``; a parameter that is pinned is not drawn.
        """
        return [
            {"rng": int(seed), **dict(zip(self.keys, map(float, row), strict=True)), **pins}
            for seed, row in zip(self.seeds, self.values, strict=True)
        ]

    def first(self, number: int) -> Members:
        """The first so many; they are exchangeable, and the weights sum to one again.

        Raises:
            MembersError: there are not so many.
        """
        chosen = whole(number, "members", 1)
        if chosen > len(self):
            raise MembersError(f"members: {chosen} are asked for, and the posterior has {len(self)}.")
        weights = self.weights[:chosen]
        return Members(self.keys, self.values[:chosen], self.seeds[:chosen], weights / weights.sum(), dict(self.source))

    def column(self, key: str) -> FloatArray:
        """The values of one parameter, shape (members,).

        Raises:
            MembersError: the posterior has no such parameter.
        """
        if key not in self.keys:
            raise MembersError(f"members: '{key}' is not among the parameters of the posterior.")
        return self.values[:, self.keys.index(key)]


def load_members(path: Path | None = None) -> Members:
    """The members of a file; of the one that is shipped if none is named.

    Raises:
        MembersError: there is no such file, it is damaged, or its parameters are not those of this model.
    """
    import pyarrow as pa

    place = SHIPPED if path is None else path
    if not place.is_file():
        raise MembersError(f"{place}: there is no such file of members; {MADE_BY}.")
    try:
        table = table_in(place.read_bytes())
    except (pa.ArrowException, OSError) as fault:
        raise MembersError(
            f"{place}: cannot be read as a file of members ({type(fault).__name__}); {MADE_BY}."
        ) from None
    names = [name for name in table.column_names if name not in (SEED, WEIGHT)]
    if not {SEED, WEIGHT} <= set(table.column_names) or not names or not len(table):
        raise MembersError(f"{place}: is no file of members: it has no columns 'seed' and 'weight'; {MADE_BY}.")
    keys = tuple(sorted(names))
    values = np.column_stack([table[key].to_numpy().astype(np.float64) for key in keys])
    weights = table[WEIGHT].to_numpy().astype(np.float64)
    _check(place, keys, values, weights)
    source = json.loads((table.schema.metadata or {}).get(SOURCE_KEY, b"{}"))
    return Members(keys, values, table[SEED].to_numpy().astype(np.int64), weights / weights.sum(), source)


def _check(place: Path, keys: tuple[str, ...], values: FloatArray, weights: FloatArray) -> None:
    """Raise :class:`MembersError` where a parameter or a value is none of this model's."""
    if not (np.isfinite(weights).all() and (weights >= 0.0).all() and weights.sum() > 0.0):
        raise MembersError(f"{place}: the weights must be finite, none below zero, and not all zero.")
    for column, key in enumerate(keys):
        for value in (values[:, column].min(), values[:, column].max()):
            try:
                check(key, float(value), str(place))
            except ParameterError as fault:
                raise MembersError(f"{fault} The members were fitted on another model; {MADE_BY}.") from None


def members_digest(members: Members) -> str:
    """SHA-256 of parameters, values, seeds and weights: which posterior it is."""
    digest = hashlib.sha256("\0".join(members.keys).encode())
    for array, kind in ((members.values, "<f8"), (members.seeds, "<i8"), (members.weights, "<f8")):
        digest.update(np.ascontiguousarray(array, dtype=kind).tobytes())
    return digest.hexdigest()


def write_members(members: Members, path: Path) -> None:
    """Write a file of members; the manifest stands in its schema."""
    path.write_bytes(encode_members(members))


def encode_members(members: Members) -> bytes:
    """The bytes of a file of members: the same members give the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {SEED: members.seeds, WEIGHT: members.weights}
    columns |= {key: members.values[:, column] for column, key in enumerate(members.keys)}
    source = json.dumps(dict(members.source), sort_keys=True, ensure_ascii=False).encode()
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.table(columns).replace_schema_metadata({SOURCE_KEY: source}), sink, compression="zstd",
        compression_level=19, use_dictionary=False, column_encoding=dict.fromkeys(columns, "BYTE_STREAM_SPLIT"),
    )  # fmt: skip
    return bytes(sink.getvalue())
