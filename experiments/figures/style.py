"""One look for all figures: seaborn's paper theme, a colour-blind palette with line styles, fixed metadata."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any, BinaryIO

import matplotlib as mpl
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import LogFormatter

from environment.measures import Measure
from environment.scenario import month_number
from experiments.safe_text import for_figure, visible

Colour = tuple[float, float, float]

PALETTE: list[Colour] = [(red, green, blue) for red, green, blue in sns.color_palette("colorblind")]
DASHES = ("-", "--", ":", "-.")
INK, GREY = "0.15", "0.45"
SMALL, NORMAL, LARGE = 7.0, 8.0, 11.0
FOOTER_LETTERS = 150  # of a line under a figure
PAGE_WIDTH = 7.5  # inches: A4 or letter with margins


@contextmanager
def styled() -> Iterator[None]:
    """Draw in this project's style; the style of the caller's own figures is left as it was."""
    rc: Any = {**sns.axes_style("ticks"), **sns.plotting_context("paper")}
    rc |= {
        "font.family": ["DejaVu Sans"],  # comes with matplotlib: the same letters on every machine
        "font.size": NORMAL,
        "axes.titlesize": NORMAL,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.labelsize": SMALL,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": SMALL,
        "legend.fontsize": SMALL,
        "legend.frameon": False,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": GREY,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "grid.color": "0.92",
        "grid.linewidth": 0.6,
        "xtick.major.size": 2.5,
        "ytick.major.size": 2.5,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "xtick.color": GREY,
        "ytick.color": GREY,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "text.color": INK,
        "axes.labelcolor": INK,
        "lines.linewidth": 1.4,
        "pdf.fonttype": 42,
        "savefig.facecolor": "white",
        "svg.hashsalt": "kingmaker",
    }
    with mpl.rc_context(rc):
        yield


def save(figure: Figure, stem: Path) -> None:
    """Write ``<stem>.pdf`` and ``<stem>.png``, the same bytes for the same picture whenever they are drawn."""
    with _as_written(figure):
        figure.savefig(stem.with_suffix(".pdf"), metadata={"CreationDate": None})
        figure.savefig(stem.with_suffix(".png"), dpi=200, metadata={"Software": None})


def save_bytes(figure: Figure, into: BinaryIO, form: str) -> None:
    """Write a figure as ``png`` or ``svg`` into an open file; the same bytes for the same picture."""
    undated: dict[str, Any] = {"Date": None} if form == "svg" else {"Software": None}
    with _as_written(figure):
        figure.savefig(into, format=form, dpi=200, metadata=undated)


@contextmanager
def _as_written(figure: Figure) -> Iterator[None]:
    """Draw all texts as they stand: no mathematics is read from dollar signs, nothing unseen is let through.

    Only the powers of ten of a logarithmic axis are mathematics. A letter that the font lacks is drawn as a box,
    without a warning for each.
    """
    powers: set[int] = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if isinstance(axis.get_major_formatter(), LogFormatter):
                ticks = (*axis.get_major_ticks(), *axis.get_minor_ticks())
                powers |= {id(label) for tick in ticks for label in (tick.label1, tick.label2)}
    texts: list[Any] = figure.findobj(Text)
    for text in texts:
        if id(text) not in powers:
            text.set_parse_math(False)
            if (plain := visible(text.get_text())) != text.get_text():
                text.set_text(plain)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def sheet(height: float, title: str, subtitle: str, footer: str) -> Figure:
    """An empty page with a title in plain words and the line that says which run it shows."""
    figure = Figure(figsize=(PAGE_WIDTH, height))
    inch = 1 / height
    figure.text(0.02, 1 - 0.12 * inch, for_figure(title, 90, most=1), fontsize=LARGE, fontweight="bold", va="top")
    figure.text(0.02, 1 - 0.36 * inch, subtitle, fontsize=NORMAL, color=GREY, va="top")
    figure.text(
        0.98, 0.08 * inch, for_figure(footer, FOOTER_LETTERS), fontsize=SMALL, color=GREY, ha="right", va="bottom"
    )
    return figure


def time_axis(axes: Axes, months: int) -> None:
    """Years along the horizontal axis of a plot over month numbers."""
    years = range((months + 11) // 12 + 1)
    step = 1 if len(years) <= 6 else 2
    axes.set_xticks([12 * year for year in years if year % step == 0])
    axes.set_xticklabels([str(2022 + year) for year in years if year % step == 0])
    axes.set_xlim(-1, months)


def month_positions(labels: Iterable[str]) -> list[int]:
    """Month numbers of labels such as ``2022-08``."""
    return [month_number(label) for label in labels]


def styles() -> Iterator[tuple[Colour, str]]:
    """Colours and line styles that differ together, so that a grey print can be read."""
    return zip(cycle(PALETTE), cycle(DASHES), strict=False)


def scaled_unit(measure: Measure) -> tuple[float, str]:
    """Factor and unit in which a measure is drawn: money in billions, all else as it is."""
    unit = measure.unit.replace(" per ", "/")  # short enough for the height of a small plot
    if unit.startswith("M$"):
        return 1e-3, unit.replace("M$", "G$", 1)
    return 1.0, unit


def short(name: str, longest: int = 24) -> str:
    """A name that fits a label: without what stands in brackets or after 'and', cut at a word."""
    plain = name.split(" (")[0]
    if len(plain) > longest:
        plain = plain.split(" and ")[0]
    if len(plain) <= longest:
        return plain
    return plain[:longest].rsplit(" ", 1)[0] + " …"
