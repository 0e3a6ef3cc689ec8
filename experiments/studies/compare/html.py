"""A Markdown text as one HTML file that needs no other: pictures inside, readable on paper and on a telephone."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from kingmaker.experiments.terminal.safe_text import for_html

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")  # what Markdown takes as it stands
STYLE = """
body { font: 16px/1.55 Georgia, 'Times New Roman', serif; color: #222;
  max-width: 44rem; margin: 2.5rem auto; padding: 0 1rem; }
h1, h2 { font-family: 'Helvetica Neue', Arial, sans-serif; line-height: 1.25; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2rem;
  border-bottom: 1px solid #ddd; padding-bottom: .2rem; }
li { margin: .25rem 0; } img { width: 100%; } code { font-size: .9em; background: #f4f4f4; padding: 0 .2em; }
table { border-collapse: collapse; font-size: .85em; margin: 1rem 0; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid #ddd; padding: .2em .6em .2em 0; text-align: left; vertical-align: top; }
footer { margin-top: 3rem; color: #777; font-size: .85rem; }
@media print { body { margin: 0; font-size: 11pt; } h2 { break-after: avoid; } li { break-inside: avoid; } }
"""


def write_pages(markdown: str, place: Path, footer: str, drawn: bool) -> None:
    """Write ``place`` with the endings .md and .html; pictures are left out where none were ``drawn``."""
    if not drawn:
        markdown = "\n".join(line for line in markdown.splitlines() if not line.startswith("![")) + "\n"
    place.with_suffix(".md").write_text(markdown, encoding="utf-8")
    place.with_suffix(".html").write_text(to_html(markdown, place.parent, footer), encoding="utf-8")


def to_html(markdown: str, folder: Path, footer: str) -> str:
    """The page; pictures are read from paths relative to ``folder``."""
    from markdown_it import MarkdownIt

    body = str(MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown))
    body = re.sub(r'src="([^"]+\.png)"', lambda found: f'src="{_embedded(folder / found[1])}"', body)
    title = _ESCAPED.sub(r"\1", markdown.partition("\n")[0].lstrip("# "))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{for_html(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head>\n<body>\n{body}<footer>{for_html(footer)}</footer>\n</body></html>\n"
    )


def _embedded(path: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode("ascii")
