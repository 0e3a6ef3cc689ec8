"""Helpers of the classroom tests: a real server in a process of its own, and a real browser without outside network."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
PATIENCE = float(os.environ.get("KINGMAKER_TEST_PATIENCE", "60"))  # seconds; other tests may run beside

# Panel's widgets live in shadow trees, which a plain selector does not see
DEEP = """
const found = [], walk = root => {
  for (const e of root.querySelectorAll("*")) {
    if (e.matches(arguments[0]) && (arguments[1] === "" || e.textContent.includes(arguments[1]))) found.push(e)
    if (e.shadowRoot) walk(e.shadowRoot)
  }
}
walk(document)
return found
"""


class Server:
    """A dashboard in a process of its own."""

    def __init__(self, *options: str) -> None:
        """Start it and wait until it says where it is."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kingmaker", "dashboard", "--no-browser", "--port", "0", *options],
            cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip
        self.told: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.told.append(line.strip())
            if "Stop it" in line:
                break
        else:
            raise AssertionError(self.process.communicate()[1])
        self.url = re.findall(r"http://\S+", self.told[0])[0]
        self.teacher = re.findall(r"teacher=(\S+)", " ".join(self.told))[0]

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Status and body of a request."""
        try:
            with urllib.request.urlopen(
                urllib.request.Request(self.url + path, headers=headers or {}), timeout=PATIENCE
            ) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read()

    def stop(self) -> str:
        """Press Ctrl-C; what was written to stderr. What was written to stdout is in ``told``."""
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGINT)
        try:
            said, faults = self.process.communicate(timeout=20)
            self.told += said.splitlines()
            return faults
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


@contextmanager
def serving(*options: str) -> Iterator[Server]:
    """A server that is stopped at the end."""
    server = Server(*options)
    try:
        yield server
    finally:
        server.stop()


# the element that has the keyboard, however deep in shadow trees, and its text
FOCUSED = """
let e = document.activeElement
while (e && e.shadowRoot && e.shadowRoot.activeElement) e = e.shadowRoot.activeElement
return [e, e ? `${e.tagName} ${e.getAttribute("role") || ""} ${(e.textContent || e.placeholder || "").trim()}` : ""]
"""


class Browser:
    """Chromium without any name or address but loopback's."""

    def __init__(self, size: tuple[int, int] = (1366, 768), phone: bool = False) -> None:
        """Start it."""
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        options = webdriver.ChromeOptions()
        options.binary_location = str(CHROMIUM)
        for flag in (
            "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
            "--force-device-scale-factor=1",
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--disable-background-networking",
            "--disable-component-update", "--no-first-run",
        ):  # fmt: skip
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": phone},
        )
        if phone:
            self.driver.execute_cdp_cmd(
                "Emulation.setUserAgentOverride", {"userAgent": "Mozilla/5.0 (Linux; Android 14) Mobile Chrome/130"}
            )

    def open(self, url: str) -> None:
        """Open a page and wait until its first run is drawn."""
        self.driver.get(url)
        self.wait(lambda: self.page_is_idle(), "the page to be drawn")

    def page_is_idle(self) -> bool:
        """Whether a run stands in the status line."""
        return bool(self.find("span.faint", "·"))

    def find(self, selector: str, text: str = "") -> list[Any]:
        """All elements, shadow trees included, that hold a text."""
        found: list[Any] = self.driver.execute_script(DEEP, selector, text)
        return found

    def one(self, selector: str, text: str = "") -> Any:
        """The first such element that is shown, waited for."""

        def shown() -> Any:
            return next((e for e in self.find(selector, text) if e.is_displayed()), None)

        return self.wait(shown, f"{selector} with '{text}'")

    def wait(self, holds: Callable[[], Any], what: str) -> Any:
        """Wait for something and give it."""
        from selenium.common.exceptions import JavascriptException, StaleElementReferenceException

        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                found = holds()
                if found:
                    return found
            except (StaleElementReferenceException, JavascriptException):
                pass
            time.sleep(0.1)
        raise AssertionError(f"waited {PATIENCE:g} s for {what}; console: {self.console()}")

    def model(self, name: str, expression: str) -> Any:
        """A property of the Bokeh model of that name, as JavaScript sees it (``m.value``)."""
        return self.driver.execute_script(
            f"const m = Bokeh.documents[0].get_model_by_name({json.dumps(name)}); return {expression}"
        )

    def press(self, element: Any) -> None:
        """Click an element, scrolled to the middle of the page first."""
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def keys(self, *keys: str) -> None:
        """Press keys, wherever the keyboard is."""
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()

    def focused(self) -> str:
        """Tag, role and text of the element that has the keyboard."""
        return str(self.driver.execute_script(FOCUSED)[1])

    def tab_to(self, text: str, most: int = 70) -> None:
        """Press Tab until the keyboard is at an element with this text, going round once at most."""
        for _ in range(most):
            self.keys("\ue004")
            if text in self.focused():
                return
        raise AssertionError(f"{most} times Tab did not lead to '{text}'; the keyboard is at '{self.focused()}'")

    def turn(self, view: str) -> None:
        """Press a button of the row of views."""
        self.one("button.bk-btn", view).click()

    def text(self) -> str:
        """All text that is shown."""
        texts: list[Any] = self.driver.execute_script(DEEP, ".bk-clearfix, .markdown, button, a, label", "")
        return " ".join(str(e.text) for e in texts)

    def console(self) -> list[str]:
        """Errors of the console since the last look."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def hosts(self) -> set[str]:
        """Hosts of all requests since the last look."""
        found = set()
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.add(urlsplit(message["params"]["request"]["url"]).hostname)
            elif message["method"] == "Network.webSocketCreated":
                found.add(urlsplit(message["params"]["url"]).hostname)
        return found - {None, ""}  # None: data: addresses, which are no requests

    def close(self) -> None:
        """End it."""
        self.driver.quit()
