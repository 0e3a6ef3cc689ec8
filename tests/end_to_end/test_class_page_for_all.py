"""The class page for everybody: screen reader, keyboard, paper, sizes, no motion, both themes and languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise

import pytest

pytest.importorskip("selenium")
from tests.end_to_end.class_browser import SIZES, Browser
from tests.end_to_end.class_fixtures import FRAMES, NEEDS_BROWSER, POLICY, browser, chromium, server
from tests.end_to_end.page_server import Server

__all__ = ["browser", "chromium", "server"]  # fixtures
pytestmark = NEEDS_BROWSER

VIEWS = {
    "story": "view=story&step=1", "hand": "view=story&step=4", "charts": f"view=charts&theme=cloud&{POLICY}",
    "large": "view=charts&measure=lead_time_weeks", "table": "view=charts&measure=lead_time_weeks&panel=table",
    "about": "view=charts&measure=lead_time_weeks&panel=about", "network": "view=network&firm=OpenAI",
    "stage": "view=network&month=20", "money": "view=money", "events": "view=events",
    "compare": f"view=compare&{POLICY}", "lessons": "view=lessons", "lesson": "view=lessons&lesson=lockin",
    "regulator": "view=regulator&g.policy.interoperability=1@2024-01",
}  # fmt: skip
DOORS = {"teacher": "teacher?", "embed": "embed?measure=lead_time_weeks"}  # pages of their own
PAIRS = (("light", "en"), ("dark", "fr"), ("light", "fr"), ("dark", "en"))
NAMED = {"button", "link", "slider", "combobox", "textbox", "searchbox", "radio", "checkbox", "img", "image", "dialog"}
TAB, ENTER, SPACE = "\ue004", "\ue007", "\ue00d"


def tab_to(browser: Browser, selector: str) -> None:
    """Press the tabulator until the keyboard is there."""
    for _ in range(60):
        browser.keys(TAB)
        if browser.js("return document.activeElement.matches(arguments[0])", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_a_whole_lesson_by_keyboard(browser: Browser, server: Server) -> None:
    browser.driver.delete_all_cookies()  # a new visitor: neither the teacher nor a group that has locked before
    browser.open(f"{server.url}?view=lessons&lang=en")
    tab_to(browser, ".skip")
    browser.keys(ENTER)
    tab_to(browser, ".lesson-card:last-of-type .main")
    browser.keys(ENTER)
    browser.one(".predict")
    for number in range(len(browser.find("fieldset.guess"))):
        tab_to(browser, f"fieldset.guess:nth-of-type({number + 1}) input")
        browser.keys(SPACE)
    tab_to(browser, ".predict button[type=submit]")
    browser.keys(ENTER)
    browser.one(".results")
    browser.wait(lambda: browser.js("return document.activeElement.id") == "outcome", "the keyboard at the outcome")
    tab_to(browser, ".outcome > .row button")
    browser.keys(ENTER)
    browser.one("figure.plot")
    assert "policy.trigger" in browser.query()  # the lesson's own levers, which the column does not list by itself
    assert browser.find(".lever.moved", "Patience of the authorities")


def test_a_firm_and_a_policy_by_keyboard(browser: Browser, server: Server) -> None:
    browser.driver.delete_all_cookies()
    browser.open(f"{server.url}?view=network&look=light&lang=en")
    browser.js("document.querySelector('.stage-controls button').focus()")
    tab_to(browser, ".search input")
    browser.keys("nvidia")
    browser.one(".firm-card h2", "Nvidia")
    tab_to(browser, ".firm-card button.icon")
    browser.keys(ENTER)
    browser.wait(lambda: not browser.find(".firm-card"), "the card to be closed")
    assert browser.js("return document.activeElement !== document.body")
    browser.turn("view=regulator", "light", "en")
    browser.js("document.querySelector('#main').focus()")
    tab_to(browser, ".builder .main")
    browser.keys(ENTER)
    browser.one(".moves li")
    tab_to(browser, ".moves button")  # once round the page
    browser.keys(ENTER)
    browser.wait(lambda: not browser.find(".moves li"), "the move to be taken back")
    assert browser.js("return document.activeElement.id") == "main"


def faults_of(browser: Browser, size: str) -> list[str]:
    """What is wider than the window, too low for a finger, or has no name for a screen reader."""
    wide = browser.js("return document.documentElement.scrollWidth - innerWidth")
    low = browser.js(
        "return [...document.querySelectorAll('button, input[type=range], select, a.button')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 24).map(e => e.outerHTML.slice(0, 80))"
    )
    nodes = browser.nodes()
    found = [f"{size}: {wide} px too wide"] if wide > 0 else []
    found += [f"{size}: lower than 24 px: {one}" for one in low]
    found += [f"{node['role']} without a name" for node in nodes if node["role"] in NAMED and not node["name"]]
    levels = browser.js(
        "return [...(document.querySelector('dialog[open]') ?? document.querySelector('main'))"
        ".querySelectorAll('h1, h2, h3, h4')].filter(e => e.checkVisibility()).map(e => Number(e.localName[1]))"
    )
    if any(after > before + 1 for before, after in pairwise(levels)):
        found.append(f"headings jump: {levels}")
    return found


@pytest.fixture
def still(browser: Browser) -> Iterator[Browser]:
    """A browser in which nothing fades: an answer that comes while colours are read leaves none between two."""
    browser.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    yield browser
    browser.cdp("Emulation.setEmulatedMedia", features=[])


@pytest.mark.parametrize(("look", "language"), PAIRS)
def test_every_view_is_accessible_and_fits(still: Browser, server: Server, look: str, language: str) -> None:
    browser = still
    browser.driver.delete_all_cookies()
    browser.open(f"{server.url}?view=lessons&look={look}&lang={language}")
    sizes, faults = tuple(SIZES), []
    for number, (view, query) in enumerate({**VIEWS, **DOORS}.items()):
        size = sizes[(number + PAIRS.index((look, language))) % len(sizes)]
        browser.resize(size)
        if view in VIEWS:
            browser.turn(query, look, language)
        else:
            browser.open(f"{server.url}{query}&look={look}&lang={language}", ".embedded, .door")
        faults += [f"{view}: {found}" for found in browser.violations() + faults_of(browser, size)]
    assert faults == [], json.dumps(faults, indent=1, ensure_ascii=False)


def test_each_answer_can_be_read_when_it_is_chosen(still: Browser, server: Server) -> None:
    browser = still
    browser.driver.delete_all_cookies()
    browser.resize("phone")
    browser.open(f"{server.url}?view=lessons&lesson=lockin&look=light&lang=en")
    colour = "return getComputedStyle(arguments[0]).color"
    for number, answer in enumerate(("higher", "lower", "no clear")):
        browser.press(f"fieldset.guess:nth-of-type({number + 1}) .say", answer)
        chosen = browser.one(".say input:checked + span", answer)
        assert browser.js(colour, chosen.find_element("css selector", ".verdict")) == browser.js(colour, chosen)
    assert browser.violations() == []


def test_worlds_of_a_score_lie_apart_on_a_phone(browser: Browser, server: Server) -> None:
    browser.resize("phone")
    browser.open(f"{server.url}?view=regulator&g.policy.interoperability=1@2024-01&look=light&lang=en")
    assert browser.js("return document.querySelector('.lucks').clientWidth") > 250
    browser.open(f"{server.url}?view=charts&look=light&lang=en")
    browser.press("header button[aria-label='Share and save']")
    assert browser.one("dialog.share code").text == "kingmaker run FILE --seed 1"


def test_a_large_chart_is_closed_in_its_upper_corner(browser: Browser, server: Server) -> None:
    browser.resize("phone")
    browser.open(f"{server.url}?view=charts&chips.capacity_growth=0.06&measure=lead_time_weeks&look=light&lang=fr")
    browser.one("dialog.large .finding em", "de plus que")  # which makes the line too long for a phone
    corner = browser.js("return document.querySelector('dialog.large header button').getBoundingClientRect().toJSON()")
    assert corner["right"] > 390 - 30
    assert corner["top"] < 30


def test_every_chart_is_told_in_words(browser: Browser, server: Server) -> None:
    browser.open(f"{server.url}?view=charts&look=light&lang=en")
    told = [node["name"] for node in browser.nodes() if node["role"] in ("img", "image")]
    assert sum(" highest " in name and " lowest " in name for name in told) == 6
    browser.turn("view=network", "light", "en")
    assert any(node["name"].startswith("The network in") for node in browser.nodes())
    browser.turn("view=money", "light", "en")
    assert any(node["name"].startswith("Payments in the year") for node in browser.nodes())
    assert browser.one(".clock input").get_attribute("aria-valuetext") == "December 2024"


def test_every_view_can_be_printed(browser: Browser, server: Server) -> None:
    browser.open(f"{server.url}?view=lessons&look=dark&lang=en")
    cut = (
        "return [...document.querySelectorAll('km-chart svg, km-sankey svg, km-theatre canvas')]"
        ".filter(e => e.checkVisibility() && e.getBoundingClientRect().width > e.parentElement.clientWidth + 1).length"
    )
    steered = (
        "return [...document.querySelectorAll('input, select, .levers, .tabs, .clock')]"
        ".filter(e => e.checkVisibility()).length"
    )
    try:
        for query in VIEWS.values():
            browser.cdp("Emulation.setEmulatedMedia", media="")
            browser.resize("projector")
            browser.turn(query, "dark", "en")
            browser.cdp("Emulation.setEmulatedMedia", media="print")
            browser.cdp("Emulation.setDeviceMetricsOverride", width=720, height=1000, deviceScaleFactor=1, mobile=False)
            assert (browser.js(cut), browser.js(steered)) == (0, 0), query
    finally:
        browser.cdp("Emulation.setEmulatedMedia", media="")


def test_reduced_motion_stands_still(browser: Browser, server: Server) -> None:
    browser.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    browser.open(f"{server.url}?view=network&month=30&lang=en")
    browser.one("km-theatre canvas")
    browser.settle()
    frames = browser.js(FRAMES)
    browser.js("document.body.dataset.beats = 0; const beat = () => { document.body.dataset.beats++; "
               "requestAnimationFrame(beat) }; beat()")  # fmt: skip
    browser.wait(lambda: int(browser.js("return document.body.dataset.beats")) > 20, "twenty frames of the window")
    assert browser.js(FRAMES) == frames
    browser.cdp("Emulation.setEmulatedMedia", features=[])
