"""A firm that commits to compute: which host it likes, what it reserves there, whether it binds itself to one."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import HIGHEST, LEAST_PRICE, TINY, exp, is_on, log, log1p, logistic, power
from kingmaker.agents.contract import EXCLUSIVE, FIRST_REFUSAL, PLAIN
from kingmaker.agents.draws import Draws
from kingmaker.agents.member import Column
from kingmaker.agents.offers import NEVER, Offers
from kingmaker.agents.parameter_groups import Parameters
from kingmaker.agents.types import NONE, BoolArray, FloatArray, IntArray
from kingmaker.agents.units import HOURS, USD
from kingmaker.agents.venture import Venture


class Lessee(Venture):
    """Decisions of a lab about its contracts with clouds; what it does with the compute is decided elsewhere."""

    need_growth = Column(0.0, unit="1/month", doc="growth of the compute that it wants, smoothed")
    strain = Column(
        0.0, unit="ratio", doc="need that its first host will leave unserved over what the host will run, smoothed"
    )
    waits = Column(0.0, unit="months", doc="for which it has been served less than enough, without a break")

    def reserves(
        self, p: Parameters, served: FloatArray, quote: FloatArray, term_price: FloatArray, due: FloatArray
    ) -> FloatArray:
        """Share of the need that it expects which it reserves, 0-1, shape (..., n).

        A firm that must have an input contracts for it ahead as far as the market may ration it (Carlton 1979), and the
        more, the dearer the market is beside the contract; what is due whether used or not is what binding costs
        (Joskow 1987). A logit of these, as far as ``contracts.most_reserved``: nobody reserves all that it may need.

        Args:
            p: the parameters.
            served: share of need that it would get without a contract, 0-1, (..., n).
            quote: what an hour costs without a contract, $.
            term_price: what it costs with one, $.
            due: part of what is reserved that is paid, used or not, 0-1.
        """
        c = p.contracts
        dear = log(np.maximum(quote, LEAST_PRICE) / np.maximum(term_price, LEAST_PRICE))
        gain = c.scarcity_weight * (1.0 - served) + p.compute.price_sensitivity * dear - c.binding_cost * due
        return np.where(self.alive & self.negotiates(p), c.most_reserved * logistic(gain), 0.0)

    def can_bind(self, p: Parameters, term_price: FloatArray, due: FloatArray) -> FloatArray:
        """Compute to which it can bind itself, H100e, shape (..., n).

        Its partner looks at whether it can pay: what falls due in ``contracts.cover`` months at ``term_price`` ($ an
        hour) must be covered by its cash, by what is promised to it for these months, and by its sales.
        """
        months = p.contracts.cover
        money = self._money_within(months) + months * np.maximum(self.revenue - self.shared, 0.0)
        hour = months * np.maximum(due * term_price, LEAST_PRICE) * (HOURS * USD)
        return np.asarray(np.maximum(money, 0.0) / hour)

    def is_released(self, p: Parameters) -> BoolArray:
        """Whose host lets it go to others as well, shape (..., n).

        A host that cannot serve its lab, or would not commit so much to one, loses nothing by sharing it. The need that
        it leaves open is set against all that it will run: a small lab's is found somewhere, a large one's would take
        the host's other business (facts S5-002). So the month follows from scale, capacity, demand and what is assumed
        of limit and threshold.
        """
        return np.asarray((self.contract == EXCLUSIVE) & (self.strain > p.contracts.release))

    def switching_cost(self, p: Parameters, egress: FloatArray, refactoring_kept: FloatArray) -> FloatArray:
        """Disutility of leaving the host, in units of utility, shape (..., n).

        Egress of the data held plus refactoring, which interoperability removes (Klemperer 1987, 1995); both grow with
        tenure and with the size of the models in use.
        """
        tenure = self.tenure / (self.tenure + p.compute.tenure_half)
        size = 1.0 + p.compute.switching_size * log1p(self.used / np.maximum(self.weight, TINY))
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
        at_home /= exp(np.minimum(stay, HIGHEST))
        stays = (at_home < soonest) | ((at_home == soonest) & (self.host < other))
        best = np.where(stays, self.host, other)
        return best, other

    def partner_saving(self, p: Parameters) -> FloatArray:
        """Part of the rent that its partnership with the first host saves it, 0-1, shape (..., n).

        Partners (preferred, exclusive, or with a right of first refusal kept by the host) have a discount; those who
        bind themselves have one more for it.
        """
        kept = 1.0 - p.compute.preferred_discount
        bound = 1.0 - kept * (1.0 - p.compute.exclusive_discount)
        saving = np.zeros(np.shape(self.contract))  # few are partners: only theirs is written
        np.copyto(saving, 1.0 - kept, where=self.contract != PLAIN)
        np.copyto(saving, bound, where=self.contract == EXCLUSIVE)
        return saving

    def _gain_of_second(self, p: Parameters, expected: FloatArray, kept: FloatArray) -> FloatArray:
        """Utility of a second host less its cost, shape (..., n).

        What it adds: compute that the first host does not serve today or will not serve (``expected``, 0-1, is the
        share of its need that the first host can serve in some months), and bargaining; both matter more to large
        tenants. What it costs: work and the charge on data moved between the two (``kept``: what the law leaves of it;
        Katz & Shapiro 1985; Doganoglu & Wright 2006), and the rent that a partner saves on what it keeps at home.
        """
        size = log1p(self.used / np.maximum(self.weight, TINY))
        gain = (p.compute.second_gain * self.missing(expected) + p.compute.second_taste) * size
        dearer = -p.compute.price_sensitivity * log1p(-self.partner_saving(p))
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
        discount = -p.compute.price_sensitivity * log1p(-p.compute.exclusive_discount)
        offer = p.compute.exclusive_stake * stake + discount
        option = np.logaddexp(0.0, self._gain_of_second(p, expected, kept))
        return np.asarray(self.alive & (draws.uniform() < logistic(offer - option)))

    def negotiates(self, p: Parameters) -> BoolArray:
        """Whose contract is large enough to be negotiated rather than signed on a web page, shape (..., n)."""
        return np.asarray(self.used > p.compute.self_service * self.weight)

    def reviews(self, p: Parameters, best: IntArray, banned: FloatArray, draws: Draws) -> tuple[BoolArray, BoolArray]:
        """Who begins to talk to ``best``, and whose exclusivity is loosened; both of shape (..., n).

        A tenant compares when its term ends, and sometimes before, if it is served badly. Exclusivity relaxes to a
        right of first refusal when the host releases the lab (:meth:`is_released`), when the term ends and the host has
        no stake in it (any more), or where the law bans it (facts S5-002).
        """
        hosted = self.alive & (self.host != NONE)
        poorly = hosted & (self.fill < p.compute.patience)
        short = poorly & (draws.uniform() < p.compute.impatience)
        due = hosted & (self.term <= 0.0)
        owned = (self.vendor == self.host) | (self.vendor_before == self.host)
        exclusive = self.contract == EXCLUSIVE
        loosens = exclusive & (self.is_released(p) | (due & ~owned) | (hosted & is_on(banned)))
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

    def splits(self, p: Parameters, ratio: FloatArray, expected: FloatArray) -> FloatArray:
        """Share of its compute that it asks of its second host, 0-1, shape (..., n).

        The split follows what the first host leaves unserved, now or soon, and the ``ratio`` of the
        first host's price to the second one's (constant elasticity), slowly. Under a right of first refusal the host is
        asked for everything first, and the second one stands by for what it lately left: what it will leave is asked
        for when it does.
        """
        left = 1.0 - np.minimum(self.host_fill, expected)
        aim = p.compute.second_share * power(ratio, p.compute.split_elasticity) + left
        slow = self.second_share + p.compute.second_drift * (aim - self.second_share)
        slow = np.clip(slow, p.compute.second_least, p.compute.second_most)
        share = np.where(self.asks_host_first(), 1.0 - self.host_fill, slow)
        return np.where(self.second != NONE, share, 0.0)

    def reserves_new_cloud(
        self, p: Parameters, dares: BoolArray, exposed: BoolArray, expected: FloatArray, draws: Draws
    ) -> BoolArray:
        """Whether it signs for capacity with a new-generation cloud beside its host, shape (..., n).

        All that it rents must come from big clouds (``exposed``), which sell models of their own; it must ``dare`` the
        commitment, a sum fixed for years (row S8; facts S5-002), and be free to sign (:meth:`may_multihome`).
        """
        free = self.may_multihome(p, expected)
        return np.asarray(dares & exposed & free & (draws.uniform() < p.sites.commitment_chance))
