"""A study as a user asks for it: a design, and what replaces its entries."""

from __future__ import annotations

from dataclasses import replace

from agents.errors import KingmakerError, nearest
from experiments.design import Design, load_design
from experiments.design_entries import MOST_RUNS
from experiments.sensitivity.runs import statistics_of
from experiments.sensitivity.study import with_method


def ask(
    name: str,
    method: str | None = None,
    samples: int | None = None,
    replications: int | None = None,
    measures: tuple[str, ...] = (),
    statistics: tuple[str, ...] = (),
) -> tuple[Design, tuple[str, ...]]:
    """The design as the method needs it, and the statistics over the months.

    Raises:
        KingmakerError: an unknown design, method, measure or statistic, or numbers that do not fit.
    """
    design = with_method(load_design(name), method, samples)
    for measure in measures:
        if measure not in design.measured:
            raise KingmakerError(f"--measure: there is no measure '{measure}'.{nearest(measure, design.measured)}")
    if measures:
        design = replace(design, measures=tuple(dict.fromkeys(measures)))
    if replications is not None:
        design = replace(design, replications=replications)
    k = len(design.factors)
    sobol = 2 * k + 2 if design.second_order else k + 2
    blocks = {
        "oat": 2 * k + 1,
        "morris": design.samples * (k + 1),
        "lhs": design.samples,
        "sobol": design.samples * sobol,
    }
    runs = blocks[design.kind] * design.replications
    if runs > MOST_RUNS:
        raise KingmakerError(f"{design.name}: {runs:,} runs; at most {MOST_RUNS:,} are allowed. Take fewer samples.")
    return design, statistics_of(design, statistics)
