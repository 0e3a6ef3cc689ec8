"""The answer to "who pays for all this?" is that of the committed table of an ensemble of the baseline.

After a change of the model: ``kingmaker run baseline --replications 40 --no-figures --out FOLDER``, then
``python -m tests.docs.test_income_numbers FOLDER``, and read the sentences of the page again.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from kingmaker.environment.record import income_lines as il
from kingmaker.environment.record.income_sector import BY_BUSINESS, BY_HAND, BY_OWNERS, BY_USERS, DEFINITIONS

DOCS = Path(__file__).resolve().parents[2] / "docs"
KEPT, PAGE = DOCS / "income.csv", DOCS / "policy-questions.md"
YEARS, BANDS = (2024, 2027, 2030), ("median", "low_90", "high_90")
HEAD = f"| G$ a year | | {' | '.join(map(str, YEARS))} |"


def lines_of(kept: pd.DataFrame) -> list[str]:
    """The page's table: median and the middle 90 % of the runs."""
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
    assert f"what AI earns or saves in owners' other business bears {gain[2024]} % and {gain[2030]} %" in words
    assert f"clouds' owners put in {owners[2024]} % in 2024 and take {-owners[2030]} % out in 2030" in words
    assert f"medians of {kept['n'].iloc[0]} runs (seeds 1 to {kept['n'].iloc[0]})" in words


def write(folder: Path) -> None:
    """Put an ensemble's numbers into the kept table and into the page's."""
    table = pd.read_csv(folder / "income.csv", keep_default_na=False)
    kept = table.loc[table["party"] == il.WHOLE, ["year", "section", "line", "unit", "n", *BANDS]].copy()
    for name in BANDS:
        kept[name] = kept[name].astype(float).map("{:.5g}".format)
    kept.to_csv(KEPT, index=False, lineterminator="\n")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(HEAD)
    after = rest[rest.index("\n\n") :]
    PAGE.write_text(before + "\n".join(lines_of(pd.read_csv(KEPT))) + after, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
