"""Parquet as this package reads it: by the thread that asks, without Arrow's own.

A thread of Arrow's that has hardly begun when the interpreter ends brings the process down ("terminate called without
an active exception", issue 34314 of Apache Arrow): a command that ends with a sentence right after a reading would then
end with an abort. A test looks for other ways of reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def table_in(content: bytes, columns: Sequence[str] | None = None) -> pa.Table:
    """The table in a file's content, or some of its columns.

    Raises:
        pa.ArrowException: it is truncated or damaged.
        OSError: so too; some of Arrow's own errors are OSErrors.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(pa.BufferReader(content), pre_buffer=False)
    return file.read(None if columns is None else list(columns), use_threads=False)


def frame_of(table: pa.Table) -> pd.DataFrame:
    """The same as a frame of pandas."""
    frame: pd.DataFrame = table.to_pandas(use_threads=False)
    return frame
