"""Sweeps asked in Python: the machine of ``kingmaker sweep``, with a design that may also be a dict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydantic

from kingmaker.agents.errors import KingmakerError, nearest, shown
from kingmaker.experiments.design.design_file import DesignFile
from kingmaker.experiments.design.sweep_design import Design, build_design, load_design
from kingmaker.experiments.notebook.sweep_result import SweepResult
from kingmaker.experiments.posterior.over import design_over
from kingmaker.experiments.sweep.sweeping import SweepRequest, run_sweep

if TYPE_CHECKING:
    from kingmaker.experiments.notebook.over_here import Over

COMMAND = ("python:", "km.sweep")  # for a manifest, in place of a command line
NAME = "design"  # of one that is given as a dict


@dataclass(frozen=True)
class Chosen:
    """What is asked in place of what the design says."""

    over: Over
    members: int | None
    entries: Mapping[str, int | None]


def sweep_here(
    design: str | Path | Design | Mapping[str, Any], out: Path | None, chosen: Chosen, workers: int, extend: bool,
    quiet: bool,
) -> SweepResult:  # fmt: skip
    """Run what is missing of a sweep, and hand out its folder.

    Raises:
        KingmakerError: anything wrong with design or folder, or runs that have all failed.
    """
    wanted = _over(design_here(design, chosen.entries, "sweep"), chosen)
    if out is None and isinstance(design, Mapping):
        raise KingmakerError("sweep: a design that is given as a dict has no name; say with out= where its results go.")
    folder = Path("results") / f"sweep-{wanted.name}" if out is None else out
    engine = "inline" if workers == 1 else "local"
    run_sweep(SweepRequest(wanted, folder, workers, engine, extend=extend, quiet=quiet, command=COMMAND))
    return SweepResult(folder)


def _over(design: Design, chosen: Chosen) -> Design:
    """The design over what is asked, or what it says."""
    over = str(chosen.over) if isinstance(chosen.over, Path) else chosen.over
    beside = {name: chosen.entries[name] for name in ("replications", "seed")}
    return design_over(design, over, chosen.members, **beside)


def design_here(given: object, entries: Mapping[str, int | None], where: str) -> Design:
    """A design as it is given in Python, with ``entries`` in place of its own; ``where`` names the function.

    Raises:
        KingmakerError: anything wrong with it.
    """
    if isinstance(given, Design):
        return given
    if isinstance(given, Mapping):
        asked = dict(given) | {name: value for name, value in entries.items() if value is not None}
        return build_design(_checked(asked, where), NAME, f"{where}: design")
    if not isinstance(given, str | Path):
        raise KingmakerError(
            f"{where}: design is {shown(given)}; allowed is a name, a path that ends in .toml, or a dict of its "
            "entries."
        )
    return load_design(given, entries)


def _checked(entries: Mapping[str, Any], where: str) -> DesignFile:
    try:
        return DesignFile.model_validate(dict(entries))
    except pydantic.ValidationError as invalid:
        faults = []
        for error in invalid.errors():
            name = str(error["loc"][0])
            if error["type"] == "extra_forbidden":
                known = DesignFile.model_fields
                faults.append(f"there is no entry '{name}'.{nearest(name, known)} Known are {', '.join(known)}.")
            else:
                faults.append(f"'{name}' is {shown(error['input'])}: {error['msg']}.")
        raise KingmakerError("\n".join(f"{where}: design: {fault}" for fault in faults)) from None
