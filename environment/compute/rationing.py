"""Rationing: what tenants ask of their hosts, whom a short host serves first, and whom it holds back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kingmaker.agents.arithmetic import LEAST_PART, SMALL, positive
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.population import by_slot
from kingmaker.agents.startup import PLAIN, Startup
from kingmaker.agents.types import NONE, BoolArray, FloatArray
from kingmaker.environment.compute import compute_market as market
from kingmaker.environment.compute.public_compute import public_wants
from kingmaker.environment.compute.second_hosts import share_asked
from kingmaker.environment.compute.sovereignty import see_bound, within_reach
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import Hosted, sum_of


@dataclass(frozen=True)
class Wants:
    """What labs want, H100e, (worlds, n); by contract of those who have it, as :class:`Hosted` or a list of them."""

    wanted: FloatArray  # in all, own compute left aside
    reserved: list[FloatArray]  # of what they have reserved, by contract in use
    open: FloatArray  # beyond that, by the month
    lessors: list[Hosted]  # of each contract in use


@dataclass(frozen=True)
class Served:
    """What tenants get: by start-up (worlds, n), by contract in use (as in :class:`Wants`), by host (worlds, hosts)."""

    got: list[FloatArray]  # compute from the hosts, H100e, by contract; the first is that with the first host
    got_reserved: list[FloatArray]  # of it what was reserved
    stands: FloatArray  # share of what is reserved that each host can serve, 0-1
    by_month: FloatArray  # asked by the month by each start-up
    asked: FloatArray  # asked of the first host
    business: FloatArray  # got by enterprises that run open models, by host
    public: FloatArray  # got by the public fund, by host
    small: BoolArray  # which start-ups are small tenants
    legal: FloatArray  # served out of capacity that the law reserves for small tenants, by host
    wants: FloatArray  # all that was asked, by host
    sold: FloatArray  # all that was served, by host
    open_wants: FloatArray  # asked by the month, by host
    open_sold: FloatArray  # served by the month, by host
    free: FloatArray  # capacity that was offered by the month, by host
    own_beside: FloatArray  # hosts' own work that stood beside tenants' wants


def ration(e: Economy, labs: Wants, business: FloatArray, rent: FloatArray) -> Served:
    """Serve small tenants out of what the law reserves for them, then contracts, then partners, then others pro rata.

    What is reserved comes before the host's own work, what is not comes after the part of it that is kept inside; of
    what a host had promised and cannot serve the rest is asked for like that. One price clears both, so that own work
    worth that price stands beside tenants' wants. Those who rival the host's own models get less if that pays.

    A host with a right of first refusal is asked for all that its tenant wants; the others stand by for what the first
    lately left, and give of it what is still missing.

    Args:
        e: the economy.
        labs: what start-ups want.
        business: compute wanted by enterprises at each host, (worlds, hosts).
        rent: price by the month at each host, $ per H100e-hour, (worlds, hosts).
    """
    startups = e.startups.view()
    clouds = e.clouds.view()
    host = labs.lessors
    shares = [lessor.of(share_asked(e, row)) for lessor, row in zip(host, startups.contracts_in_use, strict=True)]
    partner = startups.contract != PLAIN
    asked = [lessor.of(labs.open) * share for lessor, share in zip(host, shares, strict=True)]
    (first, *beside), reserved, business, bound = _allowed(e, host, asked, labs.reserved, business)
    rival = _rivals(e, clouds, host)
    small, legal, from_legal = _serve_by_law(e, startups, clouds, host[0], labs.wanted, first)
    first = first - from_legal
    room = np.maximum(clouds.unleased - legal, 0.0)
    stands, got_reserved, kept = _serve_contracts(e, reserved, host, room)
    # what a contract promised and its host cannot serve is asked for by the month
    failed = sum_of(host, [a - b for a, b in zip(reserved, got_reserved, strict=True)])
    by_month = labs.open + failed
    asked = [a + lessor.of(failed) * s for lessor, a, s in zip(host, (first, *beside), shares, strict=True)]
    free = np.maximum(room - kept - np.minimum(e.clouds.act(Cloud.kept_inside, e.p), room - kept), 0.0)
    public = public_wants(e, rent, free)
    see_bound(e, bound + public)
    partners, rivals, others = _asked_by_month(host, partner, rival, asked)
    fill_partner, left = market.serve_partners(partners, free)
    own = own_beside(e, clouds)
    others = others + business + public
    wants, others = partners + others + rivals, others + own
    weight = 1.0 - _held_back(e, startups, clouds, host[0], rival[0], others, rivals, left)
    fill, fill_rival = market.fill_rates(others, rivals, weight, left)
    got_open = _got_by_month(host, partner, rival, asked, (fill_partner, fill, fill_rival), by_month, from_legal)
    got = [held + month for held, month in zip(got_reserved, got_open, strict=True)]
    got[0] = got[0] + from_legal
    sold = partners * fill_partner + (business + public) * fill
    for at, month in zip(host, [np.where(partner, 0.0, got_open[0]), *got_open[1:]], strict=True):
        sold = sold + at.sum(month)
    whole = rivals.sum(axis=-1)
    e.now.compute.rival_penalty = (rivals * (fill - fill_rival)).sum(axis=-1) / positive(whole)
    return Served(
        got=got, got_reserved=got_reserved, stands=stands, by_month=by_month,
        asked=asked[0] + from_legal + got_reserved[0], business=business * fill, public=public * fill, small=small,
        legal=legal, wants=wants + legal + kept, sold=sold + legal + kept, open_wants=wants, open_sold=sold, free=free,
        own_beside=own,
    )  # fmt: skip


def _asked_by_month(
    host: list[Hosted], partner: BoolArray, rival: list[BoolArray], asked: list[FloatArray]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What partners, rivals of the host's own models, and others ask of each host by the month, (worlds, hosts)."""
    first = asked[0]
    partners = host[0].sum(np.where(partner, first, 0.0))
    rivals = host[0].sum(np.where(rival[0] & ~partner, first, 0.0))
    others = host[0].sum(np.where(rival[0] | partner, 0.0, first))
    for at, rivalled, amount in zip(host[1:], rival[1:], asked[1:], strict=True):
        rivals = rivals + at.sum(np.where(rivalled, amount, 0.0))
        others = others + at.sum(np.where(rivalled, 0.0, amount))
    return partners, rivals, others


def _got_by_month(
    host: list[Hosted], partner: BoolArray, rival: list[BoolArray], asked: list[FloatArray],
    fills: tuple[FloatArray, FloatArray, FloatArray], by_month: FloatArray, from_legal: FloatArray,
) -> list[FloatArray]:  # fmt: skip
    """What each tenant gets by the month at each of its hosts: the first one serves first, the others what is missing.

    ``fills`` are those of partners, of others and of rivals, by host; ``from_legal`` is what the law has given before.
    """
    of_partners, fill, of_rivals = fills
    served = np.where(rival[0], host[0].at(of_rivals), host[0].at(fill))
    got = [asked[0] * np.where(partner, host[0].at(of_partners), served)]
    had = got[0] + from_legal
    for at, rivalled, amount in zip(host[1:], rival[1:], asked[1:], strict=True):
        served = np.where(rivalled, at.at(of_rivals), at.at(fill))
        more = np.minimum(amount * served, at.of(np.maximum(by_month - had, 0.0)))
        got.append(more)
        had = at.added(had, more)
    return got


def own_beside(e: Economy, clouds: Cloud) -> FloatArray:
    """Own work that hosts would run at the price by the month, beside their tenants', H100e, (worlds, hosts)."""
    inside = np.maximum(clouds.wanted_inside - clouds.leased_used, 0.0)
    waiting = np.maximum(inside - e.clouds.act(Cloud.kept_inside, e.p), 0.0)
    own = e.clouds.act(Cloud.own_use_at, e.p, by_slot(waiting), by_slot(e.now.compute.host_cost))
    return np.asarray(own * clouds.rents_out)


def _allowed(
    e: Economy, host: list[Hosted], asked: list[FloatArray], reserved: list[FloatArray], business: FloatArray
) -> tuple[list[FloatArray], list[FloatArray], FloatArray, FloatArray]:
    """What rules of sovereignty let hosts serve of what is asked by the month and reserved, and what they bind."""
    if not (e.p.policy.sovereign_place.any() or e.p.policy.sovereign_owner.any()):  # no such rule, in any world
        _, business, bound = within_reach(e, asked, business)
        return asked, reserved, business, bound
    both = [lessor.table(month + held) for lessor, month, held in zip(host, asked, reserved, strict=True)]
    limited, business, bound = within_reach(e, both, business)
    part = [at.of(np.where(b > 0.0, a / positive(b), 1.0)) for at, a, b in zip(host, limited, both, strict=True)]
    asked = [amount * share for amount, share in zip(asked, part, strict=True)]
    return asked, [amount * share for amount, share in zip(reserved, part, strict=True)], business, bound


def _serve_contracts(
    e: Economy, reserved: list[FloatArray], host: list[Hosted], room: FloatArray
) -> tuple[FloatArray, list[FloatArray], FloatArray]:
    """Share of what is reserved that each host can serve, what each lab gets of it, and what all do, by host."""
    wants = np.zeros_like(room)
    for amount, lessor in zip(reserved, host, strict=True):
        if amount.any():
            wants = wants + lessor.sum(amount)
    able = np.maximum(room - e.clouds.act(Cloud.closed, e.p), 0.0)
    stands = np.minimum(np.where(wants > 0.0, able / positive(wants), 1.0), 1.0)
    got = [
        amount * lessor.at(stands) if amount.any() else amount for amount, lessor in zip(reserved, host, strict=True)
    ]
    return stands, got, wants * stands


def _serve_by_law(
    e: Economy, startups: Startup, clouds: Cloud, host: Hosted, wanted: FloatArray, first: FloatArray
) -> tuple[BoolArray, FloatArray, FloatArray]:
    """Small tenants, what each host serves them out of reserved capacity, and what each of them gets of it."""
    small = (wanted < e.p.policy.small_tenant * startups.weight) & (startups.contract == PLAIN)
    small &= startups.host != NONE
    if not e.in_force.reserved.any():  # nothing is reserved, in any world
        return small, np.zeros_like(clouds.capacity), np.zeros_like(first)
    wants = host.sum(np.where(small, first, 0.0))
    reserved, served = market.reserve(wants, clouds.unleased, e.in_force.reserved)
    return small, reserved, np.where(small, first * host.at(served), 0.0)


def _rivals(e: Economy, clouds: Cloud, host: list[Hosted]) -> list[BoolArray]:
    """Who competes with the models of its host, by contract in use."""
    own = np.where(clouds.develops & clouds.alive, clouds.capability, np.inf)
    level = [at.table(at.at(own, np.inf), np.inf) for at in host]
    return [at.of(e.startups.act(Startup.rivals_host, e.p, by_slot(k))) for at, k in zip(host, level, strict=True)]


def _held_back(
    e: Economy, startups: Startup, clouds: Cloud, host: Hosted, rival: BoolArray, others: FloatArray,
    rivals: FloatArray, left: FloatArray,
) -> FloatArray:  # fmt: skip
    """Part of their claim that rivals lose at each host, (worlds, hosts).

    Users who leave a supplier spread over the others by their shares (the diversion of a logit).
    """
    use = np.maximum(e.conditions.use, SMALL)
    sales = host.sum(np.where(rival, startups.revenue, 0.0))
    compute = host.sum(np.where(rival, startups.used, 0.0))
    diversion = clouds.revenue / use / np.maximum(1.0 - sales / use, LEAST_PART)
    diverted = np.clip(diversion, 0.0, 1.0) * sales / positive(compute)
    excess = np.maximum(others + rivals - left, 0.0)
    relet = np.minimum(excess / positive(rivals), 1.0)
    held = e.clouds.act(Cloud.holds_back, e.p, by_slot(diverted), by_slot(relet))
    return np.asarray(held)
