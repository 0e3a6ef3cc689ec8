"""What the API is, for programs (``/api/openapi.json``) and for people (``/api``)."""

from __future__ import annotations

import functools
import tomllib
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kingmaker.experiments.classroom.choices import DATA
from kingmaker.experiments.classroom.encoded import Encoded, encode, send
from kingmaker.experiments.classroom.faults import STATUS
from kingmaker.experiments.results.manifest import kingmaker_version

QUESTION = [
    {"name": "scenario", "in": "query", "schema": {"type": "string"}, "description": "a preset; baseline if left out"},
    {"name": "luck", "in": "query", "schema": {"type": "integer", "minimum": 0, "maximum": 999_999},
     "description": "the seed of the run; a band does not depend on it"},
    {"name": "levers", "in": "query", "style": "form", "explode": True,
     "schema": {"type": "object", "additionalProperties": {"type": "string"}},
     "description": "any lever of the catalogue: a value, or values with months, such as 0.5,1@2024-03"},
]  # fmt: skip
OTHERS = {
    "lang": {"type": "string", "enum": ["en", "fr"]}, "quick": {"type": "string", "enum": ["1"]},
    "a": {"type": "string", "description": "a question, percent-encoded"},
    "b": {"type": "string", "description": "a question, percent-encoded"},
    "from": {"type": "string", "description": "first month, such as 2026-01"},
    "to": {"type": "string", "description": "last month"}, "firm": {"type": "string"}, "mandate": {"type": "string"},
    "v": {"type": "string", "description": "the version of the catalogue: the answer may then be kept for ever"},
}  # fmt: skip


@functools.cache
def paths() -> list[dict[str, Any]]:
    """The table of paths, from ``data/api.toml``."""
    found: list[dict[str, Any]] = tomllib.loads((DATA / "api.toml").read_text(encoding="utf-8"))["path"]
    return found


@functools.cache
def specification() -> dict[str, Any]:
    """The description in OpenAPI 3.1."""
    found: dict[str, dict[str, Any]] = {}
    for row in paths():
        found.setdefault(row["path"], {})[row.get("method", "get")] = _operation(row)
    told = "a sentence in both languages; codes: " + ", ".join(STATUS)
    refused = {"description": told, "content": {"application/json": {}}}
    return {
        "openapi": "3.1.0", "info": {"title": "Kingmaker's class page", "version": kingmaker_version()},
        "paths": found, "components": {"responses": {"Refused": refused}},
    }  # fmt: skip


def _operation(row: dict[str, Any]) -> dict[str, Any]:
    parameters = [*(QUESTION if row.get("question") else [])]
    parameters += [{"name": name, "in": "query", "schema": OTHERS[name]} for name in row.get("also", [])]
    for name in row.get("inside", []):
        parameters.append({"name": name, "in": "path", "required": True, "schema": {"type": "string"}})
    given = {"description": row["answer"], "content": {row.get("media", "application/json"): {}}}
    found: dict[str, Any] = {
        "summary": row["summary"], "parameters": parameters,
        "responses": {str(row.get("status", 200)): given, "default": {"$ref": "#/components/responses/Refused"}},
    }  # fmt: skip
    if "body" in row:
        content = {"application/json": {"schema": {"type": "object"}, "example": row["body"]}}
        found["requestBody"] = {"required": True, "content": content}
    return found


async def get_specification(request: Request) -> Response:
    """For programs."""
    return send(request, encode(specification()))


@functools.cache
def _page() -> Encoded:
    rows = "".join(
        f"<tr><td><code>{row.get('method', 'get').upper()} {escape(row['path'])}"
        f"{'?&lt;question&gt;' if row.get('question') else ''}</code></td><td>{escape(row['summary'])}</td>"
        f"<td>{escape(row['answer'])}</td></tr>"
        for row in paths()
    )
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Kingmaker: API</title>'
        '<meta name="viewport" content="width=device-width"></head><body><main><h1>Kingmaker: the API of the class page'
        '</h1><p>Everything that the page shows can be asked as JSON: <a href="/api/openapi.json">OpenAPI</a>. A '
        "question is a query string: <code>scenario</code>, <code>luck</code>, and any lever with its values, such as "
        "<code>policy.egress_fee=0.5,1@2024-03</code>. With <code>v=</code> and the version of the catalogue an answer "
        "may be kept for ever.</p><table><tr><th>Path</th><th>What</th><th>Answer</th></tr>"
        f"{rows}</table></main></body></html>"
    )
    return Encoded(text.encode(), "text/html; charset=utf-8")


async def get_page(request: Request) -> Response:
    """For people."""
    return send(request, _page())


ROUTES = [Route("/api", get_page), Route("/api/openapi.json", get_specification)]
