"""The server: one page, downloads, one engine, one class sheet; loopback unless told otherwise."""

from __future__ import annotations

import contextlib
import logging
import secrets
import signal
import socket
import webbrowser
from collections import Counter
from collections.abc import Callable
from typing import Any

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.page.class_sheet import ClassSheet
from kingmaker.experiments.page.engine import Engine

MOST_SESSIONS = 150
MOST_OF_ONE = 60  # sessions of one computer: nobody can fill the room alone, and a class behind one address fits
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class DashboardError(KingmakerError):
    """The page cannot be served."""


class Room:
    """All that sessions share."""

    def __init__(self, engine: Engine, class_sheet: ClassSheet, address: str) -> None:
        """Nobody is here yet."""
        self.engine, self.class_sheet, self.address = engine, class_sheet, address
        self.visitors: Counter[str] = Counter()  # sessions by the address of the computer that opened them

    def page(self) -> Any:
        """Build the page of a new session."""
        import panel as pn

        from kingmaker.experiments.page.visitor import Page
        from kingmaker.experiments.page.wording import words_in

        computer = _computer_of_visitor()
        refusal = self.refusal(computer)
        if refusal is not None:
            language = "fr" if b"fr" in pn.state.session_args.get("lang", []) else "en"
            text = words_in(language)(refusal, most=MOST_OF_ONE)
            return pn.pane.HTML(f"<h2>Kingmaker</h2><p role='alert'>{text}</p>", styles={"font-size": "1.3rem"})
        self.visitors[computer] += 1
        query = {key: [v.decode("utf-8", "replace") for v in values] for key, values in pn.state.session_args.items()}
        page = Page(self.engine, self.class_sheet, query, secrets.token_hex(8), self._address_of_visitor())

        def gone(_context: Any) -> None:
            self.visitors[computer] -= 1
            page.end()

        pn.state.on_session_destroyed(gone)
        pn.state.onload(page.begin)
        return page.template()

    def refusal(self, computer: str) -> str | None:
        """Why a session of this computer cannot be opened, as a key of the page's words; None if it can."""
        if self.visitors.total() >= MOST_SESSIONS:
            return "room_full"
        return "too_many_tabs" if self.visitors[computer] >= MOST_OF_ONE else None

    def _address_of_visitor(self) -> str:
        """The address as this visitor wrote it, so that links work on its side of the network; else our own."""
        import panel as pn

        host = (pn.state.headers or {}).get("Host", "")
        return f"http://{host}/" if host and len(host) < 100 else self.address


def _computer_of_visitor() -> str:
    """The address from which the session comes."""
    import panel as pn

    context = pn.state.curdoc.session_context if pn.state.curdoc is not None else None
    request = getattr(context, "request", None)
    return str(getattr(request, "remote_ip", "") or "")


def serve(address: str, port: int, browser: bool, tell: Callable[[str], None]) -> None:
    """Serve until Ctrl-C, or until the process is asked to end (SIGTERM).

    Args:
        address: the interface to listen on; ``127.0.0.1`` for this computer only, ``0.0.0.0`` for the whole network.
        port: 0 takes any free one.
        browser: open it.
        tell: prints a line.

    Raises:
        DashboardError: the address or port cannot be used.
    """
    import panel as pn

    from kingmaker.experiments.page.download import Download
    from kingmaker.experiments.page.gate import guard
    from kingmaker.experiments.page.haste import hasten

    port = free_port(address, port)
    hosts = names_of(address)
    own = f"http://{_in_url(hosts[0])}:{port}/"
    engine, class_sheet = Engine(), ClassSheet()
    room = Room(engine, class_sheet, own)
    pn.extension()
    hasten()
    # visitors who close the page while an answer is on its way are no news
    for name in ("tornado.access", "tornado.general", "bokeh.server.views.ws"):
        logging.getLogger(name).setLevel(logging.ERROR)
    server = pn.serve(
        {"/": room.page}, address=address, port=port, show=False, start=False, title="Kingmaker",
        websocket_origin=[f"{_in_url(host)}:{port}" for host in hosts], threaded=False, verbose=False,
        extra_patterns=[(r"/download/([^/]*)", Download, {"engine": engine, "class_sheet": class_sheet})],
        check_unused_sessions=10_000, unused_session_lifetime=30_000, websocket_max_message_size=2 * 2**20,
    )  # fmt: skip
    guard(server._tornado, [f"{_in_url(host)}:{port}" for host in hosts] + [_in_url(h) for h in hosts if port == 80])
    loop = server.io_loop.asyncio_loop
    engine.loop = loop
    try:
        for line in greeting(hosts, port, class_sheet.key):
            tell(line)
        _stop_on_signals(loop)
        loop.create_task(engine.warm())
        if browser:
            loop.call_later(0.5, webbrowser.open, own)
        server.start()
        server.io_loop.start()
    except KeyboardInterrupt:
        pass
    finally:
        engine.close()
        server.stop()
        with contextlib.suppress(OSError):  # nobody may be listening any more
            tell("The classroom page is closed. Goodbye.")


def _stop_on_signals(loop: Any) -> None:
    """Ctrl-C and a request to end stop the loop, so that the workers are ended with it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt
            loop.add_signal_handler(number, loop.stop)


def greeting(hosts: list[str], port: int, key: str) -> list[str]:
    """What is printed at the start: where the page is, for whom."""
    lines = [f"Kingmaker's classroom page: http://{_in_url(hosts[0])}:{port}/"]
    outside = [host for host in hosts if host not in LOOPBACK]
    if outside:
        lines.append(f"The class types in: http://{_in_url(outside[0])}:{port}/")
    else:
        lines.append("Only this computer can open it; for a class start it with --address 0.0.0.0")
    lines.append(
        f"For the teacher (predictions of the class): http://{_in_url(hosts[0])}:{port}/?view=lessons&teacher={key}"
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


def free_port(address: str, port: int) -> int:
    """The port, if it can be had.

    Raises:
        DashboardError: it is taken, or the address is not one of this computer.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((address, port))
        except (OSError, OverflowError) as fault:
            why = getattr(fault, "strerror", None) or str(fault)
            raise DashboardError(
                f"the page cannot be served at {address} port {port}: {why}. Give another --address or --port."
            ) from None
        return int(trial.getsockname()[1])


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
