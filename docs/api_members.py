"""The API pages: columns of firms are left to the page of the state, and types are written as a reader would."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from kingmaker.agents.member import Column


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("autodoc-skip-member", _skip)
    return {"parallel_read_safe": True}


def _skip(app: Sphinx, what: str, name: str, item: object, skip: bool, options: object) -> bool | None:
    """A column has no page of its own here: docs/reference/state.md lists them all, with units."""
    return True if isinstance(item, Column) else None
