"""Who may own compute: buys chips directly, builds a data centre, designs a chip, or else rents."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import SMALL, TINY, logistic
from kingmaker.agents.developer import Developer
from kingmaker.agents.member import Column
from kingmaker.agents.parameter_groups import Parameters
from kingmaker.agents.types import BoolArray, FloatArray
from kingmaker.agents.units import HOURS, QUARTER, USD, YEAR


class Builder(Developer):
    """A developer that makes or buys its compute: own chips first, the rest rented (make or buy: Williamson 1985).

    Amounts are those of the slot, which stands for ``weight`` firms; thresholds compare what one firm has.
    """

    weight = Column(0.0, unit="firms", doc="how many firms the slot stands for")
    wanted = Column(0.0, unit="H100e", doc="compute that it wants this month, own and rented")
    used = Column(0.0, unit="H100e", doc="compute that it got this month, own and rented")
    fill = Column(1.0, unit="0-1", doc="compute got over compute wanted, smoothed")
    own = Column(0.0, unit="H100e", doc="compute of the chips that it owns, running or waiting for power")
    own_used = Column(0.0, unit="H100e", doc="compute of its own that runs this month")
    ordered = Column(0.0, unit="H100e", doc="compute of the chips that it has ordered")
    centre_left = Column(-1.0, unit="months", doc="until its own data centre is ready; -1: none begun", low=-1.0)
    chip_left = Column(-1.0, unit="months", doc="until a chip of its own design is made; -1: none begun", low=-1.0)
    chip_output = Column(0.0, unit="H100e/month", doc="compute of the chips of its own design made each month")

    @property
    def has_centre(self) -> BoolArray:
        """Whether its own data centre is ready, shape (..., n)."""
        return np.asarray(self.centre_left == 0.0)

    @property
    def has_chip(self) -> BoolArray:
        """Whether a chip of its own design is ready, shape (..., n)."""
        return np.asarray(self.chip_left == 0.0)

    def _wealth(self) -> FloatArray:
        """What one firm could lay out, M$, shape (..., n): cash and a year's sales."""
        return np.asarray((self.cash + YEAR * self.revenue) / np.maximum(self.weight, TINY))

    def _yearly_bill(self, rent: FloatArray) -> FloatArray:
        """A year's rent of one firm if it rented all that it wants, M$, shape (..., n)."""
        return np.asarray(YEAR * HOURS * USD * rent * self.wanted / np.maximum(self.weight, TINY))

    def dares(self, p: Parameters, cost: FloatArray, rent: FloatArray) -> BoolArray:
        """Whether one firm would bear a fixed ``cost`` (M$) to depend less on its hosts, shape (..., n).

        It must be rich enough (``p.sites.threshold`` times the cost), and the rent saved over the payback time must
        cover the cost (a fixed cost of entry is borne by the large: Sutton 1991).
        """
        saved = p.sites.saving * p.sites.payback * self._yearly_bill(rent)
        return np.asarray(self.alive & (self._wealth() >= p.sites.threshold * cost) & (saved >= cost))

    def wants_own_compute(self, p: Parameters, saving: FloatArray) -> FloatArray:
        """Compute that it would own, H100e, shape (..., n).

        A share of what it wants, larger with a data centre of its own, as far as owning is cheaper (``saving``: log of
        rent over the full cost of an hour on its own chips) and as it is served badly. Nobody buys less than a cluster.
        """
        most = np.where(self.has_centre, p.sites.centre_share, p.sites.colocated_share)
        drive = p.sites.cost_weight * (saving - p.sites.hurdle) + p.sites.shortage_weight * (1.0 - self.fill)
        appeal = logistic(drive)
        rich = self.alive & (self._wealth() >= p.sites.smallest_purchase)
        return np.where(rich, most * appeal * self.wanted, 0.0)

    def orders_chips(
        self, p: Parameters, target: FloatArray, horizon: FloatArray, line: FloatArray, price: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Chips that it orders and orders that it cancels this quarter, H100e, each of shape (..., n).

        A supply line as long as the wait (Sterman 1989) without orders beyond need, which it could not pay: all that
        is on order may cost no more than a part of its cash.

        Args:
            p: parameters.
            target: compute that it would own, H100e.
            horizon: months over which it closes the gap.
            line: months from order to delivery that it reckons with.
            price: M$ per H100e.
        """
        desired = np.maximum(target - self.own, 0.0) / np.maximum(horizon, 1.0) * line
        room = np.maximum(p.sites.purse * self.cash / np.maximum(price, SMALL) - self.ordered, 0.0)
        # the speeds are those of a month
        speed, pace = 1.0 - (1.0 - p.chips.order_speed) ** QUARTER, 1.0 - (1.0 - p.chips.cancel_speed) ** QUARTER
        placed = np.minimum(speed * np.maximum(desired - self.ordered, 0.0), room)
        cancelled = pace * np.maximum(self.ordered - (1.0 + p.chips.order_slack) * desired, 0.0)
        return placed, np.minimum(cancelled, self.ordered)

    def makes_chips(self, p: Parameters, target: FloatArray, horizon: FloatArray, price: FloatArray) -> FloatArray:
        """Compute that its own chip programme turns out in a month, H100e, shape (..., n).

        The foundry's volume ramps up from a first batch towards what the target lacks, within what it can pay at
        ``price`` (M$ per H100e).
        """
        now = np.maximum(self.chip_output, p.sites.chip_seed * self.wanted)
        aim = p.sites.chip_share * np.maximum(target - self.own, 0.0) / np.maximum(horizon, 1.0)
        ramp = (1.0 + p.clouds.own_ramp) ** QUARTER - 1.0
        step = np.clip(aim / np.maximum(now, TINY) - 1.0, -p.sites.chip_retreat, ramp)
        afford = p.sites.chip_purse * p.sites.purse * self.cash / np.maximum(price, SMALL)
        return np.where(self.alive & self.has_chip, np.minimum(now * (1.0 + step), afford), 0.0)
