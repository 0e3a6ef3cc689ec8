"""Events that hold, values that do not last, events beyond the horizon: what a scenario says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.calendar import month_label
from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.environment.inputs.timeline import Event, held_back
from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.studies.compare.question import ask

KEYS = ("policy.interoperability", "policy.tax", "policy.detection")
CAP = "policy.export_cap_tpp"
H200 = "'H200 case by case, 25 %, half volume' of baseline"


def write(folder: Path, text: str, name: str = "mine.toml") -> Path:
    (folder / name).write_text(f'extends = "baseline"\n{text}', encoding="utf-8")
    return folder / name


def dated(month: str, why: str, sets: str, more: str = "") -> str:
    return f'[[events]]\nmonth = "{month}"\nwhy = "{why}"\nset = {{ {sets} }}\n{more}\n'


events = st.lists(
    st.builds(
        Event, month=st.integers(0, 5), why=st.sampled_from(["a", "b", "c"]),
        set=st.dictionaries(st.sampled_from(KEYS), st.sampled_from([0.0, 0.25, 0.5]), min_size=1),
        hold=st.booleans(),
    ),
    max_size=8,
).map(lambda found: sorted(found, key=lambda event: event.month))  # fmt: skip


def by_hand(given: list[Event], month: int) -> dict[str, float]:
    """The values of a month: the latest held event that sets a key decides, else the latest of all."""
    found = {}
    for key in KEYS:
        mine = [event for event in given if event.month <= month and key in event.set]
        held = [event for event in mine if event.hold]
        if mine:
            found[key] = (held or mine)[-1].set[key]
    return found


@given(given=events)
def test_what_is_left_of_the_events_gives_each_month_what_the_held_ones_say(given: list[Event]) -> None:
    kept, _ = held_back(given)
    for month in range(6):
        values: dict[str, float] = {}
        for event in kept:
            if event.month <= month:
                values |= event.set
        assert values == by_hand(given, month)
    assert held_back(kept) == (kept, [])  # nothing more to hold back


@given(given=events)
def test_a_sentence_is_told_of_each_change_that_is_kept_back(given: list[Event]) -> None:
    _, told = held_back(given)
    missing = 0
    for event in given:
        held = [other for other in given if other.hold and other.month <= event.month]
        for key, value in event.set.items():
            holders = [other for other in held if key in other.set]
            if holders and holders[-1] is not event and value != holders[-1].set[key]:
                missing += 1
    assert len(told) == missing


def test_the_model_holds_what_the_file_holds(tmp_path: Path) -> None:
    path = write(tmp_path, "months = 56\n" + dated("2024-06", "tighter", f"{CAP} = 1600", "hold = true"))
    model = ComputeEconomy(scenario=str(path), rng=1, months=56, register=False, **{"startups.number": 20}).run()
    cap = model.measures.array("export_cap_in_force")[:, 0]
    assert set(cap[29:]) == {1600.0}
    assert set(cap[12:29]) == {4800.0}
    assert model.setting.overridden == (
        f"2026-02 {H200.split(' of ')[0]} would set {CAP} to 21000: held at 1600 since 2024-06 instead",
    )
    assert model.setting.notes() == ()


def test_what_an_inherited_event_undoes_is_said(tmp_path: Path) -> None:
    path = write(tmp_path, dated("2024-06", "tighter", f"{CAP} = 1600"))
    said = f"{CAP} = 1600 from 2024-06 holds until 2026-02, when {H200} sets it to 21000; write hold = true to keep it"
    assert load_scenario(path).notes() == (said,)
    assert load_scenario(path).notes(49) == ()  # the last month is January 2026
    assert load_scenario(path, {CAP: 1600}).notes() == ()  # a pin keeps it
    question = ask("baseline", path, months=108)
    assert question.notes() == [f"B: {said}"]
    assert any(
        "1600 from 2024-06 until 2026-02 (tighter), then 21000" in contrast.b for contrast in question.contrasts()
    )


def test_what_becomes_of_a_value_at_the_start_is_said(tmp_path: Path) -> None:
    (said,) = load_scenario(write(tmp_path, f'[parameters]\n"{CAP}" = 1600\n')).notes()
    assert said.startswith(f"{CAP} = 1600 from 2022-01 holds until 2026-02, when {H200} sets it to 21000")
    assert "--set" in said
    assert load_scenario(write(tmp_path, '[parameters]\n"policy.tax" = 0.2\n')).notes() == ()


def test_a_file_that_undoes_the_undoing_says_which_comes_last(tmp_path: Path) -> None:
    text = dated("2024-06", "tighter", f"{CAP} = 1600") + dated("2026-02", "stays", f"{CAP} = 1600")
    (said,) = load_scenario(write(tmp_path, text)).notes()
    assert said == (
        f"in 2026-02 {H200} sets {CAP} to 21000 and 'stays' of mine to 1600: the latter comes last and holds"
    )


def test_two_events_of_a_file_in_one_month_say_which_wins(tmp_path: Path) -> None:
    text = dated("2023-01", "one", "policy.interoperability = 0.2") + dated(
        "2023-01", "two", "policy.interoperability = 0.4"
    )
    path = write(tmp_path, text)
    (said,) = load_scenario(path).notes()
    assert "'one' of mine" in said
    assert "'two' of mine to 0.4: the latter comes last and holds" in said
    model = ComputeEconomy(scenario=str(path), rng=1, months=13, register=False, **{"startups.number": 20}).run()
    assert model.measures.latest("duty_in_force") == pytest.approx(0.4)


def test_an_event_that_changes_nothing_says_so(tmp_path: Path) -> None:
    path = write(tmp_path, dated("2023-01", "no duty", "policy.interoperability = 0.0"))
    assert load_scenario(path).notes() == (
        "event 'no duty' of 2023-01 sets policy.interoperability to 0, which it already is",
    )


def test_events_after_the_last_month_are_said(tmp_path: Path) -> None:
    path = write(tmp_path, "months = 12\n" + dated("2024-01", "late", "policy.interoperability = 1.0"))
    said = "event 'late' of 2024-01 lies after the last month, 2022-12, and has no effect"
    assert load_scenario(path).notes() == (said,)
    assert load_scenario(path).notes(24) == (said.replace("2022-12", "2023-12"),)
    assert load_scenario(path).notes(25) == ()  # January 2024 is the last month
    assert ask("baseline", path, months=12).notes() == [f"B: {said}"]
    assert load_scenario("baseline").notes(12) == ()
    assert load_scenario("interoperability").notes(24)[0].startswith("event 'DMA interoperability reaches clouds'")
    many = "".join(dated(f"203{k}-01", f"late {k}", f"policy.tax = 0.{k}1") for k in range(6))
    (told,) = load_scenario(write(tmp_path, many)).notes(12)
    assert "and 2 more lie after the last month, 2022-12, and have no effect" in told


def test_what_a_parent_says_stands_unless_the_child_touches_it(tmp_path: Path) -> None:
    write(tmp_path, dated("2024-06", "tighter", f"{CAP} = 1600"), "parent.toml")
    child = tmp_path / "child.toml"
    child.write_text('extends = "parent.toml"\n' + dated("2023-01", "x", "policy.tax = 0.3"), encoding="utf-8")
    assert [text.split(" holds")[0] for text in load_scenario(child).notes()] == [f"{CAP} = 1600 from 2024-06"]
    child.write_text('extends = "parent.toml"\n' + dated("2026-02", "x", f"{CAP} = 1600", "hold = true"))
    assert load_scenario(child).notes() == ()


def test_a_parents_hold_binds_its_children_until_one_holds_itself(tmp_path: Path) -> None:
    write(tmp_path, dated("2024-06", "tighter", f"{CAP} = 1600", "hold = true"), "parent.toml")
    child = tmp_path / "child.toml"
    child.write_text('extends = "parent.toml"\n' + dated("2025-01", "freer", f"{CAP} = 9000"), encoding="utf-8")
    assert load_scenario(child).overridden[-1].startswith("2025-01 'freer' would set")
    child.write_text(child.read_text() + "hold = true\n")
    assert [e.set[CAP] for e in load_scenario(child).events if CAP in e.set] == [1600.0, 9000.0]


def test_titles_and_descriptions_are_not_inherited(tmp_path: Path) -> None:
    parent = load_scenario("baseline")
    child = load_scenario(write(tmp_path, dated("2024-06", "tighter", f"{CAP} = 1600")))
    assert child.title == ""
    assert child.description == f"baseline, with {CAP} = 1600 from 2024-06"
    assert load_scenario(write(tmp_path, "")).description == "baseline, unchanged"
    assert load_scenario(write(tmp_path, 'data = "other"')).description == "baseline, with data of its own"
    assert load_scenario(write(tmp_path, 'description = "Mine."')).description == "Mine."
    assert parent.description not in (child.description, "")


@pytest.mark.parametrize("month", [0, 24, 29, 49, 107])
def test_a_shipped_question_that_holds_keeps_its_values(month: int) -> None:
    quota, free = load_scenario("export_quota"), load_scenario("no_export_control")

    def value(scenario: object, key: str, default: float) -> float:
        found = default
        for event in scenario.events:  # type: ignore[attr-defined]
            found = event.set.get(key, found) if event.month <= month else found
        return found

    assert value(free, CAP, 4800.0) == float("inf"), month_label(month)
    assert value(free, "policy.export_duty", 0.0) == 0.0
    assert value(quota, "policy.export_quota", 1e6) == (0.2 if month >= 9 else 1e6)
