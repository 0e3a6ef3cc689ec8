"""The page's JavaScript, from ``js/*.js``: what runs in the browser alone, such as scrubbing through the months."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bokeh.models import CustomJS, CustomJSTickFormatter

SHARED = {"format": "number", "inside": "inside"}  # file -> the function in it that other scripts call
FOLDER = Path(__file__).parent / "js"


@functools.cache
def code(name: str) -> str:
    """The text of one script, after the functions that it calls."""
    text = (FOLDER / f"{name}.js").read_text(encoding="utf-8")
    if name in SHARED:
        return text
    return "".join(code(file) for file, function in SHARED.items() if f"{function}(" in text) + text


def script(name: str, **given: Any) -> CustomJS:
    """A callback with its arguments."""
    from bokeh.models import CustomJS

    return CustomJS(args=given, code=code(name))


def decimals(language: str) -> CustomJSTickFormatter:
    """Writes the numbers of axes and sliders as the page's language does."""
    from bokeh.models import CustomJSTickFormatter

    return CustomJSTickFormatter(args={"language": language}, code=code("decimals"))
