"""A class of thirty at the page: `python -m tests.benchmarks.class_load --sessions 30 --rounds 4`.

Each session is a real one: the page is fetched, a websocket opened, and levers are moved by Bokeh's own protocol. All
traffic is on loopback. Measured are the times from moving a lever until the new curve and then its band have arrived.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.end_to_end.classroom import Server, serving

LONGEST = 600.0  # seconds until a session counts as failed
LEVER = "How fast chip packaging can grow"


@dataclass
class Times:
    """What one class lived through, in seconds."""

    opened: list[float] = field(default_factory=list)  # from asking for the page to the first curve
    curves: list[float] = field(default_factory=list)  # from moving a lever to the new curve
    bands: list[float] = field(default_factory=list)  # ... to its band
    together: list[float] = field(default_factory=list)  # curves when all move at the same moment
    failed: list[str] = field(default_factory=list)
    memory_mib: float = 0.0  # of the server's process, for each session
    page_cpu: float = 0.0  # seconds of the server's process until all had opened the page, for each session
    lever_cpu: float = 0.0  # ... for each lever moved after that
    work_cpu: float = 0.0  # seconds of its workers for each lever moved: a run and its band

    def table(self) -> str:
        """For the terminal."""
        rows = [("open the page", self.opened), ("lever, each in its time", self.curves),
                ("lever, all at once", self.together), ("its band", self.bands)]  # fmt: skip
        lines = [f"{'':26s}{'median':>9s}{'worst':>9s}{'n':>6s}"]
        lines += [f"{name:26s}{median(t):8.2f}s{max(t):8.2f}s{len(t):6d}" for name, t in rows if t]
        lines.append(f"memory: {self.memory_mib:.1f} MiB a session; failed: {len(self.failed)}")
        lines.append(
            f"processor: {self.page_cpu:.2f} s to open a page, {self.lever_cpu:.2f} s to show a lever moved, "
            f"{self.work_cpu:.2f} s to compute it"
        )
        return "\n".join([*lines, *self.failed[:5]])


class Visitor:
    """One session, spoken in Bokeh's protocol."""

    def __init__(self, url: str) -> None:
        """Not there yet."""
        self.url = url
        self.line: WebSocketClientConnection | None = None
        self.lever = self.curve = self.band = ""
        self.opened = 0.0

    async def open(self) -> None:
        """Fetch the page, open the websocket, wait for the first curve."""
        page = (await AsyncHTTPClient().fetch(self.url, connect_timeout=LONGEST, request_timeout=LONGEST)).body.decode()
        token = re.findall(r'"token":\s*"([^"]+)"', page)[0]
        host = urlsplit(self.url).netloc
        request = HTTPRequest(f"ws://{host}/ws", headers={"Origin": f"http://{host}"})
        self.line = await websocket_connect(request, subprotocols=["bokeh", token], max_message_size=2**26)
        await self.receive("ACK")
        await self.send("PULL-DOC-REQ", {})
        document = (await self.receive("PULL-DOC-REPLY"))["doc"]
        for model in objects(document):
            attributes = model.get("attributes", {})
            if LEVER in str(attributes.get("title", "")):
                self.lever = model["id"]
            if attributes.get("name") == "runs":
                self.curve = model["id"]
            if attributes.get("name") == "bands":
                self.band = model["id"]
        assert self.lever
        assert self.curve
        assert self.band
        await self.send("PATCH-DOC", {"events": [{
            "kind": "MessageSent", "msg_type": "bokeh_event",
            "msg_data": {"type": "event", "name": "document_ready", "values": {"type": "map"}},
        }]})  # fmt: skip
        await self.drawn(self.curve)
        self.opened = time.perf_counter()
        await self.drawn(self.band)

    async def move(self, value: float) -> None:
        """Move the lever."""
        events = [{"kind": "ModelChanged", "model": {"id": self.lever}, "attr": attr, "new": value}
                  for attr in ("value", "value_throttled")]  # fmt: skip
        await self.send("PATCH-DOC", {"events": events})

    async def drawn(self, source: str) -> None:
        """Wait until the curves (or the bands) have new data."""
        while True:
            content = await self.receive("PATCH-DOC")
            for event in content["events"]:
                if event.get("model", {}).get("id") == source and event.get("attr") == "data":
                    return

    async def send(self, kind: str, content: dict[str, Any]) -> None:
        """A message of three parts."""
        assert self.line is not None
        header = {"msgid": f"{id(self)}-{time.monotonic_ns()}", "msgtype": kind}
        for part in (header, {}, content):
            await self.line.write_message(json.dumps(part))

    async def receive(self, kind: str) -> dict[str, Any]:
        """The content of the next message of a kind; others are read over."""
        while True:
            header = json.loads(await self._part())
            await self._part()
            content: dict[str, Any] = json.loads(await self._part())
            for _ in range(2 * header.get("num_buffers", 0)):
                await self._part()
            if header["msgtype"] == "ERROR":
                raise RuntimeError(str(content)[:300])
            if header["msgtype"] == kind:
                return content

    async def _part(self) -> Any:
        assert self.line is not None
        part = await asyncio.wait_for(self.line.read_message(), LONGEST)
        if part is None:
            raise RuntimeError("the server closed the session")
        return part


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """All models in a document as JSON, however deep."""
    if isinstance(value, dict):
        if "id" in value and "name" in value:
            yield value
        for inner in value.values():
            yield from objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner)


async def attend(
    number: int, url: str, rounds: int, times: Times, start: asyncio.Barrier, pace: tuple[float, float]
) -> None:
    """One student: comes, waits for all, moves with all, then in its own time."""
    luck = np.random.default_rng(number)
    visitor = Visitor(url)
    try:
        await asyncio.sleep(float(luck.uniform(0.0, pace[0])))
        began = time.perf_counter()
        await visitor.open()
        times.opened.append(visitor.opened - began)
    except Exception as fault:  # counted, and told at the end
        times.failed.append(f"session {number}: {type(fault).__name__}: {fault}")
    await start.wait()
    if not visitor.curve or visitor.line is None:
        return
    try:
        for turn in range(rounds):
            if turn:
                await asyncio.sleep(float(luck.uniform(1.0, 1.0 + pace[1])))
            began = time.perf_counter()
            # a value of the slider's own that nobody else asks for
            await visitor.move(round(0.02 + 0.28 * float(luck.uniform()), 6))
            await visitor.drawn(visitor.curve)
            (times.curves if turn else times.together).append(time.perf_counter() - began)
            await visitor.drawn(visitor.band)
            times.bands.append(time.perf_counter() - began)
    except Exception as fault:
        times.failed.append(f"session {number}: {type(fault).__name__}: {fault}")
    visitor.line.close()


def cpu_seconds(pid: int) -> tuple[float, float]:
    """Processor time of a process so far, and of its living children."""
    tick = os.sysconf("SC_CLK_TCK")

    def own(process: Path) -> float:
        fields = process.joinpath("stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / tick

    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own(Path(f"/proc/{pid}")), sum(own(Path(f"/proc/{child}")) for child in children)


def resident_mib(pid: int) -> float:
    """Memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


async def run_class(server: Server, sessions: int, rounds: int, arrive: float, think: float, link: str = "") -> Times:
    """A class at a running server."""
    AsyncHTTPClient.configure(None, max_clients=sessions)
    times = Times()
    first = Visitor(f"{server.url}?{link}")  # what is loaded once is not counted to the sessions
    await first.open()
    pid = server.process.pid
    before, began = resident_mib(pid), cpu_seconds(pid)
    opened = [began]
    start = asyncio.Barrier(sessions + 1)

    async def watch() -> None:
        await start.wait()  # all have opened the page
        opened.append(cpu_seconds(pid))

    await asyncio.gather(
        watch(),
        *(attend(k, f"{server.url}?{link}", rounds, times, start, (arrive, think)) for k in range(1, sessions + 1)),
    )
    times.memory_mib = (resident_mib(pid) - before) / sessions
    end, moves = cpu_seconds(pid), max(len(times.bands), 1)
    times.page_cpu = (opened[-1][0] - began[0]) / sessions
    times.lever_cpu, times.work_cpu = ((end[k] - opened[-1][k]) / moves for k in (0, 1))
    return times


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=4, help="levers moved by each student")
    parser.add_argument("--spread", type=float, default=8.0, help="longest time to think, in seconds")
    parser.add_argument("--arrive", type=float, default=20.0, help="seconds over which students open the page")
    given = parser.parse_args()
    with serving() as server:
        given.sessions, given.rounds = min(given.sessions, 100), min(given.rounds, 20)
        times = asyncio.run(run_class(server, given.sessions, given.rounds, given.arrive, given.spread))
        print(times.table())


if __name__ == "__main__":
    main()
