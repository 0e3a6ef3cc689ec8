"""The words of the partnership network, for graph, files, pages and figures: kinds of ties, directions, attributes.

An edge reads as a sentence from its source to its target: a tenant rents from a host, an owner holds a part of a firm,
a chipmaker supplies a buyer, a developer builds on another's model, an authority looks into a cloud.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TieKind:
    """A kind of tie.

    Attributes:
        source: who stands at its tail.
        target: who stands at its head.
        meaning: the sentence that it makes.
        share: what its ``share`` is a part of.
        seller_share: what its ``seller_share`` is a part of; empty where nothing is sold.
        money: what ``month_musd`` and ``value_musd`` count; empty where no money goes with it.
    """

    source: str
    target: str
    meaning: str
    share: str
    seller_share: str = ""
    money: str = ""


KINDS: dict[str, TieKind] = {
    "cloud_contract": TieKind(
        "tenant (start-up)", "host (cloud)", "rents compute from; the subtype is the form of the contract",
        "the tenant's compute in the month, its own included", "the rent that the host takes in the month",
        "rent, what was paid ahead included when it is used",
    ),
    "cloud_lease": TieKind(
        "lessee (cloud)", "lessor (cloud)", "leases compute for years from",
        "what the lessee runs and leases in the month", "the rent that the lessor takes in the month",
        "what is due, what was paid ahead included when it is used",
    ),
    "equity": TieKind(
        "holder (fund or cloud)", "firm held (start-up)", "holds shares of",
        "the firm's shares; of a fund, those bought since January 2022", "",
        "money paid for shares; of the stakes of January 2022 also what was paid before",
    ),
    "chip_supply": TieKind(
        "chipmaker", "buyer (cloud)", "has delivered chips within the last year to",
        "what the buyer got from chipmakers in the last twelve months, by price (before the first month: orders)",
        "what the chipmaker delivered to all buyers in the last twelve months, by price",
        "price of the chips delivered",
    ),
    "open_weights": TieKind(
        "builder (start-up)", "developer (start-up or cloud)", "builds on the published model of",
        "the sales in the month of all start-ups that build on models of this developer",
    ),
    "inquiry": TieKind(
        "authority", "cloud named first", "inquires into", "the cloud market in the month, as authorities reckon it",
    ),
    "remedy": TieKind(
        "authority", "cloud named first", "has bound, until a review lifts the remedy,",
        "the cloud market in the month, as authorities reckon it",
    ),
}  # fmt: skip

ACTIONS = {
    "start": "the tie begins",
    "change": "its form, its role or the money agreed changes; or a fund pays for a further round",
    "end": "the tie ends, also because one of the two has left the market",
}
ROLES = {
    "first": "a tenant's first host", "second": "its second host", "further": "another host",
    "strategic": "a cloud's stake",
    "lead": "the fund that led the last round", "syndicate": "another fund that holds shares",
    "": "of the other kinds",
}  # fmt: skip
SUBTYPES = "cloud contract: plain, preferred, exclusive or right_of_first_refusal; empty for the other kinds"

# of an edge, in the order of the files: (unit, meaning)
ATTRIBUTES: dict[str, tuple[str, str]] = {
    "kind": ("", f"kind of tie: {', '.join(KINDS)}"),
    "subtype": ("", SUBTYPES),
    "role": ("", "; ".join(f"{name or 'empty'}: {what}" for name, what in ROLES.items())),
    "since": ("month", "month in which the tie began"),
    "until": ("month", "month in which the tie ended; empty while it stands"),
    "share": ("0-1", "; ".join(f"{name}: of {kind.share}" for name, kind in KINDS.items())),
    "seller_share": (
        "0-1",
        "; ".join(f"{name}: of {kind.seller_share}" for name, kind in KINDS.items() if kind.seller_share)
        + "; 0 for the other kinds",
    ),
    "compute_h100e": (
        "H100 equivalents",
        "cloud_contract: compute that the tenant uses there in the month; cloud_lease: compute delivered under the "
        "lease; chip_supply: compute of the chips delivered in the month; 0 for the other kinds",
    ),
    "month_musd": (
        "M$",
        "in the month: "
        + "; ".join(f"{name}: {kind.money}" for name, kind in KINDS.items() if kind.money)
        + "; 0 for the other kinds",
    ),
    "value_musd": ("M$", "the same to date, from the tie's first month on, but not from before January 2022"),
    "pledged_musd": ("M$", "equity of a cloud: money promised for shares and not yet paid"),
    "term_months": (
        "months",
        "cloud_contract: months that the contract still runs; 0 for one that runs until it is given up; cloud_lease: "
        "months of full delivery that are left, over all leases of the two",
    ),
    "reserved_h100e": (
        "H100 equivalents",
        "cloud_contract: compute that the contract reserves, standing or to come; 0 for the other kinds",
    ),
    "price_usd": ("$/H100e-hour", "cloud_contract: price of what it reserves, as signed; 0 where nothing is reserved"),
    "source": ("", "where the tie is documented, or the rule that made or last changed it"),
}
NUMBERS = ("share", "seller_share", "compute_h100e", "month_musd", "value_musd", "pledged_musd", "term_months",
           "reserved_h100e", "price_usd")  # fmt: skip

# of a row of the log of ties: (unit, meaning)
COLUMNS: dict[str, tuple[str, str]] = {
    "world": ("", "number of the world in a stack; 0 in a single run"),
    "month": ("month", "calendar month of the step; the numbers beside it are those of this month's end"),
    "action": ("", "; ".join(f"{name}: {what}" for name, what in ACTIONS.items())),
    "kind": ATTRIBUTES["kind"],
    "subtype": ATTRIBUTES["subtype"],
    "role": ATTRIBUTES["role"],
    "source_node": ("", "tail of the tie: " + "; ".join(f"{name}: {kind.source}" for name, kind in KINDS.items())),
    "target_node": ("", "head of the tie: " + "; ".join(f"{name}: {kind.target}" for name, kind in KINDS.items())),
    **{name: ATTRIBUTES[name] for name in ("since", "until", *NUMBERS)},
    "deal_musd": ("M$", "equity: price of the shares agreed in this step"),
    "source": ATTRIBUTES["source"],
}
