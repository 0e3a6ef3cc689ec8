"""Text files of the user's: read as UTF-8 whatever program wrote them, or refused with the encoding wanted."""

from __future__ import annotations

import codecs
import re
import tomllib
from pathlib import Path
from typing import Any

from kingmaker.agents.errors import KingmakerError, shown

MARKS = (  # the longer first: the mark of UTF-32 opens with that of UTF-16
    (codecs.BOM_UTF32_LE, "UTF-32"), (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16"),
)  # fmt: skip


def read_text(path: Path, error: type[KingmakerError]) -> str:
    """The text of a file in UTF-8, with or without a byte order mark; lines may end as on any system.

    Raises:
        KingmakerError: of the type ``error``, if it cannot be read or is in another encoding.
    """
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise error(f"{path}: cannot be read: {fault.strerror or fault}.") from None
    except ValueError as fault:  # a path that no system has, such as one with a zero byte
        raise error(f"{shown(str(path))}: cannot be read: {fault}.") from None
    return decoded(content, path, error).replace("\r\n", "\n").replace("\r", "\n")


def decoded(content: bytes, path: Path, error: type[KingmakerError]) -> str:
    """The text that a file's bytes hold; line ends stay as they are.

    Raises:
        KingmakerError: of the type ``error``, with the line and the encoding that it seems to have.
    """
    advice = "save it as UTF-8 ('UTF-8' or 'Unicode (UTF-8)' in the editor's or spreadsheet's list of encodings)"
    for mark, name in MARKS:
        if content.startswith(mark):
            raise error(f"{path}: is written in {name}; {advice}.")
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise error(f"{path}, line {line}: holds a zero byte: the file is binary, or UTF-16 text; {advice}.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        seems = content[fault.start : fault.start + 1].decode("latin-1")
        raise error(
            f"{path}, line {line}: the file is not UTF-8 (byte 0x{content[fault.start]:02x}, which would be "
            f"{shown(seems)} in Latin-1); {advice}."
        ) from None


def read_toml(path: Path, error: type[KingmakerError]) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises:
        KingmakerError: of the type ``error``, if it cannot be read or is not TOML.
    """
    text = read_text(path, error)
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise error(f"{path}: is not valid TOML: lists or tables are nested too deeply.") from None
    except ValueError as fault:  # TOMLDecodeError is one; a number of thousands of digits gives another
        raise error(f"{path}: is not valid TOML: {fault}.{unquoted_month(text, str(fault))}") from None


def unquoted_month(text: str, fault: str) -> str:
    """What to write instead, if the line that TOML does not understand gives a month without quotes."""
    line = re.search(r"at line (\d+)", fault)
    lines = text.splitlines()
    found = lines[int(line[1]) - 1] if line and int(line[1]) <= len(lines) else ""
    bare = re.search(r"\bmonth\s*=\s*(\d{4})-(\d{1,2})(?![\d-])", found)
    return f' Write the month in quotes: month = "{bare[1]}-{bare[2]:0>2}".' if bare else ""


def is_there(path: Path) -> bool:
    """Whether there is such a file or folder; no name is too long or too odd to be asked for."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
