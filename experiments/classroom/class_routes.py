"""The paths of the class: groups, predictions, outcome, the teacher's screen, scores."""

from __future__ import annotations

import asyncio
import io
import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import segno
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from kingmaker.experiments.classroom import catalogue, what_changed
from kingmaker.experiments.classroom.answer_routes import BEAT, STREAM_HEADERS, event
from kingmaker.experiments.classroom.answers import ENDS
from kingmaker.experiments.classroom.class_store import LONGEST_NAME, LONGEST_REASON, ClassStore
from kingmaker.experiments.classroom.encoded import KEEP_NOT, Encoded, encode, send
from kingmaker.experiments.classroom.faults import RefusedError
from kingmaker.experiments.classroom.gate import TEACHER, VISITOR, give_cookie, is_visitor, new_visitor
from kingmaker.experiments.classroom.lesson import ANSWERS, Lesson, lessons
from kingmaker.experiments.classroom.stacks_of_questions import MEMBERS
from kingmaker.experiments.classroom.visiting import (
    body_of,
    class_of,
    demand_open,
    demand_teacher,
    desk_of,
    is_teacher,
    language_of,
    lesson_of,
    text_of,
    visitor_of,
    while_there,
)
from kingmaker.experiments.classroom.visitor_question import read

MOST_TRIES = 10  # wrong keys of one address in a minute
MINUTE = 60.0
MOST_STREAMS = 600


class Listeners:
    """Those who hear when the class changes, and wrong keys of the last minute."""

    def __init__(self, store: ClassStore) -> None:
        """Nobody yet."""
        self.changed = asyncio.Condition()
        self.count, self.streams = 0, 0
        self.closing = False  # the server stops
        self.tries: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        store.changed = self._store_changed

    def _store_changed(self) -> None:
        self.count += 1
        task = asyncio.get_running_loop().create_task(self._tell())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def end(self) -> None:
        """Nothing more will be told."""
        self.closing = True
        await self._tell()

    async def next(self, seen: int) -> bool:
        """Wait until something has changed since ``seen``; false if nothing has for a while."""
        try:
            async with asyncio.timeout(BEAT), self.changed:
                await self.changed.wait_for(lambda: self.closing or self.count != seen)
        except TimeoutError:
            return False
        return True


def _private(request: Request, body: Any, status: int = 200) -> Response:
    return send(request, encode(body), KEEP_NOT, status)


def _known(request: Request) -> tuple[str, bool]:
    """The visitor's cookie, and whether it is new."""
    name = request.cookies.get(VISITOR, "")
    return (name, False) if is_visitor(name) else (new_visitor(), True)


def _with_cookie(response: Response, visitor: str, new: bool) -> Response:
    if new:
        give_cookie(response, VISITOR, visitor)
    return response


async def get_me(request: Request) -> Response:
    """What this visitor is to the class."""
    store, (visitor, new) = class_of(request), _known(request)
    group = store.group(visitor)
    body = {
        "teacher": is_teacher(request), "group": {"name": group} if group else None, "locked": store.locked(visitor),
        "open": store.open_lesson, "revealed": store.revealed, "addresses": request.app.state.addresses,
    }  # fmt: skip
    return _with_cookie(_private(request, body), visitor, new)


async def post_group(request: Request) -> Response:
    """Take a name."""
    store, (visitor, new) = class_of(request), _known(request)
    name = text_of(await body_of(request), "name", LONGEST_NAME)
    store.name_group(visitor, name)
    return _with_cookie(_private(request, {"group": {"name": store.group(visitor)}}, 201), visitor, new)


async def post_prediction(request: Request) -> Response:
    """Lock a prediction."""
    store, (visitor, new) = class_of(request), _known(request)
    body = await body_of(request)
    lesson, answers = lesson_of(body.get("lesson")), body.get("answers")
    if not isinstance(answers, dict) or not all(isinstance(said, str) for said in answers.values()):
        raise RefusedError("bad_request", "answers: give one for each measure.", "answers")
    if lesson.id in store.locked(visitor):
        raise RefusedError(
            "already_locked", "Your group has locked its prediction already.", locked=store.locked(visitor)
        )
    if name := text_of(body, "name", LONGEST_NAME, "").strip():
        store.name_group(visitor, name)
    store.lock(visitor, lesson, answers, text_of(body, "reason", LONGEST_REASON, ""))
    return _with_cookie(_private(request, {"locked": store.locked(visitor)}, 201), visitor, new)


def _may_see(request: Request, lesson: Lesson) -> bool:
    store = class_of(request)
    return lesson.id in store.revealed or lesson.id in store.locked(visitor_of(request)) or is_teacher(request)


async def get_lesson(request: Request) -> Response:
    """A lesson's page for students."""
    lesson, language, store = lesson_of(request.path_params["id"]), language_of(request), class_of(request)
    body = catalogue.lesson_head(lesson, language) | {
        "html": lesson.page("student", language), "locked": lesson.id in store.locked(visitor_of(request)),
        "open": store.open_lesson == lesson.id, "may_see": _may_see(request, lesson),
    }  # fmt: skip
    return _private(request, body)


async def get_guide(request: Request) -> Response:
    """A lesson's page for teachers."""
    demand_teacher(request)
    lesson, language = lesson_of(request.path_params["id"]), language_of(request)
    return _private(request, {"id": lesson.id, "html": lesson.page("teacher", language), "expects": lesson.expects})


async def get_outcome(request: Request) -> Response:
    """What the model says, once the prediction is locked."""
    lesson = lesson_of(request.path_params["id"])
    if not _may_see(request, lesson):
        raise RefusedError("locked", "Lock your prediction first.", lesson=lesson.id)
    found = await while_there(request, desk_of(request).outcome(lesson, visitor_of(request)))
    store = class_of(request)
    said = store.locked(visitor_of(request)).get(lesson.id, {})
    tally = store.tally(lesson) if lesson.id in store.revealed or is_teacher(request) else {}
    rows = []
    for numbers in found["rows"]:
        d = what_changed.told(numbers)
        name = d.measure.name
        rows.append(what_changed.row(d, ("a", "b")) | {
            "said": said.get(name), "right": said[name] == d.verdict if name in said else None,
            "class": _counted(tally[name]) if name in tally else None,
        })  # fmt: skip
    monthly = {
        name: {key: dict(zip(ENDS, series, strict=True)) for key, series in parts.items()}
        for name, parts in found["monthly"].items()
    }
    return _private(request, {
        "id": lesson.id, "n": MEMBERS, "share": what_changed.SHARE, "rows": rows, "of": len(rows),
        "right": sum(row["right"] is True for row in rows) if said else None,
        "questions": {"a": lesson.a.text, "b": lesson.b.text}, "monthly": monthly,
    })  # fmt: skip


def _counted(counts: Counter[str]) -> dict[str, int]:
    return {answer: counts.get(answer, 0) for answer in ANSWERS}


async def board_of(request: Request, lesson: Lesson) -> dict[str, Any]:
    """What the class has said; the truth only once it is revealed, names and reasons for the teacher alone."""
    store, teacher = class_of(request), is_teacher(request)
    revealed = lesson.id in store.revealed
    truth: dict[str, str] = {}
    if revealed:
        found = await desk_of(request).outcome(lesson, visitor_of(request))
        truth = {d.measure.name: d.verdict for d in map(what_changed.told, found["rows"])}
    tally, votes = store.tally(lesson), store.votes(lesson.id)
    rows: list[dict[str, Any]] = [
        {"measure": name, **_counted(tally[name]), "verdict": truth.get(name),
         "right": tally[name].get(truth[name], 0) if truth else None}
        for name in lesson.measures
    ]  # fmt: skip
    asked = len(votes) * len(lesson.measures)
    return {
        "lesson": lesson.id, "groups": store.counts()[0], "locked": len(votes), "measures": rows, "revealed": revealed,
        "hit_rate": round(sum(row["right"] or 0 for row in rows) / asked, 3) if truth and asked else None,
        "rows": [
            {"group": vote.group or None, "answers": vote.answers, "reason": vote.reason,
             "right": sum(said == truth[name] for name, said in vote.answers.items()) if truth else None}
            for vote in votes
        ] if teacher else [],
    }  # fmt: skip


async def get_board(request: Request) -> Response:
    """The teacher's screen; for all once the outcome is revealed."""
    lesson = lesson_of(request.path_params["id"])
    if lesson.id not in class_of(request).revealed:
        demand_teacher(request)
    return _private(request, await board_of(request, lesson))


async def get_stream(request: Request) -> Response:
    """The class as it changes."""
    listeners: Listeners = request.app.state.listeners
    store = class_of(request)
    if listeners.streams >= MOST_STREAMS:
        raise RefusedError("busy", "Too many pages listen already.")

    async def told() -> AsyncIterator[str]:
        listeners.streams += 1
        try:
            while not listeners.closing:
                seen, name = listeners.count, store.open_lesson
                groups, locked = store.counts()
                yield event("class", {"open": name, "revealed": store.revealed, "groups": groups, "locked": locked})
                if name and is_teacher(request):
                    yield event("board", await board_of(request, lessons()[name]))
                while not await listeners.next(seen):
                    yield ": still here\n\n"
        finally:
            listeners.streams -= 1

    return StreamingResponse(told(), media_type="text/event-stream", headers=STREAM_HEADERS)


async def post_teacher(request: Request) -> Response:
    """Show the key, and be the teacher in this browser."""
    listeners: Listeners = request.app.state.listeners
    host = request.client.host if request.client else ""
    if listeners.tries[host] >= MOST_TRIES:
        raise RefusedError("too_many", "Too many wrong keys: wait a minute.")
    store = class_of(request)
    if not store.is_key(text_of(await body_of(request), "key", 80)):
        listeners.tries[host] += 1
        asyncio.get_running_loop().call_later(MINUTE, listeners.tries.subtract, [host])
        raise RefusedError("not_teacher", "That is not the key that the server printed at its start.")
    response = _private(request, {"teacher": True})
    give_cookie(response, TEACHER, store.token)
    return response


async def post_leave(request: Request) -> Response:
    """Be the teacher no more in this browser."""
    response = _private(request, {"teacher": False})
    response.delete_cookie(TEACHER, path="/", httponly=True, samesite="strict")
    return response


async def post_open(request: Request) -> Response:
    """Let the class work on a lesson."""
    demand_teacher(request)
    body = await body_of(request)
    name = body.get("lesson")
    class_of(request).open(None if name is None else lesson_of(name).id)
    return _private(request, {"open": class_of(request).open_lesson})


async def post_reveal(request: Request) -> Response:
    """Show a lesson's outcome to all, or close it."""
    demand_teacher(request)
    body = await body_of(request)
    revealed = body.get("revealed", True)
    if not isinstance(revealed, bool):
        raise RefusedError("bad_request", "revealed: give true or false.", "revealed")
    class_of(request).reveal(lesson_of(body.get("lesson")).id, revealed)
    return _private(request, {"revealed": class_of(request).revealed})


async def post_clear(request: Request) -> Response:
    """Take votes from the sheet."""
    demand_teacher(request)
    name = (await body_of(request)).get("lesson")
    undo, removed = class_of(request).clear(None if name is None else lesson_of(name).id)
    return _private(request, {"undo": undo, "removed": removed})


async def post_undo(request: Request) -> Response:
    """Bring them back."""
    demand_teacher(request)
    return _private(request, {"restored": class_of(request).undo(text_of(await body_of(request), "undo", 40))})


async def get_qr(request: Request) -> Response:
    """The class's address as a QR code."""
    buffer = io.BytesIO()
    segno.make(request.app.state.addresses[0], error="m").save(
        buffer, kind="svg", scale=8, border=2, dark="#000", light="#fff", xmldecl=False, svgclass=None, lineclass=None
    )
    return send(request, Encoded(buffer.getvalue(), "image/svg+xml"))


async def post_score(request: Request) -> Response:
    """Put a policy on the scoreboard; the server scores it itself."""
    store, (visitor, new) = class_of(request), _known(request)
    body = await body_of(request)
    question, mandate = read(text_of(body, "question", 4_000)).lucky, text_of(body, "mandate", 40, "even")
    demand_open(request, question)
    if name := text_of(body, "name", LONGEST_NAME, "").strip():
        store.name_group(visitor, name)
    found = json.loads((await while_there(request, desk_of(request).score(question, mandate, visitor))).raw)
    kept = {key: found[key] for key in ("low", "high", "spent")}
    rank = store.add_score(visitor, mandate, question.text, found["score"], kept)
    return _with_cookie(_private(request, {"rank": rank, "score": found["score"]}, 201), visitor, new)


async def get_scores(request: Request) -> Response:
    """The scoreboard."""
    mandate = request.query_params.get("mandate", "even")[:40]
    return _private(request, {"mandate": mandate, "rows": class_of(request).scores(mandate)})


def _post(path: str, endpoint: Any) -> Route:
    return Route(path, endpoint, methods=["POST"])


ROUTES = [
    Route("/api/lessons/{id}", get_lesson), Route("/api/lessons/{id}/outcome", get_outcome),
    Route("/api/lessons/{id}/guide", get_guide), Route("/api/class/me", get_me), Route("/api/class/stream", get_stream),
    Route("/api/class/board/{id}", get_board), Route("/api/class/qr.svg", get_qr),
    Route("/api/class/scores", get_scores), _post("/api/class/scores", post_score),
    _post("/api/class/group", post_group), _post("/api/class/predictions", post_prediction),
    _post("/api/class/teacher", post_teacher), _post("/api/class/teacher/leave", post_leave),
    _post("/api/class/open", post_open), _post("/api/class/reveal", post_reveal),
    _post("/api/class/clear", post_clear), _post("/api/class/undo", post_undo),
]  # fmt: skip
