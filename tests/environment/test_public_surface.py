"""What a user's Python meets: wrong names and numbers, parameters read and set, how things print."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

import kingmaker
from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.firm import Sector
from kingmaker.agents.startup import Startup
from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.model import ComputeEconomy

DUTY = "policy.interoperability"


@pytest.fixture(scope="module")  # no test changes it
def model() -> ComputeEconomy:
    return ComputeEconomy(rng=1, months=4, **{"startups.number": 30}).run(1)


WRONG: list[tuple[Callable[[ComputeEconomy], object], str]] = [
    (lambda m: setattr(m.parameters.policy, "interoperabilty", 1.0), "Did you mean 'policy.interoperability'"),
    (lambda m: m.parameters.policy.interoperabilty, "Did you mean 'policy.interoperability'"),
    (lambda m: setattr(m.economy.p.policy, "interoperabilty", 1.0), "Did you mean 'policy.interoperability'"),
    (lambda m: m.parameters.polcy, "no parameter group 'polcy'. Did you mean 'policy'"),
    (lambda m: setattr(m.parameters, "policy", 1.0), "'policy' cannot be set"),
    (lambda m: m.parameters["policy.intreoperability"], "Did you mean 'policy.interoperability'"),
    (lambda m: m.parameters.array("policy.intreoperability"), "Did you mean 'policy.interoperability'"),
    (lambda m: m.parameters.known["policy.intreoperability"], "Did you mean 'policy.interoperability'"),
    (lambda m: m.parameters.values(1), "no world 1; the worlds are 0 to 0"),
    (lambda m: setattr(m.parameters.policy, "interoperability", 1.5), "is 1.5; allowed is a number from 0 to 1"),
    (lambda m: setattr(m.parameters.policy, "interoperability", "1"), "is '1'; allowed"),
    (lambda m: setattr(m.parameters.policy, "interoperability", True), "is True; allowed"),
    (lambda m: setattr(m.parameters.policy, "interoperability", float("nan")), "is nan; allowed"),
    (lambda m: setattr(m.parameters.policy, "interoperability", [0.1, 0.2]), "given 2 values"),
    (lambda m: setattr(m.parameters.startups, "number", 40), "fixes the shape"),
    (lambda m: m.parameters.policy.interoperability.__setitem__(0, 1.0), "are a copy"),
    (lambda m: m.measures.array("swithing"), "no measure 'swithing'. Did you mean 'switching_rate'"),
    (lambda m: m.measures.latest("swithing"), "no measure 'swithing'. Did you mean 'switching_rate'"),
    (lambda m: m.measures.latest("switching_rate", 1), "no world 1"),
    (lambda m: ComputeEconomy(months=2, **{"startups.number": 30}).measures.latest("switching_rate"), "no month"),
    (lambda m: m.populations["startup"], "no population 'startup'. Did you mean 'startups'"),
    (lambda m: setattr(firm(m), "cahs", 1.0), "no column 'cahs'. Did you mean 'cash'"),
    (lambda m: firm(m).cahs, "no column 'cahs'. Did you mean 'cash'"),
    (lambda m: setattr(m.populations["clouds"].view(), "cahs", 1.0), "no column 'cahs'. Did you mean 'cash'"),
    (lambda m: ComputeEconomy(seed=5), "no argument 'seed'. Did you mean 'rng'"),
    (lambda m: ComputeEconomy(steps=5), "no argument 'steps'. Did you mean 'months'"),
    (lambda m: ComputeEconomy(interoperability=0.5), "Did you mean 'policy.interoperability'"),
    (lambda m: ComputeEconomy(rng="5"), "rng is '5'"),
    (lambda m: ComputeEconomy(rng=2**63), "rng is 9223372036854775808"),
    (lambda m: ComputeEconomy(rng=np.nan), "rng is nan"),
    (lambda m: ComputeEconomy(months=2.5), "months is 2.5"),
    (lambda m: ComputeEconomy(months=True), "months is True"),
    (lambda m: ComputeEconomy(panel="yes"), "panel is 'yes'"),
    (lambda m: ComputeEconomy(scenario=5), "scenario is 5"),
    (lambda m: ComputeEconomy("x" * 400 + ".toml"), "no scenario file"),
    (lambda m: ComputeEconomy("a\0.toml"), "no scenario file"),
    (lambda m: ComputeEconomy("BASELINE"), "Did you mean 'baseline'"),
    (lambda m: ComputeEconomy.stack([]), "at least one world"),
    (lambda m: ComputeEconomy.stack({"rng": 1}), "worlds is {'rng': 1}"),
    (lambda m: ComputeEconomy.stack([1]), "world 0 is 1"),
    (lambda m: ComputeEconomy.stack([{"rng": 1}, {"seed": 1}]), "world 1: there is no argument 'seed'. Did you"),
    (lambda m: ComputeEconomy.stack([{"rng": -1}]), "world 0: rng is -1"),
    (lambda m: m.branch({}), "give a list of changes"),
    (lambda m: m.branch([]), "give a list of changes, one"),
    (lambda m: m.branch([{}], world=1), "branch: there is no world 1"),
    (lambda m: m.branch([{}], world=None), "branch: there is no world None"),
    (lambda m: m.branch([5]), "branch 0: is 5"),
    (lambda m: m.run("x"), "run: months is 'x'"),
    (lambda m: m.run(-1), "run: months is -1"),
    (lambda m: m.partnerships.graph(month=2), "month (months completed) is 2"),
    (lambda m: m.partnerships.graph(world=1), "graph: there is no world 1"),
    (lambda m: m.partnerships.graph(largest="all"), "largest is 'all'"),
    (lambda m: kingmaker.load(5), "the folder is 5"),
    (lambda m: kingmaker.query("nowhere", 5), "the query is 5"),
]  # fmt: skip


def firm(model: ComputeEconomy) -> Startup:
    return next(iter(model.agents_by_type[Startup]))


@pytest.mark.parametrize(("mistake", "told"), WRONG, ids=[told for _, told in WRONG])
def test_a_mistake_is_told_in_a_sentence(
    model: ComputeEconomy, mistake: Callable[[ComputeEconomy], object], told: str
) -> None:
    with pytest.raises(KingmakerError) as fault:
        mistake(model)
    assert told in str(fault.value)


@pytest.mark.parametrize("name", ["set", "policy", "worlds"])
def test_an_argument_of_another_library_is_not_taken_for_a_parameter_of_another_name(name: str) -> None:
    with pytest.raises(KingmakerError, match="there is no argument") as fault:
        ComputeEconomy(**{name: 1})  # type: ignore[arg-type]
    assert "Did you mean" not in str(fault.value)


def test_numbers_of_numpy_and_whole_floats_are_numbers() -> None:
    model = ComputeEconomy(rng=np.int64(3), months=2.0, **{"startups.number": np.int32(30)})  # type: ignore[arg-type]
    plain = ComputeEconomy(rng=3, months=2, **{"startups.number": 30})
    assert (model.seed, model.months, type(model.months)) == (3, 2, int)
    assert model.run(np.int16(2)).measures.to_frame().equals(plain.run().measures.to_frame())  # type: ignore[arg-type]


@pytest.mark.parametrize(("value", "number"), [(True, 1), (False, 0), (np.True_, 1), (1, 1), (1.0, 1)])
def test_a_switch_takes_truth_values(value: object, number: int) -> None:
    model = ComputeEconomy(rng=1, months=1, **{"startups.number": 30, "policy.exclusivity_ban": value})
    assert model.parameters.values()["policy.exclusivity_ban"] == number


def test_a_parameter_that_is_set_holds_from_the_next_month_on() -> None:
    model = ComputeEconomy(rng=1, months=4, **{"startups.number": 30}).run(2)
    model.parameters.policy.interoperability = 0.5
    assert float(model.parameters.policy.interoperability) == 0.5
    branch = model.branch([{DUTY: 0.5}]).run()
    model.run()
    assert model.measures.latest("duty_in_force") == branch.measures.latest("duty_in_force") > 0.0


def test_a_parameter_is_set_in_all_worlds_or_one_by_one() -> None:
    model = ComputeEconomy.stack([{"rng": 1, "startups.number": 30}] * 2, months=2)
    model.parameters.policy.interoperability = [0.1, 0.2]
    assert model.parameters.policy.interoperability.tolist() == [[0.1], [0.2]]
    assert repr(model.parameters.policy.interoperability) == "[0.1, 0.2]"
    model.parameters[DUTY] = np.float32(0.5)
    assert [model.parameters.values(world)[DUTY] for world in (0, 1)] == [0.5, 0.5]
    assert "interoperability = 0.5 (0-1)" in repr(model.parameters.policy)
    branched = model.branch([{}, {}])
    branched.parameters.policy.interoperability = 0.7
    assert branched.economy.p.policy.interoperability.tolist() == [[0.7], [0.7]]
    assert model.parameters.policy.interoperability.tolist() == [[0.5], [0.5]]
    restored = ComputeEconomy.restore(bytes(model.snapshot()))
    restored.parameters.policy.interoperability = 0.9
    assert restored.economy.p.array(DUTY).tolist() == [[0.9], [0.9]]


def test_things_print_as_what_they_are(model: ComputeEconomy) -> None:
    assert repr(model) == "<ComputeEconomy baseline with startups.number = 30, seed 1: 1 of 4 months>"
    assert repr(model.parameters.policy.interoperability) == str(model.parameters.policy.interoperability) == "0.0"
    assert f"{model.parameters.policy.export_cap_tpp:.0f}" == "4800"
    assert repr(model.measures).startswith(f"<{len(MEASURES)} measures, 1 month: measures[name]")
    assert repr(firm(model)).startswith("<Startup ")
    assert repr(model.populations["startups"]).startswith("<startups: ")
    assert "policy" in repr(model.parameters)


def test_names_complete(model: ComputeEconomy) -> None:
    assert {"interoperability", "export_cap_tpp"} <= set(dir(model.parameters.policy))
    assert {"policy", "clouds", "values"} <= set(dir(model.parameters))
    assert {"ComputeEconomy", "evaluate", "load", "query", "__version__"} <= set(dir(kingmaker))
    assert kingmaker.__version__ != "unknown"
    with pytest.raises(AttributeError, match="Did you mean 'evaluate'"):
        kingmaker.evalute  # noqa: B018
    assert Path(kingmaker.__file__).with_name("py.typed").is_file()


def test_every_public_name_is_there_and_is_what_it_is_called() -> None:
    for name in kingmaker.__all__:
        found = getattr(kingmaker, name)
        assert getattr(found, "__name__", name) in (name, "ndarray", "NDArray"), name
    assert set(kingmaker._PLACES) | {"__version__"} == set(kingmaker.__all__)


def test_a_firm_takes_what_fits_it() -> None:
    model = ComputeEconomy(rng=1, months=2, **{"startups.number": 30})  # type: ignore[arg-type]
    firm = next(iter(model.agents_by_type[Startup]))
    for value in (True, "a", None, float("nan"), float("inf"), [1.0], np.ma.masked):
        with pytest.raises(KingmakerError, match=r"'cash' is .*; allowed is a finite number"):
            firm.cash = value
    with pytest.raises(KingmakerError, match="'name' can be read, not set"):
        firm.name = "x"  # type: ignore[misc]
    with pytest.raises(KingmakerError, match="Did you mean 'name'"):
        firm.nme  # noqa: B018
    with pytest.raises(KingmakerError, match="rest of the economy cannot be set"):
        model.agents_by_type[Sector][0].cash = 5.0
    firm.cash = Decimal("12.5")  # type: ignore[assignment]
    assert firm.cash == 12.5


def test_what_is_no_key_or_masked_is_refused(model: ComputeEconomy) -> None:
    for key in ([], None, 5):
        with pytest.raises(KingmakerError, match="there is no parameter"):
            model.parameters[key]  # type: ignore[index]
    with pytest.raises(KingmakerError, match="masked"):
        model.parameters["policy.tax"] = np.ma.array([0.1], mask=[True])
    for thing in (model.economy, model.ledger, model.partnerships):
        assert 5 < len(repr(thing)) < 100
        assert " object at 0x" not in repr(thing)
