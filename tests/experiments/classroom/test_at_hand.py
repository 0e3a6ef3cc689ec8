"""The file of answers that ships: of this model, complete; what it says of levers, lessons and the game."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from kingmaker.experiments.classroom import precompute, precomputed, regulator_game, what_changed
from kingmaker.experiments.classroom import stacks_of_questions as work
from kingmaker.experiments.classroom.choices import listed, measures
from kingmaker.experiments.classroom.engine import CURVE, QUICK, REST, STORY, joined
from kingmaker.experiments.classroom.lesson import lessons
from kingmaker.experiments.classroom.records import Band, Curve
from kingmaker.experiments.classroom.stacks_of_questions import MEMBERS
from kingmaker.experiments.classroom.visitor_question import MONTHS, Question, make, read
from tests.experiments.classroom.ready_engine import answer

LARGEST = 6e6  # bytes of the file


@pytest.fixture(scope="module")
def found() -> precomputed.Precomputed:
    """What ships; an older file would read as if answers were missing."""
    assert precomputed.is_current(), "run: kingmaker classroom precompute"
    return precomputed.load()


def test_the_file_is_of_this_model(found: precomputed.Precomputed) -> None:
    assert precomputed.FILE.stat().st_size < LARGEST
    assert {question.text for question in precompute.asked()} == set(found.answers)
    assert {question.text for question in precompute.with_story()} == set(found.stories)
    assert set(found.lessons) == set(lessons())
    assert {policy.text for policy in regulator_game.first_moves()} == set(found.scores)
    assert found.reference is not None
    assert found.reference.n == MEMBERS


def test_every_lever_of_the_list_changes_something_that_can_be_seen(found: precomputed.Precomputed) -> None:
    moves = precompute.levers_that_move(found)
    assert set(moves) == set(listed())
    assert [key for key, names in moves.items() if not names] == []


@pytest.mark.parametrize("name", sorted(lessons()))
def test_what_a_lesson_expects_is_what_the_posterior_shows(name: str, found: precomputed.Precomputed) -> None:
    verdicts = {d.measure.name: d.verdict for d in map(what_changed.told, found.lessons[name]["rows"])}
    assert {measure: verdicts[measure] for measure in lessons()[name].expects} == lessons()[name].expects


def bands(shift: float) -> tuple[Band, Band]:
    base = np.random.default_rng(3).normal(10.0, 2.0, (MEMBERS, MONTHS)).astype(np.float32)
    return Band(dict.fromkeys(measures(), base)), Band(dict.fromkeys(measures(), base + np.float32(shift)))


def test_a_difference_is_clear_where_its_sign_is_sure_and_it_can_be_seen() -> None:
    a, b = bands(1.0)
    assert what_changed.difference(a, b, "hhi_cloud", (0, 24)).verdict == "up"
    assert what_changed.difference(b, a, "hhi_cloud", (0, 24)).verdict == "down"
    _, small = bands(0.01)
    assert what_changed.difference(a, small, "hhi_cloud", (0, 24)).verdict == "unclear"  # sure, and not to be seen
    mixed = b.series["hhi_cloud"].copy()
    mixed[:2] -= 5.0  # two of twenty members say the contrary
    assert what_changed.difference(a, Band({"hhi_cloud": mixed}), "hhi_cloud", (0, 24)).verdict == "unclear"
    empty = Band({"gap_china": np.full((MEMBERS, MONTHS), np.nan, dtype=np.float32)})
    assert what_changed.difference(empty, empty, "gap_china", (0, 24)).verdict == "unclear"


def test_a_difference_is_told_where_it_shows_most() -> None:
    a, _ = bands(0.0)
    late = a.series["hhi_cloud"].copy()
    late[:, 48:72] += 6.0
    found = what_changed.strongest(a, Band({"hhi_cloud": late}), "hhi_cloud")
    assert found.window == (48, 72)
    assert "2026–27" in what_changed.row(found)["sentence"]["en"]


def test_numbers_come_back_from_the_file_as_they_went(tmp_path: Path) -> None:
    a, b = bands(1.5)
    curve = Curve({name: np.linspace(0.0, 1.0, MONTHS) for name in measures()})
    curve.measures["gap_china"][0] = np.nan
    question = read("chips.moat=2")
    answers = {question.text: precompute.answer_of(curve, b, a)}
    parts = {"manifest": {"digest": precomputed.wanted_digest()}, "answers": answers, "stories": {}, "lessons": {}}
    files = [tmp_path / "one.zip", tmp_path / "two.zip"]
    for file in files:
        precomputed.save(file, parts, a)
    assert files[0].read_bytes() == files[1].read_bytes()
    back = precomputed.load(files[0])
    assert back.answers == answers
    assert back.reference is not None
    assert np.array_equal(back.reference.series["hhi_cloud"], a.series["hhi_cloud"])
    assert what_changed.told(answers[question.text]["changes"][0]).verdict == "up"
    stale = {**parts, "manifest": {"digest": "of another model"}}
    precomputed.save(files[0], stale, a)
    assert not precomputed.is_current(files[0])
    assert precomputed.load(files[0]).answers == {}  # and never used
    files[1].write_bytes(files[1].read_bytes()[:-200])  # a copy that was broken off
    assert not precomputed.is_current(files[1])
    assert precomputed.load(tmp_path / "none.zip").answers == {}


def test_what_is_wise_depends_on_the_mandate() -> None:
    a, b = bands(1.0)  # all measures rise by a tenth: good for some goals, bad for others
    question = read("policy.interoperability=1@2024-06")
    found = regulator_game.score(question, "even", regulator_game.judged(b, a))
    goals = {goal["key"]: goal["score"] for goal in found["goals"]}
    assert goals["affordable"] < regulator_game.NEUTRAL < goals["startups"]
    assert found["by_mandate"]["consumers"] < found["by_mandate"]["growth"]
    assert regulator_game.score(make(), "even", regulator_game.judged(a, a))["score"] == regulator_game.NEUTRAL


def test_a_score_from_the_file_is_the_one_that_would_be_computed(tmp_path: Path) -> None:
    a, b = bands(0.4)
    question = read("policy.interoperability=1@2024-01")
    live = regulator_game.judged(b, a)
    parts = {"manifest": {"digest": precomputed.wanted_digest()}, "answers": {}, "stories": {}, "lessons": {}}
    precomputed.save(tmp_path / "new.zip", parts | {"scores": {question.text: live}}, a)
    precomputed.save(tmp_path / "old.zip", parts, a)
    kept = precomputed.load(tmp_path / "new.zip").scores[question.text]
    for mandate in regulator_game.game().mandates:
        assert regulator_game.score(question, mandate, kept) == regulator_game.score(question, mandate, live)
    assert precomputed.load(tmp_path / "old.zip").scores == {}


def test_the_file_is_made_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With made-up numbers: all that is asked is there, each band computed once, and scores are of these bands."""
    asked: list[Question] = []

    def made_up(questions: Sequence[Question]) -> list[Band]:
        asked.extend(questions)
        return [joined(answer(QUICK, question), answer(REST, question)) for question in questions]

    monkeypatch.setattr(work, "bands", made_up)
    for name, kind in (("curves", CURVE), ("stories", STORY)):
        monkeypatch.setattr(work, name, lambda questions, kind=kind: [answer(kind, question) for question in questions])
    told: list[str] = []
    precompute.precompute(tmp_path / "made.zip", told.append)
    found = precomputed.load(tmp_path / "made.zip")
    moves = regulator_game.first_moves()
    assert set(asked) == {*precompute.asked(), *moves}
    assert len(asked) == len(set(asked))
    assert set(found.answers) == {question.text for question in precompute.asked()}
    assert set(found.scores) == {policy.text for policy in moves}
    assert regulator_game.score(moves[0], "even", found.scores[""])["score"] == regulator_game.NEUTRAL
    assert regulator_game.score(moves[1], "growth", found.scores[moves[1].text])["score"] > regulator_game.NEUTRAL
    assert set(found.lessons) == set(lessons())
    assert "networks" in " ".join(told)


def test_the_first_moves_are_what_the_page_offers_and_change_something() -> None:
    nothing, *moves = regulator_game.first_moves()
    assert nothing == make()
    assert {key for policy in moves for key, _ in policy.moves} == set(regulator_game.game().levers)
    assert read("policy.interoperability=1@2024-01") in moves  # what the page proposes
    assert read("policy.interoperability=0@2024-01") not in moves  # holds anyhow
    assert read("policy.egress_fee=1@2024-01") in moves  # holds in 2024, and no longer when the Data Act applies
    assert all(regulator_game.paid(policy)["left"] >= 0.0 for policy in moves)


def test_what_the_guide_says_of_the_leader_and_the_export_limit() -> None:
    """Clear where rules and answers go or the limit is lifted, and not where it is tightened."""
    clear = {}
    for question in ("scenario=no_export_control", "policy.export_cap_tpp=inf", "policy.export_cap_tpp=1600"):
        found = [what_changed.told(numbers) for numbers in precomputed.load().answers[question]["changes"]]
        clear[question] = next(d.verdict for d in found if d.measure.name == "chip_leader_share")
    assert list(clear.values()) == ["up", "up", "unclear"]
