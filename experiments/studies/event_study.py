"""The event study: what the announcement of a contract does to the values of both hosts (row C12).

The event is that of 10 June 2025: OpenAI, until January 2025 bound to Microsoft, signs with Google (facts S5-001 to
S5-004: Alphabet +2.1 %, Microsoft -0.6 %). Each world is run twice on the same luck, with and without the signature,
so that what would have happened otherwise is not estimated (MacKinlay 1997) but known: the abnormal return is the
difference between the two in the month of the announcement. Until January 2025 the lab is held bound, as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.startup import EXCLUSIVE, FIRST_REFUSAL, PLAIN
from kingmaker.agents.types import NONE, BoolArray, FloatArray
from kingmaker.environment.compute.tenancies import sign_dated
from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.environment.model import ComputeEconomy
from kingmaker.environment.ties import contracts
from kingmaker.experiments.design.replicates import LUCK, Replicates
from kingmaker.experiments.results.asked import Asked
from kingmaker.experiments.results.filing import filed_if
from kingmaker.experiments.stats.intervals import half_width
from kingmaker.experiments.stats.levels import (
    INTERVAL_OVER,
    LEVEL,
    SPREAD,
    Level,
    level_asked,
    level_record,
    level_told,
    read_level,
)
from kingmaker.experiments.stats.member_effects import middle_of
from kingmaker.experiments.terminal.phrases import listed
from kingmaker.experiments.terminal.telling import say

FREED, SIGNED = 36, 40  # months since January 2022: January and May 2025
LAB, WINNER, LOSER = "openai", "google", "microsoft"
FACTS = {"winner": 0.021, "loser": -0.006}  # S5-003, S5-004
HELD = {"contracts.release": 5.0}  # no host lets its lab go by itself, so that the day in fact is that of the event
FACTOR = 3.0  # the size is right if it is within this factor of the fact


@dataclass(frozen=True)
class Reaction:
    """One side's abnormal return: mean over worlds, its interval (Student's t), and the band of the worlds."""

    side: str
    firm: str
    fact: float
    mean: float
    low: float
    high: float
    lower: float
    upper: float
    n: int
    level: Level = LEVEL

    @property
    def holds(self) -> bool:
        """Whether the sign is certain and the mean is of the size of the fact."""
        ratio = self.mean / self.fact
        return bool(self.low * self.high > 0.0 and 1.0 / FACTOR <= ratio <= FACTOR)

    @property
    def inside(self) -> bool:
        """Whether the fact lies inside the interval."""
        return self.low <= self.fact <= self.high


def run_study(
    seeds: int = 24, level: Level | float = LEVEL, over: Replicates | None = None, **pins: float
) -> list[Reaction]:
    """The reaction of both hosts over ``seeds`` pairs of worlds, with intervals of ``level``.

    ``over`` are the members of a posterior, a pair of worlds each; they stand for the seeds.

    Worlds in which the lab has left, or is no longer a tenant of the loser alone, have no such event and are left out.

    Raises:
        ValueError: fewer than two seeds, or fewer than two worlds in which the event can take place.
    """
    sure = read_level(level, "level")
    if seeds < 2:
        raise ValueError(f"seeds is {seeds}; an interval needs at least 2")
    worlds = _worlds(seeds, over, pins)
    seeds = len(worlds)
    model = ComputeEconomy.stack(worlds * 2, months=SIGNED + 1)
    model.run(FREED)
    _free(model)
    model.run(SIGNED - FREED)
    counts = _sign(model, seeds)
    model.run()
    value = model.populations["clouds"].table.data["value"]
    names = [row.id for row in model.tables.clouds]
    found = []
    for side, firm in (("winner", WINNER), ("loser", LOSER)):
        values = value[:, names.index(firm)]
        returns = (values[seeds:] / values[:seeds] - 1.0)[counts]
        name = model.tables.clouds[names.index(firm)].name
        if over is None:
            found.append(_reaction(side, name, returns, sure))
        else:
            found.append(_member_reaction(side, name, returns, over.weights[counts], sure))
    return found


def _worlds(seeds: int, over: Replicates | None, pins: Mapping[str, float]) -> list[dict[str, float]]:
    if over is None:
        return [{"rng": seed, **HELD, **pins} for seed in range(1, seeds + 1)]
    drawn = over.drawn_under(load_scenario("baseline"), but=pins)
    return [{**over.held(k, drawn), **HELD, **pins, "rng": seed} for k, seed in enumerate(over.seeds)]


def _slots(model: ComputeEconomy) -> tuple[int, int, int]:
    labs, clouds = [row.id for row in model.tables.startups], [row.id for row in model.tables.clouds]
    return labs.index(LAB), clouds.index(WINNER), clouds.index(LOSER)


def _free(model: ComputeEconomy) -> None:
    """In January 2025 exclusivity became a right of first refusal, in both worlds of a pair (fact S5-002)."""
    lab = _slots(model)[0]
    table = model.populations["startups"].table
    bound = np.zeros(table.alive.shape, dtype=np.bool_)
    bound[:, lab] = table.alive[:, lab] & (table.data["contract"][:, lab] == EXCLUSIVE)
    contracts.loosen(model.economy, bound, 0, FIRST_REFUSAL, why="event study")
    model.economy.end_phase()


def _sign(model: ComputeEconomy, seeds: int) -> BoolArray:
    """Sign the contract in the second world of each pair; in which pairs that is the event, shape (seeds,)."""
    lab, winner, loser = _slots(model)
    table = model.populations["startups"].table
    able = table.alive[:, lab] & (table.data["host"][:, lab] == loser) & (table.data["second"][:, lab] == NONE)
    where = np.zeros(table.alive.shape, dtype=np.bool_)
    where[seeds:, lab] = able[seeds:]
    partner = np.full(where.shape, winner, dtype=np.int32)
    sign_dated(model.economy, where, partner, PLAIN, "event study")
    model.economy.end_phase()
    return np.asarray(able[seeds:])


def _demand_two(n: int) -> None:
    """Raise :class:`KingmakerError` if the event takes place in fewer worlds than an interval needs."""
    if n < 2:
        raise KingmakerError(
            f"events: the contract is signed in {n} of the worlds, and an interval needs at least 2; ask for more "
            "--members or --replications."
        )


def _reaction(side: str, firm: str, returns: FloatArray, level: Level) -> Reaction:
    n = len(returns)
    _demand_two(n)
    mean, half = float(returns.mean()), half_width(float(returns.std(ddof=1)), n, level)
    lower, _, upper = (float(q) for q in SPREAD.of(returns))
    return Reaction(side, firm, FACTS[side], mean, mean - half, mean + half, lower, upper, n, level)


def _member_reaction(side: str, firm: str, returns: FloatArray, weights: FloatArray, level: Level) -> Reaction:
    """The same over members: median, interval and band are theirs."""
    _demand_two(len(returns))
    shares = weights / weights.sum()
    low, middle, high = (float(q) for q in middle_of(returns, shares, level))
    lower, _, upper = (float(q) for q in middle_of(returns, shares, SPREAD.level))
    return Reaction(side, firm, FACTS[side], middle, low, high, lower, upper, len(returns), level)


def page(reactions: list[Reaction], over: Replicates | None = None) -> str:
    """The page ``event_study.md``."""
    level = reactions[0].level if reactions else LEVEL
    lines = [
        "# An event study", "",
        "On 10 June 2025 it became known that OpenAI, until January of that year bound to Microsoft, had signed with",
        "Google: Alphabet rose by 2.1 %, Microsoft fell by 0.6 % (facts S5-001 to S5-004). Here the same contract is",
        "signed in the model in May 2025, in one of two worlds that share all their luck; the difference between them",
        "in that month is the abnormal return. The winner gains the present value of the margin on the rent and what",
        "the contract tells of demand to come; the loser loses what it cannot let to others. The terms",
        f"(`capital.news_*`) are assumed, with the size of the fact in view: {_conclusion(reactions)}",
        f"Made by `{_command(over)}`.", "",
        *([] if over is None else [f"Intervals are over {over.words}: medians and the members in the middle.", ""]),
        f"| | fact | model, {'mean' if over is None else 'median'} | {level.words}{' of the mean' * (over is None)} "
        f"| {SPREAD.dashed_in()} of worlds | worlds "
        "| fact inside | sign and size (factor 3) |",
        "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for r in reactions:
        lines.append(
            f"| {r.firm} ({r.side}) | {r.fact:+.1%} | {r.mean:+.2%} | {r.low:+.2%} to {r.high:+.2%} "
            f"| {r.lower:+.2%} to {r.upper:+.2%} | {r.n} | {_answer(r.inside)} | {_answer(r.holds)} |"
        )
    return "\n".join(lines) + "\n"


def _command(over: Replicates | None) -> str:
    return "kingmaker events" + ("" if over is None else f" --over posterior --members {len(over)}") + " --out docs"


def _answer(holds: bool) -> str:
    return "yes" if holds else "**no**"


def _conclusion(reactions: list[Reaction]) -> str:
    """What the sizes show, said only if they do."""
    off = [r for r in reactions if not r.holds]
    if not off:
        return "that the sizes are right shows that the fact is within reach; it tests nothing."
    signed = all(r.low * r.high > 0.0 and r.mean * r.fact > 0.0 for r in reactions)
    held = [r.firm for r in off if r.inside]
    return (
        f"{'the signs are those of the facts; ' if signed else ''}for {listed([r.firm for r in off])} "
        f"{'the size' if signed else 'sign or size'} is not within a factor of {FACTOR:g} of the fact"
        f"{f', though the interval holds it for {listed(held)}' if held else ''}."
    )


def run_and_print(
    seeds: int, out: Path | None, force: bool = False, level: Level = LEVEL, over: Replicates | None = None
) -> bool:
    """Run the study, print it, write ``event_study.md`` into ``out``; whether both reactions hold."""
    words, usual = f"{seeds} seeds", INTERVAL_OVER[LUCK if over is None else over.over]
    facts: dict[str, Any] = {"seeds": seeds}
    if over is not None:
        words, facts = over.words, {"seeds": list(over.seeds)} | over.record
    asked = Asked("events", f"{words}{level_asked(level, usual)}", facts | level_record(level, usual))
    with filed_if(out, ("event_study.md",), asked, force) as folder:
        reactions = run_study(seeds, level, over)
        for r in reactions:
            verdict = "holds" if r.holds else "FAILS"
            say(f"{r.side:6} {r.firm:28} fact {r.fact:+.1%}  model {r.mean:+.2%} ({r.low:+.2%} to {r.high:+.2%})  "
                  f"n {r.n}  {verdict}")  # fmt: skip
        say(f"Intervals are over {'luck at one point, ' + words if over is None else words}.")
        for sentence in level_told(level, usual):
            say(sentence)
        if folder is not None:
            (folder / "event_study.md").write_text(page(reactions, over), encoding="utf-8")
    return all(r.holds for r in reactions)
