"""The pages for users of R, NetLogo and Gephi name files, columns and words that are there."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from kingmaker.environment.core.measures import MEASURES
from kingmaker.experiments.design.design_file import DesignFile
from tests.command import kingmaker

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to"
SMALL = ("--set", "startups.number=30", "--quiet")


def page(name: str) -> str:
    return (HOW_TO / f"{name}.md").read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page(name), flags=re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the commands of the page on R leave, made smaller."""
    out = tmp_path_factory.mktemp("clients")
    (toml,) = blocks("r", "toml")
    (out / "small.toml").write_text(toml + '[set]\n"startups.number" = 30\n', encoding="utf-8")
    run = ("--months", 24, "--replications", 2, "--no-figures", *SMALL, "--out")
    made = [
        kingmaker("run", "baseline", *run, "results/four", folder=out),
        kingmaker("compare", "baseline", "interoperability", "--no-robustness", *run, "results/pairs", folder=out),
        kingmaker("sweep", "small.toml", "--out", "results/small", "--workers", 1, "--quiet", folder=out),
    ]
    assert [done.stderr for done in made if done.returncode] == []
    return out


def test_files_that_r_reads_are_there(folder: Path) -> None:
    named = re.findall(r'(?:read_parquet|read\.csv|open_dataset)\("([^"]+)"\)', page("r"))
    assert len(named) == 7
    assert [name for name in named if not (folder / name).exists()] == []


def test_columns_that_r_asks_for_are_there(folder: Path) -> None:
    results = folder / "results"
    assert {"seed", "month", "lead_time_weeks"} <= set(pq.read_schema(results / "four" / "measures.parquet").names)
    assert {"side", "seed", "month", "multihoming_share"} <= set(pq.read_schema(results / "pairs/paths.parquet").names)
    head = (results / "pairs" / "differences.csv").read_text(encoding="utf-8").partition("\n")[0].split(",")
    assert {"claim", "measure", "difference", "low", "high", "unit"} <= set(head)
    assert {"run", "hhi_cloud_last12"} <= set(ds.dataset(results / "small" / "parts").schema.names)
    assert {"run", "policy.interoperability"} <= set(pq.read_schema(results / "small" / "runs.parquet").names)


def test_a_dataset_of_parts_and_runs_joins_as_r_joins_it(folder: Path) -> None:
    parts = ds.dataset(folder / "results/small/parts").to_table(columns=["run", "hhi_cloud_last12"])
    joined = parts.join(pq.read_table(folder / "results/small/runs.parquet"), "run", join_type="inner")
    assert joined.num_rows == 4
    assert joined.column("hhi_cloud_last12").null_count == 0


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_the_lines_of_r_run(folder: Path) -> None:
    (folder / "page.R").write_text("\n".join(blocks("r", "r")), encoding="utf-8")
    done = subprocess.run(["Rscript", "page.R"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_entries_that_netlogo_users_are_told_exist() -> None:
    table = page("netlogo").split("## BehaviorSpace")[1].split("The experiment")[0]
    entries = set(re.findall(r"`(\w+)`(?::|,| \|)", table)) | {"replications", "measures", "keep", "scenario", "months"}
    assert {"replications", "measures", "scenario", "months"} <= entries
    assert [name for name in entries if name not in DesignFile.model_fields] == []


@pytest.mark.parametrize("name", ["r", "netlogo", "sql-and-gephi"])
def test_measures_that_are_named_exist(name: str) -> None:
    words = set(re.findall(r"\b((?:hhi|lead_time|rent|switching|multihoming)_[a-z_]+?)(?:_last12)?\b", page(name)))
    assert words
    assert [word for word in words if word not in MEASURES] == []


def test_attributes_that_gephi_users_are_told_exist(folder: Path) -> None:
    import networkx as nx

    done = kingmaker("run", "baseline", "--months", 2, "--no-figures", *SMALL, "--out", "one", folder=folder)
    assert done.returncode == 0, done.stderr
    graph = nx.read_graphml(folder / "one" / "graphs" / "final.graphml")
    nodes = {key for _, told in graph.nodes(data=True) for key in told}
    edges = {key for _, _, told in graph.edges(data=True) for key in told}
    kinds = {told["kind"] for _, _, told in graph.edges(data=True)}
    assert {"kind", "compute_h100e", "name", "named", "weight"} <= nodes
    assert {"kind", "share"} <= edges
    assert {"cloud_contract", "equity", "chip_supply"} <= kinds
