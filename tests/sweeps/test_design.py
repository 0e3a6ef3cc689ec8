"""Designs: files read and checked, points, order."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kingmaker.agents.calendar import month_label
from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.experiments.design.design_file import DesignError, DesignFile
from kingmaker.experiments.design.factors import Factor, read_factor
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.design.sweep_design import Design, build_design, list_designs, load_design
from kingmaker.experiments.stats.run_statistics import check_statistic, meaning, summarise
from tests.some_members import some_members


def made(**entries: Any) -> Design:
    entries = {"kind": "grid", "months": 12, "parameters": {"policy.interoperability": [0.0, 1.0]}} | entries
    return build_design(DesignFile(**entries), "made", "made")


def refused(**entries: Any) -> str:
    with pytest.raises(DesignError) as fault:
        made(**entries)
    return str(fault.value)


@pytest.mark.parametrize("name", list_designs())
def test_every_shipped_design_is_whole(name: str) -> None:
    design = load_design(name)
    if design.over == "posterior":
        design = replace(design, drawn=Replicates.of(some_members(design.replications)))
    assert design.title
    assert design.description
    assert 0 < design.size < 30_000
    runs = list(design.runs())
    assert len(runs) == design.size
    assert len({(run.point, run.replication) for run in runs}) == design.size
    assert set(design.measures) <= set(MEASURES)


def test_the_flagship_is_what_it_is_said_to_be() -> None:
    design = load_design("interoperability_export_cap")
    assert design.keys == ("policy.interoperability", "policy.export_cap_tpp")
    assert len(design.points) == 121
    assert design.replications == 20
    asked = {"switching_rate", "startup_survival", "rent_market_usd_per_hour", "china_compute_share", "gap_china"}
    assert asked | {"hhi_cloud"} == set(design.measures)


def test_the_form_of_the_issue(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'kind = "grid"\nscenario = "baseline"\nmonths = 60\nreplications = 20\n[parameters]\n'
        '"policy.interoperability" = [0.0, 0.5, 1.0]\n'
        '"policy.export_cap_tpp" = { low = 1600, high = 8000, steps = 5 }\n'
        "energy.cap = [0.5, 1.0]\n",
        encoding="utf-8",
    )
    design = load_design(path)
    assert design.size == 3 * 5 * 2 * 20
    assert design.factors[1].values == (1600.0, 3200.0, 4800.0, 6400.0, 8000.0)
    assert design.keys[2] == "energy.cap"
    assert {run.seed for run in design.runs()} == set(range(1, 21))


def test_replications_share_their_seeds_over_the_points() -> None:
    runs = list(made(replications=3, seed=5).runs())
    for point in (0, 1):
        assert [run.seed for run in runs if run.point == point] == [5, 6, 7]


def test_a_part_of_a_grid_is_a_balanced_sample() -> None:
    levels = [i / 9 for i in range(10)]
    design = made(parameters={"policy.interoperability": levels, "policy.compliance": levels}, replications=4)
    runs = list(design.runs())
    for replication in range(4):  # one whole replication after the other
        block = runs[100 * replication : 100 * (replication + 1)]
        assert {run.point for run in block} == set(range(100))
    first = runs[:30]
    for key in design.keys:
        assert abs(np.mean([run.parameters[key] for run in first]) - 0.5) < 0.2


def test_sobol_and_morris_points_are_those_of_salib() -> None:
    from SALib.sample import morris, sobol

    bounds = {"policy.interoperability": {"low": 0.2, "high": 0.8}, "policy.compliance": {}}
    problem = {"num_vars": 2, "names": list(bounds), "bounds": [[0.2, 0.8], [0.0, 1.0]]}
    for kind, expected in (
        ("sobol", sobol.sample(problem, 8, seed=1)),
        ("morris", morris.sample(problem, 8, seed=1)),
    ):
        design = made(kind=kind, samples=8, parameters=bounds)
        got = np.array([[point[key] for key in design.keys] for point in design.points])
        np.testing.assert_allclose(got, expected, atol=1e-12)


def test_a_latin_hypercube_fills_every_row() -> None:
    design = made(kind="lhs", samples=50, parameters={"policy.interoperability": {}, "energy.cap": {"high": 2.0}})
    for key, (low, high) in {"policy.interoperability": (0.0, 1.0), "energy.cap": (0.05, 2.0)}.items():
        places = np.array([point[key] for point in design.points])
        assert sorted(np.floor((places - low) / (high - low) * 50).astype(int)) == list(range(50))


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 5), st.integers(1, 4), st.booleans(), st.integers(0, 99))
def test_the_quick_sobol_sample_is_salibs_bit_by_bit(k: int, power: int, second: bool, seed: int) -> None:
    from SALib.sample import sobol

    from kingmaker.experiments.design.sampling import sobol_sample

    problem = {"num_vars": k, "names": [f"x{i}" for i in range(k)], "bounds": [[0.0, 1.0]] * k}
    expected = sobol.sample(problem, 2**power, calc_second_order=second, seed=seed)
    np.testing.assert_array_equal(sobol_sample(problem, 2**power, seed, second), expected)


@pytest.mark.parametrize(
    ("values", "kept", "again"),
    [
        ([0.1 + 0.2, 0.3, 0.5], (0.3, 0.5), (0.30000000000000004,)),
        ([0.3, 0.7, 0.1 + 0.2, 0.3], (0.3, 0.7), (0.30000000000000004, 0.3)),
        ([-0.0, 0.0, 1], (0.0, 1.0), (0.0,)),
        ([0.1 + 0.2 - 0.3, 0.0, 0.3], (0.0, 0.3), (5.551115123125783e-17,)),
        ([0.3, 0.3000001], (0.3, 0.3000001), ()),
    ],
)
def test_values_equal_but_for_rounding_are_one(
    values: list[float], kept: tuple[float, ...], again: tuple[float, ...]
) -> None:
    design = made(parameters={"policy.interoperability": values})
    assert design.factors[0].values == kept
    assert not any(math.copysign(1.0, value) < 0 for value in design.factors[0].values)
    assert design.factors[0].dropped == again
    assert len(list(design.notes())) == (1 if again else 0)


def test_infinite_levels_and_whole_numbers_are_one_each() -> None:
    design = made(parameters={"policy.export_cap_tpp": [1600, math.inf, 1600.0, math.inf], "startups.number": [20, 20]})
    assert [factor.values for factor in design.factors] == [(1600.0, math.inf), (20,)]
    assert design.size == 2


def test_points_of_a_list_that_are_the_same_are_told_and_share_their_values() -> None:
    points = [{"energy.cap": 0.3}, {"energy.cap": 0.5}, {"energy.cap": 0.1 + 0.2}, {}]
    design = made(kind="list", parameters={}, points=points)
    assert [point.get("energy.cap") for point in design.points] == [0.3, 0.5, 0.3, None]
    (note,) = design.notes()
    assert "points are given twice (3 is 1)" in note


def test_a_list_may_leave_parameters_to_the_scenario() -> None:
    points = [{"policy.interoperability": 1.0}, {"energy": {"cap": 0.5}}]
    design = made(kind="list", parameters={}, points=points)
    assert design.keys == ("policy.interoperability", "energy.cap")
    assert [dict(point) for point in design.points] == [{"policy.interoperability": 1.0}, {"energy.cap": 0.5}]


@given(
    key=st.sampled_from([key for key, d in DECLARATIONS.items() if math.isfinite(d.high)]),
    units=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=20),
)
def test_sampled_values_are_allowed_ones(key: str, units: list[float]) -> None:
    from kingmaker.environment.inputs.parameters import check

    factor = read_factor(key, {}, "lhs", "test", DECLARATIONS)
    for value in factor.at(np.array(units)):
        check(key, value, "test")


def test_whole_numbers_are_equally_likely() -> None:
    values = Factor("policy.exclusivity_ban", 0.0, 1.0, integer=True).at(np.linspace(0.0, 1.0, 1001))
    assert values.count(0) in (500, 501)
    assert all(isinstance(value, int) for value in values)


@given(low=st.floats(0.0, 1.0), high=st.floats(0.0, 1.0))
def test_an_empty_range_is_refused_and_no_other(low: float, high: float) -> None:
    bounds = {"policy.interoperability": {"low": low, "high": high}}
    if low < high:
        assert made(kind="lhs", samples=3, parameters=bounds).size == 3
    else:
        assert "the range is empty" in refused(kind="lhs", samples=3, parameters=bounds)


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ({"parameters": {"policy.interop": [1]}}, "no parameter 'policy.interop'. Did you mean"),
        ({"parameters": {"policy.interoperability": [0.0, 1.5]}}, "is 1.5; allowed is a number from 0 to 1"),
        ({"parameters": {"policy.interoperability": []}}, "is an empty list"),
        ({"parameters": {"policy.interoperability": {"low": 0.5}}}, "with steps"),
        ({"parameters": {"policy.interoperability": "high"}}, "needs a list of values"),
        ({"parameters": {"policy.interoperability": {"lo": 0.5}}}, "no entry 'lo'. Did you mean 'low'?"),
        ({"kind": "lhs", "samples": 4, "parameters": {"energy.cap": {"low": 0.01}}}, "outside the declared range"),
        ({"kind": "lhs", "samples": 4, "parameters": {"policy.export_cap_tpp": {}}}, "no finite end"),
        ({"kind": "lhs", "samples": 4, "parameters": {"energy.cap": [1, 2]}}, "needs bounds such as"),
        ({"kind": "lhs", "samples": 4, "parameters": {"policy.interoperability": {"scale": "log"}}}, "low above 0"),
        ({"kind": "lhs", "samples": 4, "parameters": {"policy.exclusivity_ban": {"high": 0.5}}}, "a whole number"),
        ({"kind": "lhs"}, "samples is missing"),
        ({"kind": "sobol", "samples": 100, "parameters": {"energy.cap": {}}}, "a power of two"),
        ({"kind": "morris", "samples": 4, "levels": 3, "parameters": {"energy.cap": {}}}, "an even number"),
        ({"samples": 4}, "follows from its points"),
        ({"replications": 0}, "replications is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"months": 0}, "months is 0"),
        ({"parameters": {}}, "[parameters] is empty"),
        ({"kind": "list"}, "a list has no [parameters]"),
        ({"points": [{"energy.cap": 1.0}]}, "[[points]] belong to"),
        ({"measures": ["switching"]}, "no measure 'switching'. Did you mean 'switching_rate'?"),
        ({"measures": []}, "empty list"),
        ({"keep": ["median"]}, "no statistic 'median'"),
        ({"keep": ["last24"]}, "needs at least 24 months; the runs have 12"),
        ({"keep": []}, "keep is an empty list"),
        ({"scenario": "baselines"}, "Did you mean 'baseline'?"),
        ({"set": {"policy.interoperability": 0.5}}, "is varied as well"),
        ({"set": {"policy.compliances": 0.5}}, "Did you mean 'policy.compliance'?"),
        (
            {"kind": "grid", "parameters": {f"clouds.{k}": {"low": 0.1, "high": 0.2, "steps": 300} for k in
                                            ("own_share", "arms_race", "capex_share_calm", "internal_priority")}},
            "8,100,000,000 runs; at most",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_told(entries: dict[str, Any], told: str) -> None:
    assert told in refused(**entries)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("kind = grid", "is not valid TOML"),
        ('kind = "grids"', "'kind' is 'grids'"),
        ("months = 3", "'kind' is missing"),
        ('kind = "grid"\nmonth = 3', "no entry 'month'. Did you mean 'months'?"),
        ('kind = "grid"\nreplications = "many"', "'replications' is 'many'"),
        ('kind = "grid"\nkeep = 3', "'keep' must be"),
    ],
)
def test_a_broken_file_is_told(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DesignError, match=r"broken\.toml") as fault:
        load_design(path)
    assert told in str(fault.value)


def test_all_faults_are_told_at_once() -> None:
    told = refused(replications=0, measures=["x"], parameters={"policy.interop": [1], "energy.cap": [99]})
    assert told.count("\n") == 3


# --- statistics ---------------------------------------------------------------------------------


@settings(max_examples=50)
@given(st.integers(1, 5), st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_statistics_are_those_of_numpy_and_the_same_in_any_stack(worlds: int, months: int, seed: int) -> None:
    series = np.random.default_rng(seed).lognormal(size=(months, worlds)).T  # as measures come: not C-contiguous
    names = ("mean", "final", "min", "max", "total", "sd", f"last{max(1, months // 2)}", f"last{months}")
    all_months, first = f"{month_label(0)}:{month_label(months - 1)}", f"{month_label(0)}:{month_label(0)}"
    names += (all_months, first)
    found = summarise(series, names)
    for world in range(worlds):
        row = series[world].copy()
        alone = summarise(row[np.newaxis], names)
        assert all(alone[name][0] == found[name][world] for name in names)
        assert found["final"][world] == row[-1]
        assert found["mean"][world] == pytest.approx(math.fsum(row) / months)
        assert found["total"][world] == pytest.approx(math.fsum(row))
        assert found[f"last{months}"][world] == found[all_months][world] == found["mean"][world]
        assert found[first][world] == row[0]
        assert (found["min"][world], found["max"][world]) == (min(row), max(row))


def test_a_statistic_says_what_it_is() -> None:
    assert meaning("last12") == "mean over the last 12 months"
    assert check_statistic("last12", 12, "here") == "last12"
    assert meaning("2022-03:2022-05") == "mean of 2022-03 to 2022-05"
    with pytest.raises(KingmakerError, match="keep 2022-03:2023-05: allowed are months from 2022-01 to 2022-12"):
        check_statistic("2022-03:2023-05", 12, "keep")
