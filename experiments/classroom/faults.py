"""Faults as the API tells them: a code, a sentence in both languages, and where."""

from __future__ import annotations

import tomllib
from typing import Any

from starlette.responses import JSONResponse

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.classroom.choices import DATA
from kingmaker.experiments.classroom.class_store import ClassError
from kingmaker.experiments.classroom.engine import CrowdedError, EngineError
from kingmaker.experiments.classroom.visitor_question import QuestionError

STATUS = {
    "bad_request": 400, "bad_question": 400, "over_budget": 400, "not_teacher": 403, "locked": 403,
    "lesson_open": 403, "stranger": 403, "not_found": 404, "not_allowed": 405, "name_taken": 409, "already_locked": 409,
    "too_large": 413, "too_long": 414, "not_json": 415, "foreign_host": 421, "too_many": 429, "busy": 503,
    "failed": 503,
}  # fmt: skip
FRENCH: dict[str, str] = tomllib.loads((DATA / "faults.fr.toml").read_text(encoding="utf-8"))
AGAIN = {"too_many": "10", "busy": "10", "failed": "10"}  # seconds


class RefusedError(KingmakerError):
    """An answer that is not given."""

    def __init__(self, code: str, message: str, where: str | None = None, **more: Any) -> None:
        """``code`` is one of :data:`STATUS`; ``more`` goes into the body beside the error."""
        super().__init__(message)
        self.code, self.where, self.more = code, where, more


def refusal_of(fault: BaseException) -> RefusedError:
    """What a client is told of a fault; of what is not foreseen only that it is there."""
    if isinstance(fault, RefusedError):
        return fault
    if isinstance(fault, QuestionError):
        return RefusedError(
            "over_budget" if fault.where == "budget" else "bad_question", str(fault), fault.where or None
        )
    if isinstance(fault, ClassError):
        return RefusedError(fault.code if fault.code in STATUS else "failed", str(fault))
    if isinstance(fault, CrowdedError):
        return RefusedError("busy", str(fault))
    if isinstance(fault, EngineError):
        return RefusedError("failed", str(fault))
    if isinstance(fault, KingmakerError):
        return RefusedError("bad_request", str(fault))
    return RefusedError("failed", "Something went wrong; the server goes on.")


def response_of(fault: BaseException) -> JSONResponse:
    """The response that tells of a fault."""
    refusal = refusal_of(fault)
    message = {"en": str(refusal), "fr": FRENCH[refusal.code]}
    headers = {"Cache-Control": "no-store"}
    if refusal.code in AGAIN:
        headers["Retry-After"] = AGAIN[refusal.code]
    body = {"error": {"code": refusal.code, "message": message, "where": refusal.where}, **refusal.more}
    return JSONResponse(body, STATUS[refusal.code], headers)
