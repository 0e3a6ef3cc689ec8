"""The manifest of a sweep: what is written of its design, its model and its versions, and read again."""

from __future__ import annotations

import math
import platform
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from inspect import signature
from pathlib import Path
from typing import Any

from kingmaker.environment.core.measures import MEASURES, Measure
from kingmaker.environment.inputs.parameters import DECLARATIONS, Declaration
from kingmaker.experiments.design.factors import Factor
from kingmaker.experiments.design.sweep_design import Design
from kingmaker.experiments.results.manifest import NAME as MANIFEST
from kingmaker.experiments.results.manifest import (
    ManifestError,
    kingmaker_version,
    library_versions,
    read_manifest,
    scenario_record,
)
from kingmaker.experiments.sweep.plan import rules_of
from kingmaker.experiments.sweep.store import Known
from kingmaker.experiments.sweep.tasks import SweepError, Work
from kingmaker.experiments.sweep.versions import current

KIND = "sweep"
MOST_LISTED = 1000  # points of a list that the manifest spells out, for messages about changed designs


def design_record(design: Design, work: Work) -> dict[str, Any]:
    """All that makes a design what it is, ready for JSON; ``points`` is a digest of the points themselves."""
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
        "factors": {factor.key: _factor(factor) for factor in design.factors},
        "listed": [dict(point) for point in design.listed[:MOST_LISTED]],
        "points": design.points.digest(),
        "scenario": scenario_record(work.setting),
        **(
            {}
            if design.drawn is None
            else {"over": {"posterior": design.drawn.digest, "drawn": list(design.drawn_keys)}}
        ),
    }


def _factor(factor: Factor) -> dict[str, Any]:
    """What a message about a changed design needs of one of its parameters."""
    if factor.values:
        return {"values": list(factor.values)}
    return {"low": factor.low, "high": factor.high, "scale": "log" if factor.log else "linear"}


def build_sweep_manifest(design: Design, work: Work, command: tuple[str, ...], runs_digest: str) -> dict[str, Any]:
    """The manifest of a sweep's folder, ready for JSON; ``runs_digest`` is that of the table of its runs."""
    manifest = {
        "kingmaker_version": kingmaker_version(),
        "kind": KIND,
        "command": ["kingmaker", *command],
        "name": design.name,
        "title": design.title,
        "description": design.description,
        "runs": design.size,
        "over": design.replicates.words,
        "design": design_record(design, work),
        "declared": {key: plain(vars(design.declared[key])) for key in design.keys},
        "measured": {name: vars(design.measured[name]) for name in (*design.measures, *rules_of(design))},
        "bounds": {factor.key: _bounds(factor.low, factor.high) for factor in design.factors},
        "versions": {"python": platform.python_version(), **library_versions()},
        "made_with": [current()],
        "runs_digest": runs_digest,
        "source_digest": work.source_digest,
        "data_digest": work.data_digest,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return dict(plain(manifest))


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
    _check_types(folder, manifest)
    return manifest


def _check_types(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Raise :class:`SweepError` if what we rely on is of another type than we write."""
    design = manifest["design"]
    texts = {f"design.{key}": design.get(key) for key in ("measures", "parameters")}
    if design.get("keep") != "monthly":
        texts["design.keep"] = design.get("keep")
    faults = {
        key: value
        for key, value in texts.items()
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value)
    }
    whole = {f"design.{key}": design.get(key) for key in ("months", "replications")} | {"runs": manifest.get("runs")}
    faults |= {key: value for key, value in whole.items() if type(value) is not int}
    told = {key: manifest.get(key) for key in ("name", "title")} | {"design.kind": design.get("kind")}
    faults |= {key: value for key, value in told.items() if not isinstance(value, str)}
    tables = {"design.scenario": design.get("scenario"), "declared": manifest.get("declared", {})}
    tables |= {"measured": manifest.get("measured", {}), "design.factors": design.get("factors", {})}
    faults |= {key: value for key, value in tables.items() if not isinstance(value, dict)}
    if not faults:
        faults = dict(_definitions_at_fault(manifest))
    for key, value in faults.items():
        raise SweepError(
            f"{folder / MANIFEST}: {key} is {value!r}, which Kingmaker does not write; the file has been altered. "
            "Take it from a copy, or run the design into another folder."
        )


def _definitions_at_fault(manifest: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The definitions of measures and parameters that lack an entry or have one too many, by their place."""
    design = manifest["design"]
    forms = (("measured", "measures", Measure, MEASURES), ("declared", "parameters", Declaration, DECLARATIONS))
    for table, kept, form, ours in forms:
        if table not in manifest:  # an older sweep, of nothing but what the model itself defines
            yield from ((f"{table}.{name}", None) for name in design[kept] if name not in ours)
            continue
        for name in dict.fromkeys([*manifest[table], *design[kept]]):
            entry = manifest[table].get(name)
            if not isinstance(entry, dict) or not _defines(form, entry):
                yield f"{table}.{name}", entry


def _defines(form: type[Measure | Declaration], entry: Mapping[str, Any]) -> bool:
    """Whether the form can be made from an entry."""
    try:
        signature(form).bind(**entry)
    except TypeError:
        return False
    return True


def other_design(there: Mapping[str, Any], faults: Collection[str]) -> str:
    """That a sweep's manifest is of another design, with the values that differ, in words."""
    return f"holds the sweep of another design ({there.get('name')}): {'; '.join(faults)}"


def other_model(there: Mapping[str, Any], source_digest: str, data_digest: str) -> str:
    """That a sweep's manifest is of another version of the model than these digests, in words; empty if it is not."""
    for what, kind, now in (("code", "source", source_digest), ("data", "data", data_digest)):
        then = str(there.get(f"{kind}_digest"))
        if then != now:
            own = _own_modules(there["design"]["scenario"]) if what == "code" else ""
            return f"was made by another version of the model{own} ({what} digest {then[:12]} then, {now[:12]} now)"
    return ""


def _own_modules(scenario: Mapping[str, Any]) -> str:
    """That the code may also be the user's, with the modules that a scenario names; empty if it names none."""
    if not scenario.get("folders"):  # written only for classes that do not ship
        return ""
    named = (*scenario.get("extensions", ()), *scenario.get("classes", {}).values())
    return f" or of your own code ({', '.join(dict.fromkeys(str(name).partition(':')[0] for name in named))})"


def known_of(manifest: Mapping[str, Any], runs: Collection[str]) -> Known:
    """What the parts of the sweep of a manifest must hold."""
    design = manifest["design"]
    measures, keep = list(design["measures"]), design["keep"]
    columns = [*measures, "month"] if keep == "monthly" else [f"{m}_{kept}" for m in measures for kept in keep]
    return Known(runs, frozenset(["run", *columns]))


def plain(value: Any) -> Any:
    """As it comes back from a manifest, where an infinity is a text and what is no number or text one as well."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, str | bool | int | float) or value is None else str(value)
