"""What the network and the money tell is what the words beside them promise."""

from __future__ import annotations

from typing import Any

from kingmaker.experiments.classroom.network_answer import money
from kingmaker.experiments.classroom.visitor_question import MONTHS
from kingmaker.experiments.classroom.wording import words_in

REST = "rest of the economy"


def test_money_for_ai_leaves_out_what_ordinary_cloud_earns_and_pays() -> None:
    flows = [
        ("cloud_revenue", REST, "clouds", [100.0] * MONTHS), ("costs", "clouds", REST, [101.0] * MONTHS),
        ("costs", "startups", REST, [5.0] * MONTHS),
    ]  # fmt: skip
    told: list[dict[str, Any]] = money({"flows": flows}, words_in("en"))["flows"]
    costs = {(flow["payer"], flow["ai"]): flow["musd"][0] for flow in told if flow["kind"] == "costs"}
    assert costs == {("clouds", True): 1.0, ("clouds", False): 100.0, ("startups", True): 5.0}
