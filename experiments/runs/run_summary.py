"""The results of a run in plain words: a short table with units, a few sentences, and what the user must know."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.environment.core.measures import MEASURES, Measure
from kingmaker.experiments.results import in_force
from kingmaker.experiments.runs.income_summary import income_sentences
from kingmaker.experiments.stats.levels import Band
from kingmaker.experiments.terminal.safe_text import one_line

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.environment.inputs.scenario import Scenario
    from kingmaker.experiments.runs.many import EnsembleRequest
    from kingmaker.experiments.terminal.console import Console

LUCK_ALONE = "The spread is over luck: it says nothing of what is wrong with the model."

KEY_MEASURES = (
    "chip_leader_share",
    "leader_revenue_musd",
    "lead_time_weeks",
    "inhouse_share",
    "capex_musd",
    "hhi_cloud",
    "rent_market_usd_per_hour",
    "utilisation",
    "switching_rate",
    "startups_alive",
    "funding_musd",
    "circularity",
    "capability_frontier",
    "adoption_share",
    "us_compute_share",
    "eu_compute_share",
    "china_compute_share",
    "other_compute_share",
    "power_gw",
)
MIDDLE = "2024"


def print_summary(model: Any, measures: pd.DataFrame, income: pd.DataFrame, out: Path) -> None:
    """Print the table, the sentences, notes of model and scenario, and the dated events that pins or holds override."""
    from rich.table import Table

    from kingmaker.experiments.terminal.console import Console

    console = Console()
    years = measures["month"].str[:4]
    first, last = str(years.iloc[0]), str(years.iloc[-1])
    months = {first: years == first, f"Dec {MIDDLE}": measures["month"] == f"{MIDDLE}-12", last: years == last}
    title = f"{one_line(model.setting.title or model.setting.name)} ({model.setting.label}, seed {model.seed})"
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for heading, chosen in months.items():
        if chosen.any():
            table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("unit")
    for name, measure in _told(model.setting).items():
        if name in measures:
            means = [float(measures.loc[chosen, name].mean()) for chosen in months.values() if chosen.any()]
            table.add_row(one_line(measure.label), *_cells(name, means, measure.unit))
    console.print(table)
    whole = first if first == last else f"{first} and {last}"
    console.print(f"{whole}: average of the year's months.", style="dim")
    for sentence in sentences(measures):
        console.say(sentence)
    for sentence in income_sentences(income, len(measures)):
        console.say(sentence)
    held = in_force.held_in(measures, measured=model.setting.measured())
    console.say(in_force.sentence(held))
    for note in model.notes():
        console.say(f"Note: {note}")
    _say_setting(console, model.setting, model.months)
    console.say(f"Results, graphs and figures are in {out}")


def _told(setting: Scenario) -> dict[str, Measure]:
    """The measures of the table: the usual ones, and those that the scenario's extensions add."""
    measured = setting.measured()
    return {name: measured[name] for name in (*KEY_MEASURES, *(own for own in measured if own not in MEASURES))}


def _say_setting(console: Console, setting: Scenario, months: int) -> None:
    """What the user must know of a scenario: what undoes what, what pins override, and whose code was run."""
    for note in setting.notes(months):
        console.say(f"Note: {note}.")
    for override in setting.overridden:
        console.say(f"Overridden: {override}.")
    if setting.users_classes:
        console.say(f"With code of its own, which was run: {', '.join(setting.users_classes)}")


def print_ensemble(
    request: EnsembleRequest, table: pd.DataFrame, held: Sequence[in_force.Held], income: pd.DataFrame
) -> None:
    """Print medians and bands of the first, the middle and the last year, over what they are, and what is in force.

    Args:
        request: scenario, seeds or members, months, folder, and share of the runs in the wider band.
        table: of :func:`kingmaker.experiments.stats.bands.by_year`.
        held: what is in force over all months and runs.
        income: of :func:`kingmaker.experiments.results.income_table.bands_by_year`.
    """
    from rich.table import Table

    from kingmaker.experiments.terminal.console import Console

    console, band, setting, months = Console(), Band(request.level), request.setting, request.months
    years = sorted({int(table["year"].min()), int(MIDDLE), int(table["year"].max())} & set(table["year"]))
    title = f"{one_line(setting.title or setting.name)} ({setting.label}, {request.counted.replace('–', '-')})"
    shown = Table(title=title, title_justify="left")
    shown.add_column("")
    for year in years:
        shown.add_column(str(year), justify="right", no_wrap=True)
    shown.add_column("unit")
    for name, measure in _told(setting).items():
        rows = table[(table["measure"] == name) & table["year"].isin(years)].sort_values("year")
        if not rows.empty:
            values = [float(v) for column in ("median", *band.columns) for v in rows[column]]
            *cells, unit = _cells(name, values, measure.unit)
            n = len(rows)
            bands = [f"{cells[k]}\n{cells[n + k]} to {cells[2 * n + k]}" for k in range(n)]
            shown.add_row(one_line(measure.label), *bands, unit)
    console.print(shown)
    console.print(
        f"Each run is averaged over the year's months; then the median of {len(request.seeds)} runs and, below it, the "
        f"{band.words} of them. {LUCK_ALONE if request.drawn is None else f'The spread is over {request.words}.'}",
        style="dim", soft_wrap=True,
    )  # fmt: skip
    for sentence in income_sentences(income, months, "median"):
        console.say(sentence)
    console.say(in_force.sentence(held))
    _say_setting(console, setting, months)
    console.say(f"Every run, summary.csv and fan charts are in {request.out}")


def _cells(name: str, values: list[float], unit: str) -> list[str]:
    """Numbers of one row and their unit, shares as per cent and large sums in billions."""
    if unit == "0-1" and not name.startswith("hhi"):  # an index is no percentage
        return [*(f"{100 * value:.1f}" for value in values), "%"]
    if unit.startswith("M$") and max(map(abs, values)) >= 1000:
        return [*(_number(value / 1000) for value in values), unit.replace("M$", "G$", 1)]
    return [*map(_number, values), unit]


def _number(value: float) -> str:
    """Three significant digits, without exponents."""
    if value == 0:
        return "0"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 0.1 else 4
    return f"{value:,.{digits}f}"


def sentences(measures: pd.DataFrame) -> list[str]:
    """Two or three sentences on what happened; one is left out if its measures are missing."""
    found = []
    if {"leader_revenue_musd", "lead_time_weeks"} <= set(measures):
        revenue, wait = measures["leader_revenue_musd"], measures["lead_time_weeks"]
        longest = measures["month"].iloc[int(wait.to_numpy().argmax())]
        found.append(
            f"The leading chipmaker earns {revenue.iloc[0] / 1000:.1f} G$ in the first month and "
            f"{revenue.iloc[-1] / 1000:.1f} G$ in the last; buyers wait longest in {longest}, "
            f"{wait.max():.0f} weeks."
        )
    if {"rent_market_usd_per_hour", "hhi_cloud"} <= set(measures):
        rent, hhi = measures["rent_market_usd_per_hour"], measures["hhi_cloud"]
        found.append(
            f"An hour of the reference chip rents for {rent.iloc[0]:.2f} $ at first and {rent.iloc[-1]:.2f} $ at the "
            f"end; concentration of rented AI compute (HHI) goes from {hhi.iloc[0]:.2f} to {hhi.iloc[-1]:.2f}."
        )
    if {"startups_failed", "startups_acquired", "startups_alive"} <= set(measures):
        found.append(
            f"{measures['startups_failed'].sum():.0f} start-ups fail and {measures['startups_acquired'].sum():.0f} are "
            f"bought; {measures['startups_alive'].iloc[-1]:.0f} are alive at the end."
        )
    return found
