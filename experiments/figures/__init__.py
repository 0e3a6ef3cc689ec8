"""Figures of one run, each drawn from plain data: no figure looks into the model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.experiments.figures.dashboard import draw_dashboard
from kingmaker.experiments.figures.facts_figure import draw_validation
from kingmaker.experiments.figures.figure_files import FigureFolder
from kingmaker.experiments.figures.hosting import draw_hosting
from kingmaker.experiments.figures.money_flows import draw_money
from kingmaker.experiments.figures.network_figure import draw_network
from kingmaker.experiments.figures.sources_and_uses import draw_sources_and_uses
from kingmaker.experiments.figures.style import styled
from kingmaker.experiments.results.manifest import kingmaker_version

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

    Graph = nx.MultiDiGraph[str]

LARGEST = 500


def draw_all(
    model: Any, measures: pd.DataFrame, income: pd.DataFrame, folder: Path, note: str = "", graph: Graph | None = None
) -> list[Path]:
    """Draw every figure of a finished run into ``folder`` as PDF and PNG; gives the files written.

    ``note`` is a line for the captions, such as what is in force in the run; ``graph`` the partnerships at the end, if
    they are at hand.
    """
    folder.mkdir()
    line = f"Kingmaker {kingmaker_version()} · {model.setting.label} · seed {model.seed} · n = 1 run"
    footer = "\n".join(filter(None, (line, note)))
    when = str(measures["month"].iloc[-1])
    graph = model.partnerships.graph(largest=LARGEST) if graph is None else graph
    files, noted = FigureFolder(folder), FigureFolder(folder, note)
    with styled():
        files.save(draw_dashboard(measures, model.setting.events, footer), "dashboard")
        noted.save(draw_network(graph, when, line), "partnerships")
        noted.save(draw_hosting(graph, when, line), "hosting")
        files.save(draw_money(model.ledger.matrix(last=12), when, footer), "money")
        files.save(draw_sources_and_uses(income, len(measures), footer), "income")
        files.save(draw_validation(measures, getattr(model.tables, "series", ()), footer), "validation")
    return [*files.written, *noted.written]
