r"""Text from outside, made safe where it is shown: on the terminal, in Markdown, HTML and XML.

Titles, descriptions, reasons of events, paths, names of parameters and classes, and messages of a user's own code may
hold anything. What cannot be seen, or would act on the reader's screen, is shown as the escape that stands for it
(``\x1b``, ``\u202e``); what is markup in the place where it is shown is escaped there.
"""

from __future__ import annotations

import codecs
import html
import re
import unicodedata

UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # control, format (bidi overrides), surrogates, none, separators
JOINERS = "\u200c\u200d"  # of letters and emoji; they act on their neighbours only
_MARKDOWN = re.compile(r"[\\`*\[\]<>|~$#]|&(?=#?\w+;)|(?<![^\W_])_|_(?![^\W_])")
_MARKDOWN_START = re.compile(r"^(?:[-+=:](?=[-+=: ]|$)|\d{1,9}(?=[.)](?: |$)))")  # 0.17 is a number, no list
_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
PLAIN = {  # what an old terminal gets in place of a character that it does not have
    "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "×": "x", "·": "*", "•": "*", "…": "...", "≤": "<=", "≥": ">=",
    "≈": "~", "≠": "!=", "±": "+/-", "∞": "inf", "→": "->", "←": "<-", "°": "deg", "µ": "u", "μ": "u", "α": "alpha",
    "β": "beta", "γ": "gamma", "σ": "sigma", "‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"', "€": "EUR",
    "£": "GBP", "§": "s.", "ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "Ø": "O", "✓": "yes", "✗": "no", "★": "*",
    "∗": "*", "█": "#", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
}  # fmt: skip
READABLE = "kingmaker.readable"  # the name of the codec error handler below


def visible(text: object) -> str:
    """The text with everything unseen written as an escape; line breaks and spaces of all widths stay."""
    plain = str(text)
    if plain.isprintable():  # most texts are: nothing in them is unseen
        return plain
    return "".join(_escape(c) if _unseen(c) else c for c in plain.replace("\r\n", "\n"))


def one_line(text: object) -> str:
    """The same as :func:`visible` on one line: each run of white space becomes a space."""
    return visible(" ".join(str(text).split()))


def for_terminal(text: object) -> str:
    """For a terminal: no escape sequence reaches it; line breaks stay, tabs become spaces."""
    return visible(str(text).replace("\t", "    "))


def for_markdown(text: object) -> str:
    """As plain words within a line of Markdown, or a cell of its tables."""
    escaped = _MARKDOWN.sub(lambda found: "\\" + found[0], one_line(text))
    return _MARKDOWN_START.sub(lambda found: _unlisted(found[0]), escaped)


def for_code(text: object) -> str:
    """As code within a line of Markdown, not in a table: fenced by more backticks than it holds."""
    plain = one_line(text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", plain)), default=0))
    pad = " " if plain[:1] in ("`", "") or plain[-1:] == "`" else ""
    return f"{fence}{pad}{plain}{pad}{fence}"


def for_html(text: object) -> str:
    """As words in HTML or SVG, also within a quoted attribute."""
    return html.escape(visible(text))


def for_xml(text: object) -> str:
    """As text that XML 1.0 may hold; a library that writes XML escapes the rest itself."""
    plain = visible(text)
    return plain if plain.isprintable() else _XML.sub(lambda found: _escape(found[0]), plain)


def for_json(text: str) -> str:
    """JSON without what UTF-8 cannot write: the bytes of a path that is no text, which JSON may hold as escapes."""
    return re.sub("[\ud800-\udfff]", lambda found: _escape(found[0]), text)


def _unseen(char: str) -> bool:
    if char < "\x7f":
        return char < " " and char != "\n"
    return unicodedata.category(char) in UNSEEN and char not in JOINERS


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _unlisted(start: str) -> str:
    """The start of a line that would be read as a list's or a heading's."""
    return f"{start}\\" if start.isdecimal() else f"\\{start}"


def _readable(fault: UnicodeError) -> tuple[str, int]:
    """Replace what an encoding lacks by letters that it has: a dash by a dash, an accent by none, else an escape."""
    if not isinstance(fault, UnicodeEncodeError):
        raise fault
    found = []
    for char in fault.object[fault.start : fault.end]:
        base = "".join(c for c in unicodedata.normalize("NFKD", char) if c.isascii())
        box = "-" if unicodedata.name(char, "").startswith("BOX DRAWINGS") else ""
        found.append(PLAIN.get(char) or base or box or _escape(char))
    return "".join(found), fault.end


codecs.register_error(READABLE, _readable)
