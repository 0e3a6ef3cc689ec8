"""Worker processes of this machine, as an executor that knows which of its workers has died."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments import lean

P = ParamSpec("P")
T = TypeVar("T")

JOIN_SECONDS = 2.0  # for a process that has ended to be known as ended
# The model computes on short rows: threads of the linear algebra library would only get in each other's way.
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


UNGUARDED = 86  # exit code of a process that is asked for workers while it is being started as one


class DiedAtStart(BrokenExecutor):
    """A worker's process has died before it has taken up its task."""


class UnguardedError(KingmakerError):
    """A script that starts workers when it is imported, as each of them does."""


def refuse_bootstrap() -> None:
    """End this process if it is a worker that is just importing its parent's script, and is asked for workers there."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        os._exit(UNGUARDED)


class Inline(Executor):
    """Runs what is submitted at once, in this process."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """The finished future of ``fn(*args, **kwargs)``."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as fault:
            future.set_exception(fault)
        return future


class Workers(Executor):
    """Processes that are started afresh (spawn), one executor each.

    A pool that shares its queue breaks as a whole when one of its processes dies, and does not say over which task.
    Here the death of a process breaks the future of its own task only, and the next task starts a new process. A death
    before the task was taken up is :class:`DiedAtStart`, so that no task is blamed for it.
    No process outlives this one, however it ends.
    """

    def __init__(self, workers: int) -> None:
        """No process is started before there is work for it."""
        self.workers = workers
        self._slots: list[_Slot] = [_Slot() for _ in range(workers)]

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand ``fn(*args, **kwargs)`` to the worker with the least to do."""
        slot = min(self._slots, key=lambda slot: slot.waiting)
        return slot.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the processes go; those still at work are killed if ``cancel_futures``."""
        if cancel_futures:
            for slot in self._slots:  # all of them before any is waited for, lest a second Ctrl-C leave one behind
                slot.kill()
        for slot in self._slots:
            slot.close(wait, kill=cancel_futures)


class _Slot:
    """One process and its queue."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._processes: list[multiprocessing.process.BaseProcess] = []
        self._futures: list[Future[Any]] = []
        self._taken: ctypes.c_uint64  # how many tasks the process has taken up
        self._given = 0

    @property
    def waiting(self) -> int:
        """Tasks not finished."""
        self._futures = [future for future in self._futures if not future.done()]
        return len(self._futures)

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        if self._pool is not None and all(process.is_alive() for process in self._processes):
            try:
                return self._note(self._pool.submit(work, fn, *args, **kwargs))
            except BrokenExecutor:  # its process has died since
                pass
        self.close(wait=False, kill=True)
        spawn = multiprocessing.get_context("spawn")
        self._taken, self._given = spawn.RawValue(ctypes.c_uint64, 0), 0
        self._pool = ProcessPoolExecutor(
            1, mp_context=spawn, initializer=start_worker, initargs=(os.getpid(), self._taken)
        )
        before = set(multiprocessing.active_children())
        with _quiet_start():
            future = self._pool.submit(work, fn, *args, **kwargs)  # starts the process
            self._processes = [child for child in multiprocessing.active_children() if child not in before]
        return self._note(future)

    def _note(self, inner: Future[T]) -> Future[T]:
        """A future of the same task whose error says whether the task was taken up before its process died."""
        self._given += 1
        outer: Future[T] = Future()
        number, taken, processes = self._given, self._taken, self._processes

        def hand_on(ended: Future[T]) -> None:
            if ended.cancelled():
                outer.cancel()
                outer.set_running_or_notify_cancel()
                return
            fault = ended.exception()
            if fault is None:
                outer.set_result(ended.result())
            else:
                outer.set_exception(_explained(fault, taken.value >= number, processes))

        inner.add_done_callback(hand_on)
        self._futures.append(outer)
        return outer

    def kill(self) -> None:
        for process in self._processes:
            process.kill()

    def close(self, wait: bool, kill: bool) -> None:
        if self._pool is None:
            return
        if kill:
            self.kill()
        self._pool.shutdown(wait=wait or kill, cancel_futures=True)
        self._pool, self._processes = None, []


@contextmanager
def _quiet_start() -> Iterator[None]:
    """Start a process that hears no Ctrl-C (its parent does, and ends it) and that computes in one thread."""
    kept = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    masked = hasattr(signal, "pthread_sigmask")
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masked else set()
    try:
        with _held_back():
            yield
    finally:
        if masked:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _held_back() -> Iterator[None]:
    """Let a Ctrl-C take effect only afterwards: a process that is begun half is known to nobody.

    The mask is that of this thread alone, and a signal that another thread takes is handled in this one.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[Any] = []
    handler = signal.signal(signal.SIGINT, lambda *given: came.append(given))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
    if came and callable(handler):
        handler(*came[0])


def _explained(
    fault: BaseException, taken_up: bool, processes: Sequence[multiprocessing.process.BaseProcess]
) -> BaseException:
    """What an error of a pool means: the death of its process before its task was taken up is told apart."""
    if not isinstance(fault, BrokenExecutor) or taken_up:
        return fault
    for process in processes:
        process.join(JOIN_SECONDS)
        if process.exitcode == UNGUARDED:
            return UnguardedError(
                "workers are started by a script that has no main guard: each worker imports the script, and would "
                "start workers of its own. Put the call under  if __name__ == '__main__':  or take workers=1."
            )
    return DiedAtStart(*fault.args)


_taken: ctypes.c_uint64 | None = None  # in a worker: how many tasks it has taken up, for its parent to see


def work(fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
    """In a worker: note that the task is taken up, and do it."""
    if _taken is not None:
        _taken.value += 1
    return fn(*args, **kwargs)


def start_worker(parent: int, taken: ctypes.c_uint64) -> None:
    """What a worker does first: see to it that it does not outlive its parent, leave Ctrl-C to it, load the model."""
    global _taken
    _taken = taken
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()
    if sys.platform == "linux":
        _die_with_parent(parent)
    import gc

    gc.disable()  # nothing that an import makes goes again
    lean.load()
    import kingmaker.environment.model  # noqa: F401  loaded once, before the first task

    gc.freeze()  # what is loaded by now stays: the collector need not look at it after each task
    gc.enable()


def _die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when its parent ends, even if it hangs in a long computation."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)


def _follow_parent() -> None:
    """The same for every system: wait until the parent has ended."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
