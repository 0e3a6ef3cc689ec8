"""One look for all figures: a plain theme for paper, a colour-blind palette with line styles, fixed metadata."""

from __future__ import annotations

import functools
import math
import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, cycle
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FuncFormatter, Locator, LogFormatter, LogLocator, MaxNLocator, NullLocator

from kingmaker.agents.calendar import month_number, month_of, years_in
from kingmaker.environment.core.measures import Measure
from kingmaker.experiments.figures.pdf_fonts import letters_only
from kingmaker.experiments.terminal.safe_text import one_line, visible

Colour = tuple[float, float, float]

PALETTE: list[Colour] = [
    to_rgb(colour)  # seaborn's "colorblind"
    for colour in (
        "#0173b2", "#de8f05", "#029e73", "#d55e00", "#cc78bc", "#ca9161", "#fbafe4", "#949494", "#ece133", "#56b4e9",
    )
]  # fmt: skip
DASHES = ("-", "--", ":", "-.")
INK, GREY = "0.15", "0.45"
SMALL, NORMAL, LARGE = 8.0, 8.0, 11.0  # points at the width of a page: nothing is smaller
PAGE_WIDTH = 7.5  # inches: A4 or letter with margins
ENDINGS = (".pdf", ".png")
LINE = 0.14  # inches from line to line of NORMAL
HINTED = 1.035  # letters on a screen's grid of dots are so much wider than in print
LETTER = 0.57  # of the size of its font, about the width of a letter
TEXT_WIDTH = PAGE_WIDTH - 0.3  # inches of a line of the page
DPI = 200  # of a PNG
TWO_DECADES = 100.0  # along a logarithmic axis that is longer only powers of ten have ticks
MOST_YEARS = 6  # on an axis, each of which has its label
PACKED = {"compress_level": 3}  # of 9; the usual 6 takes half as long again and saves nothing on such pictures
COUNTED = frozenset({"firms", "inquiries", "remedies", "clouds", "number", "units"})  # units of whole things
MONEY = ((1e6, 1e-6, "T$"), (1e3, 1e-3, "G$"), (1.0, 1.0, "M$"), (0.0, 1e3, "k$"))  # from, factor, unit
MANY = ((1e6, 1e-6, "million "), (1e4, 1e-3, "thousand "), (0.0, 1.0, ""))


@contextmanager
def styled() -> Iterator[None]:
    """Draw in this project's style; the style of the caller's own figures is left as it was."""
    rc: Any = {
        "axes.axisbelow": True,
        "lines.markersize": 4.8,
        "lines.solid_capstyle": "round",
        "patch.edgecolor": "white",
        "patch.force_edgecolor": True,
        "patch.linewidth": 0.8,
        "xtick.minor.size": 3.2,
        "ytick.minor.size": 3.2,
        "xtick.minor.width": 0.8,
        "ytick.minor.width": 0.8,
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
        "text.parse_math": False,  # a dollar is money
        "savefig.facecolor": "white",
        "svg.hashsalt": "kingmaker",
    }
    with mpl.rc_context(rc):
        yield


def save(figure: Figure, stem: Path, note: str = "") -> list[Path]:
    """Write ``<stem>.pdf`` and ``<stem>.png``, the same bytes for the same picture whenever they are drawn.

    Both carry title and caption (the lines of :func:`sheet`, then ``note``) as metadata. The name of the files is made
    by :func:`kingmaker.experiments.figures.figure_names.figure_name`.
    """
    title, caption = (figure.title, figure.caption) if isinstance(figure, Sheet) else ("", "")
    caption = visible(" ".join(filter(None, (caption, note))))
    pdf, png = (stem.with_name(stem.name + ending) for ending in ENDINGS)  # with_suffix would cut at a dot
    told = {"Title": visible(title), "Description": caption}
    with _as_written(figure):
        shown = {"CreationDate": None, "Title": told["Title"] or None, "Subject": caption or None}
        with letters_only():
            figure.savefig(pdf, metadata=shown)
        named = {key: text for key, text in told.items() if text}
        figure.savefig(png, dpi=DPI, metadata={"Software": None, **named}, pil_kwargs=PACKED)
    return [pdf, png]


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
        text.set_parse_math(id(text) in powers)
        if id(text) not in powers and (plain := visible(text.get_text())) != text.get_text():
            text.set_text(plain)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def head(title: str, subtitle: str) -> float:
    """Inches that title and subtitle take from the top of a page."""
    return 0.22 + 0.19 * len(wrapped(title, size=LARGE, bold=True)) + LINE * len(wrapped(subtitle))


def foot(footer: str) -> float:
    """Inches that the footer takes from the bottom of a page."""
    return 0.14 + LINE * len(_even(footer))


def wrapped(text: str, inches: float = TEXT_WIDTH, size: float = NORMAL, bold: bool = False) -> list[str]:
    """The lines of a text that is broken at spaces, and within words that are too long, to fit a width."""
    found = []
    for part in visible(text).splitlines() or [""]:
        words = part.split(" ")
        while words:
            while not words[0] and len(words) > 1:  # no line begins with spaces
                del words[0]
            line = " ".join(words[: _that_fit(words, " ", inches, size, bold)])
            words = words[line.count(" ") + 1 :]
            if text_width(line, size, bold) > inches:  # a single word
                letters = _that_fit(line, "", inches, size, bold)
                line, rest = line[:letters], line[letters:]
                words = [rest, *words] if rest else words
            found.append(line)
    return found


def _that_fit(parts: Sequence[str], joint: str, inches: float, size: float, bold: bool) -> int:
    """How many of the parts, from the first on and at least one, fit a width; more parts are never narrower."""
    fit, beyond = 1, len(parts) + 1
    ends = list(accumulate(parts, lambda end, part: end + len(joint) + len(part), initial=-len(joint)))
    guess = bisect_right(ends, inches * 72 / (LETTER * size)) - 1
    while beyond - fit > 1:
        guess = min(max(guess, fit + 1), beyond - 1)
        width = text_width(joint.join(parts[:guess]), size, bold)
        if width <= inches:
            fit = guess
        else:
            beyond = guess
        guess = bisect_right(ends, ends[guess] * inches / max(width, 1e-9)) - 1
    return fit


@functools.lru_cache(maxsize=4096)
def text_width(text: str, size: float = NORMAL, bold: bool = False) -> float:
    """Inches that a text takes."""
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    with warnings.catch_warnings():  # a letter that the font lacks is as wide as the box drawn for it
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return HINTED * float(width) / 72.0


def _even(text: str) -> list[str]:
    """Lines of about the same length, none of which is a single word."""
    found = []
    for part in text.splitlines():
        number = len(wrapped(part))
        steps = [TEXT_WIDTH * (0.5 + 0.02 * k) for k in range(26)]
        enough = bisect_left(steps, True, key=lambda step: len(wrapped(part, step)) <= number)
        found += wrapped(part, steps[enough] if enough < len(steps) else TEXT_WIDTH)
    return found


class Sheet(Figure):
    """A page that knows its title and its caption."""

    title: str = ""
    caption: str = ""


def sheet(height: float, title: str, subtitle: str, footer: str) -> Sheet:
    """An empty page with a title in plain words and the line that says which run it shows; all are wrapped."""
    figure = Sheet(figsize=(PAGE_WIDTH, height))
    inch = 1 / height
    titles, subtitles = wrapped(one_line(title), size=LARGE, bold=True), wrapped(one_line(subtitle))
    top = 1 - 0.12 * inch
    figure.text(0.02, top, "\n".join(titles), fontsize=LARGE, fontweight="bold", va="top", linespacing=1.1)
    below = 1 - (0.17 + 0.19 * len(titles)) * inch
    figure.text(0.02, below, "\n".join(subtitles), fontsize=NORMAL, color=GREY, va="top")
    told = "\n".join(_even(visible(footer)))
    figure.text(0.98, 0.08 * inch, told, fontsize=SMALL, color=GREY, ha="right", va="bottom")
    figure.title, figure.caption = title, " ".join(f"{subtitle}. {footer}".split())
    return figure


def time_axis(axes: Axes, months: int) -> None:
    """Years along the horizontal axis of a plot over month numbers."""
    years = [*years_in(months), years_in(months).stop]
    shown = years[:: 1 if len(years) <= MOST_YEARS else 2]
    axes.set_xticks([month_of(year, 1) for year in shown])
    axes.set_xticklabels([str(year) for year in shown])
    axes.set_xlim(-1, months)


def month_positions(labels: Iterable[str]) -> list[int]:
    """Month numbers of labels such as ``2022-08``."""
    return [month_number(label) for label in labels]


def styles() -> Iterator[tuple[Colour, str]]:
    """Colours and line styles that differ together, so that a grey print can be read."""
    return zip(cycle(PALETTE), cycle(DASHES), strict=False)


def scaled_unit(measure: Measure, largest: float = math.nan) -> tuple[float, str]:
    """Factor and unit in which a measure is drawn, so that the axis shows short numbers.

    Args:
        measure: what is drawn.
        largest: the largest absolute value shown, in the measure's unit; if it is not known, money is in G$.
    """
    unit = measure.unit.replace(" per ", "/")  # short enough for the height of a small plot
    known = math.isfinite(largest) and largest > 0.0
    if unit.startswith("M$"):
        _, factor, word = next(step for step in MONEY if largest >= step[0]) if known else MONEY[1]
        return factor, unit.replace("M$", word, 1)
    if known and unit.split("/")[0] in ("H100e", "units"):
        _, factor, word = next(step for step in MANY if largest >= step[0])
        return factor, word + unit
    return 1.0, unit


def counts(unit: str) -> bool:
    """Whether a unit counts whole things, such as firms."""
    return unit.split("/")[0].split(" per ")[0] in COUNTED


def value_locator(unit: str, most: int = 4, whole: bool = True) -> Locator:
    """Where ticks stand on an axis of values: on whole numbers where these are counts and not means of counts."""
    return MaxNLocator(nbins=most, integer=whole and counts(unit), min_n_ticks=1 if counts(unit) else 2)


def value_axis(axes: Axes, unit: str, most: int = 4, whole: bool = True) -> None:
    """Few ticks and plain numbers along the vertical axis."""
    axes.yaxis.set_major_locator(value_locator(unit, most, whole))
    axes.yaxis.set_major_formatter(plain_numbers())


class _PlainLogTicks(LogLocator):
    """Ticks at 1, 2 and 5 of each decade where there are few decades, else at powers of ten."""

    def tick_values(self, vmin: float, vmax: float) -> Any:
        """As matplotlib asks for them, for an axis from ``vmin`` to ``vmax``."""
        self.set_params(subs=(1.0, 2.0, 5.0) if vmax < TWO_DECADES * vmin else (1.0,))
        return super().tick_values(vmin, vmax)


def log_axis(axes: Axes, which: Literal["x", "y"]) -> None:
    """Make an axis logarithmic, with few ticks and plain numbers."""
    set_scale, axis = (axes.set_xscale, axes.xaxis) if which == "x" else (axes.set_yscale, axes.yaxis)
    set_scale("log")
    axis.set_major_locator(_PlainLogTicks())
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(plain_numbers())


def around(axes: Axes, axis: str, value: float) -> None:
    """Limits and the one tick of an axis along which everything has the same value."""
    room = max(abs(value), 1.0)
    limits, ticks = (axes.set_xlim, axes.set_xticks) if axis == "x" else (axes.set_ylim, axes.set_yticks)
    limits(value - room, value + room)
    ticks([value])


def plain_numbers() -> FuncFormatter:
    """A formatter of ticks by :func:`number_text`."""
    return FuncFormatter(lambda value, _: number_text(value))


def number_text(value: float) -> str:
    """A number without needless digits: thousands apart, exponents only beyond what can be read."""
    if value == 0.0 or not math.isfinite(value):
        return "0" if value == 0.0 else "∞"
    size = abs(value)
    if size >= 1e7 or size < 1e-4:
        return f"{value:.3g}".replace("e-0", "e-").replace("e+0", "e")
    text = f"{value:,.0f}" if size >= 1e4 else f"{value:.6g}"
    return text.replace("-", "\u2212")


def short(name: str, longest: int = 24) -> str:
    """A name that fits a label: without what stands in brackets or after 'and', cut at a word."""
    plain = name.split(" (")[0]
    if len(plain) > longest:
        plain = plain.split(" and ")[0]
    if len(plain) <= longest:
        return plain
    return plain[:longest].rsplit(" ", 1)[0] + " …"
