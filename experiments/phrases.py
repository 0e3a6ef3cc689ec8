"""Words put together."""

from __future__ import annotations

from collections.abc import Sequence


def listed(names: Sequence[str]) -> str:
    """Names as one phrase: ``a``, ``a and b``, ``a, b and c``; nothing for none."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
