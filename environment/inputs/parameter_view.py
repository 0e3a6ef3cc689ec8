"""The parameters of a model as its user reads and sets them: plain numbers where there is one world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.cards import grid
from kingmaker.agents.checks import Named
from kingmaker.agents.checks import world as world_number
from kingmaker.agents.errors import UnknownNameError
from kingmaker.environment.inputs.parameters import Declaration, ParameterError, ParameterGroup, StackedParameters

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray


class Values(np.ndarray):
    """A parameter's values, shape (worlds, 1): a copy to read. With one world it prints as the plain number it is."""

    def __new__(cls, array: FloatArray, key: str) -> Values:
        """Copy the array of the parameter ``key``."""
        values = array.copy().view(cls)
        values.key = key
        return values

    def __array_finalize__(self, other: object) -> None:
        """What is computed from it has no name of its own."""
        self.key = getattr(other, "key", "")

    def __setitem__(self, place: Any, value: object) -> None:
        """A copy is not the model's."""
        raise ParameterError(
            f"parameters: the values of '{self.key}' are a copy; set them by assigning to the parameter itself, such "
            f'as model.parameters["{self.key}"] = 1.'
        )

    def __float__(self) -> float:
        """The number, if there is but one."""
        return float(self.item())

    def __int__(self) -> int:
        """The number, if there is but one."""
        return int(self.item())

    def __repr__(self) -> str:
        """The plain number, or those of the worlds."""
        return repr(self.item()) if self.size == 1 else repr(self.ravel().tolist())

    __str__ = __repr__

    def __format__(self, form: str) -> str:
        """As the plain number is written; several are written one after the other."""
        if self.size == 1:
            return format(self.item(), form)
        return f"[{', '.join(format(value, form) for value in self.ravel().tolist())}]"


class GroupView:
    """One group, such as ``model.parameters.policy``: reading gives :class:`Values`, setting is checked."""

    def __init__(self, group: ParameterGroup) -> None:
        """Look at a group of the economy's own."""
        self._group: ParameterGroup
        vars(self)["_group"] = group

    def __getattr__(self, name: str) -> Any:
        """The value in force."""
        if name.startswith("_"):
            raise AttributeError(name)
        array = getattr(self._group, name)
        return Values(array, self._group._known[name].key)

    def __setattr__(self, name: str, value: object) -> None:
        """Set a parameter from the next month on, checked against its range."""
        setattr(self._group, name, value)

    def __dir__(self) -> list[str]:
        """The parameters of the group."""
        return dir(self._group)

    def __repr__(self) -> str:
        """Each parameter on a line."""
        return repr(self._group)

    def _repr_html_(self, folded: bool = False) -> str:
        known = self._group._known
        rows = ((name, getattr(self, name), d.unit, f"{d.low:g} to {d.high:g}", d.meaning) for name, d in known.items())
        title = f"{self._group._name}: {len(known)} parameters"
        return grid(title, ("name", "in force now", "unit", "range", "meaning"), rows, folded)


class ParameterView:
    """The parameters in force now: ``model.parameters.policy.interoperability``, ``model.parameters["policy.tax"]``.

    A value that is set here holds from the next month on, in all worlds (or, given one value a world, world by world),
    until a dated event of the scenario sets the parameter anew. No manifest knows of it: what is to be reproduced is a
    dated event, a pin, or a branch (:meth:`ComputeEconomy.branch`).
    """

    def __init__(self, stacked: StackedParameters) -> None:
        """Look at the economy's own."""
        self._stacked: StackedParameters
        vars(self)["_stacked"] = stacked

    def __getattr__(self, group: str) -> GroupView:
        """A group by its name."""
        if group.startswith("_"):
            raise AttributeError(group)
        return GroupView(getattr(self._stacked, group))

    def __setattr__(self, name: str, value: object) -> None:
        """Groups are no values."""
        setattr(self._stacked, name, value)

    def __getitem__(self, key: str) -> Any:
        """The value in force of ``group.name``."""
        group, name = self._place(key)
        return getattr(getattr(self, group), name)

    def __setitem__(self, key: str, value: object) -> None:
        """Set ``group.name``."""
        group, name = self._place(key)
        setattr(getattr(self, group), name, value)

    def __dir__(self) -> list[str]:
        """The groups and what can be asked of all."""
        return dir(self._stacked)

    def __repr__(self) -> str:
        """What there is."""
        return repr(self._stacked)

    def _repr_html_(self) -> str:
        """A table for each group, which opens by a click."""
        return "".join(GroupView(getattr(self._stacked, group))._repr_html_(folded=True) for group in self.groups)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._stacked.known)

    @property
    def known(self) -> Named[Declaration]:
        """The declarations, by key."""
        return Named(self._stacked.known, "parameter")

    @property
    def groups(self) -> tuple[str, ...]:
        """The names of the groups."""
        return tuple(self._stacked.groups)

    def array(self, key: str) -> FloatArray:
        """The values of ``group.name`` in all worlds, shape (worlds, 1); a copy."""
        return self._stacked.array(key).copy()

    def values(self, world: int = 0) -> dict[str, float | int]:
        """The values in force in one world, by key.

        Raises:
            KingmakerError: there is no such world.
        """
        return self._stacked.values(world_number(world, self._stacked.worlds, "parameters"))

    def _place(self, key: object) -> tuple[str, str]:
        if not isinstance(key, str) or key not in self._stacked.known:
            raise UnknownNameError(key, self._stacked.known, "parameter", "parameters")
        group, _, name = key.partition(".")
        return group, name
