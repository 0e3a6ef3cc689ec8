"""The page of a session: haste changes nothing of what is sent, and little is built before it is looked at."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from bokeh.document import Document

from kingmaker.experiments.page.class_sheet import ClassSheet
from kingmaker.experiments.page.engine import Engine
from kingmaker.experiments.page.setting import Setting, make
from kingmaker.experiments.page.translated_names import in_language
from kingmaker.experiments.page.visitor import Page
from kingmaker.experiments.page.wording import words_in
from tests.end_to_end.classroom import ENVIRONMENT, ROOT

MOST_MODELS = 320  # of a page as it opens, in any version of Panel: each costs the server a millisecond or so
IN_TURN = """
import json, re
import panel as pn
from bokeh.document import Document
from panel.io.state import set_curdoc
from kingmaker.experiments.page.class_sheet import ClassSheet
from kingmaker.experiments.page.engine import Engine
from kingmaker.experiments.page.haste import hasten
from kingmaker.experiments.page.visitor import Page

def sent(view):
    document, seen = Document(), {}
    with set_curdoc(document):
        Page(Engine(), ClassSheet(), {"view": [view]}, "visitor", "http://127.0.0.1/").template().server_doc(document)
    text = json.dumps(document.to_json(), sort_keys=True, default=str)
    return re.sub(r"\\bp[0-9]+|[0-9]{5,}", lambda found: seen.setdefault(found[0], f"id{len(seen)}"), text)

pn.extension()
plain = [sent(view) for view in ("charts", "lessons")]
hasten()
hasty = [sent(view) for view in ("charts", "lessons")]
assert min(map(len, plain)) > 50_000
assert hasty == plain
"""


def test_haste_changes_nothing_of_what_is_sent() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IN_TURN], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture
def page() -> Iterator[Page]:
    import panel as pn
    from panel.io.state import set_curdoc

    pn.extension()
    document = Document()
    with set_curdoc(document):
        yield Page(Engine(), ClassSheet(), {}, "visitor", "http://127.0.0.1/")


def models(page: Page) -> int:
    page.template().server_doc(page.document)
    return len(list(page.document.models))


def test_a_page_opens_with_few_models(page: Page) -> None:
    assert models(page) < MOST_MODELS
    assert len(page.controls.rows) == 5  # the levers of the group that stands open


def test_a_lever_may_be_held_from_a_month_on(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Setting] = []
    monkeypatch.setattr(page.controls, "_changed", asked.append)
    page.template()
    row = page.controls.rows["chips.moat"]
    row.slider.value = 2.0
    row.slider.param.trigger("value_throttled")
    assert asked[-1] == make("baseline", 1, 108, 16, {"chips.moat": 2.0})  # moved, it is held
    row.when.value = "from"
    assert asked[-1].starts == {"chips.moat": 48}
    row.month.value = 30
    assert asked[-1] == make("baseline", 1, 108, 16, {"chips.moat": 2.0}, {"chips.moat": 30})
    row.when.value = "free"
    assert asked[-1] == Setting()
    row.when.value = "from"
    assert asked[-1].starts == {"chips.moat": 30}  # the month that was chosen last


def test_a_link_sets_the_rows(page: Page) -> None:
    page.template()
    page.controls.put(make("baseline", 1, 108, 16, {"chips.moat": 2.5}, {"chips.moat": 30}))
    row = page.controls.rows["chips.moat"]
    assert (row.slider.value, row.when.value, row.month.value) == (2.5, "from", 30)
    page.controls.put(Setting())
    assert (row.when.value, row.month.visible) == ("free", False)


def test_a_month_after_the_end_is_refused_in_a_sentence(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(page.controls, "_refused", said.append)
    page.template()
    page.controls.put(make("baseline", 1, 36, 8, {"chips.moat": 2.0}, {"chips.moat": 12}))
    page.controls.rows["chips.moat"].month.value = 60
    assert said == ["chips.moat: comes into force in 2027-01; in this run allowed is a month from 2022-02 to 2024-12."]


def test_names_are_those_of_the_language_and_made_once() -> None:
    from kingmaker.experiments.page import work

    story: Any = work.stories([Setting(months=12)])[0]
    french = words_in("fr")
    translated = in_language(story, french)
    names = {node.name for node in translated.nodes}
    assert {"Commission européenne", "Autres acheteurs chinois", "Nvidia"} <= names
    assert not {"European Commission", "Other Chinese buyers"} & names
    assert in_language(story, french) is translated
    assert in_language(story, words_in("en")) is story
