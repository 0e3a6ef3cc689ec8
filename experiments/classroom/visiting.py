"""Who asks: visitors by cookie, teachers by theirs; and answers that end when the visitor has gone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

from kingmaker.experiments.classroom.answers import Desk
from kingmaker.experiments.classroom.choices import LANGUAGES
from kingmaker.experiments.classroom.class_store import ClassStore
from kingmaker.experiments.classroom.faults import RefusedError
from kingmaker.experiments.classroom.gate import TEACHER, VISITOR, is_visitor
from kingmaker.experiments.classroom.lesson import Lesson, lessons
from kingmaker.experiments.classroom.visitor_question import Question, read_pairs

T = TypeVar("T")
LARGEST_BODY = 16_384  # bytes
LOOK = 0.5  # seconds between looks whether the visitor is still there
PATIENCE = 150.0  # seconds that an answer is waited for while no worker gets on


def desk_of(request: Request) -> Desk:
    """The server's desk."""
    found: Desk = request.app.state.desk
    return found


def class_of(request: Request) -> ClassStore:
    """The server's class."""
    found: ClassStore = request.app.state.store
    return found


def visitor_of(request: Request) -> str:
    """Who asks, for the queue and the class: a browser by its cookie, anything else by its address."""
    name = request.cookies.get(VISITOR, "")
    return name if is_visitor(name) else f"address {request.client.host if request.client else ''}"


def is_teacher(request: Request) -> bool:
    """Whether the teacher asks."""
    return class_of(request).is_teacher(request.cookies.get(TEACHER, ""))


def demand_teacher(request: Request) -> None:
    """Raise :class:`RefusedError` for all others."""
    if not is_teacher(request):
        raise RefusedError("not_teacher", "This is for the teacher: give the key that the server printed at its start.")


def language_of(request: Request) -> str:
    """The language asked for."""
    language = request.query_params.get("lang", LANGUAGES[0])
    if language not in LANGUAGES:
        raise RefusedError("bad_request", f"lang: allowed are {', '.join(LANGUAGES)}.", "lang")
    return language


def lesson_of(name: object) -> Lesson:
    """The lesson of this id."""
    if not isinstance(name, str) or name not in lessons():
        raise RefusedError("not_found", f"There is no such lesson; there are {', '.join(lessons())}.", "lesson")
    return lessons()[name]


def question_of(request: Request) -> Question:
    """The question of a request, if this visitor may ask it now."""
    found = read_pairs(request.query_params.multi_items())
    demand_open(request, found)
    return found


def demand_open(request: Request, question: Question) -> None:
    """While the class predicts, the levers of its lesson rest for those who have not locked their prediction.

    Raises:
        RefusedError: the question would show the outcome.
    """
    store = class_of(request)
    name = store.open_lesson
    if name is None or name in store.revealed or is_teacher(request):
        return
    lesson = lessons()[name]
    moved = {key for key, _ in question.moves}
    if (
        question.scenario == lesson.a.scenario
        and moved & lesson.levers
        and name not in store.locked(visitor_of(request))
    ):
        raise RefusedError(
            "lesson_open", "The class predicts: this lever rests until your prediction is locked.", min(moved),
            lesson=name,
        )  # fmt: skip


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object that a request sends."""
    raw = b""
    try:
        async for part in request.stream():
            raw += part
            if len(raw) > LARGEST_BODY:
                raise RefusedError("too_large", f"Send at most {LARGEST_BODY} bytes.")
    except ClientDisconnect:
        raise RefusedError("bad_request", "The body was broken off.") from None
    try:
        found = json.loads(raw or b"{}")
    except (ValueError, RecursionError):
        raise RefusedError("bad_request", "The body is no JSON.") from None
    if not isinstance(found, dict):
        raise RefusedError("bad_request", "The body must be a JSON object.")
    return found


def text_of(body: dict[str, Any], name: str, most: int, usual: str | None = None) -> str:
    """A text of a body."""
    found = body.get(name, usual)
    if not isinstance(found, str):
        raise RefusedError("bad_request", f"{name}: give a text.", name)
    try:
        found.encode()
    except UnicodeEncodeError:
        raise RefusedError("bad_request", f"{name}: is no text.", name) from None
    return found[:most]


async def while_there(request: Request, answer: Coroutine[Any, Any, T]) -> T:
    """The answer, given up when the visitor has gone, so that nothing is computed for nobody.

    However long the queue is, a place in it is kept as long as workers get on, however slowly: who was sent away would
    begin at its end.

    Raises:
        RefusedError: the workers stand still for too long, or nobody waits for it any more.
    """
    task = asyncio.create_task(answer)
    loop, engine = asyncio.get_running_loop(), desk_of(request).engine
    end, pulse = loop.time() + PATIENCE, engine.pulse
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=LOOK)
            if engine.pulse != pulse:
                end, pulse = loop.time() + PATIENCE, engine.pulse
            if not task.done() and (loop.time() > end or await request.is_disconnected()):
                raise RefusedError("busy", "This takes longer than anybody should wait; ask again in a moment.")
            if not task.done() and request.app.state.listeners.closing:
                raise RefusedError("busy", "The server is being stopped.")
    finally:
        if not task.done():
            task.cancel()
    return task.result()
