"""Dated events in plots over months: numbered lines, and the list at the foot of the page that names them."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from kingmaker.agents.calendar import month_label
from kingmaker.environment.inputs.scenario import Event
from kingmaker.experiments.figures.style import GREY, LINE, PAGE_WIDTH, SMALL, TEXT_WIDTH, Sheet, foot, wrapped

TOLD = "dotted lines are the dated events numbered and named at the foot"
DOTS = "0.65"
DIGIT = 0.075  # inches of a digit
HEADROOM = 0.2  # of the height of a plot, for the numbers of events
BELOW = 1.0 - HEADROOM / (1.0 + HEADROOM)  # where their lines end


def within(events: Sequence[Event], months: int) -> list[Event]:
    """Those that are shown in plots of so many months, in their order."""
    return sorted((event for event in events if event.month < months), key=lambda event: event.month)


def mark_events(plots: Sequence[Axes], events: Sequence[Event], months: int) -> None:
    """A numbered line for each event in each of several plots of one width."""
    numbers = _marks([event.month for event in events], months, plots[0].get_position().width * PAGE_WIDTH)
    lines = [((event.month, 0.0), (event.month, BELOW)) for event in events]
    for axes in plots:
        dotted = LineCollection(
            lines, transform=axes.get_xaxis_transform(), colors=DOTS, linewidths=0.8, linestyles=":", zorder=0
        )
        axes.add_collection(dotted, autolim=False)  # one object to draw, not one for each of some 400 lines of a page
        for place, number in numbers:
            axes.text(
                place, 0.985, number, transform=axes.get_xaxis_transform(), fontsize=SMALL, color=GREY, ha="center",
                va="top",
            )  # fmt: skip


def _marks(places: Sequence[int], months: int, width: float) -> list[tuple[float, str]]:
    """Where the numbers of events stand in a plot of ``width`` inches: those that would touch share one label."""
    groups = [[k] for k in range(len(places))]

    def span(group: Sequence[int]) -> tuple[float, float, str]:
        text = str(group[0] + 1) if len(group) == 1 else f"{group[0] + 1}–{group[-1] + 1}"
        half = 0.5 * (DIGIT * len(text) + 0.03) * (months + 1) / width
        middle = 0.5 * (places[group[0]] + places[group[-1]])
        middle = min(max(middle, half - 1.0), months - half)  # inside the plot
        return middle - half, middle + half, text

    k = 0
    while k + 1 < len(groups):
        if span(groups[k])[1] > span(groups[k + 1])[0]:
            groups[k : k + 2] = [groups[k] + groups[k + 1]]
            k = max(k - 1, 0)
        else:
            k += 1
    spans = [span(group) for group in groups]
    return [(0.5 * (left + right), text) for left, right, text in spans]


def listed(events: Sequence[Event]) -> list[list[str]]:
    """The numbers, months and names of events in two columns of lines."""
    entries = [
        wrapped(f"{k}  {month_label(event.month)}  {event.why}", 0.48 * TEXT_WIDTH)
        for k, event in enumerate(events, start=1)
    ]
    half = -(-len(entries) // 2)
    return [[line for entry in part for line in entry] for part in (entries[:half], entries[half:])]


def lines_of(columns: Sequence[Sequence[str]]) -> int:
    """Lines of the page that a list takes."""
    return max(map(len, columns))


def draw_list(figure: Sheet, columns: Sequence[Sequence[str]], footer: str) -> None:
    """The list above the footer, where room has been left for it."""
    height, most = figure.get_figheight(), lines_of(columns)
    for place, lines in zip((0.02, 0.51), columns, strict=True):
        for k, line in enumerate(lines):
            y = (foot(footer) + (LINE + 0.02) * (most - 1 - k)) / height
            figure.text(place, y, line, fontsize=SMALL, va="bottom")
