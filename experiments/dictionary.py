"""What the columns of the written files mean: `data_dictionary.csv`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from environment.measures import MEASURES
from experiments.graph_export import COLUMNS as GRAPH_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

Line = tuple[str, str, str, str]

COMMON = {"month": ("month", "calendar month"), "world": ("", "number of the world in a stack; 0 in a single run")}

TABLE_COLUMNS: dict[str, dict[str, tuple[str, str]]] = {
    "ties": {
        "action": ("", "start, change or end"),
        "kind": ("", "cloud_contract, equity, chip_supply or open_weights"),
        "subtype": ("", "cloud contract: exclusive, preferred, right_of_first_refusal or plain"),
        "source_node": ("", "node from which the tie leads"),
        "target_node": ("", "node to which the tie leads"),
        "share": ("0-1", "share of compute, of equity or of deliveries"),
        "term_months": ("months", "agreed length of the tie"),
        "source": ("", "where the tie is documented, or the rule that made it"),
    },
    "flows": {
        "kind": ("", "what is paid for"),
        "payer": ("", "sector that pays"),
        "payee": ("", "sector that is paid"),
        "musd": ("M$", "payments of the month"),
    },
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
    for name, (unit, meaning) in GRAPH_COLUMNS.items():
        yield "graphs", name, unit, meaning


def _lines(file: str, frame: pd.DataFrame, known: dict[str, tuple[str, str]]) -> Iterator[Line]:
    for column in frame.columns:
        unit, meaning = known.get(str(column), ("", ""))
        yield file, str(column), unit, meaning
