"""Frames of the network while it plays, in a real Chromium: `python -m tests.benchmarks.page_frames`.

For each flow, on a laptop and on a phone whose core is slowed fourfold: how many frames come a second, how far two lie
apart, and how much of a frame's time is script of the page, in time of the processor. The browser draws without a
graphics card here: what a real one adds or saves is not measured.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from tests.end_to_end.class_browser import Browser
from tests.end_to_end.class_fixtures import FRAMES
from tests.end_to_end.page_server import Server

DEVICES = {"laptop": (1366, 768, 1.0), "phone, core slowed fourfold": (390, 844, 4.0)}  # width, height, how slow
FLOWS = ("chips", "compute", "money")
SECONDS = 8.0
WATCH = (
    "const [seconds, done] = arguments, gaps = []; let before = performance.now(); const end = before + 1000 * seconds;"
    "const beat = (now) => { gaps.push(now - before); before = now;"
    "now < end ? requestAnimationFrame(beat) : done(gaps) };"
    "requestAnimationFrame(beat)"
)


@dataclass(frozen=True)
class Frames:
    """What was seen of one stage.

    Attributes:
        gaps: between two frames, ms of the clock.
        script: of the page for each frame, ms of the processor.
        work: of the page's main thread for each frame, script and drawing commands, ms of the processor.
    """

    gaps: list[float]
    script: float
    work: float

    @property
    def line(self) -> str:
        """For the terminal."""
        worst = quantiles(self.gaps, n=20)[-1]
        middle = median(self.gaps)
        return (f"{1000 / middle:5.0f} frames a second; apart {middle:5.1f} ms, 95 % below {worst:5.1f} ms; "
                f"script {self.script:4.1f} ms, all of the main thread {self.work:4.1f} ms")  # fmt: skip


def watch(browser: Browser, seconds: float = SECONDS) -> Frames:
    """Let the network that is open play, and look at its frames."""
    browser.cdp("Performance.disable")
    browser.cdp("Performance.setTimeDomain", timeDomain="threadTicks")
    browser.cdp("Performance.enable", timeDomain="threadTicks")
    browser.press(".clock .play")
    before, drawn = _metrics(browser), browser.js(FRAMES)
    gaps: list[float] = browser.driver.execute_async_script(WATCH, seconds)
    after, drawn = _metrics(browser), browser.js(FRAMES) - drawn
    browser.press(".clock .play")
    browser.cdp("Performance.disable")
    script, work = (1000.0 * (after[name] - before[name]) / drawn for name in ("ScriptDuration", "TaskDuration"))
    return Frames(gaps[1:], script, work)


def _metrics(browser: Browser) -> dict[str, Any]:
    return {one["name"]: one["value"] for one in browser.cdp("Performance.getMetrics")["metrics"]}


def main() -> None:
    """Print a line for each device and flow."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long each stage plays")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server, browser = Server(Path(folder) / "class.sqlite"), Browser()
        try:
            for device, (width, height, slower) in DEVICES.items():
                browser.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                            mobile=False)  # fmt: skip
                for flow in FLOWS:
                    browser.cdp("Emulation.setCPUThrottlingRate", rate=1)
                    browser.open(f"{server.url}?view=network&month=12&flow={flow}&lang=en", "km-theatre canvas")
                    browser.cdp("Emulation.setCPUThrottlingRate", rate=slower)
                    print(f"{device}, {flow}: {watch(browser, given.seconds).line}", flush=True)
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    main()
