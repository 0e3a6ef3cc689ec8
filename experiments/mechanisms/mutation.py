"""Switches a row's mechanism off, so that its test can be seen to fail without it."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import reduce
from unittest import mock

from kingmaker.experiments.mechanisms.row import Mutant


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
            owner = reduce(getattr, owners, importlib.import_module(module))
            stack.enter_context(mock.patch.object(owner, name, mutant.neutral))
        yield
