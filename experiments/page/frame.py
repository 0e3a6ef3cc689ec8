"""The frame around a session's page: Panel's template and its head."""

from __future__ import annotations

from typing import Any

import panel as pn


class Frame(pn.template.BootstrapTemplate):
    """Panel's template; the document counts its models once at the end, not after each part: a third of the work."""

    def _init_doc(self, doc: Any = None, *given: Any, **more: Any) -> Any:
        document = doc or pn.state.curdoc
        if document is None:
            return super()._init_doc(doc, *given, **more)
        with document.models.freeze():
            return super()._init_doc(document, *given, **more)


def on_phone() -> bool:
    """Whether the browser says that it is a phone's: there the levers start folded away."""
    return "Mobi" in (pn.state.headers or {}).get("User-Agent", "")


def header_sheet() -> str:
    """Style of the links in the page's head; the one past the levers is seen when the keyboard is on it."""
    return """
a { color: #fff; font-size: 1rem; margin-left: 1.2em; text-decoration: underline; font-family: sans-serif; }
a:focus-visible { outline: 3px solid #de8f05; outline-offset: 3px; }
a.skip:not(:focus) { position: absolute; left: -100vw; }
"""
