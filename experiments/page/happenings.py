"""What happened, in sentences: by month for the network, and as a list by year."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import Any

import panel as pn

from kingmaker.agents.calendar import year_of
from kingmaker.experiments.page.look import Look, button_sheet, options, sheet
from kingmaker.experiments.page.records import Story, Told
from kingmaker.experiments.page.wording import Words

SIGNS = {
    "policy": "⚖", "deal": "◆", "switch": "⇄", "release": "★", "chip": "▣", "failure": "✖", "takeover": "⇥",
    "entry": "✚", "chips": "▤", "self-supply": "⚒", "announcement": "✦", "pivot": "↻",
}  # fmt: skip
SEVERAL = 3  # releases of one month are told in one sentence from so many on


def sentence(event: Told, words: Words) -> str:
    """One event as a sentence, in HTML."""
    sign = SIGNS.get(event.kind, "•")
    text = escape(words.sentence(event.text))
    if event.who == "dated event":
        return f"{sign} <b>{escape(words('law'))}</b>{words('colon')}{text}."
    return f"{sign} <b>{escape(event.who)}</b> {text}."


def told(events: list[Told], words: Words) -> Iterator[str]:
    """The sentences of one month; many firms that do the same are told together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for event in events:
        alike.setdefault((event.kind, event.text), []).append(event.who)
    for (kind, text), firms in alike.items():
        if len(firms) < SEVERAL:
            yield from (sentence(Told(0, kind, firm, text), words) for firm in firms)
        else:
            names = ", ".join(f"<b>{escape(firm)}</b>" for firm in firms)
            yield f"{SIGNS.get(kind, '•')} {names}{words('colon')}{escape(words.sentence(text))}."


def by_month(story: Story, words: Words) -> list[str]:
    """For each month its sentences as HTML."""
    return story.once(("by month", words.language), lambda: _by_month(story, words))


def _by_month(story: Story, words: Words) -> list[str]:
    found = []
    for month in range(story.months):
        lines = list(told([event for event in story.events if event.month == month], words))
        items = "".join(f"<li>{line}</li>" for line in lines)
        found.append(f"<ul>{items}</ul>" if lines else f"<p class='faint'>{words('nothing_happened')}</p>")
    return found


class Timeline:
    """The view of all events, with buttons for the kinds."""

    def __init__(self, words: Words, look: Look) -> None:
        """Nothing has happened yet."""
        self.words = words
        self._story: Story | None = None
        self.kinds = pn.widgets.CheckButtonGroup(
            name=words("kinds_of_events"),
            options={f"{SIGNS[kind]} {words.of('events', kind)}": kind for kind in SIGNS},
            value=[kind for kind in SIGNS if kind != "release"], **options(button_sheet(look)),
        )  # fmt: skip
        self.kinds.param.watch(lambda _event: self._write(), "value")
        self.none = pn.widgets.Button(name=words("no_kinds"), **options(button_sheet(look)))
        self.none.on_click(lambda _event: self.kinds.param.update(value=[]))  # then one kind is one click away
        self.pane = pn.pane.HTML("", **options(sheet(look)), sizing_mode="stretch_width")

    def panel(self) -> Any:
        """The view."""
        return pn.Column(self.kinds, self.none, self.pane, sizing_mode="stretch_width")

    def show(self, story: Story) -> None:
        """Tell another run."""
        self._story = story
        self._write()

    def _write(self) -> None:
        if self._story is None:
            return
        wanted = [event for event in self._story.events if event.kind in self.kinds.value]
        years = []
        for year, events in groupby(wanted, key=lambda event: year_of(event.month)):
            lines = []
            for month, of_month in groupby(events, key=lambda event: event.month):
                texts = "<br>".join(told(list(of_month), self.words))
                lines.append(
                    f"<tr><td style='white-space:nowrap;width:9em'>{self.words.month(month)}</td><td>{texts}</td></tr>"
                )
            years.append(f"<details open><summary>{year}</summary><table>{''.join(lines)}</table></details>")
        self.pane.object = "".join(years) or f"<p>{self.words('nothing_happened')}</p>"
