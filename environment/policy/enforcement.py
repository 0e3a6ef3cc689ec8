"""Enforcement: gatekeepers are designated, duties bind, clouds comply or are found out and fined."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import is_on
from kingmaker.agents.calendar import opens_year
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.population import by_slot
from kingmaker.agents.regulator import Regulator
from kingmaker.agents.types import CN, BoolArray, FloatArray
from kingmaker.agents.units import YEAR
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.policy.complaints import business_users, cloud_shares, end_users


def keep_files(e: Economy) -> None:
    """Size and users of each cloud in the Union, month by month; in January the financial year is closed.

    The model knows no year before 2022, so that nobody can be presumed a gatekeeper before three of its own.
    """
    population = e.clouds
    clouds: Cloud = population.view()
    sums = ("year_turnover", "year_value", "year_end_users", "year_business_users")
    if e.month and opens_year(e.month):
        clouds.large_years, clouds.used_years, clouds.valued = population.act(Cloud.closes_year, e.p)
        for name in sums:
            setattr(clouds, name, np.zeros_like(clouds.value))
    turnover = e.p.policy.eu_turnover_share * (clouds.cloud_revenue + clouds.ai_revenue)
    filed = population.act(Cloud.files_month, by_slot(turnover), by_slot(end_users(e)), by_slot(business_users(e)))
    for name, value in zip(sums, filed, strict=True):
        setattr(clouds, name, value)


def designate(e: Economy, found: BoolArray) -> BoolArray:
    """Designate gatekeepers under the Digital Markets Act; who is one, (worlds, clouds).

    Three ways lead there. A cloud above the thresholds of art. 3(2) notifies, and is designated
    ``policy.designation_months`` later. One that is a gateway by its share is, where a market investigation that finds
    harm ends this month (``found``, (worlds, 1)). And those that the Commission's investigation names are, once its
    decision is taken (``policy.dma_decision``). After ``policy.review_months`` a designation ends if no ground for it
    is left (art. 4(2)).
    """
    p = e.p.policy
    population = e.clouds
    clouds: Cloud = population.view()
    keep_files(e)
    presumed, gateway = population.act(Cloud.meets_thresholds, e.p, by_slot(cloud_shares(clouds)))
    abroad = clouds.region != CN  # Chinese clouds do not serve the Union in this model
    presumed, gateway = presumed & abroad, gateway & abroad
    named = is_on(p.dma_decision) & _investigated(e) & clouds.alive
    applies = is_on(p.gatekeeper_designation)
    was = clouds.gatekeeper >= 0.0
    clouds.notified = np.where(applies & presumed & ~was, clouds.notified + 1.0, -1.0)
    newly = applies & ~was & ((clouds.notified >= p.designation_months) | (gateway & found) | named)
    ends = was & (~applies | ((clouds.gatekeeper >= p.review_months) & ~presumed & ~gateway & ~named))
    clouds.gatekeeper = np.where(newly, 0.0, np.where(was & ~ends, clouds.gatekeeper + 1.0, -1.0))
    e.note_event(newly, "clouds", "policy", "is designated a gatekeeper (Digital Markets Act art. 3)")
    e.note_event(ends, "clouds", "policy", "is no longer a gatekeeper (Digital Markets Act art. 4)")
    now: BoolArray = np.where(newly, True, was & ~ends)
    e.now.oversight.gatekeepers = now.sum(axis=-1).astype(np.float64)
    return now


def _investigated(e: Economy) -> BoolArray:
    """The clouds that a decision under the act would name, by the rows of ``policy.csv``, (clouds,)."""
    named = {cloud for row in e.tables.policy if row.lever == "policy.dma_decision" for cloud in row.concerns}
    return np.array([row.id in named for row in e.tables.clouds])


def duties_in_force(e: Economy, reserve: FloatArray) -> tuple[FloatArray, FloatArray]:
    """What the law demands of each cloud: interoperability and reserved capacity, each 0-1, (worlds, clouds).

    The law's interoperability binds all; that of a designation binds the gatekeeper once its window has passed
    (art. 3(10)). ``reserve`` (worlds, 1) is the stricter of law and remedy.
    """
    p = e.p.policy
    clouds = e.clouds.view()
    regulators = e.regulators.view()
    window = np.where(regulators.interoperability, regulators.window_months, 0.0).max(axis=-1, keepdims=True)
    designated = np.where(clouds.gatekeeper >= window, p.remedy_interoperability, 0.0)
    return np.maximum(p.interoperability, designated), reserve * (clouds.rents_out & clouds.alive)


def comply(e: Economy, interoperability: FloatArray, reserved: FloatArray) -> FloatArray:
    """How far each cloud complies; those found out are fined, (worlds, clouds).

    A breach is found by chance in a month; the fine is in proportion to what is kept back, and is paid to the public.
    """
    p = e.p.policy
    population = e.clouds
    clouds: Cloud = population.view()
    fine_share = e.regulators.act(Regulator.fines, e.p).max(axis=-1, keepdims=True)
    turnover = YEAR * (clouds.cloud_revenue + clouds.ai_revenue) * (clouds.region != CN)
    duty = np.maximum(interoperability, reserved) * clouds.rents_out * clouds.alive
    full = fine_share * turnover
    compliance = population.act(Cloud.complies, e.p, by_slot(duty), by_slot(full))
    breach = duty * (1.0 - compliance)
    found = (breach > 0.0) & (full > 0.0) & (e.draws("audit of compliance", "clouds").uniform() < p.detection)
    purse = p.fine_purse * np.maximum(clouds.cash, 0.0)
    fine = np.where(found, np.minimum(full * breach, purse), 0.0)
    e.pay_public("fines", "clouds", fine)
    e.now.oversight.fines_musd = fine.sum(axis=-1)
    clouds.fined = clouds.fined | found
    clouds.compliance = compliance
    e.note_event(found, "clouds", "policy", "is fined for not complying, and complies from next month on")
    return np.asarray(compliance)
