"""The main monthly series on one page, with the dated events of policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.inputs.scenario import Event
from kingmaker.experiments.figures.events import HEADROOM, TOLD, draw_list, lines_of, listed, mark_events, within
from kingmaker.experiments.figures.plot_grid import Spacing, page_of_panels
from kingmaker.experiments.figures.style import counts, month_positions, scaled_unit, styles, time_axis, value_axis

if TYPE_CHECKING:
    import pandas as pd

TITLE = "The AI-compute economy, month by month"
COLUMNS = 3
SPACING = Spacing(panel=0.85, gap=0.62, left=0.6, right=0.15, between=0.62, above=0.38, below=0.4)


@dataclass(frozen=True)
class Panel:
    """One small plot: measures of one unit and what its legend calls them."""

    title: str
    lines: dict[str, str]


PANELS = (
    Panel("Leading chipmaker's revenue", {"leader_revenue_musd": "leader"}),
    Panel(
        "Concentration of chips",
        {"chip_leader_share": "leader", "hhi_chips": "HHI", "inhouse_share": "in-house"},
    ),
    Panel("Wait for chips", {"lead_time_weeks": "lead time"}),
    Panel("Capital spending", {"capex_musd": "big four", "ai_capex_musd": "AI, all"}),
    Panel("Price of an hour of compute", {"rent_list_usd_per_hour": "list", "rent_market_usd_per_hour": "market"}),
    Panel("Use of capacity", {"utilisation": "used", "tenant_fill_rate": "tenants served"}),
    Panel("Concentration of clouds (HHI)", {"hhi_cloud": "AI compute", "hhi_cloud_all": "all cloud"}),
    Panel("Ties of clouds and labs", {"exclusive_share": "exclusive", "multihoming_share": "several hosts"}),
    Panel("European start-ups at home", {"eu_hosted_at_home_share": "at home"}),
    Panel("Moves to another cloud", {"switching_rate": "moves"}),
    Panel("Start-ups", {"startups_alive": "alive"}),
    Panel(
        "Start-ups a month",
        {"startups_entered": "enter", "startups_failed": "fail", "startups_acquired": "bought"},
    ),
    Panel("Funding of start-ups", {"funding_musd": "rounds"}),
    Panel("Where the money goes", {"funding_pass_through": "to compute", "circularity": "circular"}),
    Panel("Capability of the best model", {"capability_frontier": "frontier"}),
    Panel("Distance to the frontier", {"gap_follower": "followers", "gap_open": "open", "gap_china": "China"}),
    Panel("Use of AI by enterprises", {"adoption_share": "adopt", "self_hosted_share": "self-hosted"}),
    Panel("China and export control", {"china_compute_share": "compute", "grey_market_share": "grey market"}),
    Panel("Electric power", {"power_gw": "AI compute"}),
    Panel("Complaints about clouds", {"complaints": "filed"}),
    Panel("Inquiries under way", {"inquiries_open": "inquiries"}),
    Panel("Remedies in force", {"remedies_active": "remedies"}),
    Panel("Gatekeepers designated", {"gatekeepers": "gatekeepers"}),
    Panel("Fees that clouds charge", {"parallel_fees_musd": "parallel use", "switching_fees_musd": "moves"}),
)


def draw_dashboard(measures: pd.DataFrame, events: Sequence[Event], footer: str) -> Figure:
    """The page: one small plot a topic; dated events are numbered lines in all of them and are listed below."""
    panels = [panel for panel in PANELS if any(name in measures for name in panel.lines)]
    months = len(measures)
    shown = within(events, months)
    names = listed(shown)
    subtitle = f"Monthly values; {TOLD}" if shown else "Monthly values"
    figure, plots = page_of_panels(len(panels), COLUMNS, TITLE, subtitle, footer, SPACING, lines_of(names))
    for axes, panel in zip(plots, panels, strict=True):
        _draw_panel(axes, panel, measures, bool(shown))
    mark_events(plots, shown, months)
    draw_list(figure, names, footer)
    return figure


def _draw_panel(axes: Axes, panel: Panel, measures: pd.DataFrame, marked: bool) -> None:
    """One plot; ``marked`` leaves room at its top for the numbers of events."""
    months = month_positions(measures["month"])
    names = [name for name in panel.lines if name in measures]
    values = measures[names].to_numpy(dtype=float)
    factor, unit = scaled_unit(MEASURES[names[0]], float(np.abs(values).max()))
    for name, (colour, dash) in zip(names, styles(), strict=False):
        axes.plot(months, measures[name] * factor, color=colour, linestyle=dash, label=panel.lines[name])
    # y: where it stands anyway; left open, each draw lays out all labels to see whether they reach so high
    axes.set_title(panel.title, y=1.0, pad=16 if len(names) > 1 else 4)
    axes.set_ylabel(unit)
    low, high = axes.get_ylim()
    if values.min() >= 0 and "log10" not in unit:
        low, high = 0.0, max(factor * float(values.max()) * 1.05, 1.0 if not values.any() or counts(unit) else 0.0)
    axes.set_ylim(low, high + (HEADROOM * (high - low) if marked else 0.0))
    value_axis(axes, unit, most=3)
    time_axis(axes, len(months))
    if len(names) > 1:
        # above the plot: a legend inside would cover a line in one run or another
        axes.legend(
            loc="lower left", bbox_to_anchor=(-0.03, 0.965), ncols=3, handlelength=1.2, columnspacing=0.6,
            handletextpad=0.3, borderpad=0,
        )  # fmt: skip
