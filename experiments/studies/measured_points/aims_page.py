"""The page of what the economy of commitments was to bring about: aim, target, and two halves of the seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kingmaker.agents.errors import KingmakerError, nearest
from kingmaker.agents.types import FloatArray
from kingmaker.experiments.stats.levels import WIDE
from kingmaker.experiments.studies.compare.difference_words import digits
from kingmaker.experiments.studies.measured_points.aim_numbers import AIMS
from kingmaker.experiments.studies.measured_points.point_numbers import Cases
from kingmaker.experiments.studies.measured_points.point_table import rows_of

TARGETS = Path(__file__).with_name("aims.csv")
PAGE, TABLE = "commitments.md", "commitments.csv"


@dataclass(frozen=True)
class Aim:
    """A number that the economy of commitments was to give.

    Attributes:
        pattern: P1 to P14.
        id: unique; one of :data:`AIMS`.
        words: what it is, with its unit.
        low: lower end of the target.
        high: upper end.
        source: rows of the facts.
        why: the reason where it is missed.
    """

    pattern: str
    id: str
    words: str
    low: float
    high: float
    source: str
    why: str


@dataclass(frozen=True)
class AimLine:
    """An aim, and the runs of one half of the seeds: median and band."""

    pattern: str
    id: str
    low: float
    high: float
    seeds: str
    median: float
    band_low: float
    band_high: float
    inside: bool


def read_aims(path: Path = TARGETS) -> list[Aim]:
    """The aims of a file.

    Raises:
        KingmakerError: other columns, a number that is not measured, or a target upside down.
    """
    return [_aim(row, f"{path.name}, line {line}") for line, row in enumerate(rows_of(path, Aim), 2)]


def _aim(row: dict[str, str], where: str) -> Aim:
    if row["id"] not in AIMS:
        raise KingmakerError(f"{where}: there is no number '{row['id']}'.{nearest(row['id'], AIMS)}")
    try:
        low, high = float(row["low"]), float(row["high"])
    except ValueError:
        raise KingmakerError(f"{where}: low is '{row['low']}' and high '{row['high']}'; numbers are allowed.") from None
    if not low < high:
        raise KingmakerError(f"{where}: low is {low:g}, which must be below high, {high:g}.")
    return Aim(row["pattern"], row["id"], row["words"], low, high, row["source"], row["why"])


def aim_lines(cases: Cases, aims: Sequence[Aim]) -> list[AimLine]:
    """Each aim over the first half of the seeds and over the second, in turns."""
    return [line for aim in aims for line in _halves(aim, AIMS[aim.id](cases))]


def _halves(aim: Aim, values: FloatArray) -> list[AimLine]:
    middle, lines = len(values) // 2, []
    for first, last in ((0, middle), (middle, len(values))):
        low, median, high = (float(f"{float(each):.4g}") for each in WIDE.of(values[first:last]))
        inside = bool(aim.low <= median <= aim.high)
        lines.append(
            AimLine(aim.pattern, aim.id, aim.low, aim.high, f"{first} to {last - 1}", median, low, high, inside)
        )
    return lines


def page(lines: Sequence[AimLine], aims: Sequence[Aim]) -> str:
    """The page ``commitments.md``."""
    first, second = lines[0].seeds, lines[1].seeds
    of = {(line.id, line.seeds): line for line in lines}
    met = sum(of[aim.id, first].inside and of[aim.id, second].inside for aim in aims)
    rows = [
        f"| {aim.pattern} | {aim.words} | {_target(aim)} | {_cell(of[aim.id, first])} | {_cell(of[aim.id, second])} |"
        for aim in aims
    ]
    missed = [aim for aim in aims if not (of[aim.id, first].inside and of[aim.id, second].inside)]
    reasons = [f"- **{aim.pattern}, {aim.words}**: {aim.why}" for aim in missed]
    return f"""\
# What commitments were to bring about

The economy of commitments (contracts that reserve, take-or-pay, leases, new clouds that borrow on them) was built so
that these patterns come out of behaviour. Each is measured here in the baseline at the values of `parameters.csv`: the
median run, in brackets the {WIDE.words} of the runs, of the seeds {first} and of the seeds {second}. So the intervals
are **over luck at one point**; the posterior, which is fitted to some of these facts and not to others, is on
[validation](validation.md). Targets were written down before the economy was built; the facts behind them are named in
`experiments/studies/measured_points/aims.csv`. P11 and P12 are tests of a mechanism: rows P11, P11b, P12 and P12b of
[mechanisms](mechanisms.md).
Made by `kingmaker measured-points --out docs`; the numbers are in `{TABLE}`.

**{met} of {len(aims)} medians lie inside the target in both halves.**

| | measured | target | seeds {first} | seeds {second} |
|---|---|---|---|---|
{chr(10).join(rows)}

## Why the others do not

{chr(10).join(reasons)}
"""


def _target(aim: Aim) -> str:
    return f"{digits(aim.low)} to {digits(aim.high)}".replace("-", "−")


def _cell(line: AimLine) -> str:
    value, low, high = (digits(each).replace("-", "−") for each in (line.median, line.band_low, line.band_high))
    shown = f"{value} ({low} to {high})"
    return shown if line.inside else f"{shown} *outside*"
