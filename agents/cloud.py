"""A cloud: buys or builds chips, rents compute, runs its own models. Hyperscaler, new-generation, European, Chinese."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import ALL_BUT, LEAST_PRICE, SMALL, TINY, exp, positive, power
from kingmaker.agents.draws import Draws
from kingmaker.agents.lessor import CHINESE as CHINESE
from kingmaker.agents.lessor import CONSORTIUM as CONSORTIUM
from kingmaker.agents.lessor import EUROPEAN as EUROPEAN
from kingmaker.agents.lessor import HYPERSCALER as HYPERSCALER
from kingmaker.agents.lessor import NEW as NEW
from kingmaker.agents.lessor import OTHER_BUYER as OTHER_BUYER
from kingmaker.agents.lessor import SELF_BUILDER as SELF_BUILDER
from kingmaker.agents.lessor import TYPES as TYPES
from kingmaker.agents.lessor import Lessor
from kingmaker.agents.member import Column
from kingmaker.agents.parameter_groups import Parameters
from kingmaker.agents.types import BoolArray, FloatArray
from kingmaker.agents.units import HOURS, USD, YEAR


class Cloud(Lessor):
    """Owns compute; splits it between its own models and its tenants."""

    small = Column(False, dtype=np.bool_, unit="yes/no", doc="whether it stands in the small buyers' queue for chips")
    resells = Column(False, dtype=np.bool_, unit="yes/no", doc="whether it may resell chips on the grey market")
    relation = Column(1.0, unit="weight", doc="standing with the chipmakers who allocate")
    compute = Column(0.0, unit="H100e", doc="compute running")
    chance = Column(0.0, unit="H100e", doc="tenants that a new-generation cloud hopes to win from others")
    sold = Column(0.0, unit="H100e", doc="compute rented out to tenants this month")
    rented = Column(0.0, unit="H100e", doc="the part of it that it rents from other clouds by the month")
    leased_out = Column(0.0, unit="H100e", doc="idle compute let to other clouds by the month")
    list_price = Column(0.0, unit="$/H100e-hour", doc="list price on demand")
    spot = Column(0.0, unit="$/H100e-hour", doc="price by the month of what is not reserved")
    scarcity = Column(0.0, unit="log", doc="wants over supply of what is not reserved, last month")
    backlog_labs = Column(0.0, unit="M$", doc="what labs will owe under their contracts, used or not")
    programme = Column(False, dtype=np.bool_, unit="yes/no", doc="whether it has a chip programme of its own")
    own_aim = Column(0.0, unit="0-1", doc="share of its new compute (dense throughput) that its chip programme aims at")
    own_output = Column(0.0, unit="H100e/month", doc="compute that its own chip programme turns out")
    own_plan = Column(0.0, unit="H100e/month", doc="what its programme would turn out if memory sufficed")
    own_capacity = Column(0.0, unit="H100e", doc="compute running on chips of its own design")
    offers_own = Column(False, dtype=np.bool_, unit="yes/no", doc="whether it rents chips of its own design out")
    outside_capex = Column(0.0, unit="M$/month", doc="capital spending outside AI")
    outside_intensity = Column(0.0, unit="ratio", doc="capital spending outside AI over cash flow outside AI")
    outside_growth = Column(0.0, unit="1/year", doc="growth of the business outside AI")
    stake_purse = Column(0.0, unit="M$", doc="set aside for stakes in start-ups")
    cloud_revenue = Column(0.0, unit="M$/month", doc="ordinary cloud services")
    cloud_growth = Column(0.0, unit="1/year", doc="growth of ordinary cloud services")
    capex = Column(0.0, unit="M$/month", doc="capital spending, all of it")
    complaints = Column(0.0, unit="firms/month", doc="complaints about it that authorities heard this month")
    compliance = Column(1.0, unit="0-1", doc="how far it complies with the duties that bind it")
    fined = Column(False, dtype=np.bool_, unit="yes/no", doc="has been fined for not complying")
    expansion = Column(0.0, unit="1/month", doc="growth of capacity, smoothed")
    business = Column(0.0, unit="M$", doc="what investors think that its own business is worth, without its stakes")
    holdings = Column(0.0, unit="M$", doc="what its stakes and revenue shares in labs are worth at today's values")
    arrears = Column(0.0, unit="months", doc="for how long it has not paid interest and principal in full")

    def desired_capacity(self, p: Parameters, horizon: FloatArray) -> FloatArray:
        """Compute that it wants to run ``horizon`` months from now, H100e, shape (..., n).

        Observed wants, served or not, extrapolated at the growth it believes in, over at most
        ``p.clouds.planning_horizon`` months, at target utilisation. Chips that stand idle sober it: belief counts only
        as far as what it runs is used (the brake that keeps an arms race from exploding).
        """
        growth = p.clouds.calm_growth + p.clouds.extrapolation * self.sentiment * self._busy(p)
        ahead = np.minimum(horizon, p.clouds.planning_horizon)
        tenants = np.where(self.rents_out, self._for_tenants(p, exp(growth * ahead)), 0.0)
        own = self.own_needs(p, ahead) / p.clouds.target_utilisation
        return np.asarray(np.maximum(own + tenants + self.signed - self.leased, 0.0))

    def _for_tenants(self, p: Parameters, grown: FloatArray) -> FloatArray:
        """Capacity that it plans for tenants as their wants have ``grown`` (a factor), H100e, shape (..., n).

        A cloud that lives by renting builds for tenants without a contract only where spot rents promise a chance
        (:meth:`sees_chance`); below, it keeps for them what it has. What is signed is built as it stands, with no
        growth and no reserve, as it is paid for whether it is used or not.
        """
        wanted = (self.demand_outside + self.chance) * grown / p.clouds.target_utilisation
        has = np.maximum(self.capacity - self.signed, 0.0)
        kept = np.where(self.lives_by_renting & (self.chance <= 0.0), np.minimum(wanted, has), wanted)
        return np.maximum(kept, self.signed_labs)

    def sees_chance(self, p: Parameters, market: FloatArray, margin: FloatArray) -> FloatArray:
        """Tenants' compute that a specialised cloud hopes to win, H100e, shape (..., n).

        Entry follows profit: a part of what tenants want (``market``), as far as rents exceed cost (``margin``) and as
        it believes in AI; nothing where spot rents are below ``p.clouds.spot_threshold`` times cost. Specialised clouds
        do so; the others have their own business to mind.
        """
        specialised = self.rents_out & ((self.type == NEW) | (self.type == CONSORTIUM) | (self.type == EUROPEAN))
        appetite = p.clouds.appetite * self.sentiment * np.clip(margin, 0.0, 1.0)
        dares = specialised & (margin >= p.clouds.spot_threshold - 1.0)
        return np.where(dares, appetite * self.relation * market, 0.0)

    def capex_limit(self, p: Parameters) -> FloatArray:
        """The most that it spends on AI this month, M$, shape (..., n): a share of cash flow and of cash at hand.

        Who holds a dear stake in a lab feels richer and dares more (a wealth effect), but spends cash all the same.
        """
        flow = self.outside_cash + self.own_benefit + p.clouds.ai_margin * self.ai_revenue - self.outside_capex
        share = p.clouds.capex_share_calm + (p.clouds.capex_share_boom - p.clouds.capex_share_calm) * self.sentiment
        rate = np.where(self.lives_by_renting, p.clouds.cash_share_new, p.clouds.cash_share)
        # money that came for capacity signed and not yet delivered is there to build it
        builds = self.lives_by_renting & ((self.signed > self.committed) | (self.labs_coming > 0.0))
        rate = np.where(builds, p.clouds.capex_purse, rate)
        purse = rate * np.maximum(self.cash + p.clouds.wealth * self.holdings - self._reserve(p), 0.0)
        return np.asarray(np.maximum(np.minimum(share * flow + purse, p.clouds.capex_purse * self.cash), 0.0))

    def post_list_price(self, p: Parameters, cost: FloatArray) -> FloatArray:
        """List price on demand, $ per H100e-hour, shape (..., n): rigid, a slow follower of cost (facts 6-023)."""
        aim = p.compute.list_markup * cost
        return np.asarray(self.list_price + p.compute.list_speed * (aim - self.list_price))

    def post_rent(self, p: Parameters, cost: FloatArray, over_term: FloatArray) -> FloatArray:
        """Price of a contract for a term that is signed now, $ per H100e-hour, shape (..., n).

        Big clouds grant a discount on the list, and hand on a part of what chips of their own design save on those that
        they rent out (row S7). The others ask what new capacity costs over its life with a margin, and a part of what
        they could have by the month instead (Carlton 1979); never less than it costs them over the usual term, interest
        included, as they build for the contract.

        Args:
            p: the parameters.
            cost: full cost of an hour of new capacity over its life, $, (..., n).
            over_term: its cost over the usual term of a contract, $, (..., n).
        """
        contract = (1.0 - p.compute.contract_discount) * self.list_price
        contract = contract * (1.0 - p.clouds.own_discount * self.own_part_offered(p))
        blend = p.contracts.spot_blend
        asked = (1.0 - blend) * p.compute.market_markup * cost + blend * self.spot
        return np.asarray(np.where(self.has_list, contract, np.maximum(asked, over_term)))

    @property
    def has_list(self) -> BoolArray:
        """Whether its contracts are discounts on a rigid list, shape (..., n)."""
        return self.is_giant

    def quotes_spot(self, p: Parameters, floor: FloatArray) -> FloatArray:
        """Price by the month of what is not reserved, $ per H100e-hour, shape (..., n).

        It moves towards the price at which the wants of last month would have met supply, given how far wants give way
        to price (``contracts.spot_elasticity``): upwards by ``contracts.quote_up`` a month at most, as sellers
        spare their customers in a shortage (Okun 1981), downwards by ``contracts.quote_down``. It never falls below
        the running cost ``floor``, at which compute is rather switched off, nor rises above the list.
        """
        c = p.contracts
        step = np.clip(self.scarcity / c.spot_elasticity, -c.quote_down, c.quote_up)
        return np.asarray(np.maximum(np.minimum(self.spot * exp(step), self.list_price), floor))

    def own_use_at(self, p: Parameters, waiting: FloatArray, cost: FloatArray) -> FloatArray:
        """Own work that waits and that it would run at the price of what is not reserved, H100e, shape (..., n).

        What it rents out it cannot run itself: at a price above the full ``cost`` of an hour the least of its own work
        gives way to tenants, with constant elasticity.
        """
        dear = np.maximum(self.spot, LEAST_PRICE) / np.maximum(cost, LEAST_PRICE)
        return np.asarray(waiting * power(np.maximum(dear, 1.0), -p.contracts.own_elasticity))

    def own_part_offered(self, p: Parameters) -> FloatArray:
        """Share of its compute that runs on own chips and can be rented by outsiders, shape (..., n)."""
        part = self.own_capacity / positive(self.capacity)
        return np.where(self.offers_own, p.clouds.external_offering * part, 0.0)

    def aims_own_chips(
        self, p: Parameters, bought: FloatArray, made: FloatArray, advantage: FloatArray, saved: FloatArray
    ) -> FloatArray:
        """Share of its new capacity that its chip programme aims at, 0-1, shape (..., n).

        The odds of own chips are those of the data where a bought unit of capacity costs ``clouds.own_advantage`` times
        one of its own, and move with ``advantage``, what it costs now, as the choice among makers does (logit at the
        margin of cost). What is ``saved`` if all its need (M$ a month) were its own must pay for the designs, a fixed
        cost.

        Programmes are known by their share of compute, that is of dense throughput (facts 7a-041 to 7a-044); capacity
        weighs memory as well. ``bought`` and ``made`` are the throughput (H100e) of a unit of capacity of the leader's
        chips and of its own: where its own have much memory for their throughput, it needs more of them.
        """
        share = np.minimum(p.clouds.own_share * self.own_aim, ALL_BUT)
        gain = power(np.maximum(advantage, SMALL) / p.clouds.own_advantage, p.chips.price_sensitivity)
        odds = share / (1.0 - share) * gain
        share = odds / (1.0 + odds)
        runs = self.programme & (share * saved >= p.clouds.own_design)
        return np.where(runs, share * bought / (share * bought + (1.0 - share) * made), 0.0)

    def design_cost(self, p: Parameters) -> FloatArray:
        """What the designs of its chip programme cost a month, whatever it makes, M$, shape (..., n)."""
        return np.where(self.programme & self.alive, np.minimum(p.clouds.own_design, np.maximum(self.cash, 0.0)), 0.0)

    def ramps_own_chips(self, p: Parameters, aim: FloatArray, seed: FloatArray, affordable: FloatArray) -> FloatArray:
        """Compute that its own chip programme turns out this month if memory suffices, H100e, shape (..., n).

        A programme starts from a ``seed``, grows or shrinks slowly towards its ``aim``, and never beyond what is
        ``affordable`` (row S6; facts S3-009 to S3-012).
        """
        now = np.maximum(self.own_plan, seed)
        step = np.clip(aim / np.maximum(now, TINY) - 1.0, -p.clouds.own_retreat, p.clouds.own_ramp)
        return np.where(self.programme & self.alive, np.minimum(now * (1.0 + step), affordable), 0.0)

    def kept_inside(self, p: Parameters) -> FloatArray:
        """Compute that it reserves for itself before tenants are served, H100e, shape (..., n).

        The dual role: ``internal_priority`` of its own wants come first; a cloud without tenants keeps all. Chips of
        its own design that it does not rent out serve its own wants only (row S7). What it leases serves its own wants.
        """
        inside = np.maximum(self.wanted_inside - self.leased_used, 0.0)
        kept = np.minimum(inside, p.clouds.internal_priority * self.unleased)
        kept = np.maximum(kept, self.closed(p))
        return np.asarray(np.where(self.rents_out, kept, np.minimum(inside, self.unleased)))

    def closed(self, p: Parameters) -> FloatArray:
        """Capacity on chips of its own design that it does not rent out, H100e, shape (..., n)."""
        return np.asarray(self.own_capacity * np.where(self.offers_own, 1.0 - p.clouds.external_offering, 1.0))

    def seeks_compute(self, p: Parameters, left: FloatArray) -> FloatArray:
        """Capacity that it would rent from other clouds until chips of its own come, H100e, shape (..., n).

        Its own needs beyond what its tenants have ``left`` of its capacity. An aggregate of many buyers, with some
        short and others idle, does not act as one.
        """
        acts = self.alive & ~self.aggregate
        return np.asarray(acts * p.compute.wholesale * np.maximum(self.wanted_inside - self.leased_used - left, 0.0))

    def lets_idle(self, left: FloatArray) -> FloatArray:
        """Capacity that it lets to other clouds, H100e, shape (..., n): of what tenants have ``left``, the unused part.

        A cloud that develops models keeps its compute from its rivals; the others let it.
        """
        return np.where(self.lets_to_clouds, np.maximum(left - self.wanted_inside, 0.0), 0.0)

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
        where capacity is short nothing is lost. What it withholds is not reserved, so it is let by the month.
        """
        gain = (1.0 - p.services.compute_cost_share) * diverted
        lost = np.maximum(self.spot - p.compute.running_cost, 0.0) * (HOURS * USD) * (1.0 - relet)
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
        need beyond the cash at hand, as far as they :meth:`can_owe`.
        """
        limit = self.can_owe(p) - self.debt
        need = p.clouds.loan_months_ahead * planned + self._reserve(p) - self.cash
        poor = self.alive & (self.outside_cash < p.clouds.self_financing)
        return np.where(poor, np.maximum(np.minimum(p.clouds.loan_step * limit, need), 0.0), 0.0)

    def _reserve(self, p: Parameters) -> FloatArray:
        """Cash that it keeps for interest and principal before it buys, M$, shape (..., n)."""
        monthly = self.debt * (self.interest(p) / YEAR + 1.0 / p.clouds.loan_months)
        return np.asarray(p.clouds.reserve_months * monthly)

    def can_owe(self, p: Parameters) -> FloatArray:
        """Debt that lenders find covered, M$, shape (..., n).

        Who lives by renting borrows against contracts signed, and against nothing else: chips that nobody has committed
        to rent are no security. The others borrow against contracts or, if that is more, against chips as far as rents
        bear it, and against stakes in labs.
        """
        margin = YEAR * (1.0 - p.clouds.operating_share) * self.ai_revenue
        backed = np.minimum(p.clouds.loan_to_value * self.fixed, p.clouds.loan_cover * margin)
        backed = np.maximum(backed, self.pledged_contracts) + p.clouds.stake_credit * self.holdings
        return np.where(self.lives_by_renting, self.pledged_contracts, backed)

    def can_keep(self, p: Parameters) -> FloatArray:
        """Debt that lenders roll over, M$, shape (..., n): what is covered, or what its margin bears as it stands.

        New loans need contracts (:meth:`can_owe`); of a loan that has been made, lenders ask only that rents bear it
        (they would lose more by calling it).
        """
        margin = YEAR * (1.0 - p.clouds.operating_share) * self.ai_revenue
        return np.asarray(np.maximum(self.can_owe(p), p.clouds.rollover * margin))

    def defaults(self, p: Parameters) -> BoolArray:
        """Whether it has not met its debts for so long that it is wound up, shape (..., n).

        Only clouds that live by renting compute: the others have a business that bears their debts.
        """
        return np.asarray(self.alive & self.lives_by_renting & (self.arrears >= p.clouds.default_months))

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
        large = large & self.rents_out & self.alive & ~self.aggregate  # an aggregate is no undertaking
        return large & (self.used_years >= years), large & (share >= p.policy.gateway_share)

    def complies(self, p: Parameters, duty: FloatArray, fine: FloatArray) -> FloatArray:
        """How far it complies with a ``duty`` (0-1) that binds it, 0-1, shape (..., n) (Becker 1968).

        It obeys in full if the fine to be expected in a year (``fine`` M$ for a full breach, times the chance of being
        found) is at least what the duty costs it, or once it has been fined; else as far as ``p.policy.compliance``.
        """
        expected = YEAR * p.policy.detection * fine
        gain = YEAR * p.policy.lock_in_gain * self.ai_revenue * duty
        return np.where(self.fined | (expected >= gain), 1.0, p.policy.compliance * np.ones_like(gain))
