"""Where money comes from and where it goes: payments between sectors as ribbons, as wide as what was paid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Curve

from kingmaker.experiments.figures.style import LINE, PALETTE, SMALL, Colour, Sheet, foot, head, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Flow = tuple[str, str, str]  # kind, payer, payee
TITLE = "Where the money comes from, and where it goes"
SECTORS: dict[str, tuple[str, Colour]] = {
    "enterprises": ("enterprises", PALETTE[8]), "investors": ("investors", PALETTE[4]),
    "startups": ("start-ups", PALETTE[2]), "clouds": ("clouds", PALETTE[1]), "chipmakers": ("chipmakers", PALETTE[0]),
    "public sector": ("public sector", PALETTE[5]), "rest of the economy": ("rest of the economy", PALETTE[7]),
}  # fmt: skip
# payments that have nothing to do with AI, and would dwarf the rest
OUTSIDE = frozenset({"outside_profit", "cloud_revenue", "outside_capex", "income", "commitments", "dividends"})
ORDINARY, COSTS = ("cloud_revenue", "clouds"), ("costs", "clouds")  # kind, and who receives or pays it
HEIGHT = 4.6  # inches of the ribbons
BLOCK, GAP = 0.035, 0.025  # width of a sector's block, and the least gap between two, of the picture
LEAST = 0.004  # of all money: what is thinner is not drawn
NAMED = 0.03  # of all money: what is wider has its amount written on it


def draw_ribbons(payments: Iterable[Mapping[Flow, float]], when: str, footer: str) -> Sheet:
    """Payers at the left, payees at the right, in G$ over some months.

    Args:
        payments: of each month, M$ by kind, payer and payee.
        when: which months, in words.
        footer: which run this is.
    """
    paid = _between(payments)
    total = sum(paid.values())
    subtitle = (
        f"G$ paid for AI in {when}, payers at the left, payees at the right, in the payer's colour; widths are to "
        "scale. Left out: what clouds and owners earn and spend outside AI, and payments within a sector"
    )
    if total <= 0.0:
        return sheet(3.0, TITLE, f"No payments between sectors in {when}", footer)
    above, below = head(TITLE, subtitle) + 0.1, foot(footer) + 0.1
    height = above + HEIGHT + below
    figure = sheet(height, TITLE, subtitle, footer)
    axes = figure.add_axes((0.24, below / height, 0.52, HEIGHT / height))
    axes.set(xlim=(0.0, 1.0), ylim=(0.0, 1.0))
    axes.axis("off")
    _draw(axes, paid, total)
    return figure


def _between(payments: Iterable[Mapping[Flow, float]]) -> dict[tuple[str, str], float]:
    """G$ by payer and payee, of what has to do with AI.

    Of the clouds' costs as much belongs to their other business as that earns, as in the income statement.
    """
    found: dict[tuple[str, str], float] = {}
    for flows in payments:
        ordinary = sum(amount for (kind, _, payee), amount in flows.items() if (kind, payee) == ORDINARY)
        for (kind, payer, payee), amount in flows.items():
            if kind not in OUTSIDE and payer != payee and payer in SECTORS and payee in SECTORS:
                beside = min(amount, ordinary) if (kind, payer) == COSTS else 0.0
                found[payer, payee] = found.get((payer, payee), 0.0) + (amount - beside) / 1000.0
    return {pair: amount for pair, amount in found.items() if amount > 0.0}


def _draw(axes: Axes, paid: Mapping[tuple[str, str], float], total: float) -> None:
    payers = [name for name in SECTORS if any(name == payer for payer, _ in paid)]
    payees = [name for name in SECTORS if any(name == payee for _, payee in paid)]
    scale = (1.0 - GAP * (max(len(payers), len(payees)) - 1)) / total
    out = {name: sum(amount for (payer, _), amount in paid.items() if payer == name) for name in payers}
    into = {name: sum(amount for (_, payee), amount in paid.items() if payee == name) for name in payees}
    left, right = _tops(out, scale), _tops(into, scale)
    _blocks(axes, out, left, scale, at_left=True)
    _blocks(axes, into, right, scale, at_left=False)
    for payer in payers:
        for payee in payees:
            amount = paid.get((payer, payee), 0.0)
            if amount == 0.0:
                continue
            wide = amount * scale
            _ribbon(axes, left[payer], right[payee], wide, SECTORS[payer][1], amount / total)
            if amount / total >= NAMED:
                axes.text(
                    BLOCK + 0.015, left[payer] - wide / 2, _gusd(amount), fontsize=SMALL, va="center", zorder=4,
                )  # fmt: skip
            left[payer] -= wide
            right[payee] -= wide


def _tops(amounts: Mapping[str, float], scale: float) -> dict[str, float]:
    """Where the block of each sector begins, from the top; what is left of the height goes between them."""
    room = 1.0 - scale * sum(amounts.values())
    gap = room / max(len(amounts) - 1, 1)
    found, top = {}, 1.0
    for name, amount in amounts.items():
        found[name] = top
        top -= scale * amount + gap
    return found


def _blocks(
    axes: Axes, amounts: Mapping[str, float], tops: Mapping[str, float], scale: float, *, at_left: bool
) -> None:
    """A sector's block with its name and amount outside; names that would touch are pushed apart."""
    edge = np.inf
    tall = LINE / HEIGHT * 1.1
    for name, amount in amounts.items():
        word, colour = SECTORS[name]
        x = 0.0 if at_left else 1.0 - BLOCK
        axes.add_patch(Rectangle((x, tops[name] - scale * amount), BLOCK, scale * amount, color=colour, linewidth=0))
        middle = min(tops[name] - scale * amount / 2, edge)
        edge = middle - tall
        axes.text(
            -0.015 if at_left else 1.015, middle, f"{word} {_gusd(amount)}", fontsize=SMALL, va="center",
            ha="right" if at_left else "left",
        )  # fmt: skip


def _ribbon(axes: Axes, top: float, end: float, wide: float, colour: Colour, share: float) -> None:
    """A band from the left block to the right one, level where it leaves and where it arrives."""
    if share < LEAST:
        return
    x0, x1, half = BLOCK, 1.0 - BLOCK, 0.5
    points = [
        (x0, top), (half, top), (half, end), (x1, end), (x1, end - wide), (half, end - wide), (half, top - wide),
        (x0, top - wide), (x0, top),
    ]  # fmt: skip
    codes = [Curve.MOVETO, *[Curve.CURVE4] * 3, Curve.LINETO, *[Curve.CURVE4] * 3, Curve.CLOSEPOLY]
    axes.add_patch(PathPatch(Curve(points, codes), facecolor=colour, edgecolor="none", alpha=0.5))


def _gusd(billions: float) -> str:
    return f"{billions:,.0f}" if billions >= 20.0 else f"{billions:.1f}" if billions >= 0.95 else f"{billions:.2f}"
