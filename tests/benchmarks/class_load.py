"""Classes at the page: `python -m tests.benchmarks.class_load --sessions 1 10 30 150`.

Each session opens the page as a browser does (document, scripts, styles, catalogue, story, curve, band), moves a lever
to a stop that is at hand, and then asks a question of its own that nobody has asked: curve, first band, and how many
come before it. All sessions of a class do the same at the same moment, from one address. The table has the wall-clock
times of the sessions, and the processor times of server and workers, which another load of the machine changes less.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median

import psutil

from tests.benchmarks.light_client import Browser
from tests.end_to_end.class_server import ClassServer, serving

LONGEST = 1_800.0  # seconds until a session counts as failed
ROUNDS = 30  # pages, and levers, that the smallest class opens: processor times are counted in hundredths of a second
ANSWERS = ("/api/catalogue", "/api/story", "/api/curve", "/api/band", "/api/class/me")
_PARTS = re.compile(r"""(?:src|href)="(/static/[^"]+)"|^import\b[^"']*["']([^"']+)["']""", re.MULTILINE)


@dataclass
class Times:
    """What one class lived through, in seconds of the clock, and of a processor where the name says so."""

    sessions: int
    opened: list[float] = field(default_factory=list)
    page_cpu: float = 0.0  # of the server's process for each page
    at_hand: list[float] = field(default_factory=list)  # a lever at one of its stops: curve and band
    lever_cpu: float = 0.0  # of the server's process for each lever
    client_cpu: float = 0.0  # of this process for each lever: it shares the cores with the server
    curves: list[float] = field(default_factory=list)  # a question of one's own
    bands: list[float] = field(default_factory=list)  # its first band
    own_cpu: float = 0.0  # of the workers for each question
    own_server_cpu: float = 0.0
    memory_mb: float = 0.0  # of the server's process for each session, with its streams open
    told: int = 0  # sessions that heard how many come before them, while they waited
    refused: list[str] = field(default_factory=list)  # answers that were not given


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    name: str
    cell: Callable[[Times], str]
    target: str = ""


def _spread(values: Sequence[float]) -> str:
    return f"{median(values):.3f} / {max(values):.3f}" if values else "-"


TABLE = (
    Row("page opened: wall, median / worst, s", lambda t: _spread(t.opened)),
    Row("page opened: server CPU, s", lambda t: f"{t.page_cpu:.4f}", "<= 0.02"),
    Row("lever at hand: wall, median / worst, s", lambda t: _spread(t.at_hand), "<= 0.05 (30)"),
    Row("lever at hand: server CPU, s", lambda t: f"{t.lever_cpu:.4f}"),
    Row("lever at hand: client CPU, s", lambda t: f"{t.client_cpu:.4f}"),
    Row("own curve: wall, median / worst, s", lambda t: _spread(t.curves), "<= 4 (30)"),
    Row("own band: wall, median / worst, s", lambda t: _spread(t.bands), "<= 12 (30)"),
    Row("own question: workers' CPU, s", lambda t: f"{t.own_cpu:.3f}" if t.curves else "-"),
    Row("own question: server CPU, s", lambda t: f"{t.own_server_cpu:.4f}" if t.curves else "-"),
    Row("server memory of a session, MB", lambda t: f"{t.memory_mb:.3f}", "<= 0.5"),
    Row("told how many come before", lambda t: f"{t.told}" if t.curves else "-", "all"),
    Row("answers refused", lambda t: f"{len(t.refused)}", "0"),
)


def table(classes: Sequence[Times]) -> str:
    """For the terminal: a column for each class, and the targets."""
    head = ["sessions at once", *(str(times.sessions) for times in classes), "target"]
    lines = [head, *([row.name, *(row.cell(times) for times in classes), row.target] for row in TABLE)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(head))]
    shown = ["  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]) for line in lines]
    whys = [why.partition("?")[0] for times in classes for why in times.refused]
    return "\n".join([*shown, *(f"refused: {why}, {n} times" for why, n in Counter(whys).items())])


class Load:
    """Lets classes come to one server; questions of one's own are never the same.

    Args:
        server: already running.
    """

    def __init__(self, server: ClassServer) -> None:
        """No class has come."""
        self.address = server.address
        self.process = psutil.Process(server.process.pid)
        self.page: list[str] = []  # paths of a page that is opened
        self.levers: list[str] = []  # questions at hand
        self._lever, self._own = count(), count()

    async def look(self) -> None:
        """Learn what a page consists of, and which levers are at hand; the first reader warms nothing but that."""
        async with Browser(self.address, "identity") as browser:
            files = await _files(browser)
            catalogue = json.loads((await browser.get("/api/catalogue"))[1])
        version = f"v={catalogue['version']}"
        self.page = ["/", *files, *(f"{path}?{version}" for path in ANSWERS[:-1]), ANSWERS[-1]]
        self.levers = [
            f"{lever['key']}={stop}&{version}"
            for lever in catalogue["levers"] if lever["listed"]  # those of lessons alone are not at hand by themselves
            for stop in lever["stops"] if stop != lever["default"]
        ]  # fmt: skip

    async def come(self, sessions: int, own: bool = True) -> Times:
        """One class.

        Args:
            sessions: how many.
            own: whether each asks a question of its own, too.
        """
        times, rounds = Times(sessions), -(-ROUNDS // sessions)
        async with AsyncExitStack() as stack:
            browsers = [await stack.enter_async_context(Browser(self.address)) for _ in range(sessions * rounds)]
            memory, cpu = self.process.memory_info().rss, self._cpu()
            for k in range(rounds):
                part = browsers[k * sessions : (k + 1) * sessions]
                times.opened += await _together(part, lambda browser: self._get(browser, times, self.page))
            times.page_cpu = (self._cpu() - cpu) / len(browsers)
            for browser in browsers:
                await browser.listen("/api/class/stream")
            times.memory_mb = (self.process.memory_info().rss - memory) / 1e6 / len(browsers)
            cpu, client = self._cpu(), time.process_time()
            for k in range(rounds):
                part = browsers[k * sessions : (k + 1) * sessions]
                times.at_hand += await _together(part, lambda browser: self._get(browser, times, self._next_lever()))
            times.lever_cpu = (self._cpu() - cpu) / len(browsers)
            times.client_cpu = (time.process_time() - client) / len(browsers)
            if own:
                await self._own_questions(browsers[:sessions], times)
        return times

    async def _own_questions(self, browsers: list[Browser], times: Times) -> None:
        cpu, workers = self._cpu(), self._workers_cpu()
        found = await asyncio.gather(*(self._ask(browser, times) for browser in browsers))
        times.curves, times.bands = [curve for curve, _, _ in found], [band for _, band, _ in found]
        times.told = sum(told for _, _, told in found)
        times.own_server_cpu = (self._cpu() - cpu) / len(browsers)
        times.own_cpu = (self._workers_cpu() - workers) / len(browsers)

    async def _ask(self, browser: Browser, times: Times) -> tuple[float, float, bool]:
        k = next(self._own)
        question = f"policy.interoperability={0.05 + 0.001 * (k % 900):.3f}&chips.moat={1 + k % 3}"
        curve, band, told = await asyncio.gather(
            self._get(browser, times, [f"/api/curve?{question}"]),
            self._get(browser, times, [f"/api/band?{question}&quick=1"]),
            _place(browser, f"/api/progress?{question}"),
        )
        return curve, band, told

    async def _get(self, browser: Browser, times: Times, paths: Sequence[str]) -> float:
        start = time.perf_counter()
        answers = await asyncio.gather(*(browser.get(path) for path in paths))
        times.refused += [f"{status} {path}" for path, (status, _) in zip(paths, answers, strict=True) if status != 200]
        return time.perf_counter() - start

    def _next_lever(self) -> list[str]:
        lever = self.levers[next(self._lever) % len(self.levers)]
        return [f"/api/curve?{lever}", f"/api/band?quick=1&{lever}"]

    def _cpu(self) -> float:
        return _seconds(self.process)

    def _workers_cpu(self) -> float:
        return sum(_seconds(worker) for worker in self.process.children())


async def _files(browser: Browser) -> list[str]:
    """Scripts and styles of the page, with what the scripts import, in the order in which a browser finds them."""
    found, waiting = [], ["/"]
    while waiting:
        path = waiting.pop(0)
        text = (await browser.get(path))[1].decode(errors="replace")
        if not path.endswith((".js", ".css", "/")):
            continue
        for full, relative in _PARTS.findall(text):
            part = full or os.path.normpath(os.path.join(os.path.dirname(path), relative))
            if part not in found:
                found.append(part)
                waiting.append(part)
    return found


async def _together(browsers: Sequence[Browser], do: Callable[[Browser], Awaitable[float]]) -> list[float]:
    return list(await asyncio.gather(*(do(browser) for browser in browsers)))


async def _place(browser: Browser, path: str) -> bool:
    """Whether the server tells where a question stands."""
    stream = await browser.listen(path)
    async for line in stream:
        if line.startswith(b"data: ") and b'"ahead"' in line:
            return True
    return False


def _seconds(process: psutil.Process) -> float:
    found = process.cpu_times()
    return float(found.user + found.system)


async def run_classes(server: ClassServer, classes: Sequence[int], own: bool = True) -> list[Times]:
    """Let classes of these sizes come, one after the other."""
    load = Load(server)
    await load.look()
    return [await asyncio.wait_for(load.come(sessions, own), LONGEST) for sessions in classes]


def main() -> None:
    """Read the options, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, nargs="+", default=[1, 10, 30, 150], help="the sizes of the classes")
    parser.add_argument("--workers", type=int, help="processes that compute; by default as many as the page has")
    parser.add_argument("--only-at-hand", action="store_true", help="ask nothing that is not at hand")
    given = parser.parse_args()
    workers = ["--workers", str(given.workers)] if given.workers else []
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "class.sqlite", *workers) as server:
        time.sleep(20.0)  # workers load the model, answers at hand are compressed: as before a class comes
        print(table(asyncio.run(run_classes(server, given.sessions, not given.only_at_hand))))


if __name__ == "__main__":
    main()
