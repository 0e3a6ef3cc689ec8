"""Faults in the words of Python: studies name the options of commands, and a function has arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from kingmaker.agents.errors import KingmakerError

OPTION = re.compile(r"(with )?--([a-z]+(?:-[a-z]+)*)(?: (luck|posterior)\b)?")


@contextmanager
def in_python(where: str, *, spared: str = "") -> Iterator[None]:
    """Faults that name options of a command name arguments of the function ``where`` instead; also a decorator.

    Args:
        where: the function.
        spared: an option that needs no name, as the function's first argument stands for it.

    Raises:
        KingmakerError: the fault, in these words.
    """
    try:
        yield
    except KingmakerError as fault:
        told = OPTION.sub(_argument, str(fault).replace(f" with --{spared}", "") if spared else str(fault))
        if told == str(fault):
            raise
        raise KingmakerError(told if told.startswith(f"{where}: ") else f"{where}: {told}") from None


def _argument(option: re.Match[str]) -> str:
    given, name, value = option[1] or "", option[2].replace("-", "_"), option[3]
    return f'{given}{name}="{value}"' if value else f"{given}{name}=" if given else name
