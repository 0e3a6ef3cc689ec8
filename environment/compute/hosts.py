"""Hosts: labs stay, switch or take a second host; contracts are signed, reviewed and loosened."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import EPOCH_PLACE, LEAST_PART, LEAST_PRICE, TINY, log, log1p, ratio
from kingmaker.agents.draws import mix64
from kingmaker.agents.offers import Offers
from kingmaker.agents.population import by_slot
from kingmaker.agents.startup import FIRST_REFUSAL, Startup
from kingmaker.agents.types import CN, EU, NONE, OTHER, REGIONS, US, BoolArray, FloatArray, IdArray, IntArray
from kingmaker.agents.units import KUSD
from kingmaker.environment.compute import commitments, tenancies
from kingmaker.environment.compute.first_hosts import stand_where_room_was
from kingmaker.environment.compute.outlook import Outlook, room_for_tenants, runs_ahead
from kingmaker.environment.compute.second_hosts import cost_of_two, months_of_talks, move_second_hosts
from kingmaker.environment.compute.sovereignty import may_serve
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import at_host, by_host
from kingmaker.environment.core.phases import phase
from kingmaker.environment.ties import contracts
from kingmaker.environment.ties.contracts import Terms


def attraction(e: Economy) -> FloatArray:
    """The attraction of each host to tenants of each region, (worlds, hosts, regions): price, room, size, home."""
    p = e.p.compute
    clouds = e.clouds.view()
    room = room_for_tenants(e, clouds)
    serves = clouds.rents_out & clouds.alive & (room > p.smallest_host)
    base = (
        -p.price_sensitivity * log(np.maximum(clouds.spot, LEAST_PRICE))
        + p.size_taste * log(np.maximum(room, 1.0))
        + p.service_taste * log(np.maximum(1.0 - clouds.shortage, LEAST_PART))
        + p.breadth_taste * log1p(clouds.cloud_revenue)
    )
    chinese = clouds.region == CN
    utility = np.full((e.worlds, e.clouds.slots, len(REGIONS)), -np.inf)
    for region in (US, EU, CN, OTHER):
        same_region = np.where(clouds.region == region, p.home_taste, 0.0)
        reach = serves & (chinese == (region == CN))
        if region == EU:  # whom a sovereignty rule lets them ask, and for how much
            lately = np.minimum(clouds.lawful, may_serve(e))
            reach = reach & (lately > 0.0)
            same_region = same_region + p.service_taste * log(np.maximum(lately, LEAST_PART))
        utility[:, :, region] = np.where(reach, base + same_region, -np.inf)
    return utility


@phase("instruments.price")
def choose_hosts(e: Economy) -> None:
    """Talks end in signatures, contracts that run out are reviewed, second hosts are taken and given up."""
    p, f = e.p, e.in_force
    population = e.startups
    startups: Startup = population.view()
    left = np.maximum(1.0 - at_host(f.interoperability, startups.host), 0.0)
    stay = population.act(Startup.switching_cost, p, f.egress, by_slot(left))
    # who leaves a host that owes it compute leaves the credit behind
    stay = stay + p.compute.credit_bond * ((startups.credit > 0.0) & (startups.host == startups.credit_host))
    # and who leaves a partner pays the full rent elsewhere
    stay = stay - p.compute.price_sensitivity * log1p(-population.act(Startup.partner_saving, p))
    taste = e.streams.lasting("choose host", _taste_ids(e))
    appeal = attraction(e)
    best, other = population.act(Startup.choose_host, Offers(appeal), by_slot(stay), taste)
    if e.month == 0:
        best = stand_where_room_was(e, appeal, best, taste)
    _sign(e, startups, best)
    outlook = Outlook(e)
    _review(e, startups, best, outlook)
    move_second_hosts(e, other, outlook.fill, cost_of_two(e))


def _taste_ids(e: Economy) -> IdArray:
    """Ids under which tastes for hosts are drawn: each firm's change every few years, in a month of its own."""
    ids = e.startups.table.ids
    span = float(e.p.compute.taste_months[0, 0])
    offset = e.streams.lasting("taste phase", ids).uniform() * span
    epoch = np.floor((e.month + offset) / span).astype(np.uint64)
    return mix64(ids ^ (epoch << np.uint64(EPOCH_PLACE)))


def _sign(e: Economy, startups: Startup, best: IntArray) -> None:
    """Talks that end become contracts (the switch itself); a firm without host takes the best at once."""
    contracts.negotiate(e, 0)
    signs = (startups.talks != NONE) & (startups.talks_left <= 0.0)
    starts = startups.alive & (startups.host == NONE) & (best != NONE) & ~signs
    pay_for_moving(e, startups, signs)
    terms = Terms(term=tenancies.new_term(e, "contract term", signs | starts))
    contracts.sign(e, signs, 0, startups.talks, terms, told=("switch", "moves to another cloud"))
    contracts.sign(e, starts, 0, best, terms)
    hosted = startups.weight * ((startups.host != NONE) & startups.alive)
    e.now.compute.switching_rate = (startups.weight * signs).sum(axis=-1) / np.maximum(hosted.sum(axis=-1), TINY)


def pay_for_moving(e: Economy, startups: Startup, signs: BoolArray) -> None:
    """Egress fees, paid to the host that is left."""
    p, f = e.p.compute, e.in_force
    hosts = e.clouds.slots
    fee = np.where(
        signs & (startups.host != NONE), p.egress_bill * f.egress * (startups.used - startups.own_used) * KUSD, 0.0
    )
    fee = np.minimum(fee, p.egress_purse * startups.cash)
    e.ledger.pay("egress", "startups", fee, "clouds", by_host(fee, startups.host, hosts))
    e.now.compute.switching_fees_musd = fee.sum(axis=-1)


def _review(e: Economy, startups: Startup, best: IntArray, outlook: Outlook) -> None:
    """Who is bound no longer and likes another host better begins to talk to it; the others renew.

    While it talks its contract goes on from month to month.
    """
    _feel_strain(e, startups, outlook)
    banned = 1.0 - e.in_force.exclusivity
    luck = e.draws("review", "startups")
    moves, loosens = e.startups.act(Startup.reviews, e.p, by_slot(best), banned, luck)
    freed = ("deal", "is freed from exclusivity: its cloud keeps a right of first refusal")
    contracts.loosen(e, loosens, 0, FIRST_REFUSAL, told=freed)
    contracts.offer(e, moves, 0, best, np.where(e.startups.act(Startup.negotiates, e.p), months_of_talks(e), 0.0))
    renewed = (startups.host != NONE) & (startups.term <= 0.0) & ~moves & (startups.talks == NONE)
    contracts.renew(e, renewed, 0, term=tenancies.new_term(e, "renewal", renewed))
    commitments.renew_reserved(e, renewed, outlook)
    contracts.pass_month(e)


def _feel_strain(e: Economy, startups: Startup, outlook: Outlook) -> None:
    """How much of a lab's need some months ahead its first host leaves open, relative to all that it will run.

    Open is what the host will not serve or does not commit to (:attr:`Outlook.fill`). One that serves badly today is
    not expected to serve better.
    """
    clouds = e.clouds.view()
    left_open = outlook.need * (1.0 - np.minimum(startups.host_fill, outlook.fill))
    runs = at_host(runs_ahead(e, clouds, clouds.capacity), startups.host)
    share = ratio(left_open / np.maximum(startups.weight, TINY), runs)
    startups.strain = startups.strain + e.p.contracts.strain_memory * (share - startups.strain)
