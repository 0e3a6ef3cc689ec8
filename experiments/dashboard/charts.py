"""Six time series at a time: the run, the band of the same question on other luck, and the market as it was."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import panel as pn
from bokeh.models import ColumnDataSource, FixedTicker, HoverTool, Line, Range1d, Span, VArea
from bokeh.plotting import figure

from experiments.dashboard.choices import MEASURE_GROUPS, Shown, measures
from experiments.dashboard.clock import Clock
from experiments.dashboard.look import ORANGE, Look, button_sheet, dress, grid, options, sheet
from experiments.dashboard.records import Band, Story
from experiments.dashboard.scripts import script
from experiments.dashboard.words import Words

if TYPE_CHECKING:
    from agents.types import FloatArray

SIX = 6
HEIGHT = 235


class Charts:
    """The view of time series."""

    def __init__(self, words: Words, look: Look, clock: Clock) -> None:
        """Six empty figures, and the buttons that choose what they show."""
        self.words, self.look = words, look
        self._story: Story | None = None
        self._band: Band | None = None
        self._usual: Story | None = None
        self.sources = [ColumnDataSource(_nothing(), name=f"series {k}") for k in range(SIX)]
        self._about = ColumnDataSource({"label": [], "unit": []})
        self._spans = [Span(dimension="height", line_color=ORANGE, line_width=2) for _ in range(SIX)]
        self.plots = [self._plot(k) for k in range(SIX)]
        self._write = script(
            "charts", slider=clock.slider, sources=self.sources, spans=self._spans, about=self._about,
            titles=[plot.title for plot in self.plots], language=words.language,
        )  # fmt: skip
        clock.moves(self._write)
        self._about.js_on_change("data", self._write)
        self.theme = pn.widgets.RadioButtonGroup(
            name=words("theme"), options={words.of("measure_groups", g): g for g in MEASURE_GROUPS},
            value="chips", **options(button_sheet(look)),
        )  # fmt: skip
        self.theme.param.watch(lambda _event: self._fill(), "value")

    def panel(self) -> Any:
        """The view."""
        cards = [pn.pane.Bokeh(plot, sizing_mode="stretch_width", height=HEIGHT, margin=(4, 2)) for plot in self.plots]
        legend = pn.pane.HTML(self._legend(), **options(sheet(self.look)), sizing_mode="stretch_width")
        cards_grid = pn.Column(*cards, styles=grid(290), sizing_mode="stretch_width")
        return pn.Column(self.theme, legend, cards_grid, sizing_mode="stretch_width")

    def show(self, story: Story, band: Band | None, usual: Story | None) -> None:
        """Show another run."""
        self._story, self._band, self._usual = story, band, usual
        self._fill()

    def shown(self) -> list[Shown]:
        """The six measures of the chosen theme."""
        return [measure for measure in measures().values() if measure.group == self.theme.value][:SIX]

    def _legend(self) -> str:
        look, words = self.look, self.words

        def mark(style: str, text: str) -> str:
            drawn = f'<svg width="34" height="14">{style}</svg>'
            return f'<span style="white-space:nowrap;margin-right:1.2em">{drawn} {text}</span>'

        line = f'<line x1="1" x2="33" y1="7" y2="7" stroke="{look.run}" stroke-width="3"/>'
        band = f'<rect x="1" width="32" y="1" height="12" fill="{look.run}" opacity="{look.band + 0.1}"/>'
        dash = f'<line x1="1" x2="33" y1="7" y2="7" stroke="{look.faint}" stroke-width="2" stroke-dasharray="6 4"/>'
        return mark(line, words("legend_run")) + mark(band, words("legend_band")) + mark(dash, words("legend_usual"))

    def _plot(self, k: int) -> figure:
        plot = figure(
            height=HEIGHT, sizing_mode="stretch_width", tools="save", toolbar_location="right", title=" \n ",
            x_range=Range1d(0, 107), min_border_right=12, name=f"chart {k}",
        )  # fmt: skip
        dress(plot, self.look)
        plot.toolbar.autohide = True
        plot.y_range.only_visible = True
        source, look = self.sources[k], self.look
        band = VArea(x="x", y1="low", y2="high", fill_color=look.run, fill_alpha=look.band)
        usual = Line(x="x", y="usual", line_color=look.faint, line_width=2, line_dash=[6, 4])
        curve = Line(x="x", y="y", line_color=look.run, line_width=3)
        # glyphs as they are: the shortcuts of `figure` add five models to each, and thirty students open this page
        _, _, run = (plot.add_glyph(source, glyph) for glyph in (band, usual, curve))
        plot.add_layout(self._spans[k])
        plot.add_tools(HoverTool(renderers=[run], mode="vline", tooltips=[("", "@month: @said")]))
        return plot

    def _fill(self) -> None:
        """Send the six series of the theme; the month's value is written by the browser."""
        if self._story is None:
            return
        shown = self.shown()
        for plot, source, measure in zip(self.plots, self.sources, shown, strict=False):
            source.data = self._columns(measure)
            months = self._story.months
            years = range(0, months + 1, 24 if months > 60 else 12)
            plot.x_range.end = months - 1
            plot.xaxis.ticker = FixedTicker(ticks=list(years))
            plot.xaxis.major_label_overrides = {m: str(2022 + m // 12) for m in years}
        self._about.data = {
            "label": [m.label[self.words.language] for m in shown],
            "unit": [m.unit[self.words.language] for m in shown],
        }

    def _columns(self, measure: Shown) -> dict[str, Any]:
        assert self._story is not None
        months, name, factor = self._story.months, measure.name, measure.factor
        empty = np.full(months, np.nan)
        run = self._story.measures[name] * factor
        usual = empty if self._usual is None else self._usual.measures[name] * factor
        low, high = (empty, empty) if self._band is None else self._edges(self._band, name, factor)
        unit = measure.unit[self.words.language]
        return {
            "x": np.arange(months, dtype=np.float64), "y": run, "usual": usual, "low": low, "high": high,
            "month": [self.words.month(m) for m in range(months)],
            "said": [f"{self.words.number(value)} {unit}" for value in run],
        }  # fmt: skip

    @staticmethod
    def _edges(band: Band, name: str, factor: float) -> tuple[FloatArray, FloatArray]:
        quantiles = band.quantiles[name] * factor
        return quantiles[0].astype(np.float64), quantiles[2].astype(np.float64)


def _nothing() -> dict[str, Any]:
    """Columns of a figure before the first run: a flat line, so that the axes have a range."""
    empty = [math.nan, math.nan]
    return {"x": [0.0, 107.0], "y": [0.0, 0.0], "usual": empty, "low": empty, "high": empty,
            "month": ["", ""], "said": ["", ""]}  # fmt: skip
