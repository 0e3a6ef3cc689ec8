"""Writing a result folder: all of it or nothing."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.errors import KingmakerError
from experiments.manifest import NAME as MANIFEST
from experiments.manifest import ManifestError, read_manifest

if TYPE_CHECKING:
    import pandas as pd

LARGEST = 500  # start-ups in an exported graph, beside all named actors
PANEL_TABLES = ("panel", "ties", "flows", "events")
OURS = {MANIFEST, "measures.parquet", "measures.csv", "data_dictionary.csv", "graphs", "figures"} | {
    f"{name}.parquet" for name in PANEL_TABLES
}
# kingmaker compare, kingmaker sensitivity
OURS |= {"differences.csv", "in_force.csv", "paths.parquet", "robustness.csv", "brief.md", "brief.html"}
OURS |= {"indices.csv", "interactions.csv", "convergence.csv", "boxes.csv", "outcomes.parquet"}
OURS |= {"report.md", "report.html"}


class OutputError(KingmakerError):
    """A folder that cannot be written, or must not be overwritten."""


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """A temporary folder beside ``out`` that takes its place when the block ends well, and vanishes otherwise.

    Raises:
        OutputError: at once, if ``out`` cannot be written or holds something that Kingmaker has not made.
    """
    check_replaceable(out)
    target = out.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.part-", dir=target.parent))
        folder.chmod(0o755)  # mkdtemp makes it private; results are shared like any other folder
    except OSError as fault:
        raise OutputError(f"{out}: the folder cannot be written: {fault.strerror}.") from None
    try:
        yield folder
        _swap(folder, target)
    except OSError as fault:
        raise OutputError(f"{out}: the results cannot be written: {fault}.") from fault
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check_replaceable(out: Path) -> None:
    """Raise :class:`OutputError` if ``out`` holds something that Kingmaker has not made."""
    target = out.resolve()
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError(f"{out}: is a file; name a folder with --out.")
    if not any(target.iterdir()):
        return
    try:
        read_manifest(target)
    except ManifestError:
        raise OutputError(
            f"{out}: the folder is not empty and was not written by kingmaker (it has no {MANIFEST} of ours); "
            "name another with --out."
        ) from None
    strangers = sorted({path.name for path in target.iterdir()} - OURS)
    if strangers:
        raise OutputError(
            f"{out}: holds {', '.join(strangers[:3])}, not written by kingmaker, which a new result would delete; "
            "move it away, or name another folder with --out."
        )


def unfinished(out: Path) -> Path:
    """Where the finished runs of a result are kept until the result stands in ``out``."""
    target = out.resolve()
    return target.parent / f".{target.name}.unfinished"


def forget(keep: Path) -> None:
    """Remove kept runs once they are no longer needed."""
    shutil.rmtree(keep, ignore_errors=True)


def _swap(folder: Path, target: Path) -> None:
    """Put ``folder`` where ``target`` is; the old result is deleted only when the new one stands."""
    if not target.exists():
        folder.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}.old-", dir=target.parent))
    target.rename(old / target.name)
    try:
        folder.rename(target)
    except BaseException:
        (old / target.name).rename(target)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def write_tables(model: Any, measures: pd.DataFrame, folder: Path, panel: bool) -> None:
    """Write the measures, with ``panel`` also panel, ties, flows and events, and the dictionary of their columns."""
    measures.to_parquet(folder / "measures.parquet", index=False)
    measures.to_csv(folder / "measures.csv", index=False)
    tables: dict[str, pd.DataFrame] = {}
    if panel:
        frames = (model.panel_frame(), model.partnerships.to_frame(), model.ledger.to_frame(), model.events_frame())
        tables = dict(zip(PANEL_TABLES, frames, strict=True))
    for name, frame in tables.items():
        frame.to_parquet(folder / f"{name}.parquet", index=False)
    _write_dictionary(measures, tables, folder / "data_dictionary.csv")


def write_graphs(model: Any, folder: Path) -> None:
    """Write the partnership graph of each December and of the end as GraphML and GEXF."""
    from environment.scenario import FIRST_YEAR
    from experiments.graph_export import write_graph

    graphs = folder / "graphs"
    graphs.mkdir()
    for year in range(model.month // 12):
        graph = model.partnerships.graph(month=12 * (year + 1), largest=LARGEST)
        write_graph(graph, graphs / str(FIRST_YEAR + year))
    write_graph(model.partnerships.graph(largest=LARGEST), graphs / "final")


def _write_dictionary(measures: pd.DataFrame, tables: dict[str, pd.DataFrame], path: Path) -> None:
    """Each column of each file, with unit and meaning."""
    from experiments.dictionary import described

    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file", "column", "unit", "meaning"))
        writer.writerows(described(measures, tables))
