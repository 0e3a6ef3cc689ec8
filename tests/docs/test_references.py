"""Every work that is cited on a page or in the code stands in the list of references, and is cited somewhere."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
CITED = re.compile(
    r"([A-Z][\w'-]+)(?: et al\.|(?:, (?:de )?[A-Z][\w'-]+)*,? (?:and|&) [A-Z][\w'-]+)? "
    r"\(?(1[89]\d\d|20\d\d)((?:, (?:1[89]|20)\d\d)*)\b"
)
ENTRY = re.compile(r"^- ([\w'-]+)[,;] [^(]*\((\d{4})\)", flags=re.MULTILINE)
MONTHS = {
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
}  # fmt: skip
NO_AUTHOR = MONTHS | {"AI", "Eurostat", "From", "Guidelines", "Regulation", "Regulations", "Q3"}


def cited(text: str) -> set[tuple[str, str]]:
    """First author and year of each work cited in a text."""
    found = set()
    for match in CITED.finditer(re.sub(r"\s+", " ", text)):
        years = [match[2], *re.findall(r"\d{4}", match[3])]
        found |= {(match[1], year) for year in years if match[1] not in NO_AUTHOR}
    return found


def sources() -> list[Path]:
    pages = [page for page in DOCS.glob("*.md") if page.stem not in ("references", "validation")]
    code = [path for folder in ("agents", "environment", "experiments") for path in (ROOT / folder).rglob("*.py")]
    return [*pages, *(DOCS / "how-to").glob("*.md"), *code, ROOT / "environment/parameters.csv"]


def listed() -> list[tuple[str, str]]:
    return [(match[1], match[2]) for match in ENTRY.finditer((DOCS / "references.md").read_text(encoding="utf-8"))]


def test_what_is_cited_is_listed() -> None:
    known = set(listed())
    missing = {
        f"{author} {year} ({path.relative_to(ROOT)})"
        for path in sources()
        for author, year in cited(path.read_text(encoding="utf-8")) - known
    }
    assert sorted(missing) == []


def test_what_is_listed_is_cited() -> None:
    text = re.sub(r"\s+", " ", " ".join(path.read_text(encoding="utf-8") for path in sources()))
    unused = [(author, year) for author, year in listed() if not re.search(rf"{author}\b[^;]{{0,60}}{year}", text)]
    assert unused == []


def test_the_list_is_in_order_and_names_each_work_once() -> None:
    lines = [
        line for line in (DOCS / "references.md").read_text(encoding="utf-8").splitlines() if line.startswith("- ")
    ]
    assert len(lines) == len(listed()) == len(set(lines)) > 40
    assert lines == sorted(lines, key=str.lower)


def test_forms_of_citations_are_seen() -> None:
    text = (
        "Klemperer 1987, 1995; Ordover, Saloner & Salop 1990); Lee et al. (2015); May 2023; Cachon\nand Lariviere 1999"
    )
    works = {("Klemperer", "1987"), ("Klemperer", "1995"), ("Ordover", "1990"), ("Lee", "2015"), ("Cachon", "1999")}
    assert cited(text) == works
