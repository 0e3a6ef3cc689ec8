"""The figure of who pays and who earns, and the two sentences."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from fake_model import income_of
from matplotlib.collections import PolyCollection

from kingmaker.environment.model import ComputeEconomy
from kingmaker.environment.record import income_lines as il
from kingmaker.environment.record.income_sector import BY_LENDERS, BY_OWNERS, DEFINITIONS, RATIO, TO_LABS
from kingmaker.experiments.figures.figure_names import figure_name
from kingmaker.experiments.figures.sources_and_uses import EARNERS, PAYERS, draw_sources_and_uses
from kingmaker.experiments.figures.style import styled
from kingmaker.experiments.runs.income_summary import income_sentences
from tests.figure_checks import problems

FOOTER = "Kingmaker 0 · baseline · seed 1 · n = 1 run\nIn force: a duty of 0.5 from 2024-01; nothing else"


@pytest.fixture(scope="module")
def income() -> pd.DataFrame:
    return ComputeEconomy(rng=1, months=30, register=False, **{"startups.number": 60}).run().income_frame()


def test_every_payer_and_earner_is_drawn() -> None:
    assert [(il.PAYS, line) for line in PAYERS] + [(il.EARNS, line) for line in EARNERS] == [
        key for key in sorted(DEFINITIONS, key=lambda key: key[0] != il.PAYS) if key[0] != il.CAPITAL
    ]
    assert figure_name("income") == "income"


@pytest.mark.parametrize("months", [1, 11, 12, 30, 108])
@pytest.mark.parametrize("seed", [1, 2])
def test_it_can_be_read(months: int, seed: int) -> None:
    """Also with payers that take money out, earners that pay, and a last year of few months."""
    with styled():
        figure = draw_sources_and_uses(income_of(months, seed), months, FOOTER)
        assert problems(figure) == []
    last = figure.axes[0].get_xticklabels()[-1].get_text()
    assert last.endswith(" months") == (months % 12 != 0)


@pytest.mark.parametrize("months", [7, 108])
def test_an_ensemble_can_be_read(months: int) -> None:
    one = income_of(months)
    bands = one.rename(columns={"amount": "median"}).assign(
        n=3, low_90=0.9 * one["amount"], high_90=1.1 * one["amount"]
    )
    with styled():
        figure = draw_sources_and_uses(bands, months, FOOTER)
        assert problems(figure) == []
    shade = figure.axes[1].collections[0].get_paths()[0].vertices[:, 1]
    assert (shade.min(), shade.max()) == pytest.approx((3.6, 4.4))


def test_a_run_without_months_says_so() -> None:
    with styled():
        figure = draw_sources_and_uses(ComputeEconomy(rng=1, months=1).income_frame(), 0, FOOTER)
    assert not figure.axes


def test_bars_are_as_high_as_the_amounts(income: pd.DataFrame) -> None:
    """Above and below the line stand the same sums, each in full."""
    with styled():
        axes = draw_sources_and_uses(income, 30, FOOTER).axes[0]
    corners = [
        path.vertices for bars in axes.collections if isinstance(bars, PolyCollection) for path in bars.get_paths()
    ]
    sector = income[income["section"].isin([il.PAYS, il.EARNS])]
    signed = np.where(sector["section"] == il.PAYS, 1.0, -1.0) * sector["amount"] / 1000
    for k, year in enumerate((2022, 2023, 2024)):
        mine = [corner[:, 1] for corner in corners if abs(corner[:, 0].mean() - k) < 0.5]
        whole = signed[(sector["year"] == year) & (signed > 0)].sum()
        assert max(y.max() for y in mine) == pytest.approx(whole)
        assert min(y.min() for y in mine) == pytest.approx(-whole, rel=1e-6)


def test_the_sentences_name_amounts_of_the_last_full_year(income: pd.DataFrame) -> None:
    pays, earns = income_sentences(income, 30)
    owners = income.query("year == 2023 and section == 'who pays'").set_index("line")["amount"][BY_OWNERS] / 1000
    assert pays.startswith("In 2023 users pay")
    assert f"add {owners:.1f} G$" in pays
    assert "AI capital spending is" in earns
    short = income[income["year"] == 2022]
    assert income_sentences(short, 7)[0].startswith("In 2022 (7 months) users pay")
    assert income_sentences(income.iloc[:0], 0) == []


def test_who_takes_money_out_is_not_said_to_pay(income: pd.DataFrame) -> None:
    turned = income.copy()
    turned.loc[turned["line"].isin([BY_LENDERS, BY_OWNERS]), "amount"] = -2000.0
    turned.loc[turned["line"] == RATIO, "amount"] = np.nan
    pays, earns = income_sentences(turned, 30)
    assert "owners of clouds, from their other business, take 2.0 G$ out" in pays
    assert "lenders take 2.0 G$ out" in pays
    assert "times AI income" not in earns
    assert TO_LABS not in pays
