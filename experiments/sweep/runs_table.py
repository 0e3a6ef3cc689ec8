"""The table of all runs of a design, ``runs.parquet``: made from the design's columns, and compared with them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kingmaker.experiments.design.sweep_design import Design

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 100_000  # of a row group


def runs_table(design: Design, names: Sequence[str]) -> pa.Table:
    """Point, replication, seed, parameters and id of each run, in the order in which they are made."""
    import numpy as np
    import pyarrow as pa

    count, replications = len(design.points), np.arange(design.replications)
    columns: dict[str, Any] = {
        "point": pa.array(np.tile(design.order, design.replications), pa.int32()),
        "replication": pa.array(np.repeat(replications, count), pa.int32()),
        "seed": pa.array(np.repeat(np.array(design.replicates.seeds, dtype=np.int64), count), pa.int64()),
    }
    for key in design.keys:
        column = np.tile(design.points.columns[key][design.order], design.replications)
        kind = pa.int64() if design.declared[key].integer else pa.float64()
        columns[key] = pa.array(column, from_pandas=True).cast(kind)  # NaN: left to the scenario
    columns["run"] = pa.array(names, pa.string())
    return pa.table(columns)


def members_table(design: Design) -> pa.Table | None:
    """Seed, weight and parameters of the members over which a design runs, one a replication; None over luck."""
    import numpy as np
    import pyarrow as pa

    if design.drawn is None:
        return None
    used = design.replicates
    columns = {"seed": pa.array(np.array(used.seeds, dtype=np.int64), pa.int64()), "weight": pa.array(used.weights)}
    return pa.table(columns | {key: pa.array(values) for key, values in used.columns().items()})


def encoded(table: pa.Table) -> bytes:
    """The bytes of the table as a Parquet file."""
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    repeating = [name for name in table.column_names if name != "run"]
    pq.write_table(table, buffer, compression="zstd", use_dictionary=repeating, row_group_size=ROWS)
    return buffer.getvalue()


def table_digest(table: pa.Table) -> str:
    """SHA-256 of the content: names, ids and values, whatever the file's bytes are."""
    import numpy as np

    found = hashlib.sha256(f"{table.num_rows}".encode())
    for name in table.column_names:
        found.update(b"\0" + name.encode() + b"\0")
        if name == "run":
            for chunk in table[name].chunks:
                found.update(_text(chunk))
            continue
        values = table[name].to_numpy()
        numbers = values.dtype.kind in "iuf"
        found.update(np.ascontiguousarray(values, "<f8").tobytes() if numbers else repr(values.tolist()).encode())
    return found.hexdigest()


def _text(ids: pa.Array) -> memoryview | bytes:
    """The ids one after the other: as they lie in memory, where none is missing."""
    import pyarrow as pa

    if ids.type != pa.string() or ids.null_count or not len(ids):
        return "".join(map(str, ids.to_pylist())).encode()
    starts = memoryview(ids.buffers()[1]).cast("i")[ids.offset : ids.offset + len(ids) + 1]
    return memoryview(ids.buffers()[2])[starts[0] : starts[-1]]
