"""Fonts in PDF files: letters in full, with the outlines and hints that a printer needs, and nothing beside them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

# Tables of a font for a program that sets text. In a PDF each letter has its place already, and its reader looks at
# none of them (ISO 32000-1, 9.9); to cut them to the letters of a figure takes most of the time that its fonts take.
SETTING = ("BASE", "GDEF", "GPOS", "GSUB", "MATH", "kern")


@contextmanager
def letters_only() -> Iterator[None]:
    """Within the block, a font that matplotlib embeds is cut down to the letters used, without :data:`SETTING`."""
    from fontTools.subset import Options  # a sixth of a second, which a figure as SVG or PNG does not need

    usual = Options._drop_tables_default
    Options._drop_tables_default = [*usual, *SETTING]
    try:
        yield
    finally:
        Options._drop_tables_default = usual
