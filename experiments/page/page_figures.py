"""Figures for download: six series with bands as PNG or SVG, in the style of the project's other figures."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kingmaker.experiments.page.choices import Shown, measures
from kingmaker.experiments.page.records import Band, Story
from kingmaker.experiments.page.setting import Setting
from kingmaker.experiments.page.wording import words_in

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray


@dataclass(frozen=True)
class Request:
    """What a figure needs, small enough to send to a worker."""

    shown: tuple[Shown, ...]
    run: dict[str, FloatArray]
    usual: dict[str, FloatArray]
    edges: dict[str, FloatArray]  # (3, months)
    months: int
    title: str
    footer: str
    language: str


def request_of(story: Story, band: Band, usual: Story, setting: Setting, group: str, language: str) -> Request:
    """Pick the series of one group."""
    from kingmaker.experiments.results.manifest import kingmaker_version

    words = words_in(language)
    shown = tuple(measure for measure in measures().values() if measure.group == group)[:6]
    names = [measure.name for measure in shown]
    interval = words("figure_band", n=setting.runs, first=setting.seed, last=setting.seed + setting.runs - 1)
    return Request(
        shown, {n: story.measures[n] for n in names}, {n: usual.measures[n] for n in names},
        {n: band.quantiles[n] for n in names}, story.months, setting.resolved().label,
        f"Kingmaker {kingmaker_version()} · {words('seed_is', seed=setting.seed)} · {interval}", language,
    )  # fmt: skip


def draw(request: Request, form: str) -> bytes:
    """The figure as ``png`` or ``svg``."""
    from kingmaker.experiments.figures.style import GREY, PALETTE, save_bytes, sheet, styled, time_axis

    words = words_in(request.language)
    with styled():
        figure = sheet(5.2, request.title, words("figure_subtitle"), request.footer)
        grid = figure.add_gridspec(2, 3, left=0.07, right=0.98, top=0.84, bottom=0.1, wspace=0.3, hspace=0.4)
        for k, measure in enumerate(request.shown):
            axes = figure.add_subplot(grid[k // 3, k % 3])
            months, f = range(request.months), measure.factor
            low, _, high = request.edges[measure.name]
            axes.fill_between(months, low * f, high * f, color=PALETTE[0], alpha=0.22, linewidth=0)
            axes.plot(months, request.usual[measure.name] * f, color=GREY, linestyle="--", linewidth=1)
            axes.plot(months, request.run[measure.name] * f, color=PALETTE[0])
            axes.set_title(measure.label[request.language])
            axes.set_ylabel(measure.unit[request.language])
            time_axis(axes, request.months)
        buffer = io.BytesIO()
        save_bytes(figure, buffer, form)
    return buffer.getvalue()
