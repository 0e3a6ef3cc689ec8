"""The cases: the baseline at the values of ``parameters.csv``, and the counterfactuals that the points ask for."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.environment.inputs.scenario import Scenario, load_scenario
from kingmaker.environment.inputs.tables import DATA
from kingmaker.environment.inputs.timeline import Event
from kingmaker.experiments.studies.measured_points.watched import Seen, joined, watched

TO_2030, TO_2027 = 108, 72  # months
SURGE = 60  # January 2027
RIVALS, RIVALS_FROM, RIVALS_BETTER = ("amd", "intel"), "2023-12", 2.0
MOST_WORLDS = 160  # of one stack
USERS, RELEASE_TERM, INSTALL = "demand.intensity", "compute.term_2022", "chips.install_months"
USUAL_USERS = float(DECLARATIONS[USERS].default)
# what sets the month in which a host lets its lab go, and of which facts tell next to nothing: half and twice
ASSUMED = {"release": "contracts.release", "one": "contracts.most_to_one", "memory": "contracts.strain_memory"}
OTHERWISE = {"half": (0.5, "half of what it is"), "twice": (2.0, "twice what it is")}


@dataclass(frozen=True)
class Case:
    """A case: what is held, what an event of January 2027 sets, and whether rivals' chips are better."""

    name: str
    says: str
    months: int = TO_2030
    pins: tuple[tuple[str, float], ...] = ()
    scenario: str = "baseline"
    surge: tuple[tuple[str, float], ...] = ()
    better_rivals: bool = False


CASES: tuple[Case, ...] = (
    Case("base", "the baseline"),
    Case("users2", "users spend twice as much", pins=((USERS, 2.0 * USUAL_USERS),)),
    Case("money3", "funds are promised three times as much", pins=(("capital.commitments", 3.0),)),
    Case("surge", "users spend three times as much from January 2027 on", surge=((USERS, 3.0 * USUAL_USERS),)),
    Case("rivals2", "chips of AMD and Intel from December 2023 on do twice as much", better_rivals=True),
    Case("no_block", "China keeps no foreign chips out", scenario="no_import_block"),
    *(Case(f"term{n}", f"contracts of January 2022 have {n} months left", TO_2027, ((RELEASE_TERM, float(n)),))
      for n in (12, 24, 48, 60)),
    Case("users_half", "users spend half as much", TO_2027, ((USERS, 0.5 * USUAL_USERS),)),
    Case("install1", "chips run a month after delivery", TO_2027, ((INSTALL, 1.0),)),
    Case("install6", "chips run six months after delivery", TO_2027, ((INSTALL, 6.0),)),
    *(Case(f"{name}_{word}", f"`{key}` is {says}", TO_2027, ((key, factor * float(DECLARATIONS[key].default)),))
      for name, key in ASSUMED.items() for word, (factor, says) in OTHERWISE.items()),
)  # fmt: skip


def seen_in(seeds: Sequence[int], cases: Sequence[Case] = CASES) -> dict[str, Seen]:
    """Run the cases on the same seeds; what each has shown, by its name, worlds in the order of the seeds."""
    found: dict[str, list[Seen]] = {case.name: [] for case in cases}
    with better_rivals() as folder:
        for stack in _stacks(cases, seeds):
            worlds = [{"scenario": _scenario(case, folder), "rng": seed, **dict(case.pins)} for case, seed in stack]
            for (case, _), seen in zip(stack, watched(worlds, stack[0][0].months), strict=True):
                found[case.name].append(seen)
    return {name: joined(parts) for name, parts in found.items()}


def _stacks(cases: Sequence[Case], seeds: Sequence[int]) -> Iterator[list[tuple[Case, int]]]:
    """Worlds that can step together: same horizon, same data."""
    for kind in dict.fromkeys((case.months, case.better_rivals) for case in cases):
        worlds = [(case, seed) for case in cases if (case.months, case.better_rivals) == kind for seed in seeds]
        for first in range(0, len(worlds), MOST_WORLDS):
            yield worlds[first : first + MOST_WORLDS]


def _scenario(case: Case, folder: Path) -> Scenario:
    setting = load_scenario(case.scenario)
    if case.surge:
        surge = Event(SURGE, case.says, dict(case.surge))
        setting = replace(setting, events=tuple(sorted((*setting.events, surge), key=lambda event: event.month)))
    return replace(setting, data=folder) if case.better_rivals else setting


@contextmanager
def better_rivals() -> Iterator[Path]:
    """A folder of data in which the leader's rivals outside China have better chips, at the same price and cost."""
    with TemporaryDirectory() as place:
        folder = Path(place) / "data"
        shutil.copytree(DATA, folder)
        path = folder / "chips.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            if row["maker"] in RIVALS and row["released"] >= RIVALS_FROM:
                for name in ("h100e", "memory_h100e"):
                    row[name] = f"{RIVALS_BETTER * float(row[name]):g}"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        yield folder
