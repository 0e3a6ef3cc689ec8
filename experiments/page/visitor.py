"""One visitor's page: the session's state, its views, and how answers come into them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import replace
from html import escape
from typing import Any

import panel as pn
from panel.io.document import hold
from panel.io.state import set_curdoc

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.page.charts import Charts
from kingmaker.experiments.page.class_sheet import ClassSheet
from kingmaker.experiments.page.clock import Clock
from kingmaker.experiments.page.compare_view import Compare, describe
from kingmaker.experiments.page.controls import Controls
from kingmaker.experiments.page.engine import STORIES, Engine
from kingmaker.experiments.page.frame import Frame, header_sheet, on_phone
from kingmaker.experiments.page.happenings import Timeline
from kingmaker.experiments.page.look import button_sheet, css, look_of, options, sheet
from kingmaker.experiments.page.money_ribbons import Money
from kingmaker.experiments.page.network_view import Network
from kingmaker.experiments.page.predict import Predict
from kingmaker.experiments.page.records import Band, Story
from kingmaker.experiments.page.setting import VIEWS, Setting, read_link, write_query
from kingmaker.experiments.page.share import Share
from kingmaker.experiments.page.story import tell
from kingmaker.experiments.page.translated_names import in_language
from kingmaker.experiments.page.wording import words_in

AT_HAND = 0.1  # seconds within which an answer was there already
FIRST_WAIT = 1.5  # seconds until a visitor is told how many questions come first


class Page:
    """A visitor's session; nothing of it is shared with others but the engine and the class's sheet.

    Args:
        engine: answers questions.
        class_sheet: where predictions are noted.
        query: the link's part after the question mark, as parsed.
        visitor: a name for this session.
        address: the page's own address, for links.
    """

    def __init__(
        self, engine: Engine, class_sheet: ClassSheet, query: dict[str, list[str]], visitor: str, address: str
    ) -> None:
        """Read the link and build the widgets; the views are built when they are first looked at."""
        self.engine, self.sheet, self.visitor, self.address = engine, class_sheet, visitor, address
        self.setting, self.place = read_link(query)
        self.words, self.look = words_in(self.place.language), look_of(self.place.theme)
        self.document: Any = pn.state.curdoc
        self.story: Story | None = None
        self.band: Band | None = None
        self.usual: Story | None = None
        self._shown: Setting | None = None  # whose run is on the page
        self._task: Future[None] | None = None
        self._side_tasks: set[Future[None]] = set()
        self._views: dict[str, Any] = {}
        self._panels: dict[str, Any] = {}
        html = options(sheet(self.look))
        self.clock = Clock(self.words, self.look, self.place.month, self.setting.months, self._settled)
        self.controls = Controls(self.words, self.look, self.setting, self.ask, self.say)
        self.status = pn.pane.HTML("", **html, name="status", sizing_mode="stretch_width", margin=(0, 5))
        self.banner = pn.pane.HTML("", **html, sizing_mode="stretch_width", visible=False)
        self.links = pn.pane.HTML("", **options(header_sheet()), margin=(4, 10))
        self.firm_story = pn.pane.HTML("", **html, sizing_mode="stretch_width")
        names = {self.words.of("views", view): view for view in VIEWS}
        self.nav = pn.widgets.RadioButtonGroup(
            name="view", options=names, value=self.place.view, **options(button_sheet(self.look))
        )
        self.nav.param.watch(lambda event: self._turn(event.new), "value")
        self.holder = pn.Column(sizing_mode="stretch_width")

    def template(self) -> Any:
        """The whole page."""
        if self.place.faults:
            lines = "".join(f"<li>{escape(fault)}</li>" for fault in self.place.faults)
            self.say(f"{escape(self.words('bad_link'))}<ul>{lines}</ul>", escaped=True)
        parts = (self.banner, self.clock.panel(), self.status, self.nav, self.holder)
        template = Frame(
            title=self.words("title"), sidebar=[self.controls.panel()], header=[self.links], sidebar_width=340,
            main=[pn.Column(*parts, sizing_mode="stretch_width")],
            theme=self.place.theme, header_background="#0b3d63",
            collapsed_sidebar=on_phone(), busy_indicator=None, meta_viewport="width=device-width, initial-scale=1",
        )  # fmt: skip
        template.config.raw_css = [css(self.look)]
        self._turn(self.place.view)
        self._write_links()
        return template

    def begin(self) -> None:
        """Ask the first question."""
        self.ask(self.setting)

    def end(self) -> None:
        """The visitor has gone: nobody waits for the answers any more."""
        for task in (self._task, *tuple(self._side_tasks)):
            if task is not None:
                task.cancel()

    def ask(self, setting: Setting) -> None:
        """Compute a setting; a question still open is given up, since the lever has moved on."""
        if setting != self.setting:  # what was said belongs to the setting before
            self.banner.visible = False
        self.setting, self._shown = setting, None
        self.band = None
        self.status.object = f"<span class='faint'>{self.words('computing')}</span>"
        self._write_links()
        if self._task is not None:
            self._task.cancel()
        self._task = self._start(self._answer(setting))

    def say(self, message: str, escaped: bool = False) -> None:
        """Tell the visitor something that went otherwise than asked."""
        self.banner.object = f"<div class='note' role='alert'>{message if escaped else escape(message)}</div>"
        self.banner.visible = True

    async def _answer(self, setting: Setting) -> None:
        began = time.perf_counter()
        patience = asyncio.get_running_loop().create_task(self._be_patient(setting))
        usual = Setting(seed=setting.seed, months=setting.months)
        try:
            story, reference = await asyncio.gather(
                self.engine.story(setting, self.visitor), self.engine.story(usual, self.visitor)
            )
            seconds = time.perf_counter() - began
            patience.cancel()
            self._locked(lambda: self._show_story(setting, story, reference, seconds))
            band = await self.engine.band(setting, self.visitor)
            self._locked(lambda: self._show_band(setting, band))
        except KingmakerError as fault:
            message = str(fault)
            self._locked(lambda: self._failed(message))
        finally:
            patience.cancel()

    async def _be_patient(self, setting: Setting) -> None:
        """While a run is not there, say how many questions of others come first."""
        said, pause = "", FIRST_WAIT
        while True:
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 15.0)  # in a long queue, news are rarer
            ahead = self.engine.ahead(STORIES, setting)
            text = self.words("waiting", n=ahead) if ahead else self.words("computing")
            if text != said:
                said = text
                self._locked(lambda text=text: self._say_waiting(setting, text))  # type: ignore[misc]

    def _say_waiting(self, setting: Setting, text: str) -> None:
        if setting == self.setting and self._shown != setting:
            self.status.object = f"<span class='faint' role='status'>{text}</span>"

    def _locked(self, change: Callable[[], None]) -> None:
        """Change the page from outside of an event: with the document's lock, at the next tick."""

        def tick() -> None:
            with set_curdoc(self.document):
                change()

        self.document.add_next_tick_callback(tick)

    def _failed(self, message: str) -> None:
        self.status.object = ""
        self.say(self.words("failed", why=message))

    def _show_story(self, setting: Setting, story: Story, usual: Story, seconds: float) -> None:
        if setting != self.setting:
            return
        self.story, self.usual, self._shown = in_language(story, self.words), usual, setting
        self.clock.reach(story.months)
        words = self.words
        said = (
            words("seed_is", seed=setting.seed),
            words("took", seconds=words.number(seconds)) if seconds > AT_HAND else words("at_hand"),
            words("band_coming", n=setting.runs),
        )  # fmt: skip
        self.status.object = f"<b>{describe(setting, words)}</b> <span class='faint'>· {' · '.join(said)}</span>"
        self._fill(self.place.view)

    def _show_band(self, setting: Setting, band: Band) -> None:
        if setting != self.setting:
            return
        self.band = band
        self.status.object = self.status.object.replace(
            self.words("band_coming", n=setting.runs), self.words("band_there", n=setting.runs)
        )
        if self.place.view in ("charts", "compare"):
            self._fill(self.place.view)

    def _turn(self, view: str) -> None:
        """Look at another view."""
        self.place = replace(self.place, view=view)
        with hold(self.document):  # one message: the clock's scripts and the view speak of the same new models
            if view not in self._views:
                self._build(view)
            self.holder[:] = [self._panels[view]]
            self._fill(view)
        self._write_links()

    def _build(self, view: str) -> None:
        words, look, clock = self.words, self.look, self.clock
        makers: dict[str, Callable[[], Any]] = {
            "charts": lambda: Charts(words, look, clock),
            "network": lambda: Network(words, look, clock, self._pick),
            "money": lambda: Money(words, look, clock),
            "timeline": lambda: Timeline(words, look),
            "compare": lambda: Compare(words, look, clock, self._compare),
            "lessons": lambda: Predict(
                words, look, self.place.lesson, self.visitor, self.sheet.is_teacher(self.place.teacher), self.sheet,
                self._pair, self._play, self._opened,
            ),
            "share": lambda: Share(words, look),
        }  # fmt: skip
        self._views[view] = made = makers[view]()
        self._panels[view] = made.panel(self.firm_story) if view == "network" else made.panel()

    def _fill(self, view: str) -> None:
        """Give a view what is known by now."""
        made = self._views[view]
        if view == "share":
            made.show(self.setting, self.place, self.address)
        elif self.story is None:
            return
        elif view == "charts":
            made.show(self.story, self.band, self.usual)
        elif view in ("network", "money", "timeline"):
            made.show(self.story)
            if view == "network":
                self._pick(made.firm.value)
        elif view == "compare":
            made.present(self.setting)
            self._compare()

    def _pick(self, firm: str) -> None:
        """Tell the story of a firm."""
        told = ""
        if self.story is not None and firm:
            told = tell(self.story, firm, self.words, self.look.run, self.place.month)
        self.firm_story.object = told or f"<p class='faint'>{self.words('click_firm')}</p>"

    def _compare(self) -> None:
        view, b = self._views["compare"], self.setting
        view.present(b)

        def came(band_a: Band, band_b: Band) -> None:
            if b == self.setting:
                view.show(b, band_a, band_b)

        self._pair(view.a_for(b), b, came)

    def _pair(self, a: Setting, b: Setting, came: Callable[[Band, Band], None]) -> None:
        """Compute two bands and call back with the document's lock."""

        async def both() -> None:
            try:
                first, second = await asyncio.gather(
                    self.engine.band(a, self.visitor), self.engine.band(b, self.visitor)
                )
                self._locked(lambda: came(first, second))
            except KingmakerError as fault:
                message = str(fault)
                self._locked(lambda: self._failed(message))

        self._beside(both())

    def _start(self, work: Coroutine[Any, Any, None]) -> Future[None]:
        """Begin on the server's loop, from whatever thread this version of Panel runs callbacks in."""
        return asyncio.run_coroutine_threadsafe(work, self.engine.loop or asyncio.get_running_loop())

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._start(work)
        self._side_tasks.add(task)
        task.add_done_callback(self._side_tasks.discard)

    def _play(self, setting: Setting) -> None:
        """Take a lesson's policy to the levers and the charts."""
        self.controls.put(setting)
        self.nav.value = "charts"
        self.ask(setting)

    def _opened(self, lesson: str) -> None:
        self.place = replace(self.place, lesson=lesson)
        self._write_links()

    def _settled(self, month: int) -> None:
        self.place = replace(self.place, month=month)
        self._write_links()
        if self.place.view == "share":
            self._fill("share")
        elif self.place.view == "network":
            self._pick(self._views["network"].firm.value)

    def _write_links(self) -> None:
        """The address, and the links to the other language and theme, say where the page stands."""
        query = write_query(self.setting, self.place)
        other = replace(self.place, language="fr" if self.place.language == "en" else "en")
        theme = replace(self.place, theme="dark" if self.place.theme == "default" else "default")
        self.links.object = (
            f"<a class='skip' href='#main'>{self.words('skip')}</a>"
            f"<a id='language' href='?{escape(write_query(self.setting, other))}'>{self.words('other_language')}</a>"
            f"<a id='theme' href='?{escape(write_query(self.setting, theme))}'>"
            f"{self.words('other_theme_' + self.place.theme)}</a>"
        )
        location = pn.state.location
        if location is not None and location.search != f"?{query}":
            location.search = f"?{query}"
