"""Pages of small plots: a grid of them under a title, above a legend and the footer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from kingmaker.experiments.figures.style import LINE, SMALL, Sheet, foot, head, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Item = TypeVar("Item")
PAGE_HEIGHT = 10.4  # inches: A4 or letter with margins


@dataclass(frozen=True)
class Spacing:
    """Inches of a page of plots: of a plot, between rows, at the sides, between columns, for titles and labels."""

    panel: float = 1.4
    gap: float = 0.85
    left: float = 0.7
    right: float = 0.2
    between: float = 0.75
    above: float = 0.25  # titles of the first row
    below: float = 0.5  # labels of the last row

    def rows(self, title: str, subtitle: str, footer: str, extra: float = 0.0) -> int:
        """Rows that fit a page."""
        left = PAGE_HEIGHT - head(title, subtitle) - foot(footer) - extra - self.above - self.below + self.gap
        return max(1, int(left / (self.panel + self.gap)))


def page_of_panels(
    panels: int, columns: int, title: str, subtitle: str, footer: str, spacing: Spacing, legend: int = 0
) -> tuple[Sheet, list[Axes]]:
    """A page with empty plots, row by row.

    Args:
        panels: how many.
        columns: in a row; fewer if there are fewer plots, so that none of the page is left empty.
        title: of the page.
        subtitle: below it.
        footer: which runs these are.
        spacing: in inches.
        legend: lines kept free for it above the footer, see :func:`put_legend`.
    """
    columns = columns_of(panels, columns)
    rows = -(-panels // columns)
    top = head(title, subtitle) + spacing.above
    bottom = foot(footer) + (LINE + 0.02) * legend + spacing.below
    height = top + rows * spacing.panel + (rows - 1) * spacing.gap + bottom
    figure = sheet(height, title, subtitle, footer)
    page = figure.get_figwidth()
    width = (page - spacing.left - spacing.right - (columns - 1) * spacing.between) / columns
    made = []
    for k in range(panels):
        row, column = divmod(k, columns)
        x = spacing.left + column * (width + spacing.between)
        y = height - top - spacing.panel - row * (spacing.panel + spacing.gap)
        made.append(figure.add_axes((x / page, y / height, width / page, spacing.panel / height)))
    return figure, made


def columns_of(panels: int, most: int) -> int:
    """Columns of a page of plots: as many as may be, one fewer if that leaves less of the page empty."""
    if panels <= most:
        return max(panels, 1)
    return min((most, max(most - 1, 1)), key=lambda columns: -panels % columns)


def put_legend(figure: Sheet, axes: Axes, footer: str, columns: int = 3) -> None:
    """The legend of one plot below all, above the footer, where :func:`page_of_panels` has left room."""
    handles, texts = axes.get_legend_handles_labels()
    if handles:
        figure.legend(
            handles, texts, loc="lower left", bbox_to_anchor=(0.01, (foot(footer) - 0.02) / figure.get_figheight()),
            ncols=columns, fontsize=SMALL, frameon=False, borderpad=0.0,
        )  # fmt: skip


def pages(items: Sequence[Item], most: int) -> list[tuple[tuple[str, ...], Sequence[Item]]]:
    """Items page by page, with what the name of a page ends with: nothing if there is only one."""
    number = -(-len(items) // most)
    most = -(-len(items) // max(number, 1))  # pages alike, not a full one and a rest
    parts = [items[start : start + most] for start in range(0, len(items), most)]
    return [((str(number),) if len(parts) > 1 else (), part) for number, part in enumerate(parts, start=1)]
