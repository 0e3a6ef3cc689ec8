"""What the columns of a sweep's files mean: ``data_dictionary.csv``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from kingmaker.experiments.design.sweep_design import Design
from kingmaker.experiments.stats.run_statistics import meaning
from kingmaker.experiments.sweep.plan import rules_of


def dictionary_text(design: Design) -> str:
    """The dictionary as CSV."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("column", "unit", "meaning"))
    writer.writerows(described(design))
    return buffer.getvalue()


def described(design: Design) -> Iterator[tuple[str, str, str]]:
    """Column, unit and meaning of each column of the results."""
    yield "point", "", "number of the point of the design, from 0"
    yield "replication", "", "number of the replication, from 0; replications of one number share their luck"
    yield "seed", "", "seed of all random draws of the run"
    for key in design.keys:
        declared = design.declared[key]
        yield key, declared.unit, f"{declared.meaning}; empty: the scenario's own value"
    yield "run", "", "id of the run: hash of its parameters, events, months, seed, and of the model's code and data"
    if design.monthly:
        yield "month", "month", "calendar month"
    for name in (*design.measures, *rules_of(design)):
        measure = design.measured[name]
        if design.monthly:
            yield name, measure.unit, measure.definition
        for statistic in design.statistics:
            unit = measure.unit if statistic != "total" else measure.unit.removesuffix(" per month")
            yield f"{name}_{statistic}", unit, f"{measure.definition}; {meaning(statistic)}"
