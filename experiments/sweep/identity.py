"""Whether a results folder belongs to a design and to this version of the model."""

from __future__ import annotations

import hashlib
import json
import math
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from environment.measures import MEASURES, Measure
from environment.parameters import DECLARATIONS, Declaration
from experiments.design import Design
from experiments.manifest import (
    ManifestError,
    kingmaker_version,
    library_versions,
    read_manifest,
    scenario_record,
)
from experiments.sweep.plan import rules_of
from experiments.sweep.tasks import SweepError, Work

KIND = "sweep"


def design_record(design: Design, work: Work) -> dict[str, Any]:
    """All that makes a design what it is, ready for JSON; ``points`` is a digest of the points themselves."""
    points = hashlib.sha256()
    for point in design.points:
        points.update(json.dumps({key: str(value) for key, value in point.items()}).encode())
    return {
        "kind": design.kind,
        "months": design.months,
        "replications": design.replications,
        "seed": design.seed,
        "samples": design.samples,
        "design_seed": design.design_seed,
        "second_order": design.second_order,
        "levels": design.levels,
        "measures": list(design.measures),
        "in_force": list(rules_of(design)),
        "keep": list(design.statistics) or "monthly",
        "parameters": list(design.keys),
        "points": points.hexdigest(),
        "scenario": scenario_record(work.setting),
    }


def build_sweep_manifest(design: Design, work: Work, command: tuple[str, ...]) -> dict[str, Any]:
    """The manifest of a sweep's folder, ready for JSON."""
    return {
        "kingmaker_version": kingmaker_version(),
        "kind": KIND,
        "command": ["kingmaker", *command],
        "name": design.name,
        "title": design.title,
        "description": design.description,
        "runs": design.size,
        "design": design_record(design, work),
        "declared": {key: _plain(vars(design.declared[key])) for key in design.keys},
        "measured": {name: vars(design.measured[name]) for name in (*design.measures, *rules_of(design))},
        "bounds": {factor.key: _bounds(factor.low, factor.high) for factor in design.factors},
        "versions": {"python": platform.python_version(), **library_versions()},
        "source_digest": work.source_digest,
        "data_digest": work.data_digest,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _bounds(low: float, high: float) -> list[float | str]:
    return [bound if math.isfinite(bound) else str(bound) for bound in (low, high)]


def declared_in(manifest: Mapping[str, Any]) -> dict[str, Declaration]:
    """The varied parameters of a sweep as they were declared when it was made, those of extensions among them."""
    if "declared" not in manifest:  # written before extensions could be swept
        return dict(DECLARATIONS)
    found = {}
    for key, known in manifest["declared"].items():
        ends = {name: float(known[name]) for name in ("low", "high")}  # an infinity is written as a text
        found[key] = Declaration(**{**known, **ends})
    return found


def measured_in(manifest: Mapping[str, Any]) -> dict[str, Measure]:
    """The measures that a sweep has kept, as they were defined when it was made."""
    if "measured" not in manifest:
        return dict(MEASURES)
    return {name: Measure(**known) for name, known in manifest["measured"].items()}


def read_sweep_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a sweep's folder.

    Raises:
        SweepError: there is none, or it is another kind's.
    """
    try:
        manifest = read_manifest(folder)
    except ManifestError as fault:
        raise SweepError(str(fault).replace("kingmaker run", "kingmaker sweep")) from None
    if manifest.get("kind") != KIND or not isinstance(manifest.get("design"), dict):
        raise SweepError(f"{folder}: holds a result of another kind, not that of 'kingmaker sweep'.")
    return manifest


def same_sweep(folder: Path, wanted: Mapping[str, Any]) -> bool:
    """Whether the folder's manifest is that of the wanted sweep; False also if only replications have been added.

    Raises:
        SweepError: the folder belongs to another design, or to another version of the model.
    """
    there = read_sweep_manifest(folder)
    ours = json.loads(json.dumps(wanted["design"], default=str))
    theirs = there["design"]
    faults = [
        f"{key} is {_short(theirs.get(key))} there and {_short(value)} now"
        for key, value in ours.items()
        if key not in ("replications", "scenario") and theirs.get(key) != value
    ]
    before, after = _essence(theirs.get("scenario", {})), _essence(ours["scenario"])
    faults += [
        f"{key} of the scenario is {_short(before.get(key))} there and {_short(value)} now"
        for key, value in after.items()
        if before.get(key) != value
    ]
    if faults:
        raise SweepError(
            f"{folder}: holds the sweep of another design ({there.get('name')}): {'; '.join(faults)}. "
            "Name another folder with --out."
        )
    for what in ("source", "data"):
        then, now = str(there.get(f"{what}_digest")), str(wanted[f"{what}_digest"])
        if then != now:
            raise SweepError(
                f"{folder}: was made by another version of the model ({'code' if what == 'source' else 'data'} digest "
                f"{then[:12]} then, {now[:12]} now); name another folder with --out, or check that version out."
            )
    return bool(theirs["replications"] >= ours["replications"])


def _essence(scenario: Mapping[str, Any]) -> dict[str, Any]:
    """What of a scenario's record makes the numbers: not its texts, and not where its files lie.

    What stands in those files is covered by the digests of code and data.
    """
    texts = ("name", "title", "description", "overridden", "folders", "data", "months")
    found = {key: _plain(value) for key, value in scenario.items() if key not in texts}
    found["events"] = [{key: e[key] for key in e if key != "why"} for e in found.get("events", [])]
    return found


def _plain(value: Any) -> Any:
    """As it comes back from a manifest, where an infinity is a text."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _short(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
