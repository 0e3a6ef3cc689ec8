"""The start of a worker process: light, so that a worker ends with the server even while it is still loading."""

from __future__ import annotations

import os
import signal
import threading

from kingmaker.experiments.classroom.pulse import Counter, feel


def start_worker(nice: int, pulse: Counter) -> None:
    """Leave Ctrl-C to the server, end when the server ends, however it ends, and then load the model.

    Args:
        nice: how far to stand back behind other processes, where the system knows that.
        pulse: to beat with every month that is simulated.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    feel(pulse)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(nice)
    from kingmaker.experiments import lean

    lean.load()
    import kingmaker.environment.model  # noqa: F401


def _end_with_parent() -> None:
    from multiprocessing import connection, parent_process

    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(0)
