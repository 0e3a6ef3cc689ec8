"""Compare: policy A and policy B side by side on the same luck."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any

import numpy as np
import panel as pn
from bokeh.models import Column, ColumnDataSource, Line, Plot, Span, VArea

from kingmaker.experiments.page.chart import Axes
from kingmaker.experiments.page.choices import levers, measures
from kingmaker.experiments.page.clock import Clock
from kingmaker.experiments.page.look import (
    BLUE,
    ORANGE,
    SKY,
    Look,
    button_sheet,
    grid,
    input_sheet,
    options,
    sheet,
)
from kingmaker.experiments.page.paired_runs import Difference, difference, window
from kingmaker.experiments.page.records import Band
from kingmaker.experiments.page.scripts import script
from kingmaker.experiments.page.setting import Setting, presets
from kingmaker.experiments.page.wording import Words
from kingmaker.experiments.terminal.phrases import apart

HEIGHT = 260


class Compare:
    """The view of two policies.

    Args:
        words: the page's language.
        look: its colours.
        clock: the months.
        wanted: told whenever another policy A is to be computed.
    """

    def __init__(self, words: Words, look: Look, clock: Clock, wanted: Callable[[], None]) -> None:
        """Policy A is the market as it was."""
        self.words, self.look, self._wanted = words, look, wanted
        self._a, self._b = Setting(), Setting()
        self._bands: tuple[Band, Band] | None = None
        self.keep = pn.widgets.Button(name=words("keep_as_a"), button_type="primary", **options(button_sheet(look)))
        self.keep.on_click(lambda _e: self._keep())
        titles = {words.of("scenarios", n) if words.language != "en" else t: n for n, t in presets().items()}
        self.preset = pn.widgets.Select(name=words("policy_a"), options=titles, **options(input_sheet(look)))
        self.preset.param.watch(lambda e: self._choose(Setting(scenario=e.new)), "value")
        self.measure = pn.widgets.Select(
            name=words("measure"), options={m.label[words.language]: m.name for m in measures().values()},
            **options(input_sheet(look)),
        )  # fmt: skip
        self.measure.param.watch(lambda _e: self._draw(), "value")
        self.pane = pn.pane.HTML(f"<p>{words('computing')}</p>", **options(sheet(look)), sizing_mode="stretch_width")
        self._axes = Axes(look, words.language)
        clock.moves(script("span", span=self._axes.span, slider=clock.slider))
        self._sources = [ColumnDataSource({k: [0.0, 0.0] for k in ("x", "mid", "low", "high")}) for _ in range(3)]
        self.plots = [self._plot(words("two_policies"), (0, 1)), self._plot(words("difference_plot"), (2,))]

    def a_for(self, b: Setting) -> Setting:
        """Policy A with the seeds, horizon and runs of B: both have the same luck."""
        return replace(self._a, seed=b.seed, months=b.months, runs=b.runs)

    def panel(self) -> Any:
        """The view."""
        plots = Column(children=[*self.plots], styles=grid(320), sizing_mode="stretch_width")
        return pn.Column(
            pn.FlexBox(self.preset, self.keep, self.measure, flex_wrap="wrap", align_items="end"),
            pn.pane.Bokeh(plots, sizing_mode="stretch_width"), self.pane,
            sizing_mode="stretch_width",
        )  # fmt: skip

    def show(self, b: Setting, band_a: Band, band_b: Band) -> None:
        """Show both."""
        self._b, self._bands = b, (band_a, band_b)
        self.pane.object = self._table()
        self._draw()

    def waiting(self) -> None:
        """Say that the numbers are on their way."""
        self.pane.object = f"<p>{self.words('computing')}</p>"

    def present(self, b: Setting) -> None:
        """What would be kept as A."""
        self._b = b

    def _keep(self) -> None:
        self._choose(self._b)

    def _choose(self, a: Setting) -> None:
        self._a = a
        self.waiting()
        self._wanted()

    def _table(self) -> str:
        assert self._bands is not None
        words, months = self.words, window(self._b.months)
        found = [difference(*self._bands, name, months) for name in measures()]
        rows = "".join(self._row(d) for d in found)
        a, b = describe(self.a_for(self._b), words), describe(self._b, words)
        average = words(
            "average_over", first=words.month(months[0]), last=words.month(months[1] - 1), n=self._b.runs,
            seeds=f"{self._b.seed}–{self._b.seed + self._b.runs - 1}",
        )  # fmt: skip
        return (
            f"<p><b style='color:{self._colour(0)}'>A</b> {a}<br><b style='color:{ORANGE}'>B</b> {b}</p>"
            f"<p class='faint'>{average}</p><div class='wide'><table><tr><th>{words('measure')}</th>"
            f"<th class='number'>A</th><th class='number'>B</th><th class='number'>{words('difference')}</th><th></th>"
            f"<th>{words('verdict')}</th></tr>{rows}</table></div>"
            f"<p class='faint'>{words('many_tests', k=len(found))}</p>"
        )

    def _row(self, d: Difference) -> str:
        measure, number = measures()[d.name], self.words.number
        f, language = measure.factor, self.words.language
        interval = f"{number(d.mean * f)} <small>[{number(d.low * f)}; {number(d.high * f)}]</small>"
        verdict = self.words("verdict_" + d.verdict)
        # a row that says "higher" must not show the same number twice
        a, b = apart(d.a * f, d.b * f, lambda value, digits: number(value, digits - 3))
        strong = "" if d.verdict == "unclear" else " style='font-weight:600'"
        return (
            f"<tr><td>{escape(measure.label[language])} <small>{escape(measure.unit[language])}</small></td>"
            f"<td class='number'>{a}</td><td class='number'>{b}</td>"
            f"<td class='number'>{interval}</td><td>{self._bar(d)}</td><td{strong}>{verdict}</td></tr>"
        )

    def _bar(self, d: Difference, width: int = 110) -> str:
        """The interval beside zero, as inline SVG; each row has a scale of its own."""
        reach = max(abs(d.low), abs(d.high)) or 1.0
        places = [width / 2 * (1 + 0.92 * v / reach) for v in (d.low, d.high, d.mean)]
        colour = self.look.faint if d.verdict == "unclear" else ORANGE if d.verdict == "up" else self._colour(0)
        return (
            f'<svg width="{width}" height="18" aria-hidden="true">'
            f'<line x1="{width / 2}" x2="{width / 2}" y1="0" y2="18" stroke="{self.look.faint}"/>'
            f'<line x1="{places[0]:.1f}" x2="{places[1]:.1f}" y1="9" y2="9" stroke="{colour}" stroke-width="4"/>'
            f'<circle cx="{places[2]:.1f}" cy="9" r="5" fill="{colour}"/></svg>'
        )

    def _colour(self, policy: int) -> str:
        first = SKY if self.look.run == SKY else BLUE
        return ORANGE if policy == 1 else first

    def _plot(self, title: str, which: tuple[int, ...]) -> Plot:
        plot = self._axes.plot(title, HEIGHT, margin=(4, 2))
        for k in which:
            colour = self._colour(k) if k < 2 else self.look.ink
            source = self._sources[k]
            band = VArea(x="x", y1="low", y2="high", fill_color=colour, fill_alpha=self.look.band)
            curve = Line(x="x", y="mid", line_color=colour, line_width=3, line_dash=[10, 3] if k == 1 else "solid")
            for glyph in (band, curve):
                self._axes.draw(plot, source, glyph)
        if which == (2,):
            plot.add_layout(Span(location=0, dimension="width", line_color=self.look.faint, line_width=2))
        return plot

    def _draw(self) -> None:
        if self._bands is None:
            return
        measure = measures()[self.measure.value]
        months = self._b.months
        unit = measure.unit[self.words.language]
        for k, band in enumerate(self._bands):
            low, middle, high = band.quantiles[measure.name].astype(np.float64) * measure.factor
            self._sources[k].data = {"x": np.arange(months), "mid": middle, "low": low, "high": high}
        each = [difference(*self._bands, measure.name, (m, m + 1)) for m in range(months)]
        self._sources[2].data = {
            "x": np.arange(months), "mid": np.array([d.mean for d in each]) * measure.factor,
            "low": np.array([d.low for d in each]) * measure.factor,
            "high": np.array([d.high for d in each]) * measure.factor,
        }  # fmt: skip
        self.plots[0].title.text = f"{measure.label[self.words.language]}\n{self.words('two_policies')}"
        self.plots[1].title.text = self.words("difference_plot")
        self._axes.reach(months)
        for axis in self._axes.values:
            axis.axis_label = unit


def describe(setting: Setting, words: Words) -> str:
    """A policy in words, as HTML: its scenario and the levers held."""
    title = words.of("scenarios", setting.scenario) if words.language != "en" else presets()[setting.scenario]
    starts = setting.starts
    held = [
        f"{escape(levers()[key].label[words.language])} = {words.plain(value)}"
        + (f" {words('since', month=words.month(starts[key]))}" if key in starts else "")
        for key, value in setting.held.items()
    ]
    return escape(title) + (words("colon") + "; ".join(held) if held else "")
