"""Snapshots: a model at the end of a month, kept, and gone on with later or elsewhere.

A snapshot is a pickle with a head that tells what it is of, so that one of another version or a damaged one is refused.
Who restores it runs code that is named and held in it: a snapshot is code, to be trusted like a program.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import platform
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pydantic

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.firms import build
from kingmaker.environment.inputs.provenance import source_digest
from kingmaker.environment.inputs.scenario import Scenario

SHARED = 0o644  # rights of a file: all may read it
MAGIC = b"kingmaker snapshot 1\n"


class SnapshotError(KingmakerError):
    """A snapshot that cannot be used: damaged, of another version of the model, or no snapshot at all."""


class Facts(pydantic.BaseModel):
    """The head of a snapshot: what it is of."""

    model_config = pydantic.ConfigDict(extra="ignore", strict=True)

    month: int
    worlds: int
    scenario: str
    classes: dict[str, str]
    extensions: list[str]
    folders: list[str]
    source_digest: str
    data_digest: str
    versions: dict[str, str]
    sha256: str


@dataclass(frozen=True)
class Snapshot:
    """A model at the end of a month, with all that it needs to go on.

    Attributes:
        facts: what it is a snapshot of: month, worlds, digests of the model's code and data, versions.
        state: the pickled model.
    """

    facts: Mapping[str, Any]
    state: bytes

    def __bytes__(self) -> bytes:
        """All of it: a line that tells the format, a line of facts in JSON, the state."""
        facts = json.dumps({**self.facts, "sha256": hashlib.sha256(self.state).hexdigest()})
        return MAGIC + facts.encode() + b"\n" + self.state

    def save(self, path: str | Path) -> Path:
        """Write it to a file, whole or not at all.

        Raises:
            SnapshotError: the file cannot be written.
        """
        path = Path(path)
        try:
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.part-", delete=False) as file:
                part = Path(file.name)
                try:
                    file.write(bytes(self))
                    file.flush()
                    part.chmod(SHARED)  # a temporary file is private; a result is shared like any other
                    part.replace(path)
                finally:
                    part.unlink(missing_ok=True)
        except OSError as fault:
            raise SnapshotError(f"{path}: the snapshot cannot be written: {fault.strerror}.") from None
        return path

    @classmethod
    def read(cls, given: Snapshot | bytes | str | Path) -> Snapshot:
        """A snapshot from its bytes or from the file that :meth:`save` has written; a snapshot is given back.

        Reading runs nothing; restoring does (a pickle): do it only with what you trust.

        Raises:
            SnapshotError: no such file, no snapshot, or one that is damaged.
        """
        if isinstance(given, Snapshot):
            return given
        where = "the snapshot" if isinstance(given, bytes) else str(given)
        try:
            text = given if isinstance(given, bytes) else Path(given).read_bytes()
        except OSError as fault:
            raise SnapshotError(f"{where}: cannot be read: {fault.strerror}.") from None
        if not text.startswith(MAGIC):
            raise SnapshotError(f"{where}: is not a snapshot that Kingmaker has written.")
        line, _, state = text[len(MAGIC) :].partition(b"\n")
        try:
            facts = Facts.model_validate(json.loads(line)).model_dump()
        except pydantic.ValidationError as invalid:
            first = invalid.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise SnapshotError(f"{where}: its first lines are damaged: {place}: {first['msg'].lower()}.") from None
        except (ValueError, RecursionError):
            raise SnapshotError(f"{where}: its first lines are damaged: they are no JSON.") from None
        if hashlib.sha256(state).hexdigest() != facts.pop("sha256"):
            raise SnapshotError(f"{where}: is damaged or cut short; its content is not what was written.")
        return cls(facts, state)


def take_snapshot(model: Any) -> Snapshot:
    """The state of a model now; the model is not changed."""
    setting: Scenario = model.setting
    facts = {
        "month": model.month,
        "worlds": model.worlds,
        "scenario": setting.label,
        "classes": dict(setting.classes),
        "extensions": list(setting.extensions),
        "folders": [str(folder) for folder in setting.folders],
        "source_digest": source_digest(setting.users_classes),
        "data_digest": str(model.tables.digest),
        "versions": _versions(),
    }
    return Snapshot(facts, pickle.dumps(model, protocol=5))


def restore_snapshot(snapshot: Snapshot, force: bool = False) -> Any:
    """The model of a snapshot, ready to go on.

    The classes that it names are imported and its pickle is read, either of which can run any code; both happen only
    once the digest of the code was compared, or with ``force``.

    Raises:
        SnapshotError: it was taken by another version of the model or of Mesa, and not ``force``; or it cannot be read.
    """
    facts = snapshot.facts
    classes = (*facts["classes"].values(), *facts["extensions"])
    folders = tuple(Path(folder) for folder in facts["folders"])
    now = {"source_digest": source_digest(classes, folders), **_versions()}
    then = {"source_digest": facts["source_digest"], **facts["versions"]}
    for key, what in (("source_digest", "version of the model's code"), ("mesa", "version of Mesa")):
        if not force and then.get(key) != now[key]:
            raise SnapshotError(
                f"the snapshot was taken by another {what} ({str(then.get(key))[:12]} then, {now[key][:12]} now), so "
                "that its state need not fit; restore it with that version, or all the same with force=True."
            )
    # classes of the user's own are looked for where the scenario found them, so that the state can be read
    setting = Scenario("snapshot", classes=facts["classes"], extensions=tuple(facts["extensions"]), folders=folders)
    build.load_classes(setting)
    setting.load_extensions()
    try:
        return pickle.loads(snapshot.state)
    except Exception as fault:  # an unfit state may fail in any way
        raise SnapshotError(f"the snapshot's state cannot be read: {type(fault).__name__}: {fault}.") from None


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), "numpy": np.__version__, "mesa": metadata.version("mesa")}
