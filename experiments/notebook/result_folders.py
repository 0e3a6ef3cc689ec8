"""Folders of results, read again: each kind gives the result that wrote it. No code that a folder names is run."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from kingmaker.agents.checks import Named
from kingmaker.agents.errors import KingmakerError, shown
from kingmaker.environment.core.measures import MEASURES, Measure
from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.environment.inputs.scenario import Scenario
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.notebook.comparison_result import ComparisonResult
from kingmaker.experiments.notebook.posterior_result import posterior
from kingmaker.experiments.notebook.result import Result
from kingmaker.experiments.notebook.run_result import RunResult
from kingmaker.experiments.notebook.saving import WORLDS
from kingmaker.experiments.notebook.study_results import FactorialResult, ForecastResult, SensitivityResult
from kingmaker.experiments.notebook.sweep_result import SweepResult
from kingmaker.experiments.posterior.members import load_members
from kingmaker.experiments.results.filing import read_record
from kingmaker.experiments.results.manifest import NAME as MANIFEST
from kingmaker.experiments.results.manifest import ManifestError, read_manifest, scenario_of
from kingmaker.experiments.results.parquet import frame_of, table_in
from kingmaker.experiments.runs.many import MEMBERS
from kingmaker.experiments.stats.levels import WIDE, read_level
from kingmaker.experiments.stats.windows import read_window
from kingmaker.experiments.studies.compare.comparison_table import Comparison
from kingmaker.experiments.studies.compare.question import Question

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray

KEYS = ("world", "scenario", "side", "member", "seed", "month")
FORECAST = "forecast.csv"
OWN = "own"  # group of measures that the model does not know: those of extensions


def load(folder: str | Path) -> Result:
    """The result in a folder that a command has written, or ``result.save``.

    Runs give a :class:`RunResult` (measures only: the model itself is not in the folder), comparisons a
    :class:`ComparisonResult`, sweeps a :class:`SweepResult`, and the folders of ``kingmaker factorial``,
    ``sensitivity``, ``forecast`` and ``posterior fit`` a :class:`FactorialResult`, :class:`SensitivityResult`,
    :class:`ForecastResult` and :class:`Posterior`.

    Raises:
        KingmakerError: no such folder, a damaged one, or a result that has no such form.
    """
    if not isinstance(folder, str | Path):
        raise KingmakerError(f"load: the folder is {shown(folder)}; allowed is the path of a folder of results.")
    place = Path(folder)
    if (place / FORECAST).is_file():
        return _forecast(place)
    if (place / MEMBERS).is_file() and not (place / MANIFEST).exists():
        return posterior(place / MEMBERS)
    manifest = read_manifest(place)
    kind = manifest.get("kind", "run")
    if kind == "sweep":
        return SweepResult(place)
    readers: dict[str, Callable[[Path, Mapping[str, Any]], Result]] = {
        "run": _run,
        "ensemble": _ensemble,
        WORLDS: _worlds,
        "compare": _comparison,
    }
    readers |= {"factorial": _factorial, "sensitivity": _sensitivity}
    if not isinstance(kind, str) or kind not in readers:
        raise KingmakerError(
            f"{place}: holds a result of the kind {shown(kind)}; what can be loaded is "
            f"{', '.join((*readers, 'sweep'))}. Read its tables with pandas; data_dictionary.csv says what columns are."
        )
    try:
        return readers[kind](place, manifest)
    except (KeyError, TypeError, ValueError, IndexError, OSError, pa.ArrowException) as fault:
        raise ManifestError(f"{place}: the result is incomplete or damaged: {fault}.") from None


def _run(folder: Path, manifest: Mapping[str, Any]) -> RunResult:
    return _runs(folder, _table(folder / "measures.parquet"), [_setting(manifest["scenario"])], [manifest["seed"]])


def _ensemble(folder: Path, manifest: Mapping[str, Any]) -> RunResult:
    frame, seeds = _table(folder / "measures.parquet"), [int(seed) for seed in manifest["seeds"]]
    drawn = _drawn(folder, seeds, str(manifest.get("posterior", ""))) if "members" in manifest else None
    return _runs(folder, frame, [_setting(manifest["scenario"])] * len(seeds), seeds, manifest, drawn)


def _drawn(folder: Path, seeds: list[int], digest: str) -> Replicates:
    """The members of a posterior that a result lies over, as they stand beside it.

    Raises:
        KingmakerError: they are not those of the result, or of another model.
    """
    found = Replicates.of(load_members(folder / MEMBERS), None, digest)
    if list(found.seeds) != seeds:
        raise ManifestError(f"{folder / MEMBERS}: holds other members than those of the result.")
    return found


def _worlds(folder: Path, manifest: Mapping[str, Any]) -> RunResult:
    settings = [_setting(record) for record in manifest["scenarios"]]
    worlds = manifest["worlds"]
    frame, seeds = _table(folder / "measures.parquet"), [int(world["seed"]) for world in worlds]
    return _runs(folder, frame, [settings[world["scenario"]] for world in worlds], seeds, manifest)


def _runs(
    folder: Path,
    frame: pd.DataFrame,
    settings: list[Scenario],
    seeds: list[int],
    manifest: Mapping[str, Any] | None = None,
    drawn: Replicates | None = None,
) -> RunResult:
    measures = _measures(folder, frame)
    level = read_level((manifest or {}).get("level", WIDE.level), "level")
    return RunResult(
        measures, _cube(frame, measures, len(seeds)), settings, seeds, folder=folder, level=level, drawn=drawn
    )


def _comparison(folder: Path, manifest: Mapping[str, Any]) -> ComparisonResult:
    import pandas as pd

    paths = _table(folder / "paths.parquet")
    measures, seeds, months = _measures(folder, paths), [int(s) for s in manifest["seeds"]], int(manifest["months"])
    posterior = str(manifest.get("over", {}).get("posterior", ""))
    question = Question(
        a=_setting(manifest["scenario_a"]), b=_setting(manifest["scenario_b"]), months=months, seed=int(seeds[0]),
        replications=len(seeds), windows=tuple(read_window(str(name), months) for name in manifest["windows"]),
        level=read_level(manifest["level"], "level"), drawn=_drawn(folder, seeds, posterior) if posterior else None,
        lucks=int(manifest.get("lucks", {}).get("seeds", 1)),
    )  # fmt: skip
    if "outcomes" in manifest and set(manifest["outcomes"]) != set(question.measures):
        question = replace(question, family=tuple(manifest["outcomes"]))
    sides = [_cube(part, measures, len(seeds)) for _, part in paths.groupby("side", sort=True)]
    kept = [k for k, name in enumerate(measures) if name in question.measures]
    rules = [k for k, name in enumerate(measures) if name in question.rules]
    a, b = (side[kept] for side in sides)
    comparison = Comparison(question, a, b, np.stack([side[rules] for side in sides]))
    return ComparisonResult(comparison, pd.read_csv(folder / "differences.csv"), None, folder)


def _factorial(folder: Path, manifest: Mapping[str, Any]) -> FactorialResult:
    return FactorialResult(folder, manifest, _csv(folder / "outcomes.csv"), _csv(folder / "effects.csv"))


def _sensitivity(folder: Path, manifest: Mapping[str, Any]) -> SensitivityResult:
    return SensitivityResult(folder, manifest, _table(folder / "outcomes.parquet"), _csv(folder / "indices.csv"))


def _forecast(folder: Path) -> ForecastResult:
    """The contest of a folder, which holds no manifest: its question is told beside its files."""
    frame = _csv(folder / FORECAST)
    if missing := {"series", "forecaster", "crps", "error"} - set(frame):
        raise ManifestError(f"{folder / FORECAST}: is no table of forecasts: it has no {', '.join(sorted(missing))}.")
    by = frame.groupby(["series", "forecaster"])
    rows = by[["error", "crps"]].mean().assign(n=by.size()).reset_index()
    manifest = {"question": read_record(folder).get(FORECAST) or {"words": "the forecast contest"}}
    return ForecastResult(folder, manifest, frame, rows[["series", "forecaster", "n", "error", "crps"]])


def _csv(path: Path) -> pd.DataFrame:
    import pandas as pd

    return pd.read_csv(path)


def _table(path: Path) -> pd.DataFrame:
    return frame_of(table_in(path.read_bytes()))


def _cube(frame: pd.DataFrame, measures: Mapping[str, Measure], worlds: int) -> FloatArray:
    """The numbers of a table that holds one run after the other, shape (measures, months, worlds)."""
    values = frame[list(measures)].to_numpy(dtype=np.float64)
    return np.ascontiguousarray(values.reshape(worlds, -1, len(measures)).transpose(2, 1, 0))


def _measures(folder: Path, frame: pd.DataFrame) -> Named[Measure]:
    """What the columns measure: as the model defines it; of other names, as the folder's own dictionary does."""
    told: dict[str, tuple[str, str]] = {}
    path = folder / "data_dictionary.csv"
    if path.is_file():
        with path.open(newline="", encoding="utf-8") as file:
            told = {row["column"]: (row["unit"], row["meaning"]) for row in csv.DictReader(file)}
    names = [name for name in frame.columns if name not in KEYS]
    unknown = {name: Measure(name, *told.get(name, ("", "")), name, OWN) for name in names if name not in MEASURES}
    return Named({name: MEASURES.get(name) or unknown[name] for name in names}, "measure")


def _setting(record: Mapping[str, Any]) -> Scenario:
    """The scenario of a manifest without the classes that it names, which would be run, and what only these know."""

    def own(table: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in table.items() if key in DECLARATIONS}

    plain = {"extensions": [], "classes": {}, "folders": [], "parameters": own(record["parameters"])}
    events = [{**event, "set": own(event["set"])} for event in record["events"]]
    return scenario_of({**record, **plain, "pinned": own(record["pinned"]), "events": events})
