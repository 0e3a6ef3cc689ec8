"""What ``kingmaker calibrate`` does: search on, check the committed result, or draw profiles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from agents.errors import KingmakerError
from experiments.calibration.fit import Search, advance, begin, load
from experiments.calibration.objective import read_fitted
from experiments.calibration.result import RESULT, check_result, read_result, write_result
from experiments.telling import say

STATE = "search.pickle"


def search(generations: int, candidates: int, seeds: int, seed: int, out: Path, command: Sequence[str]) -> None:
    """Begin a search in ``out``, or go on with the one that is there.

    Raises:
        KingmakerError: what is there was begun with other parameters, seeds or candidates.
    """
    state = out / STATE
    fitted = read_fitted()
    if state.exists():
        found = load(state)
        if (found.fitted, found.seeds, found.seed, found.strategy.popsize) != (
            fitted, list(range(1, seeds + 1)), seed, candidates,
        ):  # fmt: skip
            raise KingmakerError(
                f"{state}: that search was begun with other parameters, bounds, seeds or candidates; name another "
                "folder with --out."
            )
        say(f"going on after {len(found.history)} generations, best score {found.best_score:.4f}")
    else:
        found = begin(fitted, range(1, seeds + 1), seed, candidates)
        say(f"{len(fitted)} parameters, score at their start values {found.score_before:.4f} (0 is perfect)")
    advance(found, generations, state, _tell)
    write_result(found, command, out / RESULT.name)
    say(f"best score {found.best_score:.4f}; written to {out / RESULT.name}")
    for key, value in found.best.items():
        say(f"  {key:32} {value:g}")


def _tell(found: Search) -> None:
    say(f"generation {len(found.history):4}: best score {found.best_score:.4f}", now=True)


def check() -> bool:
    """Whether the baseline still has the parameters and the score of the committed result."""
    result = read_result()
    now, differ = check_result(result)
    for line in differ:
        say(line)
    same = not differ and now == result.score
    say(
        f"score {now!r} now, {result.score!r} at {result.date} ({result.command}): "
        f"{'the same' if same else 'NOT the same'}"
    )
    return same


def profile(seeds: int, out: Path) -> None:
    """Write ``profiles.csv`` and draw ``profiles.png`` and ``.pdf``."""
    from experiments.calibration.profile import draw_profiles, profiles, write_profiles
    from experiments.figures.files import FigureFolder
    from experiments.figures.style import styled

    fitted = read_fitted()
    rows = profiles(fitted, range(1, seeds + 1))
    out.mkdir(parents=True, exist_ok=True)
    write_profiles(rows, out / "profiles.csv")
    with styled():
        FigureFolder(out).save(draw_profiles(fitted, rows, seeds), "profiles")
    say(f"{len(rows)} points written to {out / 'profiles.csv'}")
