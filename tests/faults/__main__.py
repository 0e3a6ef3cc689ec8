"""``python -m tests.faults --kills 200``: sweeps under fire, half of the kills on this machine and half on Dask."""

from __future__ import annotations

import argparse
import signal
import tempfile
import time
from pathlib import Path

from tests.faults.storm import Storm


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="processes to kill with signal 9 (default 200)")
    parser.add_argument("--engine", choices=("local", "dask", "both"), default="both")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the clusters are taken down as at Ctrl-C
    shares = {"local": given.kills, "dask": given.kills}
    if given.engine == "both":
        shares = {"local": given.kills - given.kills // 2, "dask": given.kills // 2}
    for engine, share in shares.items():
        if given.engine not in (engine, "both") or not share:
            continue
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            storm = Storm(Path(folder), share, given.seed, verbose=True)
            getattr(storm, engine)()
        seconds = time.monotonic() - began
        kills = f"{sum(storm.killed.values())} kills {dict(storm.killed)} in {storm.sweeps} sweeps, {seconds:.0f} s"
        print(f"{engine}: {kills}; nothing lost, nothing doubled: sha256 {storm.reference.sha256}")


if __name__ == "__main__":
    main()
