"""The probability of each claim over the members of a posterior; claims of one pair of scenarios share their runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.agents.errors import KingmakerError, nearest
from kingmaker.environment.inputs.scenario import Scenario, check_months, load_scenario, parse_pin
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.stats.levels import SIGN
from kingmaker.experiments.stats.member_effects import difference, member_effects
from kingmaker.experiments.stats.run_statistics import check_statistic
from kingmaker.experiments.studies.compare.question import ask
from kingmaker.experiments.studies.stated.claim_rows import INTERACTION, OPEN, StatedClaim, read_claims, write_claims
from kingmaker.experiments.sweep.stacks import Advance, World, simulate
from kingmaker.experiments.terminal.progress import progress
from kingmaker.experiments.terminal.telling import say

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray

Value = float | int
Pair = tuple[str, str, str, str, str]  # both sides with their pins, and the months


@dataclass(frozen=True)
class Asked:
    """What the claims of a pair ask: the sides to run (two, or four for an interaction), outcomes and windows."""

    sides: tuple[Scenario, ...]
    months: int
    outcomes: tuple[str, ...]
    windows: tuple[str, ...]
    drawn: tuple[str, ...]


def computed(
    claims: Sequence[StatedClaim], over: Replicates, workers: int = 1, advance: Advance | None = None
) -> list[StatedClaim]:
    """The claims with their probabilities over ``over``, in their order.

    Raises:
        KingmakerError: a claim of an unknown scenario, parameter, outcome or window; a run that failed.
    """
    found: dict[str, StatedClaim] = {}
    for pair in dict.fromkeys(map(_pair, claims)):
        mine = [claim for claim in claims if _pair(claim) == pair]
        asked = _asked(mine, over)
        values = _run(asked, over, workers, advance)
        for claim in mine:
            d = _effect(claim, values[:, asked.outcomes.index(claim.outcome), asked.windows.index(claim.window)])
            effects = member_effects(d[np.newaxis], over.weights)
            shares = float(effects.up[0]), float(effects.down[0])
            found[claim.id] = claim.with_shares(*shares, over.words, over.digest)
    return [found[claim.id] for claim in claims]


def number_of_runs(claims: Sequence[StatedClaim], over: Replicates) -> int:
    """How many runs it takes."""
    pairs = {_pair(claim): claim.effect for claim in claims if claim.effect != INTERACTION}
    pairs |= {_pair(claim): claim.effect for claim in claims if claim.effect == INTERACTION}
    return sum((4 if effect == INTERACTION else 2) * len(over) for effect in pairs.values())


def _pair(claim: StatedClaim) -> Pair:
    return claim.a, claim.set_a, claim.b, claim.set_b, claim.months


def pins_of(text: str, where: str) -> dict[str, object]:
    """What is held on a side, as it stands in the file.

    Raises:
        KingmakerError: it is not of the form ``key=value; key=value``.
    """
    try:
        return dict(parse_pin(part.strip()) for part in text.split(";") if part.strip())
    except KingmakerError as fault:
        raise KingmakerError(f"{where}: {fault}") from None


def _asked(claims: Sequence[StatedClaim], over: Replicates) -> Asked:
    first = claims[0]
    where = f"claims.csv: {first.id}"
    set_a, set_b = pins_of(first.set_a, where), pins_of(first.set_b, where)
    months = check_months(int(first.months) if first.months.isdecimal() else -1, where)
    question = ask(first.a, first.b, set_a=set_a, set_b=set_b, months=months, over=over)
    for claim in claims:
        place = f"claims.csv: {claim.id}"
        known = question.a.measured()
        if claim.outcome not in known:
            raise KingmakerError(f"{place}: there is no measure '{claim.outcome}'.{nearest(claim.outcome, known)}")
        check_statistic(claim.window, months, f"{place}: window")
    sides: tuple[Scenario, ...] = (question.a, question.b)
    if any(claim.effect == INTERACTION for claim in claims):
        sides = (question.a, question.b, *_alone(first, set_a, set_b))
    return Asked(
        sides, months, tuple(dict.fromkeys(claim.outcome for claim in claims)),
        tuple(dict.fromkeys(claim.window for claim in claims)), question.drawn_keys,
    )  # fmt: skip


def _alone(claim: StatedClaim, set_a: dict[str, object], set_b: dict[str, object]) -> list[Scenario]:
    """B with only the one, and only the other of its two pins; else as A.

    Raises:
        KingmakerError: B does not pin just two parameters otherwise than A.
    """
    moved = [key for key, value in set_b.items() if set_a.get(key) != value]
    if len(moved) != 2 or claim.a != claim.b:
        raise KingmakerError(
            f"claims.csv: {claim.id}: an interaction needs one scenario on both sides, and just two parameters that B "
            f"holds otherwise than A; there are {len(moved)}."
        )
    return [load_scenario(claim.a, {**set_a, key: set_b[key]}, f"claims.csv: {claim.id}") for key in moved]


def _run(asked: Asked, over: Replicates, workers: int, advance: Advance | None) -> FloatArray:
    """Shape (sides, outcomes, windows, members)."""
    worlds = [
        World(side, seed, {}, over.held(k, asked.drawn)) for side in asked.sides for k, seed in enumerate(over.seeds)
    ]
    found = simulate(
        worlds, asked.months, asked.outcomes, statistics=asked.windows, workers=workers, advance=advance
    )  # fmt: skip
    shape = (len(asked.outcomes), len(asked.windows), len(asked.sides), len(over))
    return found.reshape(shape).transpose(2, 0, 1, 3)


def _effect(claim: StatedClaim, sides: FloatArray) -> FloatArray:
    """The effect of a claim, (members,), from its outcome on all sides, (sides, members)."""
    if claim.effect == INTERACTION:
        return difference(sides[2] + sides[3], sides[0] + sides[1])
    return difference(sides[0], sides[1])


def run_claims(path: Path, over: Replicates, workers: int, fill: bool, quiet: bool = False) -> bool:
    """Compute all claims and print them; write them back if ``fill``. Whether all that claim a sign stand."""
    claims = read_claims(path)
    with progress(number_of_runs(claims, over), f"{len(claims)} claims", quiet) as advance:
        found = computed(claims, over, workers, advance)
    for claim in found:
        verdict = "open" if claim.sign == OPEN else "holds" if claim.stands else "FAILS"
        said = f"{claim.outcome} {claim.sign}"
        say(f"{claim.id:34} {verdict:6} {said:38} up {float(claim.p_up):.1%}, down {float(claim.p_down):.1%}")
    signed = [claim for claim in found if claim.sign != OPEN]
    say(
        f"{sum(bool(claim.stands) for claim in signed)} of {len(signed)} claims hold with {SIGN.per_cent} % over "
        f"{over.words}; {len(found) - len(signed)} are worded as open."
    )
    if fill:
        write_claims(found, path)
        say(f"Written into {path}")
    return all(claim.stands for claim in signed)
