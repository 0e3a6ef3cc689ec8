"""The month scrubber: slider, play, step. It lives in the browser; the server learns only where it came to rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import panel as pn
from bokeh.models import Button, Column, CustomJS, Div, NumericInput, Slider

from kingmaker.experiments.page.look import Look, button_sheet, input_sheet
from kingmaker.experiments.page.scripts import script
from kingmaker.experiments.page.wording import Words

# on a telephone the month has a line of its own: the page's style sheet says when
ROW = {"display": "grid", "grid-template-columns": "var(--km-clock)", "align-items": "center", "width": "100%"}
FIRST = {"grid-column": "var(--km-clock-first)"}


class Clock:
    """The months of the run.

    Args:
        words: the page's language.
        look: its colours.
        month: where it stands, 0 = January 2022.
        months: the horizon.
        settled: told the month when the slider comes to rest.
    """

    def __init__(self, words: Words, look: Look, month: int, months: int, settled: Callable[[int], None]) -> None:
        """Build the models."""
        self.slider = Slider(
            start=0, end=months - 1, value=month, step=1, show_value=False, title=words("month"),
            sizing_mode="stretch_width", name="month", stylesheets=[input_sheet(look)], min_width=80, margin=(2, 12),
        )  # fmt: skip
        # play moves the slider five times a second: that stays in the browser
        self.slider.syncable = False
        self._settled = NumericInput(value=month, visible=False, name="month settled")
        self._settled.on_change("value", lambda _attr, _old, new: settled(int(new or 0)))
        text = f"<b style='font-size:1.25rem;color:{look.ink}'>{words.month(month)}</b>"
        label = Div(text=text, width=215, margin=(2, 4), styles=FIRST)
        names = words.texts["month_names"]
        self.slider.js_on_change("value", script("clock", slider=self.slider, label=label, names=names, ink=look.ink))
        self.slider.js_on_change(
            "value_throttled", CustomJS(args={"slider": self.slider, "settled": self._settled},
                                        code="settled.value = slider.value")
        )  # fmt: skip
        self.play = Button(label=words("play"), width=105, margin=(2, 4), name="play", stylesheets=[button_sheet(look)])
        self.play.js_on_click(
            script("play", slider=self.slider, button=self.play, settled=self._settled,
                   play=words("play"), pause=words("pause"))
        )  # fmt: skip
        steps = []
        for sign, by, name in (("◀", -1, "step back"), ("▶", 1, "step on")):
            button = Button(label=sign, width=44, margin=(2, 4), name=name, stylesheets=[button_sheet(look)])
            button.js_on_click(script("step", slider=self.slider, settled=self._settled, by=by))
            steps.append(button)
        self._parts: list[Any] = [label, steps[0], self.play, steps[1], self.slider, self._settled]

    def moves(self, callback: CustomJS) -> None:
        """Call a script whenever the month changes."""
        self.slider.js_on_change("value", callback)

    def reach(self, months: int) -> None:
        """Take another horizon."""
        if self.slider.end != months - 1:
            self.slider.value = min(int(self._settled.value or 0), months - 1)  # where the browser last came to rest
            self.slider.end = months - 1

    def panel(self) -> Any:
        """The row at the top of the page."""
        return pn.pane.Bokeh(
            Column(children=self._parts, styles=ROW, sizing_mode="stretch_width"), sizing_mode="stretch_width"
        )
