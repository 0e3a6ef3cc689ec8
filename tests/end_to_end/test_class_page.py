"""The class page in a real browser without outside network: what a student and a teacher meet."""

from __future__ import annotations

import re
import statistics
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytest.importorskip("selenium")
from tests.end_to_end.class_browser import PATIENCE, Browser
from tests.end_to_end.class_fixtures import FRAMES, NEEDS_BROWSER, POLICY, another, browser, chromium, server
from tests.end_to_end.class_server import serving
from tests.end_to_end.page_server import Server

__all__ = ["another", "browser", "chromium", "server"]  # fixtures
pytestmark = NEEDS_BROWSER


def test_the_first_visit_is_light_and_tells_a_story(browser: Browser, server: Server) -> None:
    browser.cdp("Network.clearBrowserCache")
    browser.open(f"{server.url}?lang=en")
    loaded = browser.js(
        "return performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
        ".filter(e => !e.name.includes('/api/class/stream')).map(e => [e.name, e.transferSize])"
    )
    assert sum(size for _, size in loaded) < 400_000, loaded
    assert len(loaded) < 60
    assert browser.one("h1").text
    for _ in range(4):
        browser.press(".story-steer .main")
    browser.press(".door-card", "Lessons")
    browser.one("h1", "Predict, run, discuss")
    browser.driver.back()
    browser.one(".doors")  # Back leads to the step of the story
    assert not browser.find(".story-steer button", "Skip the story")  # nothing is left to skip
    browser.press(".story-steer button", "Back")
    browser.press(".story-steer button", "Skip the story")
    browser.one("figure.plot h3")


def test_the_month_moves_without_a_request(browser: Browser, server: Server) -> None:
    browser.open(f"{server.url}?view=charts&month=10&lang=en")
    browser.sent()
    slider = browser.one(".clock input[type=range]")
    browser.one("figure.plot path.run")
    before = browser.js("return document.querySelector('figure.plot .finding').textContent")
    slider.send_keys("\ue014" * 15)
    browser.wait(lambda: browser.one(".clock .now").text == "February 2024", "the month")
    assert browser.js("return document.querySelector('figure.plot .finding').textContent") != before
    browser.press(".clock .play")
    browser.wait(lambda: browser.one(".clock .now").text != "February 2024", "Play")
    browser.press(".clock .play")
    browser.press(".tabs button", "Network")
    browser.one("km-theatre canvas")
    browser.settle()
    browser.sent()
    frames = browser.js(FRAMES)
    browser.one(".clock input[type=range]").send_keys("\ue014" * 5)
    browser.wait(lambda: browser.js(FRAMES) > frames + 5, "the stage to move")
    assert browser.sent() == []


def test_a_lever_changes_the_curves_the_strip_and_the_link(browser: Browser, server: Server) -> None:
    browser.open(f"{server.url}?view=charts&lang=en")
    browser.js("document.querySelectorAll('.lever-group').forEach(group => { group.open = true })")
    curve = "return document.querySelector('figure.plot path.run').getAttribute('d')"
    before = browser.wait(lambda: browser.js(curve), "the first curve")
    handle = browser.one(".lever[data-lever='chips.capacity_growth'] input[type=range]")
    handle.send_keys("\ue011")  # Home: the slowest growth
    browser.wait(lambda: "chips.capacity_growth=0.03" in browser.query(), "the link")
    browser.wait(lambda: browser.js(curve) != before, "another curve")
    browser.one("path.usual")
    browser.settle()
    assert browser.find(".changed li, .changed p")  # sentences, or that there is none
    sentence = browser.one(".changed").text
    browser.driver.refresh()
    browser.one("figure.plot path.run")
    browser.settle()
    browser.wait(lambda: browser.one(".changed").text == sentence, "the same after a reload")
    browser.driver.back()
    browser.wait(lambda: "capacity_growth" not in browser.query(), "Back")
    browser.wait(lambda: browser.js(curve) == before, "the curve as it was")


def test_as_many_charts_are_marked_as_the_badge_of_their_theme_says(browser: Browser, server: Server) -> None:
    browser.open(f"{server.url}?view=charts&chips.capacity_growth=0.03&lang=en")
    browser.one(".themes .badge")
    browser.one("path.usual")
    assert browser.find(".legend li", "same luck")
    assert not any(label.is_displayed() for label in browser.find(".six .label"))  # they would stand on the curves
    right = (
        "const theme = document.querySelectorAll('.themes button')[arguments[0]];"
        "theme.ariaPressed === 'true' || theme.click();"
        "return theme.ariaPressed === 'true' && document.querySelectorAll('figure.plot.clear').length"
        " === Number(theme.querySelector('.badge > :first-child')?.textContent ?? 0)"
    )
    for number in range(5):
        browser.wait(lambda number=number: browser.js(right, number), "a marked chart for each clear difference")


def test_two_policies_are_compared_in_the_years_that_are_named(browser: Browser, server: Server) -> None:
    """What differs before those years is no contradiction of the strip, and is not denied."""
    browser.open(f"{server.url}?view=compare&chips.capacity_growth=0.06&lang=en")
    browser.one(".compare strong", "Averaged over Jan 2027 to Dec 2029, nothing differs clearly")
    assert not browser.find(".compare", "by chance alone")
    browser.turn(f"view=compare&{POLICY}", "light", "en")
    browser.one(".sides", "(Jan 2024)")


def test_what_a_link_names_and_is_not_there_is_told_and_left_out(browser: Browser, server: Server) -> None:
    wrong = ("theme=compute", "measure=none", "flow=water", "size=weight", "luck=many", "mandate=mine", "lesson=none")
    browser.open(f"{server.url}?view=charts&lang=en&{'&'.join(wrong)}")
    told = browser.one(".note", "Part of this link could not be used").text
    assert [part for part in wrong if part not in told] == []
    assert len(browser.find("figure.plot path.run")) == 6
    assert browser.find(".themes button[aria-pressed=true]", "Chips")
    assert not browser.find("dialog[open]")


def test_a_lever_is_drawn_fast_on_a_slow_core(browser: Browser, server: Server) -> None:
    """Less than 100 ms of script on a core four times slower, in time of the processor: others may be at it, too."""
    browser.cdp("Performance.disable")
    browser.cdp("Performance.setTimeDomain", timeDomain="threadTicks")
    browser.cdp("Performance.enable", timeDomain="threadTicks")
    browser.open(f"{server.url}?view=charts&theme=cloud&look=light&lang=en")
    path = "return document.querySelector('figure.plot path.run').getAttribute('d')"
    spent = []
    for query in (f"view=charts&theme=cloud&{POLICY}", "view=charts&theme=cloud") * 3:
        start, before = seconds_of(browser, "ScriptDuration"), browser.js(path)
        browser.turn(query, "light", "en")
        browser.wait(lambda before=before: browser.js(path) != before, "the other curve")
        browser.settle()
        spent.append(seconds_of(browser, "ScriptDuration") - start)
    browser.cdp("Performance.disable")
    assert 4.0 * statistics.median(spent) < 0.1, spent


def seconds_of(browser: Browser, what: str) -> float:
    found = browser.cdp("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in found if one["name"] == what))


def test_a_chart_opens_large_as_table_with_sources_and_as_a_frame(browser: Browser, server: Server) -> None:
    browser.open(f"{server.url}?view=charts&lang=en")
    browser.press("figure.plot button.open")
    browser.one("dialog.large[open] km-chart svg")
    assert float(browser.js("return document.querySelector('dialog.large km-chart').clientHeight")) > 500
    browser.press("dialog.large button", "Table")
    browser.one("dialog.large th", "January 2022")
    browser.press("dialog.large button", "Definition and sources")
    browser.one("dialog.large .definition")
    browser.press("dialog.large button", "Share")
    browser.one("dialog.large textarea")
    code = browser.js("return document.querySelectorAll('dialog.large textarea')[1].value")
    browser.keys("\ue00c")
    browser.wait(lambda: "measure=" not in browser.query(), "Escape to close it")
    address = re.findall(r'src="([^"]+)"', code)[0].replace("&amp;", "&")
    browser.open(address, ".embedded")
    assert browser.find(".embedded km-chart svg path.run")


def test_links_lead_to_the_class_though_the_teacher_is_on_loopback(browser: Browser, tmp_path: Path) -> None:
    links = "return [...document.querySelectorAll('dialog textarea')].map(field => field.value)"
    with serving(tmp_path / "class.sqlite", "--address", "0.0.0.0", "--workers", "1") as found:
        here = f"http://127.0.0.1:{urlsplit(found.address).port}/"
        browser.open(f"{here}?view=charts&measure=hhi_cloud&panel=share&lang=en")
        address = browser.js("return fetch('/api/class/me').then(answer => answer.json())")["addresses"][0]
        assert "127.0.0.1" not in address
        browser.wait(lambda: [address in link for link in browser.js(links)] == [True] * 3, "links of the class")
        assert "127.0.0.1" not in "".join(browser.js(links))


def test_the_stage_tells_a_firms_story(browser: Browser, server: Server) -> None:
    browser.open(f"{server.url}?view=network&month=30&lang=en")
    browser.one("km-theatre canvas")
    browser.settle()
    place = browser.wait(lambda: browser.js("return document.querySelector('km-theatre').placeOf('OpenAI')"), "OpenAI")
    browser.js(
        "const s = document.querySelector('km-theatre'), b = s.getBoundingClientRect();"
        "const at = {bubbles: true, clientX: b.left + arguments[0], clientY: b.top + arguments[1]};"
        "s.dispatchEvent(new MouseEvent('click', at))",
        place["x"], place["y"],
    )  # fmt: skip
    assert "July 2024" in browser.one(".firm-card").text
    assert "firm=OpenAI" in browser.query()
    assert browser.find(".firm-card .ties .firm-link", "Microsoft Azure")
    shares = [found.text for found in browser.find(".firm-card .ties li > span", "%")]
    assert shares
    assert all(re.search(r" · (\d{1,3}(\.\d)?|0\.0\d+) % of (the|these) ", share) for share in shares), shares
    field = browser.one(".search input")
    field.clear()
    field.send_keys("nvidia")
    browser.one(".firm-card h2", "Nvidia")
    browser.cdp("Performance.setTimeDomain", timeDomain="threadTicks")
    browser.cdp("Performance.enable", timeDomain="threadTicks")
    start, frames = seconds_of(browser, "TaskDuration"), browser.js(FRAMES)  # of the main thread: script and drawing
    browser.wait(lambda: browser.js(FRAMES) > frames + 20, "the stage to play")
    drawn = browser.js(FRAMES) - frames
    spent = seconds_of(browser, "TaskDuration") - start
    browser.cdp("Performance.disable")
    assert spent / drawn < 1 / 60, (spent, drawn)
    assert browser.js("return document.querySelector('km-theatre canvas').getAttribute('aria-label')").startswith(
        "The network in"
    )


def test_firms_that_do_the_same_in_a_month_stand_in_one_line_of_the_chronicle(browser: Browser, server: Server) -> None:
    browser.open(f"{server.url}?view=events&lang=en")
    browser.one(".chronicle li")
    lines = [line for line in browser.find(".chronicle li") if ": each " in line.text]
    assert lines
    told = [(line.find_element("class name", "when").text, line.text.rsplit(": each ")[-1]) for line in lines]
    assert len(set(told)) == len(told)
    links = lines[0].find_elements("css selector", ".firm-link")
    assert len(links) > 1
    name = links[1].text
    links[1].click()
    browser.one(".firm-card h2", name)


def test_nobody_sees_the_outcome_before_having_predicted(browser: Browser, another: Browser, server: Server) -> None:
    browser.driver.get(f"{server.url}teacher?lang=en")
    browser.one(".door input").send_keys("wrong")
    browser.press(".door button")
    browser.one(".door .note")
    assert [one for one in browser.console() if "403" not in one] == []
    browser.one(".door input").clear()
    browser.one(".door input").send_keys(server.key)
    browser.press(".door button")
    browser.press(".lesson-picker button", "Lock-in")
    browser.one(".live")
    assert server.key not in browser.driver.current_url
    student = another
    student.resize("phone")
    student.driver.get(f"{server.url}?view=story&lang=fr")
    student.press(".notices button", "Rejoindre")
    student.one(".closed")
    assert not student.find(".results")
    assert student.one(".predict button[type=submit]").get_attribute("disabled")
    student.one(".predict input[type=text]").send_keys("Chouettes")
    for row in student.find("fieldset.guess"):
        student.js("arguments[0].querySelector('input[value=up]').click()", row)
    student.press(".predict button[type=submit]")
    student.one(".results")
    assert len(student.find(".result.right, .result.wrong")) == 4
    browser.wait(lambda: browser.one(".tally .giant").text == "1", "the vote on the teacher's screen")
    browser.press(".steer button", "Reveal")
    browser.one(".teacher .faint", "the dotted line")  # what the bars below the sentences are
    browser.wait(lambda: "%" in browser.one(".tally .hit").text, "the hit rate")
    browser.one(".live .told")
    student.driver.refresh()
    student.one(".results")  # what is locked stays
    browser.js("window.confirm = () => false")
    browser.press(".lesson-picker button", "Lock-in")  # it is asked first: the class keeps its lesson
    assert browser.js("return fetch('/api/class/me').then(answer => answer.json())")["open"] == "lockin"
    browser.js("window.confirm = () => true")
    browser.press(".steer button", "Clear")
    browser.wait(lambda: browser.one(".tally .giant").text == "0", "an empty sheet")
    browser.press(".steer .note button")
    browser.wait(lambda: browser.one(".tally .giant").text == "1", "the vote again")
    browser.press(".lesson-picker button", "Lock-in")  # closed again for the tests after this one
    assert student.console() == []


def test_a_tab_learns_what_another_has_locked(browser: Browser, server: Server) -> None:
    browser.driver.delete_all_cookies()
    lesson = f"{server.url}?view=lessons&lesson=equity&lang=en"
    browser.open(lesson)
    first = browser.driver.current_window_handle
    browser.driver.switch_to.new_window("tab")
    try:
        browser.open(lesson)
        browser.js("document.querySelectorAll('fieldset.guess input[value=up]').forEach(one => one.click())")
        browser.press(".predict button[type=submit]")
        browser.one(".results")
    finally:
        browser.driver.close()
        browser.driver.switch_to.window(first)
    browser.one(".results")
    assert not browser.find(".predict")


def test_the_regulator_plays_with_a_budget_and_can_undo(browser: Browser, server: Server) -> None:
    browser.open(f"{server.url}?view=regulator&lang=en")
    browser.one(".builder .price", "30 points")  # told before it is decided
    browser.press(".builder .main")
    browser.one(".moves li", "30 points")
    assert "g.policy" in browser.query()
    browser.wait(lambda: "100 of" not in browser.one(".budget").text, "what it costs")
    browser.settle()
    assert len(browser.find(".goals p", "no clear difference")) == 5
    browser.one(".debrief", "may be luck")  # where no measure differs, nothing is said to be served or to be paid for
    assert "costs others" not in browser.one(".debrief").text
    assert len(browser.find(".lucks .luck")) >= 16
    browser.one(".board input").send_keys("Owls")
    browser.press(".board .main")
    browser.one(".ranks li", "Owls")
    browser.press(".budget button", "Undo")
    browser.wait(lambda: not browser.find(".moves li"), "the move to be taken back")


def test_a_page_that_is_left_or_hidden_holds_no_connection(browser: Browser, server: Server) -> None:
    """A browser opens six connections to one server; each page's stream of the class is one of them."""
    for number in range(8):
        start = time.monotonic()
        browser.open(f"{server.url}?view=lessons&lesson=lockin&lang=en&month={number}")
        assert time.monotonic() - start < PATIENCE / 4


def test_law_and_market_are_marked_on_every_chart_and_explained(browser: Browser, server: Server) -> None:
    browser.open(f"{server.url}?view=charts&look=light&lang=en")
    count = "return [...document.querySelectorAll('figure.plot')].map(f => f.querySelectorAll('.mark.law').length)"
    assert browser.js(count) == [8] * 6
    assert len(browser.find(".mark-key button")) == 8
    browser.press(".mark-key button", "ChatGPT")
    browser.wait(lambda: browser.one(".clock .now").text == "December 2022", "the month of ChatGPT")
    browser.turn("view=charts&scenario=no_export_control", "light", "en")
    browser.wait(lambda: browser.js(count) == [7] * 6, "no licence where there is no rule")  # the H20's
    browser.turn("view=charts&policy.egress_fee=0", "light", "en")
    browser.wait(lambda: not browser.find(".mark-key button", "ends charges"), "the visitor's lever to overrule it")
    browser.turn("view=charts&measure=hhi_cloud", "light", "en")
    browser.one("dialog.large .name", "ChatGPT")


def test_a_lost_connection_is_told_and_found_again(browser: Browser, server: Server) -> None:
    browser.open(f"{server.url}?view=lessons&lang=en")
    server.stop()
    browser.one(".notices .note", "connection")
    assert browser.find(".lesson-card")  # what is there stays
    browser.press(".places a", "Free play")
    browser.press(".tabs button", "Money")  # asks for what nobody can answer now
    browser.one("#main", "when the connection is back")
    assert len(browser.find("p", "The connection to the class's computer is lost")) == 1
    server.again()
    browser.one(".notices .note", "is back")
    browser.console()  # the refused requests
