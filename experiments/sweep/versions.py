"""Which Python and libraries have made which numbers: noted in each part, summed up for the whole sweep."""

from __future__ import annotations

import functools
import importlib.metadata
import json
import platform
from collections.abc import Iterable, Mapping

KEY = b"kingmaker.versions"
LIBRARIES = ("numpy", "scipy", "mesa")  # that the numbers of a run could depend on

Versions = Mapping[str, str]


@functools.cache
def current() -> dict[str, str]:
    """The versions of this process, and the kind of its processor."""
    libraries = {name: importlib.metadata.version(name) for name in LIBRARIES}
    return {"python": platform.python_version(), **libraries, "machine": platform.machine()}


def footer() -> dict[bytes, bytes]:
    """The versions of this process as metadata of a Parquet file."""
    return {KEY: json.dumps(current()).encode()}


def of_part(metadata: Mapping[bytes, bytes]) -> dict[str, str]:
    """The versions that made a part; none if it does not say."""
    try:
        found = json.loads(metadata.get(KEY, b"{}"))
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def text(versions: Versions) -> str:
    """Such as ``python 3.12.4, numpy 2.3.1``."""
    return ", ".join(f"{name} {version}" for name, version in versions.items()) or "versions that were not noted"


def changes(before: Versions, now: Versions) -> str:
    """Such as ``numpy 2.2.0 then, 2.3.1 now``; empty if all that both note is the same."""
    told = [f"{name} {before[name]} then, {now[name]} now" for name in now if before.get(name, now[name]) != now[name]]
    return "; ".join(told)


def known_among(made_with: Iterable[Versions], now: Versions) -> bool:
    """Whether these versions are noted already."""
    return any(not changes(versions, now) for versions in made_with)
