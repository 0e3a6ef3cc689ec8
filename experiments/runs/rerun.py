"""Run again what a manifest says and compare the numbers.

A manifest may name code of its own. It is said which, and none of it is run before its digest was compared.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.posterior.members import load_members
from kingmaker.experiments.results.exchange import is_cut_short
from kingmaker.experiments.results.manifest import (
    ManifestError,
    content_hash,
    library_versions,
    read_manifest,
    scenario_of,
    source_digest,
)
from kingmaker.experiments.results.manifest_fields import RunFields, ScenarioFields, checked
from kingmaker.experiments.results.outputs import at_work, located
from kingmaker.experiments.results.parquet import frame_of, table_in
from kingmaker.experiments.runs.one_run import RunRequest, build_model, one_world, run_and_write, simulate
from kingmaker.experiments.stats.levels import Level
from kingmaker.experiments.terminal.telling import complain

if TYPE_CHECKING:
    import pandas as pd

AGAIN = ("run", "ensemble")  # kinds of results that can be run again
MEASURED = "measures.parquet"  # the numbers of a run
TABLES = {"compare": "differences.csv", "factorial": "effects.csv"}  # of the others, where their numbers stand


@dataclass(frozen=True)
class Verdict:
    """Whether a rerun gave the same numbers, and what to tell the user."""

    identical: bool
    text: str


def rerun_and_compare(
    folder: Path, out: Path | None, force: bool, quiet: bool, command: tuple[str, ...], workers: int = 1
) -> Verdict:
    """Run the manifest of ``folder`` again; with ``out`` the new results are written too.

    Raises:
        KingmakerError: if there is no usable manifest, or the model's code or data have changed and not ``force``.
    """
    if is_cut_short(folder):
        with at_work(folder, located(folder)):
            pass  # entering repairs
    manifest = read_manifest(folder)
    if manifest.get("kind", "run") not in AGAIN:
        table = TABLES.get(str(manifest["kind"]))
        how = f", into another --out, and compare {table}: the same bytes are the same numbers" if table else ""
        raise KingmakerError(f"{folder}: is not a single run; make it again with '{_command(manifest)}'{how}.")
    fields = checked(manifest, RunFields, folder)
    if out is not None and located(out) == located(folder):
        raise KingmakerError(f"--out {out}: is the folder to compare with; name another.")
    _tell_of_code(folder, fields.scenario)
    if not force:
        _demand_same_versions(fields)
    measures = _again(folder, fields, out, force, quiet, command, workers)
    if content_hash(measures) == fields.measures_hash:
        same = f"identical: {_size(measures)}, sha256 {fields.measures_hash}"
        if not (folder / MEASURED).exists():
            return Verdict(True, f"{same}; {folder} holds no {MEASURED}")
        if fault := _departure(folder, measures):
            return Verdict(False, f"different: {MEASURED} has been altered since; {fault}")
        return Verdict(True, same)
    return Verdict(False, f"different: {_difference(folder, measures)}{_other_versions(fields.versions)}")


def _command(manifest: dict[str, Any]) -> str:
    words = manifest.get("command")
    return shlex.join(map(str, words)) if isinstance(words, list) else "the command that has made it"


def _tell_of_code(folder: Path, scenario: ScenarioFields) -> None:
    """Say on stderr which modules a result would import, and from where."""
    from kingmaker.environment.inputs.provenance import module_file

    places = [Path(place) for place in scenario.folders]
    for name in dict.fromkeys((*scenario.classes.values(), *scenario.extensions)):
        file = module_file(name.partition(":")[0], places)
        complain(f"{folder} runs code of its own: {name}, from {file or 'nowhere'}.")


def _demand_same_versions(fields: RunFields) -> None:
    """Code and data are those of the result; none of the code is run to find out."""
    from kingmaker.environment.inputs.tables import read_tables

    scenario = fields.scenario
    classes = (*scenario.classes.values(), *scenario.extensions)
    _demand_same("code", fields.source_digest, source_digest(classes, [Path(place) for place in scenario.folders]))
    data = None if scenario.data is None else Path(scenario.data)
    _demand_same("data", fields.data_digest, str(read_tables(data).digest))


def _again(
    folder: Path, fields: RunFields, out: Path | None, force: bool, quiet: bool, command: tuple[str, ...], workers: int
) -> pd.DataFrame:
    """The measures of the run, or of all runs of the ensemble."""
    try:
        setting = scenario_of(fields.scenario.model_dump())
    except ValueError as fault:  # a text that is no number
        raise ManifestError(f"{folder}: the manifest is incomplete or damaged: {fault}.") from None
    place = out or folder
    if fields.seeds is not None:
        from kingmaker.experiments.runs import many

        drawn = _members_of(folder, fields)
        asked = many.EnsembleRequest(
            setting, fields.seeds if drawn is None else drawn.seeds, fields.months, place, fields.figures, quiet,
            command, workers, force, Level(fields.level), drawn,
        )  # fmt: skip
        return many.frame_of(many.simulate_ensemble(asked), asked) if out is None else many.run_ensemble(asked)
    assert fields.seed is not None
    request = RunRequest(
        setting, fields.seed, fields.months, place, fields.panel, fields.figures, quiet, command, force
    )
    model = build_model(request)
    if out is None:
        simulate(model, quiet)
    else:
        run_and_write(request, model)
    return one_world(model)


def _members_of(folder: Path, fields: RunFields) -> Replicates | None:
    """The members of the posterior that a result lies over, read from its folder; None over luck.

    Raises:
        ManifestError: they are not those of the result.
    """
    if fields.members is None or fields.seeds is None:
        return None
    found = load_members(folder / Path(fields.members).name)
    if list(map(int, found.seeds)) != fields.seeds:
        raise ManifestError(f"{folder / fields.members}: holds other members than those of the result.")
    return Replicates.of(found, None, fields.posterior)


def _demand_same(what: str, then: str, now: str) -> None:
    if then != now:
        raise KingmakerError(
            f"the model's {what} has changed since this result was made (digest {then[:12]} then, {now[:12]} now), "
            "so the numbers need not be the same; check out that version, or compare all the same with --force."
        )


def _keys(measures: pd.DataFrame) -> list[str]:
    return [name for name in ("seed", "month") if name in measures]


def _size(measures: pd.DataFrame) -> str:
    keys = _keys(measures)
    seeds = f" and {measures['seed'].nunique()} seeds" if "seed" in keys else ""
    return f"{measures.shape[1] - len(keys)} measures over {measures['month'].nunique()} months{seeds}"


def _difference(folder: Path, measures: pd.DataFrame) -> str:
    """How measures whose hash is not the manifest's depart from the stored ones."""
    if not (folder / MEASURED).exists():
        return f"the hash is not that of the manifest, and there is no {MEASURED} to compare with"
    return _departure(folder, measures) or f"{MEASURED} holds the new numbers, but not those of the manifest's hash"


def _departure(folder: Path, measures: pd.DataFrame) -> str:
    """Where the new measures first depart from the stored ones; empty if they do not."""
    import pyarrow as pa

    try:
        stored = frame_of(table_in((folder / MEASURED).read_bytes()))
    except (OSError, pa.ArrowException):
        return f"the stored {MEASURED} cannot be read to compare with"
    if list(stored.columns) != list(measures.columns) or len(stored) != len(measures):
        return "the measures have other columns or another number of months"
    unequal = (stored != measures) & ~(stored.isna() & measures.isna())
    if not unequal.to_numpy().any():
        return ""
    row = int(unequal.any(axis=1).to_numpy().argmax())
    column = str(unequal.columns[int(unequal.iloc[row].to_numpy().argmax())])
    where = str(stored["month"][row]) + (f", seed {stored['seed'][row]}" if "seed" in stored else "")
    was, now = (frame[column][row] for frame in (stored, measures))
    numbers = f"was {was:.12g}, is {now:.12g}" if isinstance(now, float) else f"was {was}, is {now}"
    count = int(unequal.any().sum())
    return (
        f"{count} of {measures.shape[1] - len(_keys(measures))} measures differ, first in {where}: {column} {numbers}"
    )


def _other_versions(then: dict[str, str]) -> str:
    now = library_versions()
    changed = [f"{name} {then.get(name)} then, {now[name]} now" for name in now if then.get(name) != now[name]]
    return f" (libraries: {'; '.join(changed)})" if changed else ""
