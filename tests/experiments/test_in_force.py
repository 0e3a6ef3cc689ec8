"""What is in force, told from made-up months and from the model's own."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kingmaker.agents.calendar import month_label
from kingmaker.environment.core.measures import MEASURES, Measure
from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.results import in_force
from kingmaker.experiments.results.in_force import Held, held, held_on_average
from kingmaker.experiments.stats.windows import Window, read_window
from kingmaker.experiments.studies.compare.write_comparison import note_of

DUTY, FEE, BAN = "duty_in_force", "switching_fee_in_force", "exclusivity_ban_in_force"


def one(values: np.ndarray, window: Window, name: str = DUTY) -> Held:
    (found,) = held({name: values}, window)
    return found


def course(*levels: tuple[int, float], months: int = 72, worlds: int = 2) -> np.ndarray:
    """A series that takes each level from its month on, the same in all worlds."""
    values = np.zeros((months, worlds))
    for month, level in levels:
        values[month:] = level
    return values


@pytest.mark.parametrize(
    ("means", "words"),
    [
        ((505.5, 505.5, 505.5), "in 25 % of the months"),
        ((2022.0, 2022.0, 2022.0), "2022;"),
        ((2022.75, 2022.75, 2022.75), "2022 to 2023;"),
        ((0.0, 1000.0, 2023.0), "none to 2023;"),
    ],
)
def test_the_mean_of_a_rules_vintage_is_no_year_of_its_own(means: tuple[float, float, float], words: str) -> None:
    assert f"export rule {words}" in in_force.ranges({"export_rule_in_force": means})


def test_every_measure_of_the_group_is_told() -> None:
    told = in_force.names()
    assert {name for name, measure in MEASURES.items() if measure.group == "in force"} <= set(told)
    assert told[:4] == ("duty_in_force", "interoperability_in_effect", "gatekeepers", "remedies_active")
    mine = {"my_rule": Measure("my_rule", "0-1", "what I demand", "My rule", "in force")}
    assert in_force.names(MEASURES | mine)[-1] == "my_rule"


@pytest.mark.parametrize(
    ("values", "name", "told"),
    [
        (course((0, 0.0)), DUTY, "not in force"),
        (course((0, 0.6)), DUTY, "0.6 throughout"),
        (course((58, 0.6)), DUTY, "0.6 from 2026-11"),
        (course((40, 0.6)), DUTY, "0.6 from 2025-05"),  # since before the window
        (course((0, 1.0)), FEE, "not in force"),  # the list price is what is paid where no rule lowers it
        (course((0, 1.0), (50, 0.25), (60, 0.0)), FEE, "0.25 from 2026-03, 0 from 2027-01"),
        (course((0, 1.0)), BAN, "in force throughout"),
    ],
)
def test_levels_and_months_in_words(values: np.ndarray, name: str, told: str) -> None:
    assert one(values, Window("last18", 54, 72), name).told == told


def test_worlds_that_differ_are_told_by_mean_and_range() -> None:
    values = course((58, 0.6), worlds=4)
    values[:, 2] = 0.0
    values[40:, 3] = 0.3
    found = one(values, Window("last12", 60, 72))
    assert found.told == "mean of 4 runs 0.375, 0 to 0.6, from 2025-05 at the earliest"
    assert found.means.tolist() == pytest.approx([0.6, 0.6, 0.0, 0.3])


def test_the_start_is_not_told_where_worlds_began_at_different_months() -> None:
    values = course((30, 3.0))
    values[20:, 1] = 3.0
    found = one(values, Window("last12", 60, 72), "gatekeepers")
    assert found.told == "3"


def test_only_what_is_in_force_is_named_and_the_rest_is_nothing() -> None:
    series = {DUTY: course((0, 0.5)), BAN: course((0, 0.0)), FEE: course((0, 1.0))}
    found = held(series, Window("mean", 0, 72))
    assert in_force.sentence(found) == "In force: duty of interoperability 0.5 throughout; nothing else."
    assert in_force.table(found)[2:] == ["| Duty of interoperability | 0.5 | throughout |", "| nothing else | | |"]
    assert in_force.sentence(held({BAN: course((0, 0.0))}, Window("mean", 0, 72))) == "In force: nothing."
    assert in_force.sentence([]) == "In force: not recorded."
    assert {record["measure"] for record in in_force.records(found)} == set(series)


def test_the_sides_of_a_pair_differ_where_any_month_of_any_world_does() -> None:
    window = Window("last12", 60, 72)
    a, b = course((0, 0.5)), course((0, 0.5))
    assert in_force.contrasts([one(a, window)], [one(b, window)]) == []
    b[10] = 1.0  # before the window
    assert in_force.contrasts([one(a, window)], [one(b, window)]) == []
    b[65, 1] = 1.0
    (told,) = in_force.contrasts([one(a, window)], [one(b, window)])
    assert told.startswith("Duty of interoperability: in A 0.5 throughout; in B mean of 2 runs")


def test_ranges_over_the_runs_of_a_sweep() -> None:
    told = in_force.ranges({DUTY: (0.0, 0.5, 1.0), BAN: (0.0, 0.0, 0.0), FEE: (0.25, 0.25, 0.25)})
    assert told == (
        "In force over the runs: duty of interoperability 0 to 1 (mean 0.5); switching charge allowed 0.25; "
        "nothing else."
    )
    assert in_force.ranges({FEE: (1.0, 1.0, 1.0)}) == "In force over the runs: nothing."


@settings(max_examples=80, deadline=None)
@given(
    levels=st.lists(st.sampled_from([0.0, 0.25, 0.6, 1.0]), min_size=1, max_size=6),
    first=st.integers(0, 20),
    worlds=st.integers(1, 4),
    spoilt=st.booleans(),
)
def test_what_is_told_is_what_the_months_say(levels: list[float], first: int, worlds: int, spoilt: bool) -> None:
    months = 4 * len(levels) + 4
    first = min(first, months - 1)
    values = course(*((4 * k, level) for k, level in enumerate(levels)), months=months, worlds=worlds)
    if spoilt:
        values[months // 2 :, -1] = 0.9
    found = one(values, Window("w", first, months))
    assert found.any == bool((values[first:] != 0.0).any())
    assert (found.told == "not in force") == (not found.any)
    for month, level in found.steps:  # each step that is dated begins there, and is not there the month before
        if month is not None:
            assert (values[month] == level).all()
            assert month == 0 or not (values[month - 1] == level).any()
    if not found.steps and found.since is not None:
        assert (values[: found.since] == 0.0).all()
        assert (values[found.since] != 0.0).any()
        assert month_label(found.since) in found.told
    average = held_on_average({DUTY: found.means})[0]
    assert average.any == bool((np.round(found.means, in_force.DECIMALS) != 0.0).any())


def test_a_duty_that_is_held_is_the_duty_in_force() -> None:
    """The sentence of the model's own months names the lever that was set, and not the one that was not."""
    model = ComputeEconomy(rng=1, months=12, **{"policy.interoperability": 0.7, "startups.number": 20}).run()
    found = in_force.held_in(model.measures.to_frame(), read_window("last3", 12))
    told = in_force.sentence(found)
    assert "duty of interoperability 0.7 throughout" in told
    assert "ban" not in told
    assert re.search(r"export cap 4800 TPP from 2022-10", told)
    assert told.endswith("nothing else.")


def test_what_is_alike_on_all_sides_is_told_once() -> None:
    window = Window("mean", 0, 72)
    block = "import_block_in_force"
    sides = [
        held({DUTY: course((0, level)), BAN: course((0, 0.0)), block: course((50, 1.0))}, window)
        for level in (0.0, 0.5, 0.5)
    ]
    shared, own = in_force.apart(sides)
    assert [str(each) for each in shared if each.any] == [
        "China's import block 1 from 2026-03"
    ]  # a name keeps its letter
    assert [[str(each) for each in side if each.any] for side in own] == [
        [], ["duty of interoperability 0.5 throughout"], ["duty of interoperability 0.5 throughout"],
    ]  # fmt: skip
    assert in_force.apart(sides[1:])[1] == [[], []]
    assert note_of((sides[0], sides[1])).splitlines() == [
        "In force in A and B: China's import block 1 from 2026-03.",
        "Only in A: nothing. Only in B: duty of interoperability 0.5 throughout.",
    ]
    assert "Only" not in note_of((sides[1], sides[2]))
