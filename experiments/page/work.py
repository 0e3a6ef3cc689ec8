"""What worker processes do: run stacks of worlds for several visitors at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.page.records import Band, Story
from kingmaker.experiments.page.setting import Setting

T = TypeVar("T")


def warm() -> bool:
    """The first month ever run in a process is slow: run it before visitors come."""
    from kingmaker.environment.model import ComputeEconomy

    ComputeEconomy.stack([{"rng": 1}], months=1).run()
    return True


def stories(settings: Sequence[Setting]) -> list[Story | str]:
    """One world for each setting, or why there is none, all in one stack; the horizons must agree."""
    return _apart_if_need_be(_stories, settings)


def bands(settings: Sequence[Setting]) -> list[Band | str]:
    """A band for each setting, or why there is none, all in one stack; the horizons must agree."""
    return _apart_if_need_be(_bands, settings)


def _stories(settings: Sequence[Setting]) -> list[Story]:
    from kingmaker.environment.model import ComputeEconomy
    from kingmaker.experiments.page.extract import story_of

    months = settings[0].months
    model = ComputeEconomy.stack([setting.world() for setting in settings], months=months, keep_ties=True).run()
    return [story_of(model, world) for world in range(len(settings))]


def _bands(settings: Sequence[Setting]) -> list[Band]:
    from kingmaker.environment.core.measures import MEASURES
    from kingmaker.environment.model import ComputeEconomy

    worlds = [setting.world(seed) for setting in settings for seed in setting.seeds()]
    model = ComputeEconomy.stack(worlds, months=settings[0].months).run()
    series: dict[str, Any] = {name: model.measures.array(name).T.astype(np.float32) for name in MEASURES}
    found, start = [], 0
    for setting in settings:
        own = slice(start, start + setting.runs)
        found.append(Band(setting.months, {name: values[own].copy() for name, values in series.items()}))
        start += setting.runs
    return found


def _apart_if_need_be(run: Callable[[Sequence[Setting]], list[T]], settings: Sequence[Setting]) -> list[T | str]:
    """All together; if that fails, each by itself, so that one visitor's question does not spoil the others'."""
    try:
        return list(run(settings))
    except Exception as fault:
        if len(settings) == 1:
            return [_why(fault)]
        return [outcome for setting in settings for outcome in _apart_if_need_be(run, [setting])]


def _why(fault: Exception) -> str:
    return str(fault) if isinstance(fault, KingmakerError) else f"{type(fault).__name__}: {fault}"
