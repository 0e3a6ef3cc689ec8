"""The application: pages, answers, the class, and the description of it all, behind the gate."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.classroom import answer_routes, class_routes, openapi, page_files
from kingmaker.experiments.classroom.answers import Desk
from kingmaker.experiments.classroom.class_store import ClassStore
from kingmaker.experiments.classroom.engine import Engine
from kingmaker.experiments.classroom.faults import RefusedError, response_of
from kingmaker.experiments.classroom.gate import Gate
from kingmaker.experiments.classroom.precomputed import Precomputed, load
from kingmaker.experiments.classroom.preparing import prepare


def build(
    store: ClassStore, hosts: Sequence[str], addresses: Sequence[str], engine: Engine | None = None,
    found: Precomputed | None = None, warm: bool = True,
) -> Gate:  # fmt: skip
    """The application.

    Args:
        store: the class.
        hosts: names under which it is reached, with the port.
        addresses: what the class may type in, the best first.
        engine: computes what is not at hand; a new one if none is given.
        found: what is at hand; the file that ships if none is given.
        warm: whether workers start, and bodies at hand are compressed, before anybody asks.
    """
    desk = Desk(engine or Engine(), load() if found is None else found)

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        app.state.listeners = class_routes.Listeners(store)
        preparing = None
        if warm:
            app.state.warming = desk.engine.start()
            preparing = asyncio.create_task(prepare(desk, app.state.files))
        try:
            yield
        finally:
            if preparing is not None:
                preparing.cancel()
            desk.close()
            store.close()

    routes = [*page_files.ROUTES, *answer_routes.ROUTES, *class_routes.ROUTES, *openapi.ROUTES]
    app = Starlette(routes=routes, lifespan=life)
    # without Starlette's own page for what is not foreseen, a bare 500: the gate tells of that, too
    app.middleware_stack = ExceptionMiddleware(app.router, {KingmakerError: _told, HTTPException: _not_there})
    app.state.desk, app.state.store, app.state.addresses = desk, store, list(addresses)
    app.state.files = page_files.Files()
    return Gate(app, hosts)


async def say_goodbye(gate: Gate) -> None:
    """Let go of all who wait or listen: the server stops."""
    if isinstance(gate.app, Starlette):
        await gate.app.state.listeners.end()


async def _told(_request: Request, fault: Exception) -> Response:
    return response_of(fault)


async def _not_there(_request: Request, fault: Exception) -> Response:
    status = getattr(fault, "status_code", 404)
    if status == 405:
        return response_of(RefusedError("not_allowed", "This cannot be asked in this way."))
    return response_of(RefusedError("not_found", "There is no such page."))
