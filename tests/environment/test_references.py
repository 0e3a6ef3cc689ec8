"""The named references are what they are called: the law as it stands, and no new law for clouds."""

from __future__ import annotations

import numpy as np
import pytest

from kingmaker.agents.calendar import month_number
from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.inputs.scenario import list_scenarios, load_scenario
from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.studies.compare.question import ask

SEEDS, MONTHS = 6, 108
LAST_FACT = month_number("2026-06")
IMPOSED = ("duty_in_force", "interoperability_in_effect", "gatekeepers", "remedies_active", "exclusivity_ban_in_force",
           "reserved_in_force", "review_in_force", "fines_musd")  # fmt: skip


def stack(scenario: str, months: int = MONTHS, seeds: int = SEEDS, **pins: float) -> ComputeEconomy:
    given = {"startups.number": 60, **{key.replace("__", "."): value for key, value in pins.items()}}
    worlds = [{"scenario": scenario, "rng": seed, **given} for seed in range(seeds)]
    return ComputeEconomy.stack(worlds, months=months, keep_ties=True).run()


@pytest.fixture(scope="module")
def law() -> ComputeEconomy:
    return stack("law_as_it_stands")


@pytest.fixture(scope="module")
def untreated() -> ComputeEconomy:
    return stack("no_new_law")


def test_the_law_as_it_stands_is_the_baseline() -> None:
    reference, baseline = load_scenario("law_as_it_stands"), load_scenario("baseline")
    assert reference.events == baseline.events
    assert dict(reference.parameters) == dict(baseline.parameters)
    assert reference.title != baseline.title
    assert ask("baseline", "law_as_it_stands").same
    assert not ask("baseline", "no_new_law").same


@pytest.mark.slow
def test_the_two_names_give_the_same_bits(law: ComputeEconomy) -> None:
    baseline = stack("baseline")
    for name in MEASURES:
        assert np.array_equal(baseline.measures.array(name), law.measures.array(name), equal_nan=True), name


@pytest.mark.slow
@pytest.mark.parametrize("name", IMPOSED)
def test_nothing_is_imposed_on_clouds_by_the_law_as_it_stands(law: ComputeEconomy, name: str) -> None:
    assert not law.measures.array(name).any()


@pytest.mark.slow
@pytest.mark.parametrize("name", IMPOSED)
def test_without_new_law_nothing_is_in_force_in_any_month(untreated: ComputeEconomy, name: str) -> None:
    assert not untreated.measures.array(name).any()


@pytest.mark.slow
def test_without_new_law_fees_stay_and_export_rules_are_those_of_history(
    untreated: ComputeEconomy, law: ComputeEconomy
) -> None:
    assert (untreated.measures.array("switching_fee_in_force") == 1.0).all()
    assert (untreated.measures.array("parallel_fee_in_force") == 1.0).all()
    assert law.measures.array("switching_fee_in_force")[-1].tolist() == [0.0] * SEEDS
    for name in ("export_rule_in_force", "export_cap_in_force", "export_quota_in_force", "export_duty_in_force"):
        assert (untreated.measures.array(name) == law.measures.array(name)).all()


@pytest.mark.slow
def test_no_duty_means_the_switching_of_the_untreated_market(untreated: ComputeEconomy) -> None:
    """A market in which the law cannot lower the work of moving at all switches as the reference does."""
    pins = {"policy__interoperability": 0.0, "policy__egress_fee": 1.0, "policy__parallel_egress_fee": 1.0}
    no_duty = stack("baseline", **pins)
    powerless = stack("baseline", **pins, policy__remedy_interoperability=0.0)
    for name in ("switching_rate", "multihoming_share", "hhi_cloud"):
        assert (untreated.measures.array(name) == no_duty.measures.array(name)).all()
        assert (untreated.measures.array(name) == powerless.measures.array(name)).all()
    assert 12.0 * untreated.measures.array("switching_rate")[24:].mean() < 0.015  # facts 8c-007: below 1 % a year


@pytest.mark.slow
def test_the_dated_steps_of_the_procedure_come_in_every_seed(law: ComputeEconomy) -> None:
    steps = law.events_frame()
    own = steps[steps.text.str.contains("of its own motion")]
    for who, month in (("Autorité de la concurrence", "2022-01"), ("US government (BIS, FTC)", "2024-01"),
                       ("European Commission", "2025-11")):  # fmt: skip
        mine = own[own.who == who]
        assert sorted(mine.world) == list(range(SEEDS))
        assert set(mine.month) == {month}
    open_now = law.measures.array("inquiries_open")
    assert (open_now[month_number("2025-11") : LAST_FACT + 1] >= 1.0).all()


@pytest.mark.slow
def test_an_inquiry_that_no_date_opens_has_evidence_above_its_trigger(law: ComputeEconomy) -> None:
    steps = law.events_frame()
    opened = steps[steps.text.str.startswith("opens an inquiry, first into")]
    triggers = {row.name: row.trigger_hhi / 1e4 for row in law.tables.regulators}
    scale = float(law.parameters.policy.trigger[0, 0])
    assert len(opened)
    for who, text in zip(opened.who, opened.text, strict=True):
        parts = [float(part.rsplit(" ", 1)[1]) for part in text.split(": ", 1)[1].split(", ")]
        assert sum(parts) > scale * triggers[who] - 0.003  # what is told is rounded


def test_a_decision_designates_those_whom_the_investigation_names() -> None:
    model = stack("dma_designation", months=72, seeds=3)
    decided, binds = month_number("2026-12"), month_number("2027-06")
    gatekeepers, duty = model.measures.array("gatekeepers"), model.measures.array("duty_in_force")
    assert not gatekeepers[:decided].any()
    assert (gatekeepers[decided:] == 2.0).all()
    assert not duty[:binds].any()  # six months to comply
    assert (duty[binds:] > 0.1).all()
    told = model.events_frame()
    named = told[told.text.str.startswith("is designated a gatekeeper")]
    assert set(named.who) == {"Amazon AWS", "Microsoft Azure"}
    assert len(named) == 2 * 3


def test_three_financial_years_with_users_make_a_presumed_gatekeeper() -> None:
    """With end users counted as if everybody who uses AI were one, the presumption works, and takes its time."""
    pins = {"policy__end_user_part": 1.0, "policy__gatekeeper_users": 5.0, "policy__gatekeeper_designation": 1}
    gatekeepers = stack("baseline", months=84, seeds=3, **pins).measures.array("gatekeepers")
    first = np.argmax(gatekeepers > 0.0, axis=0)
    assert (gatekeepers[-1] > 0.0).all()
    # the years 2022 to 2024, or later ones, are over; then come notification and designation
    assert (first >= month_number("2025-01") + 4).all()
    assert set(first % 12) == {4}
    alone = stack("baseline", months=84, seeds=2, **pins, policy__gatekeeper_business_users=1e7)
    assert not alone.measures.array("gatekeepers").any()


def test_remedies_end_when_the_power_to_impose_them_does() -> None:
    pins = {"policy.trigger": 0.2, "policy.remedies": 1, "clouds.internal_priority": 0.7, "startups.number": 60}
    model = ComputeEconomy(rng=2, months=48, register=False, **pins).run(40)
    assert model.measures.latest("remedies_active") > 0.0
    model.economy.p.array("policy.remedies")[:] = 0
    model.run()
    assert model.measures.latest("remedies_active") == 0.0
    assert any("may impose none any more" in text for text in model.events_frame().text)


@pytest.mark.slow
def test_tenants_do_not_begin_in_a_shortage_that_the_data_do_not_have() -> None:
    worlds = [{"rng": seed} for seed in range(16)]
    model = ComputeEconomy.stack(worlds, months=24).run()
    complaints = model.measures.array("complaints")
    first_half, later = complaints[:6].mean(axis=0), complaints[6:].mean(axis=0)
    assert np.median(first_half) < 50.0  # it was 400; what is left is true want of a few seeds' Chinese clouds
    assert first_half.mean() < 100.0 + later.mean()
    fill = model.measures.array("tenant_fill_rate").mean(axis=1)
    assert fill[0] > 0.8  # it was 0.74; owners' work is worth more than the price by the month in January
    assert fill[1:6].mean() > 0.95


def test_every_reference_is_listed() -> None:
    assert {"baseline", "law_as_it_stands", "no_new_law", "dma_designation"} <= set(list_scenarios())
