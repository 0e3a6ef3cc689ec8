"""Worker processes in two lanes: runs go before bands, and the system's own scheduler sees to it at every moment."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass

from kingmaker.experiments.classroom import stacks_of_questions as work
from kingmaker.experiments.classroom.worker_start import start_worker

# the page answers first, then come runs, then bands: of a core that both want, a band gets a tenth
RUNS_NICE, BANDS_NICE = 5, 15


def usual_workers() -> int:
    """One core is left for the server, where there are more."""
    return max(1, (os.cpu_count() or 1) - 1)


@dataclass
class Lane:
    """Some kinds of questions and the processes that compute them.

    Attributes:
        kinds: of questions.
        workers: how many processes; they start with the first question, or with :meth:`warm`.
        nice: how far they stand back behind other processes.
        busy: stacks under way.
        pool: the processes.
    """

    kinds: tuple[str, ...]
    workers: int
    nice: int
    busy: int = 0
    pool: Executor | None = None

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
            context = multiprocessing.get_context("spawn")
            self.pool = ProcessPoolExecutor(
                self.workers, mp_context=context, initializer=start_worker, initargs=(self.nice,)
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
