from __future__ import annotations

import contextlib
import copy
import pickle
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.checks import Named, flag, known, number, seed, seeds, sequence, share, whole
from kingmaker.agents.errors import KingmakerError, UnknownNameError, nearest, shown

WHOLE = [3, np.int64(3), np.uint8(3), np.int32(3), 3.0, np.float32(3), np.array(3), Fraction(3), Decimal(3)]
NOT_WHOLE = [
    True,
    np.True_,
    None,
    "3",
    "",
    b"3",
    float("nan"),
    float("inf"),
    2.5,
    np.array([3]),
    [3],
    {},
    object(),
    3j,
    np.ma.masked,
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("2.5"),
]


@pytest.mark.parametrize("value", WHOLE)
def test_a_whole_number_of_any_kind(value: object) -> None:
    found = whole(value, "months", 1, 1200)
    assert (found, type(found)) == (3, int)


@pytest.mark.parametrize("value", [*NOT_WHOLE, 0, 1201, -1, 10**400, -(10**400), 2.0**60, Fraction(1, 3)])
def test_anything_else_is_refused_by_name_value_and_range(value: object) -> None:
    with pytest.raises(KingmakerError, match=r"^months is .*; allowed is a whole number from 1 to 1200\.$") as fault:
        whole(value, "months", 1, 1200)
    assert isinstance(fault.value, ValueError)
    assert len(str(fault.value)) < 200


@given(st.integers() | st.floats() | st.booleans() | st.text() | st.none() | st.binary() | st.complex_numbers())
def test_a_check_gives_the_value_or_an_error_of_ours(value: object) -> None:
    for check in (lambda v: whole(v, "n", 0, 9), lambda v: share(v, "n"), lambda v: seed(v), lambda v: flag(v, "n")):
        with contextlib.suppress(KingmakerError):
            assert check(value) == value


def test_numbers_seeds_and_flags() -> None:
    assert number(np.float64(0.5), "x") == 0.5
    assert number(10**400, "x") == float("inf")
    assert [flag(value, "panel") for value in (True, np.False_, 1, 0.0)] == [True, False, True, False]
    assert seed(2**63 - 1) == 2**63 - 1
    with pytest.raises(KingmakerError, match=r"^--seed is 9223372036854775808; .*2\*\*63 - 1"):
        seed(2**63, "--seed")
    assert list(seeds(5, 3)) == [5, 6, 7]
    with pytest.raises(KingmakerError, match="with 20 seeds from there on"):
        seeds(2**63 - 5, 20, "--seed")
    for value in ("ab", {"a": 1}, 5, None, []):
        with pytest.raises(KingmakerError, match="worlds"):
            sequence(value, "worlds", "a list")


def test_a_name_is_told_with_the_nearest_whatever_its_case() -> None:
    assert nearest("BASELINE", ["baseline"]) == " Did you mean 'baseline'?"
    assert nearest("x" * 10**6, ["baseline"]) == ""
    assert nearest(5, ["baseline"]) == ""
    with pytest.raises(KeyError) as fault:
        known("swithing", {"switching_rate": 1}, "measure")
    assert str(fault.value).startswith("there is no measure 'swithing'. Did you mean 'switching_rate'?")
    assert str(pickle.loads(pickle.dumps(fault.value))) == str(fault.value)
    with pytest.raises(UnknownNameError):
        known(5, {}, "measure")


def test_a_named_dictionary_stays_one_in_copies() -> None:
    named = Named({"startups": 1}, "population")
    for each in (named, copy.deepcopy(named), pickle.loads(pickle.dumps(named))):
        assert each["startups"] == 1
        assert each.get("startup") is None
        with pytest.raises(KingmakerError, match=r"no population 'startup'\. Did you mean 'startups'"):
            each["startup"]


def test_values_are_shown_short() -> None:
    long = shown("start" + "a" * 500 + "end")
    assert (long[:6], " … " in long, long[-4:], len(long)) == ("'start", True, "end'", 83)
    assert shown(np.int64(3)) == "3"
    assert shown(10**5000) == "<int>"
    with pytest.raises(KingmakerError, match="seed is <int>"):
        seed(10**5000)
