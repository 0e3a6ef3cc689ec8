"""The two matrices on the ledger's page: a short history of the baseline, and its sums."""

from __future__ import annotations

import numpy as np
import pytest

from kingmaker.environment.core.ledger import KINDS
from kingmaker.experiments.reference.accounts import DRAWN, Matrix, cells, year

Year = tuple[list[str], Matrix, Matrix]


@pytest.fixture(scope="module")
def history() -> Year:
    return year(6, 18)


def test_balance_sheets_sum_to_zero_and_claims_meet_debts(history: Year) -> None:
    _, _, sheets = history
    scale = np.abs(sheets["net_worth"]).max()
    np.testing.assert_allclose(np.sum(list(sheets.values()), axis=0) / scale, 0.0, atol=1e-9)
    total = {name: amounts.sum() for name, amounts in sheets.items()}
    assert total["prepaid"] + total["deposits"] == pytest.approx(-total["deferred"])
    assert total["loans"] == pytest.approx(-total["debt"])
    assert total["deposits"] > 0.0


def test_each_flow_is_paid_and_received(history: Year) -> None:
    names, moved, _ = history
    for name, amounts in moved.items():
        assert amounts.shape == (len(names),)
        assert amounts.sum() == pytest.approx(0.0, abs=1e-6), name
    assert set(moved) - set(KINDS) <= {*DRAWN, "sum", "of it drawn", "change of cash"}


def test_what_moves_no_money_is_what_was_drawn(history: Year) -> None:
    """Cash changes by the flows less the claims; those of the chipmakers are drawn deposits and nothing else."""
    names, moved, _ = history
    maker, zero = names.index("chipmakers"), np.zeros(len(names))
    drawn = sum(moved.get(kind, zero)[maker] for kind in DRAWN)
    assert moved["of it drawn"][maker] == pytest.approx(drawn)
    assert drawn > 0.1
    supplies = moved["supply_drawn"]  # of suppliers, who are the rest of the economy
    assert supplies[names.index("rest of the economy")] == pytest.approx(-supplies[maker])
    assert moved["of it drawn"][names.index("rest of the economy")] == pytest.approx(-supplies[maker])
    for sector in ("public sector", "enterprises", "investors"):
        assert moved["of it drawn"][names.index(sector)] == pytest.approx(0.0, abs=1e-6)


def test_rows_that_would_show_nothing_are_named() -> None:
    shown, silent = cells({"a": np.array([1234.56, -1234.56]), "b": np.array([0.01, -0.01])})
    assert shown == [["a", "1,234.6", "-1,234.6", ""]]
    assert silent == ["b"]
