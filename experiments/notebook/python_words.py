"""Faults in the words of Python: studies name the options of commands, and a function has arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from kingmaker.agents.errors import KingmakerError

# what stands between quotes is a command or a value, and stays
OPTION = re.compile(r"(?<!\w)'[^']*'|(with )?--([a-z]+(?:-[a-z]+)*)(?: (luck|posterior)(?!\.?\w))?")


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


def _argument(found: re.Match[str]) -> str:
    lead, option, value = found[1] or "", found[2], found[3]
    if option is None:
        return found[0]
    name = option.replace("-", "_")
    if value:
        return f'{lead}{name}="{value}"'
    return f"{lead}{name}=" if lead else name
