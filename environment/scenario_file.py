"""The shape of a scenario file in TOML: which entries there are and of which type. See :mod:`environment.scenario`."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pydantic

from agents.errors import KingmakerError, nearest


class ScenarioError(KingmakerError):
    """A scenario that does not exist or is not well formed."""


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


def read_toml(path: Path, error: type[KingmakerError]) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises:
        KingmakerError: of the type ``error``, if it cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise error(f"{path}: cannot be read: {fault.strerror}.") from None
    except UnicodeDecodeError:
        raise error(f"{path}: is not a text file in UTF-8.") from None
    except tomllib.TOMLDecodeError as fault:
        raise error(f"{path}: is not valid TOML: {fault}.{_unquoted_month(path, str(fault))}") from None


def _unquoted_month(path: Path, fault: str) -> str:
    """What to write instead, if the line that TOML does not understand gives a month without quotes."""
    line = re.search(r"at line (\d+)", fault)
    lines = path.read_text(encoding="utf-8").splitlines()
    text = lines[int(line[1]) - 1] if line and int(line[1]) <= len(lines) else ""
    bare = re.search(r"\bmonth\s*=\s*(\d{4})-(\d{1,2})(?![\d-])", text)
    return f' Write the month in quotes: month = "{bare[1]}-{bare[2]:0>2}".' if bare else ""


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
        return f"{place}'month' is {error['input']}; {_quoted(error['input'])}"
    return f"{place}'{last}' is {error['input']!r}; {error['msg'].replace('Input should be', 'allowed is')}."


def _quoted(given: object) -> str:
    """How to write a month that was given as something else than a text."""
    if isinstance(given, datetime.date):
        return f'write it as a text, in quotes and without the day: month = "{given:%Y-%m}".'
    return 'write it as a text, year-month in quotes, for example month = "2024-03".'
