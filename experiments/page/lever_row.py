"""One lever: its slider, from when it is held, what it means."""

from __future__ import annotations

import math
from collections.abc import Callable
from html import escape
from typing import Any

import panel as pn
from bokeh.models import TickFormatter

from kingmaker.experiments.page.choices import Lever
from kingmaker.experiments.page.look import Look, input_sheet, options, sheet
from kingmaker.experiments.page.setting import MONTHS
from kingmaker.experiments.page.wording import Words

FREE, HELD, FROM = "free", "held", "from"
USUAL_START = 48  # January 2026: where the month stands when a lever is first to come into force later


class LeverRow:
    """The widgets of one lever.

    Args:
        words: the page's language.
        look: its colours.
        written: how numbers are written.
        lever: what is moved.
        taken: told key, value and month: 0 for all months, None for a lever that follows the scenario.
    """

    def __init__(
        self, words: Words, look: Look, written: TickFormatter, lever: Lever,
        taken: Callable[[str, float, int | None], None],
    ) -> None:  # fmt: skip
        """Build slider and choice."""
        self.words, self.look, self.lever, self._taken = words, look, lever, taken
        self._written = written
        self._own: dict[str, Any] = {**options(input_sheet(look)), "sizing_mode": "stretch_width", "margin": (4, 8)}
        self._quiet = False
        self.slider = self._slider()
        self.when = pn.widgets.Select(
            options={words(f"hold_{way}"): way for way in (FREE, HELD, FROM)}, **self._own, css_classes=["hold"]
        )
        self.month: Any = None  # built when a lever first comes into force later: it has a hundred entries
        self._parts = pn.Column(self.slider, self.when, self._note(), sizing_mode="stretch_width", margin=(4, 0))
        self.slider.param.watch(lambda _e: self._slid(), "value_throttled")
        self.when.param.watch(lambda _e: self._chosen(), "value")

    def panel(self) -> Any:
        """The row."""
        return self._parts

    def put(self, value: float, since: int | None) -> None:
        """Stand at a value, or at the nearest that the slider has; ``since`` as in ``taken``. Nobody is told."""
        self._quiet = True
        lever = self.lever
        if lever.choices:
            value = min(lever.choices, key=lambda c: 0.0 if c == value else abs(math.atan(c) - math.atan(value)))
        else:
            value = min(max(value, lever.low), lever.high)
        self.slider.value = value
        self.when.value = FREE if since is None else FROM if since else HELD
        self._show_month(since or 0)
        self._quiet = False

    def _slider(self) -> Any:
        lever, words = self.lever, self.words
        unit = words.of("units", lever.declared.unit)
        name = f"{lever.label[words.language]} ({unit})" if unit else lever.label[words.language]
        if lever.choices:
            shown = {words.plain(v): v for v in lever.choices}
            return pn.widgets.DiscreteSlider(name=name, options=shown, **self._own)
        return pn.widgets.FloatSlider(
            name=name, start=lever.low, end=lever.high, step=lever.step, format=self._written, **self._own
        )

    def _note(self) -> Any:
        """Meaning, range, legal instrument or source."""
        lever, words = self.lever, self.words
        declared = lever.declared
        usual = words("usual_value", value=words.plain(declared.default))
        source = f"<br><i>{escape(declared.source)}</i>" if lever.key.startswith("policy.") else ""
        low, high = words.plain(min(lever.values)), words.plain(max(lever.values))
        text = (
            f"<small>{escape(lever.meaning[words.language])}</small>"
            f"<details><summary><small>{words('more')}</small></summary>"
            f"<small><code>{lever.key}</code>: {usual}; {low} – {high}{source}</small></details>"
        )
        return pn.pane.HTML(text, **options(sheet(self.look)), sizing_mode="stretch_width", margin=(0, 8))

    def _slid(self) -> None:
        if self._quiet:
            return
        if self.when.value == FREE:
            self._quiet, self.when.value, self._quiet = True, HELD, False
        self._tell()

    def _chosen(self) -> None:
        if not self._quiet:
            self._show_month(USUAL_START if self.when.value == FROM and self.month is None else 0)
            self._tell()

    def _show_month(self, month: int) -> None:
        """The choice of the month, only where the lever comes into force later; 0 leaves it where it stands."""
        wanted = self.when.value == FROM
        if wanted and self.month is None:
            names = {self.words.month(m): m for m in range(1, max(MONTHS))}
            self.month = pn.widgets.Select(
                name=self.words("from_month"), options=names, value=month or USUAL_START, **self._own,
                css_classes=["from-month"],
            )  # fmt: skip
            self.month.param.watch(lambda _e: None if self._quiet else self._tell(), "value")
            self._parts.insert(2, self.month)
        elif self.month is not None:
            self.month.visible = wanted
            if month:
                self.month.value = month

    def _tell(self) -> None:
        since = None if self.when.value == FREE else self.month.value if self.when.value == FROM else 0
        self._taken(self.lever.key, float(self.slider.value), since)
