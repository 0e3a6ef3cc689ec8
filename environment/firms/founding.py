"""The state of January 2022: balance sheets and ties that stand before the first month; and the firm-month panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.calendar import month_label
from kingmaker.agents.cloud import NEW
from kingmaker.agents.startup import EXCLUSIVE, FIRST_REFUSAL, PLAIN, PREFERRED
from kingmaker.agents.types import FloatArray
from kingmaker.agents.units import KUSD
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.ledger import Ledger
from kingmaker.environment.firms.build import chip_of_2022
from kingmaker.environment.firms.panel_codes import key_of
from kingmaker.environment.ties import contracts, relations, stakes
from kingmaker.environment.ties.contracts import Terms
from kingmaker.environment.ties.graph import firm_name

if TYPE_CHECKING:
    import pandas as pd

_CONTRACT = {"exclusive": EXCLUSIVE, "preferred": PREFERRED, "right_of_first_refusal": FIRST_REFUSAL}


def set_balance_sheets(e: Economy) -> None:
    """Chips on the ground at depreciated cost, debts owed to the rest of the economy; then the books are opened."""
    clouds = e.clouds.table
    running = e.chips.running[:, : e.chips.clouds]
    book = (running * e.chips.price[:, np.newaxis, :]).sum(axis=-1) * KUSD
    book = book * e.p.chips.installed_2022 * e.p.chips.book_2022
    clouds.data["fixed"][...] = np.where(clouds.alive, book, 0.0)
    life = float(e.p.chips.asset_life[0, 0])
    e.chips.founding_depreciation = clouds.data["fixed"] / np.floor(life / 2.0)
    # the bonds of the business outside AI are served out of its own cash flow, which is what the data give
    poor = clouds.data["outside_cash"] < e.p.clouds.self_financing
    debt = np.array([row.debt_musd for row in e.tables.clouds]) * np.ones_like(clouds.data["debt"])
    clouds.data["debt"][...] = np.where(clouds.alive & poor & (clouds.data["type"] == NEW), debt, 0.0)
    rest = e.sectors.table.data
    rest["loans"][:, 0] = clouds.data["debt"].sum(axis=-1)
    clouds.data["capacity"][...] = (running * _value(e)[:, np.newaxis, :]).sum(axis=-1)
    clouds.data["compute"][...] = (running * e.chips.h100e[:, np.newaxis, :]).sum(axis=-1)
    behind = e.p.clouds.algorithms_2022
    clouds.data["algorithms"][...] = np.where(clouds.alive, clouds.data["talent"] - behind, 0.0)
    clouds.data["recipe"][...] = clouds.data["algorithms"]
    for column, share in (
        ("workloads", "own_work_2022"), ("ambition", "own_training_2022"), ("demand_outside", "tenants_2022"),
    ):  # fmt: skip
        clouds.data[column][...] = clouds.data["capacity"] * [getattr(row, share) for row in e.tables.clouds]
    wants = clouds.data["workloads"] + clouds.data["ambition"]
    clouds.data["wanted_inside"][...] = wants
    clouds.data["inside"][...] = wants
    e.chips.lead[...] = e.p.chips.shortest_lead[..., np.newaxis]
    investors = e.investors.table.data["sentiment"]
    investors[...] = e.p.capital.mood_2022 * np.ones_like(investors)
    outlook = e.investors.table.data["outlook"]
    outlook[...] = e.p.capital.outlook_2022 * np.ones_like(outlook)
    e.ledger = Ledger(e.ledger.populations, e.worlds, history=e.ledger.history)


def _value(e: Economy) -> FloatArray:
    """What a unit of each product is worth in use in January 2022, H100e, (worlds, products)."""
    serving = e.p.compute.inference_2022
    return e.chips.h100e * (1.0 - serving) + e.chips.memory * serving


def place_founding_orders(e: Economy) -> None:
    """Orders that stand in January 2022: each maker's output of the day for as long as chips take, split by size."""
    chips = e.chips
    clouds = e.clouds.table
    foreign = np.array([row.region != "CN" for row in e.tables.chipmakers])
    output = np.array([row.units_per_month_2022 for row in e.tables.chipmakers])
    size = clouds.data["compute"] * clouds.alive
    part = size / size.sum(axis=-1, keepdims=True)
    units = (output * foreign)[np.newaxis, :, np.newaxis] * part[:, np.newaxis, :]
    chips.outstanding[:, :, : chips.clouds] = units * e.p.chips.shortest_lead[..., np.newaxis]
    in_china = chips.in_china[: chips.clouds]
    world, china = np.where(in_china, 0.0, units), np.where(in_china, units, 0.0)
    chips.planned = np.stack([world.sum(axis=-1), china.sum(axis=-1)], axis=1)
    first = chip_of_2022(chips.catalogue)
    chips.need = part * e.p.clouds.need_2022 * float(output[0]) * _value(e)[:, first : first + 1]


def sign_founding_ties(e: Economy) -> None:
    """Contracts, stakes and supply relations of the data that stand in January 2022, with their true start."""
    labs = {row.id: k for k, row in enumerate(e.tables.startups)}
    clouds = {row.id: k for k, row in enumerate(e.tables.clouds)}
    makers = {row.id: k for k, row in enumerate(e.tables.chipmakers)}
    for tie in sorted(e.tables.ties, key=lambda t: t.start):
        if tie.start > 0:
            continue
        why = f"data: {tie.source}"
        if tie.kind == "cloud_contract" and tie.source_node in labs and tie.target_node in clouds:
            _sign(e, labs[tie.source_node], clouds[tie.target_node], tie, why)
        elif tie.kind == "equity" and tie.target_node in labs and tie.source_node in clouds:
            _hold(e, labs[tie.target_node], clouds[tie.source_node], tie, why)
        elif tie.kind == "chip_supply" and tie.source_node in makers and tie.target_node in clouds:
            e.chips.months_without_delivery[:, makers[tie.source_node], clouds[tie.target_node]] = 0.0
            slot = clouds[tie.target_node]
            relations.founding_supply(e, makers[tie.source_node], tie.target_node, slot, tie.start, why)


def _sign(e: Economy, lab: int, cloud: int, tie: Any, why: str) -> None:
    table = e.startups.table
    if not table.alive[0, lab]:
        return
    where = np.zeros(table.alive.shape, dtype=np.bool_)
    where[:, lab] = True
    terms = Terms(form=_CONTRACT.get(tie.subtype, PLAIN), term=e.p.compute.term_2022)
    contracts.sign(e, where, 0, np.full(where.shape, cloud, dtype=np.int32), terms, why=why, since=tie.start)


def _hold(e: Economy, lab: int, cloud: int, tie: Any, why: str) -> None:
    table = e.startups.table
    if not table.alive[0, lab]:
        return
    where = np.zeros(table.alive.shape, dtype=np.bool_)
    where[:, lab] = True
    # of a stake bought before, the tranches that fall due from January 2022 on are still to come
    months = e.p.capital.tranche_months
    agreed = (tie.value_musd or 0.0) * np.ones_like(months)
    left = agreed / months * np.maximum(months + tie.start, 0.0)
    whole = np.ones(where.shape)
    owner = np.full(where.shape, cloud, dtype=np.int32)
    stakes.sign(e, where, owner, whole * (tie.share or 0.0), whole, whole * (agreed - left), why=why, since=tie.start)
    stakes.carry_over(e, where, whole * left, np.where(left > 0.0, agreed / months, 0.0), e.p.capital.credit_part)


def panel_of(e: Economy) -> pd.DataFrame:
    """All firms alive in the month just ended: month, population, name, id, and the columns of each kind."""
    import pandas as pd

    frames = []
    for name, population in e.populations.items():
        table = population.table
        slots = np.flatnonzero(table.alive[0])
        columns: dict[str, Any] = {
            "month": month_label(e.month - 1), "population": name,
            "firm": [firm_name(e.ledger.populations, name, int(table.ids[0, slot])) for slot in slots],
        }  # fmt: skip
        columns |= {key: array[0, slots] for key, array in table.data.items() if not table.untouched(key)}
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def fill_panel(e: Economy, panel: pd.DataFrame) -> None:
    """Columns of rows that came into use on the way hold their defaults in the months before."""
    for name, population in e.populations.items() if len(panel) else ():
        here = panel["population"] == name
        for key, column in population.table.columns.items():
            if column.lazy and key in panel:
                panel.loc[here & panel[key].isna(), key] = column.default


def panel_columns(e: Economy) -> dict[str, tuple[str, str]]:
    """Unit and meaning of each column of the panel; where kinds of firms differ, all meanings."""
    found: dict[str, tuple[str, str]] = {
        "population": ("", "kind of firm"), "firm": ("", "its name, or kind, month of entry and number"),
    }  # fmt: skip
    meanings: dict[str, dict[str, list[str]]] = {}
    for name, population in e.populations.items():
        for key, column in population.table.columns.items():
            if population.table.untouched(key):
                continue
            code = key_of(e.ledger.populations, name, key)
            told = f"{column.doc}: {code}" if code else column.doc
            meanings.setdefault(key, {}).setdefault(f"{column.unit}|{told}", []).append(name)
    for key, texts in meanings.items():
        units = list(dict.fromkeys(text.split("|")[0] for text in texts))
        one = len(texts) == 1
        parts = [text.split("|")[1] + ("" if one else f" ({', '.join(names)})") for text, names in texts.items()]
        found[key] = (" or ".join(units), "; ".join(parts))
    return found
