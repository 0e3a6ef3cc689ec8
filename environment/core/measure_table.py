"""The measures of a run: the table that it fills month by month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kingmaker.agents.calendar import month_label
from kingmaker.agents.cards import amount, grid
from kingmaker.agents.checks import known
from kingmaker.agents.checks import world as world_number
from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.core.measures import MEASURES, Measure

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray


class Measures:
    """The measures of all worlds, month by month."""

    def __init__(self, worlds: int, definitions: Mapping[str, Measure] = MEASURES) -> None:
        """Nothing observed yet of what has ``definitions``."""
        self.worlds, self.known = worlds, definitions
        self._rows: list[dict[str, FloatArray]] = []

    def record(self, values: dict[str, FloatArray]) -> None:
        """Add a month: every measure, of shape (worlds,)."""
        missing = set(self.known) - set(values)
        if missing:
            raise KeyError(f"not measured this month: {sorted(missing)}")
        self._rows.append({name: values[name].copy() for name in self.known})

    def __len__(self) -> int:
        """Months recorded."""
        return len(self._rows)

    def __repr__(self) -> str:
        """How much there is."""
        worlds = f" of {self.worlds} worlds" if self.worlds > 1 else ""
        months = f"{len(self)} month{'s' * (len(self) != 1)}"
        return f"<{len(self.known)} measures{worlds}, {months}: measures[name], latest(name), to_frame()>"

    def _repr_html_(self) -> str:
        """A table for each group of measures, which opens by a click."""
        groups: dict[str, list[Measure]] = {}
        for measure in self.known.values():
            groups.setdefault(measure.group, []).append(measure)
        last = f"{month_label(len(self) - 1)}{', world 0' * (self.worlds > 1)}" if self._rows else "no month yet"
        head = ("name", last, "unit", "measure", "definition")
        return "".join(
            grid(f"{g}: {len(found)} measures", head, map(self._row, found), True) for g, found in groups.items()
        )

    def _row(self, measure: Measure) -> tuple[str, ...]:
        told = amount(self.latest(measure.name)) if self._rows else ""
        return measure.name, told, measure.unit, measure.label, measure.definition

    def __getitem__(self, name: str) -> pd.Series[float] | pd.DataFrame:
        """A series by month; of a stack a frame with a column a world.

        Raises:
            KingmakerError: there is no such measure.
        """
        import pandas as pd

        values = self.array(name)
        months = pd.Index([month_label(month) for month in range(len(self))], name="month")
        if self.worlds == 1:
            return pd.Series(values[:, 0], index=months, name=name)
        return pd.DataFrame(values, index=months, columns=pd.RangeIndex(self.worlds, name="world"))

    def __iter__(self) -> Iterator[str]:
        """The names of the measures."""
        return iter(self.known)

    def __contains__(self, name: object) -> bool:
        """Whether there is a measure of that name."""
        return name in self.known

    def __dir__(self) -> list[str]:
        """The names of the measures too, so that they can be completed."""
        return [*super().__dir__(), *self.known]

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.known)

    if not TYPE_CHECKING:  # a misspelt method is found before it runs

        def __getattr__(self, name: str) -> Any:
            """A measure by its name, as :meth:`__getitem__`."""
            if name.startswith("_") or "known" not in vars(self):
                raise AttributeError(name)
            return self[name]

    def latest(self, name: str, world: int = 0) -> float:
        """The last month's value in one world.

        Raises:
            KingmakerError: there is no such measure or world, or no month has been completed.
        """
        known(name, self.known, "measure", "measures")
        quick = type(world) is int and 0 <= world < self.worlds  # asked of every measure every month by the collector
        place = world if quick else world_number(world, self.worlds, "measures")
        if not self._rows:
            raise KingmakerError("measures: no month has been completed yet; step the model first.")
        return float(self._rows[-1][name][place])

    def array(self, name: str) -> FloatArray:
        """A series of all worlds, shape (months, worlds).

        Raises:
            KingmakerError: there is no such measure.
        """
        import numpy as np

        known(name, self.known, "measure", "measures")
        return np.array([row[name] for row in self._rows]).reshape(len(self._rows), self.worlds)

    def to_frame(self) -> pd.DataFrame:
        """One row a month (and world, in a stack): ``month`` (such as 2022-01), ``world``, then the measures."""
        import numpy as np
        import pandas as pd

        months = [month_label(month) for month in range(len(self._rows))]
        columns: dict[str, object] = {"month": np.repeat(months, self.worlds)}
        if self.worlds > 1:
            columns["world"] = np.tile(np.arange(self.worlds), len(months))
        columns |= {name: self.array(name).ravel() for name in self.known}
        frame = pd.DataFrame(columns)
        added = {name: measure for name, measure in self.known.items() if name not in MEASURES}
        if added:
            frame.attrs["columns"] = {name: (measure.unit, measure.definition) for name, measure in added.items()}
        return frame
