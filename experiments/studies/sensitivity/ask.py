"""A study as a user asks for it: a design, and what replaces its entries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from kingmaker.agents.errors import KingmakerError, nearest, shown
from kingmaker.experiments.design.design_entries import MOST_RUNS
from kingmaker.experiments.design.replicates import LUCK
from kingmaker.experiments.design.sweep_design import Design, load_design
from kingmaker.experiments.studies.sensitivity.model_function import statistics_of
from kingmaker.experiments.studies.sensitivity.study import with_method


def ask(
    name: str,
    method: str | None = None,
    samples: int | None = None,
    replications: int | None = None,
    measures: tuple[str, ...] = (),
    statistics: tuple[str, ...] = (),
    entries: Mapping[str, object] | None = None,
) -> tuple[Design, tuple[str, ...]]:
    """The design as the method needs it, and the statistics over the months.

    ``entries`` replace those of the design's file (``months``, ``seed``, ``over``), where they are not None.

    Raises:
        KingmakerError: an unknown design, method, measure or statistic, numbers that do not fit, or entries that a
            study of boxes would leave out.
    """
    loaded = load_design(name, entries)
    _check_boxes(loaded)
    design = with_method(loaded, method, samples)
    check_measures(measures, design.measured)
    if measures:
        design = replace(design, measures=tuple(dict.fromkeys(measures)))
    if replications is not None:
        design = replace(design, replications=replications)
    runs = runs_of(design)
    if runs > MOST_RUNS:
        raise KingmakerError(f"{design.name}: {runs:,} runs; at most {MOST_RUNS:,} are allowed. Take fewer samples.")
    return design, statistics_of(design, statistics)


def _check_boxes(design: Design) -> None:
    """Raise :class:`KingmakerError` if the design asks for what points in boxes, each on the same seeds, are not."""
    if design.over != LUCK:
        raise KingmakerError(
            f"{design.name}: over is {shown(design.over)}; a study that moves parameters within boxes is over luck. "
            "Ask with --over luck, or with --over posterior, where the members are the sample."
        )
    if design.since is not None:
        raise KingmakerError(
            f"{design.name}: since dates the levers of a factorial; a study holds its parameters in all months. Ask "
            f"'kingmaker factorial {design.source or design.name}', or leave since out."
        )


def check_measures(measures: Iterable[str], known: Collection[str]) -> None:
    """Whether all are known.

    Raises:
        KingmakerError: one is not, with the nearest that is.
    """
    for measure in measures:
        if measure not in known:
            raise KingmakerError(f"--outcomes: there is no measure '{measure}'.{nearest(measure, known)}")


def runs_of(design: Design) -> int:
    """How many runs a study of a design takes."""
    k = len(design.factors)
    sobol = 2 * k + 2 if design.second_order else k + 2
    blocks = {
        "oat": 2 * k + 1,
        "morris": design.samples * (k + 1),
        "lhs": design.samples,
        "sobol": design.samples * sobol,
    }
    return blocks[design.kind] * design.replications
