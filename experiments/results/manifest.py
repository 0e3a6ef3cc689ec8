"""The manifest of a result folder: all that is needed to make the same numbers again and to know whether they are."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import math
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.provenance import kingmaker_version as kingmaker_version  # also handed on
from kingmaker.environment.inputs.provenance import source_digest as source_digest  # also handed on
from kingmaker.environment.inputs.text_files import is_there, read_text
from kingmaker.experiments.terminal.safe_text import for_json

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.environment.inputs.scenario import Scenario

NAME = "manifest.json"
LARGEST = 1 << 26  # bytes of a manifest: a larger file is none
LIBRARIES = ("numpy", "scipy", "pandas", "pyarrow", "networkx", "mesa", "pydantic", "matplotlib", "seaborn")


class ManifestError(KingmakerError):
    """A folder without a manifest that can be used."""


def content_hash(measures: pd.DataFrame) -> str:
    """SHA-256 of the numbers: column names, texts and the bytes of the float64 values, not of any file."""
    digest = hashlib.sha256()
    for name in measures.columns:
        column = measures[name]
        digest.update(str(name).encode() + b"\0")
        if column.dtype.kind in "biuf":
            digest.update(column.to_numpy(dtype="<f8").tobytes())
        else:
            digest.update("\0".join(map(str, column)).encode())
    return digest.hexdigest()


def build_manifest(
    model: Any, measures: pd.DataFrame, command: tuple[str, ...], wall_seconds: float, panel: bool, figures: bool
) -> dict[str, Any]:
    """What is known of a finished run, ready for JSON."""
    return {
        "kingmaker_version": kingmaker_version(),
        "command": ["kingmaker", *command],
        "scenario": scenario_record(model.setting),
        "parameters": dict(model.initial_parameters[0]),
        "seed": model.seed,
        "months": model.month,
        "panel": panel,
        "figures": figures,
        "versions": {"python": platform.python_version(), **library_versions()},
        "source_digest": source_digest(model.setting.users_classes),
        "data_digest": str(model.tables.digest),
        "measures_hash": content_hash(measures),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "wall_seconds": round(wall_seconds, 2),
    }


def library_versions() -> dict[str, str]:
    """The versions of the libraries that a result may depend on."""
    return {library: importlib.metadata.version(library) for library in LIBRARIES}


def scenario_record(scenario: Scenario) -> dict[str, Any]:
    """A resolved scenario, ready for JSON."""
    from kingmaker.agents.calendar import month_label

    return {
        "name": scenario.name,
        "title": scenario.title,
        "description": scenario.description,
        "months": scenario.months,
        "parameters": dict(scenario.parameters),
        "events": [{"month": month_label(e.month), "why": e.why, "set": dict(e.set)} for e in scenario.events],
        "pinned": dict(scenario.pinned),
        "overridden": list(scenario.overridden),
        "data": None if scenario.data is None else str(scenario.data.resolve()),
        "classes": dict(scenario.classes),
        "extensions": list(scenario.extensions),
        "folders": _folders(scenario),
    }


def _folders(scenario: Scenario) -> list[str]:
    """Where the classes that a scenario names are looked for: those that ship lie in none of them."""
    from kingmaker.environment.inputs.scenario import FOLDER

    return [str(folder) for folder in scenario.folders if folder != FOLDER] if scenario.users_classes else []


def scenario_of(record: Mapping[str, Any]) -> Scenario:
    """The scenario of a manifest, values checked again."""
    from kingmaker.agents.calendar import month_number
    from kingmaker.environment.inputs.extensions import load
    from kingmaker.environment.inputs.parameters import check
    from kingmaker.environment.inputs.scenario import Event, Scenario

    extensions, folders = tuple(record["extensions"]), tuple(Path(folder) for folder in record["folders"])
    known = load(extensions, folders).declared()

    def values(table: Mapping[str, Any]) -> dict[str, float | int]:
        return {key: check(key, float(v) if isinstance(v, str) else v, NAME, known) for key, v in table.items()}

    return Scenario(
        name=record["name"],
        title=record["title"],
        description=record["description"],
        months=record["months"],
        parameters=values(record["parameters"]),
        events=tuple(Event(month_number(e["month"]), e["why"], values(e["set"])) for e in record["events"]),
        pinned=values(record["pinned"]),
        overridden=tuple(record["overridden"]),
        data=None if record["data"] is None else Path(record["data"]),
        classes=record["classes"],
        extensions=extensions,
        folders=folders,
    )


def write_manifest(manifest: Mapping[str, Any], folder: Path) -> None:
    """Write ``manifest.json``."""
    text = json.dumps(_finite(manifest), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / NAME).write_text(for_json(text) + "\n", encoding="utf-8")


def _finite(value: Any) -> Any:
    """JSON knows no infinity; it is written as the text 'inf'."""
    if isinstance(value, Mapping):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a result folder.

    Raises:
        ManifestError: if there is none, or none that Kingmaker has written.
    """
    path = folder / NAME
    if not is_there(path):
        raise ManifestError(f"{folder}: there is no {NAME}; is it a folder that 'kingmaker run' has written?")
    try:
        if is_there(path) and path.stat().st_size > LARGEST:
            raise ManifestError(f"{path}: is larger than {LARGEST >> 20} MiB and so was not written by Kingmaker.")
        if is_there(path) and not path.is_file():
            raise ManifestError(f"{path}: is no file.")
        manifest = json.loads(read_text(path, ManifestError))
    except ValueError as fault:
        raise ManifestError(f"{path}: is not valid JSON: {fault}.") from None
    except RecursionError:
        raise ManifestError(f"{path}: is not valid JSON: it is nested too deeply.") from None
    if not isinstance(manifest, dict) or "kingmaker_version" not in manifest:
        raise ManifestError(f"{path}: was not written by Kingmaker.")
    return manifest
