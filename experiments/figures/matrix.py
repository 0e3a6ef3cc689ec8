"""A matrix of shaded cells with numbers in them, as :func:`seaborn.heatmap` draws it, whose import takes a second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import LogNorm, Normalize

from kingmaker.experiments.figures.style import SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kingmaker.agents.types import FloatArray

# of the light that red, green and blue give (ITU-R BT.709), and from where on a colour counts as bright
_LIGHT, _BRIGHT = np.array([0.2126, 0.7152, 0.0722]), 0.408
_DARK_INK = "0.15"


def draw_matrix(
    axes: Axes, values: FloatArray, texts: Sequence[Sequence[str]], norm: Normalize | LogNorm, gaps: float
) -> None:
    """Cells in shades of blue, row by row from the top, each with its text in a colour that stands out.

    Args:
        axes: where; without a frame, and with ticks in the middle of the cells, as yet without names.
        values: (rows, columns); NaN leaves a cell empty.
        texts: of each cell that is not empty.
        norm: the scale of the shades.
        gaps: white between cells, points.
    """
    rows, columns = values.shape
    mesh = axes.pcolormesh(np.ma.masked_invalid(values), cmap="Blues", norm=norm, linewidths=gaps, edgecolors="white")
    axes.spines[:].set_visible(False)
    axes.set(xlim=(0, columns), ylim=(rows, 0), xticks=np.arange(columns) + 0.5, yticks=np.arange(rows) + 0.5)
    mesh.update_scalarmappable()  # so that the cells know their colours
    light = _brightness(np.asarray(mesh.get_facecolor())[:, :3]).reshape(rows, columns)
    for row, column in np.argwhere(np.isfinite(values)).tolist():
        colour = _DARK_INK if light[row, column] > _BRIGHT else "white"
        axes.text(column + 0.5, row + 0.5, texts[row][column], color=colour, ha="center", va="center", fontsize=SMALL)


def _brightness(colours: FloatArray) -> FloatArray:
    """Relative luminance of sRGB colours (..., 3), as WCAG 2 defines it."""
    linear = np.where(colours <= 0.03928, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ _LIGHT)
