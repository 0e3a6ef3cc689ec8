"""An AI start-up ("lab"): raises money, chooses hosts, trains, sells, opens its weights or not, fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from kingmaker.agents.arithmetic import ALL_BUT, EXPONENT, HIGHEST, TINY, is_on, logistic, power
from kingmaker.agents.contract import (  # the forms of contract are known from here, too
    CONTRACTS as CONTRACTS,
)
from kingmaker.agents.contract import EXCLUSIVE as EXCLUSIVE
from kingmaker.agents.contract import FIRST_REFUSAL as FIRST_REFUSAL
from kingmaker.agents.contract import PLAIN as PLAIN
from kingmaker.agents.contract import PREFERRED as PREFERRED
from kingmaker.agents.draws import Draws
from kingmaker.agents.member import Column
from kingmaker.agents.offers import NEVER, Offers
from kingmaker.agents.parameter_groups import Parameters
from kingmaker.agents.types import NONE, BoolArray, FloatArray, IntArray
from kingmaker.agents.venture import Venture


def frugal_chance(p: Parameters, dearness: FloatArray) -> FloatArray:
    """Chance that a founder chooses a design that does with little compute, shape as ``dearness`` (row L4).

    Logit choice between two designs by expected profit (McFadden 1974): the frugal one saves ``frugal_saving`` of the
    compute, which is worth the more the dearer compute is, but serves a smaller market. ``dearness`` is what an hour
    that is really got costs (rent over the share of wants served), relative to the usual; there the chance is
    ``frugal_share``.
    """
    s = p.startups
    saved = s.compute_share * s.frugal_saving * (dearness - 1.0)
    usual = s.frugal_share / (1.0 - np.minimum(s.frugal_share, ALL_BUT))
    odds = usual * np.exp(np.minimum(s.design_choice * saved, EXPONENT))
    return np.asarray(odds / (1.0 + odds))


class Startup(Venture):
    """An AI start-up that rents compute, trains models and sells what they do.

    Money, compute and staff are those of the slot, which stands for ``weight`` firms.
    """

    share: ClassVar[str] = ""  # of a user's kind: the key of the parameter that says which part of start-ups it is

    age = Column(0.0, unit="months", doc="since entry")
    product = Column(0.0, unit="log10 FLOP", doc="capability of what it sells: its own model or an open one")
    base_model = Column(NONE, dtype=np.int32, unit="developer", doc="whose open model it builds on")
    need_growth = Column(0.0, unit="1/month", doc="growth of the compute that it wants, smoothed")
    investor = Column(NONE, dtype=np.int32, unit="fund", doc="lead investor")
    vendor_cash = Column(0.0, unit="M$", doc="cash that came from the latest vendor and is not yet spent")
    credit_host = Column(NONE, dtype=np.int32, unit="cloud", doc="the cloud that owes it the compute paid ahead")
    host_known = Column(NONE, dtype=np.int32, unit="cloud", doc="its first host as investors know it: last month's")
    second_known = Column(NONE, dtype=np.int32, unit="cloud", doc="its second host as investors know it")
    value_known = Column(0.0, unit="M$", doc="its value a month ago")
    bound_known = Column(False, dtype=np.bool_, unit="yes/no", doc="whether investors know it as an exclusive tenant")
    royalty = Column(0.0, unit="0-1", doc="revenue share: part of its sales due to its partner under the contract")
    paid_funds = Column(0.0, unit="M$", doc="paid for its shares by funds")
    paid_clouds = Column(0.0, unit="M$", doc="paid for its shares by clouds")
    raised_cash = Column(0.0, unit="M$", doc="cash that was raised and is not yet spent")
    rent_paid = Column(0.0, unit="M$/month", doc="rent of compute, from cash and from credit")
    spending_raised = Column(0.0, unit="M$/month", doc="raised money spent on compute this month")
    public_compute = Column(0.0, unit="H100e", doc="compute that a public programme gives it this month")

    @classmethod
    def born(cls, values: Mapping[str, Any], p: Parameters) -> Mapping[str, Any]:
        """Column values of newcomers of a user's kind, each (worlds, n), given those that any newcomer would have."""
        return values

    def design(self, p: Parameters) -> tuple[FloatArray, FloatArray]:
        """What its design means in the market: cost of a unit of service and market within reach, relative, (..., n).

        A frugal design saves on the part of cost that is compute, but does not suit every task (``frugal_ceiling``).
        Who applies AI in products of its own (drugs, robots, accounts) competes with models for few of their users.
        """
        cost = 1.0 - p.services.compute_cost_share * (1.0 - self._lean(p))
        suited = (1.0 - p.startups.frugal_ceiling * self.frugality) * np.where(
            is_on(self.applied), p.startups.applied_market, 1.0
        )
        return np.asarray(cost), np.asarray(suited)

    def pivots(self, p: Parameters, frontier: FloatArray, dearness: FloatArray, draws: Draws) -> BoolArray:
        """Whether it turns to a frugal design this month, shape (..., n): when money is short and the race is lost.

        Nobody turns back: what was learned of doing with little is kept.
        """
        short = self.alive & (self.cash < p.capital.raise_runway * self.burn)
        lost = self.capability < frontier - p.startups.pivot_gap
        chance = p.startups.pivot_chance * frugal_chance(p, dearness)
        return np.asarray(short & lost & ~is_on(self.frugality) & (draws.uniform() < chance))

    def switching_cost(self, p: Parameters, egress: FloatArray, refactoring_kept: FloatArray) -> FloatArray:
        """Disutility of leaving the host, in units of utility, shape (..., n).

        Egress of the data held plus refactoring, which interoperability removes (Klemperer 1987, 1995); both grow with
        tenure and with the size of the models in use.
        """
        tenure = self.tenure / (self.tenure + p.compute.tenure_half)
        size = 1.0 + p.compute.switching_size * np.log1p(self.used / np.maximum(self.weight, TINY))
        scale = p.compute.switching_scale * size
        refactoring = p.compute.refactoring_fixed + (1.0 - p.compute.refactoring_fixed) * tenure
        return np.asarray(scale * (p.compute.egress_part * egress + refactoring_kept * refactoring))

    def choose_host(self, offers: Offers, stay: FloatArray, draws: Draws) -> tuple[IntArray, IntArray]:
        """The host each start-up likes best, and the best other than its present one; both of shape (..., n).

        Logit (McFadden 1974) as a race of exponentials: the rate of host h is exp(utility of h), times exp(``stay``)
        at the present host, where ``stay`` is the switching cost saved by staying.
        """
        seen = offers.seen(self.region, self.host)
        soonest = np.full(self.host.shape, NEVER)
        first = np.zeros(self.host.shape, dtype=np.int16)  # one more than the host that is soonest so far
        sooner = np.empty(self.host.shape, dtype=np.bool_)
        for h in offers.serving:
            time = draws.exponential(h)
            time /= offers.rate(h, seen)
            np.less(time, soonest, out=sooner)
            np.minimum(soonest, time, out=soonest)
            # hosts come in rising order, so the latest that was sooner is the largest
            np.maximum(first, np.multiply(sooner, h + 1, dtype=np.int16), out=first)
        other = first.astype(np.int32) - np.int32(1)
        at_home = np.where(self.host != NONE, draws.exponential(self.host) / offers.rate_at_home(seen), np.inf)
        at_home /= np.exp(np.minimum(stay, HIGHEST))
        stays = (at_home < soonest) | ((at_home == soonest) & (self.host < other))
        best = np.where(stays, self.host, other)
        return best, other

    def partner_saving(self, p: Parameters) -> FloatArray:
        """Part of the rent that its partnership with the first host saves it, 0-1, shape (..., n).

        Partners (preferred, exclusive, or with a right of first refusal kept by the host) have a discount; those who
        bind themselves have one more for it.
        """
        saved = np.where(self.contract == PLAIN, 0.0, p.compute.preferred_discount)
        bound = np.where(self.contract == EXCLUSIVE, p.compute.exclusive_discount, 0.0)
        return np.asarray(1.0 - (1.0 - saved) * (1.0 - bound))

    def _gain_of_second(self, p: Parameters, expected: FloatArray, kept: FloatArray) -> FloatArray:
        """Utility of a second host less its cost, shape (..., n).

        What it adds: compute that the first host does not serve today or will not serve (``expected``, 0-1, is the
        share of its need that the first host can serve in some months), and bargaining; both matter more to large
        tenants. What it costs: work and the charge on data moved between the two (``kept``: what the law leaves of it;
        Katz & Shapiro 1985; Doganoglu & Wright 2006), and the rent that a partner saves on what it keeps at home.
        """
        size = np.log1p(self.used / np.maximum(self.weight, TINY))
        gain = (p.compute.second_gain * self.missing(expected) + p.compute.second_taste) * size
        dearer = -p.compute.price_sensitivity * np.log1p(-self.partner_saving(p))
        return np.asarray(gain - p.compute.second_cost * kept - dearer)

    def missing(self, expected: FloatArray) -> FloatArray:
        """Share of its need that it does not get today, or that its first host will not serve, shape (..., n)."""
        return np.asarray(1.0 - np.minimum(self.fill, expected))

    def accepts_exclusivity(self, p: Parameters, expected: FloatArray, kept: FloatArray, draws: Draws) -> BoolArray:
        """Who would bind itself to its first host alone, if that is what the host asks, shape (..., n).

        Exclusive dealing is bought, not imposed (Bernheim & Whinston 1998): what the host gives, a discount and the
        support that its stake stands for, against what the lab gives up, the option of a second host (its value in a
        logit is the logsum: Small & Rosen 1981). A lab that its host serves badly, or cannot serve much longer, has
        much to give up.
        """
        stake = np.where((self.vendor == self.host) & (self.host != NONE), self.vendor_share, 0.0)
        discount = -p.compute.price_sensitivity * np.log1p(-p.compute.exclusive_discount)
        offer = p.compute.exclusive_stake * stake + discount
        option = np.logaddexp(0.0, self._gain_of_second(p, expected, kept))
        return np.asarray(self.alive & (draws.uniform() < logistic(offer - option)))

    def rivals_host(self, p: Parameters, own: FloatArray) -> BoolArray:
        """Whose model competes with its host's ``own`` (log10 FLOP; infinity: the host has none), shape (..., n)."""
        return np.asarray(self.alive & (self.revenue > 0.0) & (self.capability >= own - p.compute.rival_gap))

    def negotiates(self, p: Parameters) -> BoolArray:
        """Whose contract is large enough to be negotiated rather than signed on a web page, shape (..., n)."""
        return np.asarray(self.used > p.compute.self_service * self.weight)

    def reviews(
        self, p: Parameters, best: IntArray, keeps: BoolArray, banned: FloatArray, draws: Draws
    ) -> tuple[BoolArray, BoolArray]:
        """Who begins to talk to ``best``, and whose exclusivity is loosened; both of shape (..., n).

        A tenant compares when its term ends, and sometimes before, if it is served badly. Exclusivity relaxes to a
        right of first refusal when the host stays short of what the lab wants, when the term ends and the lab does not
        bind itself again (``keeps``), or where the law bans it (facts S5-002).
        """
        hosted = self.alive & (self.host != NONE)
        poorly = hosted & (self.fill < p.compute.patience)
        luck = draws.uniform()
        short = poorly & (luck < p.compute.impatience)
        exclusive = self.contract == EXCLUSIVE
        due = hosted & (self.term <= 0.0)
        renegotiated = poorly & (luck < p.compute.loosening)
        loosens = exclusive & (renegotiated | (due & ~keeps) | (hosted & is_on(banned)))
        bound = exclusive & ~loosens
        likes = (best != self.host) & (best != NONE) & (self.talks == NONE)
        return (due | short) & ~bound & likes, loosens

    def may_multihome(self, p: Parameters, expected: FloatArray) -> BoolArray:
        """Whose contract lets it go to a second host, shape (..., n).

        An exclusive lab may not. Where the host keeps a right of first refusal the lab may, once the host has been
        asked and is, or will be (``expected``), short of what the lab needs (facts S5-002).
        """
        served = np.minimum(self.host_fill, expected) >= p.compute.enough_fill
        barred = (self.contract == EXCLUSIVE) | ((self.contract == FIRST_REFUSAL) & served)
        return np.asarray(self.alive & (self.host != NONE) & ~barred)

    def weighs_second_host(
        self, p: Parameters, other: IntArray, expected: FloatArray, kept: FloatArray, draws: Draws
    ) -> tuple[BoolArray, BoolArray]:
        """Who begins to talk to ``other`` as a second host, and who gives its second host up; both of shape (..., n).

        A second host pays if what it adds exceeds its cost (:meth:`_gain_of_second`). The question comes up now and
        then, and sooner where the first host serves badly (problem-driven search: Cyert & March 1963).
        """
        gain = self._gain_of_second(p, expected, kept)
        worth = logistic(gain)
        luck = draws.uniform()
        free = (self.second == NONE) & (self.second_talks == NONE) & (other != NONE) & (other != self.host)
        badly = self.missing(expected) > 1.0 - p.compute.enough_fill
        chance = np.where(badly, p.compute.second_urgency, p.compute.second_chance)
        adds = self.may_multihome(p, expected) & free & (luck < chance * worth)
        drops = (self.second != NONE) & (luck > 1.0 - p.compute.second_end * (1.0 - worth))
        return adds, drops

    def asks_host_first(self) -> BoolArray:
        """Whose contract says that the first host is asked for all that it wants, shape (..., n)."""
        return np.asarray((self.contract == EXCLUSIVE) | (self.contract == FIRST_REFUSAL))

    def splits(self, p: Parameters, ratio: FloatArray) -> FloatArray:
        """Share of its compute that it asks of its second host, 0-1, shape (..., n).

        The split follows what the first host leaves unserved and the ``ratio`` of the first host's price to the second
        one's (constant elasticity), slowly. Under a right of first refusal the host is asked for everything first, and
        the second one stands by for what it lately left.
        """
        left = 1.0 - self.host_fill
        aim = p.compute.second_share * power(ratio, p.compute.split_elasticity) + left
        slow = self.second_share + p.compute.second_drift * (aim - self.second_share)
        slow = np.clip(slow, p.compute.second_least, p.compute.second_most)
        share = np.where(self.asks_host_first(), left, slow)
        return np.where(self.second != NONE, share, 0.0)

    def reserves_new_cloud(self, p: Parameters, dares: BoolArray, exposed: BoolArray, draws: Draws) -> BoolArray:
        """Whether it signs for capacity with a new-generation cloud beside its host, shape (..., n).

        All that it rents must come from big clouds (``exposed``), which sell models of their own; it must ``dare`` the
        commitment, a sum fixed for years (row S8; facts S5-002), and be free to sign: not exclusive, and under a right
        of first refusal only while its host is short.
        """
        refused = (self.contract == FIRST_REFUSAL) & (self.fill > p.compute.patience)
        free = self.alive & (self.contract != EXCLUSIVE) & ~refused
        return np.asarray(dares & exposed & free & (draws.uniform() < p.sites.commitment_chance))

    def opens_weights(self, p: Parameters, share: FloatArray, draws: Draws) -> BoolArray:
        """Whether a newly released model comes with open weights, shape (..., n).

        A challenger gains attention and contributors, a leader would give away its margin: the propensity falls with
        the market share that it has to lose.
        """
        chance = np.clip(self.openness * p.technology.openness * np.exp(-share / p.technology.openness_share), 0.0, 1.0)
        return np.asarray(draws.uniform() < chance)
