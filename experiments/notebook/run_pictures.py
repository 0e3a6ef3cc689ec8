"""Pictures of whole runs, drawn by the figures of the command line and handed back instead of being written."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kingmaker.agents.calendar import month_label
from kingmaker.agents.checks import whole
from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.figures.dashboard import draw_dashboard
from kingmaker.experiments.figures.fans import draw_fans
from kingmaker.experiments.figures.hosting import draw_hosting
from kingmaker.experiments.figures.money_flows import draw_money
from kingmaker.experiments.figures.money_ribbons_figure import draw_ribbons
from kingmaker.experiments.figures.network_figure import draw_network
from kingmaker.experiments.figures.sources_and_uses import draw_sources_and_uses
from kingmaker.experiments.notebook.panels import draw_facts, draw_scarcity
from kingmaker.experiments.notebook.series_plot import for_screen
from kingmaker.experiments.results.income_table import bands_by_year
from kingmaker.experiments.results.manifest import kingmaker_version

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from kingmaker.environment.model import ComputeEconomy
    from kingmaker.experiments.notebook.run_result import RunResult

LARGEST = 500  # start-ups in a graph, beside all named actors
YEAR = 12  # months of payments in the picture of money


def draw_picture(result: RunResult, name: str, month: int | None) -> Figure:
    """One of :data:`PICTURES`.

    Raises:
        KingmakerError: the result does not hold what it takes.
    """
    if month is not None and name not in AT_A_MONTH:
        raise KingmakerError(f"plot: month is for {', '.join(AT_A_MONTH)}; '{name}' shows all months.")
    with for_screen():
        return PICTURES[name](result, month)


def _overview(result: RunResult, month: int | None) -> Figure:
    """A page of small plots: of one run its months, of an ensemble fan charts."""
    _demand_one_scenario(result, "overview")
    events = result.settings[0].events
    if result.worlds == 1:
        return draw_dashboard(_frame(result), events, _footer(result))
    values = {measure: result.values[k] for k, measure in enumerate(result.measures.values())}
    footer, counted = _footer(result), result.counted
    return next(draw_fans(values, events, counted, footer, result.level, result.over, result.weights))


def _network(result: RunResult, month: int | None) -> Figure:
    return draw_network(*_graph(result, "network", month), _footer(result))


def _hosting(result: RunResult, month: int | None) -> Figure:
    return draw_hosting(*_graph(result, "hosting", month), _footer(result))


def _money(result: RunResult, month: int | None) -> Figure:
    model = _model_of_one_world(result, "money")
    return draw_money(model.ledger.matrix(last=YEAR), month_label(model.month - 1), _footer(result))


def _flows(result: RunResult, month: int | None) -> Figure:
    model = _model_of_one_world(result, "flows")
    done = model.month if month is None else whole(month, "plot: month", 1, model.month)
    first = max(done - YEAR, 0)
    paid = [{key: float(amount[0]) for key, amount in flows.items()} for flows in model.ledger.months[first:done]]
    if len(paid) < done - first:
        raise KingmakerError("plot: 'flows' needs the payments of each month, and this model has not kept them.")
    return draw_ribbons(paid, f"{month_label(first)} to {month_label(done - 1)}", _footer(result))


def _scarcity(result: RunResult, month: int | None) -> Figure:
    _demand_one_scenario(result, "scarcity")
    return draw_scarcity(result, _footer(result))


def _income(result: RunResult, month: int | None) -> Figure:
    _demand_one_scenario(result, "income")
    if result.lines is not None:
        income = bands_by_year(result.lines, result.level, result.weights)
        return draw_sources_and_uses(income, result.months, _footer(result), result.level)
    model = _model_of_one_world(result, "income")
    return draw_sources_and_uses(model.income_frame(), result.months, _footer(result))


def _facts(result: RunResult, month: int | None) -> Figure:
    _demand_one_scenario(result, "facts")
    return draw_facts(result, _footer(result))


PICTURES: dict[str, Callable[[RunResult, int | None], Figure]] = {
    "overview": _overview, "network": _network, "hosting": _hosting, "money": _money, "flows": _flows,
    "income": _income, "scarcity": _scarcity, "facts": _facts,
}  # fmt: skip
AT_A_MONTH = ("network", "hosting", "flows")


def _graph(result: RunResult, name: str, month: int | None) -> tuple[Any, str]:
    model = _model_of_one_world(result, name)
    graph = model.partnerships.graph(month=month, largest=LARGEST)
    done = model.month if month is None else month
    return graph, month_label(done - 1) if done else "before the first month"


def _frame(result: RunResult) -> pd.DataFrame:
    return result.to_frame().drop(columns=["world", "scenario", "seed"])


def _footer(result: RunResult) -> str:
    n = "1 run" if result.worlds == 1 else f"{result.worlds} runs"
    return f"Kingmaker {kingmaker_version()} · {next(iter(result.groups))} · {result.counted} · n = {n}"


def _demand_one_scenario(result: RunResult, name: str) -> None:
    if len(result.groups) > 1:
        raise KingmakerError(
            f"plot: '{name}' shows one scenario, and these runs are of {len(result.groups)}; plot a measure, or run "
            "each scenario by itself."
        )


def _model_of_one_world(result: RunResult, name: str) -> ComputeEconomy:
    model = result.model
    if model is None or model.worlds > 1:
        raise KingmakerError(
            f"plot: '{name}' needs the finished model of a single run, and this result holds "
            f"{'measures only' if model is None else f'a stack of {model.worlds} worlds'}; km.run(scenario, seed=...) "
            "keeps its model."
        )
    return model
