"""What the network and the money tell is what the words beside them promise."""

from __future__ import annotations

from typing import Any

from kingmaker.experiments.classroom.network_answer import money, network
from kingmaker.experiments.classroom.visitor_question import MONTHS
from kingmaker.experiments.classroom.wording import words_in

TERMS = (24.0, 5000.0, 2.5, 1881.0)
REST = "rest of the economy"


def test_money_for_ai_leaves_out_what_ordinary_cloud_earns_and_pays() -> None:
    flows = [
        ("cloud_revenue", REST, "clouds", [100.0] * MONTHS), ("costs", "clouds", REST, [101.0] * MONTHS),
        ("costs", "startups", REST, [5.0] * MONTHS),
    ]  # fmt: skip
    told: list[dict[str, Any]] = money({"flows": flows}, words_in("en"))["flows"]
    costs = {(flow["payer"], flow["ai"]): flow["musd"][0] for flow in told if flow["kind"] == "costs"}
    assert costs == {("clouds", True): 1.0, ("clouds", False): 100.0, ("startups", True): 5.0}


def test_a_contract_that_was_renewed_is_not_told_to_have_run_out() -> None:
    tie = {"form": "exclusive", "first": 0, "end": 49, "terms": TERMS}
    record = {"nodes": [], "amounts": {}, "ties": [tie], "events": []}
    assert network(record, words_in("en"))["ties"][0]["clauses"] == [
        "exclusive: all compute from this cloud", "first term: until January 2024",
        "compute of 5.00 thousand H100 reserved", "$2.50 for an hour of an H100",
        "$1,881 m of compute promised for shares",
    ]  # fmt: skip
