"""State that does not belong to one firm: the chip catalogue, orders and chips in their pipeline, conditions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kingmaker.agents.arithmetic import NEVER_SEEN, SMALL, positive
from kingmaker.agents.types import CN, REGIONS, FloatArray, IntArray
from kingmaker.environment.inputs.table_rows import ChipRow
from kingmaker.environment.inputs.tables import Tables

LAB_SLOTS = 4  # generations of chips that start-ups design for themselves in one run
NOT_RELEASED = 10_000


@dataclass(frozen=True)
class Catalogue:
    """All products, makers' first (in blocks by maker, with empty slots for export designs), then own chips."""

    names: tuple[str, ...]
    rows: tuple[ChipRow | None, ...]  # None: a slot for a chip designed to the export cap
    maker: tuple[int, ...]  # index of the chipmaker, or -1
    owner: tuple[int, ...]  # index of the cloud whose own chip it is, or -1
    released: np.ndarray  # month of release
    blocks: tuple[slice, ...]  # products of each maker
    own_blocks: dict[int, slice]  # products of each cloud with a programme
    lab_block: slice  # empty slots for chips that start-ups design for themselves

    @property
    def sold(self) -> int:
        """How many of the products are sold by chipmakers (the first ones)."""
        return int(self.blocks[-1].stop)

    @property
    def starts(self) -> IntArray:
        """Where the line of each maker, each programme, and the start-ups' designs begin among the products."""
        return np.array([block.start for block in (*self.blocks, *self.own_blocks.values(), self.lab_block)])

    def succeeded(self) -> IntArray:
        """Month in which the next product of its own line is released, (products,); ``NOT_RELEASED`` if none is."""
        found = np.full(len(self.names), NOT_RELEASED)
        for line in (*self.blocks, *self.own_blocks.values()):
            dates = self.released[line]
            for place in range(line.start, line.stop):
                later = dates[dates > self.released[place]]
                found[place] = later.min() if later.size else NOT_RELEASED
        return found


def read_catalogue(tables: Tables) -> Catalogue:
    """Order the chips of the data files; chips marked as export designs are left to the sellers' own decision."""
    makers = [row.id for row in tables.chipmakers]
    clouds = [row.id for row in tables.clouds]
    names: list[str] = []
    rows: list[ChipRow | None] = []
    maker: list[int] = []
    owner: list[int] = []
    blocks: list[slice] = []
    own: dict[int, slice] = {}
    for index, (name, row) in enumerate(zip(makers, tables.chipmakers, strict=True)):
        start = len(names)
        products = [chip for chip in tables.chips if chip.maker == name and not chip.export_design]
        slots = row.export_designs
        names += [chip.id for chip in products] + [f"{name}_export_{k + 1}" for k in range(slots)]
        rows += [*products, *[None] * slots]
        blocks.append(slice(start, len(names)))
        maker += [index] * (len(names) - start)
        owner += [-1] * (len(names) - start)
    for index, name in enumerate(clouds):
        products = [chip for chip in tables.chips if chip.maker == name]
        if products:
            own[index] = slice(len(names), len(names) + len(products))
            names += [chip.id for chip in products]
            rows += products
            maker += [-1] * len(products)
            owner += [index] * len(products)
    lab = slice(len(names), len(names) + LAB_SLOTS)
    names += [f"lab_chip_{k + 1}" for k in range(LAB_SLOTS)]
    rows += [None] * LAB_SLOTS
    maker += [-1] * LAB_SLOTS
    owner += [-1] * LAB_SLOTS
    released = np.array([NOT_RELEASED if row is None else row.released for row in rows])
    return Catalogue(tuple(names), tuple(rows), tuple(maker), tuple(owner), released, tuple(blocks), own, lab)


class Chips:
    """Products' attributes, orders, stocks and the pipeline, for W worlds, M makers, B buyers, P products.

    Buyers are the clouds, and after them one pool for each region (:data:`kingmaker.agents.types.REGIONS`) of the
    start-ups that buy chips themselves: they queue together, and each holds a claim on a part of its pool.

    Attributes:
        catalogue: the products and who makes them
        clouds: how many clouds there are
        maker_of: (products,); slot of the chipmaker that sells each; -1: its owner makes it for itself
        line_of: (buyers,); line that serves each: 0 the world's, 1 China's
        in_china: (buyers,); whether that is China's
        pools: the start-ups' pools among the buyers
        starts: (lines,); where each maker's line, each programme's, and the labs' designs begin among the products
        succeeded: (products,); month in which the next of its line is released
        h100e: (worlds, products); throughput of a unit in training, H100e
        memory: (worlds, products); worth of a unit in inference, H100e
        tpp: (worlds, products); total processing performance of the export rules
        interconnect: (worlds, products); speed between chips, GB/s
        die: (worlds, products); area, mm²
        density: (worlds, products); TPP per mm²
        tdp: (worlds, products); power drawn, W
        cost: (worlds, products); cost of a unit, k$
        price: (worlds, products); list price of a unit, k$
        per_wafer: (worlds, products); good chips from a wafer
        hbm: (worlds, products); high-bandwidth memory of a unit, GB
        mix: (worlds, products); share of each product in the output of its line
        memory_capacity: (worlds, 2); memory that can be made a month by foreign and by Chinese makers, GB
        memory_seen: (worlds, 2); claims to it as its makers see them, smoothed, GB a month
        memory_stock: (worlds, makers); memory that a chipmaker has laid in, GB
        memory_tight: (worlds,); share of the claims to foreign memory that was not met last month, 0-1
        packaging_tight: (worlds, makers); share of planned units that packaging could not make last month, 0-1
        designed: (worlds, products); whether a chip designed on the way is ready
        born: (worlds, products); month in which it was first sold, from January 2022
        outstanding: (worlds, makers, buyers); ordered and not delivered, units
        deposits: (worlds, makers, buyers); paid ahead for them, M$
        need: (worlds, clouds); compute that a cloud plans to add in a month, H100e
        planned: (worlds, 2, makers); production planned last month for the world and for China, units
        lead: (worlds, makers, buyers); lead time last seen, months
        stock: (worlds, 2, products); finished and not shipped, units
        awaiting: (worlds, buyers, products); delivered and not yet running, units
        running: (worlds, buyers, products); in use, units
        grey: (worlds, buyers, products); the part of both that came by the grey market, units
        produced: (worlds, products); since January 2022, units
        delivered: (worlds, products); since January 2022, units
        retired: (worlds, products); since January 2022, units
        founding: (worlds, products); stood in January 2022, units
        additions: fixed assets added in each month of an asset's life, M$, each (worlds, clouds)
        depreciation: (worlds, clouds); running off now, M$ a month
        founding_depreciation: (worlds, clouds); of what stood in January 2022, M$ a month
        months_without_delivery: (worlds, makers, buyers); months since a maker last shipped to a buyer
        delivered_now: (worlds, buyers, products); delivered this month, units
        stood: (worlds, clouds, regions); share of a cloud's compute in each region in January 2022
        sites: (worlds, clouds, regions); share of what it builds now that is built there
    """

    def __init__(self, catalogue: Catalogue, worlds: int, makers: int, regions: list[int]) -> None:
        """Attributes from the catalogue; no orders, no stock."""
        self.clouds = len(regions)
        regions = [*regions, *range(len(REGIONS))]
        self.line_of = np.array([1 if region == CN else 0 for region in regions])
        self.in_china = self.line_of == 1
        self.pools = slice(self.clouds, len(regions))
        self._read(catalogue, worlds)
        self._open_books(worlds, makers, len(regions), len(catalogue.names))
        self.stood = np.zeros((worlds, self.clouds, len(REGIONS)))
        self.stood[:, np.arange(self.clouds), regions[: self.clouds]] = 1.0  # at home, unless the data say otherwise
        self.sites = self.stood.copy()

    def _read(self, catalogue: Catalogue, worlds: int) -> None:
        """What the catalogue says of each product, the same in all worlds at first."""
        self.catalogue, self.maker_of = catalogue, np.array(catalogue.maker)
        self.starts, self.succeeded = catalogue.starts, catalogue.succeeded()

        def attribute(name: str) -> FloatArray:
            values = [0.0 if row is None else float(getattr(row, name)) for row in catalogue.rows]
            return np.tile(np.array(values), (worlds, 1))

        self.h100e, self.memory = attribute("h100e"), attribute("memory_h100e")
        self.tpp, self.interconnect, self.die = attribute("tpp"), attribute("interconnect_gbps"), attribute("die_mm2")
        self.density = self.tpp / positive(self.die)
        self.tdp, self.cost, self.price = attribute("tdp_w"), attribute("unit_cost_kusd"), attribute("price_2024_kusd")
        self.per_wafer = np.maximum(attribute("chips_per_wafer"), SMALL)
        self.hbm = attribute("hbm_gb")
        self.born = np.tile(catalogue.released.astype(np.float64), (worlds, 1))

    def _open_books(self, w: int, m: int, b: int, p: int) -> None:
        """Nothing is ordered, made or owned: of so many worlds, makers, buyers and products."""
        self.mix, self.designed = np.zeros((w, p)), np.zeros((w, p), dtype=np.bool_)
        self.memory_capacity, self.memory_seen = np.zeros((w, 2)), np.zeros((w, 2))
        self.memory_stock, self.memory_tight, self.packaging_tight = np.zeros((w, m)), np.zeros(w), np.zeros((w, m))
        self.outstanding, self.deposits = np.zeros((w, m, b)), np.zeros((w, m, b))
        self.need, self.planned, self.lead = np.zeros((w, self.clouds)), np.zeros((w, 2, m)), np.zeros((w, m, b))
        self.stock = np.zeros((w, 2, p))
        self.awaiting, self.running, self.grey = np.zeros((w, b, p)), np.zeros((w, b, p)), np.zeros((w, b, p))
        self.produced, self.delivered, self.retired = np.zeros((w, p)), np.zeros((w, p)), np.zeros((w, p))
        self.founding = np.zeros((w, p))
        self.additions: list[FloatArray] = []
        self.depreciation, self.founding_depreciation = np.zeros((w, self.clouds)), np.zeros((w, self.clouds))
        self.months_without_delivery = np.full((w, m, b), NEVER_SEEN)
        self.delivered_now = np.zeros((w, b, p))

    def by_maker(self, amount: FloatArray) -> FloatArray:
        """Sum (..., products) over each maker's products, shape (..., makers)."""
        return np.stack([amount[..., block].sum(axis=-1) for block in self.catalogue.blocks], axis=-1)

    def residual(self) -> FloatArray:
        """Largest relative gap in the conservation of chips, shape (worlds,).

        Produced = delivered + stock; delivered (and what stood at the start) = awaiting + running + retired.
        """
        stock = self.stock.sum(axis=1)
        made = np.abs(self.produced - self.delivered - stock) / (1.0 + self.produced)
        here = self.awaiting.sum(axis=1) + self.running.sum(axis=1) + self.retired
        received = self.delivered + self.founding
        return np.asarray(np.maximum(made.max(axis=-1), (np.abs(received - here) / (1.0 + received)).max(axis=-1)))


@dataclass
class Conditions:
    """What everybody can observe of last month, each of shape (worlds, 1) unless it says otherwise."""

    signal: FloatArray  # growth of use that everybody sees, 0-1
    mood: FloatArray  # mean belief of the clouds in fast growth, 0-1
    use: FloatArray  # spending on AI services, M$ a month
    users: FloatArray  # share of households that use AI
    inference_share: FloatArray  # share of compute that serves users
    frontier: FloatArray  # log10 FLOP
    open_frontier: FloatArray  # log10 FLOP
    best_algorithms: FloatArray  # log10
    open_algorithms: FloatArray  # log10
    open_origin: IntArray  # whose model that is: a cloud's slot, or the number of clouds plus a start-up's slot
    service_price: FloatArray  # mean price of AI services, relative to that of a small firm of usual cost
    service_cost: FloatArray  # compute of a unit of service with the best algorithms, relative to January 2022
    tastes: FloatArray  # weights of reasoning, tool use and safety in the market, by spending, (worlds, 3)
    open_recipe: FloatArray  # log10, algorithmic efficiency with which the best open model was made
    open_rl: FloatArray  # intensity of reinforcement learning that it went through
    export_gap: FloatArray  # how much less the best chip sold to China is worth than the best sold elsewhere, 0-1
    hhi_cloud: FloatArray  # Herfindahl index of rent of AI compute, over clouds, 0-1
    hhi_cloud_all: FloatArray  # of all cloud revenue, ordinary and AI rent, 0-1
    energy_price: FloatArray  # $/MWh by region, (worlds, 4)
    connection: FloatArray  # months that machines wait for power by region, smoothed, (worlds, 4)
    carried: FloatArray  # worth of the start-ups that there were last month, M$, (worlds, 2): outside China, inside
    proceeds: FloatArray  # of those of them that were sold or closed, M$, (worlds, 2)
    power_used: FloatArray  # MW by region, (worlds, 4)
    power_capacity: FloatArray  # MW by region, (worlds, 4)
