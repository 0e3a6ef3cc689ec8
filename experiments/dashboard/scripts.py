"""The page's JavaScript, from ``js/*.js``: what runs in the browser alone, such as scrubbing through the months."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bokeh.models import CustomJS

FOLDER = Path(__file__).parent / "js"


@functools.cache
def code(name: str) -> str:
    """The text of one script; those that write numbers get the function for it."""
    text = (FOLDER / f"{name}.js").read_text(encoding="utf-8")
    return code("format") + text if "number(" in text and name != "format" else text


def script(name: str, **given: Any) -> CustomJS:
    """A callback with its arguments."""
    from bokeh.models import CustomJS

    return CustomJS(args=given, code=code(name))
