"""Figures of one run, each drawn from plain data: no figure looks into the model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.figures.dashboard import draw_dashboard
from experiments.figures.hosting import draw_hosting
from experiments.figures.money import draw_money
from experiments.figures.network import draw_network
from experiments.figures.style import save, styled
from experiments.figures.validation import draw_validation
from experiments.manifest import kingmaker_version

if TYPE_CHECKING:
    import pandas as pd

LARGEST = 500


def draw_all(model: Any, measures: pd.DataFrame, folder: Path) -> None:
    """Draw every figure of a finished run into ``folder`` as PDF and PNG."""
    folder.mkdir()
    footer = f"Kingmaker {kingmaker_version()} · {model.setting.label} · seed {model.seed} · n = 1 run"
    when = str(measures["month"].iloc[-1])
    graph = model.partnerships.graph(largest=LARGEST)
    with styled():
        save(draw_dashboard(measures, model.setting.events, footer), folder / "dashboard")
        save(draw_network(graph, when, footer), folder / "partnerships")
        save(draw_hosting(graph, when, footer), folder / "hosting")
        save(draw_money(model.ledger.matrix(last=12), when, footer), folder / "money")
        save(draw_validation(measures, getattr(model.tables, "series", ()), footer), folder / "validation")
