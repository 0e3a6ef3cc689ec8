"""``kingmaker posterior fit``: make the fit, and write members, tables and manifest."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.environment.inputs.tables import read_tables
from kingmaker.experiments.posterior import discrepancy, scoring
from kingmaker.experiments.posterior.fitting import FitPlan, Fitted, fitter_of
from kingmaker.experiments.posterior.lines import LINES, SOURCES, DataLine, error_covariance, read_lines, window
from kingmaker.experiments.posterior.member_numbers import numbers_digest
from kingmaker.experiments.posterior.members import SHIPPED, Members, encode_members, members_digest, write_members
from kingmaker.experiments.posterior.priors import read_priors
from kingmaker.experiments.results.asked import Asked
from kingmaker.experiments.results.filing import filed
from kingmaker.experiments.results.manifest import kingmaker_version, library_versions, source_digest
from kingmaker.experiments.results.outputs import at_work, located, unfinished
from kingmaker.experiments.stats.levels import COVERAGE
from kingmaker.experiments.sweep.whole_files import write_whole
from kingmaker.experiments.terminal.progress import progress
from kingmaker.experiments.terminal.telling import say

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray

MEMBERS, LINE_TABLE, LEARNED, BLOCKS = "members.parquet", "lines.csv", "learned.csv", "discrepancy.csv"
NAMES = (MEMBERS, LINE_TABLE, LEARNED, BLOCKS)
DIGITS = 12  # of a digest, where it is told


@dataclass(frozen=True)
class Request:
    """What the user asked for."""

    plan: FitPlan
    out: Path
    workers: int
    command: tuple[str, ...]
    force: bool = False
    quiet: bool = False
    ship: bool = False  # the members take the place of the shipped ones, and are not written into the folder

    @property
    def asked(self) -> Asked:
        """The question, as a folder of results says it."""
        plan = self.plan
        small = ", small worlds" if plan.quick else ""
        words = f"a posterior of {plan.members} members, {plan.steps} steps, seed {plan.seed}{small}"
        return Asked("posterior", words, plan.record)


def data_digest() -> str:
    """Of the lines with their errors and of the model's data."""
    digest = hashlib.sha256(str(read_tables().digest).encode())
    for path in (LINES, SOURCES):
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def make_fit(plan: FitPlan, keep: Path | None, workers: int, quiet: bool) -> Fitted:
    """The fit, told on the terminal as it goes."""
    with telling(plan.runs, "fitting the posterior", quiet) as (advance, tell):
        return fitter_of(plan, read_priors(), window(read_lines()), keep, workers, advance).fit(tell)


@contextmanager
def telling(runs: int, title: str, quiet: bool) -> Iterator[tuple[Callable[[int], None], Callable[[str], None]]]:
    """A bar over runs, and sentences between."""
    with progress(runs, title, quiet) as advance:
        yield advance, (lambda text: None) if quiet else (lambda text: say(f"{title}: {text}", now=True))


def fit_and_write(request: Request) -> Members:
    """Fit, write, say what came out; finished stacks are kept until the result stands, so that a stop loses nothing."""
    keep = unfinished(request.out)
    with filed(request.out, NAMES, request.asked, request.force) as folder:
        fitted = make_fit(request.plan, keep, request.workers, request.quiet)
        members = members_of(fitted, request)
        if request.ship:
            write_whole(SHIPPED, encode_members(members))
        else:
            write_members(members, folder / MEMBERS)
        write_tables(fitted, folder)
    tidy(request.out)
    for line in in_words(scores(fitted)):
        say(line)
    place = SHIPPED if request.ship else request.out / MEMBERS
    say(f"{len(members)} members over {len(members.keys)} parameters written to {place}")
    say(f"digest {members.source['digest']}")
    return members


def tidy(out: Path) -> None:
    """Take away what was kept of stacks, once the result stands."""
    shutil.rmtree(unfinished(out), ignore_errors=True)
    with at_work(out, located(out)):
        pass  # whoever leaves a folder clears away what is no result


def members_of(fitted: Fitted, request: Request) -> Members:
    """The members of a fit, with their manifest."""
    number = len(fitted.seeds)
    bare = Members(fitted.priors.keys, fitted.values, fitted.seeds, np.full(number, 1.0 / number))
    source = {
        "command": " ".join(("kingmaker", *request.command)),
        "plan": json.dumps(request.plan.record, sort_keys=True),
        "digest": members_digest(bare),
        "numbers_digest": numbers_digest(bare, request.plan),
        "data_digest": data_digest(),
        "source_digest": source_digest(),
        "kingmaker_version": kingmaker_version(),
        "versions": json.dumps(library_versions() | smoother_versions(), sort_keys=True),
        "date": datetime.now(UTC).date().isoformat(),
        "scores": json.dumps(scores(fitted)),
        "discrepancy": json.dumps({block: round(size, 4) for block, size in fitted.blocks.items()}, sort_keys=True),
    }
    return Members(bare.keys, bare.values, bare.seeds, bare.weights, source)


def smoother_versions() -> dict[str, str]:
    """The versions of the libraries of the smoother and its scores."""
    import importlib.metadata

    return {name: importlib.metadata.version(name) for name in ("pyesmda", "scoringrules")}


def seen(lines: Sequence[DataLine], said: FloatArray, blocks: dict[str, float] | None) -> FloatArray:
    """Predictive values: what an ensemble says, with the lines' errors, and with the discrepancy if there is one."""
    covariance = error_covariance(lines)
    if blocks is not None:
        covariance = covariance + discrepancy.covariance(lines, blocks)
    return scoring.predictive(said, covariance)


def scores(fitted: Fitted) -> dict[str, dict[str, Any]]:
    """Coverage, misfit and score of each ensemble, of fitted lines and of those kept out."""
    found: dict[str, dict[str, Any]] = {}
    said = {"prior": fitted.prior, "posterior": fitted.posterior, "fresh": fitted.fresh}
    for name, values in said.items():
        for blocks in (None, dict(fitted.blocks)):
            each = scoring.score(fitted.lines, seen(fitted.lines, values, blocks))
            for kept in (False, True):
                total = scoring.summary([one for one in each if one.line.kept_out is kept])
                label = f"{name}{', with discrepancy' if blocks else ''}: {'kept out' if kept else 'fitted'}"
                found[label] = {
                    "lines": total.lines, "covered": total.covered, "misfit": round(total.misfit, 3),
                    "crps": round(total.crps, 3),
                }  # fmt: skip
    return found


def in_words(found: dict[str, dict[str, Any]]) -> list[str]:
    """The scores as sentences."""
    return [
        f"{label}: {COVERAGE.level.words}s hold {one['covered']} of {one['lines']} lines, median misfit "
        f"{one['misfit']:.2f} (squared errors), mean CRPS {one['crps']:.2f} errors"
        for label, one in found.items()
    ]


def write_tables(fitted: Fitted, folder: Path) -> None:
    """Lines, what was learned of each parameter, and the discrepancy by block."""
    _write(folder / LINE_TABLE, line_rows(fitted))
    _write(folder / LEARNED, learned_rows(fitted))
    blocks = [{"block": block or "all", "relative_error": f"{size:.3f}"} for block, size in fitted.blocks.items()]
    _write(folder / BLOCKS, blocks)


def line_rows(fitted: Fitted) -> list[dict[str, str]]:
    """A row a line: observed, and median and ends of the bands of prior and posterior, in the data's unit."""
    lines = fitted.lines
    tables = {
        "prior": scoring.score(lines, fitted.prior),
        "posterior": scoring.score(lines, seen(lines, fitted.posterior, None)),
        "discrepancy": scoring.score(lines, seen(lines, fitted.posterior, dict(fitted.blocks))),
        "fresh": scoring.score(lines, seen(lines, fitted.fresh, None)),
    }
    rows = []
    for k, line in enumerate(lines):
        row = {
            "id": line.id, "series": line.series, "period": line.period, "block": line.block,
            "role": "kept out" if line.kept_out else "fitted", "observed": f"{line.value:.6g}",
        }  # fmt: skip
        for name, table in tables.items():
            low, middle, high = line.back(np.array([table[k].low, table[k].middle, table[k].high]))
            row |= {f"{name}_low": f"{low:.6g}", f"{name}_median": f"{middle:.6g}", f"{name}_high": f"{high:.6g}"}
        row["rank"] = f"{tables['posterior'][k].rank:.4f}"
        rows.append(row)
    return rows


def learned_rows(fitted: Fitted) -> list[dict[str, str]]:
    """A row a parameter: prior and posterior in its unit, and what is left of the prior's spread, the most first."""
    before, after = fitted.priors.values(fitted.before), fitted.values
    left = fitted.after.std(axis=1) / fitted.before.std(axis=1)
    moved = (fitted.after.mean(axis=1) - fitted.before.mean(axis=1)) / fitted.before.std(axis=1)
    rows = []
    for k in np.argsort(left, kind="stable"):
        key = fitted.priors.keys[k]
        row = {"parameter": key, "spread_left": f"{left[k]:.3f}", "moved": f"{moved[k]:.3f}"}
        for name, values in (("prior", before[:, k]), ("posterior", after[:, k])):
            low, middle, high = COVERAGE.of(values)
            row |= {f"{name}_low": f"{low:.5g}", f"{name}_median": f"{middle:.5g}", f"{name}_high": f"{high:.5g}"}
        rows.append(row)
    return rows


def _write(path: Path, rows: Sequence[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
