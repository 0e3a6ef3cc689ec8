"""The answer to "who pays for all this?" is that of the committed table of the posterior's members under the baseline.

After a change of the model: ``kingmaker remake --only income --out docs --ship``, and read the page's sentences again.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.record.income_sector import BY_BUSINESS, BY_OWNERS, BY_USERS
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.posterior.members import load_members, members_digest
from kingmaker.experiments.reference.income_numbers import DIGITS, PAGE, TABLE, lines_of, shares, write_income

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_has_the_numbers_of_the_table() -> None:
    kept, text = pd.read_csv(DOCS / TABLE), (DOCS / PAGE).read_text(encoding="utf-8")
    assert "\n".join(lines_of(kept)) in text
    words = " ".join(text.split())
    users, owners = shares(kept, BY_USERS), shares(kept, BY_OWNERS)
    assert f"users pay {users[2024]} % of it in 2024 and {users[2030]} % in 2030" in words
    gain = shares(kept, BY_BUSINESS)
    assert f"in owners' other business bears {gain[2024]} % and {gain[2030]} % (of medians)" in words
    assert f"clouds' owners put in {owners[2024]} % in 2024 and take {-owners[2030]} % out in 2030" in words
    assert f"medians over {kept['over'].iloc[0]}" in words
    part = kept[kept["line"] == BY_OWNERS].set_index("year")  # of 2027 "may have either sign", of 2030 not
    assert part.loc[2027, "low_90"] < 0.0 < part.loc[2027, "high_90"]
    assert part.loc[2030, "high_90"] < 0.0 < part.loc[2024, "low_90"]


def test_the_table_is_over_the_posterior_that_is_shipped() -> None:
    kept, members = pd.read_csv(DOCS / TABLE), load_members()
    number = int(kept["n"].iloc[0])
    assert set(kept["over"]) == {Replicates.of(members, number).words}
    assert set(kept["posterior"]) == {members_digest(members)[:DIGITS]}


def test_runs_over_luck_are_not_taken(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"over": "luck at one point, 40 seeds"}), encoding="utf-8")
    with pytest.raises(KingmakerError, match="run it with --over posterior"):
        write_income(tmp_path, tmp_path / "docs")
    assert not (tmp_path / "docs").exists()
