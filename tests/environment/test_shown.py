"""How firms, parameters, measures, scenarios and models show themselves, complete and read in Python."""

from __future__ import annotations

import pickle
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kingmaker as km
from kingmaker.agents.cards import amount, card, grid
from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.member import columns_of, names_of
from kingmaker.environment.inputs.scenario import load_scenario

SMALL: dict[str, Any] = {"startups.number": 30}


@pytest.fixture(scope="module")
def model() -> km.ComputeEconomy:
    return km.ComputeEconomy(rng=1, months=6, **SMALL).run(5)


@pytest.fixture(scope="module")
def lab(model: km.ComputeEconomy) -> Any:
    return next(firm for firm in model.agents_by_type[km.Startup] if firm.name == "OpenAI")


class Tags(HTMLParser):
    """Whether tags are closed in order, and what is written between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.text = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_lab_says_who_hosts_and_owns_it(model: km.ComputeEconomy, lab: Any) -> None:
    clouds = {firm._slot: firm.name for firm in model.agents_by_type[km.Cloud]}
    text = Tags(lab._repr_html_()).text
    for told in (clouds[lab.host], clouds[lab.vendor], "cash", "compute", "rank", "OpenAI"):
        assert told in text
        assert told in repr(lab)
    assert repr(lab).startswith("<Startup OpenAI")


def test_the_rank_is_that_of_the_compute_used(model: km.ComputeEconomy) -> None:
    labs = list(model.agents_by_type[km.Startup])
    largest = max(labs, key=lambda lab: lab.used + lab.own_used)
    assert f"rank 1 of {len(labs)}" in repr(largest)


def test_a_cloud_names_its_tenants_and_stakes(model: km.ComputeEconomy, lab: Any) -> None:
    host = next(firm for firm in model.agents_by_type[km.Cloud] if firm._slot == lab.host)
    assert "OpenAI" in repr(host)
    idle = [firm for firm in model.agents_by_type[km.Cloud] if "tenants: none" in repr(firm)]
    hosting = {int(firm.host) for firm in model.agents_by_type[km.Startup]}
    assert not {firm._slot for firm in idle} & hosting


def test_every_firm_prints_itself(model: km.ComputeEconomy) -> None:
    for firm in model.agents:
        assert " object at 0x" not in repr(firm)
        assert Tags(firm._repr_html_() or "").open == []
    for row in (*model.agents_by_type[km.Startup][0].contracts, *model.agents_by_type[km.Startup][0].owners):
        assert " object at 0x" not in repr(row)
    assert "row 0 of contracts of <view" in repr(model.economy.startups.view().contracts[0])


def test_a_firm_that_has_left_still_prints() -> None:
    model = km.ComputeEconomy(rng=1, months=60, **SMALL)
    founders = list(model.agents_by_type[km.Startup])
    model.run(30)
    alive = {id(firm) for firm in model.agents}
    gone = [firm for firm in founders if id(firm) not in alive]
    assert gone
    for firm in gone:
        assert repr(firm).endswith("has left>")
        assert firm._repr_html_() is None


def test_all_that_a_firm_has_reads_as_plain_values(model: km.ComputeEconomy) -> None:
    for cls in (km.Startup, km.Cloud, km.Chipmaker, km.Investor, km.Enterprise, km.Regulator):
        firm = next(iter(model.agents_by_type[cls]))
        for name in names_of(cls):
            value = getattr(firm, name)
            assert not isinstance(value, np.ndarray | np.generic), (cls, name, value)
        assert set(columns_of(cls)) <= set(dir(firm))


def test_of_a_view_properties_stay_arrays(model: km.ComputeEconomy) -> None:
    view = model.economy.startups.view()
    assert view.multihomed.shape == view.cash.shape
    assert next(iter(model.agents_by_type[km.Startup])).view().multihomed.shape == (1, 1)


def test_measures_are_read_by_name(model: km.ComputeEconomy) -> None:
    measures = model.measures
    series = measures["hhi_cloud"]
    assert isinstance(series, pd.Series)
    assert series.iloc[-1] == measures.latest("hhi_cloud")
    assert series.index[0] == "2022-01"
    assert measures.hhi_cloud.equals(series)
    assert {"hhi_cloud", "to_frame"} <= set(dir(measures))
    assert "hhi_cloud" in measures
    assert "hhi_clod" not in measures
    assert set(measures._ipython_key_completions_()) == set(measures)
    stack = km.ComputeEconomy.stack([{"rng": 1, **SMALL}] * 2, months=2).run()
    assert stack.measures["hhi_cloud"].shape == (2, 2)
    for ask in (lambda: measures["hhi_clod"], lambda: measures.hhi_clod):
        with pytest.raises(KingmakerError, match="Did you mean 'hhi_cloud'"):
            ask()


def test_parameters_complete(model: km.ComputeEconomy) -> None:
    assert "policy.interoperability" in model.parameters._ipython_key_completions_()
    assert "interoperability" in dir(model.parameters.policy)


def test_html_of_the_rest(model: km.ComputeEconomy) -> None:
    fresh = km.ComputeEconomy(rng=1, months=2, **SMALL)
    stack = km.ComputeEconomy.stack([{"rng": 1, **SMALL}, {"rng": 1, **SMALL, "policy.tax": 0.1}], months=2)
    scenario = load_scenario("baseline", {"policy.tax": 0.1})
    shown = {
        model: ("5 of 6", "startups", "seed 1"), fresh: ("0 of 2",), stack: ("world 0", "and 1 more"),
        model.measures: ("hhi_cloud", "2022-05", "Herfindahl"), fresh.measures: ("no month yet",),
    }  # fmt: skip
    for thing, words in shown.items():
        text = Tags(thing._repr_html_()).text  # type: ignore[attr-defined]
        assert [word for word in words if word not in text] == []
    assert "interoperability" in Tags(model.parameters._repr_html_()).text
    assert "in force now" in Tags(model.parameters.policy._repr_html_()).text
    assert "policy.tax = 0.1" in Tags(scenario._repr_html_()).text
    assert len(repr(scenario)) < 160


@given(st.text(), st.text(), st.text())
def test_no_text_becomes_markup(title: str, name: str, told: str) -> None:
    for made in (card(title, {name: told}, told), grid(title, [name], [[told]]), grid(title, [name], [[told]], True)):
        assert Tags(made).seen <= {
            "div",
            "b",
            "table",
            "tr",
            "th",
            "td",
            "small",
            "thead",
            "tbody",
            "details",
            "summary",
        }


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_every_number_can_be_read(value: float) -> None:
    assert amount(value)
    assert "e+0" not in amount(value) or abs(value) >= 1e3


def test_everything_can_be_pickled(model: km.ComputeEconomy, lab: Any) -> None:
    for thing in (model, lab, model.parameters, model.parameters.policy, model.measures, model.setting):
        assert repr(pickle.loads(pickle.dumps(thing))) == repr(thing)
