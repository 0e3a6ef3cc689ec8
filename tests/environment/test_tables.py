"""The shipped tables read and agree with one another; a broken table is refused with file, line and column."""

from __future__ import annotations

import csv
import dataclasses
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.environment.inputs.tables import DATA, Tables, read_tables

EXPORT_LEVERS = (
    "export_vintage", "export_cap_tpp", "export_dense_tpp", "export_quota", "export_duty", "export_licence",
)  # fmt: skip
FACT_ID = re.compile(r"\b(?:S\d|\d{1,2}[a-g]?)-\d{3}\b")


@pytest.fixture(scope="module")
def tables() -> Tables:
    return read_tables()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    return folder


def names_of_files() -> list[str]:
    return [field.name for field in dataclasses.fields(Tables) if field.name != "digest"]


def set_cell(folder: Path, file: str, line: int, column: str, text: str) -> None:
    """Overwrite one cell; line 1 is the header."""
    path = folder / file
    with path.open(encoding="utf-8", newline="") as stream:
        records = list(csv.reader(stream))
    records[line - 1][records[0].index(column)] = text
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(records)


def test_every_shipped_table_has_rows(tables: Tables) -> None:
    assert all(getattr(tables, name) for name in names_of_files())
    assert {path.stem for path in DATA.glob("*.csv")} == set(names_of_files())


def test_named_actors_are_there(tables: Tables) -> None:
    assert {row.id for row in tables.chipmakers} == {"nvidia", "amd", "intel", "huawei"}
    assert {"microsoft", "coreweave", "applied_digital", "stargate", "bytedance"} <= {row.id for row in tables.clouds}
    assert {"openai", "lighton", "nukkai", "mindverse_ai", "deepseek", "ibm"} <= {row.id for row in tables.startups}
    assert not any(row.rents_out for row in tables.clouds if row.id in ("meta", "xai"))
    assert {row.id for row in tables.clouds if row.lets_to_clouds} == {
        "oracle", "coreweave", "applied_digital", "stargate", "crusoe", "voltage_park", "lambda", "nebius"
    }  # fmt: skip


def test_months_count_from_january_2022(tables: Tables) -> None:
    assert {row.id: row.released for row in tables.chips}["mi250x"] == -2
    assert tables.policy[0].month == 0
    assert min(row.in_force for row in tables.export_rules) == 9


def test_the_baseline_sets_what_the_record_of_export_rules_says(tables: Tables) -> None:
    """Each rule in the month after it came into force, the first in which it holds in full."""
    setting = load_scenario("baseline")
    for row in tables.export_rules:
        held = {f"policy.{name}": DECLARATIONS[f"policy.{name}"].default for name in EXPORT_LEVERS}
        for event in setting.events:
            held |= {key: value for key, value in event.set.items() if key in held and event.month <= row.in_force + 1}
        said = {
            "export_vintage": min(row.vintage, 2023), "export_cap_tpp": row.tpp_cap, "export_duty": row.duty,
            "export_licence": row.licence_required,
        }  # fmt: skip
        if row.dense_tpp is not None:
            said["export_dense_tpp"] = row.dense_tpp
        if row.quota_units is not None:
            said["export_quota"] = row.quota_units
        assert {name: held[f"policy.{name}"] for name in said} == said, row.in_force


def test_cited_facts_are_shipped(tables: Tables) -> None:
    shipped = {row.id for row in tables.facts}
    cited = {
        fact
        for name in names_of_files()
        if name != "facts"
        for row in getattr(tables, name)
        for fact in FACT_ID.findall(f"{row.source} {row.note}")
    }
    assert cited <= shipped


def test_levers_of_policy_are_parameters(tables: Tables) -> None:
    assert {row.lever for row in tables.policy} - {""} <= set(DECLARATIONS)


def test_h100_equivalents_agree_with_total_processing_performance(tables: Tables) -> None:
    nvidia = {row.id: row for row in tables.chips if row.maker == "nvidia" and row.id not in ("b200", "rubin")}
    for row in nvidia.values():
        assert row.h100e == pytest.approx(row.tpp / 15824, rel=0.01)


def test_shares_of_ordinary_cloud_revenue_reach_those_of_2022q4(tables: Tables) -> None:
    later = {row.id: row.cloud_revenue_musd * (1 + row.cloud_growth) for row in tables.clouds}
    total = sum(later.values())
    observed = {"amazon": 0.33, "microsoft": 0.23, "google": 0.11}
    assert all(later[name] / total == pytest.approx(share, abs=0.01) for name, share in observed.items())


def test_ties_given_as_input_end_with_february_2023(tables: Tables) -> None:
    assert max(row.start for row in tables.ties) <= 13
    assert min(row.start for row in tables.validation_ties) > 13


def test_equity_held_in_a_firm_is_at_most_all_of_it(tables: Tables) -> None:
    held: dict[str, float] = {}
    for row in tables.ties:
        if row.kind == "equity":
            held[row.target_node] = held.get(row.target_node, 0.0) + (row.share or 0.0)
    assert all(share <= 1.0 for share in held.values())


def test_targets_have_a_band_and_validation_lies_after_the_calibration_window(tables: Tables) -> None:
    targets = [row for row in tables.series if row.use in ("calibration", "validation")]
    assert all(row.low is not None and row.high is not None for row in targets)
    assert all((row.period_end > 36) == (row.use == "validation") for row in targets)


@pytest.mark.parametrize(
    ("line", "parent", "told"),
    [(2, "nvidia", "must be empty"), (8, "", "needs an id of chipmakers.csv"), (8, "nvidea", "nvidia"),
     (8, "microsoft", "chipmakers.csv")],
)  # fmt: skip
def test_a_chipmakers_arm_and_nobody_else_names_its_chipmaker(copy: Path, line: int, parent: str, told: str) -> None:
    set_cell(copy, "investors.csv", line, "parent", parent)
    with pytest.raises(KingmakerError, match=rf"investors\.csv, line {line}.*parent.*{told}"):
        read_tables(copy)


def test_who_lets_nothing_lets_nothing_to_clouds(copy: Path) -> None:
    with (DATA / "clouds.csv").open(encoding="utf-8", newline="") as stream:
        line = [row["id"] for row in csv.DictReader(stream)].index("meta") + 2
    set_cell(copy, "clouds.csv", line, "lets_to_clouds", "1")
    with pytest.raises(
        KingmakerError, match=rf"clouds\.csv, line {line}.*lets_to_clouds.*is not allowed where rents_out"
    ):
        read_tables(copy)


def test_no_machine_path_or_address_in_the_data() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in DATA.iterdir())
    assert not re.search(r"https?://|/(?:home|root|tmp|work)/", text)


def test_readme_names_every_file_and_column() -> None:
    sections = (DATA / "README.md").read_text(encoding="utf-8").split("\n### ")[1:]
    described = {section.split(".csv")[0].strip("`"): section for section in sections}
    assert set(described) == set(names_of_files())
    for name, section in described.items():
        with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            header = next(csv.reader(stream))
        wanted = [column for column in header if name == "facts" or column not in ("source", "confidence", "note")]
        assert [column for column in wanted if f"`{column}`" not in section] == []


def test_same_files_give_the_same_object_and_digest(copy: Path, tables: Tables) -> None:
    assert read_tables() is tables
    assert read_tables(copy).digest == tables.digest
    set_cell(copy, "chips.csv", 2, "note", "changed")
    changed = read_tables(copy)
    assert changed.digest != tables.digest
    assert changed.chips[0].note == "changed"


def test_order_of_columns_and_a_byte_order_mark_do_not_matter(copy: Path, tables: Tables) -> None:
    path = copy / "networking.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        records = [record[::-1] for record in csv.reader(stream)]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([*records, []])
    assert read_tables(copy).networking == tables.networking


@pytest.mark.parametrize(
    ("file", "column", "text", "allowed"),
    [
        ("chips.csv", "h100e", "fast", "a finite number"),
        ("chips.csv", "price_kusd", "nan", "a finite number"),
        ("chips.csv", "price_kusd", "-1", "in the range 0 to inf (k$ a chip)"),
        ("chips.csv", "inhouse", "yes", "0 or 1"),
        ("chips.csv", "released", "2022-13", "a month written YYYY-MM"),
        ("chips.csv", "released", "1900-01", "in the range -600 to 600"),
        ("chips.csv", "maker", "nvidla", "an id of chipmakers.csv or clouds.csv. Did you mean 'nvidia'?"),
        ("chips.csv", "name", "", "may not be empty"),
        ("clouds.csv", "type", "hyperscale", "Did you mean 'hyperscaler'?"),
        ("clouds.csv", "talent", "1.2", "in the range 0 to 1"),
        ("startups.csv", "id", "microsoft", "clouds.csv has it already"),
        ("regulators.csv", "inquiry_months", "1.5", "a whole number"),
        ("regulators.csv", "powers", "competition;magic", "one of competition, interoperability"),
        ("policy.csv", "date", "2022-02-30", "a day written YYYY-MM-DD"),
        ("policy.csv", "actor", "nobody", "an id of regulators.csv"),
        ("ties.csv", "target_node", "nobody", "an id of chipmakers.csv or clouds.csv or startups.csv or investors.csv"),
        ("ties.csv", "target_node", "openai", "an actor other than the source_node"),
        ("ties.csv", "end", "2010-01", "is not allowed: the tie starts in month -30"),
        ("series.csv", "period_end", "2020-01", "lies before the start"),
        ("series.csv", "fact_id", "99-999", "an id of facts.csv"),
        ("power.csv", "region", "EU", "allowed twice: line"),
        ("facts.csv", "confidence", "sure", "one of seed, page, memory"),
    ],
)
def test_a_wrong_cell_is_named(copy: Path, file: str, column: str, text: str, allowed: str) -> None:
    set_cell(copy, file, 2, column, text)
    with pytest.raises(KingmakerError) as caught:
        read_tables(copy)
    message = str(caught.value)
    assert re.search(rf"{re.escape(file)}, line \d+, column '{column}'", message), message
    assert allowed in message, message


def test_a_value_outside_its_own_band_is_named(copy: Path) -> None:
    lines = (copy / "series.csv").read_text(encoding="utf-8").split("\n")
    line = next(n for n, text in enumerate(lines, 1) if text.startswith("lead_time_weeks,2023-11"))
    set_cell(copy, "series.csv", line, "value", "99")
    with pytest.raises(KingmakerError, match=rf"series\.csv, line {line}, column 'value': 99 lies outside .* 36 to 52"):
        read_tables(copy)


def drop_file(folder: Path) -> None:
    (folder / "power.csv").unlink()


def drop_column(folder: Path) -> None:
    set_cell(folder, "power.csv", 1, "pue", "note")


def rename_column(folder: Path) -> None:
    set_cell(folder, "power.csv", 1, "pue", "pu")


def leave_column_out(folder: Path) -> None:
    path = folder / "networking.csv"
    rows = [line.partition(",")[2] for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("\n".join(rows), encoding="utf-8")


def empty_file(folder: Path) -> None:
    (folder / "power.csv").write_text("", encoding="utf-8")


def ragged_row(folder: Path) -> None:
    with (folder / "power.csv").open("a", encoding="utf-8") as stream:
        stream.write("US,1\n")


def open_quote(folder: Path) -> None:
    with (folder / "power.csv").open("a", encoding="utf-8") as stream:
        stream.write('US,"1\n')


def other_encoding(folder: Path) -> None:
    with (folder / "power.csv").open("ab") as stream:
        stream.write("é".encode("latin-1"))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (drop_file, r"power\.csv: this file is missing\. A data folder holds chips, "),
        (drop_column, r"power\.csv, line 1: column 'note' stands there twice"),
        (rename_column, r"power\.csv, line 1: unknown column 'pu'\. Did you mean 'pue'\?"),
        (leave_column_out, r"networking\.csv, line 1: column 'month' is missing"),
        (empty_file, r"power\.csv, line 1: column 'source' is missing"),
        (ragged_row, r"power\.csv, line 6, column 'additions_mw_per_month': 'US,1' is not a whole row: it has 2 cells"),
        (open_quote, r"power\.csv, line 6: not a CSV record"),
        (other_encoding, r"power\.csv, line 6: the file is not UTF-8"),
    ],
)
def test_a_broken_file_is_named(copy: Path, damage: Callable[[Path], None], message: str) -> None:
    damage(copy)
    with pytest.raises(KingmakerError, match=message):
        read_tables(copy)
