"""Commitments: labs reserve compute for a term, sellers deliver it, and who cannot pay is held to less or cut off."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import SOME_TIME, ratio
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.contract import FIXED, LIST, ContractRow
from kingmaker.agents.population import by_slot
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import NONE, BoolArray, FloatArray
from kingmaker.agents.units import QUARTER
from kingmaker.environment.compute import compute_market as market
from kingmaker.environment.compute.second_hosts import expected_fill, share_asked
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import at_host, by_host
from kingmaker.environment.core.phases import phase
from kingmaker.environment.ties import reservations


@phase("sites.reserve_new_clouds")
def commit_compute(e: Economy) -> None:
    """What was ordered is delivered, arrears are settled; once a quarter, labs that fear to be short reserve more."""
    startups = e.startups.view()
    reservations.deliver(e)
    for row in ContractRow.of(startups, "late"):
        settle_arrears(e, startups, row)
    if e.month % QUARTER == 0:
        expected = expected_fill(e)
        for row in startups.leases:
            _reserve_more(e, startups, row, expected)
    _note_signed(e, startups)


def contract_price(e: Economy, row: ContractRow) -> FloatArray:
    """What an hour reserved under ``row`` costs this month, $, (worlds, start-ups)."""
    clouds = e.clouds.view()
    index = reservations.index_of(row, at_host(clouds.list_price, row.lessor), at_host(clouds.spot, row.lessor))
    return reservations.price_now(row, index)


def renew_reserved(e: Economy, renewed: BoolArray) -> None:
    """With the term of the first host's contract what it reserves is signed again, as far as the lab needs it."""
    if not renewed.any():
        return
    startups = e.startups.view()
    row = startups.contracts[0]
    index = at_host(e.clouds.view().list_price, row.lessor)
    reservations.sign_again(e, renewed, row, _need(e, startups, row), _offer(e, startups, row), index)


def _reserve_more(e: Economy, startups: Startup, row: ContractRow, expected: FloatArray) -> None:
    """Labs compare what they expect to need at a lessor with what they have reserved there, and sign for more.

    The seller has it at once where its free capacity bears all that is asked this month, else it builds for it.
    """
    p, clouds = e.p.contracts, e.clouds.view()
    price, quote, due = _offer(e, startups, row), at_host(clouds.spot, row.lessor), np.asarray(p.due)
    served = 1.0 - at_host(clouds.shortage, row.lessor)
    if row.rank == 0:
        served = np.minimum(served, expected)
    part = e.startups.act(Startup.reserves, e.p, by_slot(served), by_slot(quote), by_slot(price), due)
    need = _need(e, startups, row)
    bound = np.sum([other.reserved + other.coming for other in startups.leases], axis=0)
    most = np.maximum(e.startups.act(Startup.can_bind, e.p, by_slot(price), due) - bound, 0.0)
    add = np.minimum(part * need - row.reserved - row.coming, most)
    asks = startups.alive & (row.lessor != NONE) & (row.coming <= 0.0) & (add > p.least_step * need)
    if not asks.any():
        return
    ahead = np.where(asks, _ahead(e, row, price), 0.0)  # M$ for each H100e
    purse = np.minimum(ratio(p.prepay_purse * startups.cash, ahead * add), 1.0)
    add = np.where(asks, add * np.where(ahead > 0.0, purse, 1.0), 0.0)
    hosts = e.clouds.slots
    free = np.maximum(clouds.unleased - e.clouds.act(Cloud.kept_inside, e.p) - _held(startups, hosts), 0.0)
    at_once = at_host(np.where(by_host(add, row.lessor, hosts) <= free, 1.0, 0.0), row.lessor) > 0.0
    listed = at_host(np.where(clouds.has_list, 1.0, 0.0), row.lessor) > 0.0
    reservations.reserve(
        e, asks, row, add, price=price, index=at_host(clouds.list_price, row.lessor),
        tied_to=np.where(listed, LIST, FIXED).astype(np.int8), due=np.broadcast_to(due, add.shape), ahead=ahead * add,
        delivery=np.where(at_once, 0.0, p.delivery),
    )  # fmt: skip
    worth = market.spending(add, price) * np.maximum(row.term, e.p.compute.shortest_term)
    news = asks & (worth >= e.p.capital.news_least * startups.weight)
    e.note_event(news, "startups", "deal", "reserves compute for years")


def _offer(e: Economy, startups: Startup, row: ContractRow) -> FloatArray:
    """Price of a contract signed now, $ an hour, (worlds, start-ups); partners of the first host pay less."""
    price = at_host(e.clouds.view().rent, row.lessor)
    return price if row.rank else price * (1.0 - e.startups.act(Startup.partner_saving, e.p))


def _need(e: Economy, startups: Startup, row: ContractRow) -> FloatArray:
    """Compute that a lab expects to ask of a lessor when what it signs for now is there, H100e, (worlds, start-ups)."""
    p = e.p.compute
    grows = np.exp(np.maximum(startups.need_growth, 0.0) * p.look_ahead)
    return np.asarray(np.maximum(startups.wanted - startups.own_used, 0.0) * share_asked(e, row) * grows)


def _ahead(e: Economy, row: ContractRow, price: FloatArray) -> FloatArray:
    """What is paid ahead for each H100e at clouds that live by renting compute, M$, (worlds, start-ups)."""
    asks = at_host(np.where(e.clouds.view().lives_by_renting, 1.0, 0.0), row.lessor)
    months = np.maximum(row.term, e.p.compute.shortest_term)
    return np.asarray(asks * e.p.contracts.prepaid * market.spending(months, price))


def _held(startups: Startup, hosts: int) -> FloatArray:
    """Compute that labs have reserved at each cloud, standing or to come, H100e, (worlds, clouds)."""
    return np.asarray(
        np.sum([by_host(row.reserved + row.coming, row.lessor, hosts) for row in startups.leases], axis=0)
    )


def settle_arrears(e: Economy, startups: Startup, row: ContractRow) -> None:
    """Who has been late for months is cut off where others would pay more, else held to what it can pay."""
    clouds = e.clouds.view()
    late = startups.alive & (row.late > e.p.contracts.grace + SOME_TIME)
    if not late.any():
        return
    price = contract_price(e, row)
    relet = at_host(clouds.spot, row.lessor) >= price
    can = e.startups.act(Startup.can_bind, e.p, by_slot(price), by_slot(row.due))
    part = np.minimum(ratio(can, row.reserved), 1.0)
    reservations.cut_back(
        e, late & relet, row, np.zeros_like(part), ("deal", "is cut off: it could not pay for its compute")
    )
    reservations.cut_back(
        e, late & ~relet, row, part, ("deal", "renegotiates: it holds less compute than it signed for")
    )


def _note_signed(e: Economy, startups: Startup) -> None:
    """What labs have signed at each cloud, and what they will owe it for that, used or not, over what is left of it."""
    clouds, hosts = e.clouds.view(), e.clouds.slots
    clouds.signed_labs = _held(startups, hosts)
    owed = np.zeros_like(clouds.cash)
    prices = [contract_price(e, row) for row in startups.leases]
    e.now.compute.contract_prices = prices
    for row, price in zip(startups.leases, prices, strict=True):
        month = market.spending(row.due * (row.reserved + row.coming), price)
        owed = owed + by_host(month * np.maximum(row.term, 1.0), row.lessor, hosts)
    clouds.backlog_labs = owed


def owed_by_labs(e: Economy) -> FloatArray:
    """What labs have still to pay each cloud under their contracts, M$, (worlds, clouds): what lenders look at."""
    clouds, hosts = e.clouds.view(), e.clouds.slots
    ahead = [by_host(row.ahead, row.lessor, hosts) for row in ContractRow.of(e.startups.view(), "ahead")]
    return np.asarray(np.maximum(clouds.backlog_labs - np.sum(ahead, axis=0), 0.0)) if ahead else clouds.backlog_labs
