"""Six time series at a time: the run, the band of the same question on other luck, and the market as it was."""

from __future__ import annotations

from typing import Any

import numpy as np
import panel as pn
from bokeh.models import Column, ColumnDataSource, HoverTool, Line, Plot, VArea

from kingmaker.experiments.page.chart import Axes
from kingmaker.experiments.page.choices import MEASURE_GROUPS, Shown, measures
from kingmaker.experiments.page.clock import Clock
from kingmaker.experiments.page.look import Look, button_sheet, grid, options, sheet
from kingmaker.experiments.page.records import Band, Story
from kingmaker.experiments.page.scripts import script
from kingmaker.experiments.page.wording import Words

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
        self.runs = ColumnDataSource(_columns(("y", "usual", "said"), 2), name="runs")
        self.bands = ColumnDataSource(_columns(("low", "high"), 2), name="bands")
        self._about = ColumnDataSource({"label": [], "unit": []})
        self._axes = Axes(look, words.language)
        self.plots = [self._plot(k) for k in range(SIX)]
        self._write = script(
            "charts", slider=clock.slider, runs=self.runs, span=self._axes.span, about=self._about,
            plots=self.plots, language=words.language,
        )  # fmt: skip
        clock.moves(self._write)
        self._about.js_on_change("data", self._write)
        self.plots[0].js_on_change("inner_width", self._write)
        self.theme = pn.widgets.RadioButtonGroup(
            name=words("theme"), options={words.of("measure_groups", g): g for g in MEASURE_GROUPS},
            value="chips", **options(button_sheet(look)),
        )  # fmt: skip
        self.theme.param.watch(lambda _event: self._fill(), "value")

    def panel(self) -> Any:
        """The view."""
        legend = pn.pane.HTML(self._legend(), **options(sheet(self.look)), sizing_mode="stretch_width")
        plots = Column(children=[*self.plots], styles=grid(290), sizing_mode="stretch_width")
        return pn.Column(
            self.theme, legend, pn.pane.Bokeh(plots, sizing_mode="stretch_width"), sizing_mode="stretch_width"
        )

    def show(self, story: Story, band: Band | None, usual: Story | None) -> None:
        """Show another run, or the band that has come to it."""
        same = story is self._story and usual is self._usual
        self._story, self._band, self._usual = story, band, usual
        if same:  # the curves are there already
            self.bands.data = self._edges(self.shown(), story.months)
        else:
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

    def _plot(self, k: int) -> Plot:
        look, axes = self.look, self._axes
        plot = axes.plot(" \n ", HEIGHT, name=f"chart {k}", margin=(4, 2))
        band = VArea(x="x", y1=f"low{k}", y2=f"high{k}", fill_color=look.run, fill_alpha=look.band)
        usual = Line(x="x", y=f"usual{k}", line_color=look.faint, line_width=2, line_dash=[6, 4])
        curve = Line(x="x", y=f"y{k}", line_color=look.run, line_width=3)
        axes.draw(plot, self.bands, band)
        axes.draw(plot, self.runs, usual)
        run = axes.draw(plot, self.runs, curve)
        plot.add_tools(HoverTool(renderers=[run], mode="vline", tooltips=[("", f"@month: @said{k}")]))
        return plot

    def _fill(self) -> None:
        """Send the six series of the theme; the month's value is written by the browser."""
        if self._story is None:
            return
        shown, months = self.shown(), self._story.months
        self._axes.reach(months)
        self.bands.data = self._edges(shown, months)
        self.runs.data = self._curves(shown, months)
        self._about.data = {
            "label": [m.label[self.words.language] for m in shown],
            "unit": [m.unit[self.words.language] for m in shown],
        }

    def _curves(self, shown: list[Shown], months: int) -> dict[str, Any]:
        assert self._story is not None
        found = {"x": np.arange(months, dtype=np.float64), "month": self.words.months(months)}
        empty = np.full(months, np.nan)
        for k, measure in enumerate(shown):
            run = self._story.measures[measure.name] * measure.factor
            usual = empty if self._usual is None else self._usual.measures[measure.name] * measure.factor
            unit = measure.unit[self.words.language]
            said = [f"{self.words.number(value)} {unit}" for value in run]
            found |= {f"y{k}": run, f"usual{k}": usual, f"said{k}": said}
        return found

    def _edges(self, shown: list[Shown], months: int) -> dict[str, Any]:
        """The band's edges; where it is still on its way, nothing is drawn."""
        found = {"x": np.arange(months, dtype=np.float64)}
        for k, measure in enumerate(shown):
            low = high = np.full(months, np.nan)
            if self._band is not None:
                low, _, high = self._band.quantiles[measure.name].astype(np.float64) * measure.factor
            found |= {f"low{k}": low, f"high{k}": high}
        return found


def _columns(names: tuple[str, ...], length: int) -> dict[str, Any]:
    """Columns of the six figures before the first run: flat lines, so that the axes have a range."""
    found: dict[str, Any] = {"x": [0.0, 107.0][:length], "month": [""] * length}
    for k in range(SIX):
        for name in names:
            found[f"{name}{k}"] = [""] * length if name == "said" else [0.0] * length
    return found
