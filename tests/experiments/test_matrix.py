"""Matrices are drawn as seaborn draws its heatmaps."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
import seaborn as sns
from matplotlib.colors import LogNorm, Normalize, to_rgba
from matplotlib.figure import Figure

from kingmaker.experiments.figures.matrix import draw_matrix
from kingmaker.experiments.figures.style import PALETTE, SMALL


@pytest.mark.parametrize("norm", [Normalize(0.0, 1.15), LogNorm(1e-3, 1.0)])
@pytest.mark.parametrize("shape", [(3, 5), (1, 1), (1, 4), (4, 1)])
def test_cells_and_colours_of_texts_are_those_of_seaborn(norm: Normalize, shape: tuple[int, int]) -> None:
    values = np.random.default_rng(1).uniform(0.01, 1.0, shape)
    if values.size > 1:
        values[0, 0] = np.nan
    texts = [[f"{value:.2f}" for value in row] for row in values]
    ours, theirs = Figure().add_subplot(), Figure().add_subplot()
    draw_matrix(ours, values, texts, norm, gaps=0.8)
    sns.heatmap(
        values, ax=theirs, norm=norm, cmap="Blues", cbar=False, linewidths=0.8, annot=np.array(texts), fmt="",
        annot_kws={"fontsize": SMALL},
    )  # fmt: skip

    def told(axes: mpl.axes.Axes) -> set[tuple[object, ...]]:
        return {(text.get_text(), *text.get_position(), to_rgba(text.get_color())) for text in axes.texts}

    assert told(ours) == told(theirs)
    assert (ours.get_xlim(), ours.get_ylim()) == (theirs.get_xlim(), theirs.get_ylim())
    for mesh in (*ours.collections, *theirs.collections):
        mesh.update_scalarmappable()
    assert np.array_equal(ours.collections[0].get_facecolor(), theirs.collections[0].get_facecolor())
    assert list(ours.get_xticks()) == [column + 0.5 for column in range(shape[1])]


def test_the_palette_is_seaborns_for_the_colour_blind() -> None:
    assert list(sns.color_palette("colorblind")) == PALETTE
