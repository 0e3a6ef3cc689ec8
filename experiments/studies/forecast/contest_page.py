"""``kingmaker forecast``: the contest's table and page, losses included."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kingmaker.experiments.posterior.fit_files import telling, tidy
from kingmaker.experiments.posterior.fitting import FitPlan
from kingmaker.experiments.results.asked import Asked
from kingmaker.experiments.results.filing import filed
from kingmaker.experiments.results.outputs import unfinished
from kingmaker.experiments.stats.levels import WIDE
from kingmaker.experiments.studies.forecast.contest import ANCHORED, HORIZONS, MEDIAN, MODEL, Forecast, contest
from kingmaker.experiments.studies.forecast.contest_data import ORIGINS
from kingmaker.experiments.studies.forecast.naive import FORECASTERS
from kingmaker.experiments.terminal.telling import say

PAGE, TABLE = "forecast.md", "forecast.csv"
ALL = (MODEL, ANCHORED, *FORECASTERS, MEDIAN)
FIELDS = (
    "origin", "series", "block", "period", "months", "forecaster", "observed", "median", "error", "crps",
    *WIDE.columns,
)  # fmt: skip
CAVEAT = (
    "What the model knows that a forecaster at the origin did not: the centres of its priors, and the form of its "
    "mechanisms, were chosen with the whole window in view, and dated inputs after the origin (rules, the demand "
    "shock of December 2022, interest rates) are those of history. Naive forecasters know neither. So the table "
    "says how far the model explains the window from its origins, not how well it would have foretold it; facts "
    "after 2024 are the test of that."
)
RIVALS = ("random walk", "last year's growth", "damped trend")


@dataclass(frozen=True)
class ForecastRequest:
    """What the user asked for."""

    plan: FitPlan
    out: Path
    workers: int
    command: tuple[str, ...]
    origins: tuple[str, ...] = ORIGINS
    force: bool = False
    quiet: bool = False


def forecast_and_write(request: ForecastRequest) -> list[Forecast]:
    """Make the contest and write it; finished stacks are kept until it stands."""
    keep = unfinished(request.out)
    plan = request.plan
    words = f"{plan.members} members, {plan.steps} steps, seed {plan.seed}, origins {', '.join(request.origins)}"
    asked = Asked("forecast", f"the forecast contest: {words}", {**plan.record, "origins": list(request.origins)})
    with filed(request.out, (PAGE, TABLE), asked, request.force) as folder:
        runs = plan.members * (plan.steps + 2) * len(request.origins)
        with telling(runs, "forecasts", request.quiet) as (advance, tell):
            found = contest(plan, keep, request.workers, advance, tell, request.origins)
        write_table(found, folder / TABLE)
        command = " ".join(("kingmaker", *request.command))
        (folder / PAGE).write_text(page(found, words, command), encoding="utf-8")
    tidy(request.out)
    for line in verdict(found):
        say(line)
    say(f"the contest is written to {request.out / PAGE}")
    return found


def write_table(found: Sequence[Forecast], path: Path) -> None:
    """A row a forecast."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        for each in found:
            values = (getattr(each, name) for name in FIELDS)
            writer.writerow([f"{value:.6g}" if isinstance(value, float) else value for value in values])


def mean_score(found: Sequence[Forecast], forecaster: str, what: str = "crps") -> float:
    """The mean over series of a forecaster's mean score in each; NaN of none."""
    mine: dict[str, list[float]] = {}
    for each in found:
        if each.forecaster == forecaster:
            mine.setdefault(each.series, []).append(getattr(each, what))
    return float(np.mean([np.mean(scores) for scores in mine.values()])) if mine else float("nan")


def wins(found: Sequence[Forecast], forecaster: str, rival: str) -> tuple[int, int]:
    """In how many series a forecaster has the better mean score than a rival, and how many series there are."""
    series = sorted({each.series for each in found})
    better = 0
    for name in series:
        mine = [each for each in found if each.series == name]
        better += mean_score(mine, forecaster) < mean_score(mine, rival)
    return better, len(series)


def verdict(found: Sequence[Forecast]) -> list[str]:
    """The contest in sentences."""
    lines = [f"mean CRPS over series: {_listed(found, ALL)}"]
    for rival in RIVALS:
        for mine in (MODEL, ANCHORED):
            better, number = wins(found, mine, rival)
            lines.append(f"{mine} scores better than the {rival} in {better} of {number} series")
    return lines


def _listed(found: Sequence[Forecast], names: Sequence[str]) -> str:
    return ", ".join(f"{name} {mean_score(found, name):.3f}" for name in names)


def page(found: Sequence[Forecast], words: str, command: str) -> str:
    """The contest, in Markdown."""
    series = sorted({each.series for each in found})
    text = [
        "# The forecast contest", "",
        f"Made by `{command}`: {words}; {len(series)} series, {len(found) // len(ALL)} observations ahead. The scores "
        "are continuous ranked probability scores on the scale of logarithms (logits of shares): 0.1 is about a tenth "
        "of the value. Lower is better, the best of a row is bold. Each series counts alike.", "",
        "*kingmaker* is the posterior fitted on what was known at the origin, as it runs on; *anchored*, each member's "
        "path is shifted by what it is off at the last observation. *Median of all* takes the median of each quantile "
        "over the anchored model and all naive forecasters.", "", CAVEAT, "",
        *_by(found, "all", lambda each: "all series and horizons"),
        *_by(found, "horizon", lambda each: each.horizon, [name for _, name in HORIZONS]),
        *_by(found, "block", lambda each: each.block),
        *_by(found, "origin", lambda each: each.origin),
        *_by(found, "series", lambda each: each.series),
        "## Error of the median", "", "The mean distance of the median from what was observed, on the same scales.", "",
        *_table(found, "horizon", lambda each: each.horizon, [name for _, name in HORIZONS], "error"),
        "## Who beats whom", "", *(f"- {line}." for line in verdict(found)[1:]), "",
    ]  # fmt: skip
    return "\n".join(text)


def _by(
    found: Sequence[Forecast], name: str, of: Callable[[Forecast], str], order: Sequence[str] | None = None
) -> list[str]:
    title = "All" if name == "all" else f"By {name}"
    return [f"## {title}", "", *_table(found, name, of, order, "crps")]


def _table(
    found: Sequence[Forecast], name: str, of: Callable[[Forecast], str], order: Sequence[str] | None, what: str
) -> list[str]:
    """A row a class of forecasts, a column a forecaster."""
    there = sorted({of(each) for each in found})
    rows = [each for each in order or there if each in there]
    text = [f"| {name} | n | {' | '.join(ALL)} |", f"|---|---|{'---|' * len(ALL)}"]
    for row in rows:
        mine = [each for each in found if of(each) == row]
        scores = [mean_score(mine, forecaster, what) for forecaster in ALL]
        best = min(scores)
        cells = (f"**{score:.3f}**" if score == best else f"{score:.3f}" for score in scores)
        text.append(f"| {row} | {len(mine) // len(ALL)} | {' | '.join(cells)} |")
    return [*text, ""]
