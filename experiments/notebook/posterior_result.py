"""The posterior in a notebook: the members, with the vocabulary that all results share."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.cards import card
from kingmaker.agents.checks import Named
from kingmaker.environment.core.measures import Measure
from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.experiments.notebook.python_words import in_python
from kingmaker.experiments.notebook.result import VOCABULARY, Result, refused
from kingmaker.experiments.posterior.members import Members, load_members, write_members
from kingmaker.experiments.posterior.priors import Priors
from kingmaker.experiments.results.outputs import OutputError
from kingmaker.experiments.stats.levels import COVERAGE
from kingmaker.experiments.stats.member_effects import middle_of

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray

PICTURES = ("learned", "shrinkage")
PRIOR_DRAWS, PRIOR_SEED = 2048, 1  # by which the prior is drawn


class Posterior(Members, Result):
    """An ensemble over parameters and luck: what the facts leave open of what is not known.

    It is what ``over=`` takes, and what :meth:`worlds` turns into worlds for :func:`kingmaker.stack`. Its vocabulary is
    that of all results, with parameters in the place of measures.
    """

    @functools.cached_property
    def measures(self) -> Named[Measure]:  # type: ignore[override]
        """The parameters, by key."""
        known = {key: DECLARATIONS[key] for key in self.keys}
        return Named(
            {key: Measure(key, d.unit, d.meaning, key, key.partition(".")[0]) for key, d in known.items()}, "parameter"
        )

    @functools.cached_property
    def prior(self) -> FloatArray:
        """Draws from the prior of each parameter, shape (draws, parameters)."""
        priors = Priors(self.keys, DECLARATIONS)
        return priors.values(priors.draw(PRIOR_DRAWS, PRIOR_SEED))

    @functools.cached_property
    def left(self) -> FloatArray:
        """What is left of the prior's spread, shape (parameters,): near one, the facts have taught nothing."""
        priors = Priors(self.keys, DECLARATIONS)
        places = priors.places(self.values)
        mean = places @ self.weights
        return np.sqrt(((places - mean[:, np.newaxis]) ** 2) @ self.weights)  # a prior's places have a spread of one

    def first(self, number: int) -> Posterior:
        """The first so many; they are exchangeable, and the weights sum to one again.

        Raises:
            MembersError: there are not so many.
        """
        return of_members(super().first(number))

    def to_frame(self) -> pd.DataFrame:
        """One row a member: ``member``, ``seed``, ``weight``, then the parameters."""
        import pandas as pd

        keys = {"member": np.arange(1, len(self) + 1), "seed": self.seeds, "weight": self.weights}
        return pd.concat([pd.DataFrame(keys), pd.DataFrame(self.values, columns=list(self.keys))], axis=1)

    def band(self, name: str) -> pd.DataFrame:
        """One parameter before and after the facts: ``n``, ``low``, ``median``, ``high`` of prior and posterior."""
        import pandas as pd

        place = self.keys.index(self.measure(name).name)
        equal = np.full(PRIOR_DRAWS, 1.0 / PRIOR_DRAWS)
        rows = {}
        for told, values, weights in (
            ("prior", self.prior[:, place], equal), ("posterior", self.values[:, place], self.weights),
        ):  # fmt: skip
            low, middle, high = middle_of(values, weights, COVERAGE.level)
            rows[told] = {"n": len(values), "low": low, "median": middle, "high": high}
        return pd.DataFrame.from_dict(rows, orient="index").astype({"n": int})

    def table(self, names: str | Sequence[str] | None = None) -> pd.DataFrame:
        """Parameters, those first of which the facts have taught most.

        Returns:
            A row each: ``n`` members, ``median`` and the ends ``low`` and ``high`` of their band, ``left`` of the
            prior's spread, unit, label.
        """
        import pandas as pd

        low, middle, high = middle_of(self.values.T, self.weights, COVERAGE.level)
        columns = {"n": len(self), "low": low, "median": middle, "high": high, "left": self.left}
        frame = pd.DataFrame(columns, index=pd.Index(self.keys, name="measure"))
        frame["unit"] = [self.measures[key].unit for key in self.keys]
        frame["label"] = [self.measures[key].definition for key in self.keys]
        return frame.sort_values("left", kind="stable") if names is None else frame.loc[self._chosen(names)]

    def plot(self, name: str | None = None, *, ax: Any = None) -> Any:
        """Prior beside posterior.

        Args:
            name: a parameter, as axes of matplotlib; ``learned`` (also without a name): those that the facts have
                taught most, and ``shrinkage``: what is left of the spread of all, as figures.
            ax: axes to draw a parameter on; a figure of its own if not given.

        Raises:
            KingmakerError: no such parameter or picture.
        """
        from kingmaker.experiments.figures.style import styled
        from kingmaker.experiments.notebook.posterior_plots import draw_parameter, draw_posterior
        from kingmaker.experiments.notebook.series_plot import for_screen, new_axes

        if name is None or name in PICTURES:
            with for_screen():
                return draw_posterior(self, name or PICTURES[0])
        if name not in self.measures:
            raise refused(name, self.measures, PICTURES)
        axes = ax or new_axes()
        with styled():
            draw_parameter(axes, self, name)
        return axes

    @in_python("save", spared="out")
    def save(self, folder: str | Path) -> Path:
        """Write the members into a folder, as ``members.parquet``, which ``--over`` takes.

        Raises:
            KingmakerError: other members stand there, or it cannot be written.
        """
        path = Path(folder) / "members.parquet"
        if path.exists():
            raise OutputError(f"{path}: members stand there already; name another folder.")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_members(self, path)
        except OSError as fault:
            raise OutputError(f"{path}: the members cannot be written: {fault.strerror}.") from None
        return path.parent

    def facts(self) -> dict[str, str]:
        """What it is."""
        made = str(self.source.get("date", ""))
        learned = int((self.left < LEARNED).sum())
        return {
            "members": f"{len(self)} members over {len(self.keys)} parameters{f', of {made}' if made else ''}",
            "learned": f"{learned} parameters have lost more than a tenth of their prior's spread",
        }

    def __repr__(self) -> str:
        """What it is, in one line."""
        return f"<Posterior: {'; '.join(self.facts().values())}. {VOCABULARY}>"

    def _repr_html_(self) -> str:
        return card("Posterior", self.facts(), VOCABULARY)


LEARNED = 0.9  # of the prior's spread: below it the facts have taught something


def of_members(members: Members) -> Posterior:
    """The same members with the vocabulary of a result."""
    return Posterior(members.keys, members.values, members.seeds, members.weights, members.source)


def posterior(path: str | Path | None = None) -> Posterior:
    """The posterior that ships with Kingmaker, or that of a file: parameters and luck together.

    Args:
        path: a file of members, such as ``kingmaker posterior fit`` writes; the shipped one if not given.

    Raises:
        MembersError: there is none, or it is damaged.
    """
    return of_members(load_members(None if path is None else Path(path)))
