"""Which figures a design gets: what is drawn follows from what the design is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from kingmaker.environment.inputs.parameters import Declaration
from kingmaker.experiments.figures import differences
from kingmaker.experiments.figures.cells import strength
from kingmaker.experiments.figures.differences import draw_differences, is_factorial, point_labels
from kingmaker.experiments.figures.distribution import draw_distribution
from kingmaker.experiments.figures.effects import draw_lines
from kingmaker.experiments.figures.facets import draw_facets, facet_key
from kingmaker.experiments.figures.heatmaps import draw_heatmaps, rows_of_page
from kingmaker.experiments.figures.morris import elementary_effects
from kingmaker.experiments.figures.outcome_columns import Outcome, footer_of, subtitle_of
from kingmaker.experiments.figures.plot_grid import pages
from kingmaker.experiments.figures.scatters import draw_scatter
from kingmaker.experiments.figures.study_figures import bars_per_page, draw_bars
from kingmaker.experiments.stats.levels import LEVEL, Level
from kingmaker.experiments.terminal.phrases import listed

if TYPE_CHECKING:
    import pandas as pd

Drawn = tuple[tuple[str, ...], Figure]  # parts of the name, the figure
FEW_KEYS = 2  # parameters that fit a title by name
MOST_PAIRS = 10  # pairs of parameters that are drawn, those that work together most


@dataclass(frozen=True)
class Shown:
    """What the figures of one statistic are drawn from."""

    manifest: Mapping[str, Any]
    runs: pd.DataFrame
    keys: Sequence[str]
    outcomes: Sequence[Outcome]
    declared: Mapping[str, Declaration]
    note: str = ""
    level: Level = LEVEL

    @property
    def kind(self) -> str:
        """Of the design."""
        return str(self.manifest["design"]["kind"])

    @property
    def title(self) -> str:
        """Of the sweep."""
        if self.manifest["title"]:
            return str(self.manifest["title"])
        if not self.varied:
            return f"Spread over {self.level.among}"
        return f"Effects of {listed(self.varied) if len(self.varied) <= FEW_KEYS else f'{len(self.varied)} parameters'}"

    @property
    def statistic(self) -> str:
        """What was made of the months."""
        return self.outcomes[0].statistic

    @property
    def varied(self) -> list[str]:
        """The parameters of which more than one value has been run."""
        return [key for key in self.keys if self.runs[key].nunique(dropna=False) > 1]

    def footer(self, over: str = "seeds", told: str = "") -> str:
        """Which runs these are, the kind of interval (or what is ``told`` of it), and the note."""
        first = " · ".join(filter(None, (footer_of(self.manifest, over, self.runs, self.level), told)))
        return "\n".join(filter(None, (first, self.note)))

    def reference(self) -> dict[str, float]:
        """The scenario's own values at its start; of a list, those of its first point."""
        if self.kind == "list":
            first = self.runs.sort_values("point").iloc[0]
            return {key: float(first[key]) for key in self.keys}
        given = self.manifest["design"]["scenario"]["parameters"]
        return {key: float(given.get(key, self.declared[key].default)) for key in self.keys}


def figures_of(shown: Shown) -> Iterator[Drawn]:
    """All figures of one statistic."""
    if shown.runs["point"].nunique() == 1:
        yield from _distribution(shown)
    elif shown.kind == "list":
        yield from _list(shown)
    elif shown.kind == "grid":
        yield from _grid(shown)
    elif shown.kind == "morris":
        yield from _morris(shown)
    else:
        yield from _sample(shown)


def _distribution(shown: Shown) -> Iterator[Drawn]:
    for page, part in pages(shown.outcomes, 12):
        figure = draw_distribution(shown.runs, part, shown.title, shown.footer())
        yield ("distribution", shown.statistic, *page), figure


def _list(shown: Shown) -> Iterator[Drawn]:
    every = point_labels(shown.runs, shown.keys)
    labels = dict(list(every.items())[: differences.MOST_POINTS])
    few = len(labels) < len(every)
    left = f"the first {len(labels)} of {len(every)} points; kingmaker export has all" if few else ""
    footer = shown.footer("pairs", left)
    factorial = is_factorial(shown.runs, shown.keys)
    square = shown.keys if factorial and len(labels) == 4 else ()
    most = differences.COLUMNS * differences.rows_of_page(labels, shown.title, footer)
    for page, part in pages(shown.outcomes, most):
        figure = draw_differences(shown.runs, labels, part, shown.title, footer, square)
        yield ("differences", shown.statistic, *page), figure
    if factorial and len(labels) > 4:
        yield from _pairs(shown)


def _grid(shown: Shown) -> Iterator[Drawn]:
    several = len(shown.varied) > 1
    if len(shown.varied) != 2:
        for key in shown.varied:
            name = ("lines", key, shown.statistic) if several else ("lines", shown.statistic)
            for page, part in pages(shown.outcomes, 12):
                yield (
                    (*name, *page),
                    draw_lines(
                        shown.runs, key, part, shown.reference(), shown.title, shown.footer(), several, shown.declared
                    ),
                )
    if several:
        yield from _pairs(shown)
    if len(shown.varied) == 3 and (third := facet_key(shown.runs, shown.varied)):
        first, second = (key for key in shown.varied if key != third)
        for outcome in shown.outcomes:
            yield (
                ("facets", outcome.column),
                draw_facets(
                    shown.runs,
                    (first, second),
                    third,
                    outcome,
                    f"{outcome.title}: {shown.title}",
                    shown.footer(),
                    shown.declared,
                ),
            )


def _pairs(shown: Shown) -> Iterator[Drawn]:
    """Heatmap and interaction of every pair of parameters, of the strongest pairs if there are many."""
    pairs = list(itertools.combinations(shown.varied, 2))
    title, reference = shown.title, shown.reference()
    if len(pairs) > MOST_PAIRS:
        title = f"{title}: the {MOST_PAIRS} of {len(pairs)} pairs that work together most"
        pairs = sorted(pairs, key=lambda pair: -strength(shown.runs, pair, shown.outcomes, reference))[:MOST_PAIRS]
    for pair in pairs:
        others = [key for key in shown.varied if key not in pair]
        name = ("pair", *pair, shown.statistic) if others else ("heatmaps", shown.statistic)
        most = rows_of_page(pair, shown.outcomes[0], title, shown.footer(), others)
        for page, part in pages(shown.outcomes, most):
            yield (
                (*name, *page),
                draw_heatmaps(shown.runs, pair, part, reference, title, shown.footer(), shown.declared, others),
            )


def _sample(shown: Shown) -> Iterator[Drawn]:
    k, design = len(shown.keys), shown.manifest["design"]
    block = (2 * k + 2 if design["second_order"] else k + 2) if shown.kind == "sobol" else 1
    for outcome in shown.outcomes:
        yield (
            ("scatter", outcome.column),
            draw_scatter(
                shown.runs,
                shown.varied,
                outcome,
                f"{outcome.title}: {shown.title}",
                shown.footer(""),
                shown.declared,
                block,
            ),
        )


def _morris(shown: Shown) -> Iterator[Drawn]:
    """Mean absolute effect and spread of the parameters; single points where no trajectory is whole yet."""
    table, whole = elementary_effects(shown.runs, shown.manifest["design"], shown.outcomes, shown.level)
    if table.empty:
        yield from _sample(shown)
        return
    footer = shown.footer("", f"{shown.level.tied}s: bootstrap over {whole} trajectories")
    names = {o.column: f"{o.title}, {subtitle_of(o.statistic).lower()}" for o in shown.outcomes}
    units = {o.column: o.unit for o in shown.outcomes}
    for page, part in pages([o.column for o in shown.outcomes], bars_per_page(table)):
        yield (
            ("morris", shown.statistic, *page),
            draw_bars(table, part, "morris", "mu_star", names, footer, shown.title, units, shown.level),
        )
