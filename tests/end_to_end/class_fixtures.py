"""One server and one window for all tests of the class page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

pytest.importorskip("selenium")
from tests.end_to_end.class_browser import CHROMIUM, DRIVER, Browser
from tests.end_to_end.page_server import Server

POLICY = "policy.interoperability=1@2024-01"
FRAMES = "return document.querySelector('km-theatre').frames"
NEEDS_BROWSER = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (CHROMIUM.exists() and DRIVER.exists()) and "KINGMAKER_NEEDS_BROWSER" not in os.environ,
        reason="needs the Debian packages chromium and chromium-driver",
    ),
]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("class") / "class.sqlite")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """The window; after each test: no error in the console, and not one request to another host."""
    chromium.resize("projector")
    chromium.console()
    chromium.sent()
    yield chromium
    assert chromium.console() == []
    assert {urlsplit(url).hostname for url in chromium.sent()} <= {"127.0.0.1"}


@pytest.fixture
def another() -> Iterator[Browser]:
    """A second visitor."""
    browser = Browser()
    yield browser
    browser.close()
