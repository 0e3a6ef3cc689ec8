"""The story of one firm: contracts, owners, cash, compute, capability, events."""

from __future__ import annotations

from html import escape

import numpy as np

from kingmaker.experiments.page.happenings import SIGNS
from kingmaker.experiments.page.records import Story, Tie
from kingmaker.experiments.page.wording import Words

SHOWN = (
    ("compute", 1.0, "H100e", ("cloud", "startup")),
    ("capability", 1.0, "log₁₀ FLOP", ("cloud", "startup")),
    ("sales", 1.0, "M$ / month", ("startup",)),
    ("cash", 1e-3, "G$", ("chipmaker", "cloud", "startup", "investor")),
    ("value", 1e-3, "G$", ("chipmaker", "cloud", "startup")),
)
LATEST = 12  # events and ties told


def tell(story: Story, name: str, words: Words, ink: str, month: int | None = None) -> str:
    """The story of the firm called ``name`` up to a month, as HTML; empty if there is no such firm in this run.

    Args:
        story: the run.
        name: of the firm.
        words: the page's language.
        ink: colour of the curves.
        month: the month looked at, 0 = January 2022; nothing later is told. None is the last one.
    """
    places = [k for k, node in enumerate(story.nodes) if node.name == name]
    if not places:
        return ""
    k = places[0]
    node = story.nodes[k]
    now = story.months - 1 if month is None else min(max(month, 0), story.months - 1)
    months = np.flatnonzero(story.alive[k])
    first, last = int(months[0]), int(months[-1])
    kind = words.of("kinds", node.type or node.kind)
    many = f" · {words('stands_for', number=words.number(node.weight))}" if not node.named else ""
    life = "" if first > now else f"{words.month(first)} – {words.month(last) if last < now else words('still')}"
    about = " · ".join(part for part in (escape(kind), words.of("regions", node.region), life) if part)
    parts = [f"<h3>{escape(name)}</h3><p class='faint'>{about}{many}</p>"]
    parts.append(f"<p><b>{words('firm_in', month=words.month(now))}</b></p>")
    if not story.alive[k, now]:
        parts.append(f"<p>{words('not_there')}</p>")
    parts.append(_amounts(story, k, words, ink, now))
    parts.append(_ties(story, k, words, now))
    events = [event for event in story.events if event.who == name and event.month <= now]
    if events:
        lines = "".join(
            f"<li>{words.month(e.month)}{words('colon')}{SIGNS.get(e.kind, '•')} {escape(words.sentence(e.text))}</li>"
            for e in events[-LATEST:]
        )
        parts.append(f"<p><b>{words('its_events')}</b></p><ul>{lines}</ul>")
    return "".join(parts)


def _amounts(story: Story, k: int, words: Words, ink: str, now: int) -> str:
    """A row for each amount: its value in the month and a small curve of its life until then."""
    if not story.alive[k, now]:
        return ""
    rows = []
    for name, factor, unit, kinds in SHOWN:
        values = story.amounts[name][k, : now + 1][story.alive[k, : now + 1]] * factor
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


def _ties(story: Story, k: int, words: Words, now: int) -> str:
    """The ties of the month, the heaviest first, and those that have ended before it, the latest first."""
    mine = [tie for tie in story.ties if k in (tie.source, tie.target) and tie.first <= now]
    standing = sorted((t for t in mine if now < t.end), key=lambda t: (-t.share(now), -t.since))
    known = {_same(tie) for tie in standing}
    ended: dict[tuple[int, int, str, int], Tie] = {}
    for tie in sorted(mine, key=lambda tie: tie.end):  # of one tie whose form has changed, the last form is told
        if tie.end <= now and _same(tie) not in known:
            ended[_same(tie)] = tie
    gone = sorted(ended.values(), key=lambda tie: (-tie.end, -tie.since))
    found = ""
    for title, ties in (("its_ties", standing), ("earlier_ties", gone)):
        lines = "".join(f"<li>{_line(story, k, tie, words, now)}</li>" for tie in ties[:LATEST])
        found += f"<p><b>{words(title)}</b></p><ul>{lines}</ul>" if lines else ""
    return found


def _same(tie: Tie) -> tuple[int, int, str, int]:
    """What stays the same while the form of a tie changes."""
    return tie.source, tie.target, tie.kind, tie.since


def _line(story: Story, k: int, tie: Tie, words: Words, now: int) -> str:
    partner = story.nodes[tie.target if tie.source == k else tie.source].name
    what = words.of("ties", tie.subtype or tie.kind)
    start = words.month(tie.since) if tie.since >= 0 else words("before")
    if tie.end <= now:
        return f"<b>{escape(partner)}</b>{words('colon')}{what}, {start} – {words.month(tie.end - 1)}"
    share, money = words.number(100.0 * tie.share(now)), tie.money[now - tie.first]
    weight = (
        words("share_of_money", share=share, money=words.number(money)) if money else words("share_only", share=share)
    )
    return f"<b>{escape(partner)}</b>{words('colon')}{what}, {start} – {words('still')}{words('colon')}{weight}"
