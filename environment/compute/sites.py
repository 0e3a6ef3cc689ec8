"""Start-ups' sites: data centres and chips of their own design, running costs, and what becomes of used chips."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kingmaker.agents.arithmetic import SMALL, SOME_TIME, is_on, ratio
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.population import by_slot
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import CN, NONE, REGIONS, BoolArray, FloatArray, IntArray
from kingmaker.agents.units import QUARTER, RENT_MUSD
from kingmaker.environment.chips import chip_designs, direct
from kingmaker.environment.compute.hosts import attraction
from kingmaker.environment.compute.outlook import Outlook
from kingmaker.environment.compute.second_hosts import SECOND
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import at_host, by_host
from kingmaker.environment.core.phases import phase
from kingmaker.environment.core.regions import in_region, over_region, spend
from kingmaker.environment.inputs.tables import power_rows
from kingmaker.environment.ties import contracts
from kingmaker.environment.ties.contracts import Terms


@phase("installation.build_centres")
def build_sites(e: Economy) -> None:
    """Once a quarter start-ups that dare it begin a data centre or a chip; those under way are paid for and opened."""
    p = e.p.sites
    startups = e.startups.view()
    if e.month % QUARTER == 0:
        startups.centre_left = _begin(e, startups.centre_left, p.fixed_cost, p.centre_months, "data centre")
        startups.chip_left = _begin(e, startups.chip_left, p.chip_cost, p.chip_months, "chip")
    monthly = p.fixed_cost / p.centre_months
    startups.centre_left, _ = _build(e, startups.centre_left, "construction", monthly, "data centre")
    startups.chip_left, ready = _build(e, startups.chip_left, "costs", p.chip_cost / p.chip_months, "chip")
    due = np.asarray(ready.any(axis=-1))
    if e.month % QUARTER == 0:  # a question of the month, not of whether another world has a chip ready
        due = due | chip_designs.outdated(e, startups)
    if due.any():
        chip_designs.draw_design(e, due)
    _house(e, startups)


def _begin(e: Economy, left: FloatArray, cost: FloatArray, months: FloatArray, what: str) -> FloatArray:
    """Start-ups that have begun none and dare its fixed ``cost`` (M$) begin a data centre, or a chip, of their own.

    Args:
        e: the economy.
        left: months until it is ready, (worlds, start-ups); below zero: none begun.
        cost: M$, (worlds, 1).
        months: that it takes, (worlds, 1).
        what: in the chronicle.

    Returns:
        Months left, as ``left``.
    """
    rent = by_slot(at_host(e.clouds.view().rent, e.startups.view().host))
    begins = (left < 0.0) & e.startups.act(Startup.dares, e.p, cost, rent)
    e.note_event(begins, "startups", "self-supply", f"begins a {what} of its own")
    return np.where(begins, months, left)


def _build(e: Economy, left: FloatArray, kind: str, rate: FloatArray, what: str) -> tuple[FloatArray, BoolArray]:
    """Pay a month's part of what is under way (``rate``, M$ a month and firm); work rests as far as money lacks.

    Returns:
        Months left, as ``left``, and whose is ready now, (worlds, start-ups).
    """
    startups = e.startups.view()
    under_way: BoolArray = left > 0.0
    if not under_way.any():
        return left, under_way
    step = np.minimum(left, 1.0)
    bill = np.where(under_way, rate * startups.weight * step, 0.0)
    paid = np.minimum(bill, e.p.sites.building_purse * startups.cash)
    spend(e, kind, paid)
    after = left - ratio(paid, bill) * step
    after = np.where(under_way, np.where(after < SOME_TIME, 0.0, after), left)
    ready: BoolArray = under_way & (after == 0.0)
    e.note_event(ready, "startups", "self-supply", f"has a {what} of its own")
    return after, ready


def _house(e: Economy, startups: Startup) -> None:
    """Own centres are extended for chips that arrive; chips and centres lose value (declining balance)."""
    added = e.now.chips.direct_got + startups.chip_output
    mw = added * in_region(ratio(direct.site_power(e), over_region(added, startups.region)), startups.region)
    dearer = np.tile(np.array([row.building_ratio for row in power_rows(e.tables)]), (e.worlds, 1))
    cost = e.p.energy.building_cost * in_region(dearer, startups.region)
    building = np.where(startups.has_centre, mw * cost, 0.0)
    spend(e, "construction", np.minimum(building, e.p.sites.building_purse * startups.cash))
    life = float(e.p.chips.asset_life[0, 0])
    e.ledger.book("startups", "net_worth", "fixed", startups.fixed * (2.0 / life))


def run_own(e: Economy) -> FloatArray:
    """Compute of their own that start-ups run this month, H100e, (worlds, start-ups)."""
    startups = e.startups.view()
    e.now.compute.own_total = over_region(startups.own, startups.region)
    return np.asarray(
        startups.own * in_region(ratio(e.now.building.site_capacity, e.now.compute.own_total), startups.region)
    )


def pay_running(e: Economy) -> None:
    """Electricity of own chips; space in others' data centres, or the upkeep of one's own."""
    p = e.p.sites
    startups = e.startups.view()
    mw = startups.own * in_region(ratio(e.now.building.site_mw, e.now.compute.own_total), startups.region)
    price = in_region(e.conditions.energy_price, startups.region)
    spend(e, "energy", np.minimum(mw * e.p.energy.load * price * RENT_MUSD, startups.cash))
    rate = np.where(startups.has_centre, p.operations, p.colocation)
    spend(e, "costs", np.minimum(mw * rate, startups.cash))


@phase("announcements.announce")
def reserve_new_clouds(e: Economy) -> None:
    """Once a quarter, labs that dare to commit reserve capacity at the new-generation cloud that suits them best."""
    if e.month % QUARTER != 0:
        return
    population = e.startups
    startups: Startup = population.view()
    if len(startups.contracts) <= SECOND:  # one host is all that a lab may have
        return
    clouds = e.clouds.view()
    rent = by_slot(at_host(clouds.rent, startups.host))
    dares = population.act(Startup.dares, e.p, e.p.sites.commitment, rent)
    giant = np.where(clouds.is_giant, 1.0, 0.0)
    exposed = is_on(at_host(giant, startups.host))
    for row in startups.contracts_in_use[1:]:
        exposed = exposed & is_on(at_host(giant, row.lessor, 1.0))
    luck = e.draws("reserve", "startups")
    expected = by_slot(Outlook(e).fill)
    signs = population.act(Startup.reserves_new_cloud, e.p, by_slot(dares), by_slot(exposed), expected, luck)
    if not signs.any():
        return
    new = clouds.lives_by_renting[:, :, np.newaxis]
    liking = np.where(new, attraction(e), -np.inf)
    best = np.argmax(liking, axis=1).astype(np.int32)
    some = np.where(np.isfinite(liking.max(axis=1)), 1.0, 0.0)
    partner = in_region(best.astype(np.float64), startups.region).astype(np.int32)
    free = startups.contracts[SECOND].term <= 0.0  # no other contract for a term stands in its place
    signs = signs & free & is_on(in_region(some, startups.region)) & (partner != startups.host)
    what = "reserves capacity at a new-generation cloud"
    terms = Terms(share=e.p.sites.reserved_share)
    contracts.sign(e, signs, SECOND, partner, terms, why=what, told=("deal", what))
    contracts.note_first(e, signs)


def sell_used_chips(e: Economy, leaves: BoolArray, bought: BoolArray, buyer: IntArray) -> None:
    """Chips of start-ups that leave go to their buyer, or are sold used to clouds of their side, the rest scrapped.

    Orders lapse: the deposit stays with the chipmakers.
    """
    chips = e.chips
    startups = e.startups.view()
    clouds = e.clouds.view()
    if not (leaves & ((startups.own > 0.0) | (startups.ordered > 0.0) | (startups.fixed > 0.0))).any():
        return
    _let_orders_lapse(e, startups, leaves)
    claims = ratio(startups.own, in_region(over_region(startups.own, startups.region), startups.region))
    goes_over = bought & (buyer != NONE)
    price = e.p.sites.used_value * startups.fixed
    to_buyer = np.where(goes_over, price, 0.0)
    market = np.where(leaves, price, 0.0) - to_buyer
    bids = _bids(e, clouds)
    owed = by_host(to_buyer, buyer, clouds.cash.shape[-1])
    offered = over_region(market, startups.region)
    for place in range(len(REGIONS)):
        owed = owed + offered[:, place : place + 1] * bids[place]
    part = np.minimum(ratio(e.p.clouds.resale_purse * clouds.cash, owed), 1.0)
    paid = owed * part
    kept = np.stack([(bids[place] * part).sum(axis=-1) for place in range(len(REGIONS))], axis=-1)
    got = to_buyer * at_host(part, buyer) + market * in_region(kept, startups.region)
    e.ledger.sell("resale", "clouds", paid, "startups", got, np.where(leaves, startups.fixed, 0.0))
    chips.additions[-1] = chips.additions[-1] + paid
    chips.depreciation = chips.depreciation + paid / int(e.p.chips.asset_life[0, 0])
    _hand_over_chips(e, np.where(leaves, claims, 0.0), np.where(goes_over, buyer, NONE), bids)


def _hand_over_chips(e: Economy, claims: FloatArray, buyer: IntArray, bids: list[FloatArray]) -> None:
    """What leaves the pools of chips goes to its buyer, where there is one, else to those who bid, or is scrapped.

    Args:
        e: the economy.
        claims: part of their region's pool that those who leave have, 0-1, (worlds, start-ups).
        buyer: who takes them over, (worlds, start-ups).
        bids: by region, the share of each cloud in what is put up, (worlds, clouds).
    """
    worlds = np.flatnonzero(claims.any(axis=-1))  # few who leave have chips
    claims, buyer, region = claims[worlds], buyer[worlds], e.startups.view().region[worlds]
    for place in range(len(REGIONS)):
        here = np.where(region == place, claims, 0.0)
        if here.any():
            theirs, bid = np.where(buyer != NONE, here, 0.0), bids[place][worlds]
            rest = np.where(buyer == NONE, here, 0.0).sum(axis=-1, keepdims=True)
            part = by_host(theirs, buyer, e.clouds.slots) + rest * bid
            _move(e, worlds, place, part, rest[:, 0] * (bid.sum(axis=-1) <= 0.0))


def _bids(e: Economy, clouds: Cloud) -> list[FloatArray]:
    """For chips of each region, the share of each cloud that would buy them used, (worlds, clouds)."""
    want = np.where(clouds.alive, (e.chips.need + SMALL) * clouds.cash, 0.0)
    found = []
    for place in range(len(REGIONS)):
        side = np.where((clouds.region == CN) == (place == CN), want, 0.0)
        found.append(ratio(side, side.sum(axis=-1, keepdims=True)))
    return found


def _move(e: Economy, worlds: NDArray[np.int64], place: int, part: FloatArray, scrapped: FloatArray) -> None:
    """In some worlds, move parts of a pool's chips to clouds, where they are put up again; a part is scrapped."""
    chips = e.chips
    pool = chips.pools.start + place
    stock = chips.running[worlds, pool] + chips.awaiting[worlds, pool]
    chips.awaiting[worlds, : chips.clouds] += part[:, :, np.newaxis] * stock[:, np.newaxis, :]
    chips.retired[worlds] += scrapped[:, np.newaxis] * stock
    left = np.maximum(1.0 - part.sum(axis=-1) - scrapped, 0.0)[:, np.newaxis]
    chips.running[worlds, pool] *= left
    chips.awaiting[worlds, pool] *= left


def _let_orders_lapse(e: Economy, startups: Startup, leaves: BoolArray) -> None:
    lost = np.where(leaves, startups.deposits, 0.0)
    freed = direct.release(e, startups, np.where(leaves, startups.ordered, 0.0), lost)
    e.ledger.draw_down("forfeits", "startups", lost, "chipmakers", freed.sum(axis=2))


def observe(e: Economy) -> dict[str, FloatArray]:
    """Measures of start-ups that buy, house or design chips themselves, each (worlds,)."""
    chips = e.chips
    delivered = (chips.delivered_now[:, chips.pools] * chips.h100e[:, np.newaxis, :]).sum(axis=-1)
    startups = e.startups.view()
    clouds = e.clouds.view()
    used = startups.used.sum(axis=-1)
    giant = np.where(clouds.is_giant, 1.0, 0.0)
    at_giants = at_host(giant, startups.host) * startups.first_share
    for row in startups.contracts_in_use[1:]:
        at_giants = at_giants + at_host(giant, row.lessor) * row.share
    hosted = (at_giants * (startups.used - startups.own_used)).sum(axis=-1)
    return {
        "direct_deliveries_h100e": delivered.sum(axis=-1),
        "direct_fill": e.now.chips.direct_fill,
        "own_compute_share": ratio(startups.own_used.sum(axis=-1), used),
        "self_hosted_labs": (startups.weight * startups.has_centre).sum(axis=-1),
        "chip_designers": (startups.weight * startups.has_chip).sum(axis=-1),
        "big_cloud_dependence": ratio(hosted, used),
        "chip_owners_rent_musd": np.where(clouds.offers_own, e.now.compute.rent_income, 0.0).sum(axis=-1),
    }
