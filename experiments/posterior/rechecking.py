"""``kingmaker posterior check``: make the members anew from their manifest, score them, and fit known truths."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.experiments.posterior import known_truth
from kingmaker.experiments.posterior.ensemble_runs import PosteriorError
from kingmaker.experiments.posterior.fit_files import (
    DIGITS,
    data_digest,
    in_words,
    make_fit,
    scores,
    telling,
    tidy,
)
from kingmaker.experiments.posterior.fitting import FitPlan, fitter_of
from kingmaker.experiments.posterior.known_truth import Ranks
from kingmaker.experiments.posterior.lines import read_lines, window
from kingmaker.experiments.posterior.member_numbers import RUN_AGAIN, numbers_digest
from kingmaker.experiments.posterior.members import Members, load_members, members_digest
from kingmaker.experiments.posterior.priors import read_priors
from kingmaker.experiments.results.asked import Asked
from kingmaker.experiments.results.filing import filed
from kingmaker.experiments.results.manifest import source_digest
from kingmaker.experiments.results.outputs import unfinished
from kingmaker.experiments.stats.levels import COVERAGE
from kingmaker.experiments.terminal.telling import say

TRUTHS, TRUTHS_FIGURE = "known_truth.csv", "known_truth"
TRUTH_MEMBERS = 192  # of each fit to a known truth, at most


@dataclass(frozen=True)
class CheckRequest:
    """What the user asked for: which file, whether to fit anew, how many truths."""

    members: Path | None
    out: Path
    truths: int
    refit: bool
    workers: int
    force: bool = False
    quiet: bool = False


def plan_of(members: Members) -> FitPlan:
    """The plan that members were fitted with.

    Raises:
        PosteriorError: their manifest has none that can be read.
    """
    try:
        found = json.loads(members.source["plan"])
        return FitPlan(int(found["members"]), int(found["steps"]), int(found["seed"]), bool(found["quick"]))
    except (KeyError, TypeError, ValueError):
        raise PosteriorError("members: their manifest does not say how they were fitted; fit them anew.") from None


def check(request: CheckRequest) -> bool:
    """Say what agrees and what does not; gives whether all does."""
    members = load_members(request.members)
    plan = plan_of(members)
    say(f"{len(members)} members over {len(members.keys)} parameters, by '{members.source.get('command', '')}'")
    same = _provenance(members, plan)
    if request.refit:
        same = _refit(members, plan, request) and same
    else:
        for line in in_words(json.loads(members.source.get("scores", "{}"))):
            say(line)
    if request.truths:
        fit_truths(plan, request)
    return same


def _same_model(members: Members, plan: FitPlan) -> bool:
    """Whether the first members, run again, give the numbers that they gave when they were fitted; it is said."""
    again = numbers_digest(members, plan)
    same = again == members.source.get("numbers_digest")
    changed = source_digest() != members.source.get("source_digest")
    first = f"the first {min(RUN_AGAIN, len(members))} members, run again"
    say(f"{first}, give {'the same' if same else 'OTHER'} numbers {'as' if same else 'than'} when they were fitted; "
        f"the text of the model's source {'has changed since' if changed else 'is the same'}")  # fmt: skip
    return same


def _provenance(members: Members, plan: FitPlan) -> bool:
    """Whether data, model and numbers are those of the manifest; what is not is said."""
    now = {"data_digest": data_digest(), "digest": members_digest(members)}
    words = {"data_digest": "the data", "digest": "the members' numbers"}
    same = _same_model(members, plan)
    for name, digest in now.items():
        told = members.source.get(name, "")
        if told != digest:
            same = False
            say(f"{words[name]} differ from the manifest's: {digest[:DIGITS]} now, {told[:DIGITS] or 'none'} then")
    gone = sorted(set(members.keys) ^ {key for key, declared in DECLARATIONS.items() if declared.prior})
    if gone:
        say(f"parameters with a prior differ: {', '.join(gone[:5])}{' and more' * (len(gone) > len(gone[:5]))}")
    return same and not gone


def _refit(members: Members, plan: FitPlan, request: CheckRequest) -> bool:
    keep = unfinished(request.out)
    fitted = make_fit(plan, keep, request.workers, request.quiet)
    tidy(request.out)
    number = len(fitted.seeds)
    anew = Members(fitted.priors.keys, fitted.values, fitted.seeds, np.full(number, 1.0 / number))
    digest = members_digest(anew)
    for line in in_words(scores(fitted)):
        say(line)
    same = digest == members.source.get("digest")
    say(f"digest {digest[:DIGITS]} made anew, {members.source.get('digest', '')[:DIGITS]} in the file: "
        f"{'the same' if same else 'NOT the same'}")  # fmt: skip
    return same


def fit_truths(plan: FitPlan, request: CheckRequest) -> Ranks:
    """Fit known truths; write their table and figure, and say their coverage."""
    small = FitPlan(min(plan.members, TRUTH_MEMBERS), plan.steps, plan.seed, plan.quick)
    words = f"{request.truths} known truths, {small.members} members, {small.steps} steps, seed {small.seed}"
    asked = Asked("posterior", words, {"truths": request.truths, **small.record})
    keep = unfinished(request.out)
    names = (TRUTHS, f"{TRUTHS_FIGURE}.png", f"{TRUTHS_FIGURE}.pdf")
    with filed(request.out, names, asked, request.force) as folder:
        runs = small.members * (1 + small.steps * request.truths) + request.truths
        with telling(runs, "known truths", request.quiet) as (advance, tell):
            fitter = fitter_of(small, read_priors(), window(read_lines()), keep, request.workers, advance)
            ranks = known_truth.known_truths(fitter, request.truths, tell)
        rows = truth_rows(ranks)
        with (folder / TRUTHS).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        draw(ranks, words, folder)
    tidy(request.out)
    for row in rows:
        say(f"{row['of']}: {float(row['covered']):.0%} of {row['ranks']} lie in their {COVERAGE.level.words}")
    return ranks


def truth_rows(ranks: Ranks) -> list[Mapping[str, str]]:
    """A row a group: coverage and the histogram of its ranks."""
    rows: list[Mapping[str, str]] = []
    for name, found in ranks.groups().items():
        share = np.histogram(found, known_truth.BINS, (0.0, 1.0))[0] / max(found.size, 1)
        row = {"of": name, "ranks": str(found.size), "covered": f"{known_truth.covered(found):.4f}"}
        rows.append(row | {f"bin_{k + 1}": f"{each:.4f}" for k, each in enumerate(share)})
    return rows


def draw(ranks: Ranks, words: str, folder: Path) -> None:
    """The histograms of ranks."""
    from kingmaker.experiments.figures.figure_files import FigureFolder
    from kingmaker.experiments.figures.style import styled
    from kingmaker.experiments.posterior.posterior_figures import draw_ranks

    with styled():
        FigureFolder(folder).save(draw_ranks(ranks, words), TRUTHS_FIGURE)
