"""Who pays for AI and who earns on it, year by year: sources of the sector's money above the line, uses below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from kingmaker.agents.types import FloatArray
from kingmaker.environment.record import income_lines as il
from kingmaker.environment.record import income_sector as sector
from kingmaker.experiments.figures.style import (
    GREY,
    INK,
    LINE,
    PALETTE,
    SMALL,
    Colour,
    Sheet,
    foot,
    head,
    number_text,
    sheet,
    value_axis,
)
from kingmaker.experiments.stats.levels import WIDE, Band, Level

if TYPE_CHECKING:
    import pandas as pd

BLUE, ORANGE, GREEN, RED, PURPLE, BROWN, PINK, SILVER, YELLOW, SKY = PALETTE
DARK: Colour = (0.3, 0.3, 0.3)
PALE: Colour = (0.55, 0.72, 0.86)  # a lighter blue: it comes from the same business as what is blue
# From the line outwards; who stands on both sides (lenders, the public sector) has one colour
PAYERS: dict[str, tuple[str, Colour]] = {
    sector.BY_USERS: ("users", GREEN),
    sector.BY_BUSINESS: ("gain of AI in clouds'\nother business", PALE),
    sector.BY_OWNERS: ("clouds' owners, from\nother business", BLUE),
    sector.BY_FUNDS: ("investors", ORANGE),
    sector.BY_LENDERS: ("lenders", BROWN),
    sector.BY_STATE: ("public sector", SILVER),
    sector.BY_HAND: ("outside the model", PINK),
}
EARNERS: dict[str, tuple[str, Colour]] = {
    sector.TO_CHIPMAKERS: ("chipmakers' profit", PURPLE),
    sector.TO_SUPPLIERS: ("chipmakers' suppliers\nand staff", PINK),
    sector.TO_BUILDERS: ("data centres and\nown chips", SKY),
    sector.TO_ENERGY: ("energy", YELLOW),
    sector.TO_STAFF: ("running clouds\nand start-ups", RED),
    sector.TO_STATE: ("tax, duty, fines", SILVER),
    sector.TO_LENDERS: ("interest", BROWN),
    sector.TO_LABS: ("start-ups' cash", DARK),
}
LEFT, WIDTH = 0.09, 0.675  # of the page
BAR = 0.37  # half a bar, in years
FEWEST = 4.0  # years that the axis has room for
HEIGHT, STRIP, GAP = 4.6, 0.7, 0.42  # inches of the bars, of the ratio below them, and between
SMALLEST = 0.004  # of the whole height: what is thinner gets no label
MEDIAN = "median"  # column of an ensemble's bands
TITLE = "Who pays for AI, and who earns on it"


class Label(NamedTuple):
    """A part of the last year's bar, and what is written beside it."""

    middle: float
    amount: float
    name: str
    colour: Colour


def draw_sources_and_uses(income: pd.DataFrame, months: int, footer: str, level: Level = WIDE.level) -> Sheet:
    """Stacked bars by year, and AI capex over AI income below them.

    Args:
        income: the statement by year, as :meth:`ComputeEconomy.income_frame` gives it; or its bands over runs, of which
            the medians are drawn, line by line, and the widest band of the ratio.
        months: months that were run; a last year of fewer than twelve says so.
        footer: which run this is.
        level: share of the runs in the widest band.
    """
    mine = income[income["party"] == il.WHOLE]
    subtitle = (
        "Above the line: who outside chipmakers, clouds and start-ups pays for all that these spend. Below: where it "
        "goes. Dark: cash that start-ups draw on (above) or add to (below)"
    )
    bands, widest = MEDIAN in mine, Band(level)
    if bands:
        subtitle += f". Medians of the runs, line by line; shaded: the {widest.words} of the runs"
    if mine.empty:
        return sheet(3.0, TITLE, "No month has been run", footer)
    top, bottom = head(TITLE, subtitle) + 0.15, foot(footer) + 0.15
    height = top + HEIGHT + GAP + STRIP + bottom
    figure = sheet(height, TITLE, subtitle, footer)
    years = sorted(mine["year"].unique())
    by_line = mine.groupby(["section", "line"])[MEDIAN if bands else "amount"]
    amounts = {key: rows.to_numpy(dtype=float) / 1000 for key, rows in by_line}
    low = (bottom + STRIP + GAP) / height
    axes = figure.add_axes((LEFT, low, WIDTH, HEIGHT / height))
    _bars(axes, amounts, len(years))
    strip = figure.add_axes((LEFT, bottom / height, WIDTH, STRIP / height))
    if bands:
        ends = mine.loc[mine["line"] == sector.RATIO, list(widest.columns)].to_numpy(dtype=float)
        strip.fill_between(range(len(years)), ends[:, 0], ends[:, 1], color="0.8", linewidth=0.0)
    _ratio(strip, 1000 * amounts[il.CAPITAL, sector.RATIO])
    last = months - 12 * (len(years) - 1)
    names = [str(year) for year in years]
    names[-1] += f"\n{last} months" if last < 12 else ""
    axes.set_xticks(range(len(years)), names)
    axes.tick_params(axis="x", length=0)
    return figure


def _bars(axes: Axes, amounts: Mapping[Any, FloatArray], years: int) -> None:
    """Payers upwards and earners downwards; who pays less than nothing stands with the earners, and the other way."""
    up, down = np.zeros(years), np.zeros(years)
    labels: dict[bool, list[Label]] = {True: [], False: []}
    for section, parts, sign in ((il.PAYS, PAYERS, 1.0), (il.EARNS, EARNERS, -1.0)):
        for line, (name, colour) in parts.items():
            amount = sign * amounts[section, line]
            base = np.where(amount > 0.0, up, down)
            _stack(axes, base, amount, colour)
            labels[bool(amount[-1] > 0.0)].append(Label(base[-1] + amount[-1] / 2, abs(amount[-1]), name, colour))
            up, down = up + np.maximum(amount, 0.0), down + np.minimum(amount, 0.0)
    most = max(up.max(), -down.min(), 1e-9)
    axes.set_ylim(-1.08 * most, 1.08 * most)
    axes.set_xlim(*_years_shown(years))
    axes.axhline(0.0, color=INK, linewidth=0.8)
    value_axis(axes, "G$", most=9)
    axes.yaxis.set_major_formatter(lambda value, _: number_text(abs(value)))
    axes.set_ylabel("G$ a year")
    for x, total in enumerate(up):
        y = total + 0.012 * most
        axes.text(x, y, _short(total), ha="center", va="bottom", fontsize=SMALL, fontweight="bold")
    for above, found in labels.items():
        _name(axes, found, years - 1, 2.16 * most, above)


def _stack(axes: Axes, base: FloatArray, amount: FloatArray, colour: Colour) -> None:
    """One part of the bars of all years, as one artist: a bar each would take most of the time of the figure."""
    corners = [
        [(x - BAR, low), (x + BAR, low), (x + BAR, low + part), (x - BAR, low + part)]
        for x, (low, part) in enumerate(zip(base, amount, strict=True))
        if part != 0.0
    ]
    axes.add_collection(PolyCollection(corners, facecolor=colour, edgecolor="white", linewidth=0.5), autolim=False)


def _name(axes: Axes, labels: list[Label], last: int, span: float, above: bool) -> None:
    """Names and amounts of the last year at the right of its bar, pushed apart so that none covers another."""
    inch = span / HEIGHT
    shown = [label for label in labels if label.amount >= SMALLEST * span]
    sign, edge = 1.0 if above else -1.0, 0.0
    for label in sorted(shown, key=lambda one: sign * one.middle):
        tall = LINE * inch * (1.05 + 0.95 * label.name.count("\n"))
        y = max(sign * label.middle, edge + tall / 2)
        edge = y + tall / 2
        ends = (last + BAR + 0.01, last + BAR + 0.25), (label.middle, sign * y)
        axes.plot(*ends, color=label.colour, linewidth=1.2, clip_on=False)
        told = f"{label.name} {_short(label.amount)}"
        axes.text(last + BAR + 0.3, sign * y, told, fontsize=SMALL, va="center", linespacing=1.0)


def _ratio(axes: Axes, ratio: FloatArray) -> None:
    """AI capex over AI income: a line with its values."""
    shown = np.isfinite(ratio)
    place = np.arange(len(ratio))
    axes.plot(place[shown], ratio[shown], color=INK, marker="o", markersize=3.5)
    most = float(ratio[shown].max()) if shown.any() else 1.0
    axes.set_ylim(0.0, 1.75 * most)
    for x, value in zip(place[shown], ratio[shown], strict=True):
        axes.text(float(x), value + 0.14 * most, f"{value:.1f}", ha="center", va="bottom", fontsize=SMALL)
    axes.axhline(1.0, color=GREY, linewidth=0.6, linestyle=":")
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xticks([])
    axes.set_xlim(*_years_shown(len(ratio)))
    axes.grid(False)
    told = "AI capex over AI income\n(services, rent, open\nmodels, own benefit);\ndotted: 1"
    axes.text(1.02, 0.5, told, fontsize=SMALL, va="center", transform=axes.transAxes)


def _years_shown(years: int) -> tuple[float, float]:
    """Limits of the axis of years: of few years the bars stand at the right, by their names, and are not broad."""
    return years - 0.4 - max(years + 0.2, FEWEST), years - 0.4


def _short(billions: float) -> str:
    digits = 0 if billions >= 20 else 1 if billions >= 0.95 else 2
    return number_text(round(float(billions), digits))
