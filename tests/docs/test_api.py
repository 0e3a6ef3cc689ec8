"""The API pages: every public name is on them, nothing that is public is undocumented, nothing on them is gone."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kingmaker
from kingmaker.agents.member import Column

PAGES = sorted((Path(__file__).resolve().parents[2] / "docs" / "api").glob("*.md"))
DIRECTIVE = re.compile(r"^\.\. (?:auto\w+|py:data):: ([\w.]+)\n((?:   .*\n)*)", re.MULTILINE)


def directives() -> dict[str, str]:
    """What the pages document, with the options of each."""
    return {name: options for page in PAGES for name, options in DIRECTIVE.findall(page.read_text(encoding="utf-8"))}


def found(name: str) -> Any:
    """What a dotted name stands for."""
    module, _, rest = name.rpartition(".")
    return getattr(__import__(module, fromlist=[rest]), rest)


def members(thing: object) -> Iterator[tuple[str, object]]:
    """The public members of a class that are declared in this project."""
    if not inspect.isclass(thing):
        return
    for base in thing.__mro__:
        if base.__module__.startswith("kingmaker"):
            yield from ((name, item) for name, item in vars(base).items() if not name.startswith("_"))


def test_every_public_name_is_on_a_page() -> None:
    listed = set(directives())
    assert [name for name in kingmaker.__all__ if name != "__version__" and f"kingmaker.{name}" not in listed] == []
    assert "km.__version__" in (PAGES[0].parent / "index.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", directives())
def test_what_a_page_documents_is_there_and_documented(name: str) -> None:
    thing = found(name)
    assert name.endswith("Array") or inspect.getdoc(thing)
    listed = re.search(r":members:(.*)", directives()[name])
    for member in filter(None, (listed[1] if listed else "").replace(" ", "").split(",")):
        assert hasattr(thing, member) or member in thing.__annotations__, member


@pytest.mark.parametrize("name", [name for name in kingmaker.__all__ if name != "__version__"])
def test_nothing_public_is_undocumented(name: str) -> None:
    thing = getattr(kingmaker, name)
    missing = []
    for member, item in members(thing):
        if isinstance(item, Column):
            told = item.doc
        elif callable(item) or isinstance(item, property | classmethod | staticmethod):
            told = inspect.getdoc(getattr(thing, member))
        else:
            continue
        if not told:
            missing.append(member)
    assert missing == []


@pytest.mark.parametrize("name", [name for name in kingmaker.__all__ if inspect.isfunction(getattr(kingmaker, name))])
def test_every_argument_of_a_function_is_explained(name: str) -> None:
    function = getattr(kingmaker, name)
    text = inspect.getdoc(function) or ""
    arguments = [each for each in inspect.signature(function).parameters if each != "self"]
    if len(arguments) > 2:
        assert [each for each in arguments if f"{each}:" not in text] == []


def test_an_undocumented_member_would_be_found() -> None:
    class Bare(kingmaker.Result):
        def bare(self) -> None: ...

    Bare.__module__ = "kingmaker.bare"
    found = dict(members(Bare))
    assert not inspect.getdoc(found["bare"])
    assert inspect.getdoc(found["plot"])
