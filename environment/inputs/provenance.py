"""Which code and data the numbers come from: a digest of the model's source, for manifests and snapshots."""

from __future__ import annotations

import hashlib
import importlib.metadata
import sys
import tomllib
from collections.abc import Iterable, Sequence
from importlib.machinery import PathFinder
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def kingmaker_version() -> str:
    """The version as installed, or that of the source tree."""
    try:
        return importlib.metadata.version("kingmaker")
    except importlib.metadata.PackageNotFoundError:
        project = ROOT / "pyproject.toml"
        if not project.exists():
            return "unknown"
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])


def source_digest(classes: Iterable[str] = (), folders: Sequence[Path] = ()) -> str:
    """SHA-256 of the model's code: agents/ and environment/ with the table of parameters, and a scenario's classes.

    Args:
        classes: a user's classes, as ``module:Class``.
        folders: where their modules are looked for first, if they are not loaded; none of their code is run.
    """
    digest = hashlib.sha256()
    files = [path for folder in ("agents", "environment") for path in (ROOT / folder).rglob("*.py")]
    files.append(ROOT / "environment" / "parameters.csv")
    for path in sorted(files, key=lambda file: file.relative_to(ROOT).as_posix()):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        # a checkout on Windows may end lines differently; the model is the same
        digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    for target in sorted(classes):
        file = module_file(target.partition(":")[0], folders)
        digest.update(target.encode() + b"\0" + (file.read_bytes() if file else b"") + b"\0")
    return digest.hexdigest()


def module_file(module: str, folders: Sequence[Path] = ()) -> Path | None:
    """The file of a module: of the one that is loaded, else of the one that an import would load. Nothing is imported.

    None if there is none, or no file that can be read.
    """
    if module in sys.modules:
        name = getattr(sys.modules[module], "__file__", None)
        return Path(name) if name else None
    places: Sequence[str] | None = [*(str(folder) for folder in folders), str(Path.cwd()), *sys.path]
    found = None
    for depth in range(1, module.count(".") + 2):
        if places is None:
            return None
        found = PathFinder.find_spec(".".join(module.split(".")[:depth]), list(places))
        if found is None:
            return None
        places = found.submodule_search_locations
    file = Path(found.origin) if found is not None and found.has_location and found.origin else None
    return file if file is not None and file.is_file() else None
