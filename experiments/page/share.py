"""Share: the link, and downloads of data, figures and scenario."""

from __future__ import annotations

from html import escape
from typing import Any

import panel as pn

from kingmaker.experiments.page.choices import MEASURE_GROUPS
from kingmaker.experiments.page.look import Look, options, sheet
from kingmaker.experiments.page.setting import Place, Setting, write_query
from kingmaker.experiments.page.wording import Words


class Share:
    """The view of links and downloads."""

    def __init__(self, words: Words, look: Look) -> None:
        """Nothing to share yet."""
        self.words = words
        self.pane = pn.pane.HTML("", **options(sheet(look)), sizing_mode="stretch_width")

    def panel(self) -> Any:
        """The view."""
        return pn.Column(self.pane, sizing_mode="stretch_width")

    def show(self, setting: Setting, place: Place, address: str) -> None:
        """Write the links for this setting and place; the teacher's key is not shared."""
        words = self.words
        public = Place(place.month, place.language, place.view, place.theme, place.lesson)
        link = escape(f"{address}?{write_query(setting, public)}")
        asked = escape(write_query(setting))
        files = "".join(
            f"<li><a href='download/{name}?{asked}' download>{words(key)}</a></li>"
            for name, key in (
                ("measures.csv", "get_measures"), ("band.csv", "get_band"), ("events.csv", "get_events"),
                ("scenario.toml", "get_scenario"),
            )
        )  # fmt: skip
        figures = "".join(
            f"<li>{words.of('measure_groups', group)}: "
            + ", ".join(
                f"<a href='download/figure.{form}?{asked}&amp;group={group}&amp;lang={words.language}' download>"
                f"{form.upper()}</a>"
                for form in ("png", "svg")
            )
            + "</li>"
            for group in MEASURE_GROUPS
        )
        self.pane.object = (
            f"<h2>{words('link')}</h2><p>{words('link_note')}</p>"
            f"<p><a id='deep-link' href='{link}' style='overflow-wrap:anywhere'>{link}</a></p>"
            f"<h2>{words('data')}</h2><ul>{files}</ul><p class='faint'>{words('scenario_note')}</p>"
            f"<h2>{words('figures')}</h2><ul>{figures}</ul>"
        )
