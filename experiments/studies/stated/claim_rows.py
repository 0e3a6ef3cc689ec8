"""The file of claims, ``claims.csv``: what is said where, as a pair of scenarios, an outcome and a sign.

A claim is worded as *up* or *down*, or as *open*. The last columns are filled by ``kingmaker claims --fill``: the
probability of either sign over the posterior, and over what it was computed.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path

from kingmaker.agents.errors import KingmakerError, nearest, shown
from kingmaker.experiments.stats.levels import SIGN

CLAIMS = Path(__file__).with_name("claims.csv")
UP, DOWN, OPEN = "up", "down", "open"
DIFFERENCE, INTERACTION = "difference", "interaction"


@dataclass(frozen=True)
class StatedClaim:
    """One claim.

    Attributes:
        id: unique.
        place: the file that makes it, from the root of the repository; of the paper, the page that is made.
        text: words that stand there; empty where a command writes them.
        a: the scenario without.
        set_a: what is held there, ``key=value`` with semicolons between.
        b: the scenario with.
        set_b: what is held there.
        effect: ``difference`` (B less A), or ``interaction``: what the two pins of B do beyond the sum of each alone.
        outcome: a measure.
        window: months averaged.
        months: horizon.
        sign: ``up``, ``down``, or ``open``.
        p_up: probability that the effect is above zero; empty until it was computed.
        p_down: that it is below.
        over: over what, such as ``luck and parameters, 64 members``.
        posterior: the first digits of the posterior's digest.
    """

    id: str
    place: str
    text: str
    a: str
    set_a: str
    b: str
    set_b: str
    effect: str
    outcome: str
    window: str
    months: str
    sign: str
    p_up: str = ""
    p_down: str = ""
    over: str = ""
    posterior: str = ""

    @property
    def probability(self) -> float | None:
        """Of the sign that is claimed; None of an open one, or before it was computed."""
        share = {UP: self.p_up, DOWN: self.p_down}.get(self.sign, "")
        return float(share) if share else None

    @property
    def stands(self) -> bool | None:
        """Whether its sign is sure enough; None before it was computed. What is open stands whatever it is."""
        if self.sign == OPEN:
            return True
        return None if self.probability is None else self.probability >= SIGN.share

    def with_shares(self, up: float, down: float, over: str, posterior: str) -> StatedClaim:
        """The same, with what a posterior says."""
        return replace(self, p_up=f"{up:.4g}", p_down=f"{down:.4g}", over=over, posterior=posterior[:12])


def read_claims(path: Path = CLAIMS) -> list[StatedClaim]:
    """All claims, checked.

    Raises:
        KingmakerError: a file that is no such table, an unknown sign or effect, an id given twice.
    """
    names = [field.name for field in fields(StatedClaim)]
    found: list[StatedClaim] = []
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise KingmakerError(f"{path}: the file of claims cannot be read ({type(fault).__name__}).") from None
    reader = csv.DictReader(text.splitlines())
    if list(reader.fieldnames or ()) != names:
        raise KingmakerError(f"{path}: its columns must be {', '.join(names)}.")
    for line, row in enumerate(reader, 2):
        if None in row or None in row.values():
            raise KingmakerError(f"{path}, line {line}: has not {len(names)} fields.")
        for name, allowed in (("sign", (UP, DOWN, OPEN)), ("effect", (DIFFERENCE, INTERACTION))):
            if row[name] not in allowed:
                raise KingmakerError(
                    f"{path}, line {line}: {name} is {shown(row[name])}; allowed is {', '.join(allowed)}."
                    f"{nearest(row[name], allowed)}"
                )
        if row["id"] in {claim.id for claim in found}:
            raise KingmakerError(f"{path}, line {line}: the id '{row['id']}' is given twice.")
        found.append(StatedClaim(**row))
    return found


def write_claims(claims: Iterable[StatedClaim], path: Path = CLAIMS) -> None:
    """Write them back, in their order."""
    names = [field.name for field in fields(StatedClaim)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([getattr(claim, name) for name in names] for claim in claims)
