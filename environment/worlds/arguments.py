"""The arguments with which a model or a stack is built, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kingmaker.agents.checks import seed, whole
from kingmaker.agents.errors import KingmakerError, nearest, shown
from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.environment.inputs.scenario import MOST_MONTHS, Scenario

ARGUMENTS = ("scenario", "rng", "months", "panel", "register")
MEANT = {"seed": "rng", "random_seed": "rng", "random_state": "rng", "steps": "months", "horizon": "months",
         "rng": "seed"}  # fmt: skip
SAME_WORD = 0.8  # of 1: so alike must an argument be to a parameter to be one without its group
STACK = 'a list with the arguments of each, such as [{"rng": 1}, {"rng": 1, "policy.interoperability": 1.0}]'


def demand_one_structure(settings: Sequence[Scenario], months: int | None) -> None:
    """The worlds of a stack share data files, classes, extensions and horizon."""
    kinds = {
        "data": {str(s.data) for s in settings},
        "classes": {str(sorted(s.classes.items())) for s in settings},
        "extensions": {str(s.extensions) for s in settings},
        "months": {str(s.months) for s in settings} if months is None else set(),
    }
    for what, values in kinds.items():
        if len(values) > 1:
            raise KingmakerError(f"stack: the worlds differ in '{what}' ({'; '.join(sorted(values))}); it must be one.")


def seed_of(rng: object, name: str = "rng") -> int:
    """The seed given, or one of the operating system for None."""
    if rng is None:
        return int(np.random.SeedSequence().generate_state(1, np.uint64)[0] >> np.uint64(1))
    return seed(rng, name, ", or None")


def horizon_of(months: object, setting: Scenario) -> int:
    """The months given, or the scenario's for None."""
    return setting.months if months is None else whole(months, "months", 1, MOST_MONTHS, ", or None")


def refuse_strangers(given: Mapping[str, object], where: str = "", arguments: Sequence[str] = ARGUMENTS) -> None:
    """A name without a dot can be no parameter: it is an argument misspelt, or one of another library.

    Raises:
        KingmakerError: naming the argument or the parameter that was meant.
    """
    for name in given:
        if "." not in str(name):
            meant = MEANT.get(str(name).casefold())
            keys = {key.rpartition(".")[2]: key for key in DECLARATIONS}
            near = f" Did you mean '{meant}'?" if meant in arguments else nearest(name, arguments)
            near = near or nearest(name, keys, SAME_WORD)
            for short, key in keys.items():
                near = near.replace(f"'{short}'", f"'{key}'")
            raise KingmakerError(
                f"{where}there is no argument {shown(name)}.{near} Arguments are {', '.join(arguments)}; a parameter "
                "is written as group.name, such as **{'policy.interoperability': 0.5}."
            )
