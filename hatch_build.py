"""Build hook: for a development install, links the top-level folders into the package ``kingmaker``.

A wheel holds the folders as ``kingmaker/agents`` and so on; a development install reads them where they stand, through
links that git ignores: symbolic links, on Windows junctions, which need no rights.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDERS = ("agents", "environment", "experiments")


class LinkFolders(BuildHookInterface[Any]):
    """Makes the links before a development install, and nothing before a wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling; ``version`` is ``editable`` for a development install."""
        if version == "editable":
            for folder in FOLDERS:
                link(Path(self.root) / "kingmaker" / folder, Path(self.root) / folder)


def link(place: Path, folder: Path) -> None:
    """Make ``place`` a link to ``folder``; what is there and no link is left alone.

    Raises:
        FileExistsError: ``place`` is a file or a folder of its own.
    """
    if place.exists() and place.resolve() == folder.resolve():
        return
    if place.is_symlink():
        place.unlink()
    if place.exists():
        raise FileExistsError(f"{place} is in the way of the link to {folder}: move it away")
    if sys.platform == "win32":
        import _winapi

        _winapi.CreateJunction(str(folder), str(place))
    else:
        os.symlink(os.path.relpath(folder, place.parent), place, target_is_directory=True)
