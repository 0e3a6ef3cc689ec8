"""Places for the network's firms: columns by kind, ordered so that ties cross little, the same in all months."""

from __future__ import annotations

from kingmaker.experiments.classroom.records import Story, Tie

COLUMN = {"chipmaker": 0, "investor": 0, "regulator": 0, "cloud": 1, "startup": 2}
ACROSS = (0.0, 0.5, 1.0)
GROUPS = (("chipmaker",), ("cloud",), ("startup",), ("investor",), ("regulator",))
GAP = 1.0  # free places between the groups of one column
SWEEPS = 12

Positions = list[tuple[float, float]]


def positions(story: Story) -> Positions:
    """A place (x, y) in the unit square for each node; firms that live at different times do not share places."""
    pulls = _pulls(story)
    columns = _start(story)
    heights = _heights(story, columns)
    for _ in range(SWEEPS):
        for column in (1, 2, 0, 1):
            columns[column] = _sorted(story, columns[column], pulls, heights)
            heights = _heights(story, columns)
    return [(ACROSS[COLUMN[node.kind]], heights[k]) for k, node in enumerate(story.nodes)]


def _pulls(story: Story) -> list[list[tuple[int, float]]]:
    """For each node its partners, weighted by share and length of the tie."""
    pulls: list[list[tuple[int, float]]] = [[] for _ in story.nodes]
    for tie in story.ties:
        weight = _weight(tie)
        pulls[tie.source].append((tie.target, weight))
        pulls[tie.target].append((tie.source, weight))
    return pulls


def _weight(tie: Tie) -> float:
    return sum(min(share, 1.0) + 0.05 for share in tie.shares)


def _start(story: Story) -> list[list[int]]:
    """Each column by kind, region and size."""
    peak = story.amounts["compute"].max(axis=1)
    columns: list[list[int]] = [[], [], []]
    for group in GROUPS:
        members = [k for k, node in enumerate(story.nodes) if node.kind in group]
        members.sort(key=lambda k: (story.nodes[k].region, -float(peak[k]), story.nodes[k].name))
        if members:
            columns[COLUMN[group[0]]] += members
    return columns


def _heights(story: Story, columns: list[list[int]]) -> list[float]:
    """Even spacing from top to bottom, with a gap where the kind changes."""
    heights = [0.0] * len(story.nodes)
    for column in columns:
        place, places = 0.0, []
        for before, k in zip([None, *column], column, strict=False):
            if before is not None and story.nodes[before].kind != story.nodes[k].kind:
                place += GAP
            places.append(place)
            place += 1.0
        for k, p in zip(column, places, strict=True):
            heights[k] = 1.0 - (p + 0.5) / max(place, 1.0)
    return heights


def _sorted(story: Story, column: list[int], pulls: list[list[tuple[int, float]]], heights: list[float]) -> list[int]:
    """A column's members by the mean height of their partners, each kind by itself."""

    def mean(k: int) -> float:
        whole = sum(weight for _, weight in pulls[k])
        return sum(weight * heights[partner] for partner, weight in pulls[k]) / whole if whole else heights[k]

    order = list(dict.fromkeys(story.nodes[k].kind for k in column))
    return sorted(column, key=lambda k: (order.index(story.nodes[k].kind), -mean(k), story.nodes[k].name))
