"""The fields of a run's manifest and their types: what a manifest that somebody hands us is checked against."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import pydantic

from kingmaker.environment.inputs.scenario import MOST_MONTHS
from kingmaker.experiments.results.manifest import NAME, ManifestError
from kingmaker.experiments.stats.levels import HIGHEST, LOWEST, WIDE

Digest = Annotated[str, pydantic.Field(pattern=r"^[0-9a-f]{64}$")]
Seed = Annotated[int, pydantic.Field(ge=0, lt=2**63)]
Months = Annotated[int, pydantic.Field(ge=1, le=MOST_MONTHS)]
Class = Annotated[str, pydantic.Field(pattern=r"^[\w.]+:\w+$")]
Values = dict[str, float | int | str]  # an infinity is written as a text
Plain = Annotated[str, pydantic.Field(pattern=r"^[^\x00]*$")]
Share = Annotated[float, pydantic.Field(ge=LOWEST, le=HIGHEST)]
SHOWN = 60  # characters of a wrong value


class Fields(pydantic.BaseModel):
    """Fields that we know have their type; others are left alone."""

    model_config = pydantic.ConfigDict(extra="ignore", strict=True)


class EventFields(Fields):
    """A dated event."""

    month: str
    why: str
    set: Values


class ScenarioFields(Fields):
    """A resolved scenario, as :func:`kingmaker.experiments.results.manifest.scenario_record` writes it."""

    name: str
    title: str
    description: str
    months: Months
    parameters: Values
    events: list[EventFields]
    pinned: Values
    overridden: list[str]
    data: Plain | None
    classes: dict[str, Class]
    extensions: list[Class]
    folders: list[Plain]


class RunFields(Fields):
    """What a rerun needs of a manifest; ``seeds`` are those of an ensemble, ``seed`` that of a single run."""

    kind: Literal["run", "ensemble"] = "run"
    scenario: ScenarioFields
    seed: Seed | None = None
    seeds: list[Seed] | None = None
    months: Months
    level: Share = WIDE.level.share  # of the runs in the wider band of an ensemble; older manifests do not say it
    posterior: str = ""  # the digest of that posterior
    members: Plain | None = None  # the file of the members of a posterior; None over luck
    panel: bool
    figures: bool
    versions: dict[str, str]
    source_digest: Digest
    data_digest: Digest
    measures_hash: Digest

    @pydantic.model_validator(mode="after")
    def _one_seed_or_several(self) -> RunFields:
        if self.kind == "run" and self.seed is None:
            raise ValueError("seed is missing")
        if self.kind == "ensemble":
            found = self.seeds or []
            if self.members is not None:
                if len(found) < 2:
                    raise ValueError("seeds must be two or more, one a member")
            elif len(found) < 2 or found != list(range(found[0], found[0] + len(found))):
                raise ValueError("seeds must be two or more whole numbers, one after the other")
        return self


Shape = TypeVar("Shape", bound=Fields)


def checked(manifest: dict[str, Any], shape: type[Shape], folder: Path) -> Shape:
    """A manifest whose fields are known to be of their types.

    Raises:
        ManifestError: they are not, with every fault in one message.
    """
    try:
        return shape.model_validate(manifest)
    except pydantic.ValidationError as invalid:
        faults = []
        for error in invalid.errors():
            place = ".".join(str(part) for part in error["loc"])
            value = repr(error["input"])
            told = "" if error["type"] in ("missing", "value_error") else f" (it is {value[:SHOWN]})"
            faults.append(f"{f'{place}: ' if place else ''}{error['msg'].lower()}{told}")
        raise ManifestError(
            f"{folder / NAME}: the manifest is incomplete or damaged: {'; '.join(dict.fromkeys(faults))}."
        ) from None
