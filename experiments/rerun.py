"""Run again what a manifest says and compare the numbers."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.errors import KingmakerError
from experiments.manifest import content_hash, library_versions, read_manifest, scenario_of, source_digest
from experiments.run import RunRequest, build_model, one_world, run_and_write, simulate

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Verdict:
    """Whether a rerun gave the same numbers, and what to tell the user."""

    identical: bool
    text: str


def rerun_and_compare(folder: Path, out: Path | None, force: bool, quiet: bool, command: tuple[str, ...]) -> Verdict:
    """Run the manifest of ``folder`` again; with ``out`` the new results are written too.

    Raises:
        KingmakerError: if there is no usable manifest, or the model's code or data have changed and not ``force``.
    """
    manifest = read_manifest(folder)
    request = _request(manifest, folder, out, quiet, command)
    if out is not None and out.resolve() == folder.resolve():
        raise KingmakerError(f"--out {out}: is the folder to compare with; name another.")
    model = build_model(request)
    if not force:
        _demand_same("code", manifest["source_digest"], source_digest(model.setting.users_classes))
        _demand_same("data", manifest["data_digest"], model.tables.digest)
    if out is None:
        simulate(model, quiet)
    else:
        run_and_write(request, model)
    measures = one_world(model)
    if content_hash(measures) == manifest["measures_hash"]:
        size = f"{measures.shape[1] - 1} measures over {len(measures)} months"
        return Verdict(True, f"identical: {size}, sha256 {manifest['measures_hash']}")
    return Verdict(False, f"different: {_difference(folder, measures)}{_other_versions(manifest)}")


def _request(
    manifest: dict[str, Any], folder: Path, out: Path | None, quiet: bool, command: tuple[str, ...]
) -> RunRequest:
    """The run that a manifest describes."""
    if manifest.get("kind", "run") != "run":
        words = shlex.join(map(str, manifest.get("command", ())))
        raise KingmakerError(f"{folder}: is not a single run; make it again with '{words}'.")
    for key in ("source_digest", "data_digest", "measures_hash"):
        if not isinstance(manifest.get(key), str):
            raise KingmakerError(f"{folder}: the manifest's {key} is {manifest.get(key)!r}; it must be a text.")
    try:
        return RunRequest(
            setting=scenario_of(manifest["scenario"]),
            seed=int(manifest["seed"]),
            months=int(manifest["months"]),
            out=out or folder,
            panel=bool(manifest["panel"]),
            figures=bool(manifest["figures"]),
            quiet=quiet,
            command=command,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise KingmakerError(f"{folder}: the manifest is incomplete or damaged: {fault!r}.") from None


def _demand_same(what: str, then: str, now: str) -> None:
    if then != now:
        raise KingmakerError(
            f"the model's {what} has changed since this result was made (digest {then[:12]} then, {now[:12]} now), "
            "so the numbers need not be the same; check out that version, or compare all the same with --force."
        )


def _difference(folder: Path, measures: pd.DataFrame) -> str:
    """Where the new measures first depart from the stored ones."""
    import pandas as pd

    path = folder / "measures.parquet"
    if not path.exists():
        return "the hash is not that of the manifest, and there is no measures.parquet to compare with"
    try:
        stored = pd.read_parquet(path)
    except (OSError, ValueError):
        return "the hash is not that of the manifest, and measures.parquet cannot be read to compare with"
    if list(stored.columns) != list(measures.columns) or len(stored) != len(measures):
        return "the measures have other columns or another number of months"
    unequal = (stored != measures) & ~(stored.isna() & measures.isna())
    if not unequal.to_numpy().any():
        return "measures.parquet holds the new numbers, but not those of the manifest's hash"
    row = int(unequal.any(axis=1).to_numpy().argmax())
    column = str(unequal.columns[int(unequal.iloc[row].to_numpy().argmax())])
    return (
        f"{int(unequal.any().sum())} of {measures.shape[1] - 1} measures differ, first in {stored['month'][row]}: "
        f"{column} was {stored[column][row]:.12g}, is {measures[column][row]:.12g}"
    )


def _other_versions(manifest: dict[str, Any]) -> str:
    then = manifest.get("versions", {})
    now = library_versions()
    changed = [f"{name} {then.get(name)} then, {now[name]} now" for name in now if then.get(name) != now[name]]
    return f" (libraries: {'; '.join(changed)})" if changed else ""
