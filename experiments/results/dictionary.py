"""What the columns of the written files mean: `data_dictionary.csv`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.ties import tie_kinds
from kingmaker.experiments.results import income_table
from kingmaker.experiments.results.graph_export import EDGES, NODES

if TYPE_CHECKING:
    import pandas as pd

Line = tuple[str, str, str, str]

COMMON = {"month": ("month", "calendar month"), "world": ("", "number of the world in a stack; 0 in a single run")}

TABLE_COLUMNS: dict[str, dict[str, tuple[str, str]]] = {
    "ties": tie_kinds.COLUMNS,
    "flows": {
        "kind": ("", "what is paid for"),
        "payer": ("", "sector that pays"),
        "payee": ("", "sector that is paid"),
        "musd": ("M$", "payments of the month"),
    },
    "income": income_table.COLUMNS,
    "events": {
        "kind": ("", "kind of event"),
        "who": ("", "firm or authority"),
        "text": ("", "what happened"),
    },
}


def described(measures: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> Iterator[Line]:
    """One line a column: file, column, unit, meaning.

    The columns of the panel are the columns of the populations, and a scenario may add measures; such a frame brings
    their units and meanings along in ``frame.attrs["columns"]`` as ``{name: (unit, meaning)}``.
    """
    known = {name: (measure.unit, measure.definition) for name, measure in MEASURES.items()}
    yield from _lines("measures", measures, COMMON | known | dict(measures.attrs.get("columns", {})))
    for file, frame in tables.items():
        yield from _lines(file, frame, COMMON | TABLE_COLUMNS.get(file, {}) | dict(frame.attrs.get("columns", {})))
    for part, columns in (("graphs, nodes", NODES), ("graphs, edges", EDGES)):
        for name, (unit, meaning) in columns.items():
            yield part, name, unit, meaning


def _lines(file: str, frame: pd.DataFrame, known: dict[str, tuple[str, str]]) -> Iterator[Line]:
    for column in frame.columns:
        unit, meaning = known.get(str(column), ("", ""))
        yield file, str(column), unit, meaning
