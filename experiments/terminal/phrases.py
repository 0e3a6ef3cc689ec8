"""Words put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def listed(names: Sequence[str]) -> str:
    """Names as one phrase: ``a``, ``a and b``, ``a, b and c``; nothing for none."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def apart(a: float, b: float, show: Callable[[float, int], str], digits: int = 3, most: int = 6) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to tell them apart, from ``digits`` up to ``most``.

    The two texts are equal if the numbers are the same at ``most`` digits: then nothing may be said to rise or fall.
    """
    for count in range(digits, most + 1):
        shown = show(a, count), show(b, count)
        if shown[0] != shown[1] and _rounded(a, count) != _rounded(b, count):  # 1.00 and 1.000 are the same
            return shown
    return show(a, digits), show(a, digits)


def _rounded(value: float, digits: int) -> float:
    return float(f"{value:.{digits - 1}e}")
