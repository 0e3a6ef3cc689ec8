"""Shows the paper's citations (``[@key]``, as journals want them) as author and year, with the list from paper.bib."""

import re
from pathlib import Path
from typing import Any

PAGE = "paper/paper"
CITED = re.compile(r"\[(@[\w:;@ ]+)\]|(?<![\w.`])@(\w+)")


def entries(text: str) -> dict[str, dict[str, str]]:
    """The entries of a BibTeX file with one entry after the other, by key."""
    found = {}
    for block in re.split(r"^@\w+\{", text, flags=re.MULTILINE)[1:]:
        key, _, rest = block.partition(",")
        fields = re.findall(r"(\w+) = \{((?:[^{}]|\{[^{}]*\})*)\}", rest)
        found[key.strip()] = {name: re.sub(r"[{}]|\\(?=&)", "", value) for name, value in fields}
    return found


def surnames(entry: dict[str, str]) -> str:
    """Such as Lee et al."""
    names = [name.partition(",")[0] for name in entry["author"].split(" and ")]
    if len(names) > 2:
        return f"{names[0]} et al."
    return " & ".join(names) if "others" not in names else f"{names[0]} et al."


def listed(entry: dict[str, str]) -> str:
    """One line of the list of references."""
    where = entry.get("journal") or entry.get("booktitle") or entry.get("publisher") or entry.get("howpublished", "")
    number = " ".join(entry[name] for name in ("volume", "pages") if name in entry)
    link = f"https://doi.org/{entry['doi']}" if "doi" in entry else entry.get("url", "")
    authors = entry["author"].replace(" and others", " et al.").replace(" and ", "; ")
    line = f"{authors} ({entry['year']}). {entry['title']}. *{where}* {number}".rstrip() + "."
    return f"- {line} <{link}>" if link else f"- {line}"


def cite(text: str, known: dict[str, dict[str, str]]) -> str:
    """The page with its citations in words and the list at its end.

    Raises:
        KeyError: a citation that paper.bib does not have.
    """
    used: list[str] = []

    def words(match: re.Match[str]) -> str:
        keys = re.findall(r"\w+", match[1] or match[2])
        used.extend(keys)
        if match[1]:
            return "(" + "; ".join(f"{surnames(known[key])} {known[key]['year']}" for key in keys) + ")"
        return f"{surnames(known[keys[0]])} ({known[keys[0]]['year']})"

    _, front, body = text.split("---\n", 2)
    body = CITED.sub(words, body)
    title = re.search(r'^title: "(.*)"$', front, flags=re.MULTILINE)
    assert title is not None
    body = re.sub(r"^(#+ )", r"#\1", body, flags=re.MULTILINE)
    lines = sorted({listed(known[key]) for key in used})
    return f"# {title[1]}\n{body}\n" + "\n".join(lines) + "\n"


def show(app: Any, name: str, source: list[str]) -> None:
    """Sphinx's event ``source-read``."""
    if name == PAGE:
        bib = Path(app.srcdir) / "paper" / "paper.bib"
        source[0] = cite(source[0], entries(bib.read_text(encoding="utf-8")))


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("source-read", show)
    return {"parallel_read_safe": True}
