"""The main monthly series on one page, with the dated events of policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from environment.measures import MEASURES
from environment.scenario import Event, month_label
from experiments.figures.style import (
    GREY,
    INK,
    PAGE_WIDTH,
    SMALL,
    month_positions,
    scaled_unit,
    sheet,
    styles,
    time_axis,
)

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = 3
LEFT, RIGHT = 0.075, 0.97  # of the page
EVENT_LINE = 0.13  # inches
DOTS = "0.65"


@dataclass(frozen=True)
class Panel:
    """One small plot: measures of one unit and what its legend calls them."""

    title: str
    lines: dict[str, str]


PANELS = (
    Panel("Leading chipmaker's revenue", {"leader_revenue_musd": "leader"}),
    Panel(
        "Concentration of chips",
        {"chip_leader_share": "leader's share", "hhi_chips": "HHI", "inhouse_share": "in-house"},
    ),
    Panel("Wait for chips", {"lead_time_weeks": "lead time"}),
    Panel("Capital spending", {"capex_musd": "big four, all", "ai_capex_musd": "AI, all owners"}),
    Panel("Price of an hour of compute", {"rent_list_usd_per_hour": "list", "rent_market_usd_per_hour": "market"}),
    Panel("Use of capacity", {"utilisation": "utilisation", "tenant_fill_rate": "tenants served"}),
    Panel("Concentration of clouds (HHI)", {"hhi_cloud": "AI compute", "hhi_cloud_all": "all cloud"}),
    Panel(
        "Ties between clouds and labs",
        {"exclusive_share": "exclusive", "multihoming_share": "several hosts", "eu_hosted_at_home_share": "EU home"},
    ),
    Panel("Moves to another cloud", {"switching_rate": "moves"}),
    Panel("Start-ups", {"startups_alive": "alive"}),
    Panel(
        "Start-ups a month",
        {"startups_entered": "enter", "startups_failed": "fail", "startups_acquired": "are bought"},
    ),
    Panel("Funding of start-ups", {"funding_musd": "rounds"}),
    Panel("Where the money goes", {"funding_pass_through": "spent on compute", "circularity": "circular"}),
    Panel("Capability of the best model", {"capability_frontier": "frontier"}),
    Panel("Distance to the frontier", {"gap_follower": "followers", "gap_open": "open", "gap_china": "China"}),
    Panel("Use of AI by enterprises", {"adoption_share": "adopt", "self_hosted_share": "of them self-hosted"}),
    Panel("China and export control", {"china_compute_share": "China's compute", "grey_market_share": "grey market"}),
    Panel("Electric power", {"power_gw": "AI compute"}),
    Panel("Complaints about clouds", {"complaints": "filed"}),
    Panel(
        "Authorities at work",
        {"inquiries_open": "inquiries", "remedies_active": "remedies", "gatekeepers": "gatekeepers"},
    ),
    Panel("Fees that clouds charge", {"parallel_fees_musd": "parallel use", "switching_fees_musd": "moves"}),
)


def draw_dashboard(measures: pd.DataFrame, events: Sequence[Event], footer: str) -> Figure:
    """The page: one small plot a topic, below them the dated events whose dotted lines run through all plots."""
    panels = [panel for panel in PANELS if any(name in measures for name in panel.lines)]
    months = len(measures)
    shown = [event for event in events if event.month < months]
    names = _place_names(shown, months)
    lines = 1 + max((name.row for name in names), default=-1)
    rows = -(-len(panels) // COLUMNS)
    foot = 0.7 + EVENT_LINE * lines
    height = 0.95 + 1.25 * rows + foot
    subtitle = "Monthly values; dotted lines are the dated events named at the foot" if shown else "Monthly values"
    figure = sheet(height, "The AI-compute economy, month by month", subtitle, footer)
    grid = figure.add_gridspec(
        rows, COLUMNS, left=LEFT, right=RIGHT, top=1 - 0.95 / height, bottom=foot / height, hspace=0.9, wspace=0.3
    )
    for i, panel in enumerate(panels):
        axes = figure.add_subplot(grid[i // COLUMNS, i % COLUMNS])
        _draw_panel(axes, panel, measures)
        for event in shown:
            axes.axvline(event.month, color=DOTS, linewidth=0.8, linestyle=":", zorder=0)
    if names:
        strip = figure.add_axes((LEFT, 0.3 / height, RIGHT - LEFT, EVENT_LINE * lines / height))
        _draw_names(strip, names, months)
    return figure


def _draw_panel(axes: Axes, panel: Panel, measures: pd.DataFrame) -> None:
    months = month_positions(measures["month"])
    names = [name for name in panel.lines if name in measures]
    factor, unit = scaled_unit(MEASURES[names[0]])
    for name, (colour, dash) in zip(names, styles(), strict=False):
        axes.plot(months, measures[name] * factor, color=colour, linestyle=dash, label=panel.lines[name])
    axes.set_title(panel.title, pad=15 if len(names) > 1 else 4)
    axes.set_ylabel(unit)
    if measures[names].to_numpy().min() >= 0 and "log10" not in unit:
        axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
    time_axis(axes, len(months))
    if len(names) > 1:
        # above the plot: a legend inside would cover a line in one run or another
        axes.legend(
            loc="lower left", bbox_to_anchor=(-0.02, 0.97), ncols=3, handlelength=1.3, columnspacing=0.7,
            handletextpad=0.3, borderpad=0,
        )  # fmt: skip


@dataclass(frozen=True)
class _Name:
    """Where the name of an event stands on the time line."""

    text: str
    month: int
    row: int
    leftwards: bool  # near the end of the time line, names run to the left


def _place_names(events: Sequence[Event], months: int) -> list[_Name]:
    """Each name in the first row in which it touches no other."""
    scratch = Figure(figsize=(PAGE_WIDTH, 1))
    FigureCanvasAgg(scratch)  # measuring text needs a canvas
    axes = scratch.add_axes((LEFT, 0, RIGHT - LEFT, 1))
    axes.set_xlim(-1, months)
    ends: list[float] = []
    placed = []
    for event in events:
        text = f"{month_label(event.month)} {event.why}"
        box = axes.text(0, 0, text, fontsize=SMALL).get_window_extent()
        width = float(box.transformed(axes.transData.inverted()).width) + 3  # the dot and a little air
        leftwards = event.month + width > months
        start = event.month - width if leftwards else float(event.month)
        row = next((i for i, end in enumerate(ends) if end < start), len(ends))
        ends[row : row + 1] = [start + width]
        placed.append(_Name(text, event.month, row, leftwards))
    return placed


def _draw_names(axes: Axes, names: Sequence[_Name], months: int) -> None:
    """The time line: a dot in its month and a name for each event."""
    axes.set_xlim(-1, months)
    axes.set_ylim(-max(name.row for name in names) - 0.5, 0.5)
    axes.axis("off")
    for name in names:
        axes.plot(name.month, -name.row, marker="o", markersize=2.5, color=GREY)
        shift, side = (-0.9, "right") if name.leftwards else (0.9, "left")
        axes.text(name.month + shift, -name.row, name.text, fontsize=SMALL, va="center_baseline", ha=side, color=INK)
