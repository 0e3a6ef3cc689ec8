"""The table of "who pays for all this?" on the page of policy questions, from an ensemble of the baseline."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.record import income_lines as il
from kingmaker.environment.record.income_sector import BY_HAND, DEFINITIONS
from kingmaker.experiments.stats.levels import WIDE

if TYPE_CHECKING:
    import pandas as pd

TABLE, PAGE = "income.csv", "policy-questions.md"
YEARS = (2024, 2027, 2030)
BANDS = ("median", f"low_{WIDE.level.per_cent}", f"high_{WIDE.level.per_cent}")
HEAD = f"| G$ a year | | {' | '.join(map(str, YEARS))} |"
DIGITS = 12  # of the posterior's digest
MILLIONS, LARGE = 1000.0, 100.0  # in a billion; from here on no decimals are shown


def lines_of(kept: pd.DataFrame) -> list[str]:
    """The page's table: the median, and the members in the middle."""
    rows = {(row["year"], row["section"], row["line"]): row for row in kept.to_dict("records")}
    found = [HEAD, f"|---|---|{'--:|' * len(YEARS)}"]
    for section, line in DEFINITIONS:
        if line != BY_HAND:
            cells = (_cell(rows[year, section, line]) for year in YEARS)
            found.append(f"| {section} | {line} | {' | '.join(cells)} |")
    return found


def _cell(row: Mapping[Hashable, Any]) -> str:
    middle, low, high = (float(row[name]) / (1.0 if row["unit"] == "ratio" else MILLIONS) for name in BANDS)
    digits = 0 if abs(middle) >= LARGE else 1
    texts = [f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", "\u2212") for value in (middle, low, high)]
    return f"{texts[0]} ({texts[1]} to {texts[2]})"


def shares(kept: pd.DataFrame, line: str) -> dict[int, int]:
    """What a payer pays of the whole in each year, per cent of the medians."""
    pays = kept[kept["section"] == il.PAYS].pivot_table(index="year", columns="line", values="median")
    of_all = 100.0 * pays[line] / pays.sum(axis=1)
    return dict(zip(map(int, pays.index.tolist()), map(round, of_all.tolist()), strict=True))


def write_income(folder: Path, docs: Path) -> None:
    """Put an ensemble's numbers into ``income.csv`` and, where there is one, into the table of the page.

    Args:
        folder: of ``kingmaker run baseline --over posterior``.
        docs: of the table and the page.

    Raises:
        KingmakerError: the runs are over luck alone.
    """
    import pandas as pd

    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if not manifest.get("posterior"):
        raise KingmakerError(f"{folder}: these runs are over luck alone; run it with --over posterior.")
    table = pd.read_csv(folder / "income.csv", keep_default_na=False)
    kept = table.loc[table["party"] == il.WHOLE, ["year", "section", "line", "unit", "n", *BANDS]].copy()
    for name in BANDS:
        kept[name] = kept[name].astype(float).map("{:.5g}".format)
    kept["over"], kept["posterior"] = manifest["over"], manifest["posterior"][:DIGITS]
    docs.mkdir(parents=True, exist_ok=True)
    kept.to_csv(docs / TABLE, index=False, lineterminator="\n")
    page = docs / PAGE
    if page.is_file():
        before, _, rest = page.read_text(encoding="utf-8").partition(HEAD)
        after = rest[rest.index("\n\n") :]
        page.write_text(before + "\n".join(lines_of(pd.read_csv(docs / TABLE))) + after, encoding="utf-8")
