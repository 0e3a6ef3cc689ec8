"""What a user adds: loaded, checked, and as reproducible as the model itself."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.environment.model import ComputeEconomy
from tests.extension_files import HEAD, KIND, SMALL, scenario


def test_a_parameter_of_ones_own_is_checked_and_set_like_others(tmp_path: Path) -> None:
    body = """
class Levy(Instrument):
    parameters = (declared("levy.rate"),)
    def settle(self, e):
        clouds = e.populations["clouds"].view()
        e.pay_public("tax", "clouds", e.p.levy.rate * np.minimum(1.0, clouds.cash))
"""
    path = scenario(
        tmp_path, body, "Levy", '[[events]]\nmonth = "2022-03"\nwhy = "a rise"\nset = { levy.rate = 1.0 }\n'
    )
    model = ComputeEconomy(path, rng=1, months=4, register=False, **SMALL).run()  # type: ignore[arg-type]
    assert model.parameters.values(0)["levy.rate"] == 1.0
    assert model.initial_parameters[0]["levy.rate"] == 0.5
    public = model.populations["sectors"].table.data["cash"][0, 1]
    without = ComputeEconomy(path, rng=1, months=4, register=False, **SMALL, **{"levy.rate": 0.0}).run()  # type: ignore[arg-type]
    assert public > without.populations["sectors"].table.data["cash"][0, 1]
    assert model.measures.array("ledger_residual").max() < 1e-9
    with pytest.raises(KingmakerError, match=r"--set: 'levy.rate' is 2.0; allowed is a number from 0 to 1"):
        load_scenario(path, {"levy.rate": 2.0}, "--set")
    with pytest.raises(KingmakerError, match=r"no parameter 'levy.rat'. Did you mean 'levy.rate'"):
        load_scenario(path, {"levy.rat": 0.2})
    with pytest.raises(KingmakerError, match=r"no parameter 'levy.rate'"):
        load_scenario("baseline", {"levy.rate": 0.2})


def test_a_kind_of_startup_is_the_same_alone_and_in_a_stack(tmp_path: Path) -> None:
    path = scenario(tmp_path, KIND, "Calm")
    alone = ComputeEconomy(path, rng=3, months=14, register=False, **SMALL).run()  # type: ignore[arg-type]
    stack = ComputeEconomy.stack([{"scenario": path, "rng": seed, **SMALL} for seed in (2, 3, 4)], months=14).run()
    for name in alone.measures.known:
        assert alone.measures.array(name)[:, 0].tobytes() == stack.measures.array(name)[:, 1].tobytes(), name


def test_a_kind_of_startup_makes_up_its_share(tmp_path: Path) -> None:
    path = scenario(tmp_path, KIND, "Calm")
    model = ComputeEconomy(path, rng=3, months=30, **{"startups.number": 400, "startups.slots_factor": 3.0})
    kinds = {cls.__name__: agents for cls, agents in model.agents_by_type.items() if issubclass(cls, _startup())}
    assert len(kinds["Calm"]) == 120
    model.run()
    newcomers = {name: sum(agent.age < 28.0 for agent in kinds[name]) for name in kinds}
    assert 0.15 < newcomers["Calm"] / sum(newcomers.values()) < 0.45


def _startup() -> type:
    from kingmaker.agents.startup import Startup

    return Startup


def test_nobody_of_a_further_kind_is_the_baseline(tmp_path: Path) -> None:
    path = scenario(tmp_path, KIND, "Calm")
    with_kind = ComputeEconomy(path, rng=1, months=8, register=False, **SMALL, **{"calm.share": 0.0}).run()  # type: ignore[arg-type]
    baseline = ComputeEconomy("baseline", rng=1, months=8, register=False, **SMALL).run()  # type: ignore[arg-type]
    for name in baseline.measures.known:
        assert np.array_equal(baseline.measures.array(name), with_kind.measures.array(name)), name


@pytest.mark.parametrize(
    ("body", "cls", "words"),
    [
        ("class Odd:\n    pass\n", "Odd", "is not a subclass of Instrument, Gauge, ChipRule, Startup, Chipmaker"),
        ("odd = 3\n", "odd", "is not a class"),
        ("", "Missing", "cannot be loaded (AttributeError"),
        ("class Odds(Instrument):\n    pass\n", "Odd", "Did you mean 'Odds'?"),
        ("1 / 0\n", "Odd", "cannot be loaded (ZeroDivisionError: division by zero), added_"),
        ("import no_such_module_here\n", "Odd", "line 11: import no_such_module_here"),
        ("def odd(self:\n", "Odd", "cannot be loaded (SyntaxError"),
        ("class Odd(Instrument):\n    def settel(self, e):\n        pass\n", "Odd", "Did you mean 'settle'?"),
        (
            "class Odd(Instrument):\n    parameters = (declared('odd.part', 7.0),)\n",
            "Odd",
            "default of 'odd.part' is 7;",
        ),
        ("class Odd(Gauge):\n    pass\n", "Odd", "needs a class attribute 'measure'"),
        ("class Odd(Startup):\n    pass\n", "Odd", "needs a class attribute 'share'"),
        ("class Odd(Chipmaker):\n    pass\n", "Odd", "needs class attributes 'row'"),
        ("class Odd(Instrument):\n    parameters = (declared('policy.own'),)\n", "Odd", "a group of its own"),
        ("class Odd(Instrument):\n    parameters = (declared('own'),)\n", "Odd", "write it as group.name"),
        ("class Odd(Instrument):\n    parameters = (declared('a.b'), declared('a.b'))\n", "Odd", "two of parameter"),
        ("class Odd(Gauge):\n    measure = Measure('utilisation', '', '', '', '')\n", "Odd", "two of measure"),
    ],
)
def test_a_class_that_does_not_fit_is_named(tmp_path: Path, body: str, cls: str, words: str) -> None:
    path = scenario(tmp_path, body, cls)
    with pytest.raises(KingmakerError) as caught:
        load_scenario(path)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            "    def ration(self, e, demand, capacity, weight):\n        return 2.0 * demand + 1.0\n",
            "more than it wants",
        ),
        ("    def ration(self, e, demand, capacity, weight):\n        return demand - 1e6\n", "less than nothing"),
        ("    def ration(self, e, demand, capacity, weight):\n        return demand[0]\n", "ration gave shape"),
        ("    def ration(self, e, demand, capacity, weight):\n        return 1 / 0\n", "return 1 / 0"),
        ("    pass\n", "NotImplementedError"),
    ],
)
def test_a_rule_that_gives_what_there_is_not_is_named(tmp_path: Path, body: str, words: str) -> None:
    path = scenario(tmp_path, f"class Odd(ChipRule):\n{body}", "Odd")
    with pytest.raises(KingmakerError, match=r"extensions: added_\d+:Odd: ration") as caught:
        ComputeEconomy(path, rng=1, months=6, register=False, **SMALL).run()  # type: ignore[arg-type]
    assert words in str(caught.value)


def test_a_rule_that_gives_everyone_all_is_stopped_at_what_there_is(tmp_path: Path) -> None:
    body = "class Odd(ChipRule):\n    def ration(self, e, demand, capacity, weight):\n        return demand\n"
    with pytest.raises(KingmakerError, match="more chips than there are"):
        ComputeEconomy(scenario(tmp_path, body, "Odd"), rng=1, months=20, register=False, **SMALL).run()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("np.array([np.nan]) if e.month else np.zeros(1)", "nan in world 0, and 1 numbers that are not finite"),
        ("np.zeros((1, 7)) if e.month else np.zeros(1)", r"an array of shape \(1, 7\); allowed is shape \(1,\)"),
        ("None if e.month else np.zeros(1)", "nothing; allowed"),
        ("'much' if e.month else np.zeros(1)", "'much'; allowed"),
    ],
)
def test_a_measure_must_give_a_number_a_world(tmp_path: Path, given: str, words: str) -> None:
    body = f"""
class Odd(Gauge):
    measure = Measure("odd", "0-1", "an example", "Odd", "world")
    def observe(self, e):
        return {given}
"""
    told = rf"extensions: added_\d+:Odd: observe gave {words}.*\(month 1, 2022-02, added_\d+\.py, line \d+\)"
    with pytest.raises(KingmakerError, match=told):
        ComputeEconomy(scenario(tmp_path, body, "Odd"), rng=1, months=2, register=False, **SMALL).run()  # type: ignore[arg-type]


def test_a_helper_is_no_misspelt_hook(tmp_path: Path) -> None:
    hooks = "    def settle(self, e):\n        self.settles(e)\n    def settles(self, e):\n        pass\n"
    body = f"class Odd(Instrument):\n{hooks}"
    (name,) = load_scenario(scenario(tmp_path, body, "Odd")).extensions
    assert name.endswith(":Odd")


def test_two_modules_of_one_name_are_not_mixed_up(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "twin_module.py").write_text(HEAD + "class Law(Instrument):\n    pass\n", encoding="utf-8")
        (tmp_path / folder / "own.toml").write_text('extensions = ["twin_module:Law"]\n', encoding="utf-8")
    load_scenario(tmp_path / "one" / "own.toml")
    with pytest.raises(KingmakerError, match="another module of that name"):
        load_scenario(tmp_path / "two" / "own.toml")


def test_a_scenario_hands_its_extensions_on(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    scenario(tmp_path, KIND, "Calm")
    child = tmp_path / "sub" / "child.toml"
    child.write_text('extends = "../own.toml"\n[parameters]\n"calm.share" = 0.1\n', encoding="utf-8")
    assert load_scenario(child).load_extensions().startups[0].__name__ == "Calm"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("e.in_force.interoperabilty = 1.0", "no entry 'interoperabilty'. Did you mean 'interoperability'?"),
        ('e.in_force["interoperabilty"] = 1.0', "Did you mean 'interoperability'?"),
        ('e.in_force["values"]', "no entry 'values'"),
        ("e.in_force.egress = np.ones((3, 7))", "e.in_force.egress as array"),
        ("e.in_force.duty = np.nan", "duty as nan; allowed are numbers from 0 to 1 of shape (worlds, clouds)"),
        ("e.in_force.reserve[...] = 5.0", "allowed are numbers from 0 to 1 of shape (worlds, 1)"),
        ("e.in_force.duty = 'much'", "e.in_force.duty as 'much'"),
        ("e.in_forced.duty = 1.0", "Did you mean 'in_force'?"),
        ("e.now.compte.rent_market", "Did you mean 'compute'?"),
        ("e.now.compute.rent_market", "before the phase renting.post_prices"),
        ("e.conditions.hhi_clod", "Did you mean 'hhi_cloud'?"),
        ("e.p.policy.taxx", "Did you mean 'policy.tax'?"),
        ('e.populations["clods"]', "Did you mean 'clouds'?"),
        ('e.pay_public("tx", "clouds", np.zeros((1, 15)))', "Did you mean 'tax'?"),
        ("raise SystemExit(0)", "SystemExit: 0"),
    ],
)
def test_what_an_instrument_does_wrong_is_told_with_its_line(tmp_path: Path, line: str, words: str) -> None:
    path = scenario(tmp_path, f"class Odd(Instrument):\n    def fix(self, e):\n        {line}\n", "Odd")
    with pytest.raises(KingmakerError, match=r"extensions: added_\d+:Odd: fix") as caught:
        ComputeEconomy(path, rng=1, months=2, **SMALL).run()  # type: ignore[arg-type]
    assert words in str(caught.value)
    if " leaves " not in str(caught.value):
        assert re.search(r"added_\d+\.py, line 13: ", str(caught.value))
        assert str(caught.value).endswith(line)


@pytest.mark.parametrize(
    "line", ["e.in_force.interoperability = 1.0", 'e.in_force["interoperability"] = np.ones((1, 1))']
)
def test_one_number_in_force_stands_for_all_clouds(tmp_path: Path, line: str) -> None:
    path = scenario(tmp_path, f"class Law(Instrument):\n    def fix(self, e):\n        {line}\n", "Law")
    model = ComputeEconomy(path, rng=1, months=2, **SMALL).run()  # type: ignore[arg-type]
    assert model.economy.in_force.interoperability.shape == (1, model.economy.clouds.slots)
    assert model.measures.latest("interoperability_in_effect") == 1.0
