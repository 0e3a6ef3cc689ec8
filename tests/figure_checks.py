"""What is looked for in every figure: texts that touch, leave the page or cannot be read."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

SMALLEST = 8.0  # points
AIR = 1.0  # pixels by which boxes may touch: they are taller than their letters


def _labels(axis: Axis) -> Iterator[Text]:
    """Labels of the ticks that are in view: matplotlib keeps others that it never draws."""
    low, high = sorted(axis.get_view_interval())
    room = 1e-9 * (high - low)
    for place, label in zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=True):
        if low - room <= place <= high + room:
            yield label
    yield axis.label


def texts_of(figure: Figure) -> list[Text]:
    """Every text that is drawn."""
    found: list[Text] = list(figure.texts)
    for legend in figure.legends:
        found += legend.get_texts()
    for axes in figure.axes:
        found += [*axes.texts, axes.title, *_side_titles(axes)]
        legend = axes.get_legend()
        found += legend.get_texts() if legend is not None else []
        if axes.axison:
            found += [*_labels(axes.xaxis), *_labels(axes.yaxis)]
    unique = {id(text): text for text in found}
    return [text for text in unique.values() if text.get_text().strip() and text.get_visible()]


def _side_titles(axes: Axes) -> list[Text]:
    """Titles at the left and the right: matplotlib hands out their words only."""
    words = {axes.get_title(loc="left"), axes.get_title(loc="right")}
    return [child for child in axes.get_children() if isinstance(child, Text) and child.get_text() in words]


def boxes_of(figure: Figure) -> list[tuple[str, Bbox]]:
    """Each text with its box on the canvas."""
    FigureCanvasAgg(figure).draw()
    return [(text.get_text(), text.get_window_extent()) for text in texts_of(figure)]


def collisions(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts that overlap; slanted ones are left out, as their boxes are larger than they are."""
    found = []
    slanted = {text.get_text() for text in texts_of(figure) if text.get_rotation() % 90.0}
    straight = [(text, box) for text, box in boxes_of(figure) if text not in slanted]
    for (one, a), (other, b) in itertools.combinations(straight, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        down = min(a.y1, b.y1) - max(a.y0, b.y0)
        if across > AIR and down > AIR:
            found.append((one, other))
    return found


def beyond_the_page(figure: Figure) -> list[str]:
    """Texts that the page cuts."""
    page = figure.bbox
    return [
        text
        for text, box in boxes_of(figure)
        if box.x0 < page.x0 - AIR or box.x1 > page.x1 + AIR or box.y0 < page.y0 - AIR or box.y1 > page.y1 + AIR
    ]


def too_small(figure: Figure) -> list[str]:
    """Texts that cannot be read in print."""
    FigureCanvasAgg(figure).draw()
    return [text.get_text() for text in texts_of(figure) if text.get_fontsize() < SMALLEST]


def problems(figure: Figure) -> list[str]:
    """Whatever overlaps, is cut or is too small."""
    found = [f"{one!r} lies on {other!r}" for one, other in collisions(figure)]
    found += [f"{text!r} leaves the page" for text in beyond_the_page(figure)]
    return found + [f"{text!r} is too small" for text in too_small(figure)]
