"""Other people's machinery runs the model as it is: mesa.batch_run in the form of its version, EMA Workbench, SALib,
DuckDB.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest

from kingmaker import evaluate, query
from kingmaker.environment.model import ComputeEconomy
from tests.command import within

SMALL: dict[str, Any] = {"months": 8, "startups.number": 20}


def test_mesa_batch_run_gives_the_numbers_of_the_model() -> None:
    parameters = SMALL | {"policy.interoperability": [0.0, 1.0]}
    if tuple(map(int, mesa.__version__.split(".")[:2])) < (3, 5):
        rows = mesa.batch_run(ComputeEconomy, parameters | {"rng": [1, 2]}, display_progress=False)
    else:
        rows = mesa.batch_run(ComputeEconomy, parameters, rng=[1, 2], display_progress=False)
    assert len(rows) == 4
    for row in rows:
        seed = row.get("rng", row.get("seed"))
        level = row["policy.interoperability"]
        alone = ComputeEconomy(rng=seed, **SMALL, **{"policy.interoperability": level}).run()
        for name in ("switching_rate", "rent_market_usd_per_hour", "funding_musd"):
            assert row[name] == alone.measures.latest(name), (seed, level, name)


def rents(allocation: float = 1.0) -> dict[str, Any]:
    model = ComputeEconomy(rng=1, register=False, **SMALL, **{"chips.kingmaker": allocation}).run()
    return {"rent": model.measures.latest("rent_market_usd_per_hour"), "path": model.measures.array("hhi_cloud")[:, 0]}


@pytest.mark.filterwarnings("ignore")
def test_ema_workbench_gives_the_numbers_of_the_model() -> None:
    ema = pytest.importorskip("ema_workbench")
    model = ema.Model("kingmaker", function=rents)
    model.uncertainties = [ema.RealParameter("allocation", 0.0, 2.0)]
    model.outcomes = [ema.ScalarOutcome("rent"), ema.TimeSeriesOutcome("path")]
    experiments, outcomes = ema.perform_experiments(model, scenarios=3)
    for k, allocation in enumerate(experiments["allocation"]):
        found = rents(float(allocation))
        assert outcomes["rent"][k] == found["rent"]
        assert np.array_equal(outcomes["path"][k], found["path"])


def test_salib_samples_the_model_and_analyses_what_it_says() -> None:
    """SALib's problem, sample and indices around ``evaluate``; what has no effect has none."""
    from SALib.analyze import sobol as analyse
    from SALib.sample import sobol as sample

    keys = ["policy.interoperability", "nothing"]
    problem = {"num_vars": 2, "names": keys, "bounds": [[0.0, 1.0], [0.0, 1.0]]}
    samples = sample.sample(problem, 8, calc_second_order=False, seed=1)
    held = {"startups.number": 20.0}
    columns = np.column_stack([samples[:, :1], np.full(len(samples), held["startups.number"])])
    found = evaluate(columns, [keys[0], "startups.number"], "interoperability_in_effect", months=4, statistic="final")
    assert found.shape == (len(samples),)
    alone = ComputeEconomy(rng=1, months=4, **held, **{keys[0]: float(samples[3, 0])}).run()
    assert found[3] == alone.measures.latest("interoperability_in_effect")
    indices = analyse.analyze(problem, found, calc_second_order=False, seed=1)
    assert indices["ST"][0] > 0.5
    assert indices["ST"][1] == pytest.approx(0.0, abs=1e-12)
    assert isinstance(indices.to_df(), list)


def test_duckdb_reads_the_parts_of_a_sweep_by_itself(tmp_path: Path) -> None:
    """Without a word of ours: the parts are plain Parquet, and ``runs.parquet`` says which run is which point."""
    import duckdb

    text = (
        'kind = "grid"\nmonths = 3\nreplications = 2\nmeasures = ["hhi_cloud"]\nkeep = ["final"]\n'
        'set = { "startups.number" = 20 }\n[parameters]\n"policy.interoperability" = [0.0, 1.0]\n'
    )
    (tmp_path / "d.toml").write_text(text, encoding="utf-8")
    assert within("sweep", "d.toml", "--out", "out", folder=tmp_path).returncode == 0
    found = duckdb.sql(
        f"select p.point, r.hhi_cloud_final as hhi from read_parquet('{tmp_path}/out/parts/*.parquet') r "
        f"join read_parquet('{tmp_path}/out/runs.parquet') p using (run) order by p.point, p.replication"
    ).fetchall()
    ours = query(tmp_path / "out", "select point, hhi_cloud_final from results order by point, replication")
    assert found == list(ours.itertuples(index=False, name=None))
    assert len(found) == 4
