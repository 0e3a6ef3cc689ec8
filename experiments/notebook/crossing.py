"""Factorials asked in Python: the machine of ``kingmaker factorial``, with a design that may also be a dict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.agents.checks import flag, seeds, whole
from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.scenario import MOST_MONTHS
from kingmaker.experiments.notebook.over_here import several
from kingmaker.experiments.notebook.python_words import in_python
from kingmaker.experiments.notebook.result_folders import load
from kingmaker.experiments.notebook.study_results import FactorialResult
from kingmaker.experiments.notebook.sweeping_here import design_here
from kingmaker.experiments.posterior.members import Members
from kingmaker.experiments.stats.levels import Level, read_level

if TYPE_CHECKING:
    from kingmaker.experiments.design.sweep_design import Design
    from kingmaker.experiments.studies.factorial.factorial_question import FactorialQuestion

COMMAND = ("python:", "km.factorial")  # for a manifest, in place of a command line


@in_python("factorial")
def factorial(
    design: str | Path | Design | Mapping[str, Any],
    *,
    out: str | Path | None = None,
    over: str | Path | Members | None = None,
    members: int | None = None,
    replications: int | None = None,
    seed: int | None = None,
    lucks: int = 4,
    outcomes: str | Sequence[str] = (),
    window: str | Sequence[str] = (),
    months: int | None = None,
    level: Level | float | None = None,
    workers: int = 1,
    force: bool = False,
    quiet: bool = False,
) -> FactorialResult:
    """Cross policies on the same members or seeds: what each does, alone and together, and beyond the sum of each.

    Args:
        design: a shipped design, a TOML file, or the entries of one as a dict: a grid of levels, of which the first of
            each lever is the reference. ``since = "2024-01"`` among its entries dates the levers.
        out: folder of the results, ``results/<design>-factorial`` if not given: the same as of ``kingmaker factorial``.
        over: ``"posterior"``, ``"luck"``, a file of members, or what :func:`posterior` gives; what the design says if
            not given, else the posterior.
        members: how many members of the posterior; the design's replications, or 64, if not given.
        replications: over luck, seeds. Over a posterior the same as ``members``.
        seed: the first seed, over luck.
        lucks: over a posterior, seeds of each of the first members, by which luck and parameters are told apart.
        outcomes: measures of which claims are made; those of the design if not given.
        window: months over which outcomes are averaged, such as ``last12`` or ``2025-01:2026-12``; those that the
            design keeps if not given, else the last two years.
        months: horizon, instead of the design's.
        level: of the intervals; 90 % over a posterior and 95 % over luck if not given.
        workers: processes; more than one need a script with a main guard, as Python's own pools do.
        force: replace what answers another question in ``out``.
        quiet: no progress bar.

    Raises:
        KingmakerError: anything wrong with the arguments or the folder, or a run that failed.
    """
    from kingmaker.experiments.results.outputs import default_folder
    from kingmaker.experiments.studies.factorial.write_factorial import (
        FactorialOptions,
        asked_of_factorial,
        cross_and_write,
    )

    given = {
        "members": None if members is None else whole(members, "factorial: members", 2),
        "replications": None if replications is None else whole(replications, "factorial: replications", 2),
        "seed": None if seed is None else seeds(seed, 1, "factorial: seed")[0],
    }
    horizon = None if months is None else whole(months, "factorial: months", 1, MOST_MONTHS)
    if out is None and isinstance(design, Mapping):
        raise KingmakerError(
            "factorial: a design that is given as a dict has no name; say with out= where its results go."
        )
    asked = design_here(design, {"months": horizon}, "factorial")
    chosen = several(outcomes), several(window)
    sure = None if level is None else read_level(level, "factorial: level")
    question = _question(asked, over, given, chosen, whole(lucks, "factorial: lucks", 1), sure)
    folder = default_folder(f"{asked.name}-factorial", asked_of_factorial(question)) if out is None else Path(out)
    options = FactorialOptions(
        folder, whole(workers, "factorial: workers", 1), quiet=flag(quiet, "factorial: quiet"), command=COMMAND,
        force=flag(force, "factorial: force"),
    )  # fmt: skip
    cross_and_write(question, options)
    found = load(folder)
    assert isinstance(found, FactorialResult)
    return found


def _question(
    design: Design, over: str | Path | Members | None, given: Mapping[str, int | None],
    chosen: tuple[tuple[str, ...], tuple[str, ...]], lucks: int, level: Level | None,
) -> FactorialQuestion:  # fmt: skip
    from kingmaker.experiments.posterior.over import replicates_of_design
    from kingmaker.experiments.studies.factorial.factorial_question import ask_factorial

    drawn, _ = replicates_of_design(design, str(over) if isinstance(over, Path) else over, **given)
    outcomes, windows = chosen
    return ask_factorial(design, drawn, outcomes=outcomes, windows=windows, lucks=lucks, level=level)
