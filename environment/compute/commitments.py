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
from kingmaker.environment.chips.orders import months_to_run
from kingmaker.environment.compute import compute_market as market
from kingmaker.environment.compute.outlook import Outlook
from kingmaker.environment.compute.tenancies import new_term, partner_price
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import Hosted, Listed, at_host, by_host, sum_in_order
from kingmaker.environment.core.phases import phase
from kingmaker.environment.ties import contracts, reservations


@phase("sites.reserve_new_clouds")
def commit_compute(e: Economy) -> None:
    """What was ordered is delivered, arrears are settled; once a quarter, labs that fear to be short reserve more."""
    startups, outlook = e.startups.view(), Outlook(e)
    reservations.deliver(e)
    for row in ContractRow.of(startups, "late"):
        settle_arrears(e, startups, row)
    for row in ContractRow.of(startups, "reserved"):
        if row.rank:  # a first host's goes on with its contract
            _sign_again(e, row, row.term <= 0.0, outlook)
    if e.month % QUARTER == 0:
        _reserve_ahead(e, startups, outlook)
    _note_signed(e, startups)


def contract_price(e: Economy, row: ContractRow) -> FloatArray:
    """What an hour reserved under ``row`` costs this month, $, (worlds, start-ups)."""
    return reservations.price_now(row, at_host(e.clouds.view().list_price, row.lessor))


def renew_reserved(e: Economy, renewed: BoolArray, outlook: Outlook) -> None:
    """With the term of the first host's contract what it reserves is signed again, as far as the lab needs it."""
    if renewed.any():
        _sign_again(e, e.startups.view().contracts[0], renewed, outlook)


def _sign_again(e: Economy, row: ContractRow, over: BoolArray, outlook: Outlook) -> None:
    """What labs whose term is ``over`` have reserved is signed again as far as they need it, at the price of today."""
    over = over & (row.reserved > 0.0)
    if not over.any():
        return
    index = at_host(e.clouds.view().list_price, row.lessor)
    need = np.minimum(outlook.need_at(row), _most_at(e, row, outlook))
    due = np.broadcast_to(e.p.contracts.due, need.shape)
    reservations.sign_again(over, row, need, _offer(e, row), index, due)
    if row.rank:
        again = over & (row.reserved > 0.0)
        contracts.renew(e, again, row.rank, term=new_term(e, f"renewal {row.rank}", again))


def _reserve_ahead(e: Economy, startups: Startup, outlook: Outlook) -> None:
    """Labs reserve more where they fear to be short, contract after contract, as far as the lessors will build."""
    room = e.clouds.act(Cloud.builds_at_most, e.p)
    for row in startups.contracts_in_use:
        room = room - _reserve_more(e, startups, row, outlook, room)


def _reserve_more(e: Economy, startups: Startup, row: ContractRow, outlook: Outlook, room: FloatArray) -> FloatArray:
    """Labs compare what they expect to need at a lessor with what they have reserved there, and sign for more.

    Args:
        e: the economy.
        startups: all of them.
        row: their contracts with the lessors.
        outlook: what they expect.
        room: capacity that each cloud would still sign to build, H100e, (worlds, clouds).

    Returns:
        What of it they have signed for, H100e, (worlds, clouds).
    """
    price, due = _offer(e, row), np.asarray(e.p.contracts.due)
    need = outlook.need_at(row)
    part = _part_reserved(e, row, price, outlook)
    bound = sum_in_order([other.reserved + other.coming for other in startups.contracts_in_use])
    most = np.maximum(e.startups.act(Startup.can_bind, e.p, by_slot(price), due) - bound, 0.0)
    add = np.minimum(part * need, _most_at(e, row, outlook)) - row.reserved - row.coming
    add = np.minimum(add, most)
    least = e.p.contracts.least_step * need
    asks = startups.alive & (row.lessor != NONE) & (row.coming <= 0.0) & (add > least)
    if not asks.any():
        return np.zeros_like(room)
    return _sign_for(e, startups, row, asks, add, price, room)


def _part_reserved(e: Economy, row: ContractRow, price: FloatArray, outlook: Outlook) -> FloatArray:
    """Share of its need at a lessor that each lab would reserve at ``price``, 0-1, (worlds, start-ups).

    A partner of its first host pays less there by the month as well. What it would get without a contract is what
    those get there now who have none.
    """
    clouds = e.clouds.view()
    quote, served = at_host(clouds.spot, row.lessor), 1.0 - at_host(clouds.shortage_by_month, row.lessor)
    if row.rank == 0:
        quote = partner_price(e, quote)
        served = np.minimum(served, outlook.by_market)
    due = np.asarray(e.p.contracts.due)
    return e.startups.act(Startup.reserves, e.p, by_slot(served), by_slot(quote), by_slot(price), due)


def _sign_for(
    e: Economy, startups: Startup, row: ContractRow, asks: BoolArray, add: FloatArray, price: FloatArray,
    room: FloatArray,
) -> FloatArray:  # fmt: skip
    """Labs in ``asks`` sign for ``add`` (H100e) at a ``price`` ($ an hour), as far as they can pay the part ahead.

    A contract beside the first has no term until it reserves something. The lessor hands over what it has free, pro
    rata, and builds the rest as far as it has ``room``; what it is to build is returned, H100e, (worlds, clouds).
    """
    clouds, hosts = e.clouds.view(), e.clouds.slots
    free = np.maximum(_free(e, clouds) - _held(startups, hosts), 0.0)
    asks = asks & (at_host(free + room, row.lessor) > 0.0)
    if row.rank:
        new = asks & (row.term <= 0.0)
        contracts.renew(e, new, row.rank, term=new_term(e, f"reserved {row.rank}", new))
    theirs = Listed(np.where(asks, row.lessor, NONE), hosts)  # few sign in a quarter
    each, add = theirs.of(price), theirs.of(add)
    months = np.maximum(theirs.of(row.term), theirs.each(e.p.compute.shortest_term))
    ahead = _ahead(e, theirs, each, months)
    purse = np.minimum(ratio(theirs.each(e.p.contracts.prepay_purse) * theirs.of(startups.cash), ahead * add), 1.0)
    add = add * np.where(ahead > 0.0, purse, 1.0)
    asked = theirs.sum(add)
    signed = np.minimum(asked, free + room)
    add = add * theirs.at(ratio(signed, asked))
    listed = at_host(np.where(clouds.has_list, 1.0, 0.0), row.lessor) > 0.0
    reservations.reserve(
        e, asks, row, theirs.table(add), price=price, index=at_host(clouds.list_price, row.lessor),
        tied_to=np.where(listed, LIST, FIXED).astype(np.int8), due=np.broadcast_to(e.p.contracts.due, asks.shape),
        ahead=theirs.table(ahead * add), at_once=at_host(np.minimum(ratio(free, signed), 1.0), row.lessor),
        delivery=at_host(np.ceil(months_to_run(e)), row.lessor),
    )  # fmt: skip
    worth = market.spending(add, each) * months
    news = worth >= theirs.each(e.p.capital.news_least) * theirs.of(startups.weight)
    e.note_event(theirs.table(news, False), "startups", "deal", "reserves compute for years")
    return np.asarray(np.maximum(signed - free, 0.0))


def _free(e: Economy, clouds: Cloud) -> FloatArray:
    """Capacity that each cloud may promise to labs, standing contracts included, H100e, (worlds, clouds).

    What it builds for leases that are not delivered yet is promised already.
    """
    return np.asarray(clouds.left_to_tenants - e.clouds.act(Cloud.kept_inside, e.p))


def _offer(e: Economy, row: ContractRow) -> FloatArray:
    """Price of a contract signed now, $ an hour, (worlds, start-ups); partners of the first host pay less."""
    price = at_host(e.clouds.view().rent, row.lessor)
    return price if row.rank else partner_price(e, price)


def _most_at(e: Economy, row: ContractRow, outlook: Outlook) -> FloatArray:
    """Compute that the lessor of ``row`` would have reserved by each lab at most, H100e, (worlds, start-ups)."""
    return np.asarray(at_host(outlook.most_for_one, row.lessor) * e.startups.view().weight)


def _ahead(e: Economy, theirs: Listed, price: FloatArray, months: FloatArray) -> FloatArray:
    """What is paid ahead for each H100e at clouds that live by renting compute, M$, (firms,).

    Args:
        e: the economy.
        theirs: who signs.
        price: $ an hour, (firms,).
        months: of the term, (firms,).
    """
    asks = theirs.at(np.where(e.clouds.view().lives_by_renting, 1.0, 0.0))
    return np.asarray(asks * theirs.each(e.p.contracts.prepaid) * market.spending(months, price))


def _held(startups: Startup, hosts: int) -> FloatArray:
    """Compute that labs have reserved at each cloud, standing or to come, H100e, (worlds, clouds)."""
    return sum_in_order([by_host(row.reserved + row.coming, row.lessor, hosts) for row in startups.contracts_in_use])


def settle_arrears(e: Economy, startups: Startup, row: ContractRow) -> None:
    """Who has been late for months is cut off where others would pay more, else held to what it can pay.

    What it owes elsewhere comes out of the same money.
    """
    clouds = e.clouds.view()
    late = startups.alive & (row.late > e.p.contracts.grace + SOME_TIME)
    if not late.any():
        return
    price = contract_price(e, row)
    relet = at_host(clouds.spot, row.lessor) >= price
    others = sum_in_order([other.reserved for other in startups.contracts_in_use]) - row.reserved
    can = np.maximum(e.startups.act(Startup.can_bind, e.p, by_slot(price), by_slot(row.due)) - others, 0.0)
    part = np.minimum(ratio(can, row.reserved), 1.0)
    reservations.cut_back(
        e, late & relet, row, np.zeros_like(part), ("deal", "is cut off: it could not pay for its compute")
    )
    reservations.cut_back(
        e, late & ~relet, row, part, ("deal", "renegotiates: it holds less compute than it signed for")
    )


def _note_signed(e: Economy, startups: Startup) -> None:
    """What labs have signed at each cloud, what of it is to come, and what they will owe for it over what is left."""
    clouds, rows = e.clouds.view(), startups.contracts_in_use
    lessors = [(Listed if row.rank else Hosted)(row.lessor, e.clouds.slots) for row in rows]

    by_lessor: dict[str, list[FloatArray]] = {"signed": [], "coming": [], "owed": [], "left": []}
    prices = []
    for row, lessor in zip(rows, lessors, strict=True):
        coming = lessor.of(row.coming)
        signed = lessor.of(row.reserved) + coming
        price = reservations.price_now(row, lessor.at(clouds.list_price), lessor)
        prices.append(lessor.table(price))
        owed = _owed(lessor.of(row.due) * signed, price, lessor.of(row.term))
        left = np.maximum(owed - lessor.of(row.ahead), 0.0)
        for name, amount in zip(by_lessor, (signed, coming, owed, left), strict=True):
            by_lessor[name].append(lessor.sum(amount))
    clouds.signed_labs, clouds.labs_coming, clouds.backlog_labs, still = map(sum_in_order, by_lessor.values())
    e.now.compute.owed_by_labs = still  # what has been paid is owed no more
    e.now.compute.contract_prices = prices


def _owed(due: FloatArray, price: FloatArray, term: FloatArray) -> FloatArray:
    """What labs will owe for what is ``due`` of what they have signed for, over what is left of the term, M$."""
    return np.asarray(market.spending(due, price) * np.maximum(term, 1.0))
