"""What the calibration's page says of how well its parameters are identified."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from kingmaker.experiments.reference import identified
from kingmaker.experiments.reference.identified import EDGE, free, sentences
from kingmaker.experiments.studies.calibration.calibration_record import read_result
from kingmaker.experiments.studies.calibration.objective import Fitted, read_fitted

FITTED = Fitted("x.y", 1.0, 0.0, 10.0, False, "")


@pytest.mark.parametrize(
    ("scores", "wide"),
    [
        ((0.2, 0.2, 0.2, 0.2, 0.2), 1.0),  # flat
        ((0.9, 0.5, 0.2, 0.5, 0.9), 0.0),  # a valley
        ((0.9, 0.24, 0.2, 0.24, 0.9), 0.5),
        ((0.2, 0.9, 0.2, 0.24, 0.24), 0.5),  # a second valley beyond a ridge does not count
    ],
)
def test_the_free_stretch_is_that_around_the_value(scores: tuple[float, ...], wide: float) -> None:
    points = list(zip((0.0, 2.5, 5.0, 7.5, 10.0), scores, strict=True))
    assert free(FITTED, 5.0, points) == pytest.approx(wide)


def test_flat_and_sharp_profiles_are_told_apart(tmp_path: Path) -> None:
    flat, values = read_fitted()[0].key, read_result().parameters
    path = tmp_path / "profiles.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("parameter", "value", "score"))
        for f in read_fitted():
            score = 0.2 if f.key == flat else 9.0
            writer.writerows(((f.key, f.low, score), (f.key, values[f.key], 0.2), (f.key, f.high, score)))
    said = sentences(path)[0]
    assert f"more): `{flat}`. There the value is an assumption" in said


def test_a_value_at_its_bound_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def named(edge: float) -> set[str]:
        monkeypatch.setattr(identified, "EDGE", edge)
        return {f.key for f in read_fitted() if f"`{f.key}`" in sentences()[1]}

    values = read_result().parameters
    for edge in (EDGE, 0.2):
        place = {f.key: f.place(values[f.key]) for f in read_fitted()}
        assert named(edge) == {key for key, at in place.items() if not edge <= at <= 1.0 - edge}
    assert named(0.2)
