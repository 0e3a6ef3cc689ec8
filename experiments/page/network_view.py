"""The partnership network, month by month: shapes and colours by kind, lines by tie, places that do not move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import panel as pn
from bokeh.models import Column, ColumnDataSource, CustomJS, Div, HoverTool, RadioButtonGroup, Range1d, Select, TapTool
from bokeh.plotting import figure

from kingmaker.experiments.page.clock import Clock
from kingmaker.experiments.page.happenings import by_month
from kingmaker.experiments.page.look import (
    GREEN,
    LETTERS,
    ORANGE,
    PURPLE,
    RED,
    SCROLLED,
    SKY,
    Look,
    button_sheet,
    dress,
    input_sheet,
    options,
    sheet,
)
from kingmaker.experiments.page.network_places import positions
from kingmaker.experiments.page.records import Story
from kingmaker.experiments.page.scripts import script
from kingmaker.experiments.page.wording import Words

MARKERS = {"chipmaker": "square", "cloud": "circle", "startup": "triangle", "investor": "hex", "regulator": "diamond"}
COLOURS = {"chipmaker": SKY, "cloud": ORANGE, "startup": GREEN, "investor": PURPLE, "regulator": RED}
TIES: dict[str, tuple[str, Any]] = {
    "chip_supply": (SKY, "solid"), "cloud_contract": (ORANGE, "solid"),
    "cloud_lease": (ORANGE, [8, 4]), "equity": (PURPLE, [8, 4]),
    "open_weights": (GREEN, [9, 3, 2, 3]), "inquiry": (RED, [3, 3]), "remedy": (RED, "solid"),
}  # fmt: skip
STRONG = {"exclusive", "preferred", "right_of_first_refusal"}
_EDGE = ("x0", "y0", "cx0", "cy0", "cx1", "cy1", "x1", "y1", "width", "alpha", "what")
_NODE = ("x", "y", "size", "above", "marker", "color", "name", "label", "kind", "firm", "compute", "value", "alpha")
# as high as the window allows below what stands above it, so that the whole picture is seen at once
HEIGHT = "clamp(430px, calc(100vh - 330px), 1100px)"
LONGEST = 27  # letters of a name beside its symbol
LEAST, SPAN = 0.8, 6.0  # width of a line without any share, and what a whole share adds, px


class Network:
    """The view of the network, with what happened in the month beside it.

    Args:
        words: the page's language.
        look: its colours.
        clock: the months.
        chosen: told the name of a firm that was clicked or picked from the list.
    """

    def __init__(self, words: Words, look: Look, clock: Clock, chosen: Callable[[str], None]) -> None:
        """An empty network."""
        self.words, self.look = words, look
        self._firms = ColumnDataSource(
            {k: [] for k in ("x", "y", "name", "label", "marker", "color", "kind", "always")}
        )
        self._amounts = ColumnDataSource({k: [] for k in ("alive", "compute", "value")})
        self._told = ColumnDataSource({"html": []})
        self._ties = ColumnDataSource(
            {k: [] for k in ("source", "target", "kind", "first", "end", "at", "drawn", "strong", "words")}
        )
        self._shares = ColumnDataSource({"share": [], "money": []})  # of all ties, month after month
        self.nodes = ColumnDataSource({key: [] for key in _NODE})
        self.edges = {kind: ColumnDataSource({key: [] for key in _EDGE}) for kind in TIES}
        for drawn in (self.nodes, *self.edges.values()):
            drawn.syncable = False  # drawn anew in the browser at each month; the server need not know
        self.events = Div(
            text="",
            sizing_mode="stretch_width",
            stylesheets=[sheet(look), ".bk-clearfix { font-size: .92rem; }"],
            name="month events",
        )
        self.by = RadioButtonGroup(labels=[words("by_compute"), words("by_value")], active=0,
                                   stylesheets=[button_sheet(look)], name="size by")  # fmt: skip
        self.firm = Select(title=words("firm"), options=[("", words("all_firms"))], value="", name="firm",
                           sizing_mode="stretch_width", stylesheets=[input_sheet(look)])  # fmt: skip
        self.firm.on_change("value", lambda _attr, _old, new: chosen(str(new)))
        self.plot = self._figure()
        draw = script(
            "network", slider=clock.slider, firms=self._firms, amounts=self._amounts, ties=self._ties,
            shares=self._shares, told=self._told,
            nodes=self.nodes, edges=self.edges, by=self.by, focus=self.firm, events=self.events,
            language=words.language, plot=self.plot, names=self._names, least_width=LEAST, span=SPAN,
        )  # fmt: skip
        clock.moves(draw)
        self.plot.js_on_change("inner_height", draw)  # and when it is first laid out
        self.by.js_on_change("active", draw)
        self.firm.js_on_change("value", draw)
        self._told.js_on_change("data", draw)
        picked = (
            "const i = selected.indices[0]; if (i != null) { firm.value = nodes.data.name[i]; selected.indices = [] }"
        )
        selected = self.nodes.selected
        selected.syncable = False
        selected.js_on_change(
            "indices", CustomJS(args={"selected": selected, "nodes": self.nodes, "firm": self.firm}, code=picked)
        )

    def panel(self, story: Any) -> Any:
        """The view; ``story`` is the pane of the firm that was chosen."""
        picture = pn.pane.Bokeh(self.plot, sizing_mode="stretch_width", min_width=640)
        left = pn.Column(
            pn.pane.HTML(self._legend(), **options(sheet(self.look)), sizing_mode="stretch_width", margin=(0, 5)),
            pn.Column(picture, sizing_mode="stretch_width", styles=SCROLLED),
            sizing_mode="stretch_width", styles={"flex": "4 1 560px", "min-width": "min(100%, 300px)"},
        )  # fmt: skip
        right = pn.Column(
            _plain(self.by, self.firm), story,
            pn.pane.HTML(f"<h3>{self.words('this_month')}</h3>", **options(sheet(self.look))), _plain(self.events),
            sizing_mode="stretch_width", styles={"flex": "1 1 240px", "min-width": "min(100%, 260px)"},
        )  # fmt: skip
        return pn.FlexBox(left, right, flex_wrap="wrap", sizing_mode="stretch_width")

    def show(self, story: Story) -> None:
        """Send all months of another run at once."""
        places = story.once("positions", lambda: positions(story))
        self.plot.y_range.start, self.plot.y_range.end = -0.015, 1.015
        self._firms.data = {
            "x": [x for x, _ in places], "y": [y for _, y in places],
            "name": [node.name for node in story.nodes],
            "label": [shortened(node.name) for node in story.nodes],
            "marker": [MARKERS[node.kind] for node in story.nodes],
            "color": [COLOURS[node.kind] for node in story.nodes],
            "kind": [self.words.of("kinds", node.type or node.kind) for node in story.nodes],
            "always": [node.kind == "regulator" for node in story.nodes],
        }  # fmt: skip
        self._amounts.data = {
            "alive": story.alive.astype(np.uint8).ravel(),
            "compute": story.amounts["compute"].ravel(), "value": story.amounts["value"].ravel(),
        }  # fmt: skip
        self._shares.data = {
            "share": np.array([share for tie in story.ties for share in tie.shares], dtype=np.float32),
            "money": np.array([money for tie in story.ties for money in tie.money], dtype=np.float32),
        }
        lengths = [len(tie.shares) for tie in story.ties]
        self._ties.data = {
            "source": np.array([t.source for t in story.ties], dtype=np.int32),
            "target": np.array([t.target for t in story.ties], dtype=np.int32),
            "kind": [t.kind for t in story.ties],
            "first": np.array([t.first for t in story.ties], dtype=np.int32),
            "end": np.array([t.end for t in story.ties], dtype=np.int32),
            "at": np.concatenate([[0], np.cumsum(lengths)])[:-1].astype(np.int32),
            "drawn": [t.role != "syndicate" for t in story.ties],  # of the funds in a round, the one that leads
            "strong": [t.subtype in STRONG for t in story.ties],
            "words": [self.words.of("ties", t.subtype or t.kind) for t in story.ties],
        }  # fmt: skip
        names = sorted({node.name for node in story.nodes}, key=str.casefold)
        self.firm.options = [("", self.words("all_firms")), *((name, name) for name in names)]
        if self.firm.value not in ("", *names):
            self.firm.value = ""
        self._told.data = {"html": by_month(story, self.words)}

    def _figure(self) -> figure:
        plot = figure(
            sizing_mode="stretch_width", styles={"flex": f"0 0 {HEIGHT}"}, min_width=680, name="network",
            tools="save", toolbar_location="right", x_range=Range1d(-0.04, 1.04),
            y_range=Range1d(-0.015, 1.015), min_border_left=205, min_border_right=190, min_border_top=14,
            min_border_bottom=4,
        )  # fmt: skip
        dress(plot, self.look)
        plot.axis.visible = False
        plot.grid.visible = False
        plot.toolbar.autohide = True
        hovers = []
        for kind, (colour, dash) in TIES.items():
            hovers.append(plot.bezier(
                x0="x0", y0="y0", x1="x1", y1="y1", cx0="cx0", cy0="cy0", cx1="cx1", cy1="cy1", source=self.edges[kind],
                line_color=colour, line_dash=dash, line_width="width", line_alpha="alpha",
            ))  # fmt: skip
        dots = plot.scatter(
            "x", "y", size="size", marker="marker", fill_color="color", fill_alpha="alpha", source=self.nodes,
            line_color=self.look.ink, line_width=1.2, nonselection_fill_alpha=1.0,
        )  # fmt: skip
        self._names = self._labels(plot)
        plot.add_tools(
            TapTool(renderers=[dots]),
            HoverTool(renderers=[dots], tooltips=[
                ("", "@name (@kind)"), (self.words("compute"), "@compute H100e"), (self.words("value"), "@value G$"),
            ]),
        )  # fmt: skip
        return plot

    def _labels(self, plot: figure) -> list[Any]:
        """Names beside the symbols: to the left in the first column, above in the second, to the right in the third."""
        from bokeh.models import CDSView, CustomJSFilter

        sides = (("x[i] < 0.25", "right", "middle", -22, 0), ("x[i] > 0.75", "left", "middle", 22, 0),
                 ("x[i] >= 0.25 && x[i] <= 0.75", "center", "bottom", 0, "above"))  # fmt: skip
        found = []
        for test, align, baseline, across, up in sides:
            chosen = CustomJSFilter(code=f"const x = source.data.x; return x.map((_, i) => {test})")
            found.append(plot.text(
                "x", "y", text="label", source=self.nodes, view=CDSView(filter=chosen), text_align=align,
                text_baseline=baseline, x_offset=across, y_offset=up, text_color=self.look.ink, text_font_size="13px",
                text_font=LETTERS, background_fill_color=self.look.paper,
                background_fill_alpha=0.7, level="overlay",
            ).glyph)  # fmt: skip
        return found

    def _legend(self) -> str:
        shapes = {
            "square": '<rect x="3" y="3" width="12" height="12" {c}/>', "circle": '<circle cx="9" cy="9" r="7" {c}/>',
            "triangle": '<path d="M9 2 L16 15 L2 15 Z" {c}/>',
            "hex": '<path d="M9 2 L15 5.5 V12.5 L9 16 L3 12.5 V5.5 Z" {c}/>',
            "diamond": '<path d="M9 1 L15 9 L9 17 L3 9 Z" {c}/>',
        }  # fmt: skip
        parts = []
        for kind, marker in MARKERS.items():
            drawn = shapes[marker].format(c=f'fill="{COLOURS[kind]}" stroke="{self.look.ink}"')
            parts.append(f'<svg width="18" height="18">{drawn}</svg> {self.words.of("kinds", kind)}')
        for kind, (colour, dash) in TIES.items():
            dashes = "" if dash == "solid" else f'stroke-dasharray="{" ".join(map(str, dash))}"'
            line = f'<line x1="1" x2="33" y1="9" y2="9" stroke="{colour}" stroke-width="3" {dashes}/>'
            parts.append(f'<svg width="34" height="18">{line}</svg> {self.words.of("ties", kind)}')
        for opacity, word in ((0.95, "strong_tie"), (0.5, "plain_tie")):
            line = f'<line x1="1" x2="33" y1="9" y2="9" stroke="{ORANGE}" stroke-width="4" opacity="{opacity}"/>'
            parts.append(f'<svg width="34" height="18">{line}</svg> {self.words(word)}')
        widths = "".join(
            f'<path d="M{x} 9 h16" stroke="{self.look.ink}" stroke-width="{LEAST + SPAN * s:.1f}"/>'
            for x, s in ((1, 0.1), (22, 0.5), (43, 1.0))
        )
        parts.append(f'<svg width="60" height="18">{widths}</svg> {self.words("width_is")}')
        return "".join(
            f'<span style="white-space:nowrap;margin-right:.9em;font-size:.85rem">{part}</span>' for part in parts
        )


def _plain(*models: Any) -> Any:
    """Bokeh's own models in a column: a pane around a single one would replace its style sheets."""
    return pn.pane.Bokeh(Column(children=[*models], sizing_mode="stretch_width"), sizing_mode="stretch_width")


def shortened(name: str) -> str:
    """A name that fits beside its symbol; the whole of it is told when the firm is pointed at."""
    plain = name.split(" (")[0] if len(name) > LONGEST else name
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1].rstrip() + "…"
