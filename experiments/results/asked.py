"""The question that a result answers: what a folder of results is told from another by. Not the version of the code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kingmaker.environment.inputs.scenario import Scenario

DIGITS = 8  # of a digest, in the name of a folder


@dataclass(frozen=True)
class Asked:
    """A question.

    Attributes:
        kind: the command that answers it.
        words: the question in words, for messages.
        facts: all that makes it this question and no other, ready for JSON.
    """

    kind: str
    words: str
    facts: Mapping[str, Any]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of kind and facts."""
        text = json.dumps([self.kind, self.facts], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def record(self) -> dict[str, str]:
        """For a manifest."""
        return {"digest": self.digest, "words": self.words}


def asked_of(record: object) -> tuple[str, str]:
    """Digest and words of a question that a manifest holds; empty texts if it holds none."""
    found = record if isinstance(record, Mapping) else {}
    return str(found.get("digest", "")), str(found.get("words", ""))


def scenario_facts(setting: Scenario) -> dict[str, Any]:
    """What of a scenario makes the numbers: resolved parameters, events, data, code of the user's own."""
    from kingmaker.environment.inputs.parameters import resolve
    from kingmaker.environment.inputs.provenance import module_file
    from kingmaker.environment.inputs.tables import read_tables

    values = resolve(setting.parameters, setting.name, setting.declared())
    files = {name: module_file(name.partition(":")[0], setting.folders) for name in setting.users_classes}
    return {
        "parameters": {key: float(value) for key, value in values.items()},
        "held": sorted(setting.pinned),
        "events": [[event.month, {key: float(v) for key, v in event.set.items()}] for event in setting.events],
        "data": None if setting.data is None else str(read_tables(setting.data).digest),
        "classes": dict(setting.classes),
        "extensions": list(setting.extensions),
        "code": {name: _file_digest(file) for name, file in files.items()},
    }


def _file_digest(file: Any) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file is not None else ""


def seeds_in_words(first: int, number: int) -> str:
    """Such as ``seed 1`` or ``seeds 1-20``."""
    return f"seed {first}" if number == 1 else f"seeds {first}-{first + number - 1}"
