"""Files that a command puts among others into a folder such as docs: which question each answers is kept beside them.

A folder with such files holds ``.kingmaker.json``, which names for each file the question and its digest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kingmaker.experiments.results.asked import Asked, asked_of
from kingmaker.experiments.results.exchange import is_cut_short
from kingmaker.experiments.results.outputs import OutputError, at_work, located, told

RECORD = ".kingmaker.json"


@contextmanager
def filed(out: Path, names: Sequence[str], asked: Asked, force: bool = False) -> Iterator[Path]:
    """A temporary folder whose files are put into ``out``, each whole, when the block ends well.

    Args:
        out: a folder that may hold anything else; made if need be.
        names: the files that will be written, as far as they are known.
        asked: the question that they answer.
        force: replace what is no answer to this question.

    Raises:
        OutputError: at once, if ``out`` cannot be written, or a file would be replaced that is no answer to this
            question; or if another process is at work there.
    """
    target = located(out)
    if not is_cut_short(target):
        check_files(out, names, asked, force)
    with at_work(out, target) as work:
        check_files(out, names, asked, force)
        with told(out, target):
            work.begin()
            yield work.part
            written = sorted(path.relative_to(work.part).as_posix() for path in work.part.rglob("*") if path.is_file())
            check_files(out, written, asked, force)
            record = read_record(target) | dict.fromkeys(written, asked.record)
            text = json.dumps(dict(sorted(record.items())), indent=2, ensure_ascii=False)
            (work.part / RECORD).write_text(text + "\n", encoding="utf-8")
            work.merge()


@contextmanager
def filed_if(out: Path | None, names: Sequence[str], asked: Asked, force: bool = False) -> Iterator[Path | None]:
    """The same if there is a folder; None where nothing is to be written."""
    if out is None:
        yield None
        return
    with filed(out, names, asked, force) as folder:
        yield folder


@contextmanager
def filed_one(path: Path, asked: Asked, force: bool = False) -> Iterator[Path]:
    """The same for a single file: where to write it, until the block ends well."""
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; name a file with --out.")
    with filed(path.parent, [path.name], asked, force) as folder:
        yield folder / path.name


def check_files(out: Path, names: Sequence[str], asked: Asked, force: bool) -> None:
    """Raise :class:`OutputError` if a file of these names is there and answers another question, or none of ours."""
    target = located(out)
    record = read_record(target)
    for name in names:
        path = target / name
        if path.is_dir():
            raise OutputError(f"{path}: is a folder where a file must be written; name another place with --out.")
        if force or not path.exists():
            continue
        digest, words = asked_of(record.get(name))
        if digest == asked.digest or (not digest and not asked.facts and _mentions(path, asked.kind)):
            continue
        there = f"answers another question ({words})" if words else "was not written by this command"
        raise OutputError(
            f"{out}: '{name}' there {there}; asked is now: {asked.words}. Name another place with --out, or replace it "
            "with --force."
        )


def read_record(folder: Path) -> dict[str, object]:
    """Which question each file of a folder answers; nothing is known where the record is missing or damaged."""
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _mentions(path: Path, kind: str) -> bool:
    """Whether a page says that a command has made it."""
    try:
        return f"kingmaker {kind}" in path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
