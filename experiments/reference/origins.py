"""Where the numbers come from, counted: rows of data by confidence, parameters by kind of source."""

from __future__ import annotations

import csv
import re
from collections import Counter

from kingmaker.environment.inputs import tables
from kingmaker.environment.inputs.parameters import DECLARATIONS

FOLDER = tables.DATA
CONFIDENCE = {
    "seed": "in the articles that the project began with",
    "page": "seen on a stored page",
    "memory": "from memory, not checked again",
    "derived": "own arithmetic on facts, shown in the note",
    "assumed": "no source: change it freely",
}
KINDS = {
    "fitted": "by `kingmaker calibrate`",
    "tuned": "by hand against the facts named; they count as fitted too",
    "free": "set by hand within their range, not fitted",
    "assumed": "an educated guess, or a round number of the right size",
    "sourced": "from facts, laws, data files or the literature",
    "design": "a choice of the project (structure, lever of a mechanism, note of the design), not measured",
}
# a fact, a file of data, a law or a publication's year
SOURCED = re.compile(r"facts? |\.csv|Act|CFR|Regulation|TFEU|USC|Guidelines|\b(19|20)\d\d\b")


def rows_by_confidence() -> list[tuple[str, ...]]:
    """For each file of data its rows, and how many of them have each confidence."""
    found = []
    for path in sorted(FOLDER.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            count = Counter(row["confidence"] for row in csv.DictReader(file))
        texts = (str(count[name]) if count[name] else "" for name in CONFIDENCE)
        found.append((f"`{path.name}`", str(count.total()), *texts))
    return found


def kind_of(source: str) -> str:
    """What the source of a parameter says of where its value comes from: one of :data:`KINDS`."""
    for kind in ("fitted", "tuned", "assumed"):
        if re.search(rf"\b{kind}\b", source):
            return kind
    if re.search(r"(^|; )free(;|$)", source):
        return "free"
    return "sourced" if SOURCED.search(source) else "design"


def parameters_of(kind: str) -> list[str]:
    """The parameters with a source of a kind."""
    return [key for key, declaration in DECLARATIONS.items() if kind_of(declaration.source) == kind]


def dictionary() -> str:
    """The columns of each file: the sections of the folder's README."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    return "### `" + text.split("\n### `", 1)[1]
