"""Sensitivity over a posterior: the members are the sample, not boxes, and indices are estimated from them as given.

Of each parameter that members bring: its rank correlation with an outcome, and the share of the variance that it moves
by itself (first order, random balance design; Plischke 2010 on given data). Parameters that go together in the
posterior share what they do: each index counts it whole.
"""

from __future__ import annotations

import csv
import platform
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.scenario import Scenario, load_scenario
from kingmaker.experiments.design.design_file import DesignError, DesignFile
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.design.sweep_design import Design, build_design, load_design
from kingmaker.experiments.posterior.over import save_members
from kingmaker.experiments.results.asked import Asked, scenario_facts
from kingmaker.experiments.results.manifest import (
    kingmaker_version,
    library_versions,
    scenario_record,
    source_digest,
    write_manifest,
)
from kingmaker.experiments.results.outputs import staged, unfinished
from kingmaker.experiments.stats.levels import INTERVAL_OVER, LEVEL, Level, level_asked, level_record
from kingmaker.experiments.stats.prim_box import Box
from kingmaker.experiments.stats.rank_indices import FEWEST, rank_indices
from kingmaker.experiments.studies.sensitivity.indices import Sample, indices
from kingmaker.experiments.studies.sensitivity.member_discovery import (
    BOX_COLUMNS,
    check_member_case,
    discover_members,
    write_box,
)
from kingmaker.experiments.studies.sensitivity.study import readable
from kingmaker.experiments.studies.sensitivity.study_report import box_lines
from kingmaker.experiments.sweep.stacks import World, simulate
from kingmaker.experiments.terminal.progress import progress
from kingmaker.experiments.terminal.safe_text import for_markdown

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray

COLUMNS = ("outcome", "parameter", "index", "value", "low", "high", "p_holm")
STRONGEST = 14  # parameters of an outcome of which the share of variance is estimated too
NAMED = 5  # of an outcome, in the report


@dataclass(frozen=True)
class MemberRequest:
    """What the user asked for."""

    setting: Scenario
    name: str
    months: int
    measures: tuple[str, ...]
    statistics: tuple[str, ...]
    over: Replicates
    out: Path
    level: Level
    workers: int = 1
    figures: bool = True
    quiet: bool = False
    command: tuple[str, ...] = ()
    force: bool = False
    discover: str | None = None

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Such as ``switching_rate_last12``."""
        return tuple(f"{measure}_{statistic}" for measure in self.measures for statistic in self.statistics)

    @property
    def drawn_keys(self) -> tuple[str, ...]:
        """The parameters that members bring."""
        return self.over.drawn_under(self.setting)

    @property
    def columns(self) -> dict[str, FloatArray]:
        """Their values, each of shape (members,)."""
        drawn = set(self.drawn_keys)
        return {key: values for key, values in self.over.columns().items() if key in drawn}

    @property
    def asked(self) -> Asked:
        """The question, as a folder of results says it."""
        plain = asked_of_members(self.setting, self.name, self.months, self.outcomes, self.over, self.level)
        if self.discover is None:
            return plain
        return Asked(plain.kind, f"{plain.words}, where {self.discover}", {**plain.facts, "discover": self.discover})


def asked_of_members(
    setting: Scenario, name: str, months: int, outcomes: tuple[str, ...], over: Replicates, level: Level
) -> Asked:
    """The question of a study over members."""
    usual = INTERVAL_OVER[over.over]
    facts = {
        "scenario": scenario_facts(setting), "months": months, "outcomes": list(outcomes), "seeds": list(over.seeds)
    }  # fmt: skip
    words = f"{name}, {months} months, over {over.words}{level_asked(level, usual)}"
    return Asked("sensitivity", words, facts | over.record | level_record(level, usual))


def design_or_scenario(name: str, entries: Mapping[str, object]) -> Design:
    """A design; or a scenario of which all measures are asked, as no parameter of it is moved.

    Raises:
        KingmakerError: neither.
    """
    try:
        return load_design(name, entries)
    except DesignError as fault:
        try:
            load_scenario(name)
        except KingmakerError:
            raise fault from None
    given = {key: value for key, value in entries.items() if value is not None}
    blank = DesignFile(kind="list", scenario=name, points=[{}]).model_copy(update=given)
    return build_design(blank, Path(name).stem, name)


def study_members(request: MemberRequest) -> pd.DataFrame:
    """Run the members, estimate the indices, write everything into one folder; gives the table of indices.

    Raises:
        KingmakerError: too few members; a run that failed.
    """
    if len(request.over) < FEWEST:
        raise KingmakerError(f"--members is {len(request.over)}; sensitivity over a posterior needs at least {FEWEST}.")
    if request.discover is not None:
        check_member_case(request.discover, request.outcomes)
    with staged(request.out, request.asked, request.force, request.quiet) as folder:
        began = time.perf_counter()
        y = _run(request, unfinished(request.out))
        table = tabulate_indices(request, y)
        _write(request, y, table, folder, time.perf_counter() - began)
    return table


def _run(request: MemberRequest, keep: Path) -> FloatArray:
    """The outcomes, shape (outcomes, members)."""
    over, drawn = request.over, request.drawn_keys
    worlds = [World(request.setting, seed, {}, over.held(k, drawn)) for k, seed in enumerate(over.seeds)]
    with progress(len(worlds), f"{request.name}, {len(worlds)} members", request.quiet) as advance:
        found = simulate(
            worlds, request.months, request.measures, statistics=request.statistics, workers=request.workers,
            advance=advance, keep=keep,
        )  # fmt: skip
    return found.reshape(len(request.outcomes), len(worlds))


def tabulate_indices(request: MemberRequest, y: FloatArray) -> pd.DataFrame:
    """Rank correlations of all parameters, and S1 of the strongest of each outcome (:data:`COLUMNS`)."""
    import pandas as pd

    columns = request.columns
    rows: list[tuple[Any, ...]] = []
    for outcome, values in zip(request.outcomes, y, strict=True):
        ranked = rank_indices(values, columns, request.level)
        rows += [(outcome, key, "rho", rho, low, high, p) for key, rho, low, high, p in ranked]
        p_of = {key: p for key, *_, p in ranked}
        for key, _, value, low, high in _first_order([key for key, *_ in ranked[:STRONGEST]], columns, values, request):
            rows.append((outcome, key, "S1", value, low, high, p_of[key]))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _first_order(
    keys: list[str], columns: Mapping[str, FloatArray], values: FloatArray, request: MemberRequest
) -> list[tuple[str, str, float, float, float]]:
    """S1 of some parameters, by their ranks: the index asks for an order only."""
    from scipy.stats import rankdata

    if not keys:
        return []
    n = len(values)
    unit = np.stack([(rankdata(columns[key], method="ordinal") - 0.5) / n for key in keys], axis=1)
    return indices(Sample(tuple(keys), "lhs", unit), values[:, np.newaxis], request.level)[0]


def _write(request: MemberRequest, y: FloatArray, table: pd.DataFrame, folder: Path, seconds: float) -> None:
    import pandas as pd

    from kingmaker.experiments.studies.compare.html import write_pages

    table.to_csv(folder / "indices.csv", index=False)
    save_members(request.over, folder / "members.parquet")
    keys = {"member": np.arange(1, len(request.over) + 1), "seed": list(request.over.seeds)}
    outcomes = pd.concat([pd.DataFrame(keys), pd.DataFrame(y.T, columns=list(request.outcomes))], axis=1)
    outcomes.to_parquet(folder / "outcomes.parquet", index=False)
    footer = f"Kingmaker {kingmaker_version()} · {request.name} · {request.months} months · over {request.over.words}"
    labels = {name: readable(name, request.setting.measured()) for name in request.outcomes}
    box = None
    if request.discover is not None:
        box = discover_members(request.discover, request.outcomes, y, request.columns)
        if isinstance(box, Box):
            write_box(box, folder / "boxes.csv")
    report = "\n".join(_report(request, table, labels, box)) + "\n"
    if request.figures:
        (folder / "figures").mkdir()
        _draw(table, labels, folder / "figures", footer, request.level)
    write_pages(report, folder / "report", footer, request.figures)
    _write_dictionary(folder / "data_dictionary.csv", request)
    write_manifest(_manifest(request, seconds), folder)


def _report(
    request: MemberRequest, table: pd.DataFrame, labels: Mapping[str, str], box: Box | str | None
) -> Iterator[str]:
    drawn, level = len(request.drawn_keys), request.level.words
    yield f"# What moves {for_markdown(request.name)}"
    yield ""
    yield (
        f"Over {request.over.words}: {drawn} parameters as the posterior leaves them open, not boxes around them. "
        f"{level}s in brackets."
    )
    yield ""
    if (table["index"] == "S1").any():
        yield "![Share of the variance that each parameter moves by itself](figures/bars_1.png)"
        yield ""
    for outcome in request.outcomes:
        rows = table[(table["outcome"] == outcome) & (table["index"] == "rho") & (table["p_holm"] <= LEVEL.alpha)]
        told = [
            f"`{row.parameter}` {row.value:+.2f} ({row.low:+.2f} to {row.high:+.2f})"
            for row in rows.head(NAMED).itertuples()
        ]
        more = f", and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
        said = ", ".join(told) + more if told else "none of the parameters goes with it clearly enough to be named"
        yield f"- **{for_markdown(labels[outcome])}**: {said}."
    yield ""
    if isinstance(box, str):
        yield from ("## Scenario discovery", "", for_markdown(box), "")
    elif box is not None:
        yield from box_lines(box, request.level, "members")
        yield "Looked for only along the parameters that go with the outcome after Holm's correction over all drawn."
        yield ""
    yield "## How to read this"
    yield ""
    yield "- The number is Spearman's rank correlation of the parameter with the outcome over the members."
    yield (
        f"- Named is what stands after Holm's correction over all {drawn} parameters. What is not named need not be "
        "without effect: the posterior may leave it too little room, or there are too few members."
    )
    yield "- Parameters that go together in the posterior share what they do; each index counts it whole."
    yield "- All numbers: `indices.csv`; the members: `members.parquet`."


def _draw(table: pd.DataFrame, labels: Mapping[str, str], folder: Path, footer: str, level: Level) -> None:
    from kingmaker.experiments.figures.figure_files import FigureFolder
    from kingmaker.experiments.figures.study_figures import bars_per_page, draw_bars
    from kingmaker.experiments.figures.style import styled

    shares, files = table[table["index"] == "S1"], FigureFolder(folder)
    varied, most = list(dict.fromkeys(shares["outcome"])), bars_per_page(shares)
    with styled():
        for page in range(-(-len(varied) // most)):
            part = varied[page * most : (page + 1) * most]
            title = "What moves what, over the posterior"
            files.save(draw_bars(shares, part, "lhs", "S1", labels, footer, title, level=level), "bars", str(page + 1))


def _write_dictionary(path: Path, request: MemberRequest) -> None:
    meanings = {
        ("indices", "outcome"): "measure and statistic over the months",
        ("indices", "parameter"): "parameter that members bring",
        ("indices", "index"): "rho (Spearman's rank correlation), S1 (share of the variance moved by itself)",
        ("indices", "value"): "estimate",
        ("indices", "low"): f"lower end of its {request.level.words}",
        ("indices", "high"): "upper end",
        ("indices", "p_holm"): "p value of no correlation, after Holm's correction over the parameters of the outcome",
        ("outcomes", "member"): "number of the member of the posterior",
        ("outcomes", "seed"): "its seed",
    }
    if request.discover is not None:
        meanings |= BOX_COLUMNS
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file", "column", "meaning"))
        writer.writerows((*place, meaning) for place, meaning in meanings.items())


def _manifest(request: MemberRequest, seconds: float) -> dict[str, Any]:
    from kingmaker.environment.inputs.tables import read_tables

    return {
        "kingmaker_version": kingmaker_version(),
        "kind": "sensitivity",
        "command": ["kingmaker", *request.command],
        "question": request.asked.record,
        "scenario": scenario_record(request.setting),
        "over": {"words": request.over.words, "posterior": request.over.digest, "parameters": list(request.drawn_keys)},
        "outcomes": list(request.outcomes),
        "months": request.months,
        "level": request.level.share,
        "runs": len(request.over),
        "versions": {"python": platform.python_version(), **library_versions()},
        "source_digest": source_digest(request.setting.users_classes),
        "data_digest": str(read_tables(request.setting.data).digest),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "wall_seconds": round(seconds, 2),
    }
