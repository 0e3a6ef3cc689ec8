"""The answers that ship: read from one file, checked to be of this model, and handed out without any computation.

The file is a zip of LZMA members: ``manifest.json`` (the digest of all that the answers depend on), ``answers.json``
(by the text of the question), ``stories.json`` (of presets and lessons), ``scores.json`` (of the regulator's first
moves) and ``reference.f4`` (the band of the
reference with all its members, against which every other band is held).
"""

from __future__ import annotations

import functools
import hashlib
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from kingmaker.environment.inputs.provenance import ROOT, source_digest
from kingmaker.experiments.classroom.choices import DATA, measures
from kingmaker.experiments.classroom.records import Band
from kingmaker.experiments.classroom.visitor_question import MONTHS
from kingmaker.experiments.posterior.members import SHIPPED

FILE = DATA / "answers.zip"
# of this folder, what a number of an answer depends on
SOURCES = ("choices", "extract", "network_places", "precompute", "records",
           "regulator_game", "stacks_of_questions", "story_record", "visitor_question", "what_changed")  # fmt: skip
TABLES = ("differences.csv", "levers.csv", "measures.csv", "regulator.toml")
VERSION_DIGITS = 10


@dataclass(frozen=True)
class Precomputed:
    """What is at hand.

    Attributes:
        digest: of all that the answers depend on, as the file says.
        answers: text of a question -> ``curve`` (name -> series), ``band`` (name -> three series), ``changes``.
        stories: text of a question -> the plain data of its run.
        lessons: id of a lesson -> its outcome.
        scores: text of a policy -> what its score is made of; none in a file of before scores were kept.
        reference: the band of the reference; None without a file.
    """

    digest: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    stories: dict[str, Any] = field(default_factory=dict)
    lessons: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, Any] = field(default_factory=dict)
    reference: Band | None = None


@functools.cache
def wanted_digest() -> str:
    """SHA-256 of all that the answers depend on: the model, its data and scenarios, the posterior, what is asked."""
    here = Path(__file__).parent
    files = [*(ROOT / "environment" / "data").glob("*.csv"), *(ROOT / "environment" / "scenarios").glob("*.toml")]
    files += [here / f"{name}.py" for name in SOURCES] + [DATA / name for name in TABLES]
    files += [here / "lessons" / "lessons.toml"]
    digest = hashlib.sha256(source_digest().encode())
    for path in sorted(files, key=lambda file: file.relative_to(ROOT).as_posix()):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    digest.update(SHIPPED.read_bytes() if SHIPPED.is_file() else b"")
    return digest.hexdigest()


@functools.cache
def version() -> str:
    """What stands in links of answers that may be kept for ever: another model has another."""
    made = hashlib.sha256(wanted_digest().encode() + (FILE.read_bytes() if FILE.is_file() else b""))
    return made.hexdigest()[:VERSION_DIGITS]


def is_current(path: Path = FILE) -> bool:
    """Whether the file is there and was made by this model from these tables; nothing is computed."""
    try:
        with zipfile.ZipFile(path) as file:
            found: dict[str, Any] = json.loads(file.read("manifest.json"))
        return bool(found["digest"] == wanted_digest())
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):  # there is none, or it is damaged
        return False


def load(path: Path = FILE) -> Precomputed:
    """The file's answers; none if there is no file, or if it was made by another model."""
    if not is_current(path):
        return Precomputed()
    with zipfile.ZipFile(path) as file:
        manifest, answers, stories, lessons = (
            json.loads(file.read(f"{name}.json")) for name in ("manifest", "answers", "stories", "lessons")
        )
        scores = json.loads(file.read("scores.json")) if "scores.json" in file.namelist() else {}
        values = np.frombuffer(file.read("reference.f4"), dtype="<f4")
    values = values.reshape(len(measures()), -1, MONTHS)
    reference = Band(dict(zip(measures(), values, strict=True)))
    return Precomputed(manifest["digest"], answers, stories, lessons, scores, reference)


def save(path: Path, parts: dict[str, Any], reference: Band) -> None:
    """Write the file; the same answers give the same bytes."""
    values = np.stack([reference.series[name] for name in measures()]).astype("<f4")
    content = {f"{name}.json": _plain(part) for name, part in parts.items()} | {"reference.f4": values.tobytes()}
    half = path.with_name(f"{path.name}.part")  # a server that starts meanwhile reads the old one, or the new one
    with zipfile.ZipFile(half, "w", zipfile.ZIP_LZMA) as file:
        for name in sorted(content):
            about = zipfile.ZipInfo(name)  # dated 1980, whenever it is made
            about.compress_type = zipfile.ZIP_LZMA
            file.writestr(about, content[name])
    half.replace(path)


def _plain(part: Any) -> bytes:
    return json.dumps(part, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
