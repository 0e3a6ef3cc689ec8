"""What a user's code must leave alone: told with class, hook and line, as soon as it is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.model import ComputeEconomy
from tests.extension_files import IDLE, KIND, SMALL, scenario


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("e.startups.view().cash = 0.0", "changes money of the startups past the accounts"),
        ("e.clouds.table.data['stakes'][...] += 1.0", "changes money of the clouds past the accounts"),
        ("e.pay_public('tax', 'startups', 2.0 * e.startups.view().cash)", "of cash, less than nothing"),
        ("e.clouds.view().rent = -1.0", "leaves e.clouds.view().rent at -1 to -1; allowed are numbers from 0 on"),
        ("e.startups.view().talent = 1.5", "talent at 1.5 to 1.5; allowed are numbers from 0 to 1 (0-1)"),
        ("e.clouds.view().rent = np.nan", "leaves e.clouds.view().rent at nan to nan"),
        ("e.chips.running[...] *= 2.0", "makes chips appear or vanish"),
        ("e.month = 3", "sets e.month, which is the model's own"),
        ("e.worlds = 3", "sets e.worlds, which is the model's own"),
        ("e.now = None", "sets e.now, which is the model's own"),
        ("e.conditions = None", "sets e.conditions, which is the model's own"),
        ("e.populations['clouds'] = e.startups", "changes e.populations"),
        ("e.in_forced = 3", "sets e.in_forced; there is no such name"),
        ("e.conditions.hhi_clod = 0.1", "sets e.conditions.hhi_clod; there is no such name. Did you mean 'hhi_cloud'?"),
        ("e.now.compte = 0.1", "sets e.now.compte; there is no such name. Did you mean 'compute'?"),
        ("e.startups.view().host = 3", "by the verbs of kingmaker.environment.ties.contracts"),
        ("e.startups.view().cash[...] = 0.0", "assignment destination is read-only"),
        ("e.p[declared('odd.own')]", "'odd.own' is declared, and listed by none of the scenario's extensions"),
        ("e.p['policy.txa']", "Did you mean 'policy.tax'?"),
        ("e.clouds.of(Startup)", "clouds: no slots are of the class Startup; there are those of Cloud."),
    ],
)
@pytest.mark.parametrize("hook", ["fix", "price", "settle"])
def test_what_a_hook_must_not_do_is_told_where_it_is_done(tmp_path: Path, line: str, words: str, hook: str) -> None:
    path = scenario(tmp_path, f"class Odd(Instrument):\n    def {hook}(self, e):\n        {line}\n", "Odd")
    with pytest.raises(KingmakerError, match=rf"extensions: added_\d+:Odd: {hook} ") as caught:
        ComputeEconomy(path, rng=1, months=2, register=False, **SMALL).run()  # type: ignore[arg-type]
    assert words in str(caught.value)


def test_a_measure_that_changes_what_it_measures_is_named(tmp_path: Path) -> None:
    body = """
class Odd(Gauge):
    measure = Measure("odd", "0-1", "an example", "Odd", "world")
    def observe(self, e):
        e.investors.view().cash = 0.0
        return np.zeros(e.worlds)
"""
    with pytest.raises(KingmakerError, match="Odd: observe changes money of the investors"):
        ComputeEconomy(scenario(tmp_path, body, "Odd"), rng=1, months=2, register=False, **SMALL).run()  # type: ignore[arg-type]


def test_a_hook_that_does_nothing_is_never_blamed(tmp_path: Path) -> None:
    worlds = [{}, {"policy.interoperability": 1.0}, {"policy.reserved_capacity": 0.3, "policy.tax": 0.4}]
    path = scenario(tmp_path, IDLE, "Idle")
    idle = ComputeEconomy.stack([{"scenario": path, "rng": 5, **SMALL, **pins} for pins in worlds], months=40).run()
    bare = ComputeEconomy.stack([{"rng": 5, **SMALL, **pins} for pins in worlds], months=40).run()
    for name in bare.measures.known:
        assert idle.measures.array(name).tobytes() == bare.measures.array(name).tobytes(), name


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "return 1 / 0",
            r"plan_burn failed \(ZeroDivisionError: division by zero\), added_\d+\.py, line 16: return 1 / 0",
        ),
        ("return self.cahs", r"no column 'cahs'. Did you mean 'cash'\?\), added_\d+\.py, line 16"),
        ("return p.startups.runwya", r"Did you mean 'startups.runway'\?\), added_\d+\.py, line 16"),
        (
            "return super().plan_burn(p)[..., :1]",
            r"plan_burn gave shape \(1, 1\); allowed are arrays with one number for",
        ),
        ("return None", r"plan_burn gave shape \(\); allowed.*\(added_\d+\.py, line 15\)"),
        ("return super().plan_burn(p) * np.nan", r"plan_burn gave nan; allowed.*\(added_\d+\.py, line 15\)"),
        ("raise SystemExit(0)", r"SystemExit: 0"),
    ],
)
def test_what_a_kind_of_startup_does_wrong_is_told_with_its_line(tmp_path: Path, line: str, words: str) -> None:
    body = KIND.replace("return 0.7 * super().plan_burn(p)", line)
    with pytest.raises(KingmakerError, match=rf"extensions: added_\d+:Calm: .*{words}"):
        ComputeEconomy(scenario(tmp_path, body, "Calm"), rng=1, months=2, register=False, **SMALL).run()  # type: ignore[arg-type]


def test_what_goes_wrong_at_birth_is_told(tmp_path: Path) -> None:
    body = KIND + "    @classmethod\n    def born(cls, values, p):\n        return values['tallent']\n"
    with pytest.raises(KingmakerError, match=r"Calm: born failed \(KeyError: 'tallent'\), added_\d+\.py, line 19"):
        ComputeEconomy(scenario(tmp_path, body, "Calm"), rng=1, months=2, register=False, **SMALL)  # type: ignore[arg-type]


@pytest.mark.parametrize("given", ["[1.0, 2.0]", "values['cash'] * np.nan"])
def test_a_birth_that_gives_no_numbers_is_told(tmp_path: Path, given: str) -> None:
    body = KIND + f"    @classmethod\n    def born(cls, values, p):\n        return {{**values, 'talent': {given}}}\n"
    with pytest.raises(KingmakerError, match=r"Calm.born gives 'talent' as .*; allowed are numbers of shape \(1, "):
        ComputeEconomy(scenario(tmp_path, body, "Calm"), rng=1, months=2, register=False, **SMALL)  # type: ignore[arg-type]


def test_a_kind_of_ones_own_and_its_parameters_are_read_in_a_hook(tmp_path: Path) -> None:
    body = (
        KIND.replace("class Calm", "SHARE = declared('calm.share', 0.3, True)\nclass Calm")
        + """
class Count(Gauge):
    measure = Measure("calm_share", "0-1", "an example", "Calm", "world")
    def observe(self, e):
        assert (e.p[SHARE] == e.p.calm.share).all() and (e.p["calm.share"] == e.p[SHARE]).all()
        calm = e.startups.of(Calm)
        assert calm.alive.shape[1] < e.startups.slots
        return calm.alive.sum(axis=-1) / e.startups.view().alive.sum(axis=-1)
"""
    )
    path = scenario(tmp_path, body, "Calm")
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace(':Calm"]', ':Calm", "' + text.split('"')[3].split(":")[0] + ':Count"]'), encoding="utf-8"
    )
    model = ComputeEconomy(path, rng=1, months=1, register=False, **SMALL).run()  # type: ignore[arg-type]
    assert 0.1 < model.measures.latest("calm_share") < 0.5


def test_a_column_of_ones_own_may_have_bounds_that_its_default_does_not_keep(tmp_path: Path) -> None:
    head = "from kingmaker import Column\n"
    body = (
        head
        + KIND
        + """    weight_of = Column(0.0, unit="ratio", doc="an example", low=2.0)
    @classmethod
    def born(cls, values, p):
        return {**values, "weight_of": 3.0}
"""
    )
    path = scenario(tmp_path, body + IDLE, "Calm")
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace(':Calm"]', ':Calm", "' + text.split('"')[3].split(":")[0] + ':Idle"]'), encoding="utf-8"
    )
    model = ComputeEconomy(path, rng=1, months=3, register=False, **{**SMALL, "calm.share": 0.5}).run()  # type: ignore[arg-type]
    assert model.month == 3
