"""The declared parameters, measures and scenarios as tables: for the terminal, as JSON, as Markdown."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO

from kingmaker.agents.errors import KingmakerError, nearest
from kingmaker.environment.inputs.scenario import list_scenarios, load_scenario
from kingmaker.experiments.terminal.safe_text import for_markdown
from kingmaker.experiments.terminal.telling import speaks_unicode

NARROWEST, WIDE = 100, 160  # letters in a line of a printed table: at least, and where no terminal sets it
Cell = str | int | float | bool


@dataclass(frozen=True)
class Listing:
    """A table of facts about the model."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    brief: tuple[str, ...]  # the columns that fit a terminal; the other forms have them all

    def render(self, form: str) -> str:
        """The table as text; ``form`` is 'table', 'json' or 'markdown'."""
        return {"table": self._table, "json": self._json, "markdown": self._markdown}[form]()

    def _table(self) -> str:
        from rich.table import Table

        from kingmaker.experiments.terminal.console import Console

        table = Table(title=self.title, title_justify="left")
        places = [self.columns.index(column) for column in self.brief]
        for place in places:
            numeric = all(not isinstance(row[place], str) for row in self.rows)
            # a name broken over two lines cannot be copied into a command
            table.add_column(self.columns[place], justify="right" if numeric else "left", no_wrap=place == 0)
        for row in self.rows:
            table.add_row(*(_text(row[place]) for place in places))
        buffer = StringIO()
        terminal = Console()
        width = max(terminal.width, NARROWEST) if terminal.is_terminal else WIDE
        Console(file=buffer, width=width).print(table)
        return buffer.getvalue().rstrip()

    def _json(self) -> str:
        records = [dict(zip(self.columns, map(_finite, row), strict=True)) for row in self.rows]
        return json.dumps(records, indent=2, ensure_ascii=not speaks_unicode())

    def _markdown(self) -> str:
        lines = [self.columns, tuple("---" for _ in self.columns), *self.rows]
        cells = [[for_markdown(_text(cell)) for cell in line] for line in lines]
        return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return cell if isinstance(cell, str) else f"{cell:.10g}"


def _finite(cell: Cell) -> Cell:
    """JSON knows no infinity: it is written as the text that ``--set`` accepts."""
    return str(cell) if isinstance(cell, float) and not math.isfinite(cell) else cell


def parameter_listing(group: str | None = None, scenario: str | None = None) -> Listing:
    """Every declared parameter, or those of one group; with those of a scenario's extensions."""
    declared = load_scenario(scenario or "baseline").declared()
    _check_group(group, (key.split(".")[0] for key in declared))
    rows = [
        (d.key, d.default, d.unit, d.low, d.high, d.structural, d.meaning, d.source, d.prior, d.spread)
        for d in declared.values()
        if group is None or d.key.split(".")[0] == group
    ]
    columns = ("parameter", "default", "unit", "low", "high", "structural", "meaning", "source", "prior", "spread")
    brief = ("parameter", "default", "unit", "low", "high", "meaning", "source")
    return Listing("Parameters of Kingmaker", columns, tuple(rows), brief)


def measure_listing(group: str | None = None, scenario: str | None = None) -> Listing:
    """Every monthly measure, or those of one group; with those of a scenario's extensions."""
    measured = load_scenario(scenario or "baseline").measured()
    _check_group(group, (measure.group for measure in measured.values()))
    rows = [
        (measure.name, measure.unit, measure.group, measure.definition)
        for measure in measured.values()
        if group is None or measure.group == group
    ]
    columns = ("measure", "unit", "group", "definition")
    return Listing("Monthly measures of Kingmaker", columns, tuple(rows), ("measure", "unit", "definition"))


def scenario_listing() -> Listing:
    """The scenarios that come with Kingmaker."""
    columns = ("scenario", "title")
    return Listing("Scenarios of Kingmaker", columns, tuple(list_scenarios().items()), columns)


def _check_group(group: str | None, names: Iterable[str]) -> None:
    known = list(dict.fromkeys(names))
    if group is not None and group not in known:
        raise KingmakerError(f"There is no group '{group}'.{nearest(group, known)} Known are {', '.join(known)}.")
