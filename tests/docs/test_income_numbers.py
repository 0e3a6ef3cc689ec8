"""The answer to "who pays for all this?" is that of the committed table of the posterior's members under the baseline.

After a change of the model: ``kingmaker run baseline --over posterior --members 64 --no-figures --out FOLDER``, then
``python -m tests.docs.test_income_numbers FOLDER``, and read the sentences of the page again.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

from kingmaker.environment.record import income_lines as il
from kingmaker.environment.record.income_sector import BY_BUSINESS, BY_HAND, BY_OWNERS, BY_USERS, DEFINITIONS
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.posterior.members import load_members
from kingmaker.experiments.posterior.over import digest_of

DOCS = Path(__file__).resolve().parents[2] / "docs"
KEPT, PAGE = DOCS / "income.csv", DOCS / "policy-questions.md"
DIGITS = 12  # of the posterior's digest
YEARS, BANDS = (2024, 2027, 2030), ("median", "low_90", "high_90")
HEAD = f"| G$ a year | | {' | '.join(map(str, YEARS))} |"


def lines_of(kept: pd.DataFrame) -> list[str]:
    """The page's table: median and the middle 90 % of the members."""
    rows = kept.set_index(["year", "section", "line"])
    found = [HEAD, f"|---|---|{'--:|' * len(YEARS)}"]
    for section, line in DEFINITIONS:
        if line != BY_HAND:
            cells = (_cell(rows.loc[(year, section, line)]) for year in YEARS)
            found.append(f"| {section} | {line} | {' | '.join(cells)} |")
    return found


def _cell(row: pd.Series) -> str:
    middle, low, high = (float(row[name]) / (1.0 if row["unit"] == "ratio" else 1000.0) for name in BANDS)
    digits = 0 if abs(middle) >= 100 else 1
    texts = [f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", "\u2212") for value in (middle, low, high)]
    return f"{texts[0]} ({texts[1]} to {texts[2]})"


def shares(kept: pd.DataFrame, line: str) -> dict[int, int]:
    """What a payer pays of the whole in each year, per cent of the medians."""
    pays = kept[kept["section"] == il.PAYS].pivot_table(index="year", columns="line", values="median")
    return {int(year): round(100 * share) for year, share in (pays[line] / pays.sum(axis=1)).items()}


def test_the_page_has_the_numbers_of_the_table() -> None:
    kept, text = pd.read_csv(KEPT), PAGE.read_text(encoding="utf-8")
    assert "\n".join(lines_of(kept)) in text
    words = " ".join(text.split())
    users, owners = shares(kept, BY_USERS), shares(kept, BY_OWNERS)
    assert f"users pay {users[2024]} % of it in 2024 and {users[2030]} % in 2030" in words
    gain = shares(kept, BY_BUSINESS)
    assert f"what AI earns or saves in owners' other business bears {gain[2024]} % and {gain[2030]} % (of medians)" in words
    assert f"clouds' owners put in {owners[2024]} % in 2024 and take {-owners[2030]} % out in 2030" in words
    assert f"medians over {kept['over'].iloc[0]}" in words


def test_the_table_is_over_the_posterior_that_is_shipped() -> None:
    kept, members = pd.read_csv(KEPT), load_members()
    number = int(kept["n"].iloc[0])
    assert set(kept["over"]) == {Replicates.of(members, number).words}
    assert set(kept["posterior"]) == {digest_of(members)[:DIGITS]}


def test_a_table_over_luck_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "income.csv").write_text("year\n", encoding="utf-8")
    before = KEPT.read_bytes()
    with pytest.raises(SystemExit, match="run it with --over posterior"):
        write(tmp_path)
    assert KEPT.read_bytes() == before


def write(folder: Path) -> None:
    """Put an ensemble's numbers into the kept table and into the page's."""
    if not (folder / "members.parquet").is_file():
        raise SystemExit(f"{folder}: these runs are over luck alone; run it with --over posterior.")
    drawn = Replicates.of(load_members(folder / "members.parquet"))
    table = pd.read_csv(folder / "income.csv", keep_default_na=False)
    kept = table.loc[table["party"] == il.WHOLE, ["year", "section", "line", "unit", "n", *BANDS]].copy()
    for name in BANDS:
        kept[name] = kept[name].astype(float).map("{:.5g}".format)
    kept["over"], kept["posterior"] = drawn.words, digest_of(load_members())[:DIGITS]
    kept.to_csv(KEPT, index=False, lineterminator="\n")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(HEAD)
    after = rest[rest.index("\n\n") :]
    PAGE.write_text(before + "\n".join(lines_of(pd.read_csv(KEPT))) + after, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
