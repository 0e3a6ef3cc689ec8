"""What workers hand back is what the model holds: series, ties, flows, events; and comparisons on the same luck."""

from __future__ import annotations

import re

import numpy as np
import pytest

from kingmaker.agents.calendar import month_label
from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.page import work
from kingmaker.experiments.page.extract import story_of
from kingmaker.experiments.page.happenings import by_month
from kingmaker.experiments.page.lesson import Lesson, lessons
from kingmaker.experiments.page.network_places import positions
from kingmaker.experiments.page.paired_runs import difference, window
from kingmaker.experiments.page.records import Band, Story
from kingmaker.experiments.page.setting import Setting, make
from kingmaker.experiments.page.story import LATEST, amount, tell
from kingmaker.experiments.page.wording import words_in

MONTHS = 48


@pytest.fixture(scope="module")
def alone() -> ComputeEconomy:
    return ComputeEconomy(rng=2, months=MONTHS, register=False).run()


@pytest.fixture(scope="module")
def told() -> Story:
    """The same run, computed for three visitors at once."""
    others = [make("baseline", 1, MONTHS, 8, {"chips.moat": 0.5}), Setting(seed=2, months=MONTHS)]
    third = make("tight_export_cap", 9, MONTHS, 8, {})
    found = work.stories([*others, third])[1]
    assert isinstance(found, Story)
    return found


def test_visitors_who_share_a_stack_get_what_they_would_get_alone(alone: ComputeEconomy, told: Story) -> None:
    for name in MEASURES:
        assert np.array_equal(told.measures[name], alone.measures.array(name)[:, 0]), name
    frame = alone.events_frame()
    assert [(month_label(e.month), e.kind, e.who, e.text) for e in told.events] == list(
        frame[["month", "kind", "who", "text"]].itertuples(index=False, name=None)
    )
    single = story_of(alone, 0)
    assert single.nodes == told.nodes
    assert single.ties == told.ties


@pytest.mark.parametrize("month", [0, 11, 23, 30, MONTHS - 1])
def test_ties_are_those_of_the_model_graph(alone: ComputeEconomy, told: Story, month: int) -> None:
    graph = alone.partnerships.graph(month=month + 1)
    names = {node.name.removeprefix("start-up"): k for k, node in enumerate(told.nodes)}
    expected = {
        (names[a.removeprefix("startup")], names[b.removeprefix("startup")], tie["kind"], tie["subtype"])
        for a, b, tie in graph.edges(data=True)
        if a.removeprefix("startup") in names and b.removeprefix("startup") in names
    }
    ours = {(t.source, t.target, t.kind, t.subtype) for t in told.ties if t.first <= month < t.end}
    assert expected
    assert ours == expected
    for k, node in enumerate(told.nodes):
        name = node.name.replace("start-up", "startup", 1) if not node.named else node.name
        assert bool(told.alive[k, month]) == (name in graph), node
        if name in graph:
            assert told.amounts["cash"][k, month] == pytest.approx(graph.nodes[name]["cash_musd"], rel=1e-6)
            assert told.amounts["compute"][k, month] == pytest.approx(graph.nodes[name]["compute_h100e"], rel=1e-6)


def test_flows_are_those_of_the_ledger(alone: ComputeEconomy, told: Story) -> None:
    frame = alone.ledger.to_frame()
    for kind in ("rent", "chips", "services", "equity"):
        ours = sum(float(values.sum()) for (k, _, _), values in told.flows.items() if k == kind)
        assert ours == pytest.approx(float(frame.loc[frame.kind == kind, "musd"].sum()))
        assert ours > 0.0


def test_places_are_apart_and_inside(told: Story) -> None:
    places = positions(told)
    assert len(set(places)) == len(told.nodes)
    assert all(0.0 <= x <= 1.0 and 0.0 < y < 1.0 for x, y in places)
    for column in (0.0, 0.5, 1.0):
        heights = sorted(y for x, y in places if x == column)
        steps = np.diff(heights)
        assert steps.min() > 0.9 / (len(heights) + 3)  # no two crowd each other
    assert positions(told) == places


def test_every_firm_has_a_story(told: Story) -> None:
    for language in ("en", "fr"):
        words = words_in(language)
        for node in told.nodes:
            html = tell(told, node.name, words, "#000000")
            assert "<h3>" in html
            assert not re.search(r"\bnan\b", html)
        assert tell(told, "Nobody Ltd", words, "#000000") == ""
    openai = tell(told, "OpenAI", words_in("en"), "#000000")
    assert "Microsoft Azure" in openai
    assert "exclusive contract" in openai


@pytest.mark.parametrize("month", [0, 12, 30, MONTHS - 1])
def test_weights_of_a_month_are_those_of_the_model_graph(alone: ComputeEconomy, told: Story, month: int) -> None:
    graph = alone.partnerships.graph(month=month + 1)
    weights = {
        (a.removeprefix("startup"), b.removeprefix("startup"), d["kind"]): (d["share"], d["month_musd"])
        for a, b, d in graph.edges(data=True)
    }
    names = [node.name.removeprefix("start-up") for node in told.nodes]
    standing = [tie for tie in told.ties if tie.first <= month < tie.end]
    assert any(tie.kind == "chip_supply" and tie.share(month) > 0.5 for tie in standing)
    for tie in standing:
        assert len(tie.shares) == len(tie.money) == tie.end - tie.first
        share, money = weights[names[tie.source], names[tie.target], tie.kind]
        assert (tie.share(month), tie.money[month - tie.first]) == pytest.approx((share, money), abs=2e-6)


@pytest.mark.parametrize("month", [0, 7, 12, 30, MONTHS - 1])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_card_shows_the_month_that_was_chosen(alone: ComputeEconomy, told: Story, month: int, language: str) -> None:
    """Values, ties and events of the month; nothing that comes later."""
    words = words_in(language)
    later = [words.month(m) for m in range(month + 1, MONTHS)]
    graph = alone.partnerships.graph(month=month + 1)
    for name in ("OpenAI", "Microsoft Azure", "Nvidia", "Mistral AI", "US venture capital"):
        html = tell(told, name, words, "#000000", month)
        assert words("firm_in", month=words.month(month)) in html
        assert not [label for label in later if label in html], name
        if name not in graph:
            assert words("not_there") in html
            continue
        assert f"<b>{amount(graph.nodes[name]['cash_musd'] * 1e-3, 'G$', words)}</b>" in html
        k = next(k for k, node in enumerate(told.nodes) if node.name == name)
        standing = [t for t in told.ties if k in (t.source, t.target) and t.first <= month < t.end]
        part = html.split(words("its_ties"))[1].split(words("earlier_ties"))[0].split("</ul>")[0] if standing else ""
        assert part.count("<li>") == min(len(standing), LATEST)
    first = tell(told, "OpenAI", words, "#000000", 0)
    assert first != tell(told, "OpenAI", words, "#000000", MONTHS - 1)


def test_a_card_of_a_month_beyond_the_run_is_that_of_the_last(told: Story) -> None:
    words = words_in("en")
    for name in ("OpenAI", "Nvidia"):
        assert tell(told, name, words, "#000", 900) == tell(told, name, words, "#000", MONTHS - 1)
        assert tell(told, name, words, "#000", -4) == tell(told, name, words, "#000", 0)


def test_names_cannot_smuggle_markup_into_the_page(told: Story) -> None:
    events = (told.events[0].__class__(0, "deal", "<script>", "x & y"),)
    evil = Story(1, {}, events, (), told.alive, told.amounts, (), {})
    assert by_month(evil, words_in("en")) == ["<ul><li>◆ <b>&lt;script&gt;</b> x &amp; y.</li></ul>"]


def test_a_broken_question_does_not_spoil_the_others() -> None:
    good, bad = Setting(months=12), Setting(months=12, seed=13)
    real = work._stories

    def fragile(settings: list[Setting]) -> list[Story]:
        if bad in settings:
            raise RuntimeError("broken")
        return real(settings)

    outcomes = work._apart_if_need_be(fragile, [good, bad, good])
    assert [type(outcome).__name__ for outcome in outcomes] == ["Story", "str", "Story"]


def band(values: np.ndarray) -> Band:
    return Band(values.shape[1], {"x": values.astype(np.float32)})


def test_a_winner_is_named_only_where_the_interval_allows() -> None:
    luck = np.random.default_rng(1).normal(0.0, 5.0, (16, 24))
    a, same, better = band(luck), band(luck), band(luck + 0.5)
    assert difference(a, same, "x", (0, 24)).verdict == "unclear"
    # the same luck cancels: a small shift is seen through luck ten times its size
    assert difference(a, better, "x", (0, 24)).verdict == "up"
    assert difference(better, a, "x", (0, 24)).verdict == "down"
    other = band(np.random.default_rng(2).normal(0.5, 5.0, (16, 24)))
    assert difference(a, other, "x", (0, 1)).verdict == "unclear"


def test_the_interval_is_student_t() -> None:
    from scipy import stats

    rng = np.random.default_rng(3)
    a, b = rng.normal(0, 1, (9, 5)), rng.normal(0.3, 1, (9, 5))
    d = difference(band(a), band(b), "x", (1, 4))
    per_seed = (b - a)[:, 1:4].mean(axis=1)
    low, high = stats.t.interval(0.95, 8, per_seed.mean(), stats.sem(per_seed))
    assert (d.low, d.high) == pytest.approx((low, high), rel=1e-5)
    assert window(108) == (72, 108)
    assert window(24) == (12, 24)


@pytest.mark.parametrize("lesson", lessons().values(), ids=lambda lesson: lesson.id)
def test_lessons_teach_what_the_model_shows(lesson: Lesson) -> None:
    """The outcomes that a lesson relies on stand out on other seeds than those on which it was written."""
    lesson = lesson.with_luck(seed=101, runs=8)
    a, b = (work.bands([policy])[0] for policy in (lesson.a, lesson.b))
    assert isinstance(a, Band)
    assert isinstance(b, Band)
    for name, expected in lesson.expects.items():
        assert difference(a, b, name, lesson.window).verdict == expected, name
