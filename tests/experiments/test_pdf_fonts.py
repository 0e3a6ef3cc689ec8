from __future__ import annotations

import io
import re
import zlib
from pathlib import Path

import pytest
from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib.font_manager import findfont

from kingmaker.experiments.figures.pdf_fonts import SETTING, letters_only
from kingmaker.experiments.figures.style import save, sheet, styled

NAME = "Überkauf fi ≈ 3–4 G$, Zażółć, Αθήνα"  # of two ranges of 256 letters, with a ligature that GSUB would make


def fonts_in(pdf: bytes) -> list[TTFont]:
    """The fonts that a file of PDF embeds."""
    objects = re.findall(rb"<<[^>]*/Length1[^>]*>>\s*stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return [TTFont(io.BytesIO(zlib.decompress(body))) for body in objects]


def test_a_pdf_embeds_its_letters_and_no_table_for_setting_text(tmp_path: Path) -> None:
    with styled():
        figure = sheet(2.0, NAME, NAME, "footer")
        pdf, _ = save(figure, tmp_path / "figure")
    written = pdf.read_bytes()
    fonts = fonts_in(written)
    assert len(fonts) >= 2  # bold and plain
    for font in fonts:
        assert not set(SETTING) & set(font.keys())
        assert {"glyf", "hmtx", "fpgm", "prep"} <= set(font.keys())
    assert len(fonts) == written.count(b"/CIDFontType2") == written.count(b"/ToUnicode")  # whole, to search and copy


def test_the_callers_own_fonts_are_cut_as_before() -> None:
    file, usual = findfont("DejaVu Sans"), subset.load_font
    with letters_only():
        assert not set(SETTING) & set(subset.load_font(file, subset.Options()).keys())
    assert subset.load_font is usual
    with pytest.raises(KeyError), letters_only():
        {}["a fault"]
    assert subset.load_font is usual
