"""What the Digital Markets Act looks at in a firm: its size and its users in each financial year (art. 3)."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.developer import Developer
from kingmaker.agents.member import Column
from kingmaker.agents.parameter_groups import Parameters
from kingmaker.agents.types import BoolArray, FloatArray
from kingmaker.agents.units import YEAR


class Undertaking(Developer):
    """A firm whose cloud service the act may reach, with the file that an authority would keep of it."""

    year_turnover = Column(0.0, unit="M$", doc="turnover in the European Union, this financial year so far")
    year_value = Column(0.0, unit="M$", doc="market value, a twelfth for each month of this financial year so far")
    year_end_users = Column(0.0, unit="million", doc="end users in the Union, a twelfth for each month so far")
    year_business_users = Column(0.0, unit="number", doc="business users in the Union, a twelfth for each month so far")
    large_years = Column(0.0, unit="years", doc="financial years in a row in which its turnover made it large")
    used_years = Column(0.0, unit="years", doc="financial years in a row in which it had users enough")
    valued = Column(False, dtype=np.bool_, unit="yes/no", doc="its market value made it large last financial year")
    notified = Column(-1.0, unit="months", doc="since it has been presumed a gatekeeper; -1: is not", low=-1.0)
    gatekeeper = Column(-1.0, unit="months", doc="since its designation as a gatekeeper; -1: not designated", low=-1.0)

    def files_month(
        self, turnover: FloatArray, end_users: FloatArray, business_users: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """The year's turnover, value, end users and business users with one more month, each of shape (..., n)."""
        return (
            np.asarray(self.year_turnover + turnover),
            np.asarray(self.year_value + self.value / YEAR),
            np.asarray(self.year_end_users + end_users / YEAR),
            np.asarray(self.year_business_users + business_users / YEAR),
        )

    def closes_year(self, p: Parameters) -> tuple[FloatArray, FloatArray, BoolArray]:
        """Years in a row large by turnover, years in a row with users enough, and whether large by value, (..., n).

        Art. 3(2)(a) asks for the turnover in each of three financial years, or for the market value in the last one;
        art. 3(2)(b) and (c) for end users and for business users in each of three.
        """
        q = p.policy
        large = self.year_turnover >= q.gatekeeper_turnover_musd
        used = (self.year_end_users >= q.gatekeeper_users) & (self.year_business_users >= q.gatekeeper_business_users)
        return (
            np.where(large, self.large_years + 1.0, 0.0),
            np.where(used, self.used_years + 1.0, 0.0),
            np.asarray(self.year_value >= q.gatekeeper_value_musd),
        )
