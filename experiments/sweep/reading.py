"""Reading a sweep's results: as a data frame, by SQL, as one file."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.agents.errors import shown
from kingmaker.experiments.results.parquet import frame_of, table_in
from kingmaker.experiments.sweep.folder_state import Folder, open_folder, shortfall
from kingmaker.experiments.sweep.store import RUNS
from kingmaker.experiments.sweep.tasks import SweepError

if TYPE_CHECKING:
    import pandas as pd

ORDER = ("point", "replication", "month")


def load(folder: str | Path) -> pd.DataFrame:
    """The results of a sweep, one row a run (a run and month, if monthly values were kept), sorted.

    The columns are ``point``, ``replication``, ``seed``, the varied parameters, ``run``, (``month``,) and the outcomes.
    A sweep that is not complete gives what there is, with a warning.

    Raises:
        KingmakerError: no sweep, or a damaged part.
    """
    import pandas as pd
    import pyarrow as pa

    opened = open_folder(folder)
    tables = []
    seen: set[str] = set()
    for part, content in opened.parts():
        table = table_in(content)
        if not seen.isdisjoint(part.runs):  # two sweeps at once may have made a run twice: the same numbers
            fresh = [run not in seen for run in table["run"].to_pylist()]
            table = table.filter(pa.array(fresh))
        seen.update(part.runs)
        tables.append(table)
    plan = frame_of(opened.plan)
    _warn(opened, seen)
    if not tables:
        raise SweepError(f"{folder}: there are no results yet; run the sweep.")
    results = frame_of(pa.concat_tables(tables))
    outcomes = [name for name in results.columns if name == "run" or name not in plan.columns]
    frame = plan.merge(results[outcomes], on="run", how="inner", sort=False)
    order = [name for name in ORDER if name in frame]
    return pd.DataFrame(frame.sort_values(order, kind="stable", ignore_index=True))


def query(folder: str | Path, sql: str) -> pd.DataFrame:
    """The answer of DuckDB to a question in SQL about a sweep.

    Two tables can be asked: ``results`` (the columns of :func:`load`) and ``runs`` (every run of the design). A name
    with a dot needs quotes: ``select "policy.interoperability", avg(switching_rate_last12) from results group by 1``.

    Raises:
        KingmakerError: no sweep, a damaged part, or a mistake in the question.
    """
    import duckdb

    if not isinstance(sql, str):
        raise SweepError(f"the query is {shown(sql)}; allowed is a text in SQL.")
    with _database(open_folder(folder)) as database:
        try:
            frame: pd.DataFrame = database.execute(sql).df()
        except duckdb.Error as fault:
            raise SweepError(f"the query failed: {fault}") from None
    return frame


def export(folder: str | Path, out: Path, form: str) -> int:
    """Write the results into one sorted file, ``form`` 'csv' or 'parquet'; gives the number of rows.

    Raises:
        KingmakerError: no sweep, a damaged part, or a file that cannot be written.
    """
    import duckdb

    opened = open_folder(folder)
    temporary = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    quoted = str(temporary).replace("'", "''")
    options = "format csv, header" if form == "csv" else "format parquet, compression zstd"
    with _database(opened) as database:
        names = [row[0] for row in database.execute("describe results").fetchall()]
        order = ", ".join(f'"{name}"' for name in ORDER if name in names)
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            database.execute(f"copy (select * from results order by {order}) to '{quoted}' ({options})")
            os.replace(temporary, out)
        except (duckdb.Error, OSError) as fault:
            temporary.unlink(missing_ok=True)
            raise SweepError(f"{out}: cannot be written: {fault}.") from None
        (rows,) = database.execute("select count(*) from results").fetchone() or (0,)
    return int(rows)


class IncompleteSweepWarning(UserWarning):
    """Results of a sweep of which some runs are missing or have failed."""


def _warn(opened: Folder, seen: set[str], stacklevel: int = 3) -> None:
    """Warn of what is not there, and of what is there and is not the sweep's."""
    for told in shortfall(opened, seen).sentences():
        warnings.warn(told, IncompleteSweepWarning, stacklevel)
    for told in opened.odd.strangers:
        warnings.warn(f"{told}; it is left alone.", UserWarning, stacklevel)


@contextmanager
def _database(opened: Folder) -> Iterator[Any]:
    """A DuckDB database with the tables ``results`` and ``runs`` over the files."""
    import duckdb

    paths: list[str] = []
    seen: set[str] = set()
    doubled = False
    for part, _ in opened.parts():
        doubled = doubled or not seen.isdisjoint(part.runs)
        seen.update(part.runs)
        paths.append(str(part.path))
    if not paths:
        raise SweepError(f"{opened.store.folder}: there are no results yet; run the sweep.")
    _warn(opened, seen, stacklevel=5)  # of who has called query or export
    with duckdb.connect() as database:
        runs = str(opened.store.folder / RUNS).replace("'", "''")
        database.execute(f"create view runs as select * from read_parquet('{runs}')")
        files = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
        parts = f"read_parquet([{files}], union_by_name = true)"
        columns = [row[0] for row in database.execute(f"describe select * from {parts}").fetchall()]
        known = [row[0] for row in database.execute("describe runs").fetchall()]
        if doubled:  # two sweeps at once have made a run twice: the same numbers, taken once
            by = "run, month" if "month" in columns else "run"
            parts = f"(select distinct on ({by}) * from {parts})"
        outcomes = "".join(f', p."{name}"' for name in columns if name not in known)
        database.execute(f"create view results as select runs.*{outcomes} from runs join {parts} p using (run)")
        yield database
