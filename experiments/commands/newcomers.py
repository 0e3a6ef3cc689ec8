"""``kingmaker new``: a commented file to start from."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from kingmaker.agents.errors import KingmakerError, shown
from kingmaker.experiments.commands.completion import DESIGNS, SCENARIOS
from kingmaker.experiments.commands.vocabulary import option
from kingmaker.experiments.terminal.telling import say

STARTERS = Path(__file__).resolve().parent / "starters"


class Kind(StrEnum):
    """What there is a file to start from for."""

    SCENARIO = "scenario"
    DESIGN = "design"
    EXTENSION = "extension"


FORMS = {  # kind: what a name may be, in words and as a pattern
    Kind.SCENARIO: ("letters, digits, '_' and '-', a letter first", r"[A-Za-z][A-Za-z0-9_-]*"),
    Kind.DESIGN: ("letters, digits, '_' and '-', a letter first", r"[A-Za-z][A-Za-z0-9_-]*"),
    Kind.EXTENSION: ("small letters, digits and '_', a letter first, as of a Python module", r"[a-z][a-z0-9_]*"),
}
FILES: Mapping[Kind, tuple[str, ...]] = {
    Kind.SCENARIO: ("scenario.toml",),
    Kind.DESIGN: ("design.toml",),
    Kind.EXTENSION: ("extension.py", "extension.toml"),
}
LONGEST = 60  # letters of a name


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("new")(begin)


def begin(
    kind: Annotated[Kind, typer.Argument(help="What to begin.")],
    name: Annotated[str, typer.Argument(help="Its name, from which the files have theirs.")],
    out: Annotated[Path, option("--out", "a folder that is there")] = Path(),
) -> None:
    """Write a commented file to start from, which runs as it is. What is there is never replaced."""
    plain = _name(kind, name)
    if not out.is_dir():
        raise KingmakerError(f"--out {shown(str(out))}: there is no such folder; make it first.")
    texts = {out / file.replace(kind.value, plain, 1): _text(file, plain) for file in FILES[kind]}
    for path in texts:
        if path.exists() or path.is_symlink():
            raise KingmakerError(f"{path}: is there already and is left as it is; choose another name.")
    for path, text in texts.items():
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        say(f"{path} written.")
    verb = "sweep" if kind is Kind.DESIGN else "run"
    say(f"It runs as it is, and its comments say what to change. Try: kingmaker {verb} {list(texts)[-1]}")


def _name(kind: Kind, given: str) -> str:
    """The name, without an ending.

    Raises:
        KingmakerError: no such name can be used, and why.
    """
    name = given.removesuffix(".toml").removesuffix(".py")
    words, pattern = FORMS[kind]
    where = f"the name of a {kind.value}" if kind is not Kind.EXTENSION else "the name of an extension"
    if not re.fullmatch(pattern, name) or len(name) > LONGEST:
        raise KingmakerError(f"{shown(given)} cannot be {where}; allowed are up to {LONGEST} {words}.")
    shipped = {Kind.SCENARIO: SCENARIOS, Kind.DESIGN: DESIGNS, Kind.EXTENSION: SCENARIOS}[kind] / f"{name}.toml"
    if shipped.is_file():
        raise KingmakerError(
            f"'{name}' is shipped with Kingmaker, and two of one name would be confused; choose another."
        )
    if kind is Kind.EXTENSION:
        _check_module(name)
    return name


def _check_module(name: str) -> None:
    """Raise if Python or the model knows the name already."""
    from kingmaker.environment.inputs.parameters import GROUPS

    if name in GROUPS:
        raise KingmakerError(f"'{name}' is a group of parameters of the model (kingmaker params); choose another name.")
    if keyword.iskeyword(name) or find_spec(name) is not None:
        raise KingmakerError(f"'{name}' is a word or a module of Python already; choose another name.")


def _text(file: str, name: str) -> str:
    """A file to start from, under its name."""
    text = (STARTERS / f"{file}.txt").read_text(encoding="utf-8")
    return text.replace("NAME", name).replace("CLASS", "".join(word.capitalize() for word in name.split("_")))
