"""The calibration: its search can be interrupted, its result checked and adopted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.experiments.studies.calibration.calibration_record import Calibration, adopt, read_result, write_result
from kingmaker.experiments.studies.calibration.fit import advance, begin, load
from kingmaker.experiments.studies.calibration.objective import WORST, Fitted, calibrated_patterns, read_fitted, scores
from kingmaker.experiments.studies.calibration.session import search


@given(st.floats(0.0, 1.0), st.booleans())
def test_a_place_between_the_bounds_and_back(unit: float, log: bool) -> None:
    fitted = Fitted("x.y", 1.0, 0.01, 4.0, log, "")
    assert fitted.low <= fitted.at(unit) <= fitted.high
    assert fitted.place(fitted.at(unit)) == pytest.approx(unit, abs=2e-3)
    assert float(f"{fitted.at(unit):.5g}") == fitted.at(unit)


def test_few_parameters_are_fitted_and_the_baseline_lies_between_their_bounds() -> None:
    fitted = read_fitted()
    assert len(fitted) <= 20
    for f in fitted:
        assert f.low <= float(DECLARATIONS[f.key].default) <= f.high, f.key


def test_bad_bounds_are_named(tmp_path: Path) -> None:
    path = tmp_path / "fitted.csv"
    path.write_text("key,start,low,high,scale,why\nchips.moat,1.5,2.0,1.0,linear,x\n", encoding="utf-8")
    with pytest.raises(KingmakerError, match=r"fitted.csv, line 2: start 1.5 must lie from low 2 to a higher high 1"):
        read_fitted(path)
    path.write_text("key,start,low,high,scale,why\nchips.moats,0.5,0.0,1.0,linear,x\n", encoding="utf-8")
    with pytest.raises(KingmakerError, match=r"no parameter 'chips.moats'"):
        read_fitted(path)


def test_a_candidate_scores_the_same_alone_and_beside_others() -> None:
    patterns = calibrated_patterns()
    candidates = [{"chips.hoarding": 0.1}, {"chips.hoarding": 1.0}]
    together = scores(candidates, [1, 2], patterns)
    assert [float(scores([c], [1, 2], patterns)[0]) for c in candidates] == together.tolist()
    assert together[0] != together[1]


def test_a_candidate_that_cannot_run_scores_worst() -> None:
    found = scores([{}, {"startups.number": 41}], [1], calibrated_patterns())  # worlds of two structures
    assert found[0] < WORST
    assert len(found) == 2


@pytest.mark.slow
def test_a_search_that_was_interrupted_ends_where_the_other_does(tmp_path: Path) -> None:
    fitted = read_fitted()[:3]

    def quiet(_: object) -> None:
        pass

    whole = advance(begin(fitted, [1], 5, 4), 3, tmp_path / "whole.pickle", quiet)
    advance(begin(fitted, [1], 5, 4), 1, tmp_path / "part.pickle", quiet)
    resumed = advance(load(tmp_path / "part.pickle"), 2, tmp_path / "part.pickle", quiet)
    assert resumed.best == whole.best
    assert resumed.history == whole.history
    assert whole.best_score <= whole.score_before
    write_result(whole, ("kingmaker", "calibrate"), tmp_path / "baseline.json")
    assert read_result(tmp_path / "baseline.json").parameters == whole.best


def test_a_folder_of_another_search_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "search.pickle").write_bytes(b"nonsense")
    with pytest.raises(KingmakerError, match="no state of a calibration"):
        search(1, 4, 1, 0, tmp_path, ())
    assert (tmp_path / "search.pickle").read_bytes() == b"nonsense"


def test_a_result_is_adopted_into_the_table(tmp_path: Path) -> None:
    table = tmp_path / "parameters.csv"
    table.write_text("key,value,unit\nchips.moat,1.8,1\nchips.hoarding,0.25,ratio\n", encoding="utf-8")
    adopt(Calibration("", "", 0, (1,), 1, 4, 2.0, 1.0, {"chips.hoarding": 1.0}), table)
    assert table.read_text(encoding="utf-8") == "key,value,unit\nchips.moat,1.8,1\nchips.hoarding,1.0,ratio\n"


@pytest.mark.parametrize("text", ["{}", "no json", json.dumps({"seeds": [1]})])
def test_a_broken_result_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KingmakerError, match="is no result of a calibration"):
        read_result(path)
    with pytest.raises(KingmakerError, match="there is no result"):
        read_result(tmp_path / "missing.json")
