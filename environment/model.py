"""ComputeEconomy: builds one world or a stack of worlds, and steps it month by month."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from mesa import Model

from kingmaker.agents.calendar import month_label, opens_year
from kingmaker.agents.checks import Named, flag, sequence, whole
from kingmaker.agents.checks import world as world_number
from kingmaker.agents.errors import KingmakerError, shown
from kingmaker.agents.startup import Startup
from kingmaker.environment.capital import announcements, debts, finance, pledges, valuation
from kingmaker.environment.capital.capital_market import Comovement
from kingmaker.environment.capital.news import News
from kingmaker.environment.chips import chip_supply, direct, grey_prices, installation, orders, places
from kingmaker.environment.chips.chip_state import read_catalogue
from kingmaker.environment.compute import commitments, hosts, renting, sites, term_leases
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.ledger import Ledger
from kingmaker.environment.core.measure_table import Measures
from kingmaker.environment.core.streams import Streams
from kingmaker.environment.firms import build, founding, settlement, turnover
from kingmaker.environment.firms.startup_population import found
from kingmaker.environment.inputs.parameter_view import ParameterView
from kingmaker.environment.inputs.parameters import StackedParameters, resolve
from kingmaker.environment.inputs.scenario import Scenario, load_scenario
from kingmaker.environment.inputs.tables import Tables, read_tables
from kingmaker.environment.knowledge import technology
from kingmaker.environment.policy import instruments, procedures
from kingmaker.environment.record import income, record_month
from kingmaker.environment.record.last_year import LastYear
from kingmaker.environment.services import licences, model_use
from kingmaker.environment.ties.partnerships import Partnerships
from kingmaker.environment.ties.tie_flows import SMALL
from kingmaker.environment.worlds import branching, model_facts, registration, snapshots
from kingmaker.environment.worlds.arguments import STACK, demand_one_structure, horizon_of, refuse_strangers, seed_of
from kingmaker.environment.worlds.scratch_memory import keep_scratch_memory

_SHOWN = 3  # seeds of a stack that are shown; the others are many

if TYPE_CHECKING:
    import pandas as pd


class ComputeEconomy(Model):
    """The AI-compute economy from January 2022 on, month by month.

    Args:
        scenario: name of a shipped scenario, path of a TOML file, or a :class:`Scenario`.
        rng: the seed, a whole number; None draws one from the operating system.
        months: horizon; the scenario's if not given. The model stops itself there (``running`` turns false).
        panel: keep every firm's state month by month (:meth:`panel_frame`).
        register: make living firms Mesa agents and collect data with Mesa's DataCollector (one-world models).
        overrides: parameters pinned for all months, such as ``**{"policy.interoperability": 0.5}``.

    Raises:
        KingmakerError: anything wrong with scenario, parameters, seed or months, in plain words.
    """

    def __init__(
        self,
        scenario: str | Path | Scenario = "baseline",
        rng: int | None = None,
        months: int | None = None,
        panel: bool = False,
        register: bool = True,
        **overrides: object,
    ) -> None:
        """Build one world."""
        first = seed_of(rng)
        refuse_strangers(overrides)
        super().__init__(rng=first)
        self._build([(load_scenario(scenario, overrides), first)], months, flag(panel, "panel"), keep_ties=True)
        if flag(register, "register"):
            registration.register(self, self.economy, self.measures)

    @classmethod
    def stack(
        cls, worlds: Sequence[Mapping[str, Any]], *, months: int | None = None, keep_ties: bool = False
    ) -> ComputeEconomy:
        """Several worlds that step together, each given as the arguments of a single model.

        Args:
            worlds: such as ``[{"rng": 1}, {"rng": 1, "policy.interoperability": 1.0}]``.
            months: horizon of all of them.
            keep_ties: log ties, flows and events, so that graphs, accounts and chronicle can be had of each world.

        Raises:
            KingmakerError: no worlds, or worlds that differ in a structural parameter.
        """
        given = []
        if worlds == []:
            raise KingmakerError("stack: give at least one world.")
        for number, world in enumerate(sequence(worlds, "stack: worlds", STACK)):
            if not isinstance(world, Mapping):
                raise KingmakerError(f"stack: world {number} is {shown(world)}; worlds are {STACK}.")
            pins = {key: value for key, value in world.items() if key not in ("scenario", "rng")}
            refuse_strangers(pins, f"stack: world {number}: ", ("scenario", "rng"))
            luck = seed_of(world.get("rng"), f"stack: world {number}: rng")
            given.append((load_scenario(world.get("scenario", "baseline"), pins), luck))
        model = cls.__new__(cls)
        Model.__init__(model, rng=given[0][1])
        model._build(given, months, panel=False, keep_ties=flag(keep_ties, "stack: keep_ties"))
        return model

    def _build(self, given: list[tuple[Scenario, int]], months: int | None, panel: bool, keep_ties: bool) -> None:
        keep_scratch_memory()
        self.settings = [setting for setting, _ in given]
        self.setting = self.settings[0]
        self.seed, self.seeds = given[0][1], [seed for _, seed in given]
        self.worlds = len(given)
        self.months = horizon_of(months, self.setting)
        demand_one_structure(self.settings, months)
        extensions = self.setting.load_extensions()
        known = extensions.declared()
        self.initial_parameters = [resolve(s.parameters, s.name, known) for s in self.settings]
        self.tables: Tables = build.add_chipmakers(read_tables(self.setting.data), extensions.chipmakers)
        parameters = StackedParameters(self.initial_parameters, known)
        streams = Streams(self.seeds)
        classes = build.load_classes(self.setting)
        populations = build.build_fixed(self.tables, parameters, classes, extensions.chipmakers)
        startups = (cast(type[Startup], classes.get("startups", Startup)), *extensions.startups)
        populations["startups"] = found(self.tables, parameters, streams, startups)
        populations = Named(populations, "population")
        chips = build.build_chips(read_catalogue(self.tables), self.tables, parameters)
        self.economy = Economy(
            worlds=self.worlds, month=0, tables=self.tables, p=parameters, streams=streams,
            populations=cast(Any, populations), chips=chips, conditions=build.build_conditions(parameters, self.tables),
            ledger=Ledger(populations, self.worlds, history=self.worlds == 1 or keep_ties),
            partnerships=Partnerships(populations, keep_ties), extensions=extensions,
            news=News(), comovement=Comovement(), refused_entries=np.zeros(self.worlds),
            refused_contracts=np.zeros(self.worlds),
        )  # fmt: skip
        founding.set_balance_sheets(self.economy)
        founding.place_founding_orders(self.economy)
        founding.sign_founding_ties(self.economy)
        valuation.open_values(self.economy)
        if keep_ties:
            record_month.keep_founding(self.economy)
        self.measures = Measures(self.worlds, extensions.measures())
        self._last_year = LastYear()
        self._panel: list[pd.DataFrame] | None = [] if panel else None

    def step(self) -> None:
        """One month. The order of these lines is the order in which things happen."""
        e = self._next_month()

        # law
        procedures.move_inquiries(e)
        procedures.fix_policy(e)
        instruments.fix(e)
        e.end_phase()

        # knowledge
        technology.spread_knowledge(e)
        technology.build_moats(e)
        technology.add_power(e)
        e.end_phase()

        # capital
        finance.move_moods(e)
        finance.fund_startups(e)
        finance.sign_stakes(e)
        finance.enter_dated_ties(e)
        pledges.pay_pledges(e)
        e.end_phase()

        # chips
        orders.design_products(e)
        orders.plan_compute(e)
        term_leases.sign_leases(e)
        orders.place_orders(e)
        direct.order_directly(e)
        chip_supply.produce_and_ship(e)
        chip_supply.build_own_chips(e)
        grey_prices.quote_premium(e)
        installation.smuggle(e)
        places.choose_sites(e)
        installation.install(e)
        installation.build_centres(e)
        sites.build_sites(e)
        e.end_phase()

        # compute
        renting.post_prices(e)
        instruments.price(e)
        hosts.choose_hosts(e)
        announcements.announce(e)
        sites.reserve_new_clouds(e)
        commitments.commit_compute(e)
        term_leases.run_leases(e)
        renting.rent_compute(e)
        e.end_phase()

        # models and services
        model_use.train(e)
        model_use.sell_services(e)
        licences.share_revenue(e)
        e.end_phase()

        # accounts, exits and entries
        settlement.pay_costs(e)
        instruments.settle(e)
        turnover.fail_and_merge(e)
        debts.wind_up_clouds(e)
        turnover.turn_frugal(e)
        turnover.enter(e)
        valuation.tie_values(e)
        e.end_phase()

        self._record()

    def _next_month(self) -> Economy:
        """Set what dated events of each world's scenario change from this month on.

        Raises:
            KingmakerError: the horizon has been reached.
        """
        if self.month >= self.months:
            raise KingmakerError(f"the model has reached its horizon of {self.months} months; build it with more.")
        self.economy.begin_month()
        for world, setting in enumerate(self.settings):
            for event in setting.events:
                if event.month == self.economy.month:
                    for key, value in event.set.items():
                        self.economy.p.array(key)[world, 0] = value
                    if self.economy.partnerships.keep:
                        self.economy.events.append((world, event.month, "policy", "dated event", event.why))
        return self.economy

    def _record(self) -> None:
        e = self.economy
        residual = record_month.audit(e)
        self.measures.record(record_month.observe(e, residual, self._last_year) | e.extensions.observe(e))
        record_month.keep_flows(e)
        e.month += 1
        e.partnerships.now = e.month
        small = e.startups.slots <= SMALL
        if e.partnerships.keep and (small or opens_year(e.month) or e.month >= self.months):
            e.partnerships.snapshot(e.month, record_month.sizes(e))
        if self._panel is not None:
            self._panel.append(founding.panel_of(e))
        e.end_phase()
        if hasattr(self, "datacollector"):
            self.datacollector.collect(self)
        if e.month >= self.months:
            self.running = False

    def run(self, months: int | None = None, progress: Callable[[int], None] | None = None) -> ComputeEconomy:
        """Step ``months`` times, or to the horizon; ``progress`` is told the months completed.

        Raises:
            KingmakerError: ``months`` is no whole number.
        """
        more = self.months if months is None else whole(months, "run: months", 0, None, ", or None")
        last = min(self.month + more, self.months)
        while self.month < last:
            self.step()
            if progress is not None:
                progress(self.month)
        return self

    def snapshot(self) -> snapshots.Snapshot:
        """The state at the end of this month, to keep (``.save(path)``) and to :meth:`restore`."""
        return snapshots.take_snapshot(self)

    @classmethod
    def restore(cls, snapshot: snapshots.Snapshot | bytes | str | Path, force: bool = False) -> ComputeEconomy:
        """The model of a snapshot, its bytes or its file, ready to go on.

        A snapshot is code (a pickle, and the classes that it names): restore only one that you trust like a program.

        Raises:
            KingmakerError: no snapshot, a damaged one, or (unless ``force``) one of another version of the model.
        """
        model = snapshots.restore_snapshot(snapshots.Snapshot.read(snapshot), force)
        assert isinstance(model, cls)
        return model

    def branch(
        self, changes: Sequence[Mapping[str, object]], world: int = 0, keep_ties: bool = False
    ) -> ComputeEconomy:
        """Copy one world as it stands into a stack, a branch for each change; each holds its parameters from now on.

        Args:
            changes: such as ``[{}, {"policy.interoperability": 1.0}]``; the branch that changes nothing goes on as this
                model would, bit for bit.
            world: which world of a stack.
            keep_ties: go on with the log of ties and flows, so that :attr:`partnerships` hands out graphs.

        Raises:
            KingmakerError: no changes, no such world, or a parameter that is unknown, out of range or structural.
        """
        model = branching.branch(self, changes, world, keep_ties)
        assert isinstance(model, ComputeEconomy)
        return model

    def __repr__(self) -> str:
        """Which run it is, and how far."""
        worlds = f"{self.worlds} worlds, seeds" if self.worlds > 1 else "seed"
        seeds = ", ".join(map(str, self.seeds[:_SHOWN])) + (", …" if self.worlds > _SHOWN else "")
        done = f"{self.month} of {self.months} months"
        return f"<{type(self).__name__} {self.setting.label}, {worlds} {seeds}: {done}>"

    def _repr_html_(self) -> str:
        return model_facts.model_card(self)

    @property
    def month(self) -> int:
        """Months completed."""
        return self.economy.month

    @property
    def parameters(self) -> ParameterView:
        """Parameters in force now; setting one is checked, and holds from the next month on."""
        return ParameterView(self.economy.p)

    @property
    def partnerships(self) -> Partnerships:
        """The ties between firms."""
        return self.economy.partnerships

    @property
    def ledger(self) -> Ledger:
        """The accounts."""
        return self.economy.ledger

    @property
    def populations(self) -> Mapping[str, Any]:
        """The populations, by name."""
        return Named({str(name): firms for name, firms in self.economy.populations.items()}, "population")

    def events_frame(self) -> pd.DataFrame:
        """The chronicle: world, month (such as 2022-01), kind, who, text."""
        import pandas as pd

        told = [(world, month_label(month), *what) for world, month, *what in self.economy.events]
        return pd.DataFrame(told, columns=["world", "month", "kind", "who", "text"])

    def news_frame(self) -> pd.DataFrame:
        """Announcements of contracts: world, month, kind, lab, winner, loser, rent, worth, and how values moved."""
        return self.economy.news.to_frame(self.populations)

    def panel_frame(self) -> pd.DataFrame:
        """Every firm month by month (only with ``panel=True``)."""
        import pandas as pd

        if self._panel is None:
            raise KingmakerError("the firm-month panel was not kept: build the model with panel=True.")
        panel = pd.concat(self._panel, ignore_index=True) if self._panel else pd.DataFrame()
        founding.fill_panel(self.economy, panel)
        panel.attrs["columns"] = founding.panel_columns(self.economy)
        return panel

    def income_frame(self, world: int = 0, by: str = "year") -> pd.DataFrame:
        """Who earns what on AI, and who pays: the sector's income statement by ``year`` or ``month``, from the ledger.

        Raises:
            KingmakerError: no such world, a stack that keeps no flows, or another period.
        """
        return income.income_frame(self.ledger, world_number(world, self.worlds, "income_frame"), by)

    def notes(self) -> list[str]:
        """What a user must know of this run."""
        e = self.economy
        entries, contracts = float(e.refused_entries.max()), float(e.refused_contracts.max())
        found = []
        if entries > 0:
            slots = f"startups.slots_factor (now {float(e.p.startups.slots_factor[0, 0]):g})"
            found.append(f"{entries:.0f} start-ups were refused entry for want of a slot; raise {slots}.")
        if contracts > 0:
            rows = f"ties.most_contracts (now {float(e.p.ties.most_contracts[0, 0]):g})"
            found.append(f"Contracts that the data date and that no row was free for: {contracts:.0f}; raise {rows}.")
        return found
