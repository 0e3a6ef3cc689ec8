"""What ``kingmaker calibrate`` does: search on, check the committed result, or draw profiles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.results.asked import Asked
from kingmaker.experiments.results.filing import filed
from kingmaker.experiments.results.outputs import at_work, located, told
from kingmaker.experiments.studies.calibration.calibration_record import (
    RESULT,
    agrees,
    check_result,
    keep_score,
    read_result,
    write_result,
)
from kingmaker.experiments.studies.calibration.fit import Search, advance, begin, load
from kingmaker.experiments.studies.calibration.objective import read_fitted
from kingmaker.experiments.terminal.telling import say

STATE = "search.pickle"


def search(
    generations: int, candidates: int, seeds: int, seed: int, out: Path, command: Sequence[str], force: bool = False
) -> None:
    """Begin a search in ``out``, or go on with the one that is there; with ``force``, in place of another one.

    Raises:
        KingmakerError: what is there was begun with other parameters, seeds or candidates, and not ``force``; the
            folder cannot be written, or another process is at work there.
    """
    with at_work(out, located(out)) as work, told(out, located(out)):
        work.begin()
        found = _begun(candidates, seeds, seed, out / STATE, force)
        advance(found, generations, out / STATE, _tell)
        write_result(found, command, out / RESULT.name)
        work.keep()
    say(f"best score {found.best_score:.4f}; written to {out / RESULT.name}")
    for key, value in found.best.items():
        say(f"  {key:32} {value:g}")


def _begun(candidates: int, seeds: int, seed: int, state: Path, force: bool) -> Search:
    """The search that is there, or a new one."""
    fitted = read_fitted()
    found = load(state) if state.exists() and not force else None
    if found is None:
        found = begin(fitted, range(1, seeds + 1), seed, candidates)
        say(f"{len(fitted)} parameters, score at their start values {found.score_before:.4f} (0 is perfect)")
        return found
    if (found.fitted, found.seeds, found.seed, found.strategy.popsize) != (
        fitted, list(range(1, seeds + 1)), seed, candidates,
    ):  # fmt: skip
        raise KingmakerError(
            f"{state}: that search was begun with other parameters, bounds, seeds or candidates; name another folder "
            "with --out, or begin anew in its place with --force."
        )
    say(f"going on after {len(found.history)} generations, best score {found.best_score:.4f}")
    return found


def _tell(found: Search) -> None:
    say(f"generation {len(found.history):4}: best score {found.best_score:.4f}", now=True)


def check() -> bool:
    """Whether the baseline still has the parameters and the score of the committed result."""
    result = read_result()
    now, differ = check_result(result)
    for line in differ:
        say(line)
    same = not differ and agrees(now, result.score)
    rounding = "" if now == result.score else " but for the rounding of another processor or C library"
    say(
        f"score {now!r} now, {result.score!r} at {result.rescored or result.date} ({result.command}): "
        f"{'the same' + rounding if same else 'NOT the same'}"
    )
    return same


def rescore() -> None:
    """Keep the score of the committed values by the model as it is; no search is made.

    Raises:
        KingmakerError: the defaults are not the committed values.
    """
    result = read_result()
    now, differ = check_result(result)
    if differ:
        raise KingmakerError("; ".join(differ) + ": scores are kept of the committed values only.")
    keep_score(result, now, RESULT)
    say(f"score {now:.4f} now, {result.score:.4f} before; written to {RESULT}")


def profile(seeds: int, out: Path, force: bool = False) -> None:
    """Write ``profiles.csv`` and draw ``profiles.png`` and ``.pdf``."""
    from kingmaker.experiments.figures.figure_files import FigureFolder
    from kingmaker.experiments.figures.style import styled
    from kingmaker.experiments.studies.calibration.profile import draw_profiles, profiles, write_profiles

    fitted = read_fitted()
    names = ("profiles.csv", "profiles.pdf", "profiles.png")
    with filed(out, names, Asked("calibrate", f"profiles, {seeds} seeds", {"seeds": seeds}), force) as folder:
        rows = profiles(fitted, range(1, seeds + 1))
        write_profiles(rows, folder / "profiles.csv")
        with styled():
            FigureFolder(folder).save(draw_profiles(fitted, rows, seeds), "profiles")
    say(f"{len(rows)} points written to {out / 'profiles.csv'}")
