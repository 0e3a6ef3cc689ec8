"""A real Chromium for the tests of the class page: no name or address but loopback's."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
PATIENCE = float(os.environ.get("KINGMAKER_TEST_PATIENCE", "300"))  # seconds; other tests may run beside
AXE = Path(__file__).with_name("vendor") / "axe.min.js"
# the last is a laptop at 200 % zoom
SIZES = {"projector": (1920, 1080), "tablet": (820, 1180), "phone": (390, 844), "zoomed": (683, 384)}
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-device-scale-factor=1",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--disable-background-networking",
    "--disable-component-update", "--no-first-run",
)  # fmt: skip


class Browser:
    """One window."""

    def __init__(self) -> None:
        """Start it."""
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        options = webdriver.ChromeOptions()
        options.binary_location = str(CHROMIUM)
        for flag in FLAGS:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
        self.resize("projector")

    def cdp(self, command: str, **given: Any) -> Any:
        """A command of the browser's own protocol."""
        return self.driver.execute_cdp_cmd(command, given)

    def resize(self, size: str) -> None:
        """Become a projector, a tablet, a phone or a zoomed laptop."""
        width, height = SIZES[size]
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                 mobile=size == "phone")  # fmt: skip

    def open(self, url: str, shown: str = "#main, .embedded") -> None:
        """Open a page and wait until it is drawn and computes nothing any more."""
        self.driver.get(url)
        self.one(shown)
        self.settle()

    def turn(self, query: str, look: str, language: str) -> None:
        """Turn to another view of the page that is open, without loading it again."""
        link = f"?{query}&look={look}&lang={language}"
        self.js("history.pushState(null, '', arguments[0]); dispatchEvent(new PopStateEvent('popstate'))", link)
        view = query.partition("view=")[2].partition("&")[0]
        here = "const d = document.documentElement; return [d.lang, d.dataset.look, document.body.dataset.view]"
        self.wait(lambda: self.js(here) == [language, look, view], f"{link} to be shown")
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is on its way."""
        self.wait(lambda: not self.find(".wait, .loading, .starting, .stale"), "the page to be complete")

    def js(self, code: str, *given: Any) -> Any:
        """What a script returns."""
        return self.driver.execute_script(code, *given)

    def find(self, selector: str, text: str = "") -> list[Any]:
        """All elements that hold a text."""
        found: list[Any] = self.js(
            "return [...document.querySelectorAll(arguments[0])].filter(e => e.textContent.includes(arguments[1]))",
            selector, text,
        )  # fmt: skip
        return found

    def one(self, selector: str, text: str = "") -> Any:
        """The first such element that is shown, waited for."""
        return self.wait(
            lambda: next((e for e in self.find(selector, text) if e.is_displayed()), None),
            f"{selector} with '{text}'",
        )

    def press(self, selector: str, text: str = "") -> None:
        """Click an element where it can be seen."""

        def click() -> bool:
            element = self.one(selector, text)
            self.js("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
            element.click()
            return True

        self.wait(click, f"a click on {selector} '{text}'")

    def wait(self, holds: Callable[[], Any], what: str) -> Any:
        """Wait for something and give it."""
        from selenium.common.exceptions import WebDriverException

        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                found = holds()
                if found:
                    return found
            except WebDriverException:
                pass  # drawn anew in between
            time.sleep(0.05)
        raise AssertionError(f"waited {PATIENCE:g} s for {what}; console: {self.console()}")

    def keys(self, *keys: str) -> None:
        """Press keys, wherever the keyboard is."""
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()

    def query(self) -> str:
        """What stands in the address after the question mark."""
        return urlsplit(self.driver.current_url).query

    def console(self) -> list[str]:
        """Errors of the console since the last look."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def sent(self) -> list[str]:
        """Addresses of all requests since the last look."""
        found = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
            elif message["method"] == "Network.webSocketFrameSent":
                found.append("websocket")
        return [url for url in found if not url.startswith(("data:", "blob:"))]

    def violations(self) -> list[str]:
        """What axe-core finds against it, in words, once what fades in has its colours."""
        moving = "a => a.playState === 'running' && a.effect.getTiming().iterations !== Infinity"
        self.wait(lambda: not self.js(f"return document.getAnimations().some({moving})"), "the end of what moves")
        if not self.js("return Boolean(window.axe)"):
            self.js(AXE.read_text("utf-8") + "; window.axe = axe")
        found = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run(document, {resultTypes: ['violations'], preload: false})"
            ".then(r => done(r.violations), e => done([{id: String(e), nodes: []}]))"
        )
        return [
            f"{one['id']}: {node['target']} {node.get('failureSummary', '')[:160]}"
            for one in found for node in one["nodes"] or [{"target": ""}]
        ]  # fmt: skip

    def nodes(self) -> list[dict[str, Any]]:
        """What a screen reader meets, in order: role, name and properties of all that is not hidden from it."""
        return [
            {
                "role": node.get("role", {}).get("value", ""), "name": node.get("name", {}).get("value", "").strip(),
                "value": node.get("value", {}).get("value"),
                **{one["name"]: one["value"].get("value") for one in node.get("properties", [])},
            }
            for node in self.cdp("Accessibility.getFullAXTree")["nodes"] if not node.get("ignored")
        ]  # fmt: skip

    def close(self) -> None:
        """End it."""
        self.driver.quit()
