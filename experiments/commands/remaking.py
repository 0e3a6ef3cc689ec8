"""``kingmaker remake``: everything that the documentation states, made anew by one command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kingmaker.experiments.commands.options import Workers, cores
from kingmaker.experiments.commands.stopping import stoppable
from kingmaker.experiments.commands.vocabulary import option
from kingmaker.experiments.terminal.telling import say

if TYPE_CHECKING:
    from kingmaker.experiments.commands.remake_steps import RemakeStep

RECORD = "remade.json"  # which steps stand, in the folder of the runs


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(remake)


def remake(
    out: Annotated[Path, option("--out", "a folder; docs is the one in the repository")] = Path("results/remake"),
    runs: Annotated[Path, option("--runs")] = Path("results/remake-runs"),
    quick: Annotated[bool, option("--quick", "some minutes")] = False,
    ship: Annotated[bool, option("--ship", "the probabilities of claims too")] = False,
    only: Annotated[list[str] | None, option("--only", metavar="STEP")] = None,
    again: Annotated[bool, option("--again")] = False,
    workers: Workers = None,
) -> None:
    """Remake all that is stated: posterior, calibration, validation, mechanisms, claims, forecast, paper."""
    with stoppable("the remake; run the same command to go on"):
        from kingmaker.agents.errors import KingmakerError, nearest
        from kingmaker.experiments.commands.remake_steps import steps_of

        steps = steps_of(out, runs, quick=quick, ship=ship, workers=workers or cores())
        names = [step.name for step in steps]
        for name in only or ():
            if name not in names:
                raise KingmakerError(
                    f"--only: there is no step '{name}'.{nearest(name, names)} Allowed are {', '.join(names)}."
                )
        chosen = [step for step in steps if not only or step.name in only]
        refused = make_steps(chosen, runs, out, again=again or bool(only))
        say(f"All of {', '.join(step.name for step in chosen)} stands in {out}.")
        if refused:
            say(f"Done, and the answer is no: {', '.join(refused)}. Each said why.")
        if refused and not quick:  # a few members claim nothing, and show nothing
            raise typer.Exit(1)


def make_steps(steps: list[RemakeStep], runs: Path, out: Path, *, again: bool) -> list[str]:
    """Make the steps that do not stand yet; the names of those whose answer is no.

    Raises:
        KingmakerError: a step that could not be made; those before it stand.
    """
    from kingmaker.agents.errors import KingmakerError

    runs.mkdir(parents=True, exist_ok=True)
    refused = []
    for step in steps:
        standing = _standing(runs)
        digest = _digest(step)
        if not again and standing.get(step.name, {}).get("digest") == digest:
            say(f"{step.name}: stands ({step.says}).", now=True)
            if standing[step.name]["refused"]:
                refused.append(step.name)
            continue
        say(f"{step.name}: {step.says}", now=True)
        codes = []
        for words in step.commands:
            codes.append(subprocess.run([sys.executable, "-m", "kingmaker", *words], check=False).returncode)
            if codes[-1] not in (0, 1):
                raise KingmakerError(
                    f"remake: 'kingmaker {' '.join(words)}' ended with code {codes[-1]}. What was made before "
                    "stands; run the same command to go on."
                )
        _finish(step, runs, out)
        if any(codes):
            refused.append(step.name)
        standing[step.name] = {"digest": digest, "refused": any(codes)}
        _write(runs, standing)
    return refused


def _digest(step: RemakeStep) -> str:
    """Of the commands, and of the model and its data, which they ask."""
    import hashlib

    from kingmaker.experiments.sweep.kept_jobs import model_told

    return hashlib.sha256(f"{model_told()} {step.commands!r}".encode()).hexdigest()


def _standing(runs: Path) -> dict[str, dict[str, object]]:
    """What stands by the record; nothing if there is none, or if it is damaged."""
    try:
        found = json.loads((runs / RECORD).read_text(encoding="utf-8"))
        return {
            str(name): {"digest": str(each["digest"]), "refused": bool(each["refused"])} for name, each in found.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _write(runs: Path, standing: dict[str, dict[str, object]]) -> None:
    from kingmaker.experiments.sweep.whole_files import write_whole

    write_whole(runs / RECORD, (json.dumps(standing, indent=2, sort_keys=True) + "\n").encode())


def _finish(step: RemakeStep, runs: Path, out: Path) -> None:
    """Put what pages show of the runs where the pages look for it."""
    from kingmaker.experiments.commands.remake_steps import (
        FLAGSHIP,
        GALLERY_PICTURE,
        GALLERY_RUNS,
        INCOME_RUNS,
        PROFILE_RUNS,
    )  # fmt: skip
    from kingmaker.experiments.sweep.whole_files import make_folder, write_whole

    if step.name == "calibration":
        from kingmaker.experiments.studies.calibration.calibration_page import PROFILES

        write_whole(PROFILES, (runs / PROFILE_RUNS / PROFILES.name).read_bytes())
        make_folder(out / "figures")
        write_whole(out / "figures" / "profiles.png", (runs / PROFILE_RUNS / "profiles.png").read_bytes())
    if step.name == "income":
        from kingmaker.experiments.reference.income_numbers import write_income

        write_income(runs / INCOME_RUNS, out)
    if step.name == "gallery":
        shown = runs / f"{GALLERY_RUNS}-figures" / GALLERY_PICTURE
        make_folder(out / "figures")
        write_whole(out / "figures" / f"{FLAGSHIP}.png", shown.read_bytes())
