"""What holds for all tests."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from kingmaker.experiments.commands.stopping import SIGNALS

# a job started in the background of a shell ignores Ctrl-C, and so would every process that it starts and interrupts
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

TESTS = Path(__file__).resolve().parent
# Files of half a minute and more, longest first: one that is begun last would leave the other cores idle at the end.
LONGEST = (
    "mechanisms/test_rows.py",
    "end_to_end/test_sweeps.py",
    "end_to_end/test_faults.py",
    "end_to_end/test_sweeps_under_stress.py",
    "sweeps/test_kinds_of_figures.py",
    "end_to_end/test_sweeps_that_grow.py",
    "end_to_end/test_how_to.py",
    "end_to_end/test_class_page.py",
    "end_to_end/test_class_page_for_all.py",
    "end_to_end/test_counterfactuals.py",
    "end_to_end/test_results.py",
    "end_to_end/test_levels_asked.py",
    "end_to_end/test_terminal.py",
    "environment/test_tie_weights.py",
    "end_to_end/test_docs_commands.py",
    "end_to_end/test_readme.py",
    "end_to_end/test_sweep_pages.py",
    "invariants/test_conservation.py",
    "end_to_end/test_extending.py",
    "end_to_end/test_mistakes.py",
    "docs/test_paper.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: workers take whole files in this order (``make pytest`` tells them to)."""
    for name in LONGEST:
        if not (TESTS / name).is_file():
            raise pytest.UsageError(f"LONGEST in tests/conftest.py names {name}, which is not there")
    place = {TESTS / name: k for k, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    """The command line, called in this process, takes signals over; processes started later would inherit that."""
    numbers = [getattr(signal, name) for name in SIGNALS if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
