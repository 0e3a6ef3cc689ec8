"""Where in a posterior a case happens: a box along what goes with it, and none where chance alone speaks."""

from __future__ import annotations

import numpy as np
import pytest

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.stats.levels import LEVEL
from kingmaker.experiments.stats.prim_box import Box
from kingmaker.experiments.stats.rank_indices import ends_of, least_named
from kingmaker.experiments.studies.sensitivity.member_discovery import check_member_case, discover_members

pytest.importorskip("ema_workbench")
DRAWS = np.random.default_rng(5)
COLUMNS = {f"group.p{k}": DRAWS.uniform(0.0, 1.0, 200) for k in range(120)}
OUTCOMES = ("rent_last12", "hhi_final")


def values(of: np.ndarray) -> np.ndarray:
    return np.stack([np.zeros(200), of])


def test_the_box_restricts_what_makes_the_case_among_many_parameters() -> None:
    made = COLUMNS["group.p3"] - COLUMNS["group.p7"]
    box = discover_members("hhi_final > 0.4", OUTCOMES, values(made), COLUMNS)
    assert isinstance(box, Box)
    limits = box.limits.set_index("parameter")
    assert {"group.p3", "group.p7"} == set(limits.index[limits["p_value"] < 0.05])
    assert limits.loc["group.p3", "low"] > 0.4
    assert limits.loc["group.p7", "high"] < 0.6
    assert box.density > 0.9


def test_where_chance_alone_speaks_no_box_is_told() -> None:
    noise = np.random.default_rng(8).uniform(0.0, 1.0, 200)
    told = discover_members("hhi_final > 0.5", OUTCOMES, values(noise), COLUMNS)
    assert told == "--discover 'hhi_final > 0.5': none of the 120 parameters drawn goes with it beyond chance."


def test_a_case_in_too_few_members_is_told() -> None:
    told = discover_members("hhi_final > 0.99", OUTCOMES, values(COLUMNS["group.p3"]), COLUMNS)
    assert isinstance(told, str)
    assert "members; at least 8 must be on either side" in told


def test_an_unfit_case_is_refused_before_any_run() -> None:
    with pytest.raises(KingmakerError, match="Did you mean 'hhi_final'"):
        check_member_case("hhi_finl > 1", OUTCOMES)


def test_the_weakest_correlation_that_stands_has_an_interval_that_touches_zero() -> None:
    low, high = ends_of(least_named(64, 1), 64, LEVEL)
    assert low == pytest.approx(0.0, abs=1e-12)
    assert high > least_named(64, 1)
    assert least_named(64, 535) > least_named(512, 535) > least_named(512, 1)
