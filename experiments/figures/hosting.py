"""Who hosts whom: which clouds the labs compute on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from kingmaker.experiments.figures.matrix import draw_matrix
from kingmaker.experiments.figures.style import GREY, SMALL, foot, head, sheet, short, text_width

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes

ROWS = 26  # labs shown by name; all others share one row
LONGEST = 20  # letters of a cloud's name
LEAN = 0.68  # height of a name that leans by 40 degrees, of its length
OTHERS = "all other start-ups"
OWN = "own chips"


def draw_hosting(graph: nx.MultiDiGraph[str], when: str, footer: str) -> Figure:
    """A matrix of labs (largest first) and clouds: the part of each lab's compute that each cloud hosts."""
    shares, compute = hosting_shares(graph)
    title = "Who hosts whom"
    subtitle = (
        f"Share of each lab's compute by cloud in {when}, %; E exclusive, P preferred, R right of first refusal; "
        "× n: stands for n firms"
    )
    longest = max((text_width(short(cloud, LONGEST)) for cloud in shares.columns), default=0.0)
    top, bottom = head(title, subtitle) + 0.2 + LEAN * longest, foot(footer) + 0.4
    height = top + 0.2 * max(len(shares), 3) + bottom
    figure = sheet(height, title, subtitle, footer)
    axes = figure.add_axes((0.235, bottom / height, 0.67, 1 - (top + bottom) / height))
    if shares.empty:
        axes.axis("off")
        axes.text(0.5, 0.5, "There are no cloud contracts in this month.", ha="center")
        return figure
    texts = _annotations(shares, graph)
    draw_matrix(axes, shares.where(shares > 0).to_numpy(), texts, Normalize(0.0, 1.15), gaps=0.6)
    names = {lab: str(graph.nodes[lab].get("name", lab)) for lab in shares.index if lab in graph}
    _label(axes, shares, compute, names)
    return figure


def hosting_shares(graph: nx.MultiDiGraph[str]) -> tuple[pd.DataFrame, pd.Series[float]]:
    """Shares of compute, labs by clouds, and the labs' compute in H100 equivalents; rows and columns by size.

    Each row sums to one: what no cloud hosts runs on chips of the lab's own. Labs beyond the largest ``ROWS`` are
    averaged, weighted by their compute.
    """
    ties = [(lab, cloud, share) for lab, cloud, share, _ in _contracts(graph) if share > 0]
    if not ties:
        return pd.DataFrame(), pd.Series(dtype=float)
    table = pd.DataFrame(ties, columns=["lab", "cloud", "share"]).pivot_table(
        index="lab", columns="cloud", values="share", aggfunc="sum", fill_value=0.0
    )
    table = table.div(table.sum(axis=1).clip(lower=1.0), axis=0)
    own = 1.0 - table.sum(axis=1)
    if (own > 0.005).any():
        table[OWN] = own
    compute = pd.Series({lab: _size(graph.nodes[lab]) for lab in table.index}, dtype=float)
    named = pd.Series({lab: bool(graph.nodes[lab].get("named")) for lab in table.index}, dtype=bool)
    order = pd.DataFrame({"named": named, "compute": compute}).sort_values(["named", "compute"], ascending=False).index
    shown = compute[order[:ROWS]].sort_values(ascending=False)
    rest = order[ROWS:]
    by_size = (table.mul(compute, axis=0)).sum().sort_values(ascending=False).index
    clouds = [*by_size.drop(OWN, errors="ignore"), *([OWN] if OWN in by_size else [])]
    shares = table.loc[shown.index, clouds]
    if len(rest):
        weights = compute[rest] + 1e-9  # a plain mean where nobody computes
        shares.loc[OTHERS] = table.loc[rest, clouds].mul(weights, axis=0).sum() / weights.sum()
        shown[OTHERS] = compute[rest].sum()
    return shares, shown


def _size(node: dict[str, Any]) -> float:
    return float(node.get("compute_h100e", 0.0))  # of all the firms that a node stands for


def _contracts(graph: nx.MultiDiGraph[str]) -> list[tuple[str, str, float, str]]:
    """Lab, cloud, share and subtype of each cloud contract, whichever way the edge points."""
    found = []
    for source, target, tie in graph.edges(data=True):
        if tie.get("kind") == "cloud_contract":
            lab, cloud = (target, source) if graph.nodes[source].get("kind") == "cloud" else (source, target)
            found.append((lab, cloud, float(tie.get("share") or 0.0), str(tie.get("subtype", ""))))
    return found


def _annotations(shares: pd.DataFrame, graph: nx.MultiDiGraph[str]) -> list[list[str]]:
    """Of each cell per cent and the letter of a privileged contract."""
    letters = {"exclusive": "E", "preferred": "P", "right_of_first_refusal": "R"}
    special = {(lab, cloud): letters.get(subtype, "") for lab, cloud, _, subtype in _contracts(graph)}

    def text(lab: str, cloud: str, share: float) -> str:
        number = f"{100 * share:.0f}" if share >= 0.005 else ""
        return f"{number} {special.get((lab, cloud), '')}".strip()

    return [
        [text(lab, cloud, share) for cloud, share in zip(shares.columns, row, strict=True)]
        for lab, row in zip(shares.index, shares.to_numpy().tolist(), strict=True)
    ]


def _label(axes: Axes, shares: pd.DataFrame, compute: pd.Series[float], names: Mapping[str, str]) -> None:
    """Names along the axes and the size of each lab at the right."""
    axes.grid(False)
    axes.set(xlabel="", ylabel="")
    axes.xaxis.tick_top()
    axes.tick_params(length=0, left=False, top=False)
    clouds = [short(cloud, LONGEST) for cloud in shares.columns]
    axes.set_xticklabels(clouds, rotation=40, ha="left", rotation_mode="anchor")
    axes.set_yticklabels([short(names.get(lab, lab), 30) for lab in shares.index], rotation=0, va="center")
    width = len(shares.columns)
    for i, lab in enumerate(shares.index):
        axes.text(width * 1.015, i + 0.5, f"{compute[lab] / 1000:,.1f}", fontsize=SMALL, va="center")
    axes.text(width * 1.015, len(shares) + 0.1, "thousand\nH100e", fontsize=SMALL, color=GREY, va="top")
