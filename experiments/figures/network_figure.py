"""The partnership network: chipmakers, clouds, labs and investors in columns, with the ties between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Curve

from kingmaker.experiments.figures.style import (
    INK,
    PALETTE,
    SMALL,
    TEXT_WIDTH,
    Colour,
    foot,
    head,
    sheet,
    short,
    text_width,
    wrapped,
)

if TYPE_CHECKING:
    import networkx as nx

COLUMNS = {"chipmaker": 0.0, "cloud": 1.0, "startup": 1.85, "investor": 2.9}
SHAPES = {"chipmaker": "s", "cloud": "o", "startup": "^", "investor": "h"}
COLOURS = {"chipmaker": PALETTE[0], "cloud": PALETTE[1], "startup": PALETTE[2], "investor": PALETTE[4]}
NAMES = {"chipmaker": "chipmaker", "cloud": "cloud or self-builder", "startup": "lab", "investor": "investor"}
TIES: dict[str, tuple[str, Colour, Any]] = {
    "chip_supply": ("chip supply", PALETTE[0], "-"),
    "cloud_contract": ("cloud contract", PALETTE[1], "-"),
    "cloud_lease": ("lease between clouds", PALETTE[1], (0, (4, 2))),
    "equity": ("equity stake", PALETTE[4], (0, (4, 2))),
    "open_weights": ("open weights", PALETTE[2], (0, (4, 1.5, 1, 1.5))),
}
PRIVILEGED = {"exclusive", "preferred", "right_of_first_refusal"}
UNNAMED_LABS = 15
LEFT, WIDTH = 0.12, 0.64  # of the page, beside which chipmakers and investors have their names
WIDTHS = "width: part of a buyer's chips (12 months), a tenant's compute, a firm's shares, the sales of a lineage"
ENTRY, ROW = 0.5, 0.2  # inches: of a legend's symbol with the room around it, of a row
LEAST, SPAN = 0.4, 4.0  # width of a line without any share, and what a whole share adds, points
REGIONS = ("US", "OTHER", "EU", "CN")

Positions = dict[str, tuple[float, float]]


def draw_network(graph: nx.MultiDiGraph[str], when: str, footer: str) -> Figure:
    """All named actors and the largest start-ups; columns are ordered so that ties cross as little as possible."""
    shown = _selected(graph)
    columns = _ordered_columns(graph, shown)
    longest = max((len(column) for column in columns.values()), default=1)
    height = max(5.1, 0.185 * longest + 0.3)
    title = "The partnership network"
    subtitle = (
        f"{when}: named actors and the {UNNAMED_LABS} largest other start-ups (× n: stands for n firms); "
        "symbols: compute"
    )
    rows = _legend_rows({tie["kind"] for tie in _kinds(graph, columns)}, columns)
    below = foot(footer) + ROW * (len(rows) + len(wrapped(WIDTHS))) + 0.1
    height += below + head(title, subtitle)
    figure = sheet(height, title, subtitle, footer)
    axes = figure.add_axes((LEFT, below / height, WIDTH, 1 - (below + head(title, subtitle)) / height))
    axes.set(xlim=(-0.05, 2.95), ylim=(-0.03, 1.03))
    axes.axis("off")
    positions = {
        name: (COLUMNS[kind], 1 - (i + 0.5) / len(column))
        for kind, column in columns.items()
        for i, name in enumerate(column)
    }
    _draw_ties(axes, graph, positions)
    _draw_nodes(axes, graph, columns, positions)
    _draw_legend(figure, foot(footer), rows)
    return figure


def _kinds(graph: nx.MultiDiGraph[str], columns: dict[str, list[str]]) -> list[dict[str, Any]]:
    """The ties that are drawn."""
    there = {name: (0.0, 0.0) for column in columns.values() for name in column}
    return [tie for _, _, tie in _ties(graph, there)]


def _selected(graph: nx.MultiDiGraph[str]) -> set[str]:
    """Named actors and the largest unnamed start-ups, as far as ties join them to one another."""
    actors = [node for node in graph if graph.nodes[node].get("kind") in COLUMNS]
    named = {node for node in actors if graph.nodes[node].get("named")}
    others = [node for node in actors if node not in named and graph.nodes[node]["kind"] == "startup"]
    largest = sorted(others, key=lambda node: (-_size(graph, node), str(node)))[:UNNAMED_LABS]
    chosen = named | set(largest)
    return {node for node in chosen if any(partner in chosen for partner, _ in _partners(graph, node))}


def _size(graph: nx.MultiDiGraph[str], node: str) -> float:
    return float(graph.nodes[node].get("compute_h100e") or 0.0)


def _ordered_columns(graph: nx.MultiDiGraph[str], shown: set[str]) -> dict[str, list[str]]:
    """Actors by kind, from top to bottom: by region at first, then each by the mean height of its partners."""
    columns: dict[str, list[str]] = {}
    for kind in COLUMNS:
        members = [node for node in shown if graph.nodes[node]["kind"] == kind]
        if members:
            columns[kind] = sorted(members, key=lambda node: (_region(graph, node), -_size(graph, node), str(node)))
    for _ in range(12):
        heights = {node: i / len(column) for column in columns.values() for i, node in enumerate(column)}
        for kind, column in columns.items():
            means = {node: _mean_height(graph, node, heights) for node in column}
            columns[kind] = sorted(column, key=lambda node: (means[node], str(node)))
            heights |= {node: i / len(column) for i, node in enumerate(columns[kind])}
    return columns


def _region(graph: nx.MultiDiGraph[str], node: str) -> int:
    region = graph.nodes[node].get("region")
    return REGIONS.index(region) if region in REGIONS else len(REGIONS)


def _mean_height(graph: nx.MultiDiGraph[str], node: str, heights: dict[str, float]) -> float:
    """Mean height of the partners, weighted by share; a node without partners stays where it is."""
    pull, weight = 0.0, 0.0
    for partner, tie in _partners(graph, node):
        if partner in heights:
            share = _share(tie) + 0.05
            pull += share * heights[partner]
            weight += share
    return pull / weight if weight else heights[node]


def _partners(graph: nx.MultiDiGraph[str], node: str) -> Iterable[tuple[str, dict[str, Any]]]:
    yield from ((target, tie) for _, target, tie in graph.out_edges(node, data=True) if _drawn(tie))
    yield from ((source, tie) for source, _, tie in graph.in_edges(node, data=True) if _drawn(tie))


def _drawn(tie: dict[str, Any]) -> bool:
    """Ties in force of the kinds in the legend; of the funds in a round the one that leads."""
    return tie.get("kind") in TIES and not tie.get("until") and tie.get("role") != "syndicate"


def _ties(graph: nx.MultiDiGraph[str], positions: Positions) -> list[tuple[str, str, dict[str, Any]]]:
    """The ties between drawn actors, the widest first: thin lines are drawn over thick ones."""
    found = [
        (source, target, tie)
        for source, target, tie in graph.edges(data=True)
        if source in positions and target in positions and _drawn(tie)
    ]
    return sorted(found, key=lambda edge: -_share(edge[2]))


def _share(tie: dict[str, Any]) -> float:
    return min(float(tie.get("share") or 0.0), 1.0)


def _draw_ties(axes: Axes, graph: nx.MultiDiGraph[str], positions: Positions) -> None:
    for source, target, tie in _ties(graph, positions):
        _, colour, dash = TIES[tie["kind"]]
        strong = tie.get("subtype") in PRIVILEGED
        width = LEAST + SPAN * _share(tie)
        path = _curve(positions[source], positions[target])
        alpha = 0.95 if strong else 0.5
        axes.add_patch(PathPatch(path, fill=False, edgecolor=colour, linestyle=dash, linewidth=width, alpha=alpha))


def _curve(start: tuple[float, float], end: tuple[float, float]) -> Curve:
    """A line that leaves and arrives level; between two actors of one column it swings out to the right."""
    (x0, y0), (x1, y1) = start, end
    reach = 0.25 if x0 == x1 else (x1 - x0) / 2
    arrive = x1 + reach if x0 == x1 else x1 - reach
    points = [(x0, y0), (x0 + reach, y0), (arrive, y1), (x1, y1)]
    return Curve(points, [Curve.MOVETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4])


def _draw_nodes(axes: Axes, graph: nx.MultiDiGraph[str], columns: dict[str, list[str]], positions: Positions) -> None:
    for kind, column in columns.items():
        sizes = np.array([_size(graph, node) for node in column])
        areas = 18 + 130 * np.sqrt(sizes / max(sizes.max(), 1e-9))
        xs, ys = zip(*(positions[node] for node in column), strict=True)
        look: dict[str, Any] = {"marker": SHAPES[kind], "color": COLOURS[kind], "edgecolor": "white", "linewidth": 0.7}
        axes.scatter(xs, ys, s=areas, zorder=3, **look)
        for node, area in zip(column, areas, strict=True):
            _label(axes, graph, node, kind, positions[node], float(np.sqrt(area)) / 2)


def _label(
    axes: Axes, graph: nx.MultiDiGraph[str], node: str, kind: str, position: tuple[float, float], radius: float
) -> None:
    """Names stand outside at the left and right edge; in the middle, above the symbol on a white ground."""
    offsets = {"chipmaker": (-radius - 3, 0.0), "cloud": (0.0, radius + 2), "startup": (radius + 3, 0.0)}
    sides = {"chipmaker": ("right", "center"), "cloud": ("center", "bottom"), "startup": ("left", "center")}
    across, upright = sides.get(kind, sides["startup"])
    axes.annotate(
        short(str(graph.nodes[node].get("name", node)), 28), position, offsets.get(kind, offsets["startup"]),
        textcoords="offset points", ha=across, va=upright, fontsize=SMALL, zorder=4, annotation_clip=False,
        color=INK if graph.nodes[node].get("named") else "0.4",
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.4},
    )  # fmt: skip


def _legend_rows(ties: set[str], columns: dict[str, list[str]]) -> list[list[Line2D]]:
    """Actors, ties and widths, each from a row of their own on, as many in a row as the page is wide."""
    actors = [
        Line2D([], [], color=COLOURS[kind], marker=SHAPES[kind], linestyle="none", markersize=6, label=NAMES[kind])
        for kind in columns
    ]
    lines = [
        Line2D([], [], color=colour, linestyle=dash, linewidth=1.5, label=label)
        for kind, (label, colour, dash) in TIES.items()
        if kind in ties
    ]
    strong = Line2D([], [], color=PALETTE[1], linewidth=2.5, alpha=0.95, label="exclusive, preferred or first refusal")
    widths = [
        Line2D([], [], color=INK, linewidth=LEAST + SPAN * share, label=f"{100 * share:.0f} %")
        for share in (0.1, 0.5, 1.0)
    ]
    rows: list[list[Line2D]] = []
    for handles in (actors, [*lines, strong], widths):
        room = 0.0
        for handle in handles:
            wide = ENTRY + text_width(str(handle.get_label()))
            if handle is handles[0] or room + wide > TEXT_WIDTH:
                rows.append([])
                room = 0.0
            rows[-1].append(handle)
            room += wide
    return rows


def _draw_legend(figure: Figure, foot_inches: float, rows: list[list[Line2D]]) -> None:
    inch, told = 1 / figure.get_figheight(), wrapped(WIDTHS)
    for k, handles in enumerate(reversed(rows)):
        corner = (0.01, (foot_inches + ROW * (k + len(told))) * inch)
        figure.legend(
            handles=handles, loc="lower left", bbox_to_anchor=corner, ncols=len(handles), borderpad=0.0,
            handlelength=1.8, handletextpad=0.6, columnspacing=1.2,
        )  # fmt: skip
    figure.text(0.02, (foot_inches + 0.02) * inch, "\n".join(told), fontsize=SMALL, va="bottom")
