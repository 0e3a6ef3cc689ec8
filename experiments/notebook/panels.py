"""Pictures of several measures of an ensemble: what scarcity is, and the model's fan beside the facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from kingmaker.experiments.figures.fans import OPACITY
from kingmaker.experiments.figures.plot_grid import Spacing, page_of_panels
from kingmaker.experiments.figures.style import GREY, INK, PALETTE, SMALL, Sheet, foot, scaled_unit
from kingmaker.experiments.notebook.series_plot import Path, draw_series
from kingmaker.experiments.posterior.lines import DataLine, read_lines
from kingmaker.experiments.stats.levels import WIDE, bands_at

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kingmaker.experiments.notebook.run_result import RunResult

SCARCE = ("lead_time_weeks", "direct_fill", "tenant_fill_rate", "rent_market_usd_per_hour")
FACTS = {  # measure: series of lines, and whether a line is a sum over its months
    "leader_revenue_musd": ("leader_revenue_musd", True), "capex_musd": ("capex_bigfour_musd", True),
    "lead_time_weeks": ("lead_time_weeks", False),
    "rent_market_usd_per_hour": ("rent_market_usd_per_hour", False),
    "venture_musd": ("venture_ai_musd", True), "leading_lab_revenue_musd": ("openai_revenue_musd", True),
}  # fmt: skip
SPACING = Spacing(panel=1.35, gap=0.6, left=0.62, right=0.15, between=0.72, above=0.3, below=0.35)


def draw_scarcity(result: RunResult, footer: str) -> Sheet:
    """The wait for chips, whose orders and wants are served, and the rent: with bands if there are several runs."""
    title = "How scarce compute is"
    subtitle = "Wait for chips, what part of orders and wants is served, and the rent of the month" + _spread(result)
    figure, panels = page_of_panels(len(SCARCE), 2, title, subtitle, footer, SPACING)
    for axes, name in zip(panels, SCARCE, strict=True):
        _panel(axes, result, name)
    return figure


def draw_facts(result: RunResult, footer: str) -> Sheet:
    """The runs' fan of each measure for which there are facts, and the facts with their errors."""
    title = "The model's fan beside the facts"
    subtitle = (
        f"Dots: facts, with {WIDE.level.words}s of their errors, each at the middle of its period; hollow: kept out of "
        f"every fit{_spread(result)}"
    )
    names = [name for name in FACTS if name in result.measures]
    figure, panels = page_of_panels(len(names), 2, title, subtitle, footer, SPACING, 1)
    lines = read_lines()
    for axes, name in zip(panels, names, strict=True):
        _panel(axes, result, name)
        series, summed = FACTS[name]
        factor, _ = scaled_unit(result.measures[name], _largest(result, name))
        facts = [line for line in lines if line.series == series and line.last < result.months]
        tops = [_fact(axes, line, factor, summed) for line in facts]
        if tops:
            axes.set_ylim(0.0, max(axes.get_ylim()[1], 1.05 * max(tops)))
    drawn = "median of the runs" if result.worlds > 1 else "the run"
    handles: list[Artist] = [Line2D([], [], color=PALETTE[0], label=drawn)]
    if result.worlds > 1:
        handles += [
            Patch(color=PALETTE[0], alpha=opacity, linewidth=0, label=band.words)
            for band, opacity in zip(bands_at(result.level), OPACITY, strict=False)
        ]
    handles += [
        Line2D([], [], color=INK, marker="o", markersize=3.5, linewidth=1.0, markerfacecolor=fill, label=told)
        for fill, told in ((INK, "fact that was fitted"), ("white", "fact kept out"))
    ]
    place = (0.01, (foot(footer) - 0.02) / figure.get_figheight())
    figure.legend(handles=handles, loc="lower left", bbox_to_anchor=place, ncols=5, fontsize=SMALL, borderpad=0.0)
    return figure


def _spread(result: RunResult) -> str:
    if result.worlds == 1:
        return ""
    bands: Sequence[str] = [band.told for band in bands_at(result.level)]
    return f". Line: median; bands: {' and '.join(bands)} of {result.worlds} runs, over {result.over}"


def _panel(axes: Axes, result: RunResult, name: str) -> None:
    measure = result.measures[name]
    draw_series(axes, measure, [Path(measure.label, result.array(name))], result.level, result.weights)
    axes.set_title(measure.label, pad=3)


def _largest(result: RunResult, name: str) -> float:
    return float(np.nanmax(np.abs(result.array(name))))


def _fact(axes: Axes, line: DataLine, factor: float, summed: bool) -> float:
    """A dot at the middle of the line's period, with the interval of its error; gives the upper end."""
    a_month = factor / (line.last - line.first + 1) if summed else factor
    width = WIDE.deviations * line.error
    ends = line.back(np.array([line.observed - width, line.observed + width])) * a_month
    middle = 0.5 * (line.first + line.last)
    axes.plot([middle, middle], ends, color=GREY, linewidth=1.0)
    fill = "white" if line.kept_out else INK
    axes.plot([middle], [line.value * a_month], "o", color=INK, markerfacecolor=fill, markersize=3.5)
    return float(ends[1])
