"""The network, the money and the chronicle of one run as the API gives them, in a language."""

from __future__ import annotations

from typing import Any

from kingmaker.experiments.classroom.story_record import Record
from kingmaker.experiments.classroom.visitor_question import MONTHS
from kingmaker.experiments.classroom.wording import Words

SECTORS = (
    "enterprises", "investors", "startups", "clouds", "chipmakers", "public sector", "rest of the economy",
)  # fmt: skip
# what has nothing to do with AI, and would dwarf the rest
OUTSIDE = ("outside_profit", "cloud_revenue", "outside_capex", "income", "commitments", "dividends")
# what goes round in the sector, for its own income: key, kinds of payment, payers and payees
INCOME = (
    ("users_pay", ("services",), ("enterprises",), ("startups", "clouds")),
    ("labs_rent", ("rent", "prepayment", "sublet"), ("startups",), ("clouds",)),
    ("investors_pay", ("equity",), ("investors", "clouds", "chipmakers"), ("startups",)),
    ("clouds_build", ("chips", "deposits", "construction"), ("clouds",), ("chipmakers", "rest of the economy")),
)  # fmt: skip


def network(record: Record, words: Words) -> dict[str, Any]:
    """All that the theatre plays: nothing more is asked while months pass."""
    return {
        "months": MONTHS,
        "nodes": [_node(k, node, words) for k, node in enumerate(record["nodes"])],
        "amounts": record["amounts"],
        "ties": [_tie(tie, words) for tie in record["ties"]],
        "events": events(record, words),
        "units": {
            "compute": "H100e", "queue": words("network", "chips"), "refused": "H100e", "use": "0-1", "value": "G$",
            "cash": "G$", "sales": "M$", "capability": "log₁₀ FLOP", "money": "M$",
        },
    }  # fmt: skip


def _node(k: int, node: Record, words: Words) -> dict[str, Any]:
    kind = words.of("kinds", node["type"] or node["kind"])
    about = [kind, words.of("regions", node["region"])]
    if not node["named"] and node["weight"] != 1:
        about.append(words("network", "stands_for", number=words.number(node["weight"])))
    return {"id": k, **node, "name": words.name(node["name"]), "about": " · ".join(filter(None, about))}


def _tie(tie: Record, words: Words) -> dict[str, Any]:
    shown = {key: value for key, value in tie.items() if key != "terms"}
    return {**shown, "clauses": _clauses(tie, words)}


def _clauses(tie: Record, words: Words) -> list[str]:
    """What a contract says, in words; what is not agreed is not told."""
    term, reserved, price, pledged = tie["terms"]
    found = [words.of("forms", tie["form"])] if tie["form"] in words.texts["forms"] else []
    if term > 0:
        found.append(words("network", "term", until=words.month(tie["first"] + round(term))))
    if reserved > 0:
        found.append(words("network", "reserved", size=words.number(reserved / 1e3)))
    if price > 0:
        found.append(words("network", "price", price=words.number(price)))
    if pledged > 0:
        found.append(words("network", "pledged", musd=words.number(pledged)))
    return found


def events(record: Record, words: Words) -> list[dict[str, Any]]:
    """The chronicle in a language; ``node`` is the firm's place in the network."""
    place = {node["name"]: k for k, node in enumerate(record["nodes"])}
    return [
        {"month": month, "kind": kind, "who": words.name(who), "node": place.get(who), "text": words.sentence(text)}
        for month, kind, who, text in record["events"]
    ]


def firm(record: Record, name: str, words: Words) -> dict[str, Any] | None:
    """The whole story of one firm; None if there is none of this name."""
    whole = network(record, words)
    node = next((node for node in whole["nodes"] if node["name"].casefold() == name.casefold()), None)
    if node is None:
        return None
    k = node["id"]
    names = [other["name"] for other in whole["nodes"]]
    ties = [
        {**tie, "source": names[tie["source"]], "target": names[tie["target"]]}
        for tie in whole["ties"] if k in (tie["source"], tie["target"])
    ]  # fmt: skip
    return {
        "firm": node, "amounts": {key: rows[k] for key, rows in whole["amounts"].items()}, "ties": ties,
        "events": [event for event in whole["events"] if event["node"] == k],
    }  # fmt: skip


def money(record: Record, words: Words) -> dict[str, Any]:
    """Who pays whom, M$ in each month, and what the sector lives on."""
    flows = [
        {"payer": payer, "payee": payee, "kind": kind, "label": words.of("payments", kind), "ai": kind not in OUTSIDE,
         "musd": paid}
        for kind, payer, payee, paid in record["flows"] if payer in SECTORS and payee in SECTORS
    ]  # fmt: skip
    flows = [part for flow in flows for part in _without_ordinary_cloud(flow, flows)]
    return {
        "months": MONTHS,
        "sectors": [{"key": key, "label": words.of("sectors", key)} for key in SECTORS],
        "flows": flows,
        "income": [
            {"key": key, "label": words("income", key), "musd": _sum(flows, kinds, payers, payees)}
            for key, kinds, payers, payees in INCOME
        ],
    }


def _without_ordinary_cloud(flow: dict[str, Any], flows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Costs of clouds in two parts: what the revenue of ordinary cloud goes out as is no money for AI."""
    if (flow["kind"], flow["payer"]) != ("costs", "clouds"):
        return [flow]
    ordinary = _sum(flows, ("cloud_revenue",), (flow["payee"],), ("clouds",))
    beside = [min(paid or 0.0, earned) for paid, earned in zip(flow["musd"], ordinary, strict=True)]
    own = [(paid or 0.0) - part for paid, part in zip(flow["musd"], beside, strict=True)]
    parts = (own, True), (beside, False)
    return [{**flow, "ai": ai, "musd": [float(f"{value:.4g}") for value in musd]} for musd, ai in parts]


def _sum(flows: list[dict[str, Any]], kinds: tuple[str, ...], payers: tuple[str, ...], payees: tuple[str, ...]) -> Any:
    found = [0.0] * MONTHS
    for flow in flows:
        if flow["kind"] in kinds and flow["payer"] in payers and flow["payee"] in payees:
            found = [total + (paid or 0.0) for total, paid in zip(found, flow["musd"], strict=True)]
    return [float(f"{value:.4g}") for value in found]
