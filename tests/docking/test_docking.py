"""The model's functions meet the textbooks in their limits, and a wrong rule is caught."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kingmaker.agents.cloud import Cloud
from kingmaker.agents.developer import Developer
from kingmaker.agents.enterprise import Enterprise
from kingmaker.agents.startup import Startup
from kingmaker.environment.capital import capital_market
from kingmaker.environment.chips import chip_market
from kingmaker.environment.compute import compute_market, lease_market
from kingmaker.environment.knowledge import effective_compute
from kingmaker.experiments.studies.docking import commitment_limits, forms, prices, switching
from kingmaker.experiments.studies.docking.docking_run import LIMITS, page
from kingmaker.experiments.studies.docking.limit import Limit

pytestmark = pytest.mark.mechanism


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_the_limit_is_met(limit: Limit) -> None:
    assert limit.deviation() <= limit.tolerance


def test_a_markup_that_ignores_the_share_is_no_bertrand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Developer, "sets_price", lambda self, p, cost, share: cost)
    assert prices.bertrand() > 0.01


def test_suppliers_that_ignore_their_market_power_are_no_cournot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute_market, "marginal_margin", lambda rent, cost, share, elasticity: rent / cost - 1.0)
    assert prices.cournot() > 0.1


def test_tenants_without_switching_cost_are_no_klemperer(monkeypatch: pytest.MonkeyPatch) -> None:
    original = Startup.choose_host
    monkeypatch.setattr(Startup, "choose_host", lambda self, o, stay, luck: original(self, o, 0.0 * stay, luck))
    assert abs(switching.model_stays(1.0, 1.0, 1.0) - switching.logit_stays(1.0, 1.0, 1.0)) > 0.1


def test_bargains_come_first_and_rip_offs_later() -> None:
    usual = switching.second_prices(switching.logit_stays, 0.5, 0.0)[0]
    bargain = switching.first_price(switching.logit_stays, 1.0)
    ripoff = switching.second_prices(switching.logit_stays, 0.5, 1.0)[0]
    assert bargain < usual < ripoff


def test_rationing_by_standing_is_not_pro_rata(monkeypatch: pytest.MonkeyPatch) -> None:
    original = chip_market.ration
    monkeypatch.setattr(chip_market, "ration", lambda d, k, w: original(d, k, 1.0 + np.arange(d.shape[-1]) * w))
    assert forms.pro_rata() > 0.1


def test_learning_that_stops_is_no_wright(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effective_compute, "learning", lambda made, first, b: np.ones_like(made * b))
    assert forms.wright() > 0.01


def test_adoption_without_imitation_is_no_bass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Enterprise, "adopt", lambda self, p, u, v: self.adoption + 1e-4 * (1.0 - self.adoption))
    assert forms.bass() > 0.1


def test_a_finer_step_comes_closer_to_bass() -> None:
    assert forms.bass(10) < 0.5 * forms.bass(2)


def test_holdings_that_are_forgotten_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capital_market, "equity_values", lambda own, business, stakes, dues: (business, own))
    assert forms.cross_holdings() > 0.01


def test_the_page_of_the_docs_names_every_limit() -> None:
    text = (Path(__file__).parents[2] / "docs" / "docking.md").read_text(encoding="utf-8")
    for limit in LIMITS:
        assert limit.name in text
        assert limit.textbook in text
    assert "**" not in page([0.0] * len(LIMITS)).split("## Where")[0].replace("**Docking**", "")


def test_quotes_that_do_not_move_clear_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Cloud, "quotes_spot", lambda self, p, floor: self.spot * 1.0)
    assert commitment_limits.spot_clearing() > 0.1


def test_a_bill_for_use_alone_is_no_take_or_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    spending = compute_market.spending
    monkeypatch.setattr(compute_market, "take_or_pay", lambda used, due, ready, price: spending(used, price))
    assert commitment_limits.take_or_pay() > 0.1


def test_a_charge_without_interest_does_not_service_the_debt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        lease_market, "capital_charge", lambda capital, interest, term, residual: capital * (1.0 - residual) / term
    )
    assert commitment_limits.debt_capacity() > 0.1


def test_a_lab_that_is_held_to_more_than_it_has_is_no_renegotiation(monkeypatch: pytest.MonkeyPatch) -> None:
    original = Startup.can_bind
    monkeypatch.setattr(Startup, "can_bind", lambda self, p, price, due: 2.0 * original(self, p, price, due))
    assert commitment_limits.renegotiation() > 0.5
