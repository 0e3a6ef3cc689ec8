"""The glossary explains all units, and the pages that teach have short sentences and links that work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.inputs.parameters import DECLARATIONS

DOCS = Path(__file__).resolve().parents[2] / "docs"
TEACHING = (
    "install",
    "first-hour",
    "concepts",
    "limits",
    "glossary",
    "how-to/command-line",
    "how-to/python",
    "api/index",
    "api/questions",
    "api/firms",
    "api/extensions",
)
# words of everyday language, and of counting
PLAIN = {
    "$", "1", "hour", "month", "months", "year", "years", "quarter", "weeks", "per", "number", "million", "ratio",
    "share", "relative", "firms", "clouds", "inquiries", "remedies", "units", "unit", "decisions", "investors",
    "row", "rows", "correlation", "exponent", "log", "points", "standard", "deviations", "utility", "weight",
    "wafer", "s",
}  # fmt: skip


def terms() -> set[str]:
    """The terms of the glossary, each a line of its own before an indented text."""
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    heads = re.findall(r"^(\S[^\n]*)\n    \S", text, flags=re.MULTILINE)
    return {term.strip() for head in heads for term in head.split(",")} | set(heads)


def parts(unit: str) -> set[str]:
    """The units of which a unit is made."""
    if unit in terms():
        return set()
    return set(re.split(r"[ /-]", unit)) - terms() - PLAIN


@pytest.mark.parametrize("unit", sorted({m.unit for m in (*MEASURES.values(), *DECLARATIONS.values())}))
def test_a_unit_is_explained(unit: str) -> None:
    assert parts(unit) == set()


def test_a_unit_that_is_not_explained_would_be_found() -> None:
    assert parts("furlong per month") == {"furlong"}
    assert len(terms()) > 60


@pytest.mark.parametrize("name", TEACHING)
def test_links_lead_somewhere(name: str) -> None:
    page = DOCS / f"{name}.md"
    for target in re.findall(r"\]\((?!https?:)([^)#]*)", page.read_text(encoding="utf-8")):
        assert not target or (page.parent / target).is_file(), target


@pytest.mark.parametrize("name", TEACHING)
def test_a_teaching_page_is_short(name: str) -> None:
    """Long sentences are hard to read: none has more than forty words."""
    text = re.sub(r"^```.*?^```", "", (DOCS / f"{name}.md").read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    prose = re.sub(r"^[|#-].*$", "", text, flags=re.MULTILINE)
    for sentence in re.split(r"[.:;!?]\s", prose):
        assert len(sentence.split()) <= 40, sentence
