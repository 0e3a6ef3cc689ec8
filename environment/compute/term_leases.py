"""Leases of years between clouds: big ones whose needs will wait sign them, others build for them and live of them."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import LEAST_PRICE, ROUNDING, SMALL, log, positive, ratio
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.lease import NOW
from kingmaker.agents.lessor import paid_ahead
from kingmaker.agents.population import by_slot
from kingmaker.agents.types import CN, NONE, BoolArray, FloatArray, IntArray
from kingmaker.environment.chips.energy import running_cost
from kingmaker.environment.chips.orders import cost_of_expansion, months_to_run
from kingmaker.environment.compute import compute_market as market
from kingmaker.environment.compute import lease_market
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import at_host, by_host
from kingmaker.environment.core.phases import phase
from kingmaker.environment.ties import leases
from kingmaker.environment.ties.lease_book import LeaseBook
from kingmaker.environment.ties.leases import LeaseTerms


@phase("orders.plan_compute")
def sign_leases(e: Economy) -> None:
    """A cloud whose planned need is beyond what is on the way may sign for capacity that another will build."""
    p = e.p.compute
    population = e.clouds
    clouds: Cloud = population.view()
    room = population.act(Cloud.offers_leases, e.p)
    seeks = population.act(Cloud.seeks_leases, e.p, by_slot(np.maximum(e.now.chips.unmet - _on_order(e), 0.0)))
    luck = e.draws("lease signed", "clouds").uniform() < 1.0 / p.negotiation
    seeks = np.where(luck & leases.has_room(e), seeks, 0.0)
    if not ((seeks > 0.0).any() and (room > 0.0).any()):
        return
    capital = cost_of_expansion(e)
    lessor = _choose(e, clouds, seeks, room, capital)
    months = p.lease_longest - p.lease_shortest + 1.0
    term = np.floor(p.lease_shortest + months * e.draws("lease term", "clouds").uniform())
    price = term_prices(e, capital, lessor, term)
    hourly = market.spending(np.ones_like(price), price)
    most = population.act(Cloud.affords_leases, e.p, by_slot(hourly), by_slot(term))
    amount = lease_market.within_room(np.minimum(seeks, most), lessor, room)
    accepts = _accepts(e, clouds, lessor, price)
    where = (lessor != NONE) & (amount > 0.0) & (amount >= p.lease_smallest) & accepts
    _sign(e, where, lessor, np.where(where, amount, 0.0), price, term)


def _sign(
    e: Economy, where: BoolArray, lessor: IntArray, amount: FloatArray, price: FloatArray, term: FloatArray
) -> None:
    """A part of the value is paid at once; the first capacity is due when chips ordered now would run."""
    p = e.p.compute
    ahead = paid_ahead(e.p, market.spending(amount, price), term)
    wait = np.ceil(months_to_run(e))
    terms = LeaseTerms(
        reserved=amount, price=price, due=p.lease_due, ahead=ahead, delivery=at_host(wait, lessor), term=term
    )
    e.ledger.pay("prepayment", "clouds", ahead, "clouds", by_host(ahead, lessor, e.clouds.slots))
    leases.sign(e, where, lessor, terms, why="its needs will wait")


def _accepts(e: Economy, clouds: Cloud, lessor: IntArray, price: FloatArray) -> BoolArray:
    """Which clouds would lease from their ``lessor`` at ``price`` ($ per H100e-hour), (worlds, clouds)."""
    spot = at_host(clouds.spot, lessor)
    glut = at_host(clouds.scarcity, lessor) < 0.0  # wants fall short of what sellers mean to let by the month
    return e.clouds.act(Cloud.accepts_price, by_slot(price), by_slot(spot), by_slot(glut))


def _on_order(e: Economy) -> FloatArray:
    """Compute of the chips that clouds have ordered, and make themselves while they wait, H100e, (worlds, clouds)."""
    chips, mine = e.chips, slice(0, e.chips.clouds)
    bought = (chips.outstanding[:, :, mine] * e.now.chips.offer_value[:, :, mine]).sum(axis=1)
    return np.asarray(bought + e.clouds.view().own_output * months_to_run(e))


def _choose(e: Economy, clouds: Cloud, seeks: FloatArray, room: FloatArray, capital: FloatArray) -> IntArray:
    """The lessor of each cloud that ``seeks`` one, on its side of the border: rather a cheap one, of its own region.

    Few seek one in a month: of the others nothing need be known.
    """
    p = e.p.compute
    lessors = np.arange(room.shape[-1], dtype=np.int32)
    at = np.flatnonzero(seeks > 0.0)
    world, lessee = np.divmod(at, len(lessors))
    side, place = clouds.region == CN, clouds.region
    offers = (room >= p.lease_smallest)[world] & (lessors != lessee[:, np.newaxis])
    offers = offers & (side[world] == side[world, lessee][:, np.newaxis])
    near = place[world] == place[world, lessee][:, np.newaxis]
    each = np.broadcast_to(lessors, room.shape)
    price = np.maximum(term_prices(e, capital, each, p.lease_shortest * np.ones_like(room)), LEAST_PRICE)
    cheap = -p.price_sensitivity * log(price)
    taste = np.where(offers, cheap[world] + p.home_taste[world] * near, -np.inf)
    draws = e.draws("lessor", "clouds").among(at)
    luck = np.stack([draws.uniform(option) for option in range(len(lessors))], axis=-1)
    chosen = np.full(room.shape, NONE, dtype=np.int32)
    chosen[world, lessee] = lease_market.choose_lessor(taste, luck)
    return chosen


def term_prices(e: Economy, capital: FloatArray, lessor: IntArray, term: FloatArray) -> FloatArray:
    """What each cloud would pay ``lessor`` for ``term`` months of new capacity, $ per H100e-hour, (worlds, clouds).

    Args:
        e: the economy.
        capital: what new capacity costs each cloud, M$ per H100e.
        lessor: of each.
        term: of each, months.
    """
    p = e.p
    clouds = e.clouds.view()
    interest = at_host(interest_at_risk(e, p.compute.lease_prepaid), lessor, 1.0)
    charge = lease_market.capital_charge(at_host(capital, lessor), interest, term, left_of_capital(e, term))
    power = np.take_along_axis(e.conditions.energy_price, clouds.region.astype(np.int64), axis=1)
    running = at_host(running_cost(e.p, power), lessor)
    spot = at_host(clouds.spot, lessor)
    return lease_market.term_price(charge, running, spot, p.compute.lease_margin, p.compute.lease_spot)


def interest_at_risk(e: Economy, ahead: FloatArray) -> FloatArray:
    """Interest on new capacity, 1/year, (worlds, clouds); the part that is paid ``ahead`` costs none."""
    return (1.0 - ahead) * e.clouds.act(Cloud.interest, e.p)


def left_of_capital(e: Economy, term: FloatArray) -> FloatArray:
    """Part of its price that new capacity is worth after ``term`` months, 0-1, same shape."""
    life = float(e.p.chips.asset_life[0, 0])
    return np.asarray(e.p.sites.used_value * np.maximum(1.0 - term / life, 0.0))


@phase("commitments.commit_compute")
def run_leases(e: Economy) -> None:
    """What is due is delivered as far as it is there, and paid, used or not; then terms end, and all is counted."""
    clouds = e.clouds.view()
    leases.pass_month(e)
    book = LeaseBook(e)
    got = _deliver(e, clouds, book)
    _pay(e, clouds, book, got, _bills(e, clouds, book, got))
    close_leases(e, clouds)
    see_contracts(e)


def _deliver(e: Economy, clouds: Cloud, book: LeaseBook) -> FloatArray:
    """Capacity delivered under each lease this month, H100e, as the fields of the book.

    What is due comes first; a lessor that cannot deliver all that is due to clouds and reserved by labs allots what it
    has among them (Uniform Commercial Code, section 2-615). What it has built already for leases that are not due yet
    goes to them as well, but not before an installation takes, and only what neither its own work nor its tenants use.
    """
    asked = book.reserved * np.minimum(book.term, 1.0)
    due = np.where(book.delivery <= NOW, asked, 0.0)
    soon = np.where((book.delivery > NOW) & (e.month - book.since >= e.p.chips.install_months), asked, 0.0)
    owed = book.by_lessor(due)
    labs = np.where(owed > 0.0, clouds.signed_labs - clouds.labs_coming, 0.0)
    part = np.minimum(clouds.capacity / positive(owed + labs), 1.0)
    spare = np.maximum(clouds.capacity - clouds.wanted_inside - clouds.sold - owed * part, 0.0)
    hoped = book.by_lessor(soon)
    early = np.minimum(spare / positive(hoped), 1.0)
    got = due * book.at_lessor(part) + soon * book.at_lessor(early)
    clouds.committed = np.minimum(owed * part + hoped * early, clouds.capacity)
    clouds.leased_in = book.by_lessee(got)
    clouds.leased_used = np.minimum(clouds.leased_in, clouds.wanted_inside)
    return got


def _bills(e: Economy, clouds: Cloud, book: LeaseBook, got: FloatArray) -> FloatArray:
    """What the month's deliveries cost, M$: the part that is due in any case, or what is used if that is more."""
    use = book.at_lessee(ratio(clouds.leased_used, clouds.leased_in))
    e.now.compute.lease_running = np.minimum(book.by_lessor(got * use), clouds.committed)
    return market.spending(got * np.maximum(use, book.due), book.price)


def _pay(e: Economy, clouds: Cloud, book: LeaseBook, got: FloatArray, bill: FloatArray) -> None:
    """Part of each bill comes out of what was paid ahead, the rest in cash, as far as there is any."""
    drawn = np.minimum(book.ahead, e.p.compute.lease_drawn * bill)
    owed = book.by_lessee(bill - drawn)
    purse = e.p.compute.wholesale_purse * np.maximum(clouds.cash, 0.0)
    part = np.minimum(purse / positive(owed), 1.0)
    cash = (bill - drawn) * book.at_lessee(part)
    used, spent = book.by_lessee(drawn), book.by_lessee(cash)
    earned, received = book.by_lessor(drawn), book.by_lessor(cash)
    e.ledger.draw_down("lease", "clouds", used, "clouds", earned)
    e.ledger.pay("lease", "clouds", spent, "clouds", received)
    e.now.compute.lease_income, e.now.compute.lease_cost = earned + received, used + spent
    leases.serve(book, ratio(got, book.reserved), drawn)
    leases.record(e, book, got, drawn + cash)
    short = (owed > 0.0) & (part < 1.0 - ROUNDING)
    clouds.lease_arrears = np.where(short, clouds.lease_arrears + 1.0, 0.0)
    _settle_arrears(e, clouds, part)


def _settle_arrears(e: Economy, clouds: Cloud, part: FloatArray) -> None:
    """Who is in arrears agrees on what it can pay, or is cut off at last; the lessor loses what was due."""
    late = clouds.lease_arrears >= e.p.clouds.lease_patience
    if not late.any():
        return
    off = clouds.lease_arrears >= e.p.clouds.lease_cut_off
    anew = late & ~off & (part > 0.0)
    for row in clouds.leases:
        leases.cut(e, row, anew, part, at_host(clouds.rent, row.lessor), why="renegotiated in arrears")
        leases.end(e, row, off, why="cut off in arrears")
    e.note_event(anew, "clouds", "deal", "cannot pay for the capacity that it leases, and renegotiates")
    e.note_event(off, "clouds", "deal", "is cut off from the capacity that it leases, as it does not pay")


def close_leases(e: Economy, clouds: Cloud) -> None:
    """Leases whose term is over go on at the rent of the month, if the lessee would sign at that price; else they end.

    It would where its plans without the lease are beyond all that it has ordered.
    """
    ending = [(row, over) for row in clouds.leases if (over := (row.lessor != NONE) & (row.term <= SMALL)).any()]
    if not ending:
        return
    lacks = e.now.chips.unmet - _on_order(e)
    for row, over in ending:
        price = np.minimum(row.price, at_host(clouds.rent, row.lessor))
        again = over & (lacks + row.reserved > 0.0) & _accepts(e, clouds, row.lessor, price)
        leases.renew(e, row, again, e.p.compute.lease_shortest, price)
        leases.end(e, row, over & ~again, why="its term is over")


def see_contracts(e: Economy) -> None:
    """What is signed with each cloud, for how much, and what lenders would advance on it; what it has signed itself."""
    clouds = e.clouds.view()
    rate = e.clouds.act(Cloud.advance_rate, e.p)
    book = LeaseBook(e)
    value = market.spending(book.reserved * book.due * book.term, book.price)
    pledged = book.by_lessor(book.at_lessee(rate) * np.maximum(value - book.ahead, 0.0))
    clouds.signed, clouds.leased = book.by_lessor(book.reserved), book.by_lessee(book.reserved)
    clouds.backlog, clouds.lease_bill = (
        book.by_lessor(value),
        book.by_lessee(market.spending(book.reserved, book.price)),
    )
    clouds.pledged_contracts = pledged + e.p.clouds.advance_weak * e.now.compute.owed_by_labs
