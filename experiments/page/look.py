"""How the page looks: a colour-blind safe palette, large letters, light and dark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bokeh.models import Plot

# seaborn's "colorblind" palette, as in experiments/figures/style.py, written out: importing seaborn costs a second
BLUE, ORANGE, GREEN, RED, PURPLE, BROWN, PINK, GREY, YELLOW, SKY = (
    "#0173b2", "#de8f05", "#029e73", "#d55e00", "#cc78bc", "#ca9161", "#fbafe4", "#949494", "#ece133", "#56b4e9",
)  # fmt: skip
FONT = "'DejaVu Sans', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"

LETTERS = {"value": "DejaVu Sans, Arial, sans-serif"}  # of glyphs: a constant, not a column

# a picture that is wider than a telephone is moved under the finger
SCROLLED = {"overflow-x": "auto", "max-width": "calc(100vw - 2.5rem)"}


@dataclass(frozen=True)
class Look:
    """Colours of a theme."""

    paper: str
    ink: str
    faint: str
    line: str
    run: str
    band: float  # opacity


LIGHT = Look(paper="#ffffff", ink="#1b1f24", faint="#57606a", line="#d8dee4", run=BLUE, band=0.22)
DARK = Look(paper="#16191d", ink="#f0f3f6", faint="#aab4be", line="#3a424b", run=SKY, band=0.30)


def look_of(theme: str) -> Look:
    """The colours of ``default`` or ``dark``."""
    return DARK if theme == "dark" else LIGHT


def dress(plot: Plot, look: Look) -> None:
    """Give a figure the page's colours and letters."""
    plot.background_fill_color = plot.border_fill_color = look.paper
    plot.outline_line_color = None
    plot.toolbar.logo = None
    plot.title.text_color = look.ink
    plot.title.text_font_size = "15px"
    plot.title.text_font = FONT
    for axis in plot.axis:
        axis.axis_line_color = axis.major_tick_line_color = look.line
        axis.minor_tick_line_color = None
        axis.major_label_text_color = axis.axis_label_text_color = look.ink
        axis.major_label_text_font_size = axis.axis_label_text_font_size = "14px"
        axis.major_label_text_font = axis.axis_label_text_font = FONT
        axis.axis_label_text_font_style = "normal"
    for grid in plot.grid:
        grid.grid_line_color = look.line
    plot.xgrid.grid_line_color = None


def css(look: Look) -> str:
    """The page's style sheet."""
    return f"""
:root {{ font-size: 17px; --km-ink: {look.ink}; --km-paper: {look.paper}; --km-line: {look.line};
         --km-faint: {look.faint}; --km-run: {look.run};
         --km-clock: 225px 54px 115px 54px minmax(0, 1fr); --km-clock-first: auto; }}
body, #main, #content, #sidebar {{ background: {look.paper}; color: {look.ink}; font-family: {FONT}; }}
#sidebar {{ border-right: 1px solid {look.line}; }}
a {{ color: {look.run}; }}
:focus-visible {{ outline: 3px solid {ORANGE} !important; outline-offset: 2px; }}
@media (max-width: 700px) {{
  :root {{ font-size: 15px; --km-clock: 54px 115px 54px minmax(0, 1fr); --km-clock-first: 1 / -1; }}
  #sidebar {{ position: fixed; z-index: 50; top: 56px; bottom: 0; height: auto; max-width: 92vw !important; }}
  #header .title, .navbar-brand {{ font-size: 1rem !important; }}
}}
"""


def sheet(look: Look) -> str:
    """Style of HTML panes, which live in a shadow tree of their own."""
    return f"""
:host, :host * {{ font-family: {FONT}; }}
:host {{ color: {look.ink}; font-size: 1rem; line-height: 1.45; }}
a {{ color: {look.run}; }}
h1, h2, h3 {{ margin: .5em 0 .3em; line-height: 1.2; color: {look.ink}; }}
h2 {{ font-size: 1.3rem; }} h3 {{ font-size: 1.1rem; }}
small, .faint {{ color: {look.faint}; font-size: .85rem; }}
table {{ border-collapse: collapse; width: 100%; color: {look.ink}; background: transparent; }}
th, td {{ text-align: left; padding: .35em .6em; border-bottom: 1px solid {look.line}; vertical-align: middle;
          background: transparent; color: {look.ink}; }}
td.number, th.number {{ text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }}
.wide {{ overflow-x: auto; }}
.note {{ border-left: .3rem solid {ORANGE}; padding: .4rem .8rem; background: {look.line}44; }}
ul {{ padding-left: 1.2em; margin: .3em 0; }}
details > summary {{ cursor: pointer; font-weight: 600; padding: .25em 0; }}
:focus-visible {{ outline: 3px solid {ORANGE}; outline-offset: 2px; }}
"""


def grid(narrowest: int) -> dict[str, str]:
    """Styles of a column whose parts stand side by side as far as the page is wide."""
    columns = f"repeat(auto-fit, minmax(min(100%, {narrowest}px), 1fr))"
    return {"display": "grid", "grid-template-columns": columns, "column-gap": "14px", "width": "100%"}


def button_sheet(look: Look) -> str:
    """Style of Panel's buttons: large, with a visible focus and state."""
    return f"""
:host {{ font-family: {FONT}; }}
.bk-btn {{ font-size: .95rem !important; padding: .35em .8em; color: {look.ink}; background: {look.paper};
           border: 1px solid {look.faint}; font-family: {FONT}; }}
.bk-btn.bk-active, .bk-btn.bk-btn-primary {{ background: {BLUE} !important; color: #fff !important;
                                              border-color: {BLUE}; }}
.bk-btn:focus-visible {{ outline: 3px solid {ORANGE}; outline-offset: 1px; }}
.bk-btn-group {{ flex-wrap: wrap; gap: .25rem; }}
"""


def input_sheet(look: Look) -> str:
    """Style of sliders, selects and inputs."""
    return f"""
:host {{ font-family: {FONT}; color: {look.ink}; font-size: .9rem; }}
label, .bk-slider-title, .bk-slider-value {{ font-size: .9rem !important; color: {look.ink}; line-height: 1.25; }}
.bk-slider-title {{ white-space: normal !important; overflow: visible; text-overflow: clip; }}
.bk-input {{ font-size: .95rem; color: {look.ink}; background-color: {look.paper}; border: 1px solid {look.faint}; }}
.noUi-handle:focus-visible, .bk-input:focus-visible {{ outline: 3px solid {ORANGE}; outline-offset: 1px; }}
"""


def options(*sheets: str) -> dict[str, Any]:
    """Keyword arguments of a Panel object with these style sheets."""
    return {"stylesheets": list(sheets)}
