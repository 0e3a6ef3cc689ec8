"""A user's own parameters and measures in sweep, comparison and study, in real processes that import their file."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kingmaker import evaluate
from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.design.sweep_design import load_design
from kingmaker.experiments.reference.listings import measure_listing, parameter_listing
from kingmaker.experiments.studies.compare.brief import write_brief
from kingmaker.experiments.studies.compare.question import ask
from kingmaker.experiments.studies.compare.robustness import Ends, assumptions
from kingmaker.experiments.studies.compare.write_comparison import Options, find
from kingmaker.experiments.sweep.digest import digest_of
from kingmaker.experiments.sweep.reading import export, load, query

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
# each test's module has its own name: a process can load only one of a name
MODULE = """
from kingmaker.agents.startup import Startup
from kingmaker.environment.inputs.extensions import Gauge, Instrument
from kingmaker.environment.core.measures import Measure
from kingmaker.environment.inputs.parameters import Declaration


class Levy(Instrument):
    parameters = (
        Declaration("levy.rate", 0.0, "0-1", 0.0, 1.0, "how binding it is", "free", structural=False),
        Declaration("levy.months", 3, "months", 0, 24, "when it begins", "an example", structural=False),
    )

    def fix(self, e):
        if (e.p.levy.rate == 0.75).any():
            raise ValueError("no such levy")
        begun = e.month >= e.p.levy.months
        e.in_force.interoperability = e.in_force.interoperability + begun * e.p.levy.rate


class Bite(Gauge):
    measure = Measure("levy_bite", "0-1", "how binding the levy is this month", "Bite of the levy", "policy")

    def observe(self, e):
        return e.p.levy.rate[:, 0] * (e.month >= e.p.levy.months[:, 0])


class Patient(Startup):
    share = "patient.share"
    parameters = (
        Declaration("patient.share", 0.0, "0-1", 0.0, 0.9, "share of such firms", "an example", structural=True),
    )
"""
SCENARIO = """extends = "baseline"
extensions = ["{module}:Levy", "{module}:Bite", "{module}:Patient"]
[parameters]
levy.rate = 0.5
"""
DESIGN = """kind = "grid"
scenario = "own.toml"
months = 6
replications = {replications}
keep = ["final", "2022-03:2022-05"]
measures = ["levy_bite", "hhi_cloud"]
set = {{ "startups.number" = 20, "levy.rate" = 0.4 }}
[parameters]
levy.months = {{ low = 2, high = 4 }}
"patient.share" = [0.0, 0.5]
"""

pytestmark = pytest.mark.slow


def prepare(folder: Path, module: str) -> None:
    (folder / f"{module}.py").write_text(MODULE, encoding="utf-8")
    (folder / "own.toml").write_text(SCENARIO.format(module=module), encoding="utf-8")
    (folder / "d.toml").write_text(DESIGN.format(replications=2), encoding="utf-8")


def kingmaker(*words: object, folder: Path, code: int = 0) -> str:
    """What a command prints; ``code`` is how it must end."""
    finished = subprocess.run(
        [sys.executable, "-m", "kingmaker", *map(str, words)],
        cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert finished.returncode == code, finished.stderr
    assert "Traceback" not in finished.stderr
    return " ".join((finished.stdout + finished.stderr).split())


def test_a_sweep_over_the_parameters_of_an_extension(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    prepare(project, "swept_levy")
    design, out = "project/d.toml", tmp_path / "out"  # not run from the folder in which the module lies
    assert "12 runs: 6 points x 2 replications" in kingmaker("sweep", design, "--dry-run", folder=tmp_path)
    kingmaker("sweep", design, "--out", out, "--workers", 2, folder=tmp_path)

    frame = load(out)
    assert len(frame) == 12
    bite = {2: 0.4, 3: 0.4 * 2 / 3, 4: 0.4 / 3}  # months 2 to 4 of those in which it may bind
    assert frame["levy_bite_2022-03:2022-05"].to_numpy() == pytest.approx(frame["levy.months"].map(bite).to_numpy())
    assert frame["levy.months"].dtype == np.int64
    assert frame.groupby("levy.months")["hhi_cloud_final"].nunique().eq(4).all()  # shares and seeds make a difference
    row = frame.iloc[7]
    pins = {"levy.months": int(row["levy.months"]), "patient.share": row["patient.share"], "levy.rate": 0.4}
    alone = ComputeEconomy(
        str(project / "own.toml"), rng=int(row["seed"]), months=6, register=False, **pins, **{"startups.number": 20}
    ).run()
    assert row["hhi_cloud_final"] == alone.measures.array("hhi_cloud")[-1, 0]

    dictionary = pd.read_csv(out / "data_dictionary.csv").set_index("column")
    assert dictionary.loc["levy.months", "meaning"].startswith("when it begins")
    assert dictionary.loc["levy_bite_final", "meaning"].startswith("how binding the levy is this month")
    counted = query(out, 'select "patient.share", avg("levy_bite_final") as bite from results group by 1')
    assert counted["bite"].to_list() == pytest.approx([0.4, 0.4])

    # more replications, on another number of workers and in other stacks, are added to what is there; all in one go,
    # with the project moved elsewhere, gives the same
    (project / "d.toml").write_text(DESIGN.format(replications=3), encoding="utf-8")
    assert "6 runs done" in kingmaker("sweep", design, "--out", out, "--workers", 1, "--stack", 1, folder=tmp_path)
    shutil.copytree(project, tmp_path / "moved")
    kingmaker("sweep", "d.toml", "--out", tmp_path / "once", "--workers", 1, folder=tmp_path / "moved")
    assert digest_of(tmp_path / "once") == digest_of(out)

    # figures and files need the folder of results only
    shutil.rmtree(project)
    kingmaker("figures", out, folder=tmp_path)
    assert {path.name for path in (out / "figures").glob("[!.]*")} == {
        f"heatmaps_{s}.{e}" for s in ("final", "2022-03_2022-05") for e in ("png", "pdf")
    }
    assert export(out, tmp_path / "all.csv", "csv") == 18

    # from there the same sweep goes on; with a changed file it is another
    assert "0 runs done" in kingmaker("sweep", tmp_path / "moved/d.toml", "--out", out, folder=tmp_path)
    moved = tmp_path / "moved/swept_levy.py"
    moved.write_text(moved.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
    assert "another version of the model" in kingmaker("sweep", tmp_path / "moved/d.toml", "--out", out,
                                                       folder=tmp_path, code=2)  # fmt: skip


def test_mistakes_of_an_extension_are_told(tmp_path: Path) -> None:
    prepare(tmp_path, "mistaken_levy")
    text = DESIGN.format(replications=1).replace("levy.months = { low = 2, high = 4 }", "levy.rate = [0.0, 0.75]")
    text = text.replace(', "levy.rate" = 0.4', "")
    (tmp_path / "d.toml").write_text(text, encoding="utf-8")
    told = kingmaker("sweep", "d.toml", "--out", "out", "--workers", 1, folder=tmp_path, code=1)
    assert "2 of 4 runs have failed" in told
    failure = next((tmp_path / "out/failures").iterdir()).read_text(encoding="utf-8")
    assert (
        "mistaken_levy:Levy: fix failed in month 0, 2022-01 (ValueError: no such levy), mistaken_levy.py, line"
        in failure
    )
    for wrong, said in (
        ("levy.rates = [0.0]", "there is no parameter 'levy.rates'. Did you mean 'levy.rate'?"),
        ("levy.rate = [0.0, 2.0]", "'levy.rate' is 2.0; allowed is a number from 0 to 1"),
        ("levy.rate = [0.0]\nlevy.month = [1]", "Did you mean 'levy.months'?"),
    ):
        (tmp_path / "d.toml").write_text(text.replace("levy.rate = [0.0, 0.75]", wrong), encoding="utf-8")
        with pytest.raises(KingmakerError, match=re.escape(said)):
            load_design(tmp_path / "d.toml")


def test_comparison_study_and_function_know_them(tmp_path: Path) -> None:
    prepare(tmp_path, "compared_levy")
    small = ("--months", 6, "--set", "startups.number=20")
    told = kingmaker(
        "compare", "--over", "luck", "own.toml", "own.toml", "--set-b", "levy.rate=0.1", *small,
        "--replications", 3, "--window", "final",
        "--no-robustness", "--no-figures", "--out", "cmp", "--workers", 1, folder=tmp_path,
    )  # fmt: skip
    assert "Bite of the levy falls from 50.0 % to 10.0 %: −40.0 percentage points" in told
    brief = (tmp_path / "cmp/brief.md").read_text(encoding="utf-8")
    assert "| levy.rate | 0.5 | 0.1" in brief
    own = tmp_path / "own.toml"
    same = ask(own, own, set_b={"levy.months": 5}, months=6, replications=2)
    assert "levy.rate" in assumptions(same)  # it is declared as free
    assert "levy.rate" not in assumptions(ask(own, own, set_b={"levy.rate": 0.1}, months=6, replications=2))

    added = ask("baseline", own, set_a={"startups.number": 20}, set_b={"startups.number": 20}, months=6, replications=2)
    found = find(added, Options(tmp_path / "added", quiet=True, ends=Ends.HALF))
    assert "extension compared_levy:Levy | absent | present" in write_brief(added, found.table, found.robustness, 0, 0)
    assert "levy_bite" not in set(found.table["measure"])  # A does not take it

    text = DESIGN.format(replications=1).replace('"levy.rate" = 0.4', '"levy.rate" = 0.2')
    (tmp_path / "d.toml").write_text(text, encoding="utf-8")
    kingmaker("sensitivity", "d.toml", "--out", "study", "--workers", 1, folder=tmp_path)
    swings = pd.read_csv(tmp_path / "study/indices.csv").set_index(["outcome", "parameter", "index"])["value"]
    assert swings["levy_bite_2022-03:2022-05", "levy.months", "swing"] == pytest.approx(0.2 * (1 / 3 - 1))
    assert "Bite of the levy" in (tmp_path / "study/report.md").read_text(encoding="utf-8")

    rates = np.array([[0.0], [0.3]])
    settings = {"startups.number": 20, "levy.months": 0}
    found = evaluate(
        rates, ["levy.rate"], "levy_bite", scenario=tmp_path / "own.toml", months=2, statistic="mean", settings=settings
    )
    assert found.tolist() == pytest.approx([0.0, 0.3])
    assert "when it begins" in parameter_listing("levy", str(own)).render("table")
    assert "how binding the levy is" in measure_listing(scenario=str(own)).render("json")
