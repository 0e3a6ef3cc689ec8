"""The story of one firm: contracts, owners, cash, compute, capability, events."""

from __future__ import annotations

from html import escape

import numpy as np

from experiments.dashboard.records import Story, Tie
from experiments.dashboard.timeline import SIGNS
from experiments.dashboard.words import Words

SHOWN = (
    ("compute", 1.0, "H100e", ("cloud", "startup")),
    ("capability", 1.0, "log₁₀ FLOP", ("cloud", "startup")),
    ("sales", 1.0, "M$ / month", ("startup",)),
    ("cash", 1e-3, "G$", ("chipmaker", "cloud", "startup", "investor")),
    ("value", 1e-3, "G$", ("chipmaker", "cloud", "startup")),
)
LATEST = 12  # events and ties told


def tell(story: Story, name: str, words: Words, ink: str) -> str:
    """The story of the firm called ``name`` as HTML; empty if there is no such firm in this run."""
    places = [k for k, node in enumerate(story.nodes) if node.name == name]
    if not places:
        return ""
    k = places[0]
    node = story.nodes[k]
    months = np.flatnonzero(story.alive[k])
    life = f"{words.month(int(months[0]))} – {words.month(int(months[-1]))}"
    kind = words.of("kinds", node.type or node.kind)
    many = f" · {words('stands_for', number=words.number(node.weight))}" if not node.named else ""
    about = " · ".join((escape(kind), words.of("regions", node.region), life))
    parts = [f"<h3>{escape(name)}</h3><p class='faint'>{about}{many}</p>"]
    parts.append(_amounts(story, k, words, ink))
    parts.append(_ties(story, k, words))
    events = [event for event in story.events if event.who == name]
    if events:
        lines = "".join(
            f"<li>{words.month(e.month)}{words('colon')}{SIGNS.get(e.kind, '•')} {escape(words.sentence(e.text))}</li>"
            for e in events[-LATEST:]
        )
        parts.append(f"<p><b>{words('its_events')}</b></p><ul>{lines}</ul>")
    return "".join(parts)


def _amounts(story: Story, k: int, words: Words, ink: str) -> str:
    """A row for each amount: its last value and a small curve of its life."""
    rows = []
    for name, factor, unit, kinds in SHOWN:
        values = story.amounts[name][k][story.alive[k]] * factor
        if story.nodes[k].kind in kinds and values.max(initial=0.0) > 0.0:
            rows.append(
                f"<tr><td>{words(name)}<br><b>{amount(float(values[-1]), unit, words)}</b></td>"
                f"<td style='text-align:right'>{spark(values, ink)}</td></tr>"
            )
    return f"<table>{''.join(rows)}</table>" if rows else ""


def amount(value: float, unit: str, words: Words) -> str:
    """A number with its unit, in millions or thousands where that is shorter."""
    for size, name in ((1e6, words("millions")), (1e3, words("thousands"))):
        if unit == "H100e" and value >= size:
            return f"{words.number(value / size)} {name} {unit}"
    return f"{words.number(value)} {unit}"


def spark(values: np.ndarray, ink: str, width: int = 90, height: int = 24) -> str:
    """A small curve as inline SVG."""
    low, high = float(values.min()), float(values.max())
    span = (high - low) or 1.0
    steps = max(len(values) - 1, 1)
    points = " ".join(
        f"{1 + (width - 2) * i / steps:.1f},{height - 2 - (height - 4) * (float(v) - low) / span:.1f}"
        for i, v in enumerate(values)
    )
    return (
        f'<svg width="{width}" height="{height}" aria-hidden="true">'
        f'<polyline points="{points}" fill="none" stroke="{ink}" stroke-width="2"/></svg>'
    )


def _ties(story: Story, k: int, words: Words) -> str:
    """Its ties, the latest first; segments of one tie that differ only in share are told once."""
    whole: dict[tuple[int, int, str, str, int], Tie] = {}
    for tie in sorted(story.ties, key=lambda tie: tie.first):
        if k in (tie.source, tie.target):
            whole[(tie.source, tie.target, tie.kind, tie.subtype, tie.since)] = tie
    latest = sorted(whole.values(), key=lambda tie: (-tie.end, -tie.since))
    lines = []
    for tie in latest[:LATEST]:
        partner = story.nodes[tie.target if tie.source == k else tie.source].name
        what = words.of("ties", tie.subtype or tie.kind)
        start = words.month(max(tie.since, 0)) if tie.since >= 0 else words("before")
        end = words("open_end") if tie.end >= story.months else words.month(tie.end - 1)
        lines.append(f"<li><b>{escape(partner)}</b>{words('colon')}{what}, {start} – {end}</li>")
    return f"<p><b>{words('its_ties')}</b></p><ul>{''.join(lines)}</ul>" if lines else ""
