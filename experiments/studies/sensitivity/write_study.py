"""A study from design to result folder."""

from __future__ import annotations

import csv
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.design.sweep_design import Design
from kingmaker.experiments.results.asked import Asked, scenario_facts
from kingmaker.experiments.results.in_force import Held, sentence
from kingmaker.experiments.results.manifest import (
    kingmaker_version,
    library_versions,
    scenario_record,
    source_digest,
    write_manifest,
)
from kingmaker.experiments.results.outputs import staged, unfinished
from kingmaker.experiments.stats.levels import CRITERION, LEVEL, Level, level_asked, level_record
from kingmaker.experiments.stats.prim_box import Box
from kingmaker.experiments.studies.compare.html import write_pages
from kingmaker.experiments.studies.sensitivity.convergence import CONSTANT, SMALL
from kingmaker.experiments.studies.sensitivity.discovery import check_case, discover
from kingmaker.experiments.studies.sensitivity.from_sweep import check_sweep, outcomes_from
from kingmaker.experiments.studies.sensitivity.indices import MAIN
from kingmaker.experiments.studies.sensitivity.model_function import held_in_scenario, model_evaluator, outcomes_of
from kingmaker.experiments.studies.sensitivity.study import Points, Study, analyse, points_of
from kingmaker.experiments.studies.sensitivity.study_report import write_report
from kingmaker.experiments.terminal.progress import progress

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray

MOST_PAIRS = 6  # outcomes whose pairs are drawn


@dataclass(frozen=True)
class Request:
    """What the user asked for."""

    design: Design  # as :func:`kingmaker.experiments.studies.sensitivity.study.with_method` gives it
    statistics: tuple[str, ...]
    out: Path
    discover: str | None = None
    sweep: Path | None = None  # a sweep of the design that has been run already
    workers: int = 1
    figures: bool = True
    quiet: bool = False
    command: tuple[str, ...] = ()
    force: bool = False
    level: Level = LEVEL

    @property
    def asked(self) -> Asked:
        """The question, as a folder of results says it."""
        return asked_of(self.design, self.statistics, self.discover, self.level)


def asked_of(design: Design, statistics: tuple[str, ...], discover: str | None, level: Level = LEVEL) -> Asked:
    """The question of a study of a design."""
    facts = _plain(design) | {
        "scenario": scenario_facts(design.setting), "listed": [dict(point) for point in design.listed],
        "statistics": list(statistics), "discover": discover,
    } | level_record(level)  # fmt: skip
    told = ("name", "title", "description")  # a design of another name is the same question
    words = (
        f"{design.name}, {design.kind}, {len(design.factors)} parameters, {design.samples} samples, "
        f"{design.replications} seeds from {design.seed}, {design.months} months, {', '.join(statistics)}"
        + (f", {discover}" if discover else "")
        + level_asked(level)
    )
    return Asked("sensitivity", words, {key: value for key, value in facts.items() if key not in told})


@dataclass(frozen=True)
class Findings:
    """What a study found; ``box`` is a text if none could be looked for."""

    study: Study
    box: Box | str | None
    held: Sequence[Held] = ()  # what is in force in the scenario before anything is varied


def study_and_write(request: Request) -> Findings:
    """Run the points of the design, analyse them, write everything into one folder in one piece.

    Until the result stands, finished runs are kept in its folder: asked again after a stop, the study goes on.

    Raises:
        KingmakerError: before the runs for whatever can be known then; a run that failed.
    """
    outcomes = outcomes_of(request.design, request.statistics)
    if request.discover is not None:
        check_case(request.discover, request.design.kind, outcomes)
    with staged(request.out, request.asked, request.force, request.quiet) as folder:
        began, keep = time.perf_counter(), unfinished(request.out)
        sample, points = points_of(request.design)
        study = analyse(
            sample, points, _outcomes(request, points, keep), outcomes, request.design.measured, request.level
        )
        found = Findings(study, _box(study, request), held_in_scenario(request.design))
        _write(request, found, folder, time.perf_counter() - began)
    return found


def _outcomes(request: Request, points: Points, keep: Path) -> FloatArray:
    """From the sweep named, or from runs made now."""
    design = request.design
    if request.sweep is not None:
        from kingmaker.experiments.sweep.reading import load

        check_sweep(request.sweep, design)
        return outcomes_from(load(request.sweep), design, request.statistics, str(request.sweep))
    with progress(len(points) * design.replications, f"{design.name}, {design.kind}", request.quiet) as advance:
        return model_evaluator(design, request.statistics, request.workers, advance, keep)(points)


def _box(study: Study, request: Request) -> Box | str | None:
    """The box asked for; what stands in its way is told in the report, since the runs have been made."""
    if request.discover is None:
        return None
    try:
        return discover(study, request.discover, request.design.design_seed)
    except KingmakerError as fault:
        return str(fault)


def _write(request: Request, found: Findings, folder: Path, seconds: float) -> None:
    study, box = found.study, found.box
    study.table.to_csv(folder / "indices.csv", index=False)
    study.convergence.to_csv(folder / "convergence.csv", index=False)
    if study.sample.kind == "sobol" and study.sample.second_order:
        study.pairs.to_csv(folder / "interactions.csv", index=False)
    if isinstance(box, Box):
        box.limits.assign(case=box.case, coverage=box.coverage, density=box.density, share=box.share).to_csv(
            folder / "boxes.csv", index=False
        )
    outcome_table(request.design, study).to_parquet(folder / "outcomes.parquet", index=False)
    footer = footer_of(request.design, study)
    report = write_report(request.design, study, box, found.held)
    if request.figures:
        (folder / "figures").mkdir()
        draw_study(study, folder / "figures", footer, sentence(found.held, "In force before anything is varied"))
    write_pages(report, folder / "report", footer, request.figures)
    _write_dictionary(folder / "data_dictionary.csv", request.design, study.level)
    write_manifest(_manifest(request, study, seconds), folder)


def outcome_table(design: Design, study: Study) -> pd.DataFrame:
    """Every run: point, replication, seed, parameters (empty where the scenario's own), outcomes."""
    import pandas as pd

    n, r, _ = study.y.shape
    keys: dict[str, Any] = {
        "point": np.repeat(np.arange(n), r),
        "replication": np.tile(np.arange(r), n),
        "seed": np.tile(design.seed + np.arange(r), n),
    }
    keys |= {
        name: np.repeat([float(point.get(name, np.nan)) for point in study.points], r) for name in study.sample.names
    }
    values = pd.DataFrame(study.y.reshape(n * r, -1), columns=list(study.outcomes))
    return pd.concat([pd.DataFrame(keys), values], axis=1)


def footer_of(design: Design, study: Study) -> str:
    """The line under each figure."""
    seeds = f"seeds {design.seed}-{design.seed + design.replications - 1}, boxes of parameters"
    what = f"{design.name} · {study.sample.kind}, {len(study.points)} points"
    return f"Kingmaker {kingmaker_version()} · {what} · {seeds} · n = {study.y.shape[0] * study.y.shape[1]} runs"


def draw_study(study: Study, folder: Path, footer: str, note: str = "") -> list[Path]:
    """Draw all figures of a study into ``folder`` as PDF and PNG; gives the files written.

    ``note`` is a line for the foot of each, such as what is in force in the runs.
    """
    from kingmaker.experiments.figures.figure_files import FigureFolder
    from kingmaker.experiments.figures.study_figures import STAR, bars_per_page, draw_bars, draw_heatmap, draw_pairs
    from kingmaker.experiments.figures.style import styled

    main, files = MAIN[study.sample.kind], FigureFolder(folder)
    constant = [study.labels[name] for name in constants(study)]
    same = f"The same at all points: {'; '.join(constant)}" if constant else ""
    footer = "\n".join(filter(None, (footer, same, note)))
    values = ranking(study)
    if values.empty:
        return []  # nothing moves anything, as the report says
    unsure = set(study.convergence.loc[study.convergence["verdict"] == SMALL, "outcome"])
    names = {outcome: f"{STAR}{label}" if outcome in unsure else label for outcome, label in study.labels.items()}
    with styled():
        files.save(draw_heatmap(values, main, names, footer), "heatmap")
        varied, most = list(values.index), bars_per_page(study.table)
        for page in range(-(-len(varied) // most)):
            part = varied[page * most : (page + 1) * most]
            files.save(
                draw_bars(study.table, part, study.sample.kind, main, names, footer, level=study.level),
                "bars",
                str(page + 1),
            )
        if not study.pairs.empty and len(study.sample.names) > 2:
            files.save(draw_pairs(_matrices(study), study.sample.names, names, footer), "pairs")
    return files.written


def constants(study: Study) -> list[str]:
    """The outcomes that are the same at all points: they have no sensitivity, and no place in a figure."""
    return list(study.convergence.loc[study.convergence["verdict"] == CONSTANT, "outcome"])


def ranking(study: Study) -> pd.DataFrame:
    """The ranking index of what varies, outcomes by parameters; mu* and swings relative to the largest."""
    rows = study.table[study.table["index"] == MAIN[study.sample.kind]]
    rows = rows[~rows["outcome"].isin(constants(study))]
    values = rows.pivot(index="outcome", columns="parameter", values="value")
    values = values.reindex(index=[name for name in study.outcomes if name in values.index], columns=study.sample.names)
    if study.sample.kind in ("oat", "morris"):
        largest = values.abs().max(axis=1)
        values = values.div(largest.where(largest > 0.0, 1.0), axis=0)
    return values


def _matrices(study: Study) -> dict[str, Any]:
    """Of the outcomes whose pairs are strongest: value, and whether its interval excludes zero."""
    names = study.sample.names
    strongest = study.pairs[study.pairs["low"] > 0.0].groupby("outcome")["value"].max().sort_values(ascending=False)
    chosen = list(strongest.index[:MOST_PAIRS]) or list(dict.fromkeys(study.pairs["outcome"]))[:1]
    found: dict[str, Any] = {}
    for outcome in chosen:
        matrix = np.zeros((len(names), len(names), 2))
        for row in study.pairs[study.pairs["outcome"] == outcome].to_dict("records"):
            i, j = names.index(row["parameter_1"]), names.index(row["parameter_2"])
            matrix[i, j] = row["value"], float(row["low"] > 0.0)  # below zero is error of estimation
        found[outcome] = matrix
    return found


def _plain(design: Design) -> dict[str, Any]:
    """A design's entries, ready for JSON."""
    left = ("setting", "factors", "listed", "source", "measures", "over", "says_over", "drawn")
    plain = {field.name: getattr(design, field.name) for field in fields(design) if field.name not in left}
    return plain | {"factors": [vars(factor) for factor in design.factors], "measures": list(design.measures)}


def _manifest(request: Request, study: Study, seconds: float) -> dict[str, Any]:
    from kingmaker.environment.inputs.tables import read_tables

    design = request.design
    return {
        "kingmaker_version": kingmaker_version(),
        "kind": "sensitivity",
        "command": ["kingmaker", *request.command],
        "question": request.asked.record,
        "scenario": scenario_record(design.setting),
        "design": _plain(design),
        "statistics": list(request.statistics),
        "level": request.level.share,
        "points": len(study.points),
        "runs": int(study.y.shape[0] * study.y.shape[1]),
        "versions": {"python": platform.python_version(), **library_versions(), "SALib": version("SALib")},
        "source_digest": source_digest(design.setting.users_classes),
        "data_digest": str(read_tables(design.setting.data).digest),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "wall_seconds": round(seconds, 2),
    }


MEANINGS = {  # in braces: the interval asked for, and that of the criterion, in words
    ("indices", "outcome"): "measure and statistic over the months",
    ("indices", "parameter"): "varied parameter",
    ("indices", "index"): "low, high, swing (one at a time); mu, mu_star, sigma (Morris); S1, ST (Sobol, hypercube)",
    ("indices", "value"): "estimate",
    ("indices", "low"): "lower end of the {interval}",
    ("indices", "high"): "upper end",
    ("interactions", "outcome"): "measure and statistic over the months",
    ("interactions", "parameter_1"): "one parameter",
    ("interactions", "parameter_2"): "the other",
    ("interactions", "value"): "second-order index S2",
    ("interactions", "low"): "lower end of the {interval}",
    ("interactions", "high"): "upper end",
    ("convergence", "outcome"): "measure and statistic over the months",
    ("convergence", "verdict"): "converged, rough, n too small, constant",
    ("convergence", "width"): "widest {criterion} of the ranking index (mu_star and swing relative to the largest)",
    ("convergence", "change"): "largest change of that index against half the sample",
    ("convergence", "order"): "whether half the sample orders the parameters that matter alike",
    ("convergence", "samples"): "base samples, trajectories, points, or (one at a time) replications",
    ("convergence", "samples_needed"): "the same for a width of 0.10",
    ("convergence", "replications_needed"): "replications for seed noise to be a tenth of the variance between points",
    ("convergence", "noise_in_mean"): "share of seed noise in the variance between points",
    ("convergence", "noise_of_run_parameters"): "share of parameters in the variance of single runs",
    ("convergence", "noise_of_run_luck"): "share of luck in the variance of single runs",
    ("boxes", "parameter"): "parameter that the box restricts",
    ("boxes", "low"): "lower limit of the box",
    ("boxes", "high"): "upper limit",
    ("boxes", "low_sampled"): "smallest value sampled",
    ("boxes", "high_sampled"): "largest value sampled",
    ("boxes", "p_value"): "quasi p value of the limit",
    ("boxes", "case"): "what is of interest",
    ("boxes", "coverage"): "share of the cases that lie in the box",
    ("boxes", "density"): "share of the box's points that are cases",
    ("boxes", "share"): "share of all points that are cases",
    ("outcomes", "point"): "number of the point",
    ("outcomes", "replication"): "number of the replication",
    ("outcomes", "seed"): "seed, the same for all points",
}


def _write_dictionary(path: Path, design: Design, level: Level) -> None:
    told = {"interval": level.words, "criterion": CRITERION.words}
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file", "column", "meaning"))
        writer.writerows((name, column, meaning.format(**told)) for (name, column), meaning in MEANINGS.items())
        writer.writerows(("outcomes", factor.key, "value of the parameter") for factor in design.factors)
