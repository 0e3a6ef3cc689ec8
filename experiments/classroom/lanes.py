"""Worker processes in two lanes: runs go before bands, and the system's own scheduler sees to it at every moment."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, field

from kingmaker.experiments.classroom import stacks_of_questions as work
from kingmaker.experiments.classroom.pulse import Counter, counter
from kingmaker.experiments.classroom.worker_start import start_worker

_CONTEXT = multiprocessing.get_context("spawn")
# the page answers first, then come runs, then bands: of a core that both want, a band gets a sixth
RUNS_NICE, BANDS_NICE = 3, 10


def usual_workers() -> int:
    """One for each core, where the system lets them stand back behind the server; else one core is left for it."""
    cores = os.cpu_count() or 1
    return cores if hasattr(os, "nice") else max(1, cores - 1)


@dataclass
class Lane:
    """Some kinds of questions and the processes that compute them.

    Attributes:
        kinds: of questions.
        workers: how many processes; they start with the first question, or with :meth:`warm`.
        nice: how far they stand back behind other processes.
        busy: stacks under way.
        pool: the processes.
        pulse: months that they have simulated, about.
    """

    kinds: tuple[str, ...]
    workers: int
    nice: int
    busy: int = 0
    pool: Executor | None = None
    pulse: Counter = field(default_factory=lambda: counter(_CONTEXT))

    @property
    def free(self) -> int:
        """Workers without a stack."""
        return self.workers - self.busy

    async def warm(self) -> None:
        """Start the workers."""
        loop, pool = asyncio.get_running_loop(), self.executor()
        await asyncio.gather(*(loop.run_in_executor(pool, work.warm) for _ in range(self.workers)))

    def executor(self) -> Executor:
        """The processes, started if there are none."""
        if self.pool is None:
            self.pool = ProcessPoolExecutor(
                self.workers, mp_context=_CONTEXT, initializer=start_worker, initargs=(self.nice, self.pulse)
            )
        return self.pool

    def close(self) -> None:
        """End the processes at once, whatever they are at."""
        pool, self.pool = self.pool, None
        if pool is not None:
            workers = list((getattr(pool, "_processes", None) or {}).values())
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in workers:
                worker.terminate()
