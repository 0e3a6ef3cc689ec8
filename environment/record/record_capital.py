"""Measures of money for start-ups: who gives it, in how large rounds, what investors expect of it."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import ratio
from kingmaker.agents.investor import FUNDS
from kingmaker.agents.types import FloatArray
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.record.last_year import LastYear


def observe_rounds(e: Economy, last_year: LastYear) -> dict[str, FloatArray]:
    """Each of shape (worlds,); ``last_year`` sums over twelve months, this one included."""
    k, investors = e.now.capital, e.investors.view()
    given = {
        "funds": k.from_funds, "corporate": k.from_companies, "chipmakers": k.from_chipmakers, "clouds": k.from_clouds,
        "sovereigns": k.from_sovereigns,
    }  # fmt: skip
    total = k.from_funds + k.from_companies + k.from_chipmakers + k.from_clouds + k.from_sovereigns
    weight = investors.commitments
    mega, by_clouds = last_year.in_mega_rounds.add(k.in_mega_rounds), last_year.by_clouds.add(k.from_clouds)
    return {
        "venture_musd": total,
        **{f"venture_{name}_musd": amount for name, amount in given.items()},
        "lending_musd": k.lent,
        "largest_round_musd": k.largest_round,
        "mega_round_share": np.minimum(ratio(mega, last_year.agreed.add(total)), 1.0),
        "cloud_funding_share": np.minimum(ratio(by_clouds, last_year.in_labs.add(k.in_labs)), 1.0),
        "venture_promised_musd": np.where(np.isin(investors.kind, FUNDS), weight, 0.0).sum(axis=-1),
        "investor_outlook": ratio((investors.outlook * weight).sum(axis=-1), weight.sum(axis=-1)),
    }
