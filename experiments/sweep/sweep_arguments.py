"""Arguments from Python, checked: each mistake names the argument, what was given and what is allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kingmaker.agents.checks import number
from kingmaker.agents.errors import KingmakerError, shown

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray


def text_of(where: str, value: object) -> str:
    """A text.

    Raises:
        KingmakerError: it is none.
    """
    if not isinstance(value, str):
        raise KingmakerError(f"{where} is {shown(value)}; allowed is a text.")
    return value


def names_of(where: str, names: object) -> list[str]:
    """A list of names, each given once.

    Raises:
        KingmakerError: it is no such list.
    """
    if isinstance(names, str | bytes | Mapping) or not hasattr(names, "__iter__"):
        raise KingmakerError(f"{where} is {shown(names)}; allowed is a list of names.")
    found = [text_of(f"{where}: name {place}", name) for place, name in enumerate(names, 1)]
    for name in found:
        if found.count(name) > 1:
            raise KingmakerError(f"{where}: '{name}' is named {found.count(name)} times; name it once.")
    if not found:
        raise KingmakerError(f"{where} is empty; name at least one.")
    return found


def table_of(where: str, table: object) -> dict[str, Any]:
    """A mapping from names to values; None stands for an empty one.

    Raises:
        KingmakerError: it is none, or a key is no text.
    """
    if table is None:
        return {}
    if not isinstance(table, Mapping):
        raise KingmakerError(f"{where} is {shown(table)}; allowed is a mapping such as {{'energy.cap': 0.5}}.")
    return {text_of(f"{where}: key", key): value for key, value in table.items()}


def sample_of(where: str, samples: object, names: Sequence[str]) -> FloatArray:
    """A sample of shape (n, k) for ``k`` names, all of it numbers; infinities are numbers, NaN is none.

    Raises:
        KingmakerError: another shape, or what is no number, by its row.
    """
    import numpy as np

    if np.ma.is_masked(samples):
        raise KingmakerError(f"{where}: some values are masked; allowed are numbers only.")
    shape = f"with {len(names)} names it must be (n, {len(names)})"
    try:
        given = np.asarray(samples, dtype=object)
    except ValueError:
        raise KingmakerError(f"{where}: its rows are not of one length; {shape}.") from None
    if given.ndim == 1:
        given = given[np.newaxis]
    if given.ndim != 2 or given.shape[1] != len(names) or not len(given):
        raise KingmakerError(f"{where} have the shape {given.shape}; {shape}.")
    checked = [
        [number(value, f"{where}: row {row}, '{name}'") for name, value in zip(names, values, strict=True)]
        for row, values in enumerate(given)
    ]
    return np.array(checked, dtype=np.float64)
