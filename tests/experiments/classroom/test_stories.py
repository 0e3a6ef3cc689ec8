"""What workers hand back is what the model holds: series, ties, flows, events; alone and in a stack of questions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from kingmaker.agents.calendar import month_label
from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.classroom import stacks_of_questions as work
from kingmaker.experiments.classroom.records import Band, Curve, Story
from kingmaker.experiments.classroom.story_record import record_of
from kingmaker.experiments.classroom.visitor_question import Question, make

MONTHS = 30


@pytest.fixture(scope="module")
def alone() -> ComputeEconomy:
    return ComputeEconomy(rng=2, months=MONTHS, register=False).run()


@pytest.fixture(scope="module", autouse=True)
def short() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(work, "MONTHS", MONTHS)
        yield


@pytest.fixture(scope="module")
def told() -> Story:
    """The same run, computed for three visitors at once."""
    found = work.stories([make(moves={"chips.moat": [(0, 0.5)]}), Question(luck=2), make("tight_export_cap", 9)])[1]
    assert isinstance(found, Story)
    return found


def test_visitors_who_share_a_stack_get_what_they_would_get_alone(alone: ComputeEconomy, told: Story) -> None:
    curve = work.curves([Question(luck=1), Question(luck=2)])[1]
    assert isinstance(curve, Curve)
    for name, values in told.measures.items():
        assert np.array_equal(values, alone.measures.array(name)[:, 0], equal_nan=True), name
        assert np.array_equal(values, curve.measures[name], equal_nan=True), name
    frame = alone.events_frame()
    assert [(month_label(e.month), e.kind, e.who, e.text) for e in told.events] == list(
        frame[["month", "kind", "who", "text"]].itertuples(index=False, name=None)
    )


@pytest.mark.parametrize("month", [0, 11, 23, MONTHS - 1])
def test_ties_are_those_of_the_model_graph(alone: ComputeEconomy, told: Story, month: int) -> None:
    graph = alone.partnerships.graph(month=month + 1)
    names = {node.name.removeprefix("start-up"): k for k, node in enumerate(told.nodes)}
    expected = {
        (names[a.removeprefix("startup")], names[b.removeprefix("startup")], tie["kind"], tie["subtype"])
        for a, b, tie in graph.edges(data=True)
        if a.removeprefix("startup") in names and b.removeprefix("startup") in names
    }
    assert expected
    assert {(t.source, t.target, t.kind, t.form) for t in told.ties if t.first <= month < t.end} == expected


def test_flows_are_those_of_the_ledger_and_the_refused_those_of_the_measures(
    alone: ComputeEconomy, told: Story
) -> None:
    frame = alone.ledger.to_frame()
    for kind in ("rent", "chips", "services", "equity"):
        ours = sum(float(values.sum()) for (k, _, _), values in told.flows.items() if k == kind)
        assert ours == pytest.approx(float(frame.loc[frame.kind == kind, "musd"].sum()))
    unmet = alone.measures.array("unmet_h100e")[:, 0]
    refused = told.amounts["refused"].sum(axis=0)
    assert (refused <= unmet * (1.0 + 1e-5) + 1e-3).all()  # some of those who wait have no cloud
    assert refused.max() > 0.0
    assert told.amounts["queue"].max() > 0.0


def test_the_ring_of_a_cloud_is_what_of_its_compute_is_in_use(alone: ComputeEconomy, told: Story) -> None:
    used, clouds = alone.economy.now.compute.used[0], alone.economy.clouds.view()
    names = alone.populations["clouds"].table.known
    shown = {node.name: told.amounts["use"][k, -1] for k, node in enumerate(told.nodes) if node.kind == "cloud"}
    for slot in np.flatnonzero(clouds.alive[0]):
        capacity = clouds.capacity[0, slot]
        part = min(used[slot] / capacity, 1.0) if capacity else 0.0
        assert shown[names[int(clouds.ids[0, slot])]] == pytest.approx(part, rel=1e-5)
    assert any(part > 0.5 for part in shown.values())
    assert not any(told.amounts["use"][k].any() for k, node in enumerate(told.nodes) if node.kind != "cloud")


def test_the_record_has_every_firm_a_place_and_no_number_that_json_lacks(told: Story) -> None:
    record = record_of(told)
    assert all(0.0 <= node["x"] <= 1.0 and 0.0 <= node["y"] <= 1.0 for node in record["nodes"])
    assert len({(node["x"], node["y"]) for node in record["nodes"]}) == len(record["nodes"])
    assert all(len(tie["share"]) == tie["end"] - tie["first"] for tie in record["ties"])
    contracts = [tie for tie in record["ties"] if tie["kind"] == "cloud_contract"]
    assert any(tie["terms"][0] > 0 for tie in contracts)


def test_a_fault_in_one_question_does_not_spoil_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = work._curves

    def fragile(questions: list[Question]) -> list[Curve]:
        if any(question.luck == 3 for question in questions):
            raise ValueError("broken")
        return whole(questions)

    monkeypatch.setattr(work, "_curves", fragile)
    good, bad = work.curves([Question(luck=2), Question(luck=3)])
    assert isinstance(good, Curve)
    assert bad == "ValueError: broken"


def test_a_band_pairs_its_members_and_pins_what_is_asked() -> None:
    question = make(moves={"chips.capacity_growth": [(0, 0.06)]})
    worlds = work.member_worlds(question, 0, 4)
    assert all("chips.capacity_growth" not in world for world in worlds)  # the scenario pins it
    assert all("chips.capacity_growth" in world for world in work.member_worlds(make(), 0, 4))
    first = work.quick_bands([make(), question])
    assert all(isinstance(band, Band) and band.n == work.QUICK for band in first)
