"""Parameters are declared once, resolved with clear errors, and stacked by world."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.environment.inputs.parameters import DECLARATIONS, ParameterError, StackedParameters, check, resolve


@pytest.mark.parametrize("key", sorted(DECLARATIONS))
def test_every_declaration_is_whole(key: str) -> None:
    declared = DECLARATIONS[key]
    assert declared.key == key
    assert declared.low <= declared.default <= declared.high
    assert declared.low < declared.high
    assert math.isfinite(declared.low)
    for text in (declared.unit, declared.meaning, declared.source):
        assert text.strip(), key


def test_the_two_named_levers_are_declared_as_asked() -> None:
    lever, cap = DECLARATIONS["policy.interoperability"], DECLARATIONS["policy.export_cap_tpp"]
    assert (lever.low, lever.high) == (0.0, 1.0)
    assert cap.high == math.inf
    assert check("policy.export_cap_tpp", math.inf, "test") == math.inf


def test_resolve_gives_defaults_and_replaces() -> None:
    values = resolve({"policy.interoperability": 1, "startups.number": np.int64(50)})
    assert values.keys() == DECLARATIONS.keys()
    assert values["policy.interoperability"] == 1.0
    assert isinstance(values["policy.interoperability"], float)
    assert values["startups.number"] == 50
    assert isinstance(values["startups.number"], int)
    assert values["chips.deposit"] == DECLARATIONS["chips.deposit"].default


@pytest.mark.parametrize(
    ("key", "value", "parts"),
    [
        ("policy.interoperabilty", 1.0, ["no parameter 'policy.interoperabilty'", "mean 'policy.interoperability'"]),
        ("policy.interoperability", 1.5, ["'policy.interoperability' is 1.5", "from 0 to 1"]),
        ("policy.interoperability", -0.1, ["is -0.1", "from 0 to 1"]),
        ("policy.interoperability", math.nan, ["is nan", "from 0 to 1"]),
        ("policy.interoperability", "much", ["is 'much'", "a number from 0 to 1"]),
        ("policy.interoperability", True, ["is True"]),
        ("policy.interoperability", None, ["is None"]),
        ("policy.interoperability", [0.5], ["is [0.5]"]),
        ("startups.number", 20.5, ["is 20.5", "a whole number from 10 to"]),
        ("startups.number", math.inf, ["is inf", "a whole number"]),
        ("startups.number", 3, ["is 3", "from 10 to 1e+06 (firms)"]),
    ],
)
def test_faults_say_where_what_and_what_is_allowed(key: str, value: object, parts: list[str]) -> None:
    with pytest.raises(ParameterError) as fault:
        resolve({key: value}, "my.toml")
    for part in ["my.toml", *parts]:
        assert part in str(fault.value)


def test_all_faults_are_reported_at_once() -> None:
    with pytest.raises(ParameterError) as fault:
        resolve({"policy.interoperability": 7, "nonsense": 1, "startups.number": 1})
    assert len(str(fault.value).splitlines()) == 3


@given(st.sampled_from(sorted(DECLARATIONS)), st.floats(0.0, 1.0))
def test_what_lies_in_the_range_is_taken(key: str, part: float) -> None:
    declared = DECLARATIONS[key]
    high = declared.high if math.isfinite(declared.high) else 1e6
    value = declared.low + part * (high - declared.low)
    value = round(value) if declared.integer else min(max(value, declared.low), high)
    assert check(key, value, "test") == value
    with pytest.raises(ParameterError):
        check(key, math.nextafter(declared.low, -math.inf), "test")


def test_stacked_parameters_have_one_row_a_world() -> None:
    stacked = StackedParameters([resolve({}), resolve({"policy.interoperability": 0.5})])
    assert stacked.policy.interoperability.tolist() == [[0.0], [0.5]]
    stacked.array("policy.interoperability")[0, 0] = 0.25
    assert stacked.policy.interoperability[0, 0] == 0.25
    assert stacked.values(0)["policy.interoperability"] == 0.25
    assert isinstance(stacked.values(1)["startups.number"], int)
    with pytest.raises(AttributeError, match="no parameter group 'polcy'"):
        _ = stacked.polcy


def test_worlds_of_a_stack_agree_on_structure() -> None:
    with pytest.raises(ParameterError, match=r"startups\.number"):
        StackedParameters([resolve({}), resolve({"startups.number": 99})])
