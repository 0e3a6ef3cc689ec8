"""Reference pages made from the declarations: parameters, measures, scenarios, state, ties, ledger.

The pages stand in ``docs/reference``; a test holds that they are current.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.agents.chipmaker import Chipmaker
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.contract import RowField
from kingmaker.agents.enterprise import Enterprise
from kingmaker.agents.firm import ASSETS, LIABILITIES
from kingmaker.agents.investor import Investor
from kingmaker.agents.member import Member, columns_of
from kingmaker.agents.regulator import Regulator
from kingmaker.agents.startup import Startup
from kingmaker.environment.core.ledger import KINDS
from kingmaker.environment.inputs.declared_priors import PRIORS
from kingmaker.environment.inputs.parameters import DECLARATIONS, GROUPS, Declaration
from kingmaker.environment.ties import tie_kinds
from kingmaker.experiments.reference import accounts, economy_parts, income_page, month_plan, origins
from kingmaker.experiments.results.asked import Asked
from kingmaker.experiments.results.filing import filed

if TYPE_CHECKING:
    from kingmaker.environment.inputs.scenario import Event

MADE = "Made by `kingmaker reference`; do not edit by hand."
CLASSES: tuple[type[Member], ...] = (Chipmaker, Cloud, Startup, Enterprise, Investor, Regulator)


ROWS = {"contracts": "ties.most_contracts", "stakes": "ties.most_owners", "leases": "ties.most_leases"}


def table(columns: Iterable[str], rows: Iterable[Iterable[object]], numbers: bool = False) -> list[str]:
    """A Markdown table; with ``numbers``, all columns but the first stand to the right."""
    head = list(columns)
    lines = [f"| {' | '.join(head)} |", f"|---|{('--:|' if numbers else '---|') * (len(head) - 1)}"]
    lines += [f"| {' | '.join(str(cell).replace('|', '&#124;') for cell in row)} |" for row in rows]
    return lines


def parameters_page() -> str:
    """All parameters, by group."""
    text = ["# Parameters", "", f"{len(DECLARATIONS)} parameters. {MADE}", ""]
    rows = ((kind, str(len(origins.parameters_of(kind))), what) for kind, what in origins.KINDS.items())
    text += [*table(("value", "parameters", "where it comes from"), rows), ""]
    text += [
        "A *row*, such as row S5, is a line of [mechanisms](../mechanisms.md); ids of facts are those of",
        "`environment/data/facts.csv`. A *prior* is the parameter's in [the posterior](../uncertainty.md), with its",
        "spread: " + "; ".join(f"*{name}*: {what}" for name, what in PRIORS.items()) + ".", "",
    ]  # fmt: skip
    for group, meaning in GROUPS.items():
        chosen = [d for d in DECLARATIONS.values() if d.key.startswith(f"{group}.")]
        text += [f"## {group}", "", meaning, ""]
        text += table(("parameter", "default", "unit", "range", "prior", "meaning", "source"), map(_parameter, chosen))
        text.append("")
    return "\n".join(text)


def _parameter(d: Declaration) -> tuple[str, ...]:
    fixed = " (structural: one value for all worlds of a stack)" if d.structural else ""
    prior = f"{d.prior} {d.spread:g}" if d.prior else ""
    return (f"`{d.key}`", f"{d.default:g}", d.unit, f"{d.low:g} to {d.high:g}", prior, d.meaning + fixed, d.source)


def measures_page() -> str:
    """All measures, by group."""
    from kingmaker.environment.core.measures import MEASURES

    text = ["# Measures", "", f"{len(MEASURES)} monthly series. {MADE}", ""]
    for group in dict.fromkeys(measure.group for measure in MEASURES.values()):
        text += [f"## {group}", ""]
        rows = [(f"`{m.name}`", m.unit, m.definition) for m in MEASURES.values() if m.group == group]
        text += [*table(("measure", "unit", "definition"), rows), ""]
    return "\n".join(text)


def scenarios_page() -> str:
    """The shipped scenarios: what they set, when and why, and the source of each lever."""
    from kingmaker.agents.calendar import month_label
    from kingmaker.environment.inputs.scenario import list_scenarios, load_scenario

    text = ["# Scenarios", "", f"What ships with Kingmaker. Later events of a month undo earlier ones. {MADE}", ""]
    base = load_scenario("baseline").events
    for name in sorted(list_scenarios(), key=lambda name: (name != "baseline", name)):
        setting = load_scenario(name)
        own = [event for event in setting.events if name == "baseline" or event not in base]
        text += [f"## {name}", "", f"**{setting.title}.** {setting.description}", ""]
        rows = [("all", _set(setting.parameters), "held from the start")] if setting.parameters else []
        rows += [(month_label(event.month), _set(event.set), event.why) for event in own]
        text += [*table(("from", "sets", "because"), rows), "", *_levers(setting.parameters, own), ""]
    return "\n".join(text)


def _set(values: Mapping[str, float | int]) -> str:
    return ", ".join(f"`{key}` = {value:g}" for key, value in values.items())


def _levers(parameters: Mapping[str, float | int], events: Iterable[Event]) -> list[str]:
    keys = dict.fromkeys([*parameters, *(key for event in events for key in event.set)])
    return [f"- `{key}`: {DECLARATIONS[key].meaning}. {DECLARATIONS[key].source}." for key in keys]


def state_page() -> str:
    """The state variables of each kind of firm."""
    text = ["# State variables", "", f"The columns of each kind of firm, with those that it inherits. {MADE}", ""]
    for cls in CLASSES:
        text += [f"## {cls.__name__}", "", (cls.__doc__ or "").strip().splitlines()[0], ""]
        rows = [
            (f"`{name}`", column.unit, column.dtype.name, column.doc + (" (account)" if column.money else ""))
            for name, column in columns_of(cls).items()
        ]
        text += [*table(("variable", "unit", "type", "meaning"), rows), ""]
        for row in cls.tables:
            text += [f"### Rows of {cls.__name__}.{row.table}", "", (row.__doc__ or "").strip().splitlines()[0], ""]
            text += [f"As many rows as `{ROWS[row.table]}` says; rows that nobody uses take no memory. The columns are "
                     "those of row 0, row 1 and row 2; \"-\": the row does not store it.", ""]  # fmt: skip
            fields = [(f"`{field.name}`", field.unit, _columns(field), field.docs[-1]) for field in row.fields.values()]
            text += [*table(("field", "unit", "columns", "meaning"), fields), ""]
    return "\n".join(text)


def _columns(field: RowField[Any]) -> str:
    first, last = field.ranks
    return ", ".join(f"`{field.column(k)}`" if first <= k <= last else "-" for k in range(3))


def ties_page() -> str:
    """The kinds of ties, which way they lead, what is counted, and the columns of graph and log."""
    text = ["# Ties", "", f"Edges of the partnership graph, and the log `ties.parquet`. {MADE}", ""]
    text += [
        "An edge reads as a sentence from its source to its target; graph, GraphML, GEXF and `ties.parquet` agree.",
        "",
    ]
    kinds = tie_kinds.KINDS.items()
    text += table(("kind", "source", "", "target"), ((f"`{n}`", k.source, k.meaning, k.target) for n, k in kinds))
    text += ["", "## What the weights are", ""]
    heads = ("kind", "`share` is the part of", "`seller_share` is the part of", "`month_musd` and `value_musd` count")
    text += table(heads, ((f"`{n}`", k.share, k.seller_share or "-", k.money or "no money") for n, k in kinds))
    text += ["", "Weights are those of the month of the graph, and agree with panel and ledger in every month.", ""]
    text += ["## Attributes of an edge", ""]
    text += table(("attribute", "unit", "meaning"), ((f"`{n}`", u, m) for n, (u, m) in tie_kinds.ATTRIBUTES.items()))
    text += ["", "## Columns of `ties.parquet`", "", "A row is a step in the life of a tie.", ""]
    text += table(("column", "unit", "meaning"), ((f"`{n}`", u, m) for n, (u, m) in tie_kinds.COLUMNS.items()))
    return "\n".join([*text, ""])


def ledger_page() -> str:
    """The kinds of payments, the accounts, and the two matrices of a year of the baseline."""
    text = ["# Ledger", "", f"Assets: {', '.join(ASSETS)}. Liabilities: {', '.join(LIABILITIES)}. {MADE}", ""]
    rows = [(f"`{kind}`", meaning, accounts.who(kind), payer, payee) for kind, (payer, payee, meaning) in KINDS.items()]
    head = ("payment", "what is paid for", "who pays whom", "other account of the payer", "of the payee")
    text += [*table(head, rows), ""]
    text += ["The ledger refuses a payment between others; instruments of a user's own may also levy `tax` and `fines`"]
    text += ["from any firm, and grant a `subsidy` to any.", ""]
    text += ["These bookings move a claim and no money; rent that was paid ahead is drawn as `rent`.", ""]
    drawn = [(f"`{kind}`", what, accounts.who(kind)) for kind, what in accounts.DRAWN.items()]
    text += [*table(("booking", "what it is", "who draws on whom (creditor first where a debt is lost)"), drawn), ""]
    return "\n".join([*text, *_matrices()])


def _matrices() -> list[str]:
    names, moved, sheets = accounts.year()
    (flows, silent), (stocks, _) = accounts.cells(moved), accounts.cells(sheets)
    none = ", ".join(f"`{name}`" for name in silent)
    return [
        "## Transaction-flow matrix of 2024", "",
        "Baseline, seed 1, G$: received less paid. Each row sums to zero over the sectors. The sum of a column less",
        "what of it was drawn (claims, for which no money moves) is the change of the sector's cash. Blank is less",
        f"than 0.05 G$; too small to show, or nil: {none}.", "",
        *table(["payment", *names, "all"], flows, numbers=True), "",
        "## Balance-sheet matrix at the end of 2024", "",
        "Same run, G$: assets are positive, debts and net worth negative, so that each column sums to zero. Over all",
        "sectors, `prepaid` and `deposits` are somebody's `deferred`, and `loans` somebody's `debt`. The two sectors",
        "outside begin with a large stock of cash, of which only the change has a meaning. Stakes are held at cost;",
        "for the firm that issues them new shares are part of its net worth.", "",
        *table(["account", *names, "all"], stocks, numbers=True), "",
    ]  # fmt: skip


def economy_page() -> str:
    """The economy as an extension's hooks are handed it."""
    parts, conditions = economy_parts.rows(), ((f"`{n}`", what) for n, what in economy_parts.conditions())
    levers = ((f"`{n}`", *cells) for n, *cells in economy_parts.in_force())
    chips = ((f"`{n}`", *cells) for n, *cells in economy_parts.chips())
    text = ["# The economy, for extensions", "", "What the hooks of [an extension](../how-to/extend.md) are handed as"]
    text += [f"`e`, and what they may do with it. {MADE}", "", *table(economy_parts.HEAD, parts), ""]
    text += [
        "## The policy in force",
        "",
        "`e.in_force.duty` and so on. A number may stand for all clouds or worlds.",
        "",
    ]
    text += [*table(("entry", "shape", "allowed", "what it is"), levers), ""]
    text += ["## What everybody knows of last month", "", "`e.conditions.hhi_cloud` and so on, of shape (worlds, 1)"]
    text += ["unless it says otherwise.", "", *table(("name", "what it is"), conditions), ""]
    text += ["## Chips", "", "`e.chips.running` and so on. Buyers are the clouds, then a pool of start-ups a region;"]
    text += ["`e.chips.catalogue.names` are the products.", "", *table(("name", "shape", "what it is"), chips), ""]
    return "\n".join(text)


def data_page() -> str:
    """How sure the data are, file by file, and the dictionary of their columns."""
    meanings = (f"- *{name}*: {what}" for name, what in origins.CONFIDENCE.items())
    rows = origins.rows_by_confidence()
    text = ["# Tables of data", "", f"The files of `environment/data/`. {MADE}", "", "## How sure they are", ""]
    text += ["Rows by confidence. A row has one label, that of its main number:", "", *meanings, ""]
    text += [*table(("file", "rows", *origins.CONFIDENCE), rows, numbers=True), "", "## Data dictionary", ""]
    text += ["Every row but those of `facts.csv` ends with `source`, `confidence` and `note`.", ""]
    return "\n".join([*text, origins.dictionary()])


def calibration_page() -> str:
    """The fitted parameters."""
    from kingmaker.experiments.reference.identified import sentences
    from kingmaker.experiments.studies.calibration.calibration_page import introduction, rows

    heads = ("parameter", "start", "bounds", "fitted", "score within a quarter of the best", "what it does")
    figure = "![The score along each fitted parameter](../figures/profiles.png)"
    listed = [*table(heads, rows()), "", "How well they are identified:", "", *sentences()]
    tuned = ", ".join(f"`{key}`" for key in origins.parameters_of("tuned"))
    by_hand = ["Tuned by hand against facts of the window, and so fitted too, though by no search:", f"{tuned}.", ""]
    return "\n".join(["# Calibration", "", MADE, "", *introduction(), *listed, figure, "", *by_hand])


PAGES: dict[str, Callable[[], str]] = {
    "calibration": calibration_page,
    "data": data_page,
    "economy": economy_page,
    "parameters": parameters_page,
    "measures": measures_page,
    "scenarios": scenarios_page,
    "state": state_page,
    "ties": ties_page,
    "ledger": ledger_page,
    "income": income_page.page,
    "month": month_plan.page,
}


def write_reference(out: Path, force: bool = False) -> None:
    """Write all pages into the folder ``out``, over such pages only, unless ``force``."""
    names = [f"{name}.md" for name in PAGES]
    with filed(out, names, Asked("reference", "the reference pages", {}), force) as folder:
        for name, page in PAGES.items():
            (folder / f"{name}.md").write_text(page(), encoding="utf-8")
