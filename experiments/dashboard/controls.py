"""The levers in the side bar: presets, sliders with unit and meaning, seed, horizon, number of runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

import panel as pn

from agents.errors import KingmakerError
from environment.parameters import DECLARATIONS
from environment.scenario import load_scenario
from experiments.dashboard.choices import LEVER_GROUPS, Lever, levers
from experiments.dashboard.look import Look, button_sheet, input_sheet, options, sheet
from experiments.dashboard.setting import LARGEST_SEED, MONTHS, RUNS, Setting, Value, make, presets
from experiments.dashboard.words import Words


class Controls:
    """What the visitor sets.

    Args:
        words: the page's language.
        look: its colours.
        setting: where the sliders stand at first.
        changed: told every new setting.
        refused: told why a setting is not possible.
    """

    def __init__(
        self, words: Words, look: Look, setting: Setting, changed: Callable[[Setting], None],
        refused: Callable[[str], None],
    ) -> None:  # fmt: skip
        """Build the widgets."""
        self.words, self.look = words, look
        self._changed, self._refused, self._quiet = changed, refused, False
        own: dict[str, Any] = {**options(input_sheet(look)), "sizing_mode": "stretch_width", "margin": (4, 8)}
        titles = {
            words.of("scenarios", name) if words.language != "en" else title: name for name, title in presets().items()
        }
        self.preset = pn.widgets.Select(name=words("preset"), options=titles, **own)
        self.seed = pn.widgets.IntInput(name=words("seed"), start=0, end=LARGEST_SEED, **own)
        ends = {words.month(months - 1): months for months in MONTHS}
        self.months = pn.widgets.Select(name=words("horizon"), options=ends, **own)
        self.runs = pn.widgets.Select(name=words("runs"), options={str(n): n for n in RUNS}, **own)
        self.reset = pn.widgets.Button(name=words("reset"), **{**own, **options(button_sheet(look))})
        self.luck = pn.widgets.Button(name=words("other_luck"), **{**own, **options(button_sheet(look))})
        self.sliders: dict[str, Any] = {}
        self.holds: dict[str, Any] = {}
        for lever in levers().values():
            self._build(lever, own)
        self.put(setting)
        self.preset.param.watch(lambda _e: self._take_preset(), "value")
        for widget in (self.seed, self.months, self.runs, *self.holds.values()):
            widget.param.watch(lambda _e: self._moved(), "value")
        self.reset.on_click(lambda _e: self._take_preset())
        self.luck.on_click(lambda _e: self.seed.param.update(value=(self.seed.value + 1) % (LARGEST_SEED + 1)))

    def panel(self) -> Any:
        """The side bar."""
        cards = [self._card(group, open_now=number == 0) for number, group in enumerate(LEVER_GROUPS)]
        return pn.Column(
            self.preset, *cards, self.luck, self.reset, self.seed, self.months, self.runs, sizing_mode="stretch_width"
        )

    def _card(self, group: str, open_now: bool) -> Any:
        """A group of levers that unfolds; its sliders go to the browser when it is first opened, or if one is held."""
        chosen = [lever for lever in levers().values() if lever.group == group]
        open_now = open_now or any(self.holds[lever.key].value for lever in chosen)
        card = pn.Card(
            *(self._row(lever) for lever in chosen if open_now), title=self.words.of("lever_groups", group),
            collapsed=not open_now, sizing_mode="stretch_width", margin=(3, 2), stylesheets=[_card_sheet(self.look)],
        )  # fmt: skip

        def unfold(event: Any) -> None:
            if not event.new and not len(card):
                card[:] = [self._row(lever) for lever in chosen]

        card.param.watch(unfold, "collapsed")
        return card

    def put(self, setting: Setting) -> None:
        """Move all widgets without telling anybody."""
        with self._silence():
            self.preset.value, self.seed.value = setting.scenario, setting.seed
            self.months.value, self.runs.value = setting.months, setting.runs
            start = load_scenario(setting.scenario).parameters
            for key, lever in levers().items():
                self.holds[key].value = key in setting.pins
                usual = start.get(key, DECLARATIONS[key].default)
                self._set(lever, float(setting.pins.get(key, usual)))

    def held(self) -> dict[str, Value]:
        """The levers that are held, at the values of their sliders."""
        return {key: float(self.sliders[key].value) for key, hold in self.holds.items() if hold.value}

    def setting(self) -> Setting:
        """What the widgets say; raises :class:`KingmakerError` if that cannot be asked."""
        return make(self.preset.value, int(self.seed.value or 0), self.months.value, self.runs.value, self.held())

    def _build(self, lever: Lever, own: dict[str, Any]) -> None:
        unit = self.words.of("units", lever.declared.unit)
        name = f"{lever.label[self.words.language]} ({unit})" if unit else lever.label[self.words.language]
        if lever.choices:
            shown = {("∞" if math.isinf(v) else f"{v:g}"): v for v in lever.choices}
            slider: Any = pn.widgets.DiscreteSlider(name=name, options=shown, **own)
        else:
            slider = pn.widgets.FloatSlider(
                name=name, start=lever.low, end=lever.high, step=lever.step, format="0[.]000", **own
            )
        hold = pn.widgets.Checkbox(name=self.words("hold"), margin=(0, 8), **options(input_sheet(self.look)))
        self.sliders[lever.key], self.holds[lever.key] = slider, hold
        slider.param.watch(lambda _e, key=lever.key: self._slid(key), "value_throttled")

    def _row(self, lever: Lever) -> Any:
        """Slider, tick box, meaning, range, legal instrument or source."""
        declared = lever.declared
        usual = self.words("usual_value", value=f"{declared.default:g}")
        source = f"<br><i>{escape(declared.source)}</i>" if lever.key.startswith("policy.") else ""
        text = (
            f"<small>{escape(lever.meaning[self.words.language])}</small>"
            f"<details><summary><small>{self.words('more')}</small></summary>"
            f"<small><code>{lever.key}</code>: {usual}; {min(lever.values):g} – {max(lever.values):g}{source}</small>"
            "</details>"
        )
        note = pn.pane.HTML(text, **options(sheet(self.look)), sizing_mode="stretch_width", margin=(0, 8))
        return pn.Column(
            self.sliders[lever.key], self.holds[lever.key], note, sizing_mode="stretch_width", margin=(4, 0)
        )

    def _set(self, lever: Lever, value: float) -> None:
        """Stand where the value is, or at the nearest position that the slider has."""
        slider = self.sliders[lever.key]
        if lever.choices:
            slider.value = min(lever.choices, key=lambda c: 0.0 if c == value else abs(math.atan(c) - math.atan(value)))
        else:
            slider.value = min(max(value, lever.low), lever.high)

    def _slid(self, key: str) -> None:
        if self._quiet:
            return
        with self._silence():
            self.holds[key].value = True
        self._moved()

    def _take_preset(self) -> None:
        if not self._quiet:
            self.put(Setting(self.preset.value, int(self.seed.value or 0), self.months.value, self.runs.value))
            self._moved()

    def _moved(self) -> None:
        if self._quiet:
            return
        try:
            setting = self.setting()
        except KingmakerError as fault:
            self._refused(str(fault))
            return
        self._changed(setting)

    @contextmanager
    def _silence(self) -> Iterator[None]:
        before, self._quiet = self._quiet, True
        try:
            yield
        finally:
            self._quiet = before


def _card_sheet(look: Look) -> str:
    return f"""
:host {{ border: 1px solid {look.line}; border-radius: 6px; background: {look.paper}; color: {look.ink}; }}
.card-header {{ font-size: 1rem; font-weight: 600; background: {look.paper}; color: {look.ink}; }}
.card-header:focus-visible {{ outline: 3px solid #de8f05; }}
"""
