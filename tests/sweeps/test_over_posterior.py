"""Sweeps over a posterior: replications are members, ids are those of each run, the same in any stack; growth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.design.sweep_design import Design, load_design
from kingmaker.experiments.posterior.members import load_members
from kingmaker.experiments.posterior.over import design_over
from kingmaker.experiments.sweep.digest import digest_of
from kingmaker.experiments.sweep.evaluate import evaluate
from kingmaker.experiments.sweep.identity import read_sweep_manifest
from kingmaker.experiments.sweep.plan import Namer, work_of
from kingmaker.experiments.sweep.reading import load
from kingmaker.experiments.sweep.sweeping import SweepRequest, run_sweep
from tests.some_members import KEYS, members_file, some_members

TEXT = """
kind = "grid"
over = "members.parquet"
months = 2
replications = {n}
measures = ["hhi_cloud"]
keep = ["final"]
set = {{ "startups.number" = 20 }}
[parameters]
"policy.interoperability" = [0.0, 1.0]
"startups.runway" = [10.0, 20.0]
"""


def design(folder: Path, n: int = 3, over: str | None = None) -> Design:
    members_file(folder, 6)
    path = folder / "d.toml"
    path.write_text(TEXT.format(n=n), encoding="utf-8")
    return design_over(load_design(str(path)), over)


def test_each_run_has_its_members_parameters_and_seed_but_not_what_is_varied(tmp_path: Path) -> None:
    asked, members = design(tmp_path), some_members(6)
    for run in asked.runs():
        assert run.seed == members.seeds[run.replication]
        assert run.parameters["compute.list_markup"] == members.column("compute.list_markup")[run.replication]
        assert run.parameters["startups.runway"] in (10.0, 20.0)
        assert run.parameters["startups.number"] == 20
    assert set(asked.drawn_keys) == set(KEYS) - {"startups.runway"}


def test_ids_made_at_once_are_those_of_each_run(tmp_path: Path) -> None:
    asked = design(tmp_path)
    namer = Namer(work_of(asked))
    names = namer.names(asked)
    assert names == [namer.name(run) for run in asked.runs()]
    assert len(set(names)) == asked.size
    luck = replace(asked, over="luck", drawn=None)
    assert not set(names) & set(Namer(work_of(luck)).names(luck))


@pytest.mark.slow
def test_results_do_not_depend_on_the_stack_and_grow_by_members(tmp_path: Path) -> None:
    asked = design(tmp_path)
    for name, stack in (("one", 1), ("many", 12)):
        run_sweep(SweepRequest(asked, tmp_path / name, workers=1, stack=stack, quiet=True))
    assert digest_of(tmp_path / "one").sha256 == digest_of(tmp_path / "many").sha256
    manifest = read_sweep_manifest(tmp_path / "one")
    assert manifest["over"] == "luck and parameters, 3 members"
    assert list(load_members(tmp_path / "one" / "members.parquet").seeds) == list(some_members(3).seeds)
    report = run_sweep(SweepRequest(replace(asked, replications=5), tmp_path / "one", workers=1, quiet=True))
    assert (report.before, report.done) == (12, 8)
    assert sorted(load(tmp_path / "one")["seed"].unique()) == sorted(some_members(5).seeds)
    with pytest.raises(KingmakerError, match="it is over a posterior there and over luck now"):
        run_sweep(SweepRequest(design(tmp_path, over="luck"), tmp_path / "one", workers=1, quiet=True))


@pytest.mark.parametrize("harm", ["removed", "damaged", "replaced"])
def test_members_and_dictionary_are_made_anew_and_keep_those_of_all_replications(
    harm: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    run_sweep(SweepRequest(design(tmp_path), out, workers=1, quiet=True))
    whole = load_members(out / "members.parquet")
    told = (out / "data_dictionary.csv").read_bytes()
    (out / "data_dictionary.csv").unlink()
    if harm == "removed":
        (out / "members.parquet").unlink()
    else:
        other = (out / "runs.parquet").read_bytes() if harm == "replaced" else b"x"
        (out / "members.parquet").write_bytes(other)
    run_sweep(SweepRequest(design(tmp_path, n=2), out, workers=1, quiet=True))  # fewer are asked than are there
    assert "members.parquet is missing or damaged; it is made anew" in capfd.readouterr().err
    assert list(load_members(out / "members.parquet").seeds) == list(whole.seeds)
    assert (out / "data_dictionary.csv").read_bytes() == told


def test_a_design_over_luck_is_what_it_was(tmp_path: Path) -> None:
    luck = design(tmp_path, over="luck")
    assert [run.seed for run in luck.runs()] == [1] * 4 + [2] * 4 + [3] * 4
    assert luck.drawn is None
    assert not any(key in run.parameters for run in luck.runs() for key in ("compute.list_markup",))


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ('over = "posteriori"', "over is 'posteriori'; allowed is luck, posterior, or a file of members"),
        ('over = "gone.parquet"', "gone.parquet: there is no such file of members"),
        ("over = 3", "'over' is 3"),
    ],
)
def test_a_wrong_over_in_a_design_is_refused(entry: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "d.toml"
    path.write_text(TEXT.format(n=2).replace('over = "members.parquet"', entry), encoding="utf-8")
    with pytest.raises(KingmakerError) as fault:
        design_over(load_design(str(path)))
    assert told in str(fault.value)


def test_more_replications_than_members_are_refused_and_members_must_be_read(tmp_path: Path) -> None:
    with pytest.raises(KingmakerError, match="7 members are asked for"):
        design(tmp_path, 7)
    path = tmp_path / "d.toml"
    path.write_text(TEXT.format(n=2), encoding="utf-8")
    with pytest.raises(KingmakerError, match="of which no members were read"):
        list(load_design(str(path)).runs())


@pytest.mark.slow
def test_evaluate_takes_members_as_replications() -> None:
    members = some_members(3)
    keys = ["policy.interoperability", "startups.runway"]
    wide = evaluate([[1.0, 15.0]], keys, "hhi_cloud", months=2, statistic="final", settings={"startups.number": 20},
                    over=members, average=False)  # fmt: skip
    worlds = members.worlds(**{"policy.interoperability": 1.0, "startups.runway": 15.0, "startups.number": 20})
    alone = ComputeEconomy.stack(worlds, months=2).run().measures.array("hhi_cloud")[-1]
    assert list(wide[0]) == list(alone)  # the same bits
    with pytest.raises(KingmakerError, match="evaluate: over is 'posterior'; allowed are members"):
        evaluate([[1.0]], keys[:1], "hhi_cloud", months=2, statistic="final", over="posterior")  # type: ignore[arg-type]
