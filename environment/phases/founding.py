"""The state of January 2022: balance sheets and ties that stand before the first month; and the firm-month panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.cloud import EUROPEAN, NEW
from kingmaker.agents.startup import EXCLUSIVE, FIRST_REFUSAL, PLAIN, PREFERRED
from kingmaker.agents.types import NONE, FloatArray
from kingmaker.environment.economy import Economy
from kingmaker.environment.graph import firm_name
from kingmaker.environment.ledger import Ledger
from kingmaker.environment.panel_codes import key_of
from kingmaker.environment.scenario import month_label

if TYPE_CHECKING:
    import pandas as pd

_CONTRACT = {"exclusive": EXCLUSIVE, "preferred": PREFERRED, "right_of_first_refusal": FIRST_REFUSAL}
_TERM = {"exclusive": 36.0}  # months left in January 2022 of a contract of this kind; of the others 24 (assumed)


def set_balance_sheets(e: Economy) -> None:
    """Chips on the ground at depreciated cost, debts owed to the rest of the economy; then the books are opened."""
    clouds = e.clouds.table
    running = e.chips.running[:, : e.chips.clouds]
    book = (running * e.chips.price[:, np.newaxis, :]).sum(axis=-1) * 1e-3 * 1.4 * 0.6
    clouds.data["fixed"][...] = np.where(clouds.alive, book, 0.0)
    life = float(e.p.chips.asset_life[0, 0])
    e.chips.founding_depreciation = clouds.data["fixed"] / np.floor(life / 2.0)
    # the bonds of the business outside AI are served out of its own cash flow, which is what the data give
    poor = clouds.data["outside_cash"] < e.p.clouds.self_financing
    debt = np.array([row.debt_musd for row in e.tables.clouds]) * np.ones_like(clouds.data["debt"])
    clouds.data["debt"][...] = np.where(clouds.alive & poor & (clouds.data["type"] == NEW), debt, 0.0)
    rest = e.sectors.table.data
    rest["loans"][:, 0] = clouds.data["debt"].sum(axis=-1)
    value = e.chips.h100e * 0.6 + e.chips.memory * 0.4
    clouds.data["capacity"][...] = (running * value[:, np.newaxis, :]).sum(axis=-1)
    clouds.data["compute"][...] = (running * e.chips.h100e[:, np.newaxis, :]).sum(axis=-1)
    clouds.data["algorithms"][...] = np.where(clouds.alive, clouds.data["talent"] - 1.05, 0.0)
    clouds.data["recipe"][...] = clouds.data["algorithms"]
    renters = (clouds.data["type"] == NEW) | (clouds.data["type"] == EUROPEAN)
    clouds.data["own_use"][...] = np.where(renters | ~clouds.alive, 0.0, e.p.clouds.own_use_calm)
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
    e.ledger = Ledger(e.populations, e.worlds, history=e.ledger.history)


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
    chips.need = part * 1.1 * float(output[0]) * (0.6 * 0.3155 + 0.4 * 0.6)


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
            e.chips.silent[:, makers[tie.source_node], clouds[tie.target_node]] = 0.0
            _note(e, "chip_supply", f"supply {tie.target_node}", ("chipmakers", "clouds"), makers[tie.source_node],
                  clouds[tie.target_node], tie, why)  # fmt: skip


def _sign(e: Economy, lab: int, cloud: int, tie: Any, why: str) -> None:
    table = e.startups.table
    if not table.alive[0, lab]:
        return
    data = table.data
    data["host"][:, lab], data["contract"][:, lab] = cloud, _CONTRACT.get(tie.subtype, PLAIN)
    data["term"][:, lab] = _TERM.get(tie.subtype, 24.0)
    data["tenure"][:, lab] = float(-tie.start)
    _note(e, "cloud_contract", "host", ("startups", "clouds"), lab, cloud, tie, why)


def _hold(e: Economy, lab: int, cloud: int, tie: Any, why: str) -> None:
    table = e.startups.table
    if not table.alive[0, lab]:
        return
    held = np.where(table.data["vendor"][:, lab] == cloud, table.data["vendor_share"][:, lab], 0.0)
    table.data["vendor"][:, lab] = cloud
    table.data["vendor_share"][:, lab] = held + (tie.share or 0.0)
    # of a stake bought before, the tranches that fall due from January 2022 on are still to come
    months = e.p.capital.tranche_months[:, 0]
    rate = (tie.value_musd or 0.0) / months
    left = rate * np.maximum(months + tie.start, 0.0)
    table.data["pledged"][:, lab] += left
    table.data["pledge_rate"][:, lab] += np.where(left > 0.0, rate, 0.0)
    table.data["pledge_credit"][:, lab] = e.p.capital.credit_part[:, 0]
    table.data["pledger"][:, lab] = cloud
    paid = (tie.value_musd or 0.0) - left
    _note(e, "equity", "vendor", ("startups", "clouds"), lab, cloud, tie, why, paid[:, np.newaxis])


def _note(
    e: Economy, kind: str, slot: str, ends: tuple[str, str], a: int, b: int, tie: Any, why: str,
    paid: FloatArray | float = 0.0,
) -> None:  # fmt: skip
    shape = e.populations[ends[0]].table.alive.shape
    where = np.zeros(shape, dtype=np.bool_)
    where[:, a] = True
    contract = kind == "cloud_contract"  # a contract without a share is for all of a lab's compute
    e.partnerships.note(
        tie.start, "start", kind, slot, where, ends, np.full(shape, b, dtype=np.int32),
        subtype=_CONTRACT.get(tie.subtype, PLAIN) if contract else NONE, share=tie.share or float(contract),
        value=paid, term=_TERM.get(tie.subtype, 24.0) if contract else 0.0, why=why,
    )  # fmt: skip


def panel_of(e: Economy) -> pd.DataFrame:
    """All firms alive in the month just ended: month, population, name, id, and the columns of each kind."""
    import pandas as pd

    frames = []
    for name, population in e.populations.items():
        table = population.table
        slots = np.flatnonzero(table.alive[0])
        columns: dict[str, Any] = {
            "month": month_label(e.month - 1), "population": name,
            "firm": [firm_name(e.populations, name, int(table.ids[0, slot])) for slot in slots],
        }  # fmt: skip
        columns |= {key: array[0, slots] for key, array in table.data.items()}
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def panel_columns(e: Economy) -> dict[str, tuple[str, str]]:
    """Unit and meaning of each column of the panel; where kinds of firms differ, all meanings."""
    found: dict[str, tuple[str, str]] = {
        "population": ("", "kind of firm"), "firm": ("", "its name, or kind, month of entry and number"),
    }  # fmt: skip
    meanings: dict[str, dict[str, list[str]]] = {}
    for name, population in e.populations.items():
        for key, column in population.table.columns.items():
            code = key_of(e.populations, name, key)
            told = f"{column.doc}: {code}" if code else column.doc
            meanings.setdefault(key, {}).setdefault(f"{column.unit}|{told}", []).append(name)
    for key, texts in meanings.items():
        units = list(dict.fromkeys(text.split("|")[0] for text in texts))
        one = len(texts) == 1
        parts = [text.split("|")[1] + ("" if one else f" ({', '.join(names)})") for text, names in texts.items()]
        found[key] = (" or ".join(units), "; ".join(parts))
    return found
