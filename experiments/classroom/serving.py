"""Serves the class page until it is told to stop; loopback unless told otherwise."""

from __future__ import annotations

import contextlib
import socket
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path

import uvicorn

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.classroom.app import build, say_goodbye
from kingmaker.experiments.classroom.class_store import ClassStore
from kingmaker.experiments.classroom.engine import Engine
from kingmaker.experiments.classroom.gate import Gate
from kingmaker.experiments.classroom.precomputed import is_current

LOOPBACK = ("127.0.0.1", "localhost", "::1")
WEB_PORT = 80
BACKLOG = 1024  # connections that wait to be taken: a class opens the page in the same second
GOODBYE = 2  # seconds for answers under way when the server is told to stop
MOST_WORKERS = 64


class DashboardError(KingmakerError):
    """The page cannot be served."""


def serve(
    address: str, port: int, browser: bool, tell: Callable[[str], None], workers: int | None = None,
    class_file: Path | None = None,
) -> None:  # fmt: skip
    """Serve until Ctrl-C, or until the process is asked to end (SIGTERM).

    Args:
        address: the interface to listen on; ``127.0.0.1`` for this computer only, ``0.0.0.0`` for the whole network.
        port: 0 takes any free one.
        browser: open it.
        tell: prints a line.
        workers: processes that compute bands; one for each core if none is given.
        class_file: where the class is kept; None keeps it in memory.

    Raises:
        KingmakerError: the address, the port or the class's file cannot be used.
    """
    taken = listening(address, port)
    port = int(taken.getsockname()[1])
    names = names_of(address)
    store = ClassStore(class_file if class_file is not None else ":memory:")
    hosts = [f"{in_url(name)}:{port}" for name in names] + [in_url(name) for name in names if port == WEB_PORT]
    own = f"http://{in_url(names[0])}:{port}/"
    outside = [f"http://{in_url(name)}:{port}/" for name in names if name not in LOOPBACK]
    app = build(store, hosts, outside or [own], Engine(workers))
    config = uvicorn.Config(
        app, http="httptools", loop="asyncio", log_level="error", access_log=False, server_header=False,
        backlog=BACKLOG, lifespan="on", timeout_graceful_shutdown=GOODBYE, timeout_keep_alive=75, ws="none",
        proxy_headers=False,
    )  # fmt: skip
    for line in greeting(own, outside, store.key, is_current()):
        tell(line)
    if browser:
        timer = threading.Timer(0.5, webbrowser.open, (own,))
        timer.daemon = True
        timer.start()
    with contextlib.suppress(KeyboardInterrupt):
        _Server(config, app).run(sockets=[taken])
    with contextlib.suppress(OSError):  # nobody may be listening any more
        tell("The class page is closed. Goodbye.")


class _Server(uvicorn.Server):
    """Tells those who wait that it stops: uvicorn alone would cut them off, each with a traceback."""

    def __init__(self, config: uvicorn.Config, app: Gate) -> None:
        super().__init__(config)
        self._gate = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await say_goodbye(self._gate)
        await super().shutdown(sockets)


def greeting(own: str, outside: list[str], key: str, current: bool) -> list[str]:
    """What is printed at the start: where the page is, for whom."""
    lines = [f"Kingmaker's class page: {own}"]
    if outside:
        lines.append(f"The class types in: {outside[0]}")
    else:
        lines.append("Only this computer can open it; for a class start it with --address 0.0.0.0")
    lines.append(f"The teacher's screen: {own}teacher   key: {key}")
    if not current:
        lines.append(
            "No answers are at hand for this model, so that all is computed; see kingmaker classroom precompute"
        )
    return [*lines, "Stop it with Ctrl-C."]


def names_of(address: str) -> list[str]:
    """The hosts under which the page is reached when it listens on ``address``: pages of others are refused."""
    if address in LOOPBACK:
        return [address, *(name for name in LOOPBACK[:2] if name != address)]
    if address not in ("0.0.0.0", "::"):
        return [address]
    found = [*_own_addresses(), socket.gethostname(), *LOOPBACK[:2]]
    return list(dict.fromkeys(found))


def _own_addresses() -> list[str]:
    """This computer's addresses in its networks; nothing is sent."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(("192.0.2.1", 9))  # a reserved address: only asks which interface would be used
        found.append(str(probe.getsockname()[0]))
    with contextlib.suppress(OSError):
        found += [str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    return [address for address in dict.fromkeys(found) if not address.startswith("127.")]


def listening(address: str, port: int) -> socket.socket:
    """A socket bound to the port, if it can be had.

    Raises:
        DashboardError: it is taken, or the address is not one of this computer.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # named TCP: else asyncio leaves Nagle's algorithm on, and each answer waits for the browser's delayed receipt
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((address, port))
        found.listen(BACKLOG)
    except (OSError, OverflowError) as fault:
        found.close()
        why = getattr(fault, "strerror", None) or str(fault)
        raise DashboardError(
            f"the page cannot be served at {address} port {port}: {why}. Give another --address or --port."
        ) from None
    return found


def in_url(host: str) -> str:
    """A host as it stands in an address."""
    return f"[{host}]" if ":" in host else host
