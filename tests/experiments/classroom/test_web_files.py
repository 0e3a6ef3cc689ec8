"""The files of the class page as they ship: libraries, words of both languages, what the policy asks."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kingmaker.experiments.classroom.catalogue import catalogue
from kingmaker.experiments.classroom.precomputed import Precomputed

ROOT = Path(__file__).resolve().parents[3]
WEB = ROOT / "experiments" / "classroom" / "web"
VENDORED = (WEB / "vendor", ROOT / "tests" / "end_to_end" / "vendor")
LICENCES = {"BSD-3-Clause", "ISC", "MIT", "OFL-1.1", "MPL-2.0"}
MOST_BYTES = 400_000  # of all files of the page, compressed: more than any visit loads
OWN_SCRIPTS = sorted((WEB / "js").rglob("*.js"))
GAP = re.compile(r"\{(\w+)\}")


@pytest.mark.parametrize("folder", VENDORED, ids=lambda folder: folder.parent.name)
def test_vendored_files_are_those_of_the_table(folder: Path) -> None:
    with (folder / "vendor.csv").open(newline="") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    here = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {"vendor.csv"}
    assert here == set(rows)
    for name, row in rows.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == row["sha256"], name
        assert row["licence"] in LICENCES, name
        assert re.fullmatch(r"\d+\.\d+\.\d+", row["version"]), name
    licensed = {row["package"] for name, row in rows.items() if "LICENSE" in name}
    assert licensed == {row["package"] for row in rows.values()}  # each comes with its licence


def flat(words: Any, before: str = "") -> Iterator[tuple[str, str]]:
    for key, entry in words.items():
        if isinstance(entry, dict):
            yield from flat(entry, f"{before}{key}.")
        elif isinstance(entry, str):
            yield f"{before}{key}", entry


def words_of(language: str) -> dict[str, str]:
    return dict(flat(json.loads((WEB / "words" / f"{language}.json").read_text("utf-8"))))


def test_both_languages_say_the_same_things() -> None:
    english, french = words_of("en"), words_of("fr")
    assert set(english) == set(french)
    for key, text in english.items():
        assert text.strip(), key
        assert french[key].strip(), key
        assert set(GAP.findall(text)) == set(GAP.findall(french[key])), key
    for language in ("en", "fr"):
        whole = json.loads((WEB / "words" / f"{language}.json").read_text("utf-8"))
        assert len(whole["months"]) == len(whole["shortMonths"]) == 12


def test_french_does_not_break_a_line_before_its_marks() -> None:
    broken = [key for key, text in words_of("fr").items() if re.search(r" [:;?!»%]|« ", text)]
    assert not broken
    scripts = {path.name: re.findall(r"\}: (?:\$|<)", path.read_text("utf-8")) for path in OWN_SCRIPTS}
    assert {name: found for name, found in scripts.items() if found} == {}  # a label and what follows: t("colon")


def test_every_word_that_a_script_asks_for_is_there_and_none_is_left_over() -> None:
    known = set(words_of("en"))
    text = "\n".join(path.read_text("utf-8") for path in OWN_SCRIPTS)
    patterns = [re.escape(asked).replace(r"\$\{\}", ".+") for asked in
                (re.sub(r"\$\{[^}]*\}", "${}", made) for made in re.findall(r"\bt\(`([^`]+)`", text))]  # fmt: skip
    asked = set(re.findall(r"\"([a-z]\w*(?:\.\w+)*)\"", text))
    direct = set(re.findall(r"\bt\(\"([\w.]+)\"", text))
    assert direct <= known, direct - known
    left = {key for key in known - asked if not any(re.fullmatch(pattern, key) for pattern in patterns)}
    assert not left


@pytest.mark.parametrize("language", ["en", "fr"])
def test_lessons_name_things_as_the_page_does(language: str) -> None:
    shown = [*_leaves(catalogue(Precomputed(), language)), *words_of(language).values()]
    names = {re.sub(r" \([^)]*\{.*", "", text) for text in shown}  # "Other luck (now {n})"
    named = re.compile(r"(?<!\*)\*([A-ZÀ-Ý][^*]*[^*.])\*(?!\*)")
    for page in sorted((WEB.parent / "lessons").glob(f"*.{language}.md")):
        told = " ".join(page.read_text("utf-8").split())
        asked = {part for text in named.findall(told) for part in text.split(" › ")}
        assert asked <= names, (page.name, asked - names)


def _leaves(entry: Any) -> Iterator[str]:
    if isinstance(entry, dict | list):
        for part in entry.values() if isinstance(entry, dict) else entry:
            yield from _leaves(part)
    elif isinstance(entry, str):
        yield entry


def test_all_files_together_are_light() -> None:
    sizes = {
        path.relative_to(WEB).as_posix(): min(len(path.read_bytes()), len(gzip.compress(path.read_bytes())))
        for path in WEB.rglob("*") if path.is_file() and "LICENSE" not in path.name and path.suffix != ".csv"
    }  # fmt: skip
    assert sum(sizes.values()) < MOST_BYTES, sorted(sizes.items(), key=lambda pair: -pair[1])[:10]


@pytest.mark.parametrize("page", sorted(WEB.glob("*.html")), ids=lambda page: page.name)
def test_pages_hold_nothing_inline(page: Path) -> None:
    text = page.read_text("utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text)
    for address in re.findall(r"(?:src|href)=\"([^\"]+)\"", text):
        assert address.startswith("/static/")
        assert (WEB / address.removeprefix("/static/")).is_file()


@pytest.mark.parametrize("script", OWN_SCRIPTS, ids=lambda script: script.name)
def test_scripts_set_styles_and_load_code_as_the_policy_allows(script: Path) -> None:
    text = script.read_text("utf-8")
    assert not re.search(
        r"\bstyle=|\beval\(|new Function|https?://(?!www\.w3\.org)", text.replace("replace(/^http:\\/\\//", "")
    )
    for imported in re.findall(r"(?:from |import\()\"([^\"]+)\"|^import \"([^\"]+)\"", text, re.M):
        assert (script.parent / (imported[0] or imported[1])).resolve().is_file(), imported
    assert len(text.splitlines()) <= 350
