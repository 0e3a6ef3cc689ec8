"""The paths under which answers are asked: curve, band, comparison, network, money, game, downloads."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from kingmaker.agents.calendar import month_number
from kingmaker.experiments.classroom import catalogue, downloads, network_answer, regulator_game
from kingmaker.experiments.classroom.answers import Desk
from kingmaker.experiments.classroom.choices import measures
from kingmaker.experiments.classroom.encoded import KEEP_NOT, Encoded, caching_of, encode, send
from kingmaker.experiments.classroom.faults import RefusedError
from kingmaker.experiments.classroom.stacks_of_questions import MEMBERS
from kingmaker.experiments.classroom.story_record import Record
from kingmaker.experiments.classroom.visiting import (
    class_of,
    demand_open,
    demand_teacher,
    desk_of,
    language_of,
    question_of,
    visitor_of,
    while_there,
)
from kingmaker.experiments.classroom.visitor_question import MONTHS, OF_THE_PAGE, Question, read
from kingmaker.experiments.classroom.wording import Words, words_in

BEAT = 15.0  # seconds after which an idle stream says that it lives
TICK = 0.5  # seconds between looks at the queue
IDLE = 5.0  # seconds after which a stream ends that nobody has asked anything for
LAST_MONTHS = 36  # that a comparison averages over if nothing is asked
STREAM_HEADERS = {"Cache-Control": KEEP_NOT, "X-Accel-Buffering": "no"}
Told = Callable[[Record, Words], Any]


def _answer(request: Request, body: Encoded) -> Response:
    return send(request, body, caching_of(request, desk_of(request).version))


async def get_catalogue(request: Request) -> Response:
    """Levers, measures, presets, lessons, game."""
    return _answer(request, catalogue_body(desk_of(request), language_of(request)))


def catalogue_body(desk: Desk, language: str) -> Encoded:
    """The catalogue in one language."""
    return desk.bodies.once(("catalogue", language), lambda: catalogue.catalogue(desk.found, language))


async def get_curve(request: Request) -> Response:
    """One run."""
    return _answer(
        request, await while_there(request, desk_of(request).curve(question_of(request), visitor_of(request)))
    )


async def get_band(request: Request) -> Response:
    """The band and what has changed."""
    quick = request.query_params.get("quick") == "1"
    answer = desk_of(request).band(question_of(request), visitor_of(request), quick)
    found = await while_there(request, answer)
    if not found.lasting:
        return send(request, found, KEEP_NOT)  # the whole one comes under the same address
    return _answer(request, found)


async def get_compare(request: Request) -> Response:
    """B less A."""
    asked = request.query_params
    strange = [key for key in asked if key not in OF_THE_PAGE]
    if strange:
        raise RefusedError(
            "bad_request", f"There is no entry '{strange[0][:40]}' here: give a, b, from, to.", strange[0][:40]
        )
    a, b = read(asked.get("a", "")), read(asked.get("b", ""))
    for question in (a, b):
        demand_open(request, question)
    first = month_number(asked["from"][:20]) if "from" in asked else MONTHS - LAST_MONTHS
    last = month_number(asked["to"][:20]) if "to" in asked else MONTHS - 1
    if not 0 <= first <= last < MONTHS:
        raise RefusedError("bad_request", "from, to: give months of the run, the first one first.", "from")
    answer = desk_of(request).compare(a, b, (first, last + 1), visitor_of(request))
    return _answer(request, await while_there(request, answer))


async def get_network(request: Request) -> Response:
    """Firms, ties and chronicle."""
    return await _of_record(request, "network", network_answer.network)


async def get_events(request: Request) -> Response:
    """The chronicle."""
    return await _of_record(request, "events", lambda record, words: {"events": network_answer.events(record, words)})


async def get_money(request: Request) -> Response:
    """Who pays whom."""
    return await _of_record(request, "money", network_answer.money)


async def get_firm(request: Request) -> Response:
    """The story of one firm."""
    name = request.query_params.get("firm", "")[:120]

    def told(record: Record, words: Words) -> Any:
        found = network_answer.firm(record, name, words)
        if found is None:
            raise RefusedError("not_found", f"There is no firm called '{name}' in this run.", "firm")
        return found

    return await _of_record(request, f"firm {name.casefold()}", told)


async def _of_record(request: Request, kind: str, told: Told) -> Response:
    desk, question, language = desk_of(request), question_of(request), language_of(request)
    answer = desk.told_of(
        (kind, question.key, language), question, lambda record: told(record, words_in(language)), visitor_of(request)
    )
    return _answer(request, await while_there(request, answer))


async def get_story(request: Request) -> Response:
    """The story that opens the page."""
    desk, language = desk_of(request), language_of(request)
    return _answer(request, await while_there(request, story_body(desk, language, visitor_of(request))))


async def story_body(desk: Desk, language: str, visitor: str) -> Encoded:
    """The story in one language."""
    kept = desk.bodies.get(("story", language))
    if kept is None:
        curve = json.loads((await desk.curve(Question(), visitor)).raw)["measures"]
        kept = desk.bodies.once(("story", language), lambda: catalogue.story(curve, language))
    return kept


async def get_measure(request: Request) -> Response:
    """A measure's definition and facts."""
    name, language = request.path_params["name"], language_of(request)
    if name not in measures():
        raise RefusedError("not_found", f"There is no measure '{name[:60]}' on the page.", "measure")
    bodies = desk_of(request).bodies
    return _answer(request, bodies.once(("measure", name, language), lambda: catalogue.measure_page(name, language)))


async def get_progress(request: Request) -> Response:
    """How far the answers are, as it changes."""
    desk, question = desk_of(request), question_of(request)

    async def told() -> AsyncIterator[str]:
        before, quiet = None, 0.0
        while not request.app.state.listeners.closing:
            now = desk.progress(question)
            if now != before:
                before, quiet = now, 0.0
                yield event("place", now)
            waited = any(now[name]["state"] in ("waiting", "running") for name in now)
            if all(now[name]["state"] == "ready" for name in ("curve", "band")) or (not waited and quiet >= IDLE):
                yield event("done", {})
                return
            await asyncio.sleep(TICK)
            quiet += TICK
            if quiet >= BEAT:
                quiet = 0.0
                yield ": still here\n\n"

    return StreamingResponse(told(), media_type="text/event-stream", headers=STREAM_HEADERS)


def event(name: str, data: Any) -> str:
    """One message of a stream."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


async def get_score(request: Request) -> Response:
    """The regulator's score."""
    mandate = request.query_params.get("mandate", "even")
    answer = desk_of(request).score(question_of(request), mandate, visitor_of(request))
    return _answer(request, await while_there(request, answer))


async def get_cost(request: Request) -> Response:
    """What a policy costs."""
    question = question_of(request)
    return send(request, encode({"question": question.text} | regulator_game.cost(question)), KEEP_NOT)


async def get_download(request: Request) -> Response:
    """A file."""
    name = request.path_params["name"]
    if name == "predictions.csv":
        demand_teacher(request)
        return downloads.file(name, class_of(request).to_csv(), KEEP_NOT)
    if name not in downloads.NAMES:
        raise RefusedError("not_found", f"There is no download '{name[:60]}'. Known are {', '.join(downloads.NAMES)}.")
    question, desk = question_of(request), desk_of(request)
    made = await while_there(request, downloads.make(name, question, desk, visitor_of(request)))
    return downloads.file(name, made, caching_of(request, desk.version))


async def get_health(request: Request) -> Response:
    """Whether the server lives."""
    desk = desk_of(request)
    body = {"ok": True, "version": desk.version, "waiting": desk.engine.waiting, "members": MEMBERS,
            "at_hand": len(desk.found.answers)}  # fmt: skip
    return send(request, encode(body), KEEP_NOT)


ROUTES = [
    Route("/api/catalogue", get_catalogue), Route("/api/curve", get_curve), Route("/api/band", get_band),
    Route("/api/compare", get_compare), Route("/api/network", get_network), Route("/api/events", get_events),
    Route("/api/money", get_money), Route("/api/firm", get_firm), Route("/api/story", get_story),
    Route("/api/measures/{name}", get_measure), Route("/api/progress", get_progress),
    Route("/api/regulator/score", get_score), Route("/api/regulator/cost", get_cost),
    Route("/api/download/{name}", get_download), Route("/api/health", get_health),
]  # fmt: skip
