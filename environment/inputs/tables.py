"""Reads the tables of data, checks every cell, and says where a mistake is."""

from __future__ import annotations

import csv
import datetime
import functools
import hashlib
import io
import math
import re
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NoReturn

from kingmaker.agents.arithmetic import ROUNDING
from kingmaker.agents.calendar import month_of
from kingmaker.agents.errors import KingmakerError, nearest, shown
from kingmaker.agents.types import REGIONS
from kingmaker.environment.inputs import names
from kingmaker.environment.inputs.table_cells import NODES, Cell
from kingmaker.environment.inputs.table_rows import (
    ChipmakerRow,
    ChipRow,
    CloudRow,
    DemandRow,
    ExportRuleRow,
    FactRow,
    InvestorRow,
    MemoryRow,
    NetworkingRow,
    PlaceRow,
    PolicyRow,
    PowerRow,
    RegulatorRow,
    SectorRow,
    SeriesRow,
    StartupRow,
    TieRow,
)
from kingmaker.environment.inputs.text_files import decoded

DATA = Path(__file__).parent.parent / "data"
NEEDED = ("chips", "chipmakers", "clouds", "startups", "sectors", "investors", "regulators", "networking")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The data of a world: one tuple of rows a file (`chips` is read from chips.csv), and the files' digest."""

    chips: tuple[ChipRow, ...]
    chipmakers: tuple[ChipmakerRow, ...]
    memory: tuple[MemoryRow, ...]
    networking: tuple[NetworkingRow, ...]
    clouds: tuple[CloudRow, ...]
    startups: tuple[StartupRow, ...]
    sectors: tuple[SectorRow, ...]
    investors: tuple[InvestorRow, ...]
    regulators: tuple[RegulatorRow, ...]
    ties: tuple[TieRow, ...]
    validation_ties: tuple[TieRow, ...]
    export_rules: tuple[ExportRuleRow, ...]
    policy: tuple[PolicyRow, ...]
    demand: tuple[DemandRow, ...]
    power: tuple[PowerRow, ...]
    places: tuple[PlaceRow, ...]
    facts: tuple[FactRow, ...]
    series: tuple[SeriesRow, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a cell stands."""

    path: Path
    line: int
    column: str

    def wrong(self, value: str, allowed: str) -> NoReturn:
        """Raise KingmakerError: the cell holds `value`, but only `allowed` may stand there."""
        where = f"{self.path}, line {self.line}, column '{self.column}'"
        raise KingmakerError(f"{where}: {shown(value)} is not {allowed}")


def read_tables(directory: Path | None = None) -> Tables:
    """The tables of a folder, read once for as long as its files do not change.

    Args:
        directory: Folder with one CSV file a table; by default the data that the project ships.

    Raises:
        KingmakerError: A file is missing or broken; the message names file, line, column, value and what is allowed.
    """
    folder = (DATA if directory is None else directory).resolve()
    stamp = []
    for name in _row_types():
        path = folder / f"{name}.csv"
        try:
            status = path.stat() if path.is_file() else None
        except OSError as fault:
            raise KingmakerError(f"{path}: cannot be read: {fault.strerror}.") from None
        if status is None:
            raise KingmakerError(f"{path}: this file is missing. A data folder holds {', '.join(_row_types())} (.csv).")
        stamp.append((status.st_mtime_ns, status.st_size))
    return _read_folder(folder, tuple(stamp))


@functools.cache
def _row_types() -> dict[str, type[Any]]:
    """Table name to the class of its rows, in the order of `Tables`."""
    hints = typing.get_type_hints(Tables)
    return {field.name: typing.get_args(hints[field.name])[0] for field in fields(Tables) if field.name != "digest"}


@functools.lru_cache(maxsize=16)
def _read_folder(folder: Path, _stamp: tuple[tuple[int, int], ...]) -> Tables:
    """The tables of a folder; `_stamp` (times of change and sizes) only tells one state of the files from another."""
    contents = {name: _content(folder / f"{name}.csv") for name in _row_types()}
    tables: dict[str, list[tuple[int, Any]]] = {}
    for name, row_type in _row_types().items():
        tables[name] = list(_rows(folder / f"{name}.csv", contents[name], row_type, _cells(name)))
    _check_references(folder, tables)
    _check_complete(folder, tables)
    digest = hashlib.sha256()
    for name in sorted(contents):
        digest.update(f"{name}.csv {len(contents[name])}\n".encode())
        digest.update(contents[name])
    rows = {name: tuple(row for _, row in table) for name, table in tables.items()}
    return Tables(**rows, digest=digest.hexdigest())


def _content(path: Path) -> bytes:
    """The bytes of a file."""
    try:
        return path.read_bytes()
    except OSError as fault:
        raise KingmakerError(f"{path}: cannot be read: {fault.strerror}.") from None


@functools.cache
def _cells(table: str) -> dict[str, tuple[type[Any], bool, Cell]]:
    """Column name to (type, whether it may be None, Cell) of a table's rows."""
    row_type = _row_types()[table]
    hints = typing.get_type_hints(row_type, include_extras=True)
    cells = {}
    for field in fields(row_type):
        hint = hints[field.name]
        base, cell = typing.get_args(hint)
        options = typing.get_args(base) if isinstance(base, types.UnionType) else (base,)
        plain = typing.get_origin(options[0]) or options[0]
        cells[field.name] = (plain, types.NoneType in options, cell)
    return cells


def _records(path: Path, content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The records of a CSV file with the number of the line on which each starts; blank lines are passed over."""
    text = decoded(content, path, KingmakerError)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for record in reader:
            if record:
                yield start, record
            start = reader.line_num + 1
    except csv.Error as error:
        raise KingmakerError(f"{path}, line {start}: not a CSV record ({error}).") from None


def _check_header(path: Path, header: list[str], known: list[str]) -> None:
    """Raise KingmakerError unless the header names each known column once, in any order."""
    for column in header:
        if column not in known:
            parted = next((mark for mark in ("semicolon ;", "tab \t") if mark[-1] in column), None)
            if len(header) == 1 and parted:
                raise KingmakerError(
                    f"{path}, line 1: columns are parted by a {parted.split()[0]}; save it with commas between them."
                )
            hint = nearest(column, known)
            raise KingmakerError(f"{path}, line 1: unknown column '{column}'.{hint} Known: {', '.join(known)}.")
        if header.count(column) > 1:
            raise KingmakerError(f"{path}, line 1: column '{column}' stands there twice; each column may stand once.")
    missing = [column for column in known if column not in header]
    if missing:
        raise KingmakerError(f"{path}, line 1: column '{missing[0]}' is missing. Needed: {', '.join(known)}.")


def _rows(
    path: Path, content: bytes, row_type: type[Any], cells: dict[str, tuple[type[Any], bool, Cell]]
) -> Iterator[tuple[int, Any]]:
    """The checked rows of one file, each with its line number."""
    records = _records(path, content)
    _, header = next(records, (1, []))
    _check_header(path, header, list(cells))
    seen: dict[tuple[str, ...], int] = {}
    for line, record in records:
        if len(record) != len(header):
            _Place(path, line, header[min(len(record), len(header) - 1)]).wrong(
                ",".join(record), f"a whole row: it has {len(record)} cells, the header has {len(header)}"
            )
        texts = dict(zip(header, record, strict=True))
        key = tuple(texts[column].strip() for column in row_type.key)
        if key in seen:
            _Place(path, line, row_type.key[0]).wrong(
                " ".join(key), f"allowed twice: line {seen[key]} has it already ({', '.join(row_type.key)} is the key)"
            )
        seen[key] = line
        values = {column: _value(_Place(path, line, column), texts[column].strip(), *cells[column]) for column in cells}
        try:
            row = row_type(**values)
        except ValueError as error:
            raise KingmakerError(f"{path}, line {line}, {error}.") from None
        yield line, row


def _value(place: _Place, text: str, kind: type[Any], optional: bool, cell: Cell) -> object:
    """The value of one cell, checked against its type, range and choices."""
    if text == "":
        if optional:
            return None
        if cell.blank:
            return () if kind is tuple else ""
        place.wrong(text, f"allowed: the cell may not be empty ({cell.unit})")
    if kind is tuple:
        return tuple(_chosen(place, part.strip(), cell) for part in text.split(";"))
    if kind is str:
        return _chosen(place, text, cell)
    if kind is bool:
        return text == "1" if text in ("0", "1") else place.wrong(text, "0 or 1")
    if kind is datetime.date:
        return _day(place, text)
    number = _month(place, text) if cell.month else _number(place, text, kind, cell)
    if not cell.low <= number <= cell.high:
        place.wrong(text, f"in the range {cell.low:g} to {cell.high:g} ({cell.unit})")
    return number


def _chosen(place: _Place, text: str, cell: Cell) -> str:
    """The text, if it is among the cell's choices."""
    if text and (not cell.choices or text in cell.choices):
        return text
    place.wrong(text, f"one of {', '.join(cell.choices)}.{nearest(text, cell.choices)}")


def _number(place: _Place, text: str, kind: type[Any], cell: Cell) -> float | int:
    """A finite number; a whole one where the column is typed int."""
    try:
        number: float | int = int(text) if kind is int else float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        place.wrong(text, f"a {'whole' if kind is int else 'finite'} number ({cell.unit})")
    return number


def _month(place: _Place, text: str) -> int:
    """Months after January 2022 of a text YYYY-MM."""
    found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text, flags=re.ASCII)
    if found is None:
        place.wrong(text, "a month written YYYY-MM, such as 2023-05")
    return month_of(int(found[1]), int(found[2]))


def _day(place: _Place, text: str) -> datetime.date:
    """The day of a text YYYY-MM-DD."""
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=datetime.UTC).date()
    except ValueError:
        place.wrong(text, "a day written YYYY-MM-DD, such as 2022-10-07")


def _check_complete(folder: Path, tables: dict[str, list[tuple[int, Any]]]) -> None:
    """Raise KingmakerError for a table without rows that the model cannot do without, or a region without power."""
    for name in NEEDED:
        if not tables[name]:
            raise KingmakerError(
                f"{folder / f'{name}.csv'}: has no rows below its header; the model needs at least one."
            )
    missing = [region for region in REGIONS if region not in {row.region for _, row in tables["power"]}]
    if missing:
        raise KingmakerError(f"{folder / 'power.csv'}: has no row for region {', '.join(missing)}; each needs one.")
    for line, row in tables["clouds"]:
        if row.lets_to_clouds and not row.rents_out:
            _Place(folder / "clouds.csv", line, "lets_to_clouds").wrong(
                "1", "allowed where rents_out is 0: who lets nothing lets nothing to clouds; write 0 here, or 1 there"
            )
    for cloud in dict.fromkeys(row.cloud for _, row in tables["places"]):
        whole = math.fsum(row.share for _, row in tables["places"] if row.cloud == cloud)
        if abs(whole - 1.0) > ROUNDING:
            line = next(line for line, row in tables["places"] if row.cloud == cloud)
            _Place(folder / "places.csv", line, "share").wrong(
                f"{whole:g}", f"what the shares of '{cloud}' may sum to: they must sum to 1"
            )


def _check_references(folder: Path, tables: dict[str, list[tuple[int, Any]]]) -> None:
    """Raise KingmakerError for two firms of one id or name, or a reference to a row that does not exist."""
    taken: dict[tuple[str, str], str] = {}
    for name in NODES:
        for line, row in tables[name]:
            for column, text in (("id", row.id), ("name", row.name)):
                place, key = _Place(folder / f"{name}.csv", line, column), (column, names.plain(text))
                if key in taken:
                    place.wrong(text, f"free: {taken[key]} ({names.RULE})")
                if column == "name" and (fault := names.fault(text)):
                    place.wrong(text, f"allowed: {fault}")
                taken[key] = f"{name}.csv has it already in line {line}, as {text!r}"
    for name, table in tables.items():
        for column, (_, _, cell) in _cells(name).items():
            known = {row.id for other in cell.refers for _, row in tables[other]}
            for line, row in table if cell.refers else ():
                value = getattr(row, column)
                for target in value if isinstance(value, tuple) else (value,) if value else ():
                    if target not in known:
                        where = " or ".join(f"{other}.csv" for other in cell.refers)
                        _Place(folder / f"{name}.csv", line, column).wrong(
                            target, f"an id of {where}.{nearest(target, known)}"
                        )


def power_rows(tables: Tables) -> list[PowerRow]:
    """Power for data centres, by region in the order of :data:`kingmaker.agents.types.REGIONS`."""
    rows = {row.region: row for row in tables.power}
    return [rows[name] for name in REGIONS]


def place_shares(tables: Tables) -> list[list[float]]:
    """Where each cloud stands in January 2022: shares by region, in the order of the clouds; at home without rows."""
    given: dict[str, dict[str, float]] = {}
    for row in tables.places:
        given.setdefault(row.cloud, {})[row.region] = row.share
    return [[given.get(row.id, {row.region: 1.0}).get(name, 0.0) for name in REGIONS] for row in tables.clouds]
