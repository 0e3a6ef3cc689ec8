"""A cloud: buys or builds chips, rents compute, runs its own models. Hyperscaler, new-generation, European, Chinese."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import LEAST_AMOUNT, LEAST_PRICE, TINY
from kingmaker.agents.draws import Draws
from kingmaker.agents.member import Column
from kingmaker.agents.parameter_groups import Parameters
from kingmaker.agents.types import BoolArray, FloatArray
from kingmaker.agents.undertaking import Undertaking
from kingmaker.agents.units import HOURS, USD, YEAR

TYPES = ("hyperscaler", "new-generation", "european", "chinese", "consortium", "self-builder", "other")
HYPERSCALER, NEW, EUROPEAN, CHINESE, CONSORTIUM, SELF_BUILDER, OTHER_BUYER = range(len(TYPES))


class Cloud(Undertaking):
    """Owns compute; splits it between its own models and its tenants."""

    type = Column(OTHER_BUYER, dtype=np.int8, unit="kind", doc="hyperscaler, new-generation, European, Chinese, ...")
    rents_out = Column(False, dtype=np.bool_, unit="yes/no", doc="whether it serves tenants")
    small = Column(False, dtype=np.bool_, unit="yes/no", doc="whether it stands in the small buyers' queue for chips")
    relation = Column(1.0, unit="weight", doc="standing with the chipmakers who allocate")
    develops = Column(False, dtype=np.bool_, unit="yes/no", doc="whether it trains models of its own")
    compute = Column(0.0, unit="H100e", doc="compute running")
    capacity = Column(0.0, unit="H100e", doc="compute running, inference and training weighed as they are used")
    wanted_inside = Column(0.0, unit="H100e", doc="compute that it wants for itself")
    workloads = Column(
        0.0, unit="H100e", doc="compute that its business outside AI wants: ranking, advertising, own work"
    )
    ambition = Column(0.0, unit="H100e", doc="compute that it wants for training its own models")
    demand_outside = Column(0.0, unit="H100e", doc="compute that tenants wanted, smoothed")
    chance = Column(0.0, unit="H100e", doc="tenants that a new-generation cloud hopes to win from others")
    sold = Column(0.0, unit="H100e", doc="compute rented out to tenants this month")
    inside = Column(0.0, unit="H100e", doc="compute used for its own work and models this month")
    rented = Column(0.0, unit="H100e", doc="the part of it that it rents from other clouds")
    leased_out = Column(0.0, unit="H100e", doc="compute leased out to other clouds this month")
    demand_clouds = Column(0.0, unit="H100e", doc="compute leased out to other clouds, smoothed")
    shortage = Column(0.0, unit="0-1", doc="tenants' wants that it could not serve, smoothed")
    utilisation = Column(0.0, unit="0-1", doc="compute used over compute running")
    sentiment = Column(0.0, unit="0-1", doc="how far it believes in fast growth of AI")
    list_price = Column(0.0, unit="$/H100e-hour", doc="list price on demand")
    rent = Column(0.0, unit="$/H100e-hour", doc="price that a tenant under contract pays")
    programme = Column(False, dtype=np.bool_, unit="yes/no", doc="whether it has a chip programme of its own")
    own_aim = Column(0.0, unit="0-1", doc="share of its new compute (dense throughput) that its chip programme aims at")
    own_output = Column(0.0, unit="H100e/month", doc="compute that its own chip programme turns out")
    own_capacity = Column(0.0, unit="H100e", doc="compute running on chips of its own design")
    offers_own = Column(False, dtype=np.bool_, unit="yes/no", doc="whether it rents chips of its own design out")
    outside_cash = Column(0.0, unit="M$/month", doc="operating cash flow of the business outside AI")
    outside_capex = Column(0.0, unit="M$/month", doc="capital spending outside AI")
    outside_intensity = Column(0.0, unit="ratio", doc="capital spending outside AI over cash flow outside AI")
    outside_growth = Column(0.0, unit="1/year", doc="growth of the business outside AI")
    own_use = Column(0.0, unit="0-1", doc="share of the cash flow outside AI that goes into compute for its own work")
    stake_purse = Column(0.0, unit="M$", doc="set aside for stakes in start-ups")
    cloud_revenue = Column(0.0, unit="M$/month", doc="ordinary cloud services")
    cloud_growth = Column(0.0, unit="1/year", doc="growth of ordinary cloud services")
    ai_revenue = Column(0.0, unit="M$/month", doc="rent of AI compute and own AI services")
    capex = Column(0.0, unit="M$/month", doc="capital spending, all of it")
    complaints = Column(0.0, unit="firms/month", doc="complaints about it that authorities heard this month")
    compliance = Column(1.0, unit="0-1", doc="how far it complies with the duties that bind it")
    fined = Column(False, dtype=np.bool_, unit="yes/no", doc="has been fined for not complying")
    expansion = Column(0.0, unit="1/month", doc="growth of capacity, smoothed")
    business = Column(0.0, unit="M$", doc="what investors think that its own business is worth, without its stakes")
    holdings = Column(0.0, unit="M$", doc="what its stakes and revenue shares in labs are worth at today's values")
    expected_revenue = Column(0.0, unit="M$/month", doc="AI revenue that it had expected for this month")
    evidence = Column(0.0, unit="0-1", doc="how far its own AI revenue and use of chips bear out fast growth, smoothed")
    arrears = Column(0.0, unit="months", doc="for how long it has not paid interest and principal in full")

    def update_sentiment(self, p: Parameters, signal: FloatArray, mood: FloatArray) -> FloatArray:
        """Belief in fast growth, 0-1, shape (..., n).

        It is caught from what is seen (``signal``, growth of use) and from peers (``mood``, the mean belief), and wears
        off where realised growth does not bear it out, that of the world and its own (epidemic of expectations: Shiller
        2017; Bass 1969).
        """
        caught = (p.clouds.signal_weight * signal + p.clouds.contagion * mood * signal) * (1.0 - self.sentiment)
        lost = p.clouds.disappointment * np.maximum(self.sentiment - signal, 0.0)
        lost = lost + p.clouds.own_disappointment * np.maximum(self.sentiment - self.evidence, 0.0)
        return np.asarray(np.clip(self.sentiment + caught - lost, 0.0, 1.0))

    def weighs_evidence(self, p: Parameters) -> FloatArray:
        """How far its own business bears out fast growth, 0-1, smoothed, shape (..., n).

        AI revenue against what it had expected (a shortfall sobers), as far as its chips are used: hype reverts to
        realised revenue.
        """
        low = p.clouds.idle_utilisation
        used = np.clip((self.utilisation + self.shortage - low) / (p.clouds.target_utilisation - low), 0.0, 1.0)
        surprise = np.log(np.maximum(self.ai_revenue, LEAST_AMOUNT) / np.maximum(self.expected_revenue, LEAST_AMOUNT))
        met = np.clip(1.0 + surprise / p.clouds.shortfall, 0.0, 1.0)
        return np.asarray(self.evidence + p.clouds.evidence_speed * (used * met - self.evidence))

    def expects_revenue(self, p: Parameters) -> FloatArray:
        """AI revenue that it expects next month, M$, shape (..., n).

        Adaptive: what it expected is corrected by what came, and grows as fast as it believes.
        """
        corrected = self.expected_revenue + p.clouds.evidence_speed * (self.ai_revenue - self.expected_revenue)
        growth = p.clouds.calm_growth + p.clouds.extrapolation * self.sentiment
        return np.asarray(corrected * np.exp(growth))

    def raise_ambition(self, p: Parameters, largest_rival: FloatArray) -> FloatArray:
        """Compute that it wants for training its own models, H100e, shape (..., n).

        The scaling plan grows with belief; a reaction pulls towards the largest rival (an arms race with reaction
        below one: Richardson 1960); nobody plans for more than a multiple of what it runs.
        """
        growth = p.clouds.calm_growth + (p.clouds.boom_growth - p.clouds.calm_growth) * self.sentiment
        plan = self.ambition * np.exp(growth)
        pull = p.clouds.arms_race * self.sentiment * np.maximum(largest_rival - plan, 0.0)
        ceiling = np.maximum(p.clouds.reach * self.capacity, self.ambition)
        return np.where(self.develops, np.minimum(plan + pull * p.clouds.reaction_speed, ceiling), 0.0)

    def adopts_ai(self, p: Parameters) -> FloatArray:
        """Share of the cash flow of its other business that it puts into compute for its own work, 0-1, shape (..., n).

        Who believes in AI tries it on all of its own work, as far as its business bears it. The share follows belief
        slowly, as a firm must learn to use what it buys (absorptive capacity: Cohen & Levinthal 1990). Clouds that live
        of renting compute have no such business.
        """
        aim = p.clouds.own_use_calm + (p.clouds.own_use_boom - p.clouds.own_use_calm) * self.sentiment
        share = self.own_use + p.clouds.own_use_speed * (aim - self.own_use)
        return np.where((self.type == NEW) | (self.type == CONSORTIUM), 0.0, share)

    def desired_capacity(self, p: Parameters, horizon: FloatArray) -> FloatArray:
        """Compute that it wants to run ``horizon`` months from now, H100e, shape (..., n).

        Observed wants, served or not, extrapolated at the growth it believes in, over at most
        ``p.clouds.planning_horizon`` months, at target utilisation. Chips that stand idle sober it: belief counts only
        as far as what it runs is used (the brake that keeps an arms race from exploding).
        """
        low = p.clouds.idle_utilisation
        used = np.clip((self.utilisation + self.shortage - low) / (p.clouds.target_utilisation - low), 0.0, 1.0)
        growth = p.clouds.calm_growth + p.clouds.extrapolation * self.sentiment * used
        outside = np.where(self.rents_out, self.demand_outside + self.demand_clouds + self.chance, 0.0)
        wanted = self.workloads + self.ambition + outside
        ahead = np.minimum(horizon, p.clouds.planning_horizon)
        return np.asarray(wanted * np.exp(growth * ahead) / p.clouds.target_utilisation)

    def sees_chance(self, p: Parameters, market: FloatArray, margin: FloatArray) -> FloatArray:
        """Tenants' compute that a specialised cloud hopes to win, H100e, shape (..., n).

        Entry follows profit: a part of what tenants want (``market``), as far as rents exceed cost (``margin``) and as
        it believes in AI. Clouds that live by renting compute do so; the others have their own business to mind.
        """
        specialised = self.rents_out & ((self.type == NEW) | (self.type == CONSORTIUM) | (self.type == EUROPEAN))
        appetite = p.clouds.appetite * self.sentiment * np.clip(margin, 0.0, 1.0)
        return np.where(specialised, appetite * self.relation * market, 0.0)

    def capex_limit(self, p: Parameters) -> FloatArray:
        """The most that it spends on AI this month, M$, shape (..., n): a share of cash flow and of cash at hand.

        Who holds a dear stake in a lab feels richer and dares more (a wealth effect), but spends cash all the same.
        """
        flow = self.outside_cash + p.clouds.ai_margin * self.ai_revenue - self.outside_capex
        share = p.clouds.capex_share_calm + (p.clouds.capex_share_boom - p.clouds.capex_share_calm) * self.sentiment
        specialised = (self.type == NEW) | (self.type == CONSORTIUM)
        rate = np.where(specialised, p.clouds.cash_share_new, p.clouds.cash_share)
        purse = rate * np.maximum(self.cash + p.clouds.wealth * self.holdings - self._reserve(p), 0.0)
        return np.asarray(np.maximum(np.minimum(share * flow + purse, p.clouds.capex_purse * self.cash), 0.0))

    def post_list_price(self, p: Parameters, cost: FloatArray) -> FloatArray:
        """List price on demand, $ per H100e-hour, shape (..., n): rigid, a slow follower of cost (facts 6-023)."""
        aim = p.compute.list_markup * cost
        return np.asarray(self.list_price + p.compute.list_speed * (aim - self.list_price))

    def post_rent(self, p: Parameters, floor: FloatArray, cost: FloatArray) -> FloatArray:
        """Rent under contract, $ per H100e-hour, shape (..., n).

        Big clouds grant a discount on the list, and hand on a part of what chips of their own design save on those that
        they rent out (row S7); the others follow utilisation, never below running cost nor above the list.
        """
        contract = (1.0 - p.compute.contract_discount) * self.list_price
        contract = contract * (1.0 - p.clouds.own_discount * self.own_part_offered(p))
        pressure = p.compute.rent_response * (self.utilisation + self.shortage - p.clouds.target_utilisation)
        gap = np.log(np.maximum(cost, LEAST_PRICE) / np.maximum(self.rent, LEAST_PRICE))
        step = np.clip(pressure + p.compute.rent_to_cost * gap, -p.compute.rent_step, p.compute.rent_step)
        market = np.minimum(self.rent * np.exp(step), self.list_price)
        market = np.maximum(market, floor)
        rigid = (self.type == HYPERSCALER) | (self.type == CHINESE)
        return np.asarray(np.where(rigid, contract, market))

    def own_part_offered(self, p: Parameters) -> FloatArray:
        """Share of its compute that runs on own chips and can be rented by outsiders, shape (..., n)."""
        part = self.own_capacity / np.where(self.capacity > 0.0, self.capacity, 1.0)
        return np.where(self.offers_own, p.clouds.external_offering * part, 0.0)

    def aims_own_chips(self, p: Parameters, bought: FloatArray, made: FloatArray) -> FloatArray:
        """Share of its new capacity that its chip programme aims at, 0-1, shape (..., n).

        Programmes are known by their share of compute, that is of dense throughput (facts 7a-041 to 7a-044); capacity
        weighs memory as well. ``bought`` and ``made`` are the throughput (H100e) of a unit of capacity of the leader's
        chips and of its own: where its own have much memory for their throughput, it needs more of them.
        """
        share = np.minimum(p.clouds.own_share * self.own_aim, 1.0)
        return np.where(self.programme, share * bought / (share * bought + (1.0 - share) * made), 0.0)

    def ramps_own_chips(self, p: Parameters, aim: FloatArray, seed: FloatArray, affordable: FloatArray) -> FloatArray:
        """Compute that its own chip programme turns out this month, H100e, shape (..., n).

        A programme starts from a ``seed``, grows or shrinks slowly towards its ``aim``, and never beyond what is
        ``affordable`` (row S6; facts S3-009 to S3-012).
        """
        now = np.maximum(self.own_output, seed)
        step = np.clip(aim / np.maximum(now, TINY) - 1.0, -p.clouds.own_retreat, p.clouds.own_ramp)
        return np.where(self.programme & self.alive, np.minimum(now * (1.0 + step), affordable), 0.0)

    def kept_inside(self, p: Parameters) -> FloatArray:
        """Compute that it reserves for itself before tenants are served, H100e, shape (..., n).

        The dual role: ``internal_priority`` of its own wants come first; a cloud without tenants keeps all. Chips of
        its own design that it does not rent out serve its own wants only (row S7).
        """
        kept = np.minimum(self.wanted_inside, p.clouds.internal_priority * self.capacity)
        closed = self.own_capacity * np.where(self.offers_own, 1.0 - p.clouds.external_offering, 1.0)
        kept = np.maximum(kept, closed)
        return np.asarray(np.where(self.rents_out, kept, np.minimum(self.wanted_inside, self.capacity)))

    def seeks_compute(self, p: Parameters, left: FloatArray) -> FloatArray:
        """Capacity that it would rent from other clouds until chips of its own come, H100e, shape (..., n).

        Its own needs beyond what its tenants have ``left`` of its capacity. An aggregate of many buyers, with some
        short and others idle, does not act as one.
        """
        acts = self.alive & (self.type != OTHER_BUYER)
        return np.asarray(acts * p.compute.wholesale * np.maximum(self.wanted_inside - left, 0.0))

    def lets_idle(self, left: FloatArray) -> FloatArray:
        """Capacity that it lets to other clouds, H100e, shape (..., n): of what tenants have ``left``, the unused part.

        A cloud that develops models keeps its compute from its rivals; the others let it.
        """
        lets = self.alive & self.rents_out & ~self.develops & (self.type != OTHER_BUYER)
        return np.where(lets, np.maximum(left - self.wanted_inside, 0.0), 0.0)

    def seeks_teams(self) -> FloatArray:
        """How eagerly it would have a lab's team, 0-1, shape (..., n): if it develops models, as it believes in AI."""
        return np.where(self.develops & self.alive, self.sentiment, 0.0)

    def asks_exclusivity(self, p: Parameters) -> BoolArray:
        """Whether it asks a lab in which it buys a stake to rent from it alone, shape (..., n).

        It would have every lab to itself, but who leaves its tenants short now cannot ask for more to be bound to it.
        """
        return np.asarray(self.rents_out & self.alive & (self.shortage < 1.0 - p.compute.enough_fill))

    def holds_back(self, p: Parameters, diverted: FloatArray, relet: FloatArray) -> FloatArray:
        """Part of their claim on scarce capacity that tenants who rival its own models lose, 0-1, shape (..., n).

        Foreclosure pays if diversion times own margin exceeds the rental margin lost (Ordover, Saloner & Salop 1990;
        Moresi & Salop 2013): ``diverted`` is what users of a rival would spend on its own services for each unit of
        compute withheld, M$ a month per H100e; ``relet`` is the part of what it withholds that others rent, so that
        where capacity is short nothing is lost.
        """
        gain = (1.0 - p.services.compute_cost_share) * diverted
        lost = np.maximum(self.rent - p.compute.running_cost, 0.0) * (HOURS * USD) * (1.0 - relet)
        return np.where(self.develops & (gain > lost), p.clouds.foreclosure, 0.0)

    def finishes_run(self, p: Parameters) -> BoolArray:
        """Whether the training run under way is released now, shape (..., n); only by a cloud that develops models."""
        return np.asarray(self.develops & super().finishes_run(p))

    def opens_weights(self, p: Parameters, draws: Draws) -> BoolArray:
        """Whether a newly released model comes with open weights, shape (..., n): a matter of business strategy."""
        return np.asarray(draws.uniform() < self.openness * p.technology.openness)

    def borrows(self, p: Parameters, planned: FloatArray) -> FloatArray:
        """New loans, M$, shape (..., n).

        Who has a rich business outside AI finances itself. The others borrow what ``planned`` purchases (M$ a month)
        need beyond the cash at hand: against their chips, as far as their rents bear it, and a sum on belief alone.
        """
        limit = self.can_owe(p) - self.debt
        need = p.clouds.loan_months_ahead * planned + self._reserve(p) - self.cash
        poor = self.alive & (self.outside_cash < p.clouds.self_financing)
        return np.where(poor, np.maximum(np.minimum(p.clouds.loan_step * limit, need), 0.0), 0.0)

    def _reserve(self, p: Parameters) -> FloatArray:
        """Cash that it keeps for interest and principal before it buys, M$, shape (..., n)."""
        monthly = self.debt * (p.capital.interest / YEAR + 1.0 / p.clouds.loan_months)
        return np.asarray(p.clouds.reserve_months * monthly)

    def can_owe(self, p: Parameters) -> FloatArray:
        """Debt that lenders find covered, M$, shape (..., n): by chips and rents, by stakes in labs, and by belief."""
        margin = YEAR * (1.0 - p.clouds.operating_share) * self.ai_revenue
        backed = np.minimum(p.clouds.loan_to_value * self.fixed, p.clouds.loan_cover * margin)
        return np.asarray(backed + p.clouds.stake_credit * self.holdings + p.clouds.belief_loans * self.sentiment)

    def can_keep(self, p: Parameters) -> FloatArray:
        """Debt that lenders roll over, M$, shape (..., n): what is covered, or what its margin bears as it stands."""
        margin = YEAR * (1.0 - p.clouds.operating_share) * self.ai_revenue
        return np.asarray(np.maximum(self.can_owe(p), p.clouds.rollover * margin))

    def defaults(self, p: Parameters) -> BoolArray:
        """Whether it has not met its debts for so long that it is wound up, shape (..., n).

        Only clouds that live by renting compute: the others have a business that bears their debts.
        """
        renter = (self.type == NEW) | (self.type == CONSORTIUM)
        return np.asarray(self.alive & renter & (self.arrears >= p.clouds.default_months))

    def offers_stake(self, p: Parameters) -> FloatArray:
        """Money that it sets aside for stakes in start-ups, M$, shape (..., n).

        A share of its cash flow, as far as it believes in AI, put by month after month until a deal is made; it never
        holds more than ``p.capital.stake_memory`` months of it.
        """
        flow = p.capital.stake_share * np.maximum(self.outside_cash - self.outside_capex, 0.0) * self.sentiment
        purse = np.minimum(self.stake_purse + flow, p.capital.stake_memory * flow)
        return np.where(self.rents_out, np.minimum(purse, p.capital.stake_purse * self.cash), 0.0)

    def meets_thresholds(self, p: Parameters, share: FloatArray) -> tuple[BoolArray, BoolArray]:
        """Whether it is presumed a gatekeeper, and whether it can be found to be one; both of shape (..., n).

        It is presumed (Digital Markets Act art. 3(2)) if in each of ``p.policy.gatekeeper_years`` financial years it
        had size, end users and business users; a market value above the threshold makes up for turnover. Without the
        users it can be found an important gateway by its ``share`` of cloud revenue (art. 3(8), 17: after a market
        investigation).
        """
        years = p.policy.gatekeeper_years
        large = (self.large_years >= years) | self.valued
        large = large & self.rents_out & self.alive & (self.type != OTHER_BUYER)  # an aggregate is no undertaking
        return large & (self.used_years >= years), large & (share >= p.policy.gateway_share)

    def complies(self, p: Parameters, duty: FloatArray, fine: FloatArray) -> FloatArray:
        """How far it complies with a ``duty`` (0-1) that binds it, 0-1, shape (..., n) (Becker 1968).

        It obeys in full if the fine to be expected in a year (``fine`` M$ for a full breach, times the chance of being
        found) is at least what the duty costs it, or once it has been fined; else as far as ``p.policy.compliance``.
        """
        expected = YEAR * p.policy.detection * fine
        gain = YEAR * p.policy.lock_in_gain * self.ai_revenue * duty
        return np.where(self.fined | (expected >= gain), 1.0, p.policy.compliance * np.ones_like(gain))
