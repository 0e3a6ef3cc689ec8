"""Numbers that are written by hand on a page are those of the committed tables."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest

from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.experiments.studies.calibration.objective import read_fitted

ROOT = Path(__file__).resolve().parents[2]
ENDS = ("median", "low", "high")
LIMITS = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")


def hits(roles: set[str]) -> tuple[int, int]:
    """Patterns of the committed validation inside their tolerance, and how many there are."""
    found: dict[str, bool] = defaultdict(lambda: True)
    for row in rows_of("docs/validation.csv"):
        if row["role"] in roles:
            found[row["id"]] &= row["hit"] == "True"
    return sum(found.values()), len(found)


def test_the_limits_count_the_hits_of_the_validation() -> None:
    words = re.sub(r"\s+", " ", LIMITS)
    inside, whole = hits({"calibrated"})
    held, all_held = hits({"held"})
    assert f"{inside} of the {whole} patterns that it may be fitted to lie inside their tolerance" in words
    assert f"inside their tolerance, and {held} of {all_held} that it may not" in words
    lines = [row for row in rows_of("docs/validation_lines.csv") if row["ensemble"] == "members"]
    covered = {
        role: [row["covered"] == "True" for row in lines if row["role"] == role] for role in ("fitted", "kept out")
    }
    told = [f"{sum(found)} of the {len(found)}" for found in covered.values()]
    assert f"{told[0]} lines that it was fitted to and {told[1]} that were kept out lie in its 90 % intervals" in words


def test_the_head_of_the_validation_page_is_that_of_its_tables() -> None:
    text = (ROOT / "docs/validation.md").read_text(encoding="utf-8")
    for role, what in (("calibrated", "Calibrated on"), ("held", "Never fitted: after the calibration window")):
        inside, whole = hits({role})
        assert f"- {what}: {inside} of {whole} patterns inside by the members' median" in text
    lines = [row for row in rows_of("docs/validation_lines.csv") if row["ensemble"] == "members"]
    for role in ("fitted", "kept out"):
        covered = [row["covered"] == "True" for row in lines if row["role"] == role]
        told = f"members {sum(covered)} of {len(covered)} lines"
        assert f"- Lines that were {role}, in predictive 90 % intervals: {told}" in text


def test_lines_kept_out_lie_in_their_bands_as_often_as_bands_say() -> None:
    """The bars of the design: 80 to 97 % of those kept out, at least 80 % of those fitted."""
    lines = [row for row in rows_of("docs/validation_lines.csv") if row["ensemble"] == "members"]
    fitted, kept = (
        [row["covered"] == "True" for row in lines if row["role"] == role] for role in ("fitted", "kept out")
    )
    assert sum(fitted) / len(fitted) >= 0.8
    assert 0.8 <= sum(kept) / len(kept) <= 0.97


def test_known_truths_lie_in_their_intervals_as_often_as_the_page_says() -> None:
    """The bar of the design: 80 to 97 %."""
    words = re.sub(r"\s+", " ", (ROOT / "docs/uncertainty.md").read_text(encoding="utf-8"))
    taught, every, fitted, kept = (float(row["covered"]) for row in rows_of("docs/posterior/known_truth.csv"))
    assert f"{taught:.0%}".replace("%", " %") + " of the intervals hold the truth, of all parameters" in words
    told = [f"{share:.0%}".replace("%", " %") for share in (every, fitted, kept)]
    assert f"of all parameters {told[0]}, of the lines that were fitted {told[1]}, of those kept out {told[2]}" in words
    assert all(0.8 <= share <= 0.97 for share in (taught, every, fitted, kept))


def cells_of(page: str) -> dict[tuple[str, str], list[str]]:
    """Rows of the tables of a page by their first two cells."""
    found = {}
    for line in (ROOT / page).read_text(encoding="utf-8").splitlines():
        if line.startswith("| ") and not line.startswith("| id "):
            first, second, *rest = (cell.strip() for cell in line.strip("|").split(" | "))
            found[first, second] = rest
    return found


def rows_of(path: str) -> list[dict[str, str]]:
    with (ROOT / path).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_validation_page_has_the_numbers_of_its_table() -> None:
    shown_rows, rows = cells_of("docs/validation.md"), rows_of("docs/validation.csv")
    for row in rows:
        cells = shown_rows[row["id"], f"{row['pattern']} ({row['unit']})"]
        _, target, allowed, members, verdict, seeds, other = cells
        # the table keeps six digits, the page four
        ends = [re.split(r" \(| to ", text.strip(" )")) for text in (members, seeds)]
        numbers = (target, *allowed.split(" to "), *ends[0], *ends[1])
        names = ("target", "low", "high", *(f"{of}_{end}" for of in ("members", "seeds") for end in ENDS))
        for text, name in zip(numbers, names, strict=True):
            assert float(text.replace(",", "")) == pytest.approx(float(row[name]), rel=1e-3), (row["id"], name)
        for told, hit, covered in ((verdict, "hit", "covered"), (other, "hit_by_seeds", "covered_by_seeds")):
            words = ("hit" if row[hit] == "True" else "miss") + ("" if row[covered] == "True" else ", target outside")
            assert told.strip("* |") == words, row["id"]


def test_the_papers_validation_is_that_of_the_page() -> None:
    paper = {(row["id"], row["pattern"]): row for row in rows_of("docs/paper/tables/validation.csv")}
    page = {(row["id"], row["pattern"]): row for row in rows_of("docs/validation.csv")}
    assert paper.keys() == page.keys()
    for key, row in page.items():
        assert float(paper[key]["members_median"]) == pytest.approx(float(row["members_median"]), rel=1e-4), key
        assert paper[key]["hit"] == row["hit"], key


def test_the_mechanisms_page_has_the_numbers_of_its_tables() -> None:
    shown_rows = {name: rest for (name, _), rest in cells_of("docs/mechanisms.md").items() if len(rest) == 6}
    rows = rows_of("docs/mechanisms.csv")
    off = {row["id"]: row for row in rows_of("docs/mutants.csv")}
    assert {row["id"] for row in rows} == shown_rows.keys() == off.keys()
    for row in rows:
        _, effect, interval, n, holds, without = shown_rows[row["id"]]
        low, high = interval.split(" to ")
        for text, name in ((effect, "effect"), (low, "low"), (high, "high"), (n, "n")):
            assert float(text.replace(",", "")) == pytest.approx(float(row[name]), rel=6e-3, abs=1e-12), (
                row["id"],
                name,
            )
        if "share" in row:  # over a posterior: the share of the members, never rounded up, and the regime
            share, _, regime = holds.replace("*", "").partition("<br>")
            assert share == f"{int(100.0 * float(row['share']) + 1e-9)} %"
            assert ("**" not in holds) == (row["holds"] == "True")
            assert regime == (row["regime"] if row["holds"] != "True" else "")
        else:
            assert (holds == "yes") == (row["holds"] == "True")
        gone = float(without.partition(" (")[0].replace(",", ""))
        assert gone == pytest.approx(float(off[row["id"]]["effect"]), rel=6e-3, abs=1e-12), row["id"]


def test_the_figure_on_the_validation_page_is_there() -> None:
    text = (ROOT / "docs/validation.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", text)
    assert pictures
    assert [name for name in pictures if not (ROOT / "docs" / name).is_file()] == []


@pytest.mark.parametrize(
    ("page", "pattern", "number"),
    [
        ("docs/reference/parameters.md", r"^(\d+) parameters\.", len(DECLARATIONS)),
        ("docs/reference/measures.md", r"^(\d+) monthly series\.", len(MEASURES)),
        ("docs/reference/calibration.md", r"^(\d+) behavioural parameters", len(read_fitted())),
        ("docs/paper/paper.md", r"beside the (\d+) that the search has fitted", len(read_fitted())),
    ],
)
def test_counts_on_made_pages_are_current(page: str, pattern: str, number: int) -> None:
    match = re.search(pattern, (ROOT / page).read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert match is not None
    assert int(match[1]) == number


def test_the_page_on_uncertainty_counts_the_rows_over_members() -> None:
    rows = rows_of("docs/posterior/mechanisms.csv")
    shown = sum(row["holds"] == "True" for row in rows)
    told = sum(row["regime"].startswith("holds") for row in rows)
    words = re.sub(r"\s+", " ", (ROOT / "docs/uncertainty.md").read_text(encoding="utf-8"))
    assert f"{shown} of {len(rows)} rows hold in nine of ten members or more, {told} others in a regime" in words
    assert f"and {len(rows) - shown - told} hang on what the data leave open" in words
