"""Where the numbers come from, as counted on the reference pages."""

from __future__ import annotations

import pytest

from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.environment.inputs.tables import read_tables
from kingmaker.experiments.reference.origins import (
    CONFIDENCE,
    KINDS,
    dictionary,
    kind_of,
    parameters_of,
    rows_by_confidence,
)
from kingmaker.experiments.studies.calibration.objective import read_fitted


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("fitted (baseline.json); facts 2b-003", "fitted"), ("level tuned by hand to facts 9-001; row L3", "tuned"),
        ("free entry: Hopenhayn 1992; assumed strength", "assumed"), ("free", "free"), ("row C1; free", "free"),
        ("free; Shiller 2017", "free"), ("facts 2a-030", "sourced"), ("Digital Markets Act art. 3", "sourced"),
        ("McFadden 1974", "sourced"), ("row S5", "design"), ("economics page: 12-36 months", "design"),
    ],
)  # fmt: skip
def test_the_kind_of_a_source(source: str, kind: str) -> None:
    assert kind_of(source) == kind


def test_every_parameter_has_one_kind_and_the_fitted_ones_are_those_of_the_calibration() -> None:
    assert sum(len(parameters_of(kind)) for kind in KINDS) == len(DECLARATIONS)
    assert set(parameters_of("fitted")) == {fitted.key for fitted in read_fitted()}


def test_every_row_of_data_is_counted_once() -> None:
    rows = {name.strip("`").removesuffix(".csv"): cells for name, *cells in rows_by_confidence()}
    tables = read_tables()
    for name, (whole, *parts) in rows.items():
        assert int(whole) == sum(int(part or 0) for part in parts) == len(getattr(tables, name)), name
        assert len(parts) == len(CONFIDENCE)


def test_the_dictionary_has_every_file() -> None:
    text = dictionary()
    assert [name for name, *_ in rows_by_confidence() if f"### {name}" not in text] == []
