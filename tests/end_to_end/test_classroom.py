"""The classroom page in a real browser, with the outside network blocked, and its server against misuse."""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.experiments.page.app import Room
from kingmaker.experiments.page.class_sheet import ClassSheet
from kingmaker.experiments.page.engine import Engine
from tests.end_to_end.classroom import CHROMIUM, DRIVER, ENVIRONMENT, ROOT, Browser, Server, serving

selenium = pytest.importorskip("selenium")
from selenium.common.exceptions import StaleElementReferenceException  # noqa: E402
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

needs_browser = pytest.mark.skipif(
    not (CHROMIUM.exists() and DRIVER.exists()) and "KINGMAKER_NEEDS_BROWSER" not in os.environ,
    reason="needs the Debian packages chromium and chromium-driver",
)
SHORT = "months=36&runs=8"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running
        faults = running.stop()
        assert "Traceback" not in faults, faults
        assert running.told[-1] == "The classroom page is closed. Goodbye."


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """The browser; after each test: no error in the console, and not one request to another host."""
    chromium.console()
    yield chromium
    assert chromium.console() == []
    assert chromium.hosts() == {"127.0.0.1"}


def link_of(browser: Browser) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(browser.driver.current_url).query).items()}


@needs_browser
def test_a_lever_moves_the_curves_and_the_link(browser: Browser, server: Server) -> None:
    browser.open(f"{server.url}?{SHORT}")
    source = "m.renderers.find(r => r.glyph.type === 'Line' && r.glyph.line_width.value === 3).data_source.data.y0"
    before = browser.wait(lambda: browser.model("chart 0", f"{source}.length > 2 && Array.from({source})"), "the curve")
    handle = browser.one(".noUi-handle[aria-valuemax='0.3']")  # the first lever: growth of packaging
    for _ in range(4):
        handle.send_keys(Keys.ARROW_LEFT)
    usual = DECLARATIONS["chips.capacity_growth"].default
    browser.wait(
        lambda: float(link_of(browser).get("chips.capacity_growth", usual)) < usual - 0.014, "the link to follow"
    )
    after = browser.wait(
        lambda: (now := browser.model("chart 0", f"Array.from({source})")) != before and now, "another curve"
    )
    assert len(after) == len(before) == 36
    usual = "m.renderers.find(r => r.glyph.type === 'Line' && r.glyph.line_width.value === 2).data_source.data.usual0"
    assert browser.model("chart 0", f"Array.from({usual})") == before  # the market as it was stands beside
    band = "m.renderers.find(r => r.glyph.type === 'VArea').data_source.data"
    browser.wait(lambda: browser.model("chart 0", f"{band}.low0[20] > 0"), "the band")
    low, high = browser.model("chart 0", f"[Array.from({band}.low0), Array.from({band}.high0)]")
    assert all(a <= b for a, b in zip(low, high, strict=True))
    assert max(b - a for a, b in zip(low, high, strict=True)) > 0.0


@needs_browser
def test_scrubbing_stays_in_the_browser(browser: Browser, server: Server) -> None:
    browser.open(f"{server.url}?{SHORT}&month=10")
    title = browser.wait(
        lambda: "\n" in (t := browser.model("chart 0", "m.title.text")) and len(t) > 20 and t, "values"
    )

    def press() -> bool:  # the page may draw its slider anew in between
        try:
            browser.one(".noUi-handle[aria-valuemax='35.0']").send_keys(Keys.ARROW_RIGHT * 3)
        except StaleElementReferenceException:
            return False
        return True

    browser.wait(press, "the slider")
    browser.wait(lambda: browser.find("b", "February 2023"), "the month in words")
    assert browser.model("chart 0", "m.title.text") != title
    browser.wait(lambda: link_of(browser)["month"] == "13", "the link to hold the month")
    browser.one("button", "Play").click()
    browser.wait(lambda: browser.model("month", "m.value") >= 16, "play")
    assert link_of(browser)["month"] == "13"  # nothing is sent while it plays
    browser.one("button", "Pause").click()
    stood = browser.model("month", "m.value")
    browser.wait(lambda: link_of(browser)["month"] == str(stood), "the month where it was stopped")
    browser.one("button", "◀").click()
    browser.wait(lambda: browser.model("month", "m.value") == stood - 1, "a step back")


@needs_browser
def test_a_click_on_a_firm_tells_its_story(browser: Browser, server: Server) -> None:
    browser.open(f"{server.url}?{SHORT}&view=network&month=30")
    dots = "m.renderers.find(r => r.glyph.type === 'Scatter').data_source.data"
    names = browser.wait(lambda: browser.model("network", f"{dots}.name.length && Array.from({dots}.name)"), "firms")
    assert {"Nvidia", "OpenAI", "Microsoft Azure", "European Commission"} <= set(names)
    kinds = browser.model("network", f"Array.from(new Set({dots}.marker))")
    assert len(kinds) == 5  # five kinds, five shapes
    x, y = browser.driver.execute_script(
        """
        const m = Bokeh.documents[0].get_model_by_name("network"), view = Bokeh.index.find_one(m)
        const d = m.renderers.find(r => r.glyph.type === "Scatter").data_source.data
        const k = Array.from(d.name).indexOf("OpenAI")
        const box = view.canvas_view.el.getBoundingClientRect()
        return [box.left + view.frame.x_scale.compute(d.x[k]), box.top + view.frame.y_scale.compute(d.y[k])]
        """
    )
    browser.driver.execute_script("window.scrollTo(0, 0)")
    ActionChains(browser.driver).move_by_offset(round(x), round(y)).click().perform()
    ActionChains(browser.driver).move_by_offset(-round(x), -round(y)).perform()
    browser.one("h3", "OpenAI")
    assert browser.find("li", "Microsoft Azure")  # its host
    browser.one("b", "In July 2024")
    widths = "m.renderers.filter(r => r.glyph.type === 'Bezier').flatMap(r => Array.from(r.data_source.data.width))"
    assert max(browser.model("network", widths)) > 4.0  # the leader supplies most of what a cloud gets
    # ties of the month only: more of them later than at the start
    edges = "m.renderers.filter(r => r.glyph.type === 'Bezier').reduce((n, r) => n + r.data_source.data.x0.length, 0)"
    later = browser.model("network", edges)
    browser.one(".noUi-handle[aria-valuemax='35.0']").send_keys(Keys.HOME)
    browser.wait(lambda: browser.model("month", "m.value") == 0, "the first month")
    browser.wait(lambda: 0 < browser.model("network", edges) != later, "other ties")
    browser.one("b", "In January 2022")  # the card follows the month
    assert not browser.find("b", "In July 2024")


@needs_browser
def test_every_view_is_drawn_when_it_is_turned_to(browser: Browser, server: Server) -> None:
    """Not only when a link leads to it: the browser gets new models while the page stands."""
    browser.open(f"{server.url}?{SHORT}&month=30&view=share")
    drawn = {
        "Money": ("money", "m.renderers.find(r => r.glyph.type === 'Patches').data_source.data.xs.length > 3"),
        "Network": ("network", "m.renderers.find(r => r.glyph.type === 'Scatter').data_source.data.x.length > 20"),
        "Charts": ("chart 5", "m.title.text.includes('\\n') && m.title.text.length > 20"),
    }
    for _ in range(2):  # and when it is turned to once more
        for view, (name, expression) in drawn.items():
            browser.turn(view)
            browser.wait(lambda name=name, e=expression: browser.model(name, f"m && {e}"), view)  # type: ignore[misc]
        browser.turn("Compare")
        browser.one("tr", "Wait for a chip")
        assert browser.console() == []
    before = browser.driver.execute_script("return performance.getEntriesByType('resource').length")
    browser.turn("Network")
    browser.keys(Keys.TAB)
    assert browser.driver.execute_script("return performance.getEntriesByType('resource').length") == before


@needs_browser
def test_names_in_the_network_do_not_collide(browser: Browser, server: Server) -> None:
    browser.open(f"{server.url}?view=network&month=60&months=72&runs=8")
    dots = "m.renderers.find(r => r.glyph.type === 'Scatter').data_source.data"
    browser.wait(lambda: browser.model("network", f"{dots}.name.length"), "firms")
    places = browser.driver.execute_script(
        """
        const m = Bokeh.documents[0].get_model_by_name("network"), view = Bokeh.index.find_one(m)
        const d = m.renderers.find(r => r.glyph.type === "Scatter").data_source.data
        return Array.from(d.x).map((x, k) => [x, view.frame.y_scale.compute(d.y[k]), d.name[k]])
        """
    )
    letters = 13  # pixels, the height of a name
    for column in {x for x, _, _ in places}:
        heights = sorted(y for x, y, _ in places if x == column)
        assert min(b - a for a, b in pairwise(heights)) >= letters, column


@needs_browser
@pytest.mark.parametrize("language", ["en", "fr"])
def test_network_and_legend_are_seen_at_once(browser: Browser, server: Server, language: str) -> None:
    browser.open(f"{server.url}?view=network&month=60&months=72&runs=8&lang={language}")
    right_of_first_refusal = browser.one("span", "premier refus" if language == "fr" else "first refusal")
    dots = "m.renderers.find(r => r.glyph.type === 'Scatter').data_source.data"
    browser.wait(lambda: browser.model("network", f"{dots}.name.length"), "firms")
    top, right, bottom, above, size = browser.driver.execute_script(
        """
        const m = Bokeh.documents[0].get_model_by_name("network")
        const box = Bokeh.index.find_one(m).el.getBoundingClientRect()
        const d = m.renderers.find(r => r.glyph.type === "Scatter").data_source.data
        return [box.top, box.right, box.bottom, Array.from(d.above), Array.from(d.size)]
        """
    )
    legend = right_of_first_refusal.rect
    assert legend["y"] + legend["height"] <= top  # above the picture, not on it
    assert legend["x"] + legend["width"] <= right
    assert bottom <= 768  # nothing below the fold of a small laptop
    assert bottom - top >= 430
    assert all(up < -across / 2 for up, across in zip(above, size, strict=True))  # no name on its own symbol


@needs_browser
def test_a_lever_comes_into_force_in_a_month(browser: Browser, server: Server) -> None:
    from selenium.webdriver.support.select import Select

    browser.open(f"{server.url}?{SHORT}")
    Select(browser.find("select", "in force from")[0]).select_by_visible_text("in force from a month on")
    browser.wait(lambda: browser.find(".note", "comes into force in 2026-01"), "that this is after the end")
    month = browser.wait(
        lambda: next((e for e in browser.find("select", "March 2023") if e.is_displayed()), None), "the months"
    )
    Select(month).select_by_visible_text("March 2023")
    usual = f"{DECLARATIONS['chips.capacity_growth'].default:g}"
    browser.wait(lambda: link_of(browser).get("chips.capacity_growth") == f"{usual}@2023-03", "the link")
    browser.wait(lambda: browser.find("b", f"{usual} from March 2023 on"), "the policy in words")
    browser.wait(lambda: not any(e.is_displayed() for e in browser.find(".note", "comes into force")), "no complaint")
    browser.turn("What happened")
    assert browser.wait(lambda: browser.find("td", f"How fast chip packaging can grow is set to {usual}"), "the event")


@needs_browser
def test_the_whole_page_is_used_by_keyboard_alone(browser: Browser, server: Server) -> None:
    browser.open(f"{server.url}?months=24&runs=8&month=10")
    browser.tab_to("Past the levers")
    browser.keys(Keys.ENTER)
    browser.tab_to("Play", most=2)  # the levers are skipped
    browser.keys(Keys.SPACE)
    browser.wait(lambda: browser.model("month", "m.value") >= 12, "play")
    assert "Pause" in browser.focused()  # the keyboard stays where it was
    browser.keys(Keys.SPACE)
    browser.tab_to("slider", most=2)
    stood = browser.model("month", "m.value")
    browser.keys(Keys.ARROW_LEFT)
    browser.wait(lambda: browser.model("month", "m.value") == stood - 1, "the month before")
    browser.tab_to("Network")
    browser.keys(Keys.ENTER)
    browser.wait(lambda: browser.model("firm", "m && m.options.length > 10"), "firms")
    assert "Network" in browser.focused()
    browser.tab_to("all firms")
    browser.keys("OpenAI")
    browser.one("h3", "OpenAI")
    browser.tab_to("Lessons")
    browser.keys(Keys.ENTER)
    browser.tab_to("Shortage and kingmaking")
    browser.keys("Lock-in")
    browser.one("b", "Start-ups with two clouds")
    browser.tab_to("a nickname will do")
    browser.keys("Keys")
    for _ in range(4):
        browser.tab_to("lower")
        browser.keys(Keys.SPACE)
    browser.tab_to("Lock my predictions")
    browser.keys(Keys.ENTER)
    browser.one("h2", "What the model says")


@needs_browser
def test_two_policies_are_compared_on_the_same_luck(browser: Browser, server: Server) -> None:
    browser.open(f"{server.url}?months=60&runs=8&view=compare&policy.interoperability=1")
    row = browser.one("tr", "Start-ups changing cloud")
    assert "higher under B" in row.text
    assert any(
        "no clear difference" in row.text for row in browser.find("tr")
    )  # a winner only where the interval allows
    browser.press(browser.one("button", "Keep the present levers"))
    browser.wait(lambda: "no clear difference" in browser.one("tr", "Start-ups changing cloud").text, "A equal to B")
    assert not any("higher under B" in row.text or "lower under B" in row.text for row in browser.find("tr"))


@needs_browser
def test_predict_then_run_fills_the_class_sheet(browser: Browser, server: Server) -> None:
    browser.open(f"{server.url}?{SHORT}&view=lessons&lesson=lockin")
    lock = browser.one("button", "Lock my predictions")
    assert not lock.is_enabled()  # nobody sees the outcome before having predicted
    name = browser.one("input[placeholder='a nickname will do']")
    name.send_keys("=cmd Owls", Keys.TAB)
    for button in [b for b in browser.find("button", "higher") if b.is_displayed()]:
        browser.press(button)
    browser.wait(lambda: browser.one("button", "Lock my predictions").is_enabled(), "the lock")
    browser.press(browser.one("button", "Lock my predictions"))
    browser.one("h2", "What the model says")
    table = browser.one("tr", "Start-ups changing cloud").text
    assert "✔" in table
    status, body = server.get(f"download/predictions.csv?teacher={server.teacher}")
    sheet = pd.read_csv(io.BytesIO(body))
    assert status == 200
    mine = sheet[sheet.group.str.contains("Owls")]
    assert list(mine.prediction.unique()) == ["up"]
    assert set(mine.measure) == {"switching_rate", "multihoming_share", "rent_market_usd_per_hour", "hhi_cloud"}
    assert mine.group.iloc[0].startswith("'=")  # no formula for a spreadsheet
    assert server.get("download/predictions.csv?teacher=guess")[0] == 403
    assert "Owls" not in browser.text()  # students do not see the sheet


@needs_browser
def test_the_language_changes_and_the_state_stays(browser: Browser, server: Server) -> None:
    browser.open(f"{server.url}?{SHORT}&month=20&seed=3&policy.exclusivity_ban=1")
    browser.one("a#language").click()
    browser.wait(lambda: browser.find("button", "Courbes"), "French")
    link = link_of(browser)
    assert (link["lang"], link["month"], link["seed"], link["policy.exclusivity_ban"]) == ("fr", "20", "3", "1")
    browser.one("button", "Chronique").click()
    browser.one("summary", "2022")
    assert browser.find("td", "première règle américaine")
    assert not browser.find("td", "runs out of money")


@needs_browser
def test_a_link_leads_to_the_same_numbers_and_the_scenario_runs_elsewhere(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    browser.open(
        f"{server.url}?months=24&runs=8&seed=5&scenario=tight_export_cap&chips.kingmaker=2"
        "&policy.interoperability=0.8@2023-02&month=12&view=share"
    )
    link = browser.one("a#deep-link").get_attribute("href")
    addresses = {a.get_attribute("href").split("/")[-1].split("?")[0]: a.get_attribute("href")
                 for a in browser.find("a[download]")}  # fmt: skip
    assert {"measures.csv", "scenario.toml", "band.csv", "events.csv", "figure.png", "figure.svg"} == set(addresses)
    browser.open(link)
    assert link_of(browser) | {} == {key: v[0] for key, v in parse_qs(urlsplit(link).query).items()}
    again = {a.get_attribute("href").split("/")[-1].split("?")[0]: a.get_attribute("href")
             for a in browser.find("a[download]")}  # fmt: skip
    assert again == addresses
    status, page = server.get(
        urlsplit(addresses["measures.csv"]).path[1:] + "?" + urlsplit(addresses["measures.csv"]).query
    )
    toml = server.get("download/scenario.toml?" + urlsplit(addresses["scenario.toml"]).query)[1]
    assert status == 200
    (tmp_path / "mine.toml").write_bytes(toml)
    done = subprocess.run(
        [sys.executable, "-m", "kingmaker", "run", str(tmp_path / "mine.toml"), "--seed", "5", "--no-figures",
         "--quiet",
         "--out", str(tmp_path / "out")],
        env=ENVIRONMENT, cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "measures.csv").read_bytes() == page  # byte for byte what the page gave


@needs_browser
def test_a_bad_link_is_told_and_the_rest_is_followed(browser: Browser, server: Server) -> None:
    browser.open(f"{server.url}?months=24&runs=8&seed=4&policy.interoperabilty=1&chips.moat=99&scenario=<b>x</b>")
    note = browser.one(".note").text
    assert "did you mean 'policy.interoperability'" in note.lower() or "policy.interoperability" in note
    assert "chips.moat" in note
    assert "0 to 6" in note
    assert "<b>x</b>" in note  # shown as text, not taken as markup
    assert link_of(browser)["seed"] == "4"


def test_figures_and_data_are_what_they_say(server: Server) -> None:
    asked = "months=24&runs=8"
    status, picture = server.get(f"download/figure.png?{asked}&group=cloud&lang=fr")
    assert (status, picture[:8]) == (200, b"\x89PNG\r\n\x1a\n")
    status, drawing = server.get(f"download/figure.svg?{asked}&group=cloud&lang=fr")
    assert status == 200
    assert b"<svg" in drawing
    band = pd.read_csv(io.BytesIO(server.get(f"download/band.csv?{asked}")[1]))
    run = pd.read_csv(io.BytesIO(server.get(f"download/measures.csv?{asked}")[1]))
    assert len(band) == 24 * 8
    own = band[band.seed == 1].reset_index(drop=True)
    # the band's first world has the luck of the run (the band is kept in single precision)
    pd.testing.assert_frame_equal(own.drop(columns="seed"), run, check_exact=False, rtol=1e-5)


@pytest.mark.parametrize(
    "path",
    ["download/..%2f..%2f..%2fetc%2fpasswd", "download/....//....//etc/passwd", "static/../../../../etc/passwd",
     "static/..%2f..%2f..%2f..%2fetc%2fpasswd", "download/", "download/%00", "nothing",
     "static/extensions/panel/..%2f..%2f..%2f..%2fetc%2fpasswd"],
)  # fmt: skip
def test_no_file_is_readable_by_path_tricks(server: Server, path: str) -> None:
    status, body = server.get(path)
    assert status in (400, 403, 404)
    assert b"root:" not in body
    assert b"Traceback" not in body


@pytest.mark.parametrize(
    "asked", ["months=100000", "runs=5000", "startups.number=1000000", "seed=-1", "policy.tax=0.5"]
)
def test_visitors_stay_within_limits(server: Server, asked: str) -> None:
    status, body = server.get(f"download/measures.csv?{asked}")
    assert status == 400
    assert b"cannot be used" in body


def websocket_status(server: Server, origin: str) -> int:
    """The status of the answer to a websocket's opening from a page of ``origin``, of a real session."""
    token = re.findall(r'"token":\s*"([^"]+)"', server.get("?months=12&runs=8")[1].decode())[0]
    address = urlsplit(server.url)
    assert address.hostname
    assert address.port
    with socket.create_connection((address.hostname, address.port), timeout=20) as line:
        line.sendall(
            f"GET /ws HTTP/1.1\r\nHost: {address.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Origin: {origin}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: bokeh, {token}\r\n\r\n".encode()
        )
        return int(line.recv(200).split()[1])


def test_pages_of_others_are_refused(server: Server) -> None:
    port = urlsplit(server.url).port
    assert websocket_status(server, "http://evil.example") == 403
    assert websocket_status(server, f"http://127.0.0.1.evil.example:{port}") == 403
    assert websocket_status(server, f"http://127.0.0.1:{port}") == 101


def test_it_listens_on_loopback_unless_told(server: Server) -> None:
    assert urlsplit(server.url).hostname == "127.0.0.1"
    port = urlsplit(server.url).port
    with serving("--address", "0.0.0.0") as open_to_all:
        assert "The class types in: http://" in " ".join(open_to_all.told)
    probe = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=False) if os.name != "nt" else None
    for address in probe.stdout.split() if probe else []:
        if not address.startswith("127.") and "." in address:
            with socket.socket() as trial:
                trial.settimeout(2)
                assert trial.connect_ex((address, port)) != 0


def test_a_taken_port_is_told_in_a_sentence(server: Server) -> None:
    port = str(urlsplit(server.url).port)
    done = subprocess.run(
        [sys.executable, "-m", "kingmaker", "dashboard", "--no-browser", "--port", port],
        cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "cannot be served" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="processes are listed by /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, "while loading"])
def test_stopping_leaves_no_worker_behind(how: signal.Signals | str) -> None:
    running = Server()
    group = os.getpgid(running.process.pid)
    if how == signal.SIGKILL:  # not even the chance to clean up, while a worker is at work
        assert running.get("download/measures.csv?months=12")[0] == 200
        busy = subprocess.Popen(["curl", "-s", "-m", "20", f"{running.url}download/band.csv?runs=32"],
                                stdout=subprocess.DEVNULL)  # fmt: skip
        time.sleep(0.5)
        running.process.kill()
        busy.wait(30)
    else:  # nobody reads what is said any more; workers have just been started, or have loaded the model
        if how == signal.SIGTERM:
            assert running.get("download/measures.csv?months=12")[0] == 200
        assert running.process.stdout
        assert running.process.stderr
        running.process.stdout.close()
        running.process.stderr.close()
        running.process.terminate()
    running.process.wait(20)
    for _ in range(100):
        left = [p for p in Path("/proc").iterdir() if p.name.isdigit() and _group(p) == group]
        if not left:
            break
        time.sleep(0.1)
    assert left == []


def test_idle_sockets_do_not_keep_others_out(server: Server) -> None:
    address = urlsplit(server.url)
    assert address.hostname
    assert address.port
    with contextlib.ExitStack() as open_lines:
        for _ in range(200):
            open_lines.enter_context(socket.create_connection((address.hostname, address.port), timeout=20))
        assert server.get("download/scenario.toml?months=12")[0] == 200
        assert server.get("?months=12&runs=8")[0] == 200


def test_a_room_has_room_for_a_class_and_not_for_one_who_takes_it_all() -> None:
    room = Room(Engine(), ClassSheet(), "http://127.0.0.1/")
    while room.refusal("10.0.0.9") is None:
        room.visitors["10.0.0.9"] += 1
    assert 30 <= room.visitors.total() < 100  # a class behind one address fits
    assert room.refusal("10.0.0.9") == "too_many_tabs"
    assert room.refusal("10.0.0.10") is None  # the others still come in
    room.visitors["10.0.0.11"] = 200
    assert room.refusal("10.0.0.10") == "room_full"


def _group(process: Path) -> int | None:
    try:
        state, _, group = process.joinpath("stat").read_text().rpartition(")")[2].split()[:3]
    except (OSError, ValueError):
        return None
    return None if state == "Z" else int(group)
