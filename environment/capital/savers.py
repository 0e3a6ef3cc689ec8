"""Savers: what start-ups have returned, how much money pools are promised for it, what they call and hand back.

Companies and savers outside the model stand behind the pools; behind a chipmaker's arm stands the chipmaker.
"""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import SMALL, positive, ratio
from kingmaker.agents.investor import Investor
from kingmaker.agents.population import by_slot
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import CN, NONE, BoolArray, FloatArray, IntArray
from kingmaker.agents.units import YEAR
from kingmaker.environment.core.economy import Economy


def by_side(e: Economy, amount: FloatArray) -> FloatArray:
    """Sums of ``amount`` (worlds, start-ups) over the start-ups outside China and inside, (worlds, 2)."""
    chinese = e.startups.view().region == CN
    inside = amount * chinese
    return np.stack([(amount - inside).sum(axis=-1), inside.sum(axis=-1)], axis=-1)


def at_side(e: Economy, values: FloatArray) -> FloatArray:
    """``values`` (worlds, 2) at the side of each pool, (worlds, pools)."""
    inside = e.investors.view().region == CN
    return np.where(inside, values[:, 1:], values[:, :1])


def carry(e: Economy) -> None:
    """Keep what start-ups are worth at the end of a month, those that have left it at what they were worth before."""
    startups = e.startups.view()
    lost = e.now.capital.written_off
    e.conditions.carried = by_side(e, np.where(startups.alive, _marked(startups), 0.0)) + lost + e.now.capital.paid_in
    e.conditions.proceeds = e.now.capital.proceeds.copy()


def see_returns(e: Economy, granted: FloatArray) -> None:
    """What start-ups have returned since last month, marked up or paid out, and what pools expect of them.

    The return of a month is what the start-ups of a side have gained, over what they are worth: a value-weighted index
    of private firms (Cochrane 2005), in which those that closed count with what they left. Money spent is a loss until
    it shows in sales, in a model, or in the price of a firm that is sold: what a team is thought to be worth as it
    spends does not count, or else money would make its own returns.
    """
    p, c = e.p.capital, e.conditions
    startups = e.startups.view()
    worth = by_side(e, np.where(startups.alive, startups.value, 0.0))
    marked = by_side(e, np.where(startups.alive, _marked(startups), 0.0))
    gain = np.where(c.carried > 0.0, marked - by_side(e, granted) + c.proceeds - c.carried, 0.0)
    month = np.clip(ratio(gain, worth), -p.return_most, p.return_most)
    investors = e.investors.view()
    investors.outlook = e.investors.act(Investor.expects, by_slot(at_side(e, YEAR * month)))
    investors.commitments = e.investors.act(
        Investor.commits, e.p, c.use, by_slot(_of_parent(e, e.chipmakers.view().sales)), by_slot(at_side(e, worth))
    )


def to_funds(e: Economy, amount: FloatArray) -> FloatArray:
    """What of ``amount`` (worlds, start-ups) falls to each pool of the firm's side, by stakes held, (worlds, pools)."""
    return to_pools(e, by_side(e, amount))


def to_pools(e: Economy, totals: FloatArray) -> FloatArray:
    """What of the totals of either side (worlds, 2) falls to each of its pools, by stakes held, (worlds, pools)."""
    investors = e.investors.view()
    parts: FloatArray = np.zeros_like(investors.cash)
    if not totals.any():  # in no world
        return parts
    for inside in (True, False):
        here = (investors.region == CN) == inside
        here = here | ~here.any(axis=-1, keepdims=True)  # where a side has no pools, all own its firms
        held = np.where(here, investors.stakes, 0.0)
        whole = held.sum(axis=-1, keepdims=True)
        even = here / np.maximum(here.sum(axis=-1, keepdims=True), 1.0)
        share = np.where(whole > SMALL, held / np.where(whole > SMALL, whole, 1.0), even)
        parts += share * totals[:, int(inside), np.newaxis]
    return parts


def write_off(e: Economy, leaves: BoolArray, price: FloatArray) -> None:
    """Keep what the start-ups that leave were worth, and what their owners get for them, M$ (worlds, start-ups)."""
    if not leaves.any():
        return
    startups, k = e.startups.view(), e.now.capital
    k.written_off = k.written_off + by_side(e, np.where(leaves, _marked(startups), 0.0))
    k.proceeds = k.proceeds + by_side(e, price)


def call(e: Economy) -> None:
    """Pools call money: a chipmaker's arm that of its parent, the others that of savers and companies outside."""
    called = e.investors.act(Investor.calls, e.p)
    parent = _parents(e)
    own = np.where(parent != NONE, called, 0.0)
    e.from_rest("commitments", "investors", called - own)
    makers = e.chipmakers.view()
    due = _to_parent(e, own)
    purse = e.p.capital.parent_purse * np.maximum(makers.cash - makers.deferred, 0.0)
    part = np.minimum(purse / positive(due), 1.0)
    e.ledger.pay("commitments", "chipmakers", due * part, "investors", own * _of_parent(e, part))


def hand_back(e: Economy) -> None:
    """Pools hand back what they cannot place, a chipmaker's arm to its parent."""
    investors = e.investors.view()
    _pay_out(e, np.minimum(e.investors.act(Investor.spare, e.p), np.maximum(investors.cash, 0.0)))


def distribute(e: Economy, proceeds: FloatArray) -> None:
    """Pools hand on what shares that were sold have brought, M$ (worlds, pools), but for what they may invest again."""
    _pay_out(e, (1.0 - e.p.capital.recycled) * proceeds)


def _pay_out(e: Economy, amount: FloatArray) -> None:
    """Money of pools, M$ (worlds, pools), goes to those behind them."""
    own = np.where(_parents(e) != NONE, amount, 0.0)
    e.pay_rest("dividends", "investors", amount - own)
    e.ledger.pay("dividends", "investors", own, "chipmakers", _to_parent(e, own))


def mood_of_funds(e: Economy) -> FloatArray:
    """Mean mood of the pools, weighted by the money that they were promised in 2022, (worlds, 1)."""
    investors = e.investors.view()
    whole = np.maximum(investors.usual.sum(axis=-1, keepdims=True), SMALL)
    return np.asarray((investors.sentiment * investors.usual).sum(axis=-1, keepdims=True) / whole)


def _marked(startups: Startup) -> FloatArray:
    """What start-ups are worth without their teams' plans, M$, (worlds, start-ups)."""
    return np.maximum(startups.value - startups.plans, 0.0)


def _parents(e: Economy) -> IntArray:
    """The slot of the chipmaker behind each pool, or NONE, (pools,)."""
    makers = [row.id for row in e.tables.chipmakers]
    found = [makers.index(row.parent) if row.parent else NONE for row in e.tables.investors]
    return np.array(found, dtype=np.int32)


def _of_parent(e: Economy, values: FloatArray) -> FloatArray:
    """``values`` (worlds, makers) of the chipmaker behind each pool, zero where there is none, (worlds, pools)."""
    parent = _parents(e)
    return np.where(parent != NONE, values[:, np.maximum(parent, 0)], 0.0)


def _to_parent(e: Economy, amount: FloatArray) -> FloatArray:
    """Sums of ``amount`` (worlds, pools) by the chipmaker behind the pool, (worlds, makers)."""
    total = np.zeros_like(e.chipmakers.view().cash)
    for pool, maker in enumerate(_parents(e).tolist()):
        if maker != NONE:
            total[:, maker] = total[:, maker] + amount[:, pool]
    return total
