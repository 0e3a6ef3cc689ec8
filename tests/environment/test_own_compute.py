"""Start-ups' own chips in the model: claims and pools agree, money and chips are conserved, used chips find buyers."""

from __future__ import annotations

import numpy as np
import pytest

from kingmaker.agents.arithmetic import ratio
from kingmaker.agents.types import CN, REGIONS
from kingmaker.environment.core.regions import in_region, over_region
from kingmaker.environment.model import ComputeEconomy

EAGER = {  # start-ups that buy, build and design as early and as much as they can
    "sites.smallest_purchase": 0.5, "sites.colocated_share": 0.9, "sites.fixed_cost": 20.0, "sites.centre_months": 3.0,
    "sites.chip_cost": 5.0, "sites.chip_months": 6.0, "sites.threshold": 0.5, "sites.hurdle": -1.0, "sites.purse": 0.5,
    "chips.deposit": 0.6,
}  # fmt: skip


@pytest.fixture(scope="module")
def eager() -> ComputeEconomy:
    return ComputeEconomy(rng=3, months=48, **EAGER).run()


def pooled(model: ComputeEconomy) -> np.ndarray:
    """Compute that the pools hold, (worlds, regions), by today's value in use."""
    chips = model.economy.chips
    value = (1.0 - model.economy.conditions.inference_share) * chips.h100e
    value = value + model.economy.conditions.inference_share * chips.memory
    stock = chips.running[:, chips.pools] + chips.awaiting[:, chips.pools]
    return np.asarray((stock * value[:, np.newaxis, :]).sum(axis=-1))


def test_sums_and_look_ups_by_region_are_each_others_inverse() -> None:
    region = np.array([[0, 1, 1, 3], [2, 2, 0, 3]], dtype=np.int32)
    amount = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]])
    total = over_region(amount, region)
    assert total.tolist() == [[1.0, 5.0, 0.0, 4.0], [7.0, 0.0, 11.0, 8.0]]
    assert in_region(total, region).tolist() == [[1.0, 5.0, 5.0, 4.0], [11.0, 11.0, 7.0, 8.0]]
    assert ratio(np.array([1.0, 0.0]), np.array([4.0, 0.0])).tolist() == [0.25, 0.0]


def test_everything_that_a_lab_can_own_comes_about(eager: ComputeEconomy) -> None:
    last = {name: eager.measures.latest(name) for name in ("own_compute_share", "self_hosted_labs", "chip_designers")}
    assert last["own_compute_share"] > 0.1
    assert last["self_hosted_labs"] >= 1.0
    assert last["chip_designers"] >= 1.0
    chips = eager.economy.chips
    lab = chips.catalogue.lab_block
    assert chips.designed[:, lab].any()
    assert chips.running[:, chips.pools, lab].sum() > 0.0


def test_claims_follow_what_the_pools_hold(eager: ComputeEconomy) -> None:
    startups = eager.populations["startups"].table
    claims = over_region(startups.data["own"], startups.data["region"])
    held = pooled(eager)
    assert (held.sum(axis=-1) > 0.0).all()
    assert claims == pytest.approx(held, rel=0.1)  # they part within a quarter, as what a chip is worth moves


def test_deposits_of_pools_and_of_start_ups_are_the_same_money(eager: ComputeEconomy) -> None:
    chips = eager.economy.chips
    startups = eager.populations["startups"].table.data
    by_region = over_region(startups["deposits"], startups["region"])
    assert by_region.sum() > 0.0
    assert by_region == pytest.approx(chips.deposits[:, :, chips.pools].sum(axis=1), rel=1e-9, abs=1e-9)


def test_the_ledger_shows_what_start_ups_paid_for_chips(eager: ComputeEconomy) -> None:
    flows = eager.ledger.to_frame()
    mine = flows[flows.payer == "startups"].groupby("kind").musd.sum()
    for kind in ("deposits", "chips", "chips_drawn", "construction", "energy", "forfeits"):
        assert mine[kind] > 0.0, kind
    assert flows[(flows.kind == "refunds") & (flows.payee == "startups")].musd.sum() > 0.0


def test_chips_of_the_failed_go_to_clouds_that_pay_for_them() -> None:
    """A world in which labs with chips run dry: their chips are resold, none vanishes, nothing is left behind."""
    model = ComputeEconomy(rng=3, months=36, **EAGER, **{"capital.deployment": 0.002})
    startups = model.populations["startups"].table
    resold = 0.0
    while model.running:
        before, alive = startups.data["own"].copy(), startups.alive.copy()
        model.step()
        gone = alive & ~startups.alive & (before > 0.0)
        paid = model.ledger.months[-1].get(("resale", "clouds", "startups"), np.zeros(1))
        resold += float(paid[0])
        if gone.any() and paid[0] > 0.0:
            assert model.economy.chips.residual().max() < 1e-9
    assert resold > 0.0


def test_chips_bought_in_china_stay_on_its_line(eager: ComputeEconomy) -> None:
    """The Chinese pool holds only what may be shipped there; Western pools hold no chip of a Chinese maker."""
    chips = eager.economy.chips
    chinese = [k for k, row in enumerate(eager.tables.chipmakers) if row.region == "CN"]
    theirs = np.isin(chips.maker_of, chinese)
    west = [chips.pools.start + place for place in range(len(REGIONS)) if place != CN]
    assert chips.running[:, west][:, :, theirs].sum() == 0.0
    banned = [chips.catalogue.names.index(name) for name in ("h100", "h200", "b200") if name in chips.catalogue.names]
    assert chips.running[:, chips.pools.start + CN][:, banned].sum() == 0.0


def test_own_compute_displaces_rent() -> None:
    """Same luck: where labs own more of their compute they rent less of it."""
    worlds = [{"rng": seed, "sites.colocated_share": share} for share in (0.0, 0.8) for seed in range(1, 7)]
    model = ComputeEconomy.stack(worlds, months=24).run()
    startups = model.populations["startups"].table.data
    rented = (startups["used"] - startups["own_used"]).sum(axis=-1) / startups["used"].sum(axis=-1)
    assert (startups["own_used"][:6] == 0.0).all()
    assert (rented[6:] < rented[:6]).all()


def test_what_labs_own_does_not_hang_on_the_grain() -> None:
    """Ten times the start-ups, a tenth of the weight: the share of own compute stays about the same."""
    coarse, fine = (
        ComputeEconomy.stack([{"rng": s, "startups.number": n} for s in range(8)], months=30).run() for n in (200, 2000)
    )
    for name in ("own_compute_share", "direct_fill"):
        a, b = (model.measures.array(name)[18:].mean(axis=0) for model in (coarse, fine))
        assert a.mean() == pytest.approx(b.mean(), rel=0.25), name


def test_own_chips_not_offered_serve_their_owner_only() -> None:
    model = ComputeEconomy.stack([{"rng": 1, "clouds.external_offering": v} for v in (0.0, 1.0)], months=6).run()
    clouds = model.populations["clouds"].table.data
    google = next(k for k, row in enumerate(model.tables.clouds) if row.id == "google")
    bought = clouds["capacity"][:, google] - clouds["own_capacity"][:, google]
    assert clouds["own_capacity"][0, google] > 0.0
    assert clouds["sold"][0, google] <= bought[0] * (1.0 + 1e-9)
    assert not clouds["offers_own"][:, [k for k, row in enumerate(model.tables.clouds) if row.id == "meta"]].any()


def test_a_reservation_is_a_second_host_of_the_new_generation() -> None:
    model = ComputeEconomy(rng=2, months=30, **{"sites.commitment": 1.0, "sites.commitment_chance": 1.0,
                                                "sites.threshold": 0.1, "policy.exclusivity_ban": 1})  # fmt: skip
    types = [row.type for row in model.tables.clouds]
    seen = 0
    while model.running:
        model.step()
        startups = model.populations["startups"].table
        changes = [c for c in model.partnerships.log if c.month == model.month - 1 and "reserves" in c.why]
        for change in changes:
            seen += len(change.target_slot)
            assert all(types[int(slot)] in ("new-generation", "consortium") for slot in change.target_slot)
            # who has left since may have been followed by a newcomer in its slot
            second, there = (a[0, change.source_slot] for a in (startups.data["second"], startups.ids))
            stays = startups.alive[0, change.source_slot] & (there == change.source_id)
            assert (second == change.target_slot)[stays].all()
    assert seen > 0
