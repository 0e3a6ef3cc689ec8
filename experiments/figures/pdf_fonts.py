"""Fonts in PDF files: letters in full, with the outlines and hints that a printer needs, and nothing beside them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Tables of a font for a program that sets text. In a PDF each letter has its place already, and its reader looks at
# none of them (ISO 32000-1, 9.9); to cut them to the letters of a figure takes most of the time that its fonts take.
SETTING = ("BASE", "GDEF", "GPOS", "GSUB", "MATH", "kern")


@contextmanager
def letters_only() -> Iterator[None]:
    """Within the block, a font that matplotlib embeds is cut down to the letters used, without :data:`SETTING`.

    These tables are left out as soon as the font is opened, since they are read even where they are to be dropped.
    """
    from fontTools import subset  # a sixth of a second, which a figure as SVG or PNG does not need

    usual = subset.load_font

    def load_font(*asked: Any, **options: Any) -> Any:
        font = usual(*asked, **options)
        for table in SETTING:
            if table in font:
                del font[table]
        return font

    subset.load_font = load_font
    try:
        yield
    finally:
        subset.load_font = usual
