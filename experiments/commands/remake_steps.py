"""The steps that remake all that the documentation states, in their order: each is a command of the terminal.

Numbers flow one way: the posterior first, then all that is stated over it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

POSTERIOR, MEMBERS_FILE = "posterior", "members.parquet"
FLAGSHIP = "interoperability_export_cap"
MECHANISM_MEMBERS, EVENT_MEMBERS, INCOME_MEMBERS, GALLERY_MEMBERS = 30, 64, 64, 20
INCOME_RUNS, GALLERY_RUNS, PROFILE_RUNS = "income", "gallery", "profiles"
PROFILE_SEEDS = 40
GALLERY_PICTURE = "heatmaps_last24_1.png"  # means of two years: in one month hardly anyone changes their cloud


@dataclass(frozen=True)
class RemakeStep:
    """A step.

    Attributes:
        name: by which ``--only`` calls it.
        commands: the words of each command, without ``kingmaker``.
        says: what it makes.
    """

    name: str
    commands: tuple[tuple[str, ...], ...]
    says: str


def steps_of(out: Path, runs: Path, *, quick: bool, ship: bool, workers: int) -> list[RemakeStep]:
    """The steps.

    Args:
        out: folder of pages, tables and figures, such as ``docs``.
        runs: folder of results that pages are made of.
        quick: everything in small, to try that it can be made.
        ship: put members and probabilities of claims into the package, from which all is then taken.
        workers: processes.
    """
    there = out / POSTERIOR
    over = ("--over", POSTERIOR if ship else str(there / MEMBERS_FILE))
    many = ("--workers", str(workers))

    def number(whole: int, small: int) -> tuple[str, ...]:
        return "--members", str(small if quick else whole)

    small = ("--quick",) if quick else ()
    rows = ("--rows", "S1") if quick else ()
    return [
        _posterior(there, small, ship, many),
        *([_calibration(runs, "1" if quick else str(PROFILE_SEEDS))] if ship else []),
        RemakeStep("validation", (
            ("validate", *over, *number(64, 4), "--out", str(out), "--force"),
        ), "lines with errors and patterns"),
        RemakeStep("mechanisms", (
            ("mechanisms", "--mutants", *rows, "--out", str(out), *many, "--force"),
            ("mechanisms", *over, *number(MECHANISM_MEMBERS, 2), *rows, "--out", str(there), *many, "--force"),
        ), "each mechanism by itself, on and off, and over the posterior"),
        RemakeStep("events", (
            ("events", *over, *number(EVENT_MEMBERS, 16), "--out", str(out), "--force"),
            ("docking", "--out", str(out), "--force"),
        ), "announcements, and closed forms"),
        RemakeStep("points", (
            ("measured-points", *(("--replications", "2") if quick else ()), "--out", str(out), "--force"),
        ), "the fourteen measured points, over luck"),
        RemakeStep("claims", (
            ("claims", *over, *number(64, 2), *(("--fill",) if ship else ()), *many),
        ), "the probability of all that is claimed"),
        RemakeStep("forecast", (
            ("forecast", "--out", str(out / "forecast"), *small, *(("--origin", "2023-12") if quick else ()), *many,
             "--force"),
        ), "the contest"),
        RemakeStep("paper", (
            ("paper", *over, "--out", str(out / "paper"), *small, *many, "--force"),
        ), "the paper"),
        RemakeStep("income", (
            ("run", "baseline", *over, *number(INCOME_MEMBERS, 2), *(("--months", "12") if quick else ()),
             "--no-figures", "--out", str(runs / INCOME_RUNS), "--force"),
        ), "who pays for all this"),
        RemakeStep("gallery", (
            ("sweep", FLAGSHIP, *over, *number(GALLERY_MEMBERS, 1), *(("--months", "24") if quick else ()),
             "--out", str(runs / GALLERY_RUNS), *many),
            ("figures", str(runs / GALLERY_RUNS), "--out", str(runs / f"{GALLERY_RUNS}-figures"), "--force"),
        ), "the figure of the flagship's grid"),
        RemakeStep("reference", (
            ("reference", "--out", str(out / "reference"), "--force"),
        ), "reference pages"),
    ]  # fmt: skip


def _calibration(runs: Path, seeds: str) -> RemakeStep:
    """The score of the calibrated values and its profiles, which are kept in the package."""
    return RemakeStep("calibration", (
        ("calibrate", "--rescore"),
        ("calibrate", "--profile", "--replications", seeds, "--out", str(runs / PROFILE_RUNS), "--force"),
    ), "the score of the calibrated values, along each of them")  # fmt: skip


def _posterior(there: Path, small: tuple[str, ...], ship: bool, many: tuple[str, ...]) -> RemakeStep:
    """The first step: the members, in the folder ``there`` or, if they ``ship``, in the package."""
    file = () if ship else ("--over", str(there / MEMBERS_FILE))
    end = ("--out", str(there), *many, "--force")
    return RemakeStep("posterior", (
        ("posterior", "fit", *small, *(("--ship",) if ship else ()), *end),
        ("posterior", "check", *file, "--no-refit", "--truths", "1" if small else "40", *end),
        ("posterior", "show", *file, *end),
    ), "members, known truths, what was learned")  # fmt: skip
