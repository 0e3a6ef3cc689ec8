"""Results written into folders: of the same form as those of the command line, so that it can read and rerun them."""

from __future__ import annotations

import csv
import os
import platform
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.timeline import values_in_force
from kingmaker.experiments.notebook.groups import seeds_told
from kingmaker.experiments.results.asked import Asked, scenario_facts
from kingmaker.experiments.results.exchange import DOT
from kingmaker.experiments.results.manifest import (
    content_hash,
    kingmaker_version,
    library_versions,
    scenario_record,
    source_digest,
    write_manifest,
)
from kingmaker.experiments.results.outputs import OutputError, staged
from kingmaker.experiments.runs import many
from kingmaker.experiments.runs.one_run import RunRequest, run_and_write
from kingmaker.experiments.stats.bands import by_year, meanings
from kingmaker.experiments.stats.levels import level_record
from kingmaker.experiments.studies.compare import write_comparison
from kingmaker.experiments.studies.compare.write_members import write_member_findings

if TYPE_CHECKING:
    from kingmaker.experiments.notebook.run_result import RunResult
    from kingmaker.experiments.studies.compare.over_members import MemberFindings
    from kingmaker.experiments.studies.compare.write_comparison import Findings

WORLDS = "worlds"  # the kind of a folder that holds worlds of several scenarios
COMMAND, COMPARED = (
    ("python:", "km.run"),
    ("python:", "km.compare"),
)  # what a manifest says where no command line has made the runs


def save_runs(result: RunResult, folder: Path, force: bool, figures: bool) -> Path:
    """Write runs: like ``kingmaker run`` if that command could make them, else as a table of worlds.

    Raises:
        KingmakerError: the folder holds something else, or the model was changed by hand.
    """
    if result.folder is not None:
        return copy_result(result.folder, folder)
    if result.model is not None:
        refuse_changed(result.model)
    settings, seeds = result.settings, result.seeds
    if result.worlds == 1 and result.model is not None and not _branched(result):
        asked = RunRequest(settings[0], seeds[0], result.months, folder, False, figures, True, COMMAND, force)
        run_and_write(asked, result.model)
    elif len(result.groups) == 1 and result.lines is not None and (result.drawn is not None or _in_a_row(seeds)):
        _save_ensemble(result, folder, force, figures)
    else:
        _save_worlds(result, folder, force)
    return folder


def _in_a_row(seeds: Sequence[int]) -> bool:
    return list(seeds) == list(range(seeds[0], seeds[-1] + 1))


def _branched(result: RunResult) -> bool:
    """Whether the model began in the middle, so that its accounts and ties are not those of a whole run."""
    return result.model is not None and not result.model.partnerships.keep


def _save_ensemble(result: RunResult, folder: Path, force: bool, figures: bool) -> None:
    """The files of ``kingmaker run`` with ``--replications`` or ``--over``."""
    assert result.lines is not None
    request = many.EnsembleRequest(
        setting=result.settings[0], seeds=result.seeds, months=result.months, out=folder, figures=figures, quiet=True,
        command=COMMAND, force=force, level=result.level, drawn=result.drawn,
    )  # fmt: skip
    with staged(folder, request.asked, force) as part:
        many.write_ensemble(result.values, result.lines, request, part, 0.0)


def _save_worlds(result: RunResult, folder: Path, force: bool) -> None:
    """All paths, the bands of each scenario by year, and what suffices to make each world again."""
    import pandas as pd

    asked = _asked(result)
    with staged(folder, asked, force) as part:
        frame = result.to_frame()
        frame.to_parquet(part / "measures.parquet", index=False)
        tables = {
            label: by_year(result.values[:, :, mine], result.measures, result.level)
            for label, mine in result.groups.items()
        }
        summary = pd.concat(tables, names=["scenario"]).reset_index("scenario")
        summary.to_csv(part / "summary.csv", index=False)
        _write_dictionary(part / "data_dictionary.csv", result)
        write_manifest(_manifest(result, asked, content_hash(frame)), part)


def _asked(result: RunResult) -> Asked:
    facts: dict[str, Any] = {
        "worlds": [[scenario_facts(s), seed] for s, seed in zip(result.settings, result.seeds, strict=True)],
        "months": result.months,
    }
    words = (
        f"{result.worlds} worlds of {' and '.join(result.groups)}, {seeds_told(result.seeds)}, {result.months} months"
    )
    return Asked(WORLDS, words, facts | level_record(result.level))


def _manifest(result: RunResult, asked: Asked, digest: str) -> dict[str, Any]:
    first = [mine[0] for mine in result.groups.values()]
    numbers = {place: number for number, mine in enumerate(result.groups.values()) for place in mine}
    classes = [name for place in first for name in result.settings[place].users_classes]
    return {
        "kingmaker_version": kingmaker_version(),
        "kind": WORLDS,
        "command": list(COMMAND),
        "question": asked.record,
        "scenarios": [scenario_record(result.settings[place]) for place in first],
        "worlds": [{"scenario": numbers[k], "seed": seed} for k, seed in enumerate(result.seeds)],
        "months": result.months,
        "level": result.level.share,
        "versions": {"python": platform.python_version(), **library_versions()},
        "source_digest": source_digest(dict.fromkeys(classes)),
        "measures_hash": digest,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _write_dictionary(path: Path, result: RunResult) -> None:
    keys = {"world": "number of the run", "scenario": "its scenario", "seed": "its seed", "month": "calendar month"}
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file", "column", "unit", "meaning"))
        writer.writerows(("measures", key, "", told) for key, told in keys.items())
        writer.writerows(("measures", m.name, m.unit, m.definition) for m in result.measures.values())
        writer.writerow(("summary", "scenario", "", "the scenario of the runs"))
        writer.writerows(("summary", column, *told) for column, told in meanings(result.level).items())


def save_comparison(found: Findings | MemberFindings, folder: Path, figures: bool, force: bool) -> Path:
    """Write what ``kingmaker compare`` writes."""
    question = found.comparison.question
    tested = isinstance(found, write_comparison.Findings) and found.tested > 0
    options = write_comparison.Options(
        out=folder, robustness=tested, figures=figures, quiet=True, command=COMPARED, force=force
    )
    asked = write_comparison.asked_of(question, tested, options.ends)
    with staged(folder, asked, force) as part:
        if isinstance(found, write_comparison.Findings):
            write_comparison.write_findings(found, part, options, 0.0)
        else:
            write_member_findings(found, part, options, 0.0)
    return folder


def refuse_changed(model: Any) -> None:
    """Refuse a model that was changed by hand: its manifest would not make its numbers again.

    Raises:
        KingmakerError: a parameter is not what scenario and events say, or money was set from outside.
    """
    for world, setting in enumerate(model.settings):
        start = model.initial_parameters[world]
        expected: Mapping[str, float | int] = values_in_force(setting.events, start, model.month - 1)
        for key, value in model.economy.p.values(world).items():
            if value != expected[key]:
                raise KingmakerError(
                    f"save: '{key}' was set by hand to {value:g} (the scenario has {expected[key]:g}), so that no "
                    "manifest could make these numbers again. Make it a dated event of a scenario, a pin, or a branch."
                )
    if any(kind == "intervention" for flows in model.ledger.months for kind, _, _ in flows):
        raise KingmakerError(
            "save: money was set by hand (an intervention), so that no manifest could make these numbers again; "
            "to_frame() has them all the same."
        )


def copy_result(source: Path, target: Path) -> Path:
    """Copy a folder of results to a new place, whole or not at all.

    Raises:
        OutputError: something stands there, or it cannot be written.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise OutputError(f"{target}: something stands there already; name a new folder.")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, part, ignore=shutil.ignore_patterns(DOT, ".lock*"))
        if target.exists():
            target.rmdir()
        part.rename(target)
    except OSError as fault:
        shutil.rmtree(part, ignore_errors=True)
        raise OutputError(f"{target}: the results cannot be written: {fault.strerror}.") from None
    return target
