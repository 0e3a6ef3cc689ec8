"""Names of firms: what tells two of them apart, and what no firm may be called."""

from __future__ import annotations

import re
import unicodedata

RULE = "ids and names differ by more than case, spaces and invisible characters"

# what kingmaker.agents.member.firm_label, and the class page after it, call firms without a name
_LABEL = re.compile(r"(chipmaker|cloud|start-?up|investor|regulator|enterprise|sector)s? (founder|\d{4}-\d{2}) ?# ?\d+")


def plain(name: str) -> str:
    """A name without what the eye does not see: case, spaces, invisible characters, and forms of one letter."""
    seen = unicodedata.normalize("NFKC", name).casefold()
    letters = "".join(" " if c.isspace() else c for c in seen if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(letters.split())


def fault(name: str) -> str:
    """Why a firm may not be called so; empty if it may."""
    if not plain(name):
        return "a name needs a character that can be seen"
    if any(unicodedata.category(c) in ("Cc", "Cs", "Cn") or c in "\ufffe\uffff" for c in name):
        return "a name may not hold control characters"
    if _LABEL.fullmatch(plain(name)):
        return "this is how firms without a name are labelled"
    return ""
