"""The market for capital: who is funded out of limited funds, what firms are worth, how news moves values.

Pure functions of arrays; the first axis is the world, firms stand on the last.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kingmaker.agents.arithmetic import NEGLIGIBLE, SMALL, TINY, expm1, log, positive, power, ratio
from kingmaker.agents.types import NONE, FloatArray, IntArray
from kingmaker.agents.units import YEAR
from kingmaker.environment.core.lookups import by_host

Claim = tuple[FloatArray, IntArray]  # a share of each firm, and the slot of who has it


def fund(
    asks: FloatArray,
    merit: FloatArray,
    world: NDArray[np.int64],
    pace: FloatArray,
    purse: FloatArray,
    luck: FloatArray,
    success: FloatArray,
    crowding: FloatArray,
    members: FloatArray,
) -> FloatArray:
    """How much of each ask is granted.

    A round is offered to a syndicate (Lerner 1994): each of its members takes its part or does not, with a probability
    that rises with the merit of the firm; the mean probability is ``success``, or less if the investors' ``pace`` does
    not cover it. Money that is plenty chases deals: rounds then close sooner (Gompers & Lerner 2000). In a lucky month
    investors place more than their pace, but never more than they hold: so the mean does not depend on how coarsely
    firms are grained. Few firms go out for money at a time, so rounds come as a list.

    Args:
        asks: M$ wanted, above zero, shape (rounds,), in the order of the firms.
        merit: relative attractiveness > 0, same shape.
        world: in which world each is, same shape.
        pace: M$ that investors mean to place, shape (worlds,).
        purse: M$ that they can place at most, shape (worlds,).
        luck: uniform numbers, shape as ``asks``.
        success: chance that a member takes its part of a round of middling merit in a month, shape (worlds,).
        crowding: elasticity of that chance to the money there is for each round, where it is plenty, shape (worlds,).
        members: how many decide on it, each for its part; whole numbers, shape as ``asks``.

    Returns:
        M$ granted, shape (rounds,), in sum never more than the purse of the world.
    """
    worlds = len(pace)

    def by_world(amount: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(world, weights=amount, minlength=worlds), dtype=np.float64)

    total = by_world(asks)
    mean = by_world(asks * merit) / positive(total)
    money = pace / positive(total)
    plenty = np.maximum(ratio(money, success), 1.0)
    cover = np.minimum(money, success * power(plenty, np.array(crowding)))
    rate = cover / positive(mean)
    granted = asks * _part_taken(luck, np.minimum(rate[world] * merit, 1.0), members)
    whole = by_world(granted)
    part = np.minimum(purse / positive(whole), 1.0)
    return np.asarray(granted * part[world])


def _part_taken(luck: FloatArray, chance: FloatArray, members: FloatArray) -> FloatArray:
    """Part of a round that its syndicate takes, 0-1: the binomial quantile of ``luck``, over the members."""
    chance = np.minimum(chance, 1.0 - TINY)
    likely = power(1.0 - chance, members)  # that nobody takes a part, then that one does, and so on
    odds, reached, left, number = chance / (1.0 - chance), likely.copy(), members.copy(), 0
    taken = np.zeros(len(members))
    while (more := (luck >= reached) & (left > 0.0)).any():
        taken += more
        number += 1
        likely *= odds
        likely *= left
        likely /= number
        reached += likely
        left -= 1.0
    return np.asarray(taken / members)


def lab_value(
    revenue: FloatArray,
    growth: FloatArray,
    cash: FloatArray,
    promise: FloatArray,
    mood: FloatArray,
    *,
    base_multiple: FloatArray,
    growth_multiple: FloatArray,
    growth_valued: FloatArray,
    value_mood: FloatArray,
) -> FloatArray:
    """Value of a start-up, M$: a multiple of sales that rises with growth and mood, plus cash, plus promise.

    Args:
        revenue: M$ a month.
        growth: of revenue, 1/month.
        cash: M$.
        promise: M$, what its capability alone is thought to be worth.
        mood: sentiment of investors, 0-1.
        base_multiple: of a year's sales, without growth, years, shape (worlds, 1).
        growth_multiple: what a growth of one (1/month) would add to it, years, shape (worlds, 1).
        growth_valued: growth beyond which more adds nothing, 1/month, shape (worlds, 1).
        value_mood: factor on multiple and promise in the coldest mood, shape (worlds, 1); mood adds to it.
    """
    factor = value_mood + mood
    multiple = (base_multiple + growth_multiple * np.clip(growth, 0.0, growth_valued)) * factor
    return YEAR * revenue * multiple + cash + promise * factor


def contract_worth(
    rent: FloatArray, growth: FloatArray, margin: FloatArray, months: FloatArray, discount: FloatArray
) -> FloatArray:
    """Present value of a contract, M$: the margin on a rent that grows over the months that investors look ahead.

    A growing annuity (Campbell & Shiller 1988: a price is the discounted stream of what is expected), in continuous
    time: rent * margin * (exp(k T) - 1) / k with k = growth - discount.

    Args:
        rent: M$ a month at the start.
        growth: of the rent, 1/month.
        margin: part of the rent that is left, 0-1.
        months: horizon T.
        discount: 1/month.
    """
    k = growth - discount
    small = np.abs(k) < SMALL
    length = np.where(small, months, expm1(k * months) / np.where(small, 1.0, k))
    return np.asarray(rent * margin * length)


def equity_values(
    primitive: FloatArray, business: FloatArray, stakes: Sequence[Claim], royalties: Sequence[Claim]
) -> tuple[FloatArray, FloatArray]:
    """Values of holders and of the firms held, V = (I - C)^-1 D p (Elliott, Golub & Jackson 2014).

    ``C`` are the stakes and ``D`` says who owns which business: a holder its own and, through a revenue share, part of
    that of the firm held. As the firms held hold nobody, C is nilpotent and the inverse is I + C: nothing is iterated.

    Args:
        primitive: worth of the business of the firms held, M$, shape (worlds, n).
        business: worth of each holder's own business, M$, shape (worlds, holders).
        stakes: pairs of (share of each firm's equity, 0-1, and who holds it), each of shape (worlds, n).
        royalties: pairs of (share of each firm's business that is due by contract, and to whom).

    Returns:
        Values of the holders (worlds, holders) and of the firms held (worlds, n).
    """
    holders = business.shape[-1]
    due = np.zeros_like(primitive)
    value = business
    for share, holder in royalties:
        if share.any():  # else nothing would be added
            part = np.where(holder != NONE, share, 0.0) * primitive
            due = due + part
            value = value + by_host(part, holder, holders)
    equity = primitive - due
    for share, holder in stakes:
        if share.any():
            value = value + by_host(np.where(holder != NONE, share, 0.0) * equity, holder, holders)
    return value, equity


def announcement_return(surprise: FloatArray, value: FloatArray, response: FloatArray) -> FloatArray:
    """Abnormal return on news, between -1 and 1: response times present value of the surprise over firm value.

    The form of event studies (MacKinlay 1997) where the surprise is small beside the firm. A contract larger than the
    firm was in part expected, or will not be kept in full: the return levels off instead of passing any bound.
    """
    moved = response * surprise
    return np.asarray(moved / np.maximum(value + np.abs(moved), SMALL))


class Comovement:
    """How values of clouds and of the labs that they are invested in move together; what is long past fades."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._sums: list[FloatArray] = []

    def see(
        self,
        value: FloatArray,
        before: FloatArray,
        labs: FloatArray,
        labs_before: FloatArray,
        *,
        months: FloatArray,
        bound: FloatArray,
    ) -> None:
        """Take in a month.

        Args:
            value: of clouds now, M$, (worlds, clouds).
            before: the same a month ago.
            labs: value of the labs that each is invested in, same shape.
            labs_before: the same labs a month ago.
            months: for how long a month is remembered, (worlds, 1).
            bound: largest change of a logarithm that counts, (worlds, 1).
        """
        fade = 1.0 - 1.0 / months
        there = ((before > 0.0) & (value > 0.0) & (labs > 0.0) & (labs_before > 0.0)).astype(np.float64)
        x, y = there * _change(value, before, bound), there * _change(labs, labs_before, bound)
        new = [there, x, y, x * x, y * y, x * y]
        old = self._sums or [np.zeros_like(x)] * len(new)
        self._sums = [fade * a + b for a, b in zip(old, new, strict=True)]

    def correlation(self, least: FloatArray) -> FloatArray:
        """Correlation of the changes, mean over clouds seen for ``least`` (worlds, 1) months, shape (worlds,)."""
        if not self._sums:
            return np.zeros(len(least))
        n, x, y, xx, yy, xy = self._sums
        seen = np.maximum(n, 1.0)
        covariance = xy / seen - x * y / (seen * seen)
        spread = np.maximum(xx / seen - (x / seen) ** 2, 0.0) * np.maximum(yy / seen - (y / seen) ** 2, 0.0)
        known = (n >= least) & (spread > NEGLIGIBLE)
        rho = np.where(known, covariance / np.sqrt(np.where(known, spread, 1.0)), 0.0)
        number = known.sum(axis=-1)
        return np.asarray(rho.sum(axis=-1) / np.maximum(number, 1))


def _change(now: FloatArray, before: FloatArray, bound: FloatArray) -> FloatArray:
    """Change of the logarithm, within a bound: a firm that enters or fails must not drown the others."""
    return np.clip(log(np.maximum(now, SMALL) / np.maximum(before, SMALL)), -bound, bound)
