"""The search: CMA-ES (Hansen 2016) generation by generation, each one stack of worlds; resumable at any generation."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.studies.calibration.objective import Fitted, calibrated_patterns, scores

STEP = 0.04  # first width of the search, in parts of each parameter's bounds: it begins where earlier searches ended


@dataclass
class Search:
    """Where a search stands: the strategy's own state, the best candidate so far, the best score by generation."""

    fitted: list[Fitted]
    seeds: list[int]
    seed: int
    strategy: Any
    best: dict[str, float]
    best_score: float
    score_before: float
    history: list[float] = field(default_factory=list)


def begin(fitted: list[Fitted], seeds: Sequence[int], seed: int, candidates: int) -> Search:
    """A search from the start values of the fitted parameters, so that it is the same whatever the baseline is now.

    Args:
        fitted: the parameters.
        seeds: of the worlds of each candidate; the same for all (common random numbers).
        seed: of the search itself.
        candidates: a generation's.
    """
    import cma

    first = {f.key: f.start for f in fitted}
    start = [f.place(f.start) for f in fitted]
    options = {"bounds": [0.0, 1.0], "seed": seed + 1, "popsize": candidates, "verbose": -9}  # cma takes 0 as the clock
    strategy = cma.CMAEvolutionStrategy(start, STEP, options)
    score = float(scores([first], seeds, calibrated_patterns())[0])
    return Search(fitted, list(seeds), seed, strategy, first, score, score)


def advance(search: Search, generations: int, checkpoint: Path, tell: Callable[[Search], None]) -> Search:
    """Go on for some generations; after each one the state is written to ``checkpoint``."""
    patterns = calibrated_patterns()
    for _ in range(generations):
        points = search.strategy.ask()
        candidates = [_candidate(search.fitted, point) for point in points]
        found = scores(candidates, search.seeds, patterns)
        search.strategy.tell(points, found.tolist())
        k = int(np.argmin(found))
        if found[k] < search.best_score:
            search.best, search.best_score = candidates[k], float(found[k])
        search.history.append(search.best_score)
        save(search, checkpoint)
        tell(search)
    return search


def _candidate(fitted: Sequence[Fitted], point: Sequence[float]) -> dict[str, float]:
    return {f.key: f.at(float(place)) for f, place in zip(fitted, point, strict=True)}


def save(search: Search, path: Path) -> None:
    """Write the state of a search, all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(pickle.dumps(search))
    part.replace(path)


def load(path: Path) -> Search:
    """The state of a search.

    Raises:
        KingmakerError: the file is none of ours.
    """
    try:
        search = pickle.loads(path.read_bytes())
    except (pickle.UnpicklingError, EOFError, AttributeError, ImportError) as fault:
        raise KingmakerError(f"{path}: is no state of a calibration ({fault}); remove it to begin anew.") from None
    if not isinstance(search, Search):
        raise KingmakerError(f"{path}: is no state of a calibration; remove it to begin anew.")
    return search
