"""No number of the economics stands in code: numbers are parameters, rows of data, or constants with a name.

The syntax trees of agents/ and environment/ are walked. What may stand there as a bare number is 0, 1 and 2 (of either
sign), an index or an axis, the base of a decimal logarithm, the start value of a declared column (it has a unit and a
meaning there), and the members of an enumeration. All others need a name, and names have homes: units and the calendar,
guards of arithmetic, thresholds of measures; the few technical ones elsewhere are listed here, one by one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from kingmaker.environment.inputs.parameters import DECLARATIONS

ROOT = Path(__file__).resolve().parents[2]
HOMES = (
    "agents/units.py",
    "agents/arithmetic.py",
    "environment/core/definitions.py",
)  # modules of nothing but constants

NAMED: dict[str, tuple[str, ...]] = {  # technical numbers, each a constant of its module
    "agents/checks.py": ("LARGEST_SEED", "LARGEST_WHOLE_FLOAT"),
    "agents/lease.py": ("MOST_LEASES",),  # room
    "agents/contract.py": (  # codes; room; no month; of speed
        "TIED_TO",
        "STAGES",
        "FIXED",
        "PLAIN",
        "NO_MONTH",
        "MOST_ROWS",
        "_FEW",
        "_RARE",
    ),
    "agents/draws.py": ("_GAMMA", "_OPTION", "_MASK", "_M1", "_S30", "_ONE_TO_TWO", "_BELOW_ONE"),  # of the hash
    "agents/errors.py": ("LONGEST_SHOWN", "END_SHOWN", "MOST_NAMED", "ALIKE"),  # of messages
    "agents/member.py": ("_RANK_BITS",),  # of an id
    "agents/offers.py": ("NEVER", "LEAST"),  # guards of the race of hosts
    "agents/population.py": ("_CACHED", "_LEAST_PIECE"),  # of the processor
    "environment/firms/build.py": ("DEEP",),  # purses that never run out
    "environment/chips/chip_market.py": ("_PASSES", "FIRST_EXPORT_RULE"),  # passes of a loop; vintages of the law
    "environment/core/lookups.py": ("_FEW", "_RARE"),  # of speed
    "environment/core/streams.py": ("_MOST_KEPT",),  # of memory
    "environment/worlds/scratch_memory.py": ("SCRATCH",),  # of memory
    "environment/core/ledger.py": ("TOLERANCE", "CENT"),  # of rounding
    "environment/model.py": ("_SHOWN",),  # of a text
    "environment/chips/installation.py": ("MID_YEARS",),  # dates of the data
    "environment/record/record_month.py": ("MANY",),  # of memory
    "environment/firms/turnover.py": ("SPARE",),  # room
    "environment/inputs/own_classes.py": ("MISSPELT",),  # of messages
    "environment/inputs/scenario.py": ("DEFAULT_MONTHS", "MOST_MONTHS", "PINS_SHOWN"),  # horizons; of a text
    "environment/worlds/arguments.py": ("SAME_WORD",),  # of a message
    "environment/worlds/firm_facts.py": ("LEAST_SHARE", "MOST_NAMED"),  # of a text
    "environment/worlds/snapshots.py": ("SHARED",),  # rights of a file
    "environment/chips/chip_state.py": ("LAB_SLOTS", "NOT_RELEASED"),  # room; a month that never comes
    "environment/ties/stakes.py": ("MOST_HELD",),  # a guard
    "environment/ties/tie_flows.py": ("SMALL",),  # of memory
    "environment/inputs/timeline.py": ("MOST_NAMED",),  # of a text
}

BARE = (0, 1, 2)
PLACES = ("axis", "ddof", "maxsplit", "maxsize", "protocol")  # arguments that are no amounts


def literals(source: str, constants: frozenset[str] | None = frozenset()) -> list[tuple[int, float]]:
    """Line and value of each bare number that is not allowed; ``constants`` of the module may have any (None: all)."""
    tree = ast.parse(source)
    free = {id(node) for part in _allowed(tree, constants) for node in ast.walk(part)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float) and id(node) not in free
        if node.value not in BARE
    ]


def _allowed(tree: ast.Module, constants: frozenset[str] | None) -> Iterator[ast.AST]:
    """The parts of a module in which any number may stand."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names = {each.id for target in targets for each in ast.walk(target or ast.Pass()) if isinstance(each, ast.Name)}
        if isinstance(node, ast.Assign | ast.AnnAssign) and (constants is None or names & constants):
            yield node
    for node in ast.walk(tree):
        match node:
            case ast.Subscript():
                yield node.slice
            case ast.keyword(arg=name) if name in PLACES:
                yield node.value
            case ast.Call(func=ast.Name(id="Column" | "Cell")) if _documented(node):
                yield node
            case ast.Call(func=ast.Name(id="power"), args=[ast.Constant(value=10.0) as base, _]):
                yield base
            case ast.ClassDef(bases=[ast.Name(id="IntEnum")]):
                yield node


def _documented(call: ast.Call) -> bool:
    """Whether a declaration of a column says in what unit its numbers are."""
    return bool(call.args) if getattr(call.func, "id", "") == "Cell" else any(k.arg == "unit" for k in call.keywords)


def modules() -> list[str]:
    """Every module of the model, by its path from the root."""
    return [p.relative_to(ROOT).as_posix() for d in ("agents", "environment") for p in sorted((ROOT / d).rglob("*.py"))]


def found(name: str) -> list[tuple[int, float]]:
    """The bare numbers of a module."""
    constants = None if name in HOMES else frozenset(NAMED.get(name, ()))
    return literals((ROOT / name).read_text(encoding="utf-8"), constants)


@pytest.mark.parametrize("name", modules())
def test_no_bare_numbers(name: str) -> None:
    """A module has none."""
    there = found(name)
    listed = "\n".join(f"  {name}:{line}: {value}" for line, value in there)
    assert not there, (
        f"{len(there)} bare numbers. A number of the economics is a row of parameters.csv or of data, "
        f"a unit or a guard has a name in {' or '.join(HOMES[:2])}:\n{listed}"
    )


@pytest.mark.parametrize("name", sorted(NAMED))
def test_named_constants_are_there(name: str) -> None:
    """A constant that is gone leaves the list."""
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    there = {each.id for node in tree.body for each in ast.walk(node) if isinstance(each, ast.Name)}
    assert set(NAMED[name]) <= there


@pytest.mark.parametrize(
    ("source", "number"),
    [
        ("rate = 0.3 * cash", 0.3),
        ("def f(x):\n    return x + 12", 12),
        ("def f(x, most=0.9):\n    return min(x, most)", 0.9),
        ("x = y ** 3", 3),
        ("x = np.clip(y, -0.5, 1.0)", 0.5),
        ("share = 0.25  # of a module, but not among its constants", 0.25),
        ("x = f(width=4)", 4),
        ("x = power(9.0, y)", 9.0),
        ("cash = Column(5.0)", 5.0),
        ("x = f'{y * 52.0:.2f}'", 52.0),
        ("x = y if z > 1e-9 else 0.0", 1e-9),
        ("class A:\n    share = 0.4", 0.4),
    ],
)
def test_a_planted_number_is_found(source: str, number: float) -> None:
    """A bare number is seen wherever it stands."""
    assert [value for _, value in literals(source)] == [number]


@pytest.mark.parametrize(
    "source",
    [
        "x = -1.0 + 2 * y - 0.0",
        "x = y[3] + z[:, 5:7]",
        "x = y.sum(axis=3)",
        "x = power(10.0, y)",
        "cash = Column(5.0, unit='M$', doc='money', low=-3.0)",
        "class Trait(IntEnum):\n    TALENT = 7",
        "x = True",
        "'''At least 0.3 of it, 12 times a year.'''",
    ],
)
def test_what_is_allowed_is_passed(source: str) -> None:
    """Indices, axes, declared columns, exact formulas and prose are no numbers of the economics."""
    assert literals(source) == []


def test_a_constant_needs_its_place_on_the_list() -> None:
    """A named constant counts only in the module that is listed with it."""
    assert literals("LEAST = 0.3", frozenset({"LEAST"})) == literals("LEAST = 0.3", None) == []
    assert literals("LEAST = 0.3", frozenset({"MOST"})) == [(1, 0.3)]


def test_every_parameter_is_read() -> None:
    """A number that has moved to the table is read from there: no parameter is without use."""
    read = {
        node.attr
        for name in modules()
        if name != "agents/parameter_groups.py"
        for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    assert [key for key in DECLARATIONS if key.partition(".")[2] not in read] == []
