"""What paper, pages, lessons and README claim: one file, and no sign in it that the posterior does not bear out."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.posterior.members import SHIPPED, load_members, members_digest
from kingmaker.experiments.studies.stated import claim_runs
from kingmaker.experiments.studies.stated.claim_rows import (
    INTERACTION,
    OPEN,
    UP,
    StatedClaim,
    read_claims,
    write_claims,
)
from kingmaker.experiments.studies.stated.claim_runs import computed, number_of_runs, pins_of, run_claims
from tests.some_members import some_members

ROOT = Path(__file__).resolve().parents[2]
SHIPPED_CLAIMS = read_claims()
ANSWERS = {"up": "up", "down": "down", "unclear": "open"}


@pytest.mark.parametrize("claim", SHIPPED_CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_is_made_where_it_says_and_stands_or_is_worded_as_open(claim: StatedClaim) -> None:
    assert claim.text in (ROOT / claim.place).read_text(encoding="utf-8")
    assert claim.outcome in MEASURES
    load_scenario(claim.a, pins_of(claim.set_a, claim.id))
    load_scenario(claim.b, pins_of(claim.set_b, claim.id))
    assert claim.stands is not False, f"{claim.id}: reword it as open, or run 'kingmaker claims --fill'"
    if SHIPPED.is_file():  # every one was computed over the posterior of this version
        assert claim.posterior == members_digest(load_members())[:12], "run: kingmaker claims --fill"


def test_every_answer_that_a_lesson_expects_is_among_the_claims() -> None:
    path = ROOT / "experiments/classroom/lessons/lessons.toml"
    lessons = tomllib.loads(path.read_text(encoding="utf-8"))["lesson"]
    known = {claim.id: claim for claim in SHIPPED_CLAIMS}
    for lesson in lessons:
        for measure, answer in lesson["expects"].items():
            claim = known[f"lesson-{lesson['id']}-{measure}"]
            assert claim.sign == ANSWERS[answer]
            assert claim.a == claim.b == lesson["scenario"]
            assert int(claim.months) == lesson["months"]
            for side, text in (("a", claim.set_a), ("b", claim.set_b)):
                assert pins_of(text, claim.id) == {key: float(value) for key, value in lesson[side].items()}


def claim(sign: str = UP, effect: str = "difference", **more: str) -> StatedClaim:
    found = StatedClaim(
        "mine", "README.md", "", "no_new_law", "policy.tax=0.1", "no_new_law", "policy.tax=0.3; policy.egress_fee=0.5",
        effect, "hhi_cloud", "final", "6", sign,
    )  # fmt: skip
    return replace(found, **more)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    def made_up(worlds: Any, months: int, names: Any, *, statistics: Any, **_: Any) -> np.ndarray:
        values = np.empty((len(names), len(statistics), len(worlds)))
        for k, world in enumerate(worlds):
            held = world.setting.parameters
            tax, fee = held.get("policy.tax", 0.0), held.get("policy.egress_fee", 1.0)
            values[:, :, k] = (world.seed % 10 > 0) * tax * (1.0 - 4.0 * (1.0 - fee))
        return values

    monkeypatch.setattr(claim_runs, "simulate", made_up)


def test_the_probability_of_a_claim_is_the_share_of_the_members(fake: None) -> None:
    over = Replicates.of(some_members(20), digest="0123456789abcdef")  # one seed in ten ends in 0
    (found,) = computed([claim()], over)
    assert (found.p_up, found.p_down) == ("0", "0.9")
    assert found.stands is False
    assert found.posterior == "0123456789ab"
    assert found.over == "luck and parameters, 20 members"
    assert computed([claim(OPEN)], over)[0].stands is True
    (beyond,) = computed([claim("down", INTERACTION)], over)
    assert float(beyond.p_down) == 0.9  # what both do beyond the sum of each alone
    assert number_of_runs([claim(), claim("down", INTERACTION, id="other")], over) == 80


def test_the_command_fails_where_a_claim_does_and_fills_the_file(fake: None, tmp_path: Path) -> None:
    path, over = tmp_path / "c.csv", Replicates.of(some_members(20), digest="abc")
    write_claims([claim(), claim(OPEN, id="open one")], path)
    assert not run_claims(path, over, 1, fill=True, quiet=True)
    assert [each.p_down for each in read_claims(path)] == ["0.9", "0.9"]
    write_claims([claim(OPEN)], path)
    assert run_claims(path, over, 1, fill=False, quiet=True)
    assert read_claims(path)[0].p_up == ""


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"outcome": "hhi_clod"}, "there is no measure 'hhi_clod'. Did you mean 'hhi_cloud'"),
        ({"window": "last99"}, "needs at least 99 months"),
        ({"months": "many"}, "claims.csv: mine"),
        ({"set_b": "policy.taxx=1"}, "policy.taxx"),
        ({"effect": INTERACTION, "set_b": "policy.tax=0.3"}, "just two parameters that B holds otherwise"),
    ],
)
def test_a_claim_that_cannot_be_computed_is_named(wrong: dict[str, str], told: str, fake: None) -> None:
    with pytest.raises(KingmakerError) as fault:
        computed([claim(**wrong)], Replicates.of(some_members(4)))
    assert told in str(fault.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda text: text.replace(",up,", ",upp,"), "sign is 'upp'; allowed is up, down, open. Did you mean 'up'?"),
        (lambda text: text + text.splitlines()[1] + "\n", "the id 'mine' is given twice"),
        (lambda text: text.replace("outcome", "measure"), "its columns must be id, place"),
        (lambda text: text + "short,row\n", "line 3: has not 16 fields"),
    ],
)
def test_a_damaged_file_of_claims_is_refused(change: Any, told: str, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    write_claims([claim()], path)
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(KingmakerError) as fault:
        read_claims(path)
    assert told in str(fault.value)
