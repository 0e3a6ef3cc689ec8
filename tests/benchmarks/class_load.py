"""A class at the page: `python -m tests.benchmarks.class_load --sessions 30`.

Each session opens the page as a browser does (document, catalogue, story, curve, band), moves a lever that is at
hand, and asks a question of its own that is not. All traffic is on loopback. Processor times are those of the server's
process.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx2
import psutil

from tests.end_to_end.class_server import ClassServer, serving

LONGEST = 600.0  # seconds until a session counts as failed
OPENING = ("/", "/api/catalogue", "/api/story", "/api/curve", "/api/band")
LEVERS = ("policy.interoperability=0.5", "policy.interoperability=1", "policy.egress_fee=0", "chips.kingmaker=0")


@dataclass
class Times:
    """What one class lived through, in seconds."""

    opened: list[float] = field(default_factory=list)
    at_hand: list[float] = field(default_factory=list)  # a lever at one of its stops
    curves: list[float] = field(default_factory=list)  # a question of one's own
    bands: list[float] = field(default_factory=list)
    page_cpu: float = 0.0  # seconds of the server's process for each page opened
    memory_mb: float = 0.0  # of the server's process for each session, with its streams open

    def table(self) -> str:
        """For the terminal."""
        rows = [("page opened", self.opened), ("lever at hand", self.at_hand), ("own question: curve", self.curves),
                ("own question: first band", self.bands)]  # fmt: skip
        lines = [f"{'':26s}{'median':>9s}{'worst':>9s}{'n':>6s}"]
        lines += [f"{name:26s}{median(t):8.3f}s{max(t):8.3f}s{len(t):6d}" for name, t in rows if t]
        lines.append(f"server: {self.page_cpu:.4f} s of a core for each page, {self.memory_mb:.2f} MB for each session")
        return "\n".join(lines)


async def run_class(server: ClassServer, sessions: int, own: bool = True) -> Times:
    """Let a class come, and move levers together.

    Args:
        server: already running.
        sessions: how many.
        own: whether each asks a question of its own, too.
    """
    times, process = Times(), psutil.Process(server.process.pid)
    limits = httpx2.Limits(max_connections=None)
    async with httpx2.AsyncClient(base_url=server.address, timeout=LONGEST, limits=limits) as client:
        for path in (*OPENING, *(f"/api/{kind}?{lever}" for lever in LEVERS for kind in ("curve", "band"))):
            (await client.get(path)).raise_for_status()  # the first reader of each waits for its compression
        cpu, memory = _cpu(process), process.memory_info().rss
        names = [{"cookie": f"km_visitor=visitor-{k:016d}"} for k in range(sessions)]
        times.opened = await _all(names, lambda name, _: _get(client, name, OPENING))
        times.page_cpu = (_cpu(process) - cpu) / sessions
        streams = [client.stream("GET", "/api/class/stream", headers=name) for name in names]
        for stream in streams:
            await stream.__aenter__()
        times.memory_mb = (process.memory_info().rss - memory) / 1e6 / sessions
        times.at_hand = await _all(names, lambda name, k: _get(client, name, _both(LEVERS[k % len(LEVERS)])))
        if own:
            found = await asyncio.gather(*(_own(client, name, k) for k, name in enumerate(names)))
            times.curves, times.bands = [list(values) for values in zip(*found, strict=True)]
        for stream in streams:
            await stream.__aexit__(None, None, None)
    return times


def _both(lever: str) -> tuple[str, ...]:
    return f"/api/curve?{lever}", f"/api/band?{lever}"


async def _all(names: list[dict[str, str]], do: Callable[[dict[str, str], int], Awaitable[float]]) -> list[float]:
    return list(await asyncio.gather(*(do(name, k) for k, name in enumerate(names))))


async def _get(client: httpx2.AsyncClient, name: dict[str, str], paths: tuple[str, ...]) -> float:
    start = time.perf_counter()
    for answer in await asyncio.gather(*(client.get(path, headers=name) for path in paths)):
        answer.raise_for_status()
    return time.perf_counter() - start


async def _own(client: httpx2.AsyncClient, name: dict[str, str], k: int) -> tuple[float, float]:
    question = f"policy.interoperability={0.01 * (k % 90) + 0.05:.2f}&chips.moat={1 + k % 3}"
    curve, band = await asyncio.gather(
        _get(client, name, (f"/api/curve?{question}",)), _get(client, name, (f"/api/band?{question}&quick=1",))
    )
    return curve, band


def _cpu(process: psutil.Process) -> float:
    found = process.cpu_times()
    return float(found.user + found.system)


def main() -> None:
    """Read the options, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--only-at-hand", action="store_true", help="ask nothing that is not at hand")
    given = parser.parse_args()
    workers = ["--workers", str(given.workers)] if given.workers else []
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "class.sqlite", *workers) as server:
        time.sleep(10.0)  # the workers load the model
        print(asyncio.run(run_class(server, given.sessions, not given.only_at_hand)).table())


if __name__ == "__main__":
    main()
