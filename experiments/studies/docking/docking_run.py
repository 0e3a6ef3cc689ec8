"""Runs all limits, prints them, and writes the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kingmaker.experiments.results.asked import Asked
from kingmaker.experiments.results.filing import filed_if
from kingmaker.experiments.studies.docking import commitment_limits, forms, prices, switching
from kingmaker.experiments.studies.docking.limit import Limit
from kingmaker.experiments.terminal.telling import say

LIMITS: tuple[Limit, ...] = prices.LIMITS + switching.LIMITS + forms.LIMITS + commitment_limits.LIMITS


def page(deviations: list[float]) -> str:
    """The page ``docking.md``."""
    lines = [
        "# Docking", "",
        "Each row runs functions of the model itself in a limit that a textbook has solved, and compares. Deviations",
        "are relative unless they say otherwise. Made by `kingmaker docking --out docs`.", "",
        "| limit | functions | closed form | largest deviation | allowed, because of |",
        "|---|---|---|---|---|",
    ]  # fmt: skip
    for limit, found in zip(LIMITS, deviations, strict=True):
        shown = "below 1e-9" if found < 1e-9 else f"{found:.1g}"
        shown = shown if found <= limit.tolerance else f"**{shown}**"
        lines.append(
            f"| {limit.name} | {limit.lives_in} | {limit.textbook} | {shown} | {limit.tolerance:g}: {limit.why} |"
        )
    lines += ["", "## Where the model as a whole departs from the limit, and why", ""]
    lines += [f"- **{limit.name.split(' (')[0]}.** {limit.note}" for limit in LIMITS if limit.note]
    return "\n".join(lines) + "\n"


def run_and_print(out: Path | None, force: bool = False) -> bool:
    """Run all limits and print them, write ``docking.md`` into ``out``; whether all are met."""
    with filed_if(out, ("docking.md",), Asked("docking", "all limits", {}), force) as folder:
        deviations = list(_printed())
        if folder is not None:
            (folder / "docking.md").write_text(page(deviations), encoding="utf-8")
    return all(found <= limit.tolerance for limit, found in zip(LIMITS, deviations, strict=True))


def _printed() -> Iterator[float]:
    for limit in LIMITS:
        found = limit.deviation()
        verdict = "meets" if found <= limit.tolerance else "MISSES"
        say(f"{verdict:6} {limit.name}: largest deviation {found:.2g} (allowed {limit.tolerance:g})")
        yield found
