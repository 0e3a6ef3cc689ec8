"""Announcements: investors learn of contracts signed and lost, and revalue both hosts (row C12)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kingmaker.agents.arithmetic import LEAST_PART, positive
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.startup import EXCLUSIVE, FIRST_REFUSAL, Startup
from kingmaker.agents.types import NONE, BoolArray, FloatArray, IntArray
from kingmaker.agents.units import YEAR
from kingmaker.environment.capital import capital_market
from kingmaker.environment.capital.news import KINDS
from kingmaker.environment.compute import compute_market as market
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import at_host, by_host
from kingmaker.environment.core.phases import phase

SWITCH, SECOND, SECOND_ENDS, FREED = range(len(KINDS))
_TEXT = {
    SWITCH: "moves to another cloud: investors revalue both",
    SECOND: "signs with a second cloud: investors revalue both",
    FREED: "is no longer bound to one cloud: investors mark its host down",
}


@dataclass
class _Story:
    """What is new of each lab, if anything: who wins and loses, which part of its compute, how much is a surprise."""

    kind: IntArray  # index of KINDS, or NONE
    winner: IntArray
    loser: IntArray
    share: FloatArray  # of the lab's compute
    surprise: FloatArray  # part of the worth that was not expected, 0-1


@phase("hosts.choose_hosts")
def announce(e: Economy) -> None:
    """Compare who is hosted where with what investors knew, and move the values of the hosts concerned.

    What counts is the part that was not expected (MacKinlay 1997). Ties that stand in January 2022 are no news, nor
    are contracts too small to be written about.
    """
    startups = e.startups.view()
    clouds = e.clouds.view()
    e.now.capital.announced_musd = np.zeros(e.worlds)
    e.now.capital.reaction = np.zeros_like(clouds.value)
    story = _story(e, startups)
    # where nothing is new in any world, all that follows would add nothing
    if e.month > 0 and (story.kind != NONE).any():
        _revalue(e, startups, clouds, story)
    startups.host_known, startups.second_known = startups.host, startups.second
    startups.bound_known = startups.contract == EXCLUSIVE


def _story(e: Economy, startups: Startup) -> _Story:
    """What has changed since last month; a lab makes one announcement a month."""
    p = e.p
    host, second = startups.host, startups.second
    was, was_second = startups.host_known, startups.second_known
    moved = startups.alive & (host != was) & (host != NONE) & (was != NONE)
    took = startups.alive & (second != was_second) & (second != NONE) & (second != was) & ~moved
    ended = startups.alive & (was_second != NONE) & (second == NONE) & (host != was_second) & ~moved
    freed = startups.alive & startups.bound_known & (host == was) & (startups.contract != EXCLUSIVE) & ~took & ~ended
    kind = np.where(moved, SWITCH, np.where(took, SECOND, np.where(ended, SECOND_ENDS, np.where(freed, FREED, NONE))))
    winner = np.where(took, second, np.where(freed, NONE, host))
    loser = np.where(moved, was, np.where(ended, was_second, host))
    # how a lab splits its need this month is its secret: investors reckon with the usual size of second contracts
    share = np.where(moved, startups.first_share, p.compute.second_share)
    # that a lab which has been freed may leave was already in the price
    foreseen = p.capital.news_foreseen
    known = took & (startups.contract == FIRST_REFUSAL)
    surprise = np.where(known, 1.0 - foreseen, np.where(freed, foreseen, 1.0))
    return _Story(kind.astype(np.int32), winner.astype(np.int32), loser.astype(np.int32), share, surprise)


def _revalue(e: Economy, startups: Startup, clouds: Cloud, story: _Story) -> None:
    """The worth of what is announced, to the winner with what it signals, to the loser as far as it cannot re-let."""
    p, hosts = e.p.capital, clouds.value.shape[-1]
    # at the winner's price, or at the loser's where nobody wins
    price = at_host(clouds.rent, np.where(story.winner != NONE, story.winner, story.loser).astype(np.int32))
    rent = market.spending((startups.wanted - startups.own_used) * story.share, price)
    value = _worth(e, startups, rent)
    heard = (story.kind != NONE) & (value >= p.news_least * startups.weight)
    value = np.where(heard, value, 0.0)
    freed = by_host(np.where(heard, (startups.used - startups.own_used) * story.share, 0.0), story.loser, hosts)
    left = at_host(1.0 - _refilled(clouds, freed), story.loser)
    won = np.where(story.winner != NONE, (1.0 + p.news_signal) * story.surprise * value, 0.0)
    lost = left * story.surprise * value
    surprise = by_host(won, story.winner, hosts) - by_host(lost, story.loser, hosts)
    e.now.capital.reaction = capital_market.announcement_return(surprise, clouds.value, p.news_response)
    least = p.business_least * clouds.value
    clouds.business = np.maximum(clouds.business + e.now.capital.reaction * clouds.value, least)
    e.now.capital.announced_musd = value.sum(axis=-1)
    _keep(e, startups, clouds, story, heard, (rent, value, won, lost))


def _worth(e: Economy, startups: Startup, rent: FloatArray) -> FloatArray:
    """Present value of the margin on a rent that is thought to grow as the lab's sales do, within bounds."""
    p = e.p.capital
    growth = np.clip(startups.growth, 0.0, p.news_growth)
    horizon = YEAR * p.news_years
    return np.asarray(capital_market.contract_worth(rent, growth, p.news_margin, horizon, p.discount / YEAR))


def _refilled(clouds: Cloud, freed: FloatArray) -> FloatArray:
    """Share of the compute set free that others take at once: a host that is full loses little, (worlds, hosts)."""
    short = np.clip(clouds.shortage, 0.0, 1.0 - LEAST_PART)
    waiting = clouds.sold * short / (1.0 - short)
    return np.asarray(np.minimum(waiting / positive(freed), 1.0))


def _keep(
    e: Economy,
    startups: Startup,
    clouds: Cloud,
    story: _Story,
    heard: BoolArray,
    sums: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
) -> None:
    """Enter the announcements into the record, each with its own part of the reaction of either host."""
    if not heard.any():
        return
    rent, value, won, lost = sums
    response = e.p.capital.news_response
    rise = capital_market.announcement_return(won, at_host(clouds.value, story.winner), response)
    fall = capital_market.announcement_return(-lost, at_host(clouds.value, story.loser), response)
    for code, kind in enumerate(KINDS):
        told = heard & (story.kind == code)
        e.news.add(e.month, kind, told, startups.ids, story.winner, story.loser, rent, value, rise, fall)
        if code in _TEXT:
            e.note_event(told, "startups", "announcement", _TEXT[code])
