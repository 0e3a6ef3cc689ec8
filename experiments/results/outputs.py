"""Writing results: all of it or nothing, in a place that was tried before the runs, over no other result in silence."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from kingmaker.agents.calendar import opens_year, year_of
from kingmaker.agents.units import FIRST_YEAR, YEAR
from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.results.asked import DIGITS, Asked, asked_of
from kingmaker.experiments.results.exchange import DOT, Workshop, clear_neighbours, explained, is_cut_short, workshop
from kingmaker.experiments.results.manifest import NAME as MANIFEST
from kingmaker.experiments.results.manifest import ManifestError, read_manifest
from kingmaker.experiments.terminal.telling import complain

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

LARGEST = 500  # start-ups in an exported graph, beside all named actors
PANEL_TABLES = ("panel", "ties", "flows", "events")
OURS = {MANIFEST, "measures.parquet", "measures.csv", "data_dictionary.csv", "graphs", "figures"} | {
    f"{name}.parquet" for name in PANEL_TABLES
}
OURS |= {"summary.csv", "income.csv"}  # kingmaker run --replications
# kingmaker compare, kingmaker sensitivity
OURS |= {"differences.csv", "in_force.csv", "paths.parquet", "robustness.csv", "brief.md", "brief.html"}
OURS |= {"indices.csv", "interactions.csv", "convergence.csv", "boxes.csv", "outcomes.parquet"}
OURS |= {"report.md", "report.html"}
# over a posterior: whose members, where signs turn; kingmaker factorial
OURS |= {"members.parquet", "flips.csv", "effects.csv", "outcomes.csv"}
# what systems leave in folders by themselves; it stays
SYSTEMS = {"lost+found", ".DS_Store", "Thumbs.db", "desktop.ini"}
LONGEST_STEM = 120  # of a folder's name, in characters


class OutputError(KingmakerError):
    """A folder that cannot be written, or must not be overwritten."""


@contextmanager
def staged(out: Path, asked: Asked | None = None, force: bool = False, quiet: bool = True) -> Iterator[Path]:
    """A temporary folder inside ``out`` whose contents take the place of the old ones when the block ends well.

    Args:
        out: the folder of the result; made if need be, and itself never moved or removed.
        asked: the question that the result answers.
        force: replace the result of another question.
        quiet: do not say on stderr what is replaced.

    Raises:
        OutputError: at once, if ``out`` cannot be written, holds something that Kingmaker has not made or the answer
            to another question, or if another process is at work there.
    """
    target = located(out)
    if not is_cut_short(target):
        check_replaceable(out, asked, force)
    with at_work(out, target) as work:
        check_replaceable(out, asked, force)
        there = _manifest_of(target)
        with told(out, target):
            work.begin()
            _check_movable(out, target)
            yield work.part
            made = _manifest_of(work.part)
            work.commit(OURS)
    if there and not quiet:
        complain(_replaced(out, there, made))


def located(out: Path) -> Path:
    """The full path of a folder, without links.

    Raises:
        OutputError: it is a file, or no path that the system knows.
    """
    try:
        target = out.resolve()
        if target.exists() and not target.is_dir():
            raise OutputError(f"{out}: is a file; name a folder with --out.")
    except (OSError, RuntimeError, ValueError) as fault:  # too long a name; links in a circle; a zero byte
        why = explained(fault) if isinstance(fault, OSError) else str(fault)
        raise OutputError(f"{out}: the folder cannot be written: {why}.") from None
    return target


@contextmanager
def at_work(out: Path, target: Path) -> Iterator[Workshop]:
    """The lock of a folder, which is repaired first if a process was killed there."""
    entered = False
    try:
        with workshop(target) as work:
            if work is None:
                raise OutputError(
                    f"{out}: another kingmaker is writing into this folder; wait for it, or name another with --out."
                )
            if work.repair(OURS):
                complain(f"{out}: a result that was not yet in its place was put there.")
            clear_neighbours(target)
            entered = True
            yield work
    except OSError as fault:
        if entered:
            raise
        raise OutputError(f"{out}: the folder cannot be written: {explained(fault)}.") from None


@contextmanager
def told(out: Path, target: Path) -> Iterator[None]:
    """A fault of the disk while results are written, in words."""
    try:
        yield
    except OSError as fault:
        name = fault.filename
        here = isinstance(name, str | os.PathLike) and Path(name).is_relative_to(target)
        if isinstance(name, str | os.PathLike) and not here:
            raise
        raise OutputError(f"{out}: the results cannot be written: {explained(fault)}.") from fault


def check_replaceable(out: Path, asked: Asked | None = None, force: bool = False) -> None:
    """Raise :class:`OutputError` if ``out`` holds what Kingmaker has not made, or the answer to another question."""
    target = located(out)
    try:
        there = {path.name for path in target.iterdir()} - SYSTEMS - {DOT} if target.exists() else set()
    except OSError as fault:
        raise OutputError(f"{out}: the folder cannot be read: {explained(fault)}.") from None
    if not there:
        return
    try:
        manifest = read_manifest(target)
    except ManifestError:
        raise OutputError(
            f"{out}: the folder is not empty and was not written by kingmaker (it has no {MANIFEST} of ours); "
            "name another with --out."
        ) from None
    strangers = sorted(there - OURS)
    if strangers:
        raise OutputError(
            f"{out}: holds {', '.join(strangers[:3])}, not written by kingmaker, which a new result would delete; "
            "move it away, or name another folder with --out."
        )
    if asked is not None and not force:
        _check_same(out, manifest, asked)


def _check_movable(out: Path, target: Path) -> None:
    """What must be moved away can be: no mount point, no folder of somebody else's."""
    for path in (target / name for name in sorted(OURS)):
        if os.path.ismount(path) or (path.is_dir() and not path.is_symlink() and not os.access(path, os.W_OK)):
            raise OutputError(f"{out}: '{path.name}' in it cannot be moved out of the way; name another with --out.")


def _check_same(out: Path, manifest: Mapping[str, Any], asked: Asked) -> None:
    digest, words = asked_of(manifest.get("question"))
    if digest != asked.digest:
        more = " with other parameters, events, data or classes" if words == asked.words else ""
        there = f"answers another question ({words}{more})" if words else "does not say which question it answers"
        raise OutputError(
            f"{out}: the result there {there}; asked is now: {asked.words}. Name another folder with --out, or replace "
            "it with --force."
        )


def default_folder(stem: str, asked: Asked) -> Path:
    """``results/<stem>``; with the question's digest behind it if the answer to another one stands there."""
    stem = re.sub(r"[^\w.=+-]+", "_", stem)
    short = f"{stem[:LONGEST_STEM]}-{asked.digest[:DIGITS]}"
    plain = Path("results") / (stem if len(stem) <= LONGEST_STEM else short)
    digest, _ = asked_of((_manifest_of(plain) or {}).get("question"))
    if digest == asked.digest or not _holds_a_result(plain):
        return plain
    return plain.with_name(short)


def _holds_a_result(folder: Path) -> bool:
    try:
        return folder.is_dir() and bool({path.name for path in folder.iterdir()} - SYSTEMS - {DOT})
    except OSError:
        return False  # writing there will say why not


def _manifest_of(folder: Path) -> dict[str, Any] | None:
    try:
        return read_manifest(folder)
    except ManifestError:
        return None


def _replaced(out: Path, old: Mapping[str, Any], new: Mapping[str, Any] | None) -> str:
    """What stood in a folder before, and whether its numbers were the same."""
    here, there = asked_of((new or {}).get("question"))[0], asked_of(old.get("question"))
    if here != there[0]:
        return f"{out}: replaced the result of another question ({there[1] or 'not written down'})."
    hashes = [key for key in old if key.endswith("_hash") and key in (new or {})]
    same = all((new or {})[key] == old[key] for key in hashes)
    numbers = "" if not hashes else ": the same numbers" if same else ": other numbers, of another version of the model"
    return f"{out}: replaced the result of the same question of {old.get('created', 'an unknown date')}{numbers}."


def unfinished(out: Path) -> Path:
    """Where the finished runs of a result are kept until the result stands in ``out``."""
    return located(out) / DOT / "unfinished"


def write_tables(model: Any, measures: pd.DataFrame, income: pd.DataFrame, folder: Path, panel: bool) -> None:
    """Write measures and income statement, with ``panel`` also panel, ties, flows and events, and the dictionary of their columns."""
    measures.to_parquet(folder / "measures.parquet", index=False)
    measures.to_csv(folder / "measures.csv", index=False)
    tables: dict[str, pd.DataFrame] = {}
    if panel:
        frames = (model.panel_frame(), model.partnerships.to_frame(), model.ledger.to_frame(), model.events_frame())
        tables = dict(zip(PANEL_TABLES, frames, strict=True))
    for name, frame in tables.items():
        frame.to_parquet(folder / f"{name}.parquet", index=False)
    income.to_csv(folder / "income.csv", index=False)
    _write_dictionary(measures, tables | {"income": income}, folder / "data_dictionary.csv")


def write_graphs(model: Any, folder: Path) -> nx.MultiDiGraph[str]:
    """Write the partnership graph of each December and of the end as GraphML and GEXF; gives that of the end."""
    from kingmaker.experiments.results.graph_export import write_graph

    graphs = folder / "graphs"
    graphs.mkdir()
    months = sorted({*range(YEAR, model.month + 1, YEAR), model.month})
    graph: Any = None
    for month, graph in zip(months, model.partnerships.graphs(months, largest=LARGEST), strict=True):
        names = [str(year_of(month - 1))] if opens_year(month) else []
        names += ["final"] if month == model.month else []
        write_graph(graph, *(graphs / name for name in names))
    return cast("nx.MultiDiGraph[str]", graph)


def _write_dictionary(measures: pd.DataFrame, tables: dict[str, pd.DataFrame], path: Path) -> None:
    """Each column of each file, with unit and meaning."""
    from kingmaker.experiments.results.dictionary import described

    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file", "column", "unit", "meaning"))
        writer.writerows(described(measures, tables))
