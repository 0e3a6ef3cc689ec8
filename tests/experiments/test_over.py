"""``--over``: whose members are taken, how many, what is not drawn, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.experiments.design.replicates import LUCK, POSTERIOR, Replicates
from kingmaker.experiments.posterior import over as over_module
from kingmaker.experiments.posterior.members import load_members, members_digest
from kingmaker.experiments.posterior.over import (
    fallen_back,
    members_asked,
    members_of,
    replicates_of,
    save_members,
)
from tests.some_members import KEYS, members_file, some_members


def test_what_a_scenario_sets_pins_or_dates_is_not_drawn() -> None:
    members = Replicates.of(some_members(4, (*KEYS, "capital.dryness", "chips.memory_supply")))
    assert "capital.dryness" not in members.drawn_under(load_scenario("baseline"))  # dated events set it
    assert "chips.memory_supply" in members.drawn_under(load_scenario("baseline"))
    both = members.drawn_under(load_scenario("baseline"), load_scenario("short_memory"))
    assert "chips.memory_supply" not in both  # the scenario is about it
    pinned = load_scenario("baseline", {"startups.runway": 18.0})  # the declared value, and yet a pin
    assert "startups.runway" not in members.drawn_under(pinned)
    assert "startups.runway" not in members.drawn_under(load_scenario("baseline"), but=("startups.runway",))


def test_whole_numbers_stay_whole_and_only_what_is_drawn_is_held() -> None:
    members = Replicates((7,), ("startups.number", "startups.runway"), np.array([[150.0, 12.5]]), np.array([1.0]), "x")
    assert members.held(0, ("startups.number",)) == {"startups.number": 150}
    assert isinstance(members.held(0, ("startups.number",))["startups.number"], int)


def test_luck_is_seeds_in_a_row_and_says_so() -> None:
    luck = Replicates.luck(3, 4)
    assert luck.seeds == (3, 4, 5, 6)
    assert luck.words == "luck at one point, 4 seeds"
    assert luck.record == {}
    assert luck.over == LUCK


def test_members_bring_their_own_seeds_and_the_first_are_the_first(tmp_path: Path) -> None:
    found = replicates_of(str(members_file(tmp_path)), members=6)
    assert found.over == POSTERIOR
    assert found.words == "luck and parameters, 6 members"
    assert found.seeds == tuple(some_members().seeds[:6])
    assert found.weights.sum() == pytest.approx(1.0)
    assert found.digest == members_digest(some_members()) != members_digest(some_members(23))
    assert len(replicates_of(str(members_file(tmp_path)))) == 24  # all, as they are fewer than usual


def test_what_was_used_can_be_asked_again(tmp_path: Path) -> None:
    used = Replicates.of(some_members(), 5, "digest")
    save_members(used, tmp_path / "m.parquet")
    again = load_members(tmp_path / "m.parquet")
    assert list(again.seeds) == list(used.seeds)
    assert np.array_equal(again.values, used.values)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"over": "postrior"}, "--over is 'postrior'; allowed is posterior, luck, or a file of members ending in"),
        ({"over": "postrior"}, "Did you mean 'posterior'?"),
        ({"over": "nowhere.parquet"}, "nowhere.parquet: there is no such file of members"),
        ({"over": "luck", "members": 4}, "--members is 4, but a member is a draw from a posterior"),
        ({"over": "FILE", "members": 99}, "--members is 99; allowed is a whole number from 2 to 24"),
        ({"over": "FILE", "members": 1}, "--members is 1; allowed is a whole number from 2 on"),
        ({"over": "FILE", "replications": 1}, "--replications is 1; allowed is a whole number from 2 on"),
        ({"over": "FILE", "members": 4, "replications": 5}, "give one of them"),
        ({"over": "FILE", "seed": 3}, "--seed is 3, but over a posterior each member brings its own seed"),
        ({"over": "luck", "seed": 2**63 - 3, "replications": 9}, "--seed is 9223372036854775805"),
    ],
)  # fmt: skip
def test_options_that_do_not_go_together_are_refused(given: dict[str, object], told: str, tmp_path: Path) -> None:
    if given.get("over") == "FILE":
        given = {**given, "over": str(members_file(tmp_path))}
    with pytest.raises(KingmakerError) as fault:
        replicates_of(**given)  # type: ignore[arg-type]
    assert told in str(fault.value)


def test_a_number_of_members_may_be_given_by_either_name(tmp_path: Path) -> None:
    file = str(members_file(tmp_path))
    assert len(replicates_of(file, replications=7)) == len(replicates_of(file, members=7)) == 7
    assert len(replicates_of(file, members=7, replications=7)) == 7


def test_without_a_posterior_the_usual_is_luck_and_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(over_module, "SHIPPED", tmp_path / "none.parquet")
    assert members_of(None, POSTERIOR) is None
    assert "intervals are over luck" in fallen_back(None)
    assert fallen_back("luck") == ""
    monkeypatch.setattr(over_module, "SHIPPED", members_file(tmp_path))
    assert fallen_back(None) == ""


def test_the_level_follows_what_is_asked(tmp_path: Path) -> None:
    file = str(members_file(tmp_path))
    assert members_asked("luck", None)[1].share == 0.95
    assert members_asked(file, None)[1].share == 0.9
    assert members_asked(file, "0.8")[1].share == 0.8
    assert members_asked(file, None, most=5)[0].seeds == Replicates.of(some_members(), 5).seeds  # type: ignore[union-attr]
