"""``--over posterior|luck|FILE``: over what the intervals of a command are, and how many replicates it takes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.agents.checks import seeds as seeds_in_a_row
from kingmaker.agents.errors import KingmakerError, nearest, shown
from kingmaker.experiments.design.replicates import LUCK, POSTERIOR, Replicates
from kingmaker.experiments.posterior.members import SHIPPED, Members, load_members, members_digest, write_members
from kingmaker.experiments.stats.levels import INTERVAL_OVER, LEVEL, Level, read_level

if TYPE_CHECKING:
    from kingmaker.experiments.design.sweep_design import Design

ENDING = ".parquet"
MEMBERS = 64  # of a comparison, unless a number is asked


def members_of(over: str | Members | None, usual: str = POSTERIOR, where: str = "--over") -> Members | None:
    """The members over which a question is asked; None over luck.

    Args:
        over: ``posterior``, ``luck``, a file of members, members; None is what is usual.
        usual: ``posterior`` (luck where no posterior is shipped) or ``luck``.
        where: how messages call it.

    Raises:
        KingmakerError: neither of these; or a file that cannot be used.
    """
    if isinstance(over, Members):
        return over
    if over is None:
        return load_members() if usual == POSTERIOR and SHIPPED.is_file() else None
    if over == LUCK:
        return None
    if over == POSTERIOR:
        return load_members()
    if str(over).endswith(ENDING):
        return load_members(Path(over))
    raise KingmakerError(
        f"{where} is {shown(over)}; allowed is posterior, luck, or a file of members ending in {ENDING}."
        f"{nearest(str(over), [POSTERIOR, LUCK])}"
    )


def fallen_back(over: str | None, usual: str = POSTERIOR) -> str:
    """The sentence that says that intervals are over luck for want of a posterior; empty if they need not be."""
    if over is not None or usual != POSTERIOR or SHIPPED.is_file():
        return ""
    return (
        "No posterior is shipped with this version, so that intervals are over luck at one point of the parameters; "
        "'kingmaker posterior fit' makes one."
    )


def replicates_of(
    over: str | Members | None = None, *, members: int | None = None, replications: int | None = None,
    seed: int | None = None, usual: str = POSTERIOR, fewest: int = 2, seeds: int = 20, most: int = MEMBERS,
    first: int = 1,
) -> Replicates:  # fmt: skip
    """The replicates that a user asks for.

    Args:
        over: see :func:`members_of`.
        members: ``--members``: how many of a posterior.
        replications: ``--replications``: how many seeds; of a posterior, how many members.
        seed: ``--seed``: the first one over luck; a member brings its own.
        usual: over what, if ``over`` is None.
        fewest: replicates that the question needs.
        seeds: how many over luck if no number is given.
        most: how many members if no number is given, and as many are there.
        first: the first seed over luck if none is given.

    Raises:
        KingmakerError: options that do not go together, too few, or more members than there are.
    """
    found = members_of(over, usual)
    number = _number(found, members, replications, fewest)
    if found is None:
        start = first if seed is None else seed
        n = seeds if number is None else number
        seeds_in_a_row(start, n, "--seed")
        return Replicates.luck(start, n)
    _no_seed(seed)
    n = min(most, len(found)) if number is None else number
    if n < fewest:
        raise KingmakerError(f"the posterior has {len(found)} members; this needs at least {fewest}.")
    if n > len(found):
        raise KingmakerError(f"--members is {n}; allowed is a whole number from {fewest} to {len(found)}.")
    return Replicates.of(found, n, members_digest(found))


def _no_seed(seed: int | None) -> None:
    if seed is not None:
        raise KingmakerError(
            f"--seed is {seed}, but over a posterior each member brings its own seed; leave it out, or ask --over luck."
        )


def _number(found: Members | None, members: int | None, replications: int | None, fewest: int) -> int | None:
    if members is not None and found is None:
        raise KingmakerError(
            f"--members is {members}, but a member is a draw from a posterior: add --over posterior, or give "
            "--replications over luck."
        )
    if members is not None and replications is not None and members != replications:
        raise KingmakerError(
            f"--members is {members} and --replications is {replications}; over a posterior both are the number of "
            "members: give one of them."
        )
    number = replications if members is None else members
    if number is not None and number < fewest:
        name = "--replications" if members is None else "--members"
        raise KingmakerError(f"{name} is {number}; allowed is a whole number from {fewest} on.")
    return number


def level_over(level: object, over: str) -> Level:
    """The level of intervals: as asked, else the usual one over luck or over a posterior."""
    return INTERVAL_OVER.get(over, LEVEL) if level is None else read_level(level)


def members_asked(
    over: str | Members | None, level: object = None, *, members: int | None = None, replications: int | None = None,
    usual: str = LUCK, most: int = MEMBERS,
) -> tuple[Replicates | None, Level]:  # fmt: skip
    """The members over which a study is asked, None over luck, and the level of its intervals.

    Raises:
        KingmakerError: see :func:`replicates_of` and :func:`read_level`.
    """
    asked = None if level is None else read_level(level)
    found = members_of(over, usual)
    if found is None:
        _number(None, members, replications, 1)
        return None, asked or INTERVAL_OVER[LUCK]
    drawn = replicates_of(found, members=members, replications=replications, most=most)
    return drawn, asked or INTERVAL_OVER[POSTERIOR]


def save_members(replicates: Replicates, path: Path) -> None:
    """Write the members that were used, so that ``--over FILE`` asks the same again."""
    seeds = np.array(replicates.seeds, dtype=np.int64)
    source = {"digest": replicates.digest}
    write_members(Members(replicates.keys, replicates.values, seeds, replicates.weights, source), path)


def replicates_of_design(
    design: Design, over: str | Members | None = None, *, members: int | None = None, replications: int | None = None,
    seed: int | None = None,
) -> tuple[Replicates, bool]:  # fmt: skip
    """The replicates over which the points of a design are compared, and whether they are seeds for want of members.

    Over a posterior unless luck is asked, by the command or by ``over = "luck"`` in the design's file; the design's own
    number of replications is taken where no number is asked and it is more than one.

    Raises:
        KingmakerError: see :func:`replicates_of`.
    """
    asked = over or (_beside(design, design.over) if design.says_over else None)
    usual = design.replications if design.replications > 1 else None
    found = members_of(asked)
    if found is None:
        drawn = replicates_of(
            LUCK, members=members, replications=replications or usual, seed=design.seed if seed is None else seed
        )
    else:
        number = _number(found, members, replications, 2)
        drawn = replicates_of(found, members=number or min(usual or MEMBERS, len(found)), seed=seed)
    return drawn, asked is None and found is None


def _beside(design: Design, over: str) -> str:
    """A file of members that a design names lies beside it."""
    if over.endswith(ENDING) and design.source is not None:
        return str(design.source.parent / over)
    return over


def design_over(
    design: Design, over: str | Members | None = None, members: int | None = None, *, replications: int | None = None,
    seed: int | None = None,
) -> Design:  # fmt: skip
    """A design over what its file says, or what a command asks: its replications are then members.

    ``replications`` and ``seed`` are what a command gave beside; the design has them already.

    Raises:
        KingmakerError: see :func:`replicates_of`; more members are asked for than there are.
    """
    asked = _beside(design, design.over) if over is None else over
    found = members_of(asked, where=f"{design.name}: over" if over is None else "--over")
    if found is None:
        _number(None, members, replications, 1)
        return replace(design, over=LUCK, drawn=None)
    _no_seed(seed)
    number = _number(found, members, replications, 1) or design.replications
    if number > len(found):
        raise KingmakerError(
            f"{design.name}: {number} members are asked for (replications); allowed is a whole number from 1 to "
            f"{len(found)}, as many as the posterior has."
        )
    drawn = Replicates.of(found, None, members_digest(found))
    return replace(design, over=POSTERIOR, replications=number, drawn=drawn)
