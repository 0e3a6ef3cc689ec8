"""The flow of money: ribbons from payers to payees over the last twelve months, for each month."""

from __future__ import annotations

from typing import Any

import numpy as np
import panel as pn
from bokeh.models import ColumnDataSource, HoverTool, Range1d
from bokeh.plotting import figure

from kingmaker.experiments.page.clock import Clock
from kingmaker.experiments.page.look import (
    BLUE,
    BROWN,
    GREEN,
    GREY,
    LETTERS,
    ORANGE,
    PURPLE,
    SCROLLED,
    YELLOW,
    Look,
    button_sheet,
    dress,
    options,
    sheet,
)
from kingmaker.experiments.page.records import Story
from kingmaker.experiments.page.scripts import script
from kingmaker.experiments.page.wording import Words

SECTORS = {
    "enterprises": YELLOW, "investors": PURPLE, "startups": GREEN, "clouds": ORANGE, "chipmakers": BLUE,
    "public sector": BROWN, "rest of the economy": GREY,
}  # fmt: skip
# what has nothing to do with AI, and would dwarf the rest
OUTSIDE = ("outside_profit", "cloud_revenue", "outside_capex", "income", "commitments", "dividends")
HEIGHT = 430


class Money:
    """The view of payments between sectors."""

    def __init__(self, words: Words, look: Look, clock: Clock) -> None:
        """An empty picture."""
        self.words, self.look = words, look
        self._story: Story | None = None
        self._flows = ColumnDataSource({k: [] for k in ("payer", "payee", "words", "months")})
        self._amounts = ColumnDataSource({"musd": []})
        self.ribbons = ColumnDataSource({k: [] for k in ("xs", "ys", "color", "what", "musd")})
        self._blocks = ColumnDataSource({k: [] for k in ("left", "right", "top", "bottom", "color")})
        self._labels = ColumnDataSource({k: [] for k in ("x", "y", "text", "align")})
        for drawn in (self.ribbons, self._blocks, self._labels):
            drawn.syncable = False
        self.scope = pn.widgets.RadioButtonGroup(
            options={words("money_ai"): "ai", words("money_all"): "all"}, value="ai", **options(button_sheet(look))
        )
        self.scope.param.watch(lambda _event: self._fill(), "value")
        self.plot = self._figure()
        draw = script(
            "money", slider=clock.slider, flows=self._flows, amounts=self._amounts, ribbons=self.ribbons,
            blocks=self._blocks, labels=self._labels, sectors=[words.of("sectors", name) for name in SECTORS],
            colors=list(SECTORS.values()), language=words.language,
        )  # fmt: skip
        clock.moves(draw)
        self._amounts.js_on_change("data", draw)
        self.plot.js_on_change("inner_height", draw)  # and when it is first laid out

    def panel(self) -> Any:
        """The view."""
        note = pn.pane.HTML(
            f"<p>{self.words('money_note')}</p>", **options(sheet(self.look)), sizing_mode="stretch_width"
        )
        picture = pn.pane.Bokeh(self.plot, sizing_mode="stretch_width", height=HEIGHT, min_width=640)
        scrolled = pn.Column(picture, sizing_mode="stretch_width", styles=SCROLLED | {"flex": "1 1 300px"})
        # a flexible box does not take over the picture's least width, as a column would
        box = pn.FlexBox(scrolled, sizing_mode="stretch_width")
        return pn.Column(self.scope, note, box, sizing_mode="stretch_width")

    def show(self, story: Story) -> None:
        """Show another run."""
        self._story = story
        self._fill()

    def pairs(self, story: Story) -> dict[tuple[str, str], tuple[list[str], Any]]:
        """(payer, payee) -> kinds, the largest first, and the money of the last twelve months, (months,)."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for (kind, payer, payee), paid in story.flows.items():
            known = payer in SECTORS and payee in SECTORS
            if known and (self.scope.value == "all" or kind not in OUTSIDE):
                year = np.convolve(paid, np.ones(12))[: story.months]
                kinds = found.setdefault((payer, payee), {})
                kinds[kind] = kinds.get(kind, 0.0) + year
        return {
            pair: (sorted(kinds, key=lambda kind: -float(kinds[kind].sum())), sum(kinds.values()))
            for pair, kinds in found.items()
        }

    def _fill(self) -> None:
        if self._story is None:
            return
        words, pairs = self.words, self.pairs(self._story)
        order = list(SECTORS)
        self._flows.data = {
            "payer": [order.index(payer) for payer, _ in pairs],
            "payee": [order.index(payee) for _, payee in pairs],
            "words": [
                f"{words.of('sectors', payer)} → {words.of('sectors', payee)}: "
                + ", ".join(words.of("payments", kind) for kind in kinds[:4])
                for (payer, payee), (kinds, _) in pairs.items()
            ],
            "months": [self._story.months] * len(pairs),
        }
        amounts = [year for _, year in pairs.values()]
        self._amounts.data = {"musd": np.concatenate(amounts).astype(np.float32) if amounts else []}

    def _figure(self) -> figure:
        plot = figure(
            height=HEIGHT, sizing_mode="stretch_width", min_width=680, tools="save",
            toolbar_location="right", name="money",
            x_range=Range1d(-0.62, 1.62), y_range=Range1d(-0.04, 1.03), min_border=2,
        )  # fmt: skip
        dress(plot, self.look)
        plot.axis.visible = False
        plot.grid.visible = False
        plot.toolbar.autohide = True
        bands = plot.patches(
            "xs", "ys", source=self.ribbons, fill_color="color", fill_alpha=0.55, line_color="color", line_alpha=0.8,
            hover_fill_alpha=0.9,
        )  # fmt: skip
        plot.quad("left", "right", "top", "bottom", source=self._blocks, fill_color="color", line_color=self.look.ink)
        plot.text(
            "x", "y", text="text", text_align="align", source=self._labels, text_baseline="middle",
            text_color=self.look.ink, text_font_size="15px", text_font=LETTERS,
        )  # fmt: skip
        plot.add_tools(
            HoverTool(renderers=[bands], tooltips=[("", "@what"), ("", "@musd")], point_policy="follow_mouse")
        )
        return plot
