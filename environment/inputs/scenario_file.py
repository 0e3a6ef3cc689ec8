"""The shape of a scenario file in TOML: which entries there are and of which type.

What they mean is checked by :mod:`kingmaker.environment.inputs.scenario`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pydantic

from kingmaker.agents.errors import ScenarioError, nearest, shown
from kingmaker.environment.inputs.text_files import read_toml


class EventEntry(pydantic.BaseModel):
    """A dated event as written."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True)

    month: str
    why: str
    set: dict[str, Any] = pydantic.Field(min_length=1)
    hold: bool = False


class ScenarioFile(pydantic.BaseModel):
    """The shape of a scenario file; what its values mean is checked afterwards."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True)

    title: str = ""
    description: str = ""
    extends: str | None = None
    months: int | None = None
    data: str | None = None
    parameters: dict[str, Any] = {}
    classes: dict[str, str] = {}
    extensions: list[str] = []
    events: list[EventEntry] = []


def read_file(path: Path) -> ScenarioFile:
    """The entries of a scenario file, with names and types checked.

    Raises:
        ScenarioError: with every fault in one message.
    """
    raw = read_toml(path, ScenarioError)
    try:
        return ScenarioFile.model_validate(raw)
    except pydantic.ValidationError as invalid:
        lines = [_explain(dict(error)) for error in invalid.errors()]
        raise ScenarioError("\n".join(f"{path}: {line}" for line in lines)) from None


def _explain(error: Mapping[str, Any]) -> str:
    """One fault found by pydantic, in the words of the file."""
    *outer, last = error["loc"]
    place = "".join(f"{part + 1}: " if isinstance(part, int) else f"{part} " for part in outer)
    if error["type"] == "extra_forbidden":
        known = EventEntry.model_fields if outer else ScenarioFile.model_fields
        return f"{place}there is no entry '{last}'.{nearest(str(last), known)} Known are {', '.join(known)}."
    if error["type"] == "missing":
        return f"{place}'{last}' is missing."
    if error["type"] == "too_short":
        return f"{place}'{last}' is empty; name at least one parameter."
    if last == "month":
        return f"{place}'month' is {shown(error['input'])}; {_quoted(error['input'])}"
    if isinstance(last, int):  # an entry of a list
        return f"{''.join(f'{part} ' for part in outer)}{last + 1} is {shown(error['input'])}; {in_words(error)}."
    return f"{place}'{last}' is {shown(error['input'])}; {in_words(error)}."


def in_words(error: Mapping[str, Any]) -> str:
    """What pydantic says is allowed, in the words of all other messages."""
    kind = {
        "string_type": "a text", "list_type": "a list", "dict_type": "a table", "int_type": "a whole number",
        "int_from_float": "a whole number", "int_parsing": "a whole number", "float_type": "a number",
        "bool_type": "true or false", "finite_number": "a whole number",
    }.get(error["type"])  # fmt: skip
    return f"allowed is {kind}" if kind else str(error["msg"]).replace("Input should be", "allowed is")


def _quoted(given: object) -> str:
    """How to write a month that was given as something else than a text."""
    if isinstance(given, datetime.date):
        return f'write it as a text, in quotes and without the day: month = "{given:%Y-%m}".'
    return 'write it as a text, year-month in quotes, for example month = "2024-03".'
