from __future__ import annotations

import math
from pathlib import Path

import pytest

from kingmaker.agents.calendar import month_label, month_number
from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.environment.inputs.scenario import (
    FOLDER,
    Scenario,
    check_months,
    list_scenarios,
    load_scenario,
    parse_pin,
)


def write(folder: Path, text: str, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def fault_of(folder: Path, text: str) -> str:
    with pytest.raises(KingmakerError) as caught:
        load_scenario(write(folder, text))
    return str(caught.value)


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.toml")))
def test_every_shipped_scenario_loads_and_says_what_it_is(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario.title
    assert scenario.description
    assert [event.month for event in scenario.events] == sorted(event.month for event in scenario.events)
    assert set(scenario.parameters) <= set(DECLARATIONS)
    assert list_scenarios()[name] == scenario.title


def test_months_go_both_ways() -> None:
    assert (month_label(0), month_label(7), month_label(107)) == ("2022-01", "2022-08", "2030-12")
    assert all(month_number(month_label(month)) == month for month in range(200))


def test_a_scenario_overrides_what_it_extends(tmp_path: Path) -> None:
    write(
        tmp_path,
        'title = "parent"\nmonths = 24\n[parameters]\npolicy.export_cap_tpp = 1600\nstartups.number = 50\n'
        '[[events]]\nmonth = "2023-01"\nwhy = "first"\nset = { policy.interoperability = 0.2 }\n',
        "parent.toml",
    )
    child = write(
        tmp_path,
        'extends = "parent.toml"\n[parameters]\nstartups.number = 60\n'
        '[[events]]\nmonth = "2023-01"\nwhy = "second"\nset = { "policy.interoperability" = 0.4 }\n'
        '[[events]]\nmonth = "2022-05"\nwhy = "earlier"\nset = { policy.interoperability = 0.1 }\n',
    )
    scenario = load_scenario(child)
    assert (scenario.name, scenario.title, scenario.months) == ("mine", "", 24)  # a title is not inherited
    assert scenario.parameters == {"policy.export_cap_tpp": 1600.0, "startups.number": 60}
    assert [event.why for event in scenario.events] == ["earlier", "first", "second"]


def test_data_folder_is_relative_to_the_file_and_classes_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path, 'data = "other"\n[classes]\nstartup = "frugal.firms:Frugal"\n')
    scenario = load_scenario(path)
    assert scenario.data == tmp_path / "other"
    assert scenario.classes == {"startup": "frugal.firms:Frugal"}


def test_a_pin_holds_in_all_months_and_lists_what_it_overrides(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '[[events]]\nmonth = "2023-10"\nwhy = "the law"\n'
        "set = { policy.interoperability = 1.0, policy.export_cap_tpp = 1600 }\n"
        '[[events]]\nmonth = "2024-10"\nwhy = "the end"\nset = { policy.interoperability = 0.0 }\n',
    )
    scenario = load_scenario(path, {"policy.interoperability": 0.5})
    assert scenario.parameters["policy.interoperability"] == 0.5
    assert scenario.pinned == {"policy.interoperability": 0.5}
    assert [dict(event.set) for event in scenario.events] == [{"policy.export_cap_tpp": 1600.0}]
    assert scenario.overridden == (
        "2023-10 'the law' would set policy.interoperability to 1: pinned to 0.5 instead",
        "2024-10 'the end' would set policy.interoperability to 0: pinned to 0.5 instead",
    )
    assert load_scenario(scenario) == scenario


def test_a_scenario_already_read_can_be_pinned() -> None:
    assert load_scenario(Scenario("x"), {"startups.number": 70}).parameters == {"startups.number": 70}


def test_a_pin_is_checked() -> None:
    assert parse_pin("policy.interoperability=0.5") == ("policy.interoperability", 0.5)
    assert parse_pin("policy.export_cap_tpp = inf") == ("policy.export_cap_tpp", math.inf)
    assert parse_pin("startups.number=300") == ("startups.number", 300)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("policy.interoperability", ["write it as key=value"]),
        ("=3", ["write it as key=value"]),
        ("policy.interop=1", ["no parameter 'policy.interop'", "'policy.interoperability'"]),
        ("policy.interoperability=much", ["'much'", "from 0 to 1"]),
        ("policy.interoperability=1.5", ["1.5", "from 0 to 1"]),
        ("policy.interoperability=nan", ["nan", "from 0 to 1"]),
        ("startups.number=20.5", ["20.5", "whole number"]),
    ],
)
def test_a_bad_pin_says_what_is_allowed(text: str, words: list[str]) -> None:
    with pytest.raises(KingmakerError) as caught:
        load_scenario("baseline", dict([parse_pin(text)]), "--set")
    assert str(caught.value).startswith("--set")
    assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("months = ", ["not valid TOML", "Invalid value"]),
        ("[parameters]\npolicy.interop = 1", ["no parameter 'policy.interop'", "Did you mean"]),
        ("[parameters]\npolicy.interoperability = 3", ["is 3", "from 0 to 1"]),
        ('[parameters]\nstartups.number = "many"', ["'many'", "whole number"]),
        ("monhts = 3", ["no entry 'monhts'", "'months'"]),
        ("months = -3", ["-3", "from 1 to"]),
        ("months = 3.5", ["'months' is 3.5", "whole number"]),
        ("title = 3", ["'title' is 3", "a text"]),
        ('extends = "baselines"', ["extends", "'baselines'", "'baseline'"]),
        ('extends = "gone.toml"', ["gone.toml", "no scenario file"]),
        ('extends = "mine.toml"', ["circle", "mine.toml -> mine.toml"]),
        ('[classes]\nstartup = "Frugal"', ["module:Class"]),
        ('[[events]]\nwhy = "x"\nset = { policy.interoperability = 1 }', ["events 1", "'month' is missing"]),
        ('[[events]]\nmonth = "2024-13"\nwhy = "x"\nset = { policy.interoperability = 1 }', ["'2024-13'", "events 1"]),
        ('[[events]]\nmonth = "2021-12"\nwhy = "x"\nset = { policy.interoperability = 1 }', ["before", "2022-01"]),
        (
            "[[events]]\nmonth = 2024-03-01\nwhy = 'x'\nset = { policy.interoperability = 1 }",
            ["'month' is 2024-03-01", 'month = "2024-03"'],
        ),
        ("[[events]]\nmonth = 2024\nwhy = 'x'\nset = { policy.interoperability = 1 }", ["'month' is 2024", "quotes"]),
        ("[[events]]\nmonth = 2024-03\nwhy = 'x'\nset = { policy.tax = 0 }", ["line 2", 'month = "2024-03"']),
        ("[[events]]\nwhy = 'x'\nset = { policy.tax = 0 }\nmonth=2024-3 # March", ["line 4", 'month = "2024-03"']),
        ('events = [{ month = 2024-03, why = "x", set = { policy.tax = 0 } }]', ["line 1", 'month = "2024-03"']),
        (
            '[[events]]\nmonth = "2024-03"\nwhy = "x"\nhold = "yes"\nset = { policy.tax = 0 }',
            ["'hold' is 'yes'", "true or false"],
        ),
        ('[[events]]\nmonth = "2024-03"\nwhy = "x"\nset = {}', ["'set' is empty"]),
        ('[[events]]\nmonth = "2024-03"\nwhy = "x"\nset = { startups.number = 50 }', ["fixed for a whole run"]),
    ],
)
def test_a_bad_file_says_where_and_what_is_allowed(tmp_path: Path, text: str, words: list[str]) -> None:
    message = fault_of(tmp_path, text)
    assert "mine.toml" in message
    assert all(word in message for word in words), message


def test_all_faults_of_a_file_come_at_once(tmp_path: Path) -> None:
    message = fault_of(
        tmp_path,
        "[parameters]\npolicy.interoperability = 3\nstartups.number = 1\n"
        '[[events]]\nmonth = "2024-13"\nwhy = "x"\nset = { policy.nothing = 1 }\n',
    )
    assert len(message.splitlines()) == 4


def test_an_event_after_the_horizon_is_allowed(tmp_path: Path) -> None:
    path = write(tmp_path, '[[events]]\nmonth = "2040-01"\nwhy = "x"\nset = { policy.interoperability = 1 }\nmonths=3')
    with pytest.raises(KingmakerError, match="no entry 'months'"):
        load_scenario(path)
    path = write(
        tmp_path, 'months = 3\n[[events]]\nmonth = "2040-01"\nwhy = "x"\nset = { policy.interoperability = 1 }'
    )
    assert load_scenario(path).events[0].month == 216


def test_an_unknown_scenario_names_the_known_ones() -> None:
    with pytest.raises(KingmakerError, match=r"'baselines'.*'baseline'.*tight_export_cap"):
        load_scenario("baselines")


@pytest.mark.parametrize("months", [-3, 0, 10**9])
def test_a_run_has_a_sensible_number_of_months(months: int) -> None:
    with pytest.raises(KingmakerError, match="from 1 to"):
        check_months(months, "--months")
