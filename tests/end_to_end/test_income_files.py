"""The income statement in the folders that `kingmaker run` leaves, of one run and of an ensemble."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.results.manifest import content_hash
from tests.command import done

MONTHS, SMALL = 14, ("--set", "startups.number=20", "--months", "14")
KEYS = ["year", "party", "type", "section", "line", "unit"]


def statement(seed: int) -> pd.DataFrame:
    return ComputeEconomy(rng=seed, months=MONTHS, register=False, **{"startups.number": 20}).run().income_frame()


def described(folder: Path) -> set[str]:
    with (folder / "data_dictionary.csv").open(encoding="utf-8") as file:
        return {row["column"] for row in csv.DictReader(file) if row["file"] == "income" and row["meaning"]}


def test_a_run_leaves_its_statement(tmp_path: Path) -> None:
    told = done("run", "baseline", *SMALL, "--seed", "2", "--out", "out", folder=tmp_path)
    written = pd.read_csv(tmp_path / "out/income.csv", keep_default_na=False, na_values={"amount": [""]})
    mine = statement(2)
    pd.testing.assert_frame_equal(written, mine, check_exact=False, rtol=1e-12, check_dtype=False)
    assert described(tmp_path / "out") == set(mine.columns)
    assert {"income.pdf", "income.png"} <= {path.name for path in (tmp_path / "out/figures").iterdir()}
    assert json.loads((tmp_path / "out/manifest.json").read_text())["income_hash"] == content_hash(mine)
    assert "In 2022 users pay" in told
    assert "AI capital spending is" in told
    again = done("rerun", "out", folder=tmp_path)
    assert again.startswith("identical")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_ensemble_leaves_medians_and_bands(workers: str, tmp_path: Path) -> None:
    told = done("run", "baseline", *SMALL, "--replications", "3", "--seed", "2", "--workers", workers,
                     "--no-figures", "--out", "out", folder=tmp_path)  # fmt: skip
    table = pd.read_csv(tmp_path / "out/income.csv", keep_default_na=False).set_index(KEYS)
    assert set(described(tmp_path / "out")) == {*KEYS, *table.columns}
    runs = [statement(seed).set_index(KEYS)["amount"] for seed in (2, 3, 4)]
    kept = table.index.intersection(runs[0].index)
    assert len(kept) > 60
    values = np.array([run.reindex(table.index).fillna(0.0) for run in runs])
    assert np.allclose(table["median"].astype(float), np.median(values, axis=0), rtol=1e-9, atol=1e-6)
    assert np.allclose(table["high_90"].astype(float), np.quantile(values, 0.95, axis=0), rtol=1e-9, atol=1e-6)
    assert set(table["n"]) == {3}
    assert set(table.xs(2023, level="year")["months"]) == {2}
    assert "(medians of 3 runs)" in told
