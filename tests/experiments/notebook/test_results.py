"""Results in Python: one vocabulary, the numbers of the runs behind them, folders that can be read again."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import kingmaker as km
from kingmaker.agents.checks import Named
from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.experiments.notebook.groups import grouped
from tests.command import kingmaker
from tests.experiments.notebook.conftest import DESIGN, DUTY, SMALL
from tests.some_members import members_file, some_members

KINDS = ("single", "ensemble", "drawn", "stacked", "compared", "compared_over", "swept")


@pytest.fixture(params=KINDS)
def result(request: pytest.FixtureRequest) -> km.Result:
    found: km.Result = request.getfixturevalue(request.param)
    return found


def test_each_has_the_vocabulary(result: km.Result) -> None:
    assert isinstance(result.to_frame(), pd.DataFrame)
    assert "switching_rate" in result.measures
    band, table = result.band("switching_rate"), result.table(["switching_rate", "hhi_cloud"])
    assert {"n", "low", "high"} <= set(table) or {"n", "difference", "low", "high"} <= set(table)
    assert "n" in band
    assert {"switching_rate", "hhi_cloud"} == set(table.index.get_level_values("measure"))
    picture = result.plot("switching_rate")
    assert isinstance(picture, Axes | Figure)
    plt.close("all")


def test_each_prints_what_it_is_and_what_can_be_asked(result: km.Result) -> None:
    for text in (repr(result), result._repr_html_()):
        for fact in result.facts().values():
            assert fact.replace("'", "&#x27;") in text or fact in text
        assert "plot(name)" in text
    assert "\n" not in repr(result)


def test_each_can_be_pickled(result: km.Result) -> None:
    again = pickle.loads(pickle.dumps(result))
    pd.testing.assert_frame_equal(again.to_frame(), result.to_frame())
    pd.testing.assert_frame_equal(again.table(), result.table())


def test_each_is_saved_and_loaded(result: km.Result, tmp_path: Path) -> None:
    folder = result.save(tmp_path / "deep" / "saved")
    again = km.load(str(folder))
    assert type(again) is type(result)
    assert again.facts() | {"folder": ""} == result.facts() | {"folder": ""}
    pd.testing.assert_frame_equal(again.to_frame(), result.to_frame())
    numbers = result.table().select_dtypes("number")
    pd.testing.assert_frame_equal(again.table()[list(numbers)], numbers, check_exact=False)
    copied = again.save(tmp_path / "copy")
    assert km.load(copied).to_frame().equals(again.to_frame())
    with pytest.raises(KingmakerError, match="stands there already"):
        again.save(tmp_path / "copy")


@pytest.mark.parametrize("name", ["swithing_rate", "", None, 5])
def test_a_misspelt_measure_is_refused_with_the_nearest(result: km.Result, name: object) -> None:
    asked: list[Callable[[object], object]] = [result.band, result.measure, lambda n: result.table([n])]  # type: ignore
    for ask in asked + ([] if name is None else [result.plot]):  # type: ignore[operator]
        with pytest.raises(KingmakerError, match=r"there is no measure") as fault:
            ask(name)
        assert name != "swithing_rate" or "Did you mean 'switching_rate'" in str(fault.value)


# --- runs --------------------------------------------------------------------------------------


def test_a_run_has_the_numbers_of_its_model(single: km.RunResult) -> None:
    model = km.ComputeEconomy(rng=1, months=14, **SMALL).run()  # type: ignore[arg-type]
    frame = single.to_frame()
    pd.testing.assert_frame_equal(frame.drop(columns=["world", "scenario", "seed"]), model.measures.to_frame())
    assert single.band("hhi_cloud")["median"].tolist() == model.measures["hhi_cloud"].tolist()
    assert single.band("hhi_cloud")[["low_50", "low_90", "high_50", "high_90"]].isna().all(axis=None)
    assert single.model is not None
    assert single.model.agents_by_type[km.Startup]


def test_a_model_is_finished_and_taken(single: km.RunResult) -> None:
    model = km.ComputeEconomy(rng=1, months=14, **SMALL)  # type: ignore[arg-type]
    model.step()
    assert km.run(model, quiet=True).to_frame().equals(single.to_frame())
    assert km.run(model, quiet=True).to_frame().equals(single.to_frame())  # it stands at its horizon


def test_each_run_of_an_ensemble_is_the_run_by_itself(ensemble: km.RunResult) -> None:
    alone = km.run(seed=3, months=5, quiet=True, **SMALL)
    assert np.array_equal(ensemble.values[:, :, 2], alone.values[:, :, 0])


def test_an_ensemble_is_that_of_the_command_and_can_be_rerun(ensemble: km.RunResult, tmp_path: Path) -> None:
    ensemble.save(tmp_path / "mine")
    options = ("--replications", 4, "--months", 5, "--set", "startups.number=30", "--no-figures", "--quiet")
    assert kingmaker("run", "baseline", *options, "--out", "theirs", folder=tmp_path).returncode == 0
    pd.testing.assert_frame_equal(km.load(tmp_path / "theirs").to_frame(), ensemble.to_frame())
    for name in ("summary.csv", "income.csv", "data_dictionary.csv"):
        mine, theirs = (pd.read_csv(tmp_path / folder / name) for folder in ("mine", "theirs"))
        pd.testing.assert_frame_equal(mine, theirs, check_exact=True)
    assert kingmaker("rerun", "mine", folder=tmp_path).stdout.startswith("identical")


def test_a_saved_run_can_be_rerun(single: km.RunResult, tmp_path: Path) -> None:
    single.save(tmp_path / "one")
    assert kingmaker("rerun", "one", folder=tmp_path).stdout.startswith("identical")


def test_what_cannot_be_rerun_says_so(stacked: km.RunResult, tmp_path: Path) -> None:
    stacked.save(tmp_path / "worlds")
    done = kingmaker("rerun", "worlds", folder=tmp_path)
    assert done.returncode != 0
    assert "is not a single run" in done.stderr


def test_another_question_is_not_overwritten(ensemble: km.RunResult, stacked: km.RunResult, tmp_path: Path) -> None:
    ensemble.save(tmp_path / "out")
    ensemble.save(tmp_path / "out")  # the same question
    with pytest.raises(KingmakerError, match="answers another question"):
        stacked.save(tmp_path / "out")
    stacked.save(tmp_path / "out", force=True)
    assert isinstance(km.load(tmp_path / "out"), km.RunResult)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("x", encoding="utf-8")
    for out in (tmp_path / "mine",):
        with pytest.raises(KingmakerError, match="not written by kingmaker"):
            ensemble.save(out)
    assert (tmp_path / "mine" / "thesis.tex").read_text(encoding="utf-8") == "x"


@pytest.mark.parametrize("changed", ["parameter", "money"])
def test_a_model_changed_by_hand_is_not_saved(changed: str, tmp_path: Path) -> None:
    model = km.ComputeEconomy(rng=1, months=4, **SMALL).run(2)  # type: ignore[arg-type]
    if changed == "parameter":
        model.parameters[DUTY] = 0.5
    else:
        next(iter(model.agents_by_type[km.Startup])).cash += 100.0
    found = km.run(model, quiet=True)
    assert len(found.to_frame()) == 4
    with pytest.raises(KingmakerError, match="set by hand"):
        found.save(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_branches_are_told_apart_and_saved(tmp_path: Path) -> None:
    model = km.ComputeEconomy(rng=1, months=5, **SMALL).run(2)  # type: ignore[arg-type]
    found = km.run(model.branch([{}, {DUTY: 1.0}, {DUTY: 0.5}]), quiet=True)
    branched = "baseline, branched in 2022-03"
    assert list(found.groups) == ["baseline", f"{branched}, {DUTY} = 1", f"{branched}, {DUTY} = 0.5"]
    again = km.load(found.save(tmp_path / "branches"))
    assert again.to_frame().equals(found.to_frame())


def test_groups_are_named_by_what_tells_them_apart(stacked: km.RunResult) -> None:
    assert stacked.groups == {f"{DUTY} = 0": [0, 2, 4], f"{DUTY} = 1": [1, 3, 5]}
    assert list(stacked.band("hhi_cloud").index.get_level_values("scenario").unique()) == list(stacked.groups)
    one, other = load_scenario("baseline"), load_scenario("interoperability")
    assert grouped([one, other, one]) == {"baseline": [0, 2], "interoperability": [1]}
    assert list(grouped([load_scenario("baseline", {"policy.tax": 0.1}), one])) == ["policy.tax = 0.1", "baseline"]


@settings(deadline=None)
@given(st.integers(1, 9), st.integers(1, 6), st.integers(0, 2**32 - 1), st.sampled_from([0.6, 0.8, 0.9]))
def test_bands_hold_what_they_say(runs: int, months: int, seed: int, level: float) -> None:
    values = np.random.default_rng(seed).normal(size=(1, months, runs))
    name = "hhi_cloud"
    found = km.RunResult(
        Named({name: MEASURES[name]}, "measure"), values, [load_scenario("baseline")] * runs, range(runs), level=level
    )
    band = found.band(name)
    assert (band["n"] == runs).all()
    np.testing.assert_allclose(band["median"], np.median(values[0], axis=1))
    share = f"{100 * level:.0f}"
    if runs == 1:
        assert band.drop(columns=["n", "median"]).isna().all(axis=None)
    else:
        ends = band[[f"low_{share}", "low_50", "median", "high_50", f"high_{share}"]].to_numpy()
        assert (np.diff(ends, axis=1) >= -1e-12).all()
    table = found.table(name, "mean")
    np.testing.assert_allclose(table["mean"], values[0].mean())
    assert table[["low", "high"]].isna().all(axis=None) == (runs < 3)


WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: km.run("baselin"), "Did you mean 'baseline'"),
    (lambda: km.run(replications=0), "run: replications is 0; allowed is a whole number from 1"),
    (lambda: km.run(replications="4"), "run: replications is '4'"),  # type: ignore[arg-type]
    (lambda: km.run(seed=-1), "run: seed is -1"),
    (lambda: km.run(rng=5), "Did you mean 'seed'"),
    (lambda: km.run(steps=5), "Did you mean 'months'"),
    (lambda: km.run(months=0), "months is 0"),
    (lambda: km.run(level=95), "A level is a share of one: write 0.95"),
    (lambda: km.run(quiet="no"), "run: quiet is 'no'"),  # type: ignore[arg-type]
    (lambda: km.run(**{"policy.interoperabilty": 1.0}), "Did you mean 'policy.interoperability'"),
    (lambda: km.run(km.ComputeEconomy(months=1, **SMALL), seed=2), "give it alone"),  # type: ignore[arg-type]
    (lambda: km.stack([]), "at least one world"),
    (lambda: km.stack([{"seed": 1}]), "Did you mean 'rng'"),
    (lambda: km.compare("baseline", "baselin"), "Did you mean 'baseline'"),
    (lambda: km.compare("baseline", "baseline", replications=1), "compare: replications is 1; allowed"),
    (lambda: km.compare("baseline", "baseline", set_b={DUTY: 2}), "compare: set_b: 'policy.interoperability' is 2"),
    (lambda: km.compare("baseline", "baseline", window="lst12"), "is no window"),
    (lambda: km.compare("baseline", 5), "scenario is 5"),  # type: ignore[arg-type]
    (lambda: km.sweep("exclusivity_bann"), "Did you mean 'exclusivity_ban'"),
    (lambda: km.sweep(5), "sweep: design is 5"),  # type: ignore[arg-type]
    (lambda: km.sweep(DESIGN), "say with out="),
    (lambda: km.sweep({**DESIGN, "measurez": []}, out="x"), "Did you mean 'measures'"),
    (lambda: km.sweep({**DESIGN, "measures": ["hhi_clod"]}, out="x"), "hhi_cloud"),
    (lambda: km.sweep({**DESIGN, "months": "3"}, out="x"), "'months' is '3'"),
    (lambda: km.sweep({**DESIGN, "kind": "gri"}, out="x"), "'kind' is 'gri'"),
    (lambda: km.factorial("duty_and_capp"), "Did you mean 'duty_and_cap'"),
    (lambda: km.factorial(5), "factorial: design is 5"),  # type: ignore[arg-type]
    (lambda: km.factorial(DESIGN), "say with out="),
    (lambda: km.factorial("duty_and_cap", members=1), "factorial: members is 1"),
    (lambda: km.factorial("duty_and_cap", over="luck", members=3), "factorial: members is 3, but a member is a draw"),
    (lambda: km.factorial("duty_and_cap", outcomes="hhi_clod"), "factorial: outcomes: there is no outcome 'hhi_clod'"),
    (lambda: km.factorial("duty_and_cap", window="last999"), "last999"),
    (lambda: km.run(over="posterio"), "run: over is 'posterio'; allowed is posterior, luck, or a file of members"),
    (lambda: km.run(over=5), "run: over is 5; allowed"),  # type: ignore[arg-type]
    (lambda: km.run(over="posterior", seed=3), 'leave it out, or ask over="luck"'),
    (lambda: km.run(members=3), 'members is 3, but a member is a draw from a posterior: add over="posterior"'),
    (lambda: km.run(over="posterior", members=10**5), "run: members is 100000; allowed is a whole number from 2 to"),
    (lambda: km.run(over="nowhere.parquet"), "nowhere.parquet: there is no such file of members"),
    (lambda: km.compare("baseline", "baseline", over="luck", members=3), "compare: members is 3, but"),
    (lambda: km.compare("baseline", "baseline", robustness=True), 'or ask over="luck"'),
    (lambda: km.compare("baseline", "baseline", outcomes="hhi_clod"), "Did you mean 'hhi_cloud'"),
    (lambda: km.posterior("nowhere.parquet"), "there is no such file of members"),
    (lambda: km.load("nowhere"), "there is no manifest.json"),
    (lambda: km.load(5), "load: the folder is 5"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("mistake", "told"), WRONG, ids=[told for _, told in WRONG])
def test_a_mistake_is_told_in_a_sentence(
    mistake: Callable[[], object], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KingmakerError) as fault:
        mistake()
    assert told in str(fault.value)
    assert not list(tmp_path.iterdir())


# --- comparisons -------------------------------------------------------------------------------


def test_results_are_compared_like_scenarios(compared: km.ComparisonResult) -> None:
    sides = [km.run(months=14, replications=3, quiet=True, **SMALL, **more) for more in ({}, {DUTY: 1.0})]  # type: ignore[arg-type]
    found = km.compare(*sides, window="last6")
    pd.testing.assert_frame_equal(found.table(), compared.table())
    pd.testing.assert_frame_equal(found.to_frame(), compared.to_frame())
    assert found.brief() == compared.brief()


def test_a_stack_is_split_into_sides_by_hand_only(stacked: km.RunResult, ensemble: km.RunResult) -> None:
    with pytest.raises(KingmakerError, match="a holds 2 scenarios"):
        km.compare(stacked, ensemble)
    other = km.run(months=5, seed=2, replications=4, quiet=True, **SMALL)
    with pytest.raises(KingmakerError, match="a has seeds 1–4 and b has seeds 2–5"):
        km.compare(ensemble, other)
    with pytest.raises(KingmakerError, match="a result is compared with a result"):
        km.compare(ensemble, "baseline")


def test_the_band_of_a_comparison_is_that_of_its_table(compared: km.ComparisonResult) -> None:
    final = km.compare("baseline", "baseline", set_a=SMALL, set_b={**SMALL, DUTY: 1.0}, months=14, replications=3,
                       window="final", over="luck", quiet=True)  # fmt: skip
    columns = ["difference", "low", "high", "level_a", "level_b"]
    row = final.table("multihoming_share")[columns].iloc[0]
    np.testing.assert_allclose(row, compared.band("multihoming_share")[columns].iloc[-1])
    with pytest.raises(KingmakerError, match="there is no window 'final'"):
        compared.table(window="final")
    with pytest.raises(KingmakerError, match=r"there is no kind 'diferens'. Did you mean 'difference'"):
        compared.plot("hhi_cloud", kind="diferens")


def test_two_sides_that_are_the_same_say_so() -> None:
    found = km.compare(
        "baseline", "baseline", set_a=SMALL, set_b=SMALL, months=3, replications=2, over="luck", quiet=True
    )
    assert found.told("hhi_cloud").endswith("exactly the same in A and B")
    assert "0 of" in repr(found)


# --- over a posterior ---------------------------------------------------------------------------


def test_over_a_posterior_python_and_the_command_say_the_same(drawn: km.RunResult, tmp_path: Path) -> None:
    members_file(tmp_path, 24)
    options = ("--over", "members.parquet", "--members", 4, "--months", 5, "--set", "startups.number=30", "--quiet")
    assert kingmaker("run", "baseline", *options, "--no-figures", "--out", "theirs", folder=tmp_path).returncode == 0
    theirs = km.load(tmp_path / "theirs")
    assert isinstance(theirs, km.RunResult)
    pd.testing.assert_frame_equal(theirs.to_frame(), drawn.to_frame())
    pd.testing.assert_frame_equal(theirs.table(), drawn.table())
    drawn.save(tmp_path / "mine")
    for name in ("summary.csv", "income.csv", "data_dictionary.csv"):
        mine, other = ((tmp_path / folder / name).read_text(encoding="utf-8") for folder in ("mine", "theirs"))
        assert mine == other
    assert ",-0.0," not in (tmp_path / "mine/income.csv").read_text(encoding="utf-8")
    assert kingmaker("rerun", "mine", folder=tmp_path).stdout.startswith("identical")


def test_each_member_is_a_run_of_its_own(drawn: km.RunResult) -> None:
    world = some_members(4).worlds(**SMALL)[2]
    alone = km.stack([world], months=5, quiet=True)
    assert np.array_equal(drawn.values[:, :, 2], alone.values[:, :, 0])
    assert drawn.to_frame()["member"].unique().tolist() == [1, 2, 3, 4]
    table = drawn.table("hhi_cloud", "mean").iloc[0]
    np.testing.assert_allclose(table["median"], np.median(drawn.array("hhi_cloud").mean(axis=0)))
    assert "over luck and parameters" in drawn._told()


def test_a_comparison_over_members_is_that_of_the_command(compared_over: km.ComparisonResult, tmp_path: Path) -> None:
    members_file(tmp_path, 24)
    words = ("compare", "baseline", "baseline", "--set", "startups.number=30", "--set-b", f"{DUTY}=1", "--over",
             "members.parquet", "--members", 20, "--lucks", 2, "--months", 4, "--window", "last2", "--outcomes",
             "switching_rate,hhi_cloud", "--no-figures", "--quiet", "--workers", 1, "--out", "theirs")  # fmt: skip
    assert kingmaker(*words, folder=tmp_path).returncode == 0
    compared_over.save(tmp_path / "mine", figures=False)
    for name in ("differences.csv", "flips.csv", "data_dictionary.csv", "in_force.csv", "brief.md"):
        mine, theirs = ((tmp_path / folder / name).read_text(encoding="utf-8") for folder in ("mine", "theirs"))
        assert mine == theirs
    again = km.load(tmp_path / "theirs")
    assert isinstance(again, km.ComparisonResult)
    assert again.told("switching_rate") == compared_over.told("switching_rate")
    assert again.comparison.question.family == ("switching_rate", "hhi_cloud")
    with pytest.raises(KingmakerError, match="there is no outcome chosen beforehand 'lead_time_weeks'"):
        again.table("lead_time_weeks")


def test_results_over_the_same_members_are_paired(drawn: km.RunResult, ensemble: km.RunResult) -> None:
    other = km.run(months=5, over=some_members(24), members=4, quiet=True, **SMALL, **{DUTY: 1.0})
    found = km.compare(drawn, other, window="last2")
    whole = km.compare("baseline", "baseline", set_a=SMALL, set_b={**SMALL, DUTY: 1.0}, over=some_members(24),
                       members=4, lucks=1, months=5, window="last2", quiet=True)  # fmt: skip
    pd.testing.assert_frame_equal(found.table(), whole.table())
    with pytest.raises(KingmakerError, match="one result is over luck and one over a posterior"):
        km.compare(drawn, ensemble)
    with pytest.raises(KingmakerError, match="over other members"):
        km.compare(drawn, km.run(months=5, over=some_members(3), quiet=True, **SMALL))
    moved = km.run(months=5, over=some_members(24), members=4, quiet=True, **SMALL, **{"startups.runway": 20.0})
    with pytest.raises(KingmakerError, match=r"'startups\.runway' is set on one side, and drawn"):
        km.compare(drawn, moved)


def test_the_posterior_has_the_vocabulary(tmp_path: Path) -> None:
    found = km.posterior()
    assert isinstance(found, km.Members)
    frame, table = found.to_frame(), found.table()
    assert len(frame) == len(found)
    assert list(frame)[:3] == ["member", "seed", "weight"]
    assert table["left"].is_monotonic_increasing
    key = str(table.index[0])
    band = found.band(key)
    assert band.loc["posterior", "high"] - band.loc["posterior", "low"] < band.loc["prior", "high"]
    np.testing.assert_allclose(table.loc[key, ["low", "median", "high"]].astype(float),
                               band.loc["posterior", ["low", "median", "high"]].astype(float))  # fmt: skip
    for text in (repr(found), found._repr_html_()):
        assert f"{len(found)} members over {len(found.keys)} parameters" in text
    with pytest.raises(KingmakerError, match="Did you mean"):
        found.band(key[:-1])
    few = found.first(5)
    assert isinstance(few, km.Posterior)
    again = km.load(few.save(tmp_path / "few"))
    pd.testing.assert_frame_equal(again.to_frame(), few.to_frame())
    assert pickle.loads(pickle.dumps(few)).table().equals(few.table())
    with pytest.raises(KingmakerError, match="stand there already"):
        few.save(tmp_path / "few")


def test_what_is_left_of_the_spread_is_that_of_the_fit() -> None:
    """The file of the fit tells it from the prior that it has drawn, of as many members."""
    told = pd.read_csv(Path(__file__).parents[3] / "docs" / "posterior" / "learned.csv").set_index("parameter")
    mine = km.posterior().table(list(told.index))["left"]
    assert np.corrcoef(mine, told["spread_left"])[0, 1] > 0.85
    assert float(np.median(np.abs(mine / told["spread_left"] - 1.0))) < 0.05


def test_a_sweep_over_members_is_that_of_the_command(tmp_path: Path) -> None:
    members_file(tmp_path, 6)
    small = {"kind": "list", "months": 2, "measures": ["hhi_cloud"], "keep": ["final"], "set": SMALL,
             "points": [{DUTY: 0.0}, {DUTY: 1.0}]}  # fmt: skip
    asked = km.sweep(small, over=tmp_path / "members.parquet", members=3, out=tmp_path / "mine", quiet=True)
    given = km.sweep({**small, "replications": 3}, over=some_members(6), out=tmp_path / "given", quiet=True)
    (tmp_path / "two.toml").write_text(
        f'kind = "list"\nmonths = 2\nmeasures = ["hhi_cloud"]\nkeep = ["final"]\nover = "members.parquet"\n'
        f'replications = 3\n[set]\n"startups.number" = 30\n[[points]]\n"{DUTY}" = 0.0\n[[points]]\n"{DUTY}" = 1.0\n',
        encoding="utf-8",
    )  # fmt: skip
    told = km.sweep(tmp_path / "two.toml", out=tmp_path / "told", quiet=True)
    assert kingmaker("sweep", "two.toml", "--out", "theirs", "--quiet", folder=tmp_path).returncode == 0
    digests = {found.digest() for found in (asked, given, told, km.load(tmp_path / "theirs"))}  # type: ignore[attr-defined]
    assert len(digests) == 1
    assert len(asked.to_frame()) == 6
    band, outcomes = asked.band("hhi_cloud"), asked.to_frame().groupby("point")["hhi_cloud_final"]
    np.testing.assert_allclose(band["median"], outcomes.median())
    np.testing.assert_allclose(band["low"], outcomes.quantile(0.05))
    assert "members" in asked.plot("hhi_cloud").caption  # type: ignore[attr-defined]
    with pytest.raises(KingmakerError, match="sweep: members is 3, but a member is a draw from a posterior"):
        km.sweep(small, over="luck", members=3, out=tmp_path / "x")
    with pytest.raises(KingmakerError, match=r"7 members are asked for .*; allowed is a whole number from 1 to 6"):
        km.sweep(small, over=some_members(6), members=7, out=tmp_path / "x")


# --- folders of studies -------------------------------------------------------------------------


def test_folders_of_studies_are_results_too(tmp_path: Path) -> None:
    members_file(tmp_path, 24)
    over = ("--over", "members.parquet", "--members", 24, "--workers", 1, "--quiet", "--no-figures")
    (tmp_path / "two.toml").write_text(
        'kind = "grid"\nmonths = 3\nmeasures = ["hhi_cloud", "switching_rate"]\nset = { "startups.number" = 20 }\n'
        f'[parameters]\n"{DUTY}" = [0.0, 1.0]\n"policy.tax" = [0.0, 0.2]\n', encoding="utf-8",
    )  # fmt: skip
    assert kingmaker("factorial", "two.toml", *over, "--lucks", 1, "--out", "f", folder=tmp_path).returncode == 0
    assert kingmaker("sensitivity", "two.toml", *over, "--out", "s", folder=tmp_path).returncode == 0
    crossed, moved = km.load(tmp_path / "f"), km.load(tmp_path / "s")
    contest = km.load(Path(__file__).parents[3] / "docs" / "forecast")
    assert isinstance(crossed, km.FactorialResult)
    assert isinstance(moved, km.SensitivityResult)
    assert isinstance(contest, km.ForecastResult)
    for found in (crossed, moved, contest):
        name = next(iter(found.measures))
        assert len(found.band(name))
        assert set(found.table(name).index.get_level_values("measure")) == {name}
        assert found.report().startswith("#")
        assert isinstance(found.plot(), Figure)
        again = km.load(found.save(tmp_path / f"copy-{name}"))
        pd.testing.assert_frame_equal(again.table(), found.table())
        with pytest.raises(KingmakerError, match="there is no measure 'nothing'"):
            found.band("nothing")
    mine = km.factorial(
        tmp_path / "two.toml", over=tmp_path / "members.parquet", members=24, lucks=1, out=tmp_path / "mine", quiet=True
    )
    pd.testing.assert_frame_equal(mine.table(), crossed.table())
    pd.testing.assert_frame_equal(mine.to_frame(), crossed.to_frame())
    said = crossed.told("hhi_cloud").splitlines()
    rows = crossed.table("hhi_cloud")  # three cells, two main effects, an interaction
    heads = [f"Concentration, AI compute, {effect} ({kind}): " for _, kind, effect in rows.index]
    assert len(said) == len(heads) == 6
    for line, head, claim in zip(said, heads, rows["claim"], strict=True):
        assert line.startswith(head)
        assert ("up in" in line) == (claim != "zero")
    assert crossed.brief() == crossed.report()
    with pytest.raises(KingmakerError, match="Did you mean 'hhi_cloud'"):
        crossed.told("hhi_clod")
    assert isinstance(contest.plot(kind="fan"), Figure)
    with pytest.raises(KingmakerError, match="no kind of picture 'fam'"):
        contest.plot(kind="fam")
    with pytest.raises(KingmakerError, match="no forecaster 'drit'"):
        contest.plot(kind="fan", forecaster="drit")
    assert "24 members" in repr(crossed)
    assert "main effect" in crossed.table().index.get_level_values("kind")
    plt.close("all")


# --- sweeps ------------------------------------------------------------------------------------


def test_a_sweep_is_that_of_the_machine(swept: km.SweepResult) -> None:
    frame, band = swept.to_frame(), swept.band("hhi_cloud", "final")
    assert len(frame) == 12
    assert band["n"].tolist() == [3] * 4
    means = frame.groupby("point")["hhi_cloud_final"].mean()
    np.testing.assert_allclose(band["mean"], means)
    assert swept.query("select count(*) as n from results")["n"].tolist() == [12]
    assert len(swept.digest()) == 64
    with pytest.raises(KingmakerError, match=r"there is no statistic 'fnal'. Did you mean 'final'"):
        swept.band("hhi_cloud", "fnal")


def test_a_sweep_goes_on_where_it_stands(swept: km.SweepResult, tmp_path: Path) -> None:
    copied = swept.save(tmp_path / "grown")
    more = km.sweep({**DESIGN, "replications": 4}, out=copied, quiet=True)
    assert len(more.to_frame()) == 16
    assert len(swept.to_frame()) == 12


def test_a_design_by_name_goes_where_the_command_puts_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = ['kind = "list"', "months = 2", 'measures = ["hhi_cloud"]', 'keep = ["final"]', "[set]",
             '"startups.number" = 30', "[[points]]", f'"{DUTY}" = 1.0']  # fmt: skip
    (tmp_path / "one.toml").write_text("\n".join(lines), encoding="utf-8")
    found = km.sweep("one.toml", quiet=True)
    assert found.folder == Path("results/sweep-one")
    assert kingmaker("sweep", "one.toml", folder=tmp_path).stdout.startswith("0 runs done")
