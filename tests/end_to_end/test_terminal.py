"""Text from outside through the real command: nothing is lost, read as markup, or acts on the terminal."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHORT = ("--months", "2", "--no-figures")

pytestmark = pytest.mark.slow

TITLES = {
    "markup": "Baseline [/b] test",
    "tags": "Options [a] and [b/c] <b>x</b> & $x$ | :smile:",
    "escape": "\x1b]0;pwned\x07\x1b[2J\x1b[31mred \x9b31m \u202egnp.exe",
    "lines": "one\ntwo\r\nthree",
}


def kingmaker(*words: str, folder: Path, encoding: str = "utf-8") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "kingmaker", *words], cwd=folder, capture_output=True, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding, "COLUMNS": "200"},
    )  # fmt: skip


def quoted(text: str) -> str:
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else f"\\u{ord(c):04x}" for c in text) + '"'


def scenario(folder: Path, title: str) -> str:
    (folder / "mine.toml").write_text(
        f'extends = "baseline"\ntitle = {quoted(title)}\ndescription = {quoted(title)}\n'
        f'[[events]]\nmonth = "2022-02"\nwhy = {quoted(title)}\nset = {{ "policy.interoperability" = 0.5 }}\n',
        encoding="utf-8",
    )
    return "mine.toml"


def clean(output: bytes) -> str:
    text = output.decode("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text), repr(text)
    return text


@pytest.mark.parametrize("name", TITLES)
def test_a_title_and_a_reason_are_shown_as_they_are(tmp_path: Path, name: str) -> None:
    words = ("run", scenario(tmp_path, TITLES[name]), *SHORT, "--set", "policy.interoperability=0.3", "--out", "o")
    done = kingmaker(*words, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    told = clean(done.stdout)
    wanted = " ".join(TITLES[name].split()).translate({0x1B: "\\x1b", 7: "\\x07", 0x9B: "\\x9b", 0x202E: "\\u202e"})
    assert wanted in told.partition("\n")[0]
    assert "pinned to 0.3 instead" in told
    clean(done.stderr)


def test_a_comparison_of_such_scenarios_is_markdown_and_html_of_the_same_words(tmp_path: Path) -> None:
    a = scenario(tmp_path, TITLES["tags"])
    words = (
        "compare",
        "--over",
        "luck",
        a,
        "baseline",
        "--months",
        "3",
        "--replications",
        "2",
        "--no-robustness",
        "--out",
        "o",
    )
    done = kingmaker(*words, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    brief = (tmp_path / "o/brief.md").read_text(encoding="utf-8")
    page = (tmp_path / "o/brief.html").read_text(encoding="utf-8")
    assert "\\[a\\] and \\[b/c\\] \\<b\\>x" in brief
    assert "[a] and [b/c] &lt;b&gt;x&lt;/b&gt; &amp; $x$ | :smile:" in page
    assert "<b>x" not in page


@pytest.mark.parametrize("out", ["o[/x]", "o[red]y", "o:smile: $x$ é"])
def test_a_folder_is_printed_by_its_name(tmp_path: Path, out: str) -> None:
    done = kingmaker("run", "baseline", *SHORT, "--out", out, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"are in {out}" in clean(done.stdout)
    assert (tmp_path / out / "manifest.json").is_file()


def test_a_name_that_is_no_text_is_refused_before_the_run(tmp_path: Path) -> None:
    done = kingmaker("run", "baseline", *SHORT, "--out", "o\udcff", folder=tmp_path)
    assert done.returncode == 2
    assert "is not text in UTF-8" in clean(done.stderr)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("word", ["[/b]", "\x1b[2J\u202e.toml\x07"])
def test_an_error_shows_what_was_typed(tmp_path: Path, word: str) -> None:
    done = kingmaker("run", word, folder=tmp_path)
    assert done.returncode == 2
    assert "There is no scenario" in clean(done.stderr)


def test_a_users_code_is_quoted_safely(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(
        "from kingmaker.environment.inputs.extensions import Instrument\n\n\n"
        "class Loud(Instrument):\n    def fix(self, e):\n"
        "        raise RuntimeError('[/b] \\x1b[2J')\n",
        encoding="utf-8",
    )
    (tmp_path / "s.toml").write_text('extends = "baseline"\nextensions = ["own:Loud"]\n', encoding="utf-8")
    done = kingmaker("run", "s.toml", *SHORT, folder=tmp_path)
    assert done.returncode == 2
    assert "RuntimeError: [/b] \\x1b[2J" in clean(done.stderr)
    assert "Traceback" not in done.stderr.decode()


def test_a_policy_that_there_is_not_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(
        "from kingmaker.environment.inputs.extensions import Instrument\n\n\n"
        "class Typo(Instrument):\n    def fix(self, e):\n"
        "        e.in_force.interoperabilty = e.in_force.interoperability * 0 + 1\n",
        encoding="utf-8",
    )
    (tmp_path / "s.toml").write_text('extends = "baseline"\nextensions = ["own:Typo"]\n', encoding="utf-8")
    done = kingmaker("run", "s.toml", *SHORT, folder=tmp_path)
    assert done.returncode == 2
    assert "Did you mean 'interoperability'?" in clean(done.stderr)


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1252", ("scenarios",)),
        ("latin-1", ("params",)),
        ("cp437", ("measures", "--format", "json")),
        ("ascii", ("designs", "--format", "markdown")),
        ("ascii", ("params", "--format", "json")),
        ("cp932", ("params",)),
    ],
)
def test_a_listing_never_fails_for_its_characters(tmp_path: Path, encoding: str, words: tuple[str, ...]) -> None:
    done = kingmaker(*words, folder=tmp_path, encoding=encoding)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode(encoding)
    assert done.stderr == b""


def test_a_run_and_an_error_in_an_old_encoding(tmp_path: Path) -> None:
    done = kingmaker("run", scenario(tmp_path, "≤ 5 – ☃ é"), *SHORT, "--out", "o", folder=tmp_path, encoding="ascii")
    assert done.returncode == 0, done.stderr
    assert b"<= 5 - \\u2603 e" in done.stdout
    done = kingmaker("run", "é", folder=tmp_path, encoding="ascii")
    assert done.returncode == 2
    assert b"There is no scenario 'e'" in done.stderr


def test_graphs_of_a_run_are_xml(tmp_path: Path) -> None:
    done = kingmaker("run", scenario(tmp_path, TITLES["escape"]), *SHORT, "--quiet", "--out", "o", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    for path in (tmp_path / "o/graphs").iterdir():
        ET.parse(path)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "baseline", "--seed", "9223372036854775808"), "--seed"),
        (
            ("compare", "--over", "luck", "baseline", "data_act", "--seed", "9223372036854775800"),
            "--seed is 9223372036854775800",
        ),
        (("run", "baseline", "--months", "0"), "--months"),
        (("run", "x" * 300 + ".toml"), "There is no scenario file"),
        (("sweep", "x" * 300 + ".toml"), "There is no design file"),
        (("run", "baseline", "--set", "policy.exclusivity_ban=maybe"), "is 'maybe'; allowed is a whole number"),
    ],
)
def test_other_wrong_words(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    done = kingmaker(*words, folder=tmp_path)
    assert done.returncode == 2
    assert told in " ".join(done.stderr.decode().split())
    assert b"Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="closes streams by a Unix shell")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_a_run_with_closed_streams_is_whole(tmp_path: Path, closed: str) -> None:
    words = "-m kingmaker run baseline --months 2 --no-figures --set startups.number=30 --out o"
    done = subprocess.run(
        ["sh", "-c", f'"$0" {words} {closed}', sys.executable],
        cwd=tmp_path, capture_output=True, timeout=120, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0
    assert (tmp_path / "o" / "manifest.json").is_file()
    table = (tmp_path / "o" / "measures.csv").read_text(encoding="utf-8")
    assert len(table.splitlines()) == 3  # nothing that was printed is among the numbers
