"""One name, one firm: what is refused when data or extensions are loaded, and what a node of the network is."""

from __future__ import annotations

import csv
import dataclasses
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.chipmaker import Chipmaker
from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.member import firm_ids, firm_label
from kingmaker.environment.firms.build import add_chipmakers
from kingmaker.environment.inputs import names
from kingmaker.environment.inputs.scenario import Scenario
from kingmaker.environment.inputs.tables import DATA, read_tables
from kingmaker.environment.model import ComputeEconomy


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def called(folder: Path, file: str, line: int, name: str, column: str = "name") -> None:
    """Write another name into a row."""
    path = folder / file
    with path.open(encoding="utf-8", newline="") as stream:
        records = list(csv.reader(stream))
    records[line - 1][records[0].index(column)] = name
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(records)


@pytest.mark.parametrize(
    ("file", "line", "column", "text", "other"),
    [
        ("startups.csv", 3, "name", "OpenAI", r"startups\.csv has it already in line 2, as 'OpenAI'"),
        ("startups.csv", 2, "name", "Nvidia", r"chipmakers\.csv has it already in line 2, as 'Nvidia'"),
        ("clouds.csv", 3, "name", "microsoft  AZURE", r"clouds\.csv has it already in line 2, as 'Microsoft Azure'"),
        ("investors.csv", 2, "name", "Open\u200bAI", r"startups\.csv has it already in line 2, as 'OpenAI'"),
        ("investors.csv", 2, "name", "\uff2f\uff50\uff45\uff4e\uff21\uff29", r"startups\.csv has it already in line 2"),
        ("regulators.csv", 2, "name", "Meta\u00a0", r"clouds\.csv has it already in line 5, as 'Meta'"),
        ("sectors.csv", 3, "name", "nvidia", r"chipmakers\.csv has it already in line 2, as 'Nvidia'"),
        ("startups.csv", 3, "id", "OpenAI", r"startups\.csv has it already in line 2, as 'openai'"),
        ("regulators.csv", 2, "id", "nvidia", r"chipmakers\.csv has it already in line 2, as 'nvidia'"),
        ("startups.csv", 2, "name", "startup founder #20", "how firms without a name are labelled"),
        ("startups.csv", 2, "name", "Start-up 2024-12 # 3", "how firms without a name are labelled"),
        ("startups.csv", 2, "name", "Open\u0007AI", "may not hold control characters"),
        ("startups.csv", 2, "name", "\u200b", "a character that can be seen"),
    ],
)
def test_a_name_or_id_that_another_firm_has_is_refused_and_both_rows_are_named(
    copy: Path, file: str, line: int, column: str, text: str, other: str
) -> None:
    called(copy, file, line, text, column)
    with pytest.raises(KingmakerError) as caught:
        read_tables(copy)
    assert re.search(rf"{re.escape(file)}, line \d+, column '{column}'.*{other}", str(caught.value)), caught.value


@pytest.mark.parametrize(
    "name", ["startup 123", "startup #1", "Founder", "2024-12 #3", 'Ωmega & <Söhne> "AI"', "深度求索"]
)
def test_other_names_are_free_and_make_nodes_of_their_own(copy: Path, name: str) -> None:
    called(copy, "startups.csv", 2, name)
    model = ComputeEconomy(Scenario("own", "", "", data=copy), rng=1, months=2, **{"startups.number": 200}).run()  # type: ignore[arg-type]
    graph = model.partnerships.graph()
    living = sum(int(p.table.alive.sum()) for n, p in model.populations.items() if n != "sectors")
    assert len(graph) == living
    assert graph.nodes[name]["named"] == 1


@given(st.sampled_from(["startup", "start-up", "cloud"]), st.integers(0, 1200), st.integers(0, 2**36 - 1))
def test_no_label_of_a_firm_without_a_name_may_be_a_name(kind: str, month: int, rank: int) -> None:
    assert names.fault(firm_label(kind, int(firm_ids(4, month, np.array([rank]))[0])))


def test_a_chipmaker_of_an_extension_may_not_take_a_name() -> None:
    tables = read_tables()

    class Second(Chipmaker):
        row = dataclasses.replace(tables.chipmakers[0], id="second", name="NVIDIA")
        chips = tables.chips[:1]

    with pytest.raises(KingmakerError, match=r"there is a firm 'Nvidia' already"):
        add_chipmakers(tables, [Second])
