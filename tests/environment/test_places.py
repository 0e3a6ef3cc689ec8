"""Places: what is where sums up, what draws owners draws them, power and its price are those of the place."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.sited import Sited
from kingmaker.agents.types import CN, EU, OTHER, REGIONS, US
from kingmaker.environment.chips import energy
from kingmaker.environment.chips.places import may_build, placed
from kingmaker.environment.core.regions import PLACES
from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.environment.inputs.tables import DATA, place_shares, power_rows, read_tables
from kingmaker.environment.model import ComputeEconomy
from tests.helpers import firms, parameters

SMALL = {"startups.number": 40}
LEVERS = st.fixed_dictionaries(
    {},
    optional={
        "places.near": st.floats(0.0, 1.0),
        "places.cost_sensitivity": st.floats(0.0, 10.0),
        "places.impatience": st.floats(0.0, 0.5),
        "places.speed": st.floats(0.01, 1.0),
        "places.foothold": st.floats(0.0, 0.2),
        "energy.europe_price": st.floats(0.1, 5.0),
        "energy.cap": st.floats(0.05, 2.0),
        "policy.sovereign_place": st.floats(0.0, 1.0),
        "policy.sovereign_owner": st.floats(0.0, 1.0),
        "policy.site_grant": st.floats(0.0, 0.9),
        "policy.export_cap_tpp": st.sampled_from([600.0, 4800.0, np.inf]),
    },
)


def share_of(model: ComputeEconomy, place: str, months: slice = slice(None)) -> np.ndarray:
    """Mean share of the world's compute in a region, (worlds,)."""
    return np.asarray(model.measures.array(f"{place}_compute_share")[months].mean(axis=0))


# --- accounting ---------------------------------------------------------------------------------


@settings(max_examples=12, deadline=None)
@given(LEVERS, st.integers(0, 2**31))
def test_compute_is_somewhere_and_shares_sum_to_one(levers: dict[str, float], seed: int) -> None:
    model = ComputeEconomy(rng=seed, register=False, **SMALL, **levers)
    for _ in range(16):
        model.step()
        clouds, sites = model.economy.clouds.view(), model.economy.chips.sites
        stands = placed(clouds)
        assert (stands >= 0.0).all()
        assert stands.sum(axis=-1) == pytest.approx(clouds.compute, rel=1e-12)
        assert (sites >= 0.0).all()
        assert sites.sum(axis=-1) == pytest.approx(1.0)
        assert ((clouds.lawful >= 0.0) & (clouds.lawful <= 1.0 + 1e-12)).all()
    whole = sum(model.measures.array(f"{name}_compute_share") for name in ("us", "eu", "china", "other"))
    assert whole == pytest.approx(1.0)


def test_a_world_is_the_same_alone_and_beside_others() -> None:
    settings_of = [
        {}, {"policy.sovereign_place": 1.0}, {"policy.sovereign_owner": 0.4}, {"policy.compute_fund_musd": 300.0},
        {"policy.site_grant": 0.5, "energy.europe_price": 3.0}, {"places.near": 0.9, "energy.cap": 0.3},
    ]  # fmt: skip
    worlds = [{"rng": seed, **SMALL, **pins} for seed, pins in enumerate(settings_of)]
    together = ComputeEconomy.stack(worlds, months=30).run()
    for k, world in enumerate(worlds):
        alone = ComputeEconomy.stack([world], months=30).run()
        assert np.array_equal(alone.economy.chips.sites[0], together.economy.chips.sites[k])
        for name in ("eu_compute_share", "eu_hosted_at_home_share", "eu_hosted_by_europeans_share", "power_gw"):
            assert np.array_equal(alone.measures.array(name)[:, 0], together.measures.array(name)[:, k]), (k, name)


def test_it_starts_where_the_data_say() -> None:
    model = ComputeEconomy(rng=1, register=False)
    shares = np.array(place_shares(model.tables))
    assert placed(model.economy.clouds.view())[0] == pytest.approx(
        shares * np.array([[row.compute_h100e_2022] for row in model.tables.clouds])
        * np.array([[row.entry <= 0] for row in model.tables.clouds])
    )  # fmt: skip
    assert shares[[row.id for row in model.tables.clouds].index("xai"), US] == 1.0


def test_power_is_drawn_and_paid_where_the_machines_stand() -> None:
    model = ComputeEconomy(rng=3, register=False, **SMALL).run(5)
    e = model.economy
    clouds = e.clouds.view()
    pue = np.array([row.pue for row in power_rows(model.tables)])
    runs = clouds.compute[0] > 0.0
    heavy = placed(clouds)[0][runs] / clouds.compute[0][runs][:, None] * pue
    by_place = e.now.building.power_mw[0][runs][:, None] * heavy / heavy.sum(axis=-1, keepdims=True)
    assert by_place.sum(axis=0) + e.now.building.site_mw[0] == pytest.approx(e.conditions.power_used[0])
    at = [row.id for row in model.tables.clouds].index("microsoft")
    low, high = e.conditions.energy_price[0, US], e.conditions.energy_price[0, EU]
    assert low < e.now.building.power_price[0, at] < high
    mean = (placed(clouds)[0, at] * pue * e.conditions.energy_price[0]).sum() / (placed(clouds)[0, at] * pue).sum()
    assert e.now.building.power_price[0, at] == pytest.approx(mean)


# --- what draws owners --------------------------------------------------------------------------


@given(st.floats(0.0, 1.0), st.floats(0.2, 5.0), st.floats(1.0, 60.0))
def test_cost_and_waits_repel_in_proportion_to_what_owners_mind(stood: float, dearer: float, wait: float) -> None:
    owner = firms(Sited, 1)
    p = parameters(places__cost_sensitivity=2.0, places__impatience=0.05, places__foothold=0.01)
    usual = owner.weighs_site(p, np.array([[stood]]), np.ones((1, 1)), np.ones((1, 1)))
    assert usual[0, 0] == max(stood, 0.01)
    now = owner.weighs_site(p, np.array([[stood]]), np.array([[dearer]]), np.array([[wait]]))
    assert now[0, 0] == pytest.approx(usual[0, 0] * dearer**-2.0 * np.exp(-0.05 * (wait - 1.0)))


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ({"energy.europe_price": 4.0}, {"energy.europe_price": 0.5}),
        ({}, {"policy.site_grant": 0.5}),
        ({"places.near": 0.0}, {"places.near": 0.9}),
        ({}, {"policy.sovereign_place": 1.0}),
    ],
)
def test_europe_gets_more_where_it_is_cheap_near_or_asked_for(low: dict[str, float], high: dict[str, float]) -> None:
    worlds = [{"rng": seed, **SMALL, **pins} for pins in (low, high) for seed in range(4)]
    eu = share_of(ComputeEconomy.stack(worlds, months=30).run(), "eu", slice(18, 30))
    assert (eu[4:] > eu[:4] + 0.005).all()


def test_all_stays_as_it_is_where_nothing_has_changed() -> None:
    still = {"places.near": 0.0, "energy.cap": 20.0, "places.foothold": 0.0}
    model = ComputeEconomy(rng=1, register=False, **SMALL, **still)
    begun = model.economy.chips.sites.copy()
    model.run(30)
    assert model.economy.chips.sites == pytest.approx(begun, abs=1e-12)


def test_aid_is_paid_by_the_public_for_what_is_built_in_europe() -> None:
    flows = {}
    for aid in (0.0, 0.5):
        model = ComputeEconomy(rng=2, register=False, months=6, **SMALL, **{"policy.site_grant": aid}).run()
        frame = model.ledger.to_frame()
        flows[aid] = frame[(frame.kind == "subsidy") & (frame.payee == "clouds")].musd.sum()
        built = frame[(frame.kind == "construction") & (frame.payer == "clouds")].musd.sum()
        assert (model.measures.array("site_grant_in_force") == aid).all()
    assert flows[0.0] == 0.0
    assert 0.02 * built < flows[0.5] < 0.5 * 0.4 * built  # Europe's part of what is built is far below a half


# --- law on the place ---------------------------------------------------------------------------


def test_under_an_export_rule_only_chinese_owners_build_in_china() -> None:
    worlds = [{"rng": 1, **SMALL, "scenario": name} for name in ("baseline", "no_export_control")]
    model = ComputeEconomy.stack(worlds, months=14).run()
    clouds, e = model.economy.clouds.view(), model.economy
    western = clouds.region[0] != CN
    assert (e.chips.sites[0, western, CN] == 0.0).all()
    assert (e.chips.sites[1, western, CN] > 0.0).all()
    assert may_build(e)[0, ~western].all()
    assert (e.chips.sites[0, ~western, CN] > 0.5).all()


def test_what_the_law_bars_is_left_in_its_month() -> None:
    model = ComputeEconomy(rng=1, register=False, months=14, **SMALL).run(8)
    western = model.economy.clouds.view().region[0] != CN
    assert (model.economy.chips.sites[0, western, CN] > 0.0).all()
    model.parameters["policy.export_vintage"] = 2022  # in a month in which no plan is made
    model.step()
    assert model.month % 3 == 0
    assert (model.economy.chips.sites[0, western, CN] == 0.0).all()


# --- power and data -----------------------------------------------------------------------------


def test_nobody_waits_longer_than_a_new_connection_takes() -> None:
    longest = np.array([24.0, 48.0, 18.0, 30.0])
    room = np.array([[1.0, 0.01, 0.0, 0.5]])
    wanted = np.array([[10.0, 10.0, 10.0, 10.0]])
    assert energy.wait_months(wanted, room, longest)[0].tolist() == [1.0, 48.0, 18.0, 2.0]
    assert energy.wait_months(np.zeros((1, PLACES)), np.zeros((1, PLACES)), longest)[0].tolist() == [1.0] * PLACES


def test_shipped_shares_sum_to_one_and_china_is_apart() -> None:
    tables = read_tables()
    shares = np.array(place_shares(tables))
    assert shares.sum(axis=-1) == pytest.approx(1.0)
    for row, where in zip(tables.clouds, shares, strict=True):
        assert (where[CN] > 0.5) == (row.region == "CN")
        assert where[REGIONS.index(row.region)] > 0.2


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (["microsoft", "OTHER", "0.2"], r"places\.csv, line 2, column 'share': '1\.1' is not what the shares of "),
        (["microsoft", "OTHER", "1.2"], r"line 4, column 'share': '1\.2' is not in the range 0 to 1"),
        (["microsoft1", "OTHER", "0.1"], r"line 4, column 'cloud': 'microsoft1' .*Did you mean 'microsoft'\?"),
        (["microsoft", "ASIA", "0.1"], r"line 4, column 'region': 'ASIA' is not one of US, EU, CN, OTHER"),
        (["microsoft", "EU", "0.1"], r"line 4, column 'cloud': 'microsoft EU' is not allowed twice"),
    ],
)
def test_a_wrong_place_is_told(tmp_path: Path, change: list[str], says: str) -> None:
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    path = folder / "places.csv"
    records = list(csv.reader(path.open(encoding="utf-8", newline="")))
    records[3][:3] = change
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(records)
    with pytest.raises(KingmakerError, match=says):
        read_tables(folder)


def test_a_cloud_without_rows_stands_at_home(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    kept = [
        line for line in (DATA / "places.csv").read_text(encoding="utf-8").splitlines() if "regional_clouds" not in line
    ]
    (folder / "places.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    tables = read_tables(folder)
    at = [row.id for row in tables.clouds].index("regional_clouds")
    assert place_shares(tables)[at] == [float(place == OTHER) for place in range(PLACES)]


def test_the_scenario_of_the_rule_says_when() -> None:
    dated = {(event.month, key) for event in load_scenario("sovereign_cloud").events for key in event.set}
    assert {(36, "policy.sovereign_place"), (72, "policy.sovereign_owner")} <= dated
