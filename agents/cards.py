"""How things show themselves in a notebook: a title, a small table, a line of what can be asked next."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping, Sequence

from kingmaker.agents.units import THOUSAND

LEFT = 'style="text-align:left;vertical-align:top"'


def card(title: object, rows: Mapping[str, object], note: str = "") -> str:
    """HTML of a title and a table of two columns; all texts are shown as they stand."""
    body = "".join(
        f"<tr><th {LEFT}>{shown(name)}</th><td {LEFT}>{shown(told)}</td></tr>" for name, told in rows.items()
    )
    below = f"<div><small>{shown(note)}</small></div>" if note else ""
    return f"<div><b>{shown(title)}</b><table>{body}</table>{below}</div>"


def grid(title: object, columns: Sequence[str], rows: Iterable[Sequence[object]], folded: bool = False) -> str:
    """HTML of a table with a line of heads; ``folded`` hides it behind its title until it is clicked."""
    head = "".join(f"<th {LEFT}>{shown(name)}</th>" for name in columns)
    body = "".join(f"<tr>{''.join(f'<td {LEFT}>{shown(cell)}</td>' for cell in row)}</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    if folded:
        return f"<details><summary>{shown(title)}</summary>{table}</details>"
    return f"<div><b>{shown(title)}</b>{table}</div>"


def shown(text: object) -> str:
    """A text as HTML shows it: nothing in it is markup."""
    return html.escape(str(text))


def amount(value: float) -> str:
    """A number for reading: thousands apart, or four significant digits; a dash where there is none."""
    if math.isnan(value):
        return "–"
    return f"{value:,.0f}" if THOUSAND <= abs(value) < math.inf else f"{value:.4g}"
