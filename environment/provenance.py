"""Which code and data the numbers come from: a digest of the model's source, for manifests and snapshots."""

from __future__ import annotations

import hashlib
import importlib.metadata
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def kingmaker_version() -> str:
    """The version as installed, or that of the source tree."""
    try:
        return importlib.metadata.version("kingmaker")
    except importlib.metadata.PackageNotFoundError:
        project = ROOT / "pyproject.toml"
        if not project.exists():
            return "unknown"
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])


def source_digest(classes: Iterable[str] = ()) -> str:
    """SHA-256 of the model's code: agents/ and environment/ with the table of parameters, and a scenario's classes.

    Args:
        classes: a user's classes, as ``module:Class``; they are loaded.
    """
    digest = hashlib.sha256()
    files = [path for folder in ("agents", "environment") for path in (ROOT / folder).rglob("*.py")]
    files.append(ROOT / "environment" / "parameters.csv")
    for path in sorted(files, key=lambda file: file.relative_to(ROOT).as_posix()):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        # a checkout on Windows may end lines differently; the model is the same
        digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    for target in sorted(classes):
        module = sys.modules.get(target.partition(":")[0])
        file = getattr(module, "__file__", None)
        digest.update(target.encode() + b"\0" + (Path(file).read_bytes() if file else b"") + b"\0")
    return digest.hexdigest()
