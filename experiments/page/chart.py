"""Small figures over the months, as lean as Bokeh allows: thirty students open a page with six of them at once."""

from __future__ import annotations

from typing import Any

from bokeh.models import (
    BasicTicker,
    CDSView,
    ColumnDataSource,
    DataRange1d,
    FixedTicker,
    Glyph,
    GlyphRenderer,
    Grid,
    LinearAxis,
    LinearScale,
    Plot,
    Range1d,
    SaveTool,
    Span,
    Title,
    Toolbar,
)

from kingmaker.agents.calendar import year_of
from kingmaker.experiments.page.look import ORANGE, Look, dress
from kingmaker.experiments.page.scripts import decimals
from kingmaker.experiments.page.setting import MONTHS


class Axes:
    """What the figures of one view share: the months' axis, its marks, scales and the line of the present month."""

    def __init__(self, look: Look, language: str) -> None:
        """All months of the longest run."""
        self.look = look
        self.months = Range1d(0, max(MONTHS) - 1)
        self.marks = FixedTicker(ticks=[])
        self.years = {m: str(year_of(m)) for m in range(0, max(MONTHS) + 1, 12)}
        self.reach(max(MONTHS))
        self.written = decimals(language)
        self.values: list[LinearAxis] = []  # one of each figure
        self._steps = BasicTicker()
        self.scale = LinearScale()
        self._views: dict[str, CDSView] = {}
        self.span = Span(dimension="height", line_color=ORANGE, line_width=2)

    def reach(self, months: int) -> None:
        """Take another horizon: no model is made, so that the document need not be searched for new ones."""
        self.months.end = months - 1
        self.marks.ticks = list(range(0, months + 1, 24 if months > 60 else 12))

    def plot(self, title: str, height: int, **more: Any) -> Plot:
        """An empty figure over the months."""
        plot = Plot(
            height=height, sizing_mode="stretch_width", title=Title(text=title), x_range=self.months,
            y_range=DataRange1d(only_visible=True), x_scale=self.scale, y_scale=self.scale,
            toolbar=Toolbar(tools=[SaveTool()], autohide=True, logo=None), toolbar_location="right",
            min_border_right=12, **more,
        )  # fmt: skip
        plot.add_layout(
            LinearAxis(ticker=self.marks, formatter=self.written, major_label_overrides=self.years), "below"
        )
        values = LinearAxis(ticker=self._steps, formatter=self.written)
        self.values.append(values)
        plot.add_layout(values, "left")
        plot.add_layout(Grid(dimension=1, axis=values))
        plot.add_layout(self.span)
        dress(plot, self.look)
        return plot

    def draw(self, plot: Plot, source: ColumnDataSource, glyph: Glyph) -> GlyphRenderer[Any]:
        """Add a glyph, with no model but itself and its renderer."""
        view = self._views.setdefault(source.id, CDSView())  # all that draw one source share its view
        renderer: GlyphRenderer[Any] = GlyphRenderer(data_source=source, glyph=glyph, view=view)
        plot.renderers.append(renderer)
        return renderer
