"""Switches a row's mechanism off, so that its test can be seen to fail without it."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import reduce
from typing import Any
from unittest import mock

from kingmaker.environment.core.phases import phase
from kingmaker.experiments.studies.mechanisms.row import Mutant


@contextmanager
def applied(mutants: Iterable[Mutant]) -> Iterator[None]:
    """The model with these parts replaced, for as long as the context lasts.

    Raises:
        AttributeError: a target that does not exist.
    """
    with ExitStack() as stack:
        for mutant in mutants:
            module, _, path = mutant.target.partition(":")
            *owners, name = path.split(".")
            owner = reduce(getattr, owners, importlib.import_module(f"kingmaker.{module}"))
            stack.enter_context(mock.patch.object(owner, name, _in_place_of(getattr(owner, name), mutant.neutral)))
        yield


def _in_place_of(original: Any, neutral: Any) -> Any:
    """What stands in the place of a part, under its name: by it populations find behaviours, the month its phases."""
    if not callable(neutral):
        return neutral

    @functools.wraps(original)
    def stand_in(*given: Any, **named: Any) -> Any:
        return neutral(*given, **named)

    return phase(*original.after)(stand_in) if hasattr(original, "after") else stand_in
