"""Downloads: data, scenario and figures under fixed names, made from the page's link. No file is ever read."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tornado.web import RequestHandler

from kingmaker.agents.calendar import month_label
from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.page import page_figures
from kingmaker.experiments.page.choices import MEASURE_GROUPS
from kingmaker.experiments.page.class_sheet import ClassSheet
from kingmaker.experiments.page.engine import Engine, EngineError
from kingmaker.experiments.page.records import Band, Story
from kingmaker.experiments.page.setting import Setting, read_link, scenario_toml

if TYPE_CHECKING:
    import pandas as pd

TYPES = {
    "csv": "text/csv; charset=utf-8", "toml": "application/toml; charset=utf-8", "png": "image/png",
    "svg": "image/svg+xml",
}  # fmt: skip


def measures_csv(story: Story) -> str:
    """All measures month by month, as ``kingmaker run`` writes ``measures.csv``."""
    return _csv({"month": [month_label(m) for m in range(story.months)], **story.measures})


def band_csv(band: Band, setting: Setting) -> str:
    """All measures of all runs of the band: month, seed, then the measures."""
    months, seeds = range(band.months), setting.seeds()
    columns: dict[str, Any] = {
        "month": [month_label(m) for m in months for _ in seeds],
        "seed": [seed for _ in months for seed in seeds],
    }
    return _csv(columns | {name: values.T.ravel() for name, values in band.series.items()})


def events_csv(story: Story) -> str:
    """The chronicle: month, kind, who, text."""
    events = story.events
    return _csv({
        "month": [month_label(e.month) for e in events], "kind": [e.kind for e in events],
        "who": [e.who for e in events], "text": [e.text for e in events],
    })  # fmt: skip


def _csv(columns: dict[str, Any]) -> str:
    import pandas as pd

    frame: pd.DataFrame = pd.DataFrame(columns)
    buffer = io.StringIO()
    frame.to_csv(buffer, index=False)
    return buffer.getvalue()


class Download(RequestHandler):
    """Answers ``/download/<name>?<link>``."""

    def initialize(self, engine: Engine, class_sheet: ClassSheet) -> None:
        """Take the engine and the class's sheet."""
        self.engine, self.class_sheet = engine, class_sheet

    @property
    def _visitor(self) -> str:
        """Who asks, for the queue: downloads of one computer wait for one another."""
        return f"download of {self.request.remote_ip}"

    async def get(self, name: str) -> None:
        """Send one of the known names; anything else is not there."""
        makers: dict[str, Callable[[Setting], Any]] = {
            "measures.csv": self._measures, "band.csv": self._band, "events.csv": self._events,
            "scenario.toml": self._scenario, "figure.png": self._figure, "figure.svg": self._figure,
            "predictions.csv": self._predictions,
        }  # fmt: skip
        self.set_header("X-Content-Type-Options", "nosniff")
        if name not in makers:
            self._refuse(404, f"There is no download '{name[:60]}'. Known are {', '.join(makers)}.")
            return
        query = {key: [value.decode("utf-8", "replace") for value in values]
                 for key, values in self.request.query_arguments.items()}  # fmt: skip
        query.pop("group", None)
        setting, place = read_link(query)
        if place.faults:
            self._refuse(400, "This link cannot be used: " + " ".join(place.faults))
            return
        try:
            body = await makers[name](setting)
        except EngineError as fault:
            self.set_header("Retry-After", "10")
            self._refuse(503, str(fault))
            return
        except KingmakerError as fault:
            self._refuse(400, str(fault))
            return
        if body is None:
            self._refuse(403, "The class's sheet is for the teacher: use the teacher's address.")
            return
        form = name.rpartition(".")[2]
        self.set_header("Content-Type", TYPES[form])
        self.set_header("Content-Disposition", f'attachment; filename="kingmaker-{name}"')
        self.write(body)

    def _refuse(self, status: int, why: str) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.write(why)

    async def _measures(self, setting: Setting) -> str:
        return measures_csv(await self.engine.story(setting, self._visitor))

    async def _band(self, setting: Setting) -> str:
        return band_csv(await self.engine.band(setting, self._visitor), setting)

    async def _events(self, setting: Setting) -> str:
        return events_csv(await self.engine.story(setting, self._visitor))

    async def _scenario(self, setting: Setting) -> str:
        return scenario_toml(setting)

    async def _predictions(self, _setting: Setting) -> str | None:
        if not self.class_sheet.is_teacher(self.get_query_argument("teacher", "")):
            return None
        return self.class_sheet.to_csv()

    async def _figure(self, setting: Setting) -> bytes:
        group = self.get_query_argument("group", MEASURE_GROUPS[0])
        if group not in MEASURE_GROUPS:
            raise KingmakerError(f"group: is '{group[:40]}'; allowed are {', '.join(MEASURE_GROUPS)}.")
        _, place = read_link({"lang": [self.get_query_argument("lang", "en")]})
        story, band = await self.engine.story(setting, self._visitor), await self.engine.band(setting, self._visitor)
        usual = await self.engine.story(Setting(seed=setting.seed, months=setting.months), self._visitor)
        form = self.request.path.rpartition(".")[2]
        drawn: bytes = await self.engine.call(
            page_figures.draw, page_figures.request_of(story, band, usual, setting, group, place.language), form
        )
        return drawn
