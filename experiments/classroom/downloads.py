"""Downloads: data and scenario under fixed names, made from the page's link. No file is ever read."""

from __future__ import annotations

import csv
import io
from typing import Any

from starlette.responses import Response

from kingmaker.agents.calendar import month_label
from kingmaker.experiments.classroom.answers import Desk
from kingmaker.experiments.classroom.records import Band, Curve
from kingmaker.experiments.classroom.stacks_of_questions import MEMBERS
from kingmaker.experiments.classroom.visitor_question import MONTHS, Question, scenario_toml

NAMES = ("measures.csv", "band.csv", "events.csv", "scenario.toml")
TYPES = {"csv": "text/csv; charset=utf-8", "toml": "application/toml; charset=utf-8"}


async def make(name: str, question: Question, desk: Desk, visitor: str) -> str:
    """The content of one of :data:`NAMES`, in the model's own units and with all digits."""
    if name == "scenario.toml":
        return scenario_toml(question)
    if name == "measures.csv":
        return measures_csv(await desk.engine.curve(question, visitor))
    if name == "band.csv":
        return band_csv(await desk.members_of(question, visitor))
    record = await desk.record(question, visitor)
    rows = [[month_label(month), kind, who, text] for month, kind, who, text in record["events"]]
    return _csv(["month", "kind", "who", "text"], rows)


def measures_csv(curve: Curve) -> str:
    """The page's measures month by month, as ``kingmaker run`` writes them."""
    names = list(curve.measures)
    rows = [[month_label(m), *(float(curve.measures[name][m]) for name in names)] for m in range(MONTHS)]
    return _csv(["month", *names], rows)


def band_csv(band: Band) -> str:
    """The page's measures of all members: month, member, then the measures."""
    names = list(band.series)
    rows = [
        [month_label(m), member + 1, *(float(band.series[name][member, m]) for name in names)]
        for m in range(MONTHS) for member in range(min(band.n, MEMBERS))
    ]  # fmt: skip
    return _csv(["month", "member", *names], rows)


def _csv(head: list[str], rows: list[list[Any]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return buffer.getvalue()


def _harmless(cell: Any) -> Any:
    """Text that a spreadsheet would take for a formula is made harmless; numbers have all their digits."""
    if isinstance(cell, float):
        return "" if cell != cell else repr(cell)
    return "'" + cell if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def file(name: str, content: str, caching: str) -> Response:
    """A response that the browser saves."""
    return Response(
        content, media_type=TYPES[name.rpartition(".")[2]],
        headers={"Content-Disposition": f'attachment; filename="kingmaker-{name}"', "Cache-Control": caching},
    )  # fmt: skip
