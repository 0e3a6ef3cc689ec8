"""The site builds offline without a warning, and no page of it asks anything of another host."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import kingmaker

ROOT = Path(__file__).resolve().parents[2]
# elements by which a browser fetches by itself; a link that a reader may follow is no request
FETCHING = {"link": "href", "image": "href", "object": "data"} | dict.fromkeys(
    ("script", "img", "iframe", "source", "video", "audio", "embed", "input", "track"), "src"
)
NO_REQUEST = {"next", "prev", "search", "index", "canonical", "license", "author"}
REMOTE = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
IN_STYLE = re.compile(r"(?:url\(|@import)\s*['\"]?\s*((?:[a-z][a-z0-9+.-]*:)?//[^'\")\s]+)", re.IGNORECASE)

pytestmark = pytest.mark.slow


class Requests(HTMLParser):
    """Collects what a page would fetch from other hosts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._style = tag == "style"
        self.found += IN_STYLE.findall(given.get("style", ""))
        if tag == "link" and given.get("rel") in NO_REQUEST:
            return
        values = [given.get(FETCHING.get(tag, ""), ""), *re.split(r",\s*", given.get("srcset", ""))]
        self.found += [value for value in values if REMOTE.match(value)]

    def handle_data(self, data: str) -> None:
        if self._style:
            self.found += IN_STYLE.findall(data)

    def handle_endtag(self, tag: str) -> None:
        self._style = False


NOTEBOOKS = ("policy-question", "sweep-to-figure", "own-instrument", "own-facts", "gallery")


def requests_of(text: str) -> list[str]:
    parser = Requests()
    parser.feed(text)
    return parser.found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "-d", str(out / "trees")]
    # a proxy that does not answer: whatever would go out fails
    environment = {**os.environ, "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    environment["no_proxy"] = "127.0.0.1,localhost"
    done = subprocess.run(
        [*words, str(ROOT / "docs"), str(out / "html")], env=environment, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out / "html"


def test_no_page_loads_anything_from_another_host(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 25
    asked = {page.name: requests_of(page.read_text(encoding="utf-8")) for page in pages}
    assert {name: found for name, found in asked.items() if found} == {}


def test_no_style_loads_anything_from_another_host(site: Path) -> None:
    sheets = sorted(site.rglob("*.css"))
    assert sheets
    asked = {sheet.name: IN_STYLE.findall(sheet.read_text(encoding="utf-8")) for sheet in sheets}
    assert {name: found for name, found in asked.items() if found} == {}


def test_the_notebooks_have_run(site: Path) -> None:
    first = (site / "notebooks/first-steps.html").read_text(encoding="utf-8")
    assert first.count("cell_output") >= 7
    assert "_images/" in first
    for name in NOTEBOOKS:
        text = (site / "notebooks" / f"{name}.html").read_text(encoding="utf-8")
        assert text.count("cell_output") >= 4, name
        assert "_images/" in text, name
    gallery = (site / "notebooks/gallery.html").read_text(encoding="utf-8")
    assert gallery.count("_images/") >= gallery.count("<h2>") > 10


def test_every_public_name_has_its_place_on_the_api_pages(site: Path) -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in sorted((site / "api").glob("*.html")))
    names = [name for name in kingmaker.__all__ if name != "__version__"]
    assert [name for name in names if f'id="kingmaker.{name}"' not in text] == []
    assert 'id="kingmaker.RunResult.plot"' in text


def test_no_page_shows_a_path_of_the_machine_that_built_it(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert str(ROOT) not in text, page.name
        assert "site-packages" not in text, page.name


def test_the_papers_citations_are_in_words(site: Path) -> None:
    text = (site / "paper/paper.html").read_text(encoding="utf-8")
    assert "Klein et al. 2024" in text
    assert not re.search(r"@[A-Z][a-z]+\d{4}", text)


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/x.js"></script>', '<img src="//example.org/x.png">',
        '<link rel="stylesheet" href="https://fonts.example/css">', "<style>@import 'https://example.org/a.css'</style>",
        '<p style="background: url(//example.org/x.png)">', '<img srcset="a.png, https://example.org/b.png 2x">',
    ],
)  # fmt: skip
def test_a_request_would_be_seen(text: str) -> None:
    assert requests_of(text)


def test_a_link_is_no_request() -> None:
    assert not requests_of('<a href="https://doi.org/10.1">x</a><img src="_static/x.png"><link rel="next" href="//x">')
