"""The shape of a design file in TOML: which entries there are and of which type.

What they mean is checked by :mod:`kingmaker.experiments.design.sweep_design`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import pydantic

from kingmaker.agents.errors import KingmakerError, nearest, shown
from kingmaker.environment.inputs.scenario_file import in_words
from kingmaker.environment.inputs.text_files import read_toml

Shape = TypeVar("Shape", bound=pydantic.BaseModel)
SCENARIO = ("extends", "events", "classes", "extensions", "data")  # entries that only a scenario has
KINDS = ("grid", "lhs", "sobol", "morris", "list")


class DesignError(KingmakerError):
    """A design that does not exist or is not well formed."""


class DesignFile(pydantic.BaseModel):
    """The entries of a design file; what they mean is checked afterwards."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True)

    kind: Literal["grid", "lhs", "sobol", "morris", "list"]
    title: str = ""
    description: str = ""
    scenario: str = "baseline"
    months: int | None = None
    replications: int = 1
    seed: int = 1
    over: str | None = None
    samples: int | None = None
    design_seed: int = 1
    second_order: bool = True
    levels: int = 4
    measures: list[str] | None = None
    keep: str | list[str] = "monthly"
    since: str | None = None
    set: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    points: list[dict[str, Any]] = []


class BoundsEntry(pydantic.BaseModel):
    """Bounds of a parameter as written; what is left out comes from the declared range."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True)

    low: float | None = None
    high: float | None = None
    steps: int | None = None
    scale: Literal["linear", "log"] = "linear"


def read_design_file(path: Path) -> DesignFile:
    """The entries of a design file, with names and types checked.

    Raises:
        DesignError: with every fault in one message.
    """
    raw = read_toml(path, DesignError)
    if "kind" not in raw and raw.keys() & SCENARIO:
        raise DesignError(
            f"{path}: is a scenario, as it has {' and '.join(repr(key) for key in SCENARIO if key in raw)}; "
            f"'kingmaker run' and 'kingmaker compare' take it. A design has a 'kind', and names it: scenario = "
            f"\"{path.name}\"; 'kingmaker new design' writes one to start from."
        )
    return _validated(DesignFile, raw, str(path))


def read_bounds(table: Mapping[str, Any], where: str) -> BoundsEntry:
    """The bounds of one parameter, with names and types checked.

    Raises:
        DesignError: with every fault in one message.
    """
    return _validated(BoundsEntry, table, where)


def _validated(shape: type[Shape], raw: Mapping[str, Any], where: str) -> Shape:
    try:
        return shape.model_validate(raw)
    except pydantic.ValidationError as invalid:
        lines = [_explain(dict(error), shape) for error in invalid.errors()]
        raise DesignError("\n".join(dict.fromkeys(f"{where}: {line}" for line in lines))) from None


def _explain(error: Mapping[str, Any], shape: type[pydantic.BaseModel]) -> str:
    """One fault found by pydantic, in the words of the file."""
    name = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        known = shape.model_fields
        return f"there is no entry '{name}'.{nearest(name, known)} Known are {', '.join(known)}."
    if error["type"] == "missing":
        return f"'{name}' is missing; allowed is {', '.join(KINDS)}."
    if name == "keep":
        return '\'keep\' must be "monthly" or a list of statistics such as ["mean", "last12", "final"].'
    if name == "since":
        return f"'since' is {shown(error['input'])}; write it as a text, year-month in quotes: since = \"2024-01\"."
    return f"'{name}' is {shown(error['input'])}; {in_words(error)}."
