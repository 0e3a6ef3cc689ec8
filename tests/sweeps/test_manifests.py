"""A sweep's manifest that was altered is refused with the entry, its value and what to do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import kingmaker as km
from kingmaker.experiments.design.sweep_design import load_design
from kingmaker.experiments.sweep.identity import other_model, read_sweep_manifest
from kingmaker.experiments.sweep.sweeping import SweepRequest, run_sweep

TEXT = """kind = "grid"
months = 2
measures = ["hhi_cloud"]
keep = ["final"]
set = { "startups.number" = 20 }
[parameters]
"chips.kingmaker" = [0.0, 1.0]
"""


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("swept")
    (folder / "d.toml").write_text(TEXT, encoding="utf-8")
    run_sweep(SweepRequest(load_design(str(folder / "d.toml")), folder / "out", workers=1, quiet=True))
    return folder / "out"


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (("name",), None, "name is None"),
        (("title",), 3, "title is 3"),
        (("runs",), "x", "runs is 'x'"),
        (("design", "kind"), [1], "design.kind is [1]"),
        (("design", "months"), None, "design.months is None"),
        (("measured",), {}, "measured.hhi_cloud is None"),
        (("measured", "hhi_cloud"), 1, "measured.hhi_cloud is 1"),
        (("measured", "hhi_cloud"), {"a": 1}, "measured.hhi_cloud is {'a': 1}"),
        (("declared",), {}, "declared.chips.kingmaker is None"),
    ],
)
def test_an_altered_entry_is_named(place: tuple[str, ...], value: Any, told: str, swept: Path, tmp_path: Path) -> None:
    manifest = json.loads((swept / "manifest.json").read_text(encoding="utf-8"))
    entry = manifest
    for key in place[:-1]:
        entry = entry[key]
    entry[place[-1]] = value
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(km.KingmakerError, match=re.escape(f"{told}, which Kingmaker does not write")):
        read_sweep_manifest(tmp_path)


def test_older_manifests_without_definitions_are_read(swept: Path, tmp_path: Path) -> None:
    manifest = json.loads((swept / "manifest.json").read_text(encoding="utf-8"))
    del manifest["measured"], manifest["declared"]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert read_sweep_manifest(tmp_path)["runs"] == 2


def test_a_kind_that_is_no_text_is_refused(swept: Path, tmp_path: Path) -> None:
    manifest = json.loads((swept / "manifest.json").read_text(encoding="utf-8"))
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "kind": [1]}), encoding="utf-8")
    with pytest.raises(km.KingmakerError, match="holds a result of the kind"):
        km.load(tmp_path)


def test_another_code_may_be_the_users_own(swept: Path) -> None:
    there = read_sweep_manifest(swept)
    assert other_model(there, there["source_digest"], there["data_digest"]) == ""
    assert "another version of the model (code digest" in other_model(there, "0", there["data_digest"])
    own = {"scenario": {"folders": ["/here"], "extensions": ["tolls:Toll", "tolls:Seen"], "classes": {}}}
    told = other_model({**there, "design": own}, "0", there["data_digest"])
    assert "another version of the model or of your own code (tolls) (code digest" in told
