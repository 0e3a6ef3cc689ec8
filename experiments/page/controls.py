"""The levers in the side bar: presets, sliders with unit and meaning, from when they hold, seed, horizon, runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import panel as pn

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.experiments.page.choices import LEVER_GROUPS, Lever, levers
from kingmaker.experiments.page.lever_row import LeverRow
from kingmaker.experiments.page.look import Look, button_sheet, input_sheet, options
from kingmaker.experiments.page.scripts import decimals
from kingmaker.experiments.page.setting import LARGEST_SEED, MONTHS, RUNS, Setting, Value, make, presets, start_of
from kingmaker.experiments.page.wording import Words


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
        """Build the widgets; those of a group of levers when it is first unfolded."""
        self.words, self.look = words, look
        self._changed, self._refused, self._quiet = changed, refused, False
        self._held: dict[str, Value] = {}
        self._since: dict[str, int] = {}
        self.rows: dict[str, LeverRow] = {}
        self._written = decimals(words.language)
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
        self.put(setting)
        self.preset.param.watch(lambda _e: self._take_preset(), "value")
        for widget in (self.seed, self.months, self.runs):
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
        """A group of levers that unfolds; its sliders are built when it is first opened, or if one is held."""
        chosen = [lever for lever in levers().values() if lever.group == group]
        open_now = open_now or any(lever.key in self._held for lever in chosen)
        card = pn.Card(
            *(self._row(lever) for lever in chosen if open_now), title=self.words.of("lever_groups", group),
            collapsed=not open_now, sizing_mode="stretch_width", margin=(3, 2), stylesheets=[_card_sheet(self.look)],
        )  # fmt: skip

        def unfold(event: Any) -> None:
            if not event.new and not len(card):
                card[:] = [self._row(lever) for lever in chosen]

        card.param.watch(unfold, "collapsed")
        return card

    def _row(self, lever: Lever) -> Any:
        row = self.rows[lever.key] = LeverRow(self.words, self.look, self._written, lever, self._taken)
        with self._silence():
            self._stand(row)
        return row.panel()

    def _stand(self, row: LeverRow) -> None:
        """Put a row where its lever stands: where it is held, else where the scenario starts."""
        key = row.lever.key
        usual = start_of(self.preset.value).get(key, DECLARATIONS[key].default)
        row.put(float(self._held.get(key, usual)), self._since.get(key, 0) if key in self._held else None)

    def put(self, setting: Setting) -> None:
        """Move all widgets without telling anybody."""
        with self._silence():
            self.preset.value, self.seed.value = setting.scenario, setting.seed
            self.months.value, self.runs.value = setting.months, setting.runs
            self._held, self._since = dict(setting.held), dict(setting.starts)
            for row in self.rows.values():
                self._stand(row)

    def setting(self) -> Setting:
        """What the widgets say; raises :class:`KingmakerError` if that cannot be asked."""
        seed = int(self.seed.value or 0)
        return make(self.preset.value, seed, self.months.value, self.runs.value, self._held, self._since)

    def _taken(self, key: str, value: float, since: int | None) -> None:
        """A row was moved: a lever is held at a value from a month on, or let go."""
        if self._quiet:
            return
        self._held.pop(key, None)
        self._since.pop(key, None)
        if since is not None:
            self._held[key] = value
        if since:
            self._since[key] = since
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
