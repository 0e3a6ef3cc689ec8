"""Finance: funds call money and fund start-ups; clouds buy stakes, part of it as compute; dated deals come in."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import BELOW_ALL, SMALL, exp, is_on, positive
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.investor import Investor
from kingmaker.agents.population import by_slot
from kingmaker.agents.startup import CONTRACTS, EXCLUSIVE, PLAIN, PREFERRED, Startup
from kingmaker.agents.types import CN, NONE, BoolArray, FloatArray, IntArray
from kingmaker.environment.capital import capital_market as market
from kingmaker.environment.capital import pledges, rounds, savers
from kingmaker.environment.compute import tenancies
from kingmaker.environment.compute.second_hosts import agrees_exclusivity, cost_of_two
from kingmaker.environment.core.definitions import LARGE_STAKE
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import at_host, by_host
from kingmaker.environment.core.phases import phase
from kingmaker.environment.policy.partnership_review import review_deals
from kingmaker.environment.ties import contracts, stakes


@phase()
def move_moods(e: Economy) -> None:
    """Belief in AI spreads among clouds, and the wave of venture money moves."""
    p, c = e.p, e.conditions
    clouds = e.clouds.view()
    clouds.evidence = e.clouds.act(Cloud.weighs_evidence, p)
    clouds.sentiment = e.clouds.act(Cloud.update_sentiment, p, c.signal, c.mood)
    clouds.returns, clouds.return_growth = e.clouds.act(Cloud.sees_returns, p)
    clouds.expected_returns = e.clouds.act(Cloud.expects_returns, p)
    weight = clouds.compute
    total = weight.sum(axis=-1, keepdims=True)
    c.mood = (clouds.sentiment * weight).sum(axis=-1, keepdims=True) / positive(total)
    investors = e.investors.view()
    luck = e.draws("venture mood", "investors").normal()
    excitement = c.mood + p.capital.mood_luck * luck
    investors.sentiment = e.investors.act(Investor.update_sentiment, p, by_slot(excitement), p.capital.dryness)
    savers.call(e)


@phase("finance.move_moods")
def fund_startups(e: Economy) -> None:
    """Investors place their money with start-ups that go out for it, by what they look for and luck."""
    p = e.p
    startups = e.startups.view()
    mood = savers.mood_of_funds(e)
    startups.burn = e.startups.act(Startup.plan_burn, p)
    startups.peak_burn = np.maximum(startups.peak_burn, startups.burn)
    asks = e.startups.act(Startup.asks, p, mood)
    e.now.capital.asks = asks
    granted, paid, lead = rounds.place(e, asks)
    e.ledger.pay("equity", "investors", paid, "startups", granted)
    rounds.count_rounds(e, granted)
    e.investors.view().invested = paid
    stakes.dilute(e, granted > 0.0, _kept(startups, granted))
    startups.investor = np.where(granted > 0.0, lead, startups.investor)
    startups.raised_cash = startups.raised_cash + granted
    startups.paid_funds = startups.paid_funds + granted
    e.now.capital.funding_musd = granted.sum(axis=-1)
    plans = p.capital.team_months * startups.burn
    startups.plans = plans * (p.capital.value_mood + mood)
    startups.value = market.lab_value(
        startups.revenue, startups.growth, startups.cash,
        p.capital.promise * startups.weight * _pull(e, startups) + plans, mood,
        base_multiple=p.capital.base_multiple, growth_multiple=p.capital.growth_multiple,
        growth_valued=p.capital.growth_valued, value_mood=p.capital.value_mood,
    )  # fmt: skip
    savers.see_returns(e, granted)


def _pull(e: Economy, startups: Startup) -> FloatArray:
    """What the promise of each lab's model is, relative to that of one at the frontier, (worlds, start-ups).

    Who only applies AI, or is the shell of a lab whose team has been hired away, has none.
    """
    near = exp(e.p.capital.promise_capability * (startups.capability - e.conditions.frontier))
    return np.where(is_on(startups.applied), 0.0, near)


def _kept(startups: Startup, raised: FloatArray) -> FloatArray:
    """What new shares leave of each old one, as a part of the whole, (worlds, start-ups)."""
    return np.where(raised > 0.0, startups.value / np.maximum(startups.value + raised, SMALL), 1.0)


@phase("finance.fund_startups", "instruments.fix")
def sign_stakes(e: Economy) -> None:
    """Clouds buy stakes in able labs (equity for compute): part in cash, part as compute paid ahead.

    A lab talks to one cloud, its first host or, without one, its second. The money comes in tranches; the credit part
    is at once paid back as a prepayment for compute (Brennan, Maksimovic & Zechner 1988: vendor finance).
    """
    p = e.p.capital
    startups = e.startups.view()
    clouds = e.clouds.view()
    clouds.stake_purse = e.clouds.act(Cloud.offers_stake, e.p)
    money = clouds.stake_purse
    draws = e.draws("stakes", "startups")
    best = np.where(startups.alive, startups.capability, BELOW_ALL).max(axis=-1, keepdims=True)
    able = startups.alive & (startups.capability >= best - p.stake_gap)
    hungry = able & ((startups.fill < p.stake_fill) | (e.now.capital.asks > 0.0))
    ready = hungry & (draws.uniform() < p.stake_chance)
    partner = np.where(startups.host != NONE, startups.host, startups.second)
    same_side = at_host((clouds.region == CN).astype(np.float64), partner) == (startups.region == CN)
    ready = ready & (partner != NONE) & same_side
    weight = np.where(ready, _pull(e, startups) * startups.weight, 0.0)
    total = by_host(weight, partner, money.shape[1])
    whole = at_host(total, partner)
    amount = weight / positive(whole) * at_host(money, partner)
    amount = np.minimum(amount, p.stake_of_value * startups.value)
    amount = np.where(ready, amount, 0.0)
    _buy_in(e, amount, partner, "decision: equity for compute")
    _ask_exclusivity(e, amount > 0.0, partner)


def _ask_exclusivity(e: Economy, bought: BoolArray, partner: IntArray) -> None:
    """With its stake a host asks to be the lab's only one; the lab, if it has no other, accepts where that pays.

    A host that has let a lab go for a right of first refusal is not trusted with exclusivity again.
    """
    startups = e.startups.view()
    free = bought & (startups.host == partner) & (startups.second == NONE) & (startups.contract == PREFERRED)
    if not free.any():  # nobody to ask, in any world
        return
    signs = agrees_exclusivity(e, free, cost_of_two(e), "exclusivity")
    if not signs.any():
        return
    term = np.maximum(tenancies.new_term(e, "exclusive term", signs), startups.term)
    told = ("deal", "binds itself to its cloud alone")
    contracts.renew(e, signs, 0, term=term, form=EXCLUSIVE, why="decision: exclusivity for a stake", told=told)


def _buy_in(e: Economy, amount: FloatArray, partner: IntArray, why: str) -> None:
    """A cloud buys new shares and promises its money for them."""
    p = e.p.capital
    startups = e.startups.view()
    amount, unbundled = review_deals(e, amount, partner)
    where = amount > 0.0
    if not where.any():  # nothing is bought, in any world
        return
    hosts = e.clouds.slots
    paid = by_host(amount, partner, hosts)
    clouds = e.clouds.view()
    clouds.stake_purse = np.maximum(clouds.stake_purse - paid, 0.0)
    other = where & (startups.vendor != NONE) & (startups.vendor != partner)
    anew = pledges.call_in(e, where, partner)
    e.now.capital.from_clouds = e.now.capital.from_clouds + amount.sum(axis=-1)
    rounds.count_rounds(e, amount)
    stake = p.stake_terms * amount / np.maximum(startups.value + amount, SMALL)
    stakes.sign(e, where, partner, stake, _kept(startups, amount), amount, why=why)
    stakes.promise(e, where, amount, np.where(unbundled, 0.0, p.credit_part), p.tranche_months, anew)
    startups.vendor_cash = np.where(other, 0.0, startups.vendor_cash)
    preferred = where & (startups.host == partner) & (startups.contract == PLAIN) & ~unbundled
    contracts.renew(e, preferred, 0, form=PREFERRED, why=why)
    e.note_event(where & (amount > LARGE_STAKE), "startups", "deal", "sells a stake to its cloud for money and compute")


@phase("finance.sign_stakes")
def enter_dated_ties(e: Economy) -> None:
    """Ties of the data files that begin this month: up to February 2023 they are input, not outcome."""
    labs = {row.id: slot for slot, row in enumerate(e.tables.startups)}
    clouds = {row.id: slot for slot, row in enumerate(e.tables.clouds)}
    startups = e.startups.view()
    for tie in e.tables.ties:
        lab, cloud = (tie.target_node, tie.source_node) if tie.kind == "equity" else (tie.source_node, tie.target_node)
        if tie.start != e.month or lab not in labs or cloud not in clouds:
            continue
        where = np.zeros(startups.alive.shape, dtype=np.bool_)
        where[:, labs[lab]] = True
        where &= startups.alive
        partner = np.full(where.shape, clouds[cloud], dtype=np.int32)
        if tie.kind == "equity":
            purse = e.p.capital.dated_purse * at_host(e.clouds.view().cash, partner)
            amount = np.where(where, np.minimum(float(tie.value_musd or 0.0), purse), 0.0)
            held = np.where(startups.vendor == partner, startups.vendor_share, 0.0)
            _buy_in(e, amount, partner, f"dated input: {tie.source}")
            if tie.share is not None:
                stakes.amend(e, where & (startups.vendor == partner), held + tie.share)
        elif tie.kind == "cloud_contract":
            tenancies.sign_dated(
                e, where, partner, CONTRACTS.index(tie.subtype or "plain"), f"dated input: {tie.source}"
            )
