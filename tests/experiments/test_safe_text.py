from __future__ import annotations

import html
import io
import re
import unicodedata
import warnings
import xml.etree.ElementTree as ET
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kingmaker.experiments.figures.style import save, sheet, styled
from kingmaker.experiments.results.graph_export import write_graph
from kingmaker.experiments.studies.compare.html import to_html
from kingmaker.experiments.terminal import safe_text
from kingmaker.experiments.terminal.console import Console, Task
from kingmaker.experiments.terminal.safe_text import (
    READABLE,
    for_code,
    for_html,
    for_json,
    for_markdown,
    for_terminal,
    for_xml,
    one_line,
    visible,
)

EXPERIMENTS = Path(__file__).resolve().parents[2] / "experiments"
ANY = st.text(st.characters(exclude_categories=()), max_size=60) | st.text(
    st.sampled_from("\x1b[]/\\`*_<>|~$#&;!-+=.1 \n\r\t\0\x07\x9b\u202e\u2066\u200b\ud800ab"), max_size=40
)
NASTY = ("Baseline [/b] test", "\x1b]0;pwned\x07\x1b[2J", "<b>x</b> & $x$ $y$", "a|b `c` *d* _e_ [f](g) ![h](i.png)")


@given(st.one_of(ANY, st.text()))
def test_texts_that_can_be_printed_are_left_as_they_are(text: str) -> None:
    slow = "".join(safe_text._escape(c) if safe_text._unseen(c) else c for c in text.replace("\r\n", "\n"))
    assert safe_text.visible(text) == slow
    assert for_xml(text) == safe_text._XML.sub(lambda found: safe_text._escape(found[0]), slow)


@settings(max_examples=300)
@given(ANY)
def test_nothing_unseen_reaches_a_terminal(text: str) -> None:
    shown = for_terminal(text)
    for char in shown.replace("\n", ""):
        assert unicodedata.category(char)[0] != "C" or char in "\u200c\u200d", repr(char)
    assert for_terminal(shown) == shown
    shown.encode("utf-8")


@settings(max_examples=200)
@given(ANY)
def test_rich_prints_the_same_characters(text: str) -> None:
    file = io.StringIO()
    Console(file=file).say(text)
    assert file.getvalue() == for_terminal(text) + "\n"


@settings(max_examples=300)
@given(ANY)
def test_markdown_stays_one_cell_of_the_same_words(text: str) -> None:
    page = (
        MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(f"| {for_markdown(text)} | x |\n|---|---|\n")
    )
    cells = re.findall(r"<th>(.*?)</th>", page)
    assert [html.unescape(cell) for cell in cells] == [one_line(text), "x"]


@settings(max_examples=300)
@given(ANY)
def test_markdown_stays_one_line_of_the_same_words(text: str) -> None:
    page = MarkdownIt("commonmark").render(f"# {for_markdown(text)} end\n\n- {for_markdown(text)}\n")
    heading, item = re.findall(r"<h1>(.*?)</h1>|<li>(.*?)</li>", page, flags=re.S)
    assert html.unescape(heading[0]).split() == [*one_line(text).split(), "end"]
    assert html.unescape(item[1]) == one_line(text)


@settings(max_examples=200)
@given(ANY.filter(lambda text: one_line(text)))
def test_code_in_markdown_stays_code(text: str) -> None:
    page = MarkdownIt("commonmark").render(f"Where {for_code(text)} holds")
    (code,) = re.findall(r"<code>(.*?)</code>", page, flags=re.S)
    assert html.unescape(code) == one_line(text)


@settings(max_examples=200)
@given(ANY)
def test_xml_and_html_read_back(text: str) -> None:
    assert ET.fromstring(f"<a>{html.escape(for_xml(text))}</a>").text in (for_xml(text), None)
    assert html.unescape(for_html(text)) == visible(text)
    assert not set(for_html(text)) & set("<>\"'")


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "cp437", "ascii", "koi8-r"])
@given(text=ANY)
def test_no_encoding_fails(encoding: str, text: str) -> None:
    shown = text.encode(encoding, READABLE).decode(encoding)
    assert shown.encode(encoding).decode(encoding) == shown
    if text.encode(encoding, "ignore").decode(encoding) == text:  # the encoding has all of it
        assert shown == text


def test_what_an_encoding_lacks_stays_readable() -> None:
    assert "5–10 ≤ 3 × α, Zürich …".encode("ascii", READABLE) == b"5-10 <= 3 x alpha, Zurich ..."
    assert "☃".encode("ascii", READABLE) == b"\\u2603"
    assert for_json('{"a": "\udcff"}') == '{"a": "\\udcff"}'


def test_the_graph_files_can_be_read_whatever_names_hold(tmp_path: Path) -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    for name in (*NASTY, "\0\x0b\ufffe\ud800"):
        graph.add_node(name, kind="cloud", name=name)
    graph.add_edge(NASTY[0], NASTY[1], kind="equity", source="\x1b<&>", share=0.5)
    write_graph(graph, tmp_path / "g")
    names = {data["name"] for _, data in nx.read_graphml(tmp_path / "g.graphml").nodes(data=True)}
    assert names == {for_xml(name) for name in (*NASTY, "\0\x0b\ufffe\ud800")}
    assert len(nx.read_gexf(tmp_path / "g.gexf")) == len(graph)


def test_figures_show_text_as_it_is_written(tmp_path: Path) -> None:
    """``$x$`` would be read as mathematics, ``$\\frac$`` would stop the drawing, a long line would leave the page."""
    footer = "$x$ costs 5 $ or $\\frac$ \x1b[31m 中 " + "long " * 80
    with styled(), warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = sheet(3.0, "M$ and G$", "a $\\bad{$ b", footer)
        axes = figure.add_axes((0.2, 0.3, 0.6, 0.4))
        axes.plot([1, 10], [1, 10], label="_$\\nope$")
        axes.set_title("$\\nope$")
        axes.set_yscale("log")
        axes.set_xticks([1, 10], ["$\\a$", "b$c$"])
        save(figure, tmp_path / "f")
    assert (tmp_path / "f.png").stat().st_size > 1000
    assert all(not text.get_parse_math() for text in figure.texts)
    assert "\x1b" not in "".join(text.get_text() for text in figure.texts)
    assert axes.yaxis.get_major_ticks()[0].label1.get_parse_math()  # powers of ten are mathematics


def test_a_page_in_html_has_no_tags_of_the_users(tmp_path: Path) -> None:
    text = "\n".join([f"# {for_markdown(NASTY[2])}", "", *(f"- {for_markdown(text)}" for text in NASTY)])
    page = to_html(text, tmp_path, NASTY[2])
    assert f"<title>{html.escape(NASTY[2])}</title>" in page
    assert "<b>" not in page
    assert "<img" not in page
    assert "\x1b" not in page


def test_a_task_of_a_progress_bar_has_no_markup() -> None:
    from rich.progress import Progress

    bar = Progress(console=Console(file=io.StringIO()))
    bar.add_task("run [/b] \x1b[2J", total=1)
    assert Task().render(bar.tasks[0]).plain == "run [/b] \\x1b[2J"


def test_all_print_by_the_one_console() -> None:
    """A console or a print of one's own would read markup in a title, or let an escape sequence through."""
    own = {"console.py", "telling.py", "safe_text.py"}
    allowed = {
        "sweep/sweep_progress.py": 1,
        "commands/entry.py": 1,
    }  # a line of numbers; what is said before anything is imported
    for path in EXPERIMENTS.rglob("*.py"):
        if path.name in own:
            continue
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(EXPERIMENTS).as_posix()
        found = re.findall(r"from rich(?:\.console|\.markup| import)|rich\.console|typer\.s?echo|click\.s?echo", text)
        assert not found, (name, found)
        prints = re.findall(r"^\s*print\(|[^.\w]print\((?!\))", text, flags=re.M)
        assert len(prints) <= allowed.get(name, 0), (name, prints)
