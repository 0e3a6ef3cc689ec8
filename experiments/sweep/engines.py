"""Where tasks are run: in processes of this machine, or on a Dask cluster; both through one interface."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.experiments.sweep.local import Inline, Workers, refuse_bootstrap
from kingmaker.experiments.sweep.tasks import SweepError
from kingmaker.experiments.sweep.trust import exposed, warning
from kingmaker.experiments.terminal.telling import complain

if TYPE_CHECKING:
    from collections.abc import Callable

CONNECT_SECONDS = 15
ASK_SECONDS = 2.0


@dataclass(frozen=True)
class Engine:
    """An executor, and what the driver must know of it."""

    executor: Executor
    workers: int
    capacity: Callable[[], int]  # tasks in flight, at most twice the workers there are now
    deaths: Callable[[BaseException], int]  # how many workers an error has cost; 0 if it is something else


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def free_memory() -> float:
    """Memory that is free now, in bytes; infinite where the system does not tell."""
    try:
        return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):
        return float("inf")


@contextmanager
def inline_engine() -> Iterator[Engine]:
    """This process itself."""
    yield Engine(Inline(), 1, lambda: 1, lambda fault: 0)


@contextmanager
def local_engine(workers: int) -> Iterator[Engine]:
    """Processes of this machine. Each has one task at a time, so that a death names its task."""
    refuse_bootstrap()
    pool = Workers(workers)
    finished = False
    try:
        yield Engine(pool, workers, lambda: workers, lambda fault: int(isinstance(fault, BrokenExecutor)))
        finished = True
    finally:
        pool.shutdown(cancel_futures=not finished)


@contextmanager
def dask_engine(scheduler: str | None) -> Iterator[Engine]:
    """A running Dask cluster.

    Args:
        scheduler: its address, such as ``tcp://node7:8786``, or the path of its scheduler file.

    Raises:
        SweepError: Dask is not installed, or the scheduler cannot be reached.
    """
    if not scheduler:
        raise SweepError("--engine dask: name the scheduler with --scheduler, its address or the path of its file.")
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise SweepError("--engine dask: Dask is not installed; run pip install 'kingmaker[cluster]'.") from None
    client = _connect(Client, scheduler)

    def deaths(fault: BaseException) -> int:
        return 2 if isinstance(fault, KilledWorker) else 0  # the scheduler has tried again by itself

    with client:
        address = exposed(_addresses(client, scheduler))
        if address:
            complain(f"warning: {warning(address)}")
        size = _ClusterSize(client)
        if not size.workers:
            complain(f"{scheduler} has no workers yet; waiting for them.")
        executor = client.get_executor(pure=False)
        try:
            yield Engine(executor, max(1, size.workers), lambda: 2 * max(1, size.now()), deaths)
        except CancelledError:
            raise SweepError(
                f"--scheduler {scheduler}: the connection was lost. What was finished is safe; run the same command "
                "again to go on."
            ) from None
        finally:
            executor.shutdown(wait=False)


class _ClusterSize:
    """How many tasks a cluster can run at once, asked anew now and then: workers come and go."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._asked = 0.0
        self.workers = 0
        self.now()

    def now(self) -> int:
        """Threads of all workers."""
        if time.monotonic() - self._asked >= ASK_SECONDS:
            try:
                self.workers = sum(self._client.nthreads().values())
            except (OSError, TimeoutError):
                raise CancelledError from None
            self._asked = time.monotonic()
        return self.workers


def _addresses(client: Any, scheduler: str) -> list[str]:
    """The address that the scheduler was reached by, and the one that it tells others."""
    given = [scheduler] if "://" in scheduler else []
    return [*given, str(client.scheduler_info(n_workers=0).get("address", ""))]


def _demand_key(where: str, scheduler: str) -> None:
    """Without a key, a client of a scheduler under TLS would fail late, and hang as the command ends.

    Raises:
        SweepError: the scheduler is under TLS, and this process knows no key.
    """
    from distributed.security import Security

    settings: Any = Security  # from Dask's own configuration and its variables
    address = scheduler
    if "://" not in scheduler:
        try:
            address = str(json.loads(Path(scheduler).read_text(encoding="utf-8"))["address"])
        except (OSError, ValueError, TypeError, KeyError):  # Dask says what is the matter with it
            return
    if address.startswith("tls://") and not settings().tls_ca_file:
        raise SweepError(
            f"{where}: {address} is under TLS, and no key is set; set the variables DASK_DISTRIBUTED__COMM__TLS__… to "
            "those that the scheduler was started with, as the how-to page on clusters does."
        )


def _connect(client: Any, scheduler: str) -> Any:
    import logging

    where = f"--scheduler {scheduler}"
    given = {"address": scheduler}
    if "://" not in scheduler and (scheduler.endswith(".json") or os.sep in scheduler or ":" not in scheduler):
        if not Path(scheduler).is_file():
            raise SweepError(f"{where}: there is no such file; give it, or an address such as tcp://node7:8786.")
        given = {"scheduler_file": scheduler}
    _demand_key(where, scheduler)
    for name in list(logging.root.manager.loggerDict):
        if name.startswith("distributed"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is said by us
    try:
        return client(**given, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError, KeyError) as fault:
        raise SweepError(
            f"{where}: no Dask scheduler can be reached there within {CONNECT_SECONDS} seconds "
            f"({type(fault).__name__}); start one with 'dask scheduler --host 127.0.0.1'."
        ) from None
