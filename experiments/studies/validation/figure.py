"""The model's band over the facts, panel by panel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kingmaker.agents.types import FloatArray
from kingmaker.environment.inputs.tables import Tables
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.figures.style import GREY, INK, SMALL, Colour, log_axis, sheet, styles, time_axis
from kingmaker.experiments.measured import STATISTICS
from kingmaker.experiments.measured.trace import LENGTH, TracedEconomy
from kingmaker.experiments.results.manifest import kingmaker_version
from kingmaker.experiments.stats.levels import WIDE, Band
from kingmaker.experiments.stats.member_effects import middle_of
from kingmaker.experiments.studies.validation.pattern_table import read_patterns

HEADROOM = 0.35  # of the height of a plot, for the names of its lines


@dataclass(frozen=True)
class Panel:
    """Which series are drawn together, with the factor from the fact's unit to the axis's."""

    title: str
    unit: str
    series: tuple[tuple[str, str], ...]  # name of the series, its label
    factor: float = 1.0
    log: bool = False
    first: int = 0


PANELS = (
    Panel("Leader's data-centre revenue", "G$ a month", (("leader_revenue_musd", "leader"),), 1e-3),
    Panel("Wait for chips, small buyers", "weeks", (("lead_time_weeks", "lead time"),)),
    Panel("Price of an H100", "k$", (("chip_price_kusd", "H100"),), first=9),
    Panel("Rent of an H100-hour", "$ an hour",
          (("rent_list_usd_per_hour", "list"), ("rent_market_usd_per_hour", "market"))),
    Panel("Capital spending", "G$ a month",
          (("capex_microsoft_musd", "Microsoft"), ("capex_amazon_musd", "Amazon"), ("capex_google_musd", "Google"),
           ("capex_meta_musd", "Meta")), 1e-3),
    Panel("Own chips made", "thousand a month",
          (("inhouse_units_tpu", "TPU"), ("inhouse_units_trainium", "Trainium"), ("inhouse_units_mtia", "MTIA"),
           ("inhouse_units_maia", "Maia")), 1e-3),
    Panel("Shares of all cloud", "share",
          (("cloud_share_amazon", "Amazon"), ("cloud_share_microsoft", "Microsoft"),
           ("cloud_share_google", "Google"))),
    Panel("Revenue of labs", "G$ a year",
          (("openai_run_rate_musd", "OpenAI"), ("anthropic_run_rate_musd", "Anthropic")), 1e-3, log=True),
    Panel("Firms that use AI", "share", (("adoption_us", "US"), ("adoption_eu", "EU"))),
    Panel("H100 and H200 delivered", "thousand a month", (("chips_delivered_h100", "H100"),), 1e-3, first=9),
)  # fmt: skip


def draw_bands(model: TracedEconomy, seeds: int, band: Band = WIDE, over: Replicates | None = None) -> Figure:
    """Ten panels: median and band over seeds or members, facts as points with their tolerance and period."""
    what, which = ("seeds", f"n = {seeds} seeds (1 to {seeds})") if over is None else ("members", f"over {over.words}")
    footer = f"Kingmaker {kingmaker_version()} · baseline · {which}; line: median, band: {band.ends_in()} of {what}"
    figure = sheet(
        10.4, "Model and facts", "Points: facts in their line's colour, with period and tolerance; filled: calibrated "
        "on, hollow: only shown, diamond: never fitted", footer,
    )  # fmt: skip
    grid = figure.add_gridspec(5, 2, left=0.08, right=0.98, top=0.92, bottom=0.06, hspace=0.5, wspace=0.2)
    for number, panel in enumerate(PANELS):
        axes = figure.add_subplot(grid[number // 2, number % 2])
        _panel(axes, panel, model, band, None if over is None else over.weights)
    return figure


def _panel(axes: Axes, panel: Panel, model: TracedEconomy, band: Band, weights: FloatArray | None) -> None:
    months = range(panel.first, LENGTH)
    for (name, label), (colour, dash) in zip(panel.series, styles(), strict=False):
        values = panel.factor * np.array([STATISTICS[name](model, k, k) for k in months])
        lower, middle, upper = band.of(values, axis=1) if weights is None else middle_of(values, weights, band.level)
        axes.fill_between(months, lower, upper, color=colour, alpha=0.2, linewidth=0)
        axes.plot(months, middle, color=colour, linestyle=dash, label=label)
        _facts(axes, panel, name, model.tables, colour)
    axes.set_title(panel.title)
    axes.set_ylabel(panel.unit)
    if panel.log:
        log_axis(axes, "y")
    else:
        axes.set_ylim(bottom=0)
    time_axis(axes, LENGTH)
    if len(panel.series) > 1:
        low, high = axes.get_ylim()
        axes.set_ylim(low, high * (high / low) ** HEADROOM if panel.log else high + HEADROOM * (high - low))
        axes.legend(loc="upper left", ncols=2, fontsize=SMALL, handlelength=1.6, borderaxespad=0.2)


def _facts(axes: Axes, panel: Panel, name: str, tables: Tables, colour: Colour) -> None:
    """Points in the middle of their periods; what is summed over a period is drawn as a month's part of it."""
    calibrated = [pattern.fact for pattern in read_patterns(tables) if pattern.role == "calibrated"]
    same = {"leader_revenue_musd": ("leader_revenue_musd", "leader_revenue_fiscal_year_musd")}.get(name, (name,))
    for row in tables.series:
        if row.series not in same or row.period_end >= LENGTH or row.period_start < 0:
            continue
        length = row.period_end - row.period_start + 1
        scale = panel.factor / length if "per period" in row.unit else panel.factor
        middle = 0.5 * (row.period_start + row.period_end)
        fitted, held = row in calibrated, row.use == "validation"
        axes.errorbar(
            middle, scale * row.value, xerr=0.5 * (length - 1) if length > 3 else None,
            yerr=None if row.low is None or row.high is None
            else [[scale * (row.value - row.low)], [scale * (row.high - row.value)]],
            fmt="D" if held else "o", markersize=4.4 if fitted or held else 3.0,
            markerfacecolor=colour if fitted else "white", markeredgecolor=INK if fitted else colour,
            markeredgewidth=0.8, ecolor=GREY, elinewidth=0.7, capsize=1.5, zorder=4,
        )  # fmt: skip
