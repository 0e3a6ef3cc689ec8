"""Priors are declared with the parameters, and drawn inside their ranges."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs import parameters
from kingmaker.environment.inputs.declared_priors import PRIORS as PRIORS_DECLARED
from kingmaker.environment.inputs.parameters import DECLARATIONS, Declaration, ParameterError
from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.experiments.posterior.priors import Priors, member_seeds, read_priors

PRIORS = read_priors()


def declared(prior: str = "log", spread: float = 0.4, value: float = 2.0, **other: object) -> Declaration:
    given = {"low": 0.5, "high": 8.0, "structural": False} | other
    return Declaration(
        "own.rate", value, "1", meaning="an example", source="assumed", prior=prior, spread=spread, **given
    )  # type: ignore[arg-type]


def drawn(one: Declaration, places: np.ndarray) -> np.ndarray:
    return Priors((one.key,), {one.key: one}).values(places[np.newaxis, :])[:, 0]


def test_most_parameters_that_are_guessed_have_a_prior_and_no_lever_has_one() -> None:
    assert len(PRIORS) > 400
    assert list(PRIORS.keys) == sorted(PRIORS.keys)
    levers = {key for event in load_scenario("baseline").events for key in event.set}
    assert not levers & set(PRIORS.keys)
    assert "policy.interoperability" not in PRIORS.keys
    assert not any(DECLARATIONS[key].structural or DECLARATIONS[key].integer for key in PRIORS.keys)
    guessed = [d for d in DECLARATIONS.values() if "fitted" in d.source]
    assert all(d.prior for d in guessed)


def test_what_is_assumed_is_wider_than_what_is_measured() -> None:
    assert DECLARATIONS["capital.contract_interest".replace("capital", "clouds")].spread < 0.2
    assert DECLARATIONS["startups.runway"].spread >= 0.4


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        ({"prior": "lognormal"}, ["'own.rate'", "'lognormal'", "normal, log, logit, uniform"]),
        ({"spread": 0.0}, ["'own.rate'", "spread 0", "above zero"]),
        ({"spread": math.inf}, ["spread inf", "above zero"]),
        ({"spread": -0.1}, ["spread -0.1"]),
        ({"prior": ""}, ["'own.rate'", "no kind"]),
        ({"structural": True}, ["structural", "real numbers"]),
        ({"value": 3}, ["a whole number"]),
        ({"value": 0.5}, ["0.5 does not lie between 0.5 and 8"]),
        ({"value": 8.0}, ["8 does not lie between"]),
        ({"value": -1.0, "low": -2.0}, ["log-normal", "-1 is not above zero"]),
        ({"prior": "logit", "high": math.inf}, ["logit-normal", "no upper end"]),
    ],
)
def test_a_prior_that_cannot_be_is_refused_with_its_place(given: dict[str, object], parts: list[str]) -> None:
    with pytest.raises(ParameterError) as fault:
        declared(**given)  # type: ignore[arg-type]
    assert all(part in str(fault.value) for part in parts), fault.value


@pytest.mark.parametrize("text", ["0.4 ", "wide", "0,4"])
def test_a_spread_that_is_no_number_is_refused(text: str) -> None:
    if text.strip() == "0.4":
        assert parameters._spread("own.rate", text) == 0.4
        return
    with pytest.raises(ParameterError, match=r"spread of 'own.rate' is .*; allowed is a number"):
        parameters._spread("own.rate", text)


def test_a_row_with_a_comma_too_many_is_refused(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """Two rows of the table once had a text cut in two, and the second half in no column."""
    place = tmp_path / "environment" / "inputs"
    place.mkdir(parents=True)
    head = "key,value,unit,low,high,structural,meaning,source,prior,spread\n"
    (tmp_path / "environment" / "parameters.csv").write_text(
        head + "own.rate,2.0,1,0.5,8.0,0,one, two,assumed,log,0.4\n"
    )
    monkeypatch.setattr(parameters, "__file__", str(place / "parameters.py"))
    with pytest.raises(ParameterError, match=r"row of 'own.rate' has not 10 cells.*comma"):
        parameters._declare()


@given(
    kind=st.sampled_from(sorted(PRIORS_DECLARED)), spread=st.floats(0.01, 5.0), value=st.floats(0.51, 7.9),
    places=st.lists(st.floats(-40.0, 40.0), min_size=2, max_size=8),
)  # fmt: skip
def test_values_rise_with_their_places_and_stay_in_range(
    kind: str, spread: float, value: float, places: list[float]
) -> None:
    found = drawn(declared(kind, spread, float(value)), np.sort(np.array(places)))
    assert ((found >= 0.5) & (found <= 8.0)).all()
    assert (np.diff(found) >= 0.0).all()


@given(kind=st.sampled_from(sorted(PRIORS_DECLARED)), spread=st.floats(0.05, 3.0), place=st.floats(-2.5, 2.5))
def test_places_are_found_again_from_values(kind: str, spread: float, place: float) -> None:
    one = declared(kind, spread)
    priors = Priors((one.key,), {one.key: one})
    values = priors.values(np.array([[place, 0.0]]))
    assert np.allclose(priors.values(priors.places(values)), values, rtol=3e-4)
    assert priors.places(values)[0, 0] == pytest.approx(place, abs=0.05)


@pytest.mark.parametrize("kind", ["normal", "log", "logit"])
def test_the_middle_of_a_narrow_prior_is_the_present_value_and_its_spread_as_declared(kind: str) -> None:
    one = declared(kind, 0.05)
    found = drawn(one, np.random.default_rng(0).standard_normal(20_000))
    scale = {"normal": lambda x: x, "log": np.log, "logit": lambda x: np.log((x - 0.5) / (8.0 - x))}[kind]
    assert float(np.median(found)) == pytest.approx(2.0, rel=1e-3)
    assert float(np.std(scale(found))) == pytest.approx(0.05, rel=0.03)


def test_a_uniform_prior_fills_its_width() -> None:
    found = drawn(declared("uniform", 1.0), np.random.default_rng(0).standard_normal(5_000))
    assert (found.min(), found.max()) == (pytest.approx(1.0, abs=0.01), pytest.approx(3.0, abs=0.01))
    assert float(np.mean(found < 1.5)) == pytest.approx(0.25, abs=0.02)


def test_a_draw_depends_on_key_and_seed_alone() -> None:
    few = read_priors(held=[key for key in PRIORS.keys if not key.startswith("chips.")])
    place = PRIORS.keys.index(few.keys[3])
    assert np.array_equal(PRIORS.draw(8, 5)[place], few.draw(8, 5)[3])
    assert not np.array_equal(PRIORS.draw(8, 5), PRIORS.draw(8, 6))
    assert np.array_equal(PRIORS.draw(8, 5)[:, :4], PRIORS.draw(4, 5))
    assert len(set(member_seeds(50, 1)) | set(member_seeds(50, 2))) == 100


def test_every_drawn_value_is_one_that_the_model_takes() -> None:
    values = PRIORS.values(4.0 * PRIORS.draw(50, 3))
    for column, key in enumerate(PRIORS.keys):
        for value in (values[:, column].min(), values[:, column].max()):
            assert parameters.check(key, float(value), "test") == value


def test_a_parameter_without_a_prior_cannot_be_drawn() -> None:
    with pytest.raises(KingmakerError, match=r"'policy.tax_rate' has none"):
        Priors(("policy.tax_rate",), {"policy.tax_rate": dataclasses.replace(declared(), prior="", spread=0.0)})
