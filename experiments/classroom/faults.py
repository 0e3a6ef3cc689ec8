"""Faults as the API tells them: a code, a sentence in both languages, and where."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.classroom.class_store import ClassError
from kingmaker.experiments.classroom.engine import CrowdedError, EngineError
from kingmaker.experiments.classroom.question import QuestionError

STATUS = {
    "bad_request": 400, "bad_question": 400, "over_budget": 400, "not_teacher": 403, "locked": 403,
    "lesson_open": 403, "stranger": 403, "not_found": 404, "not_allowed": 405, "name_taken": 409, "already_locked": 409,
    "too_large": 413, "too_long": 414, "not_json": 415, "foreign_host": 421, "too_many": 429, "busy": 503,
    "failed": 503,
}  # fmt: skip
FRENCH = {
    "bad_request": "Cette demande n'est pas utilisable.",
    "bad_question": "Ce lien demande quelque chose qui n'existe pas.",
    "over_budget": "Cette politique coûte plus que le budget : retirez une mesure.",
    "not_teacher": "Réservé à l'enseignant.",
    "locked": "Scellez d'abord votre prévision.",
    "lesson_open": "La classe prévoit : ce levier reste fermé jusqu'à ce que votre prévision soit scellée.",
    "stranger": "Une autre page ne peut pas parler à ce serveur.",
    "not_found": "Cela n'existe pas.",
    "not_allowed": "Cela ne se demande pas ainsi.",
    "name_taken": "Un autre groupe porte déjà ce nom.",
    "already_locked": "Votre groupe a déjà scellé sa prévision.",
    "too_large": "C'est trop long.",
    "too_long": "Cette adresse est trop longue.",
    "not_json": "Envoyez du JSON.",
    "foreign_host": "Ce serveur ne porte pas ce nom : utilisez l'adresse affichée à son démarrage.",
    "too_many": "Trop de demandes : réessayez dans un instant.",
    "busy": "Trop de questions attendent : réessayez dans un instant.",
    "failed": "Cela n'a pas marché.",
}
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
