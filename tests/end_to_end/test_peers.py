"""Other people's machinery runs the model as it is: mesa.batch_run in the form of its version, EMA Workbench."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np
import pytest

from kingmaker.environment.model import ComputeEconomy

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
