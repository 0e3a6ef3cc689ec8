"""The paper's figures over a posterior, drawn from its tables: effects, how many members, which parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from kingmaker.experiments.figures.style import (
    GREY,
    INK,
    PAGE_WIDTH,
    PALETTE,
    SMALL,
    Colour,
    foot,
    sheet,
    styles,
    text_width,
)
from kingmaker.experiments.paper import claims, enough, moves
from kingmaker.experiments.paper.paper_outcomes import BY_NAME, MONTHS, OUTCOMES, WINDOW
from kingmaker.experiments.paper.paper_words import footnote, number, share_text
from kingmaker.experiments.stats.levels import SIGN, Level

if TYPE_CHECKING:
    import pandas as pd

WHEN = f"mean of the last {WINDOW} of {MONTHS} months"
NAMES = {"duty": "duty alone", "cap": "tighter cap alone", "both": "both", "law": "law as it stands"}
BARS = 5  # parameters a panel
AIR = 0.15  # inches between names and axes
TITLE_LEFT = 0.16  # of the width of the page: so far left of its axes a panel's title begins


def draw_effects(tables: Mapping[str, pd.DataFrame], note: str, level: Level) -> Figure:
    """Outcome by outcome what each policy changes: median, interval, probability of the more frequent sign."""
    found = claims.claims(tables, level)
    members = next(iter(found.values())).members
    footer = footnote(
        f"over luck and parameters, {members} members; median and {level.words}; "
        f"filled: claimed (sign sure with {SIGN.per_cent} %, all claims at once), hollow: open; at the right: share "
        f"of the members with the more frequent sign",
        note,
    )
    height = 7.6 + foot(footer)
    figure = sheet(
        height, "Interoperability and export cap, alone and together",
        f"Change against no duty and a cap of 4800 TPP (median there in brackets); {WHEN}", footer,
    )  # fmt: skip
    grid = figure.add_gridspec(
        4, 2, left=0.165, right=0.915, top=1 - 0.85 / height, bottom=(foot(footer) + 0.4) / height, hspace=0.75,
        wspace=0.82,
    )  # fmt: skip
    for place, outcome in enumerate(OUTCOMES):
        axes = figure.add_subplot(grid[place // 2, place % 2])
        mine = [found[policy, outcome.name] for policy in claims.POLICIES]
        _effects(axes, mine)
        axes.set_title(f"{outcome.label} ({number(mine[0].level)})", x=-0.32, ha="left")
        axes.set_xlabel(outcome.unit)
    return figure


def _effects(axes: Axes, rows: list[claims.Claim]) -> None:
    axes.axvline(0.0, color=GREY, linewidth=0.6)
    for k, (claim, colour) in enumerate(zip(rows, PALETTE, strict=False)):
        place, found = len(rows) - 1 - k, claim.found
        axes.plot([found.low, found.high], [place, place], color=colour, linewidth=1.4, solid_capstyle="butt")
        axes.plot(
            found.mean, place, "o", markersize=5, markeredgecolor=colour,
            markerfacecolor=colour if claim.made else "white",
        )  # fmt: skip
        sign = "+" if claim.up >= claim.down else "−"
        axes.text(
            1.02, place, f"{sign} {share_text(max(claim.up, claim.down))}", transform=axes.get_yaxis_transform(),
            va="center", fontsize=SMALL,
        )  # fmt: skip
    axes.set_yticks(range(len(rows)), [NAMES[policy] for policy in reversed(claims.POLICIES)])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)


def draw_enough(tables: Mapping[str, pd.DataFrame], note: str, level: Level) -> Figure:
    """The probability of the more frequent sign as members are added, under each lever."""
    grown = enough.growing(tables["flagship"], tables["law"], level)
    members = grown[-1][0]
    footer = footnote(
        f"over luck and parameters, the first {grown[0][0]} to {members} members; "
        f"dashed: the bound of a claim, {SIGN.per_cent} %",
        note,
    )
    height = 4.1 + foot(footer)
    figure = sheet(
        height, "How many members are enough",
        f"Share of the members in which an outcome has the sign that is the more frequent over all of them; {WHEN}",
        footer,
    )  # fmt: skip
    grid = figure.add_gridspec(
        1, 2, left=0.085, right=0.97, top=1 - 0.95 / height, bottom=(foot(footer) + 1.05) / height, wspace=0.2
    )
    numbers = [n for n, _ in grown]
    last = grown[-1][1]
    for column, policy in enumerate(("duty", "cap")):
        axes = figure.add_subplot(grid[0, column])
        for outcome, (colour, dash) in zip(OUTCOMES, styles(), strict=False):
            k = enough.KEYS.index((policy, outcome.name))
            up = bool(last.up[k] >= last.down[k])
            share = [100.0 * float((each.up if up else each.down)[k]) for _, each in grown]
            axes.plot(numbers, share, color=colour, linestyle=dash, label=outcome.label, linewidth=1.2)
        axes.axhline(100.0 * SIGN.share, color=INK, linestyle="--", linewidth=0.7)
        axes.set_ylim(0.0, 103.0)
        axes.set_xlim(numbers[0] - 1, numbers[-1])
        axes.set_title(NAMES[policy].capitalize())
        axes.set_xlabel("members")
        if column == 0:
            axes.set_ylabel("share of the members, %")
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="lower center", bbox_to_anchor=(0.5, foot(footer) / height), ncols=3, fontsize=SMALL
    )
    return figure


def draw_moves(tables: Mapping[str, pd.DataFrame], note: str, level: Level) -> Figure:
    """The parameters that go with levels and effects most closely, and which of them chance could have made."""
    table = moves.with_ends(tables["moves"], level)
    first = table.iloc[0]
    footer = footnote(
        f"over luck and parameters, {int(first['members'])} members; Spearman's rank "
        f"correlation with {level.words}s; filled: stands after Holm's correction over {int(first['parameters'])} "
        f"parameters, hollow: chance could have made it",
        note,
    )
    height = 9.0 + foot(footer)
    figure = sheet(
        height, "What the results depend on",
        f"The {BARS} parameters that go with each most closely, over what the data leave open; {WHEN}", footer,
    )  # fmt: skip
    rows, columns = len(moves.OF) * len(moves.KINDS) // 2, 2
    cells = [(outcome, kind) for kind in moves.KINDS for outcome in moves.OF]
    shown = [table[(table["outcome"] == outcome) & (table["kind"] == kind)].head(BARS) for outcome, kind in cells]
    beside = (max(text_width(name) for mine in shown for name in mine["parameter"]) + AIR) / PAGE_WIDTH
    wide = (0.975 - columns * beside) / columns
    grid = figure.add_gridspec(
        rows, columns, left=beside, right=0.975, top=1 - 1.1 / height, bottom=(foot(footer) + 0.45) / height,
        hspace=0.62, wspace=beside / wide,
    )  # fmt: skip
    for k, ((outcome, kind), mine) in enumerate(zip(cells, shown, strict=True)):
        axes = figure.add_subplot(grid[k // columns, k % columns])
        _bars(axes, mine, PALETTE[list(moves.KINDS).index(kind)])
        axes.set_title(BY_NAME[outcome].label, x=-TITLE_LEFT / wide, ha="left")
        if k >= len(cells) - columns:
            axes.set_xlabel("rank correlation")
    handles = [Patch(color=PALETTE[k], label=what) for k, what in enumerate(moves.KINDS.values())]
    handles.append(Line2D([], [], color=INK, linewidth=0.8, label=level.words))  # type: ignore[arg-type]
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.01, 1 - 0.48 / height), ncols=4, fontsize=SMALL)
    return figure


def _bars(axes: Axes, rows: pd.DataFrame, colour: Colour) -> None:
    place = np.arange(len(rows))[::-1]
    bars = axes.barh(place, rows["rho"], height=0.7, color=colour, edgecolor=colour)
    for bar, stands in zip(bars, rows["stands"], strict=True):
        if not stands:
            bar.set_facecolor("white")
    ends = np.array([rows["rho"] - rows["low"], rows["high"] - rows["rho"]])
    axes.errorbar(rows["rho"], place, xerr=ends, fmt="none", ecolor=INK, elinewidth=0.8, capsize=1.4)
    axes.axvline(0.0, color=GREY, linewidth=0.6)
    axes.set_yticks(place, list(rows["parameter"]))
    axes.set_xlim(-1.0, 1.0)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)


FIGURES = {"flagship": draw_effects, "enough": draw_enough, "moves": draw_moves}
