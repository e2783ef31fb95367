"""The inside of a worker process: one event loop on a thread of its own, one platform, one runner, one sweeper.

Celery's pools call in from their threads. It is made after the fork, at first use, and keyed by the process id:
connections of the parent are never used by a child.
"""

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, suppress
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import structlog
import uvloop

from maquette.platform.database.failures import DATABASE_FAILURES
from maquette.platform.jobs.registry import TaskRegistry
from maquette.platform.jobs.runner import JobRunner
from maquette.platform.jobs.schedule import ask
from maquette.platform.jobs.sweep import sweep_for_ever

if TYPE_CHECKING:
    from maquette.platform.runtime import Platform

log = structlog.get_logger(__name__)

# What handing back the running jobs may take at the end.
RELEASE_SECONDS = 2.0

T = TypeVar("T")
OpenPlatform = Callable[[], "AbstractAsyncContextManager[Platform]"]


class WorkerProcess:
    """What runs jobs in this process."""

    def __init__(self, open_platform: OpenPlatform, registry: TaskRegistry) -> None:
        self._open = open_platform
        self._registry = registry
        self._loop = uvloop.new_event_loop()
        self._ready: Future[tuple[Platform, JobRunner]] = Future()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)
        self._thread.start()

    def run(self, job_id: UUID) -> None:
        """Do the job, from a thread of the pool; returns when it is settled.

        A database that is down costs the message, not the job: the sweep sends it again.
        """
        _, runner = self._ready.result()
        try:
            self._call(runner.run(job_id))
        except DATABASE_FAILURES as error:
            log.warning("job_not_claimed", job_id=str(job_id), error=str(error))

    def ask(self, kind: str) -> None:
        """Ask for the periodic job of this slot."""
        platform, _ = self._ready.result()
        try:
            self._call(ask(platform, self._registry.periodic[kind]))
        except DATABASE_FAILURES as error:
            log.warning("periodic_not_asked", job_kind=kind, error=str(error))

    def wait_ready(self) -> None:
        """Wait until the platform is open. Raises what kept it from opening."""
        self._ready.result()

    def release(self) -> None:
        """Hand the running jobs back to the queue."""
        if self._ready.done() and self._ready.exception() is None:
            self._loop.call_soon_threadsafe(self._ready.result()[1].release)

    def stop(self) -> None:
        """Close the platform and end the thread."""
        with suppress(RuntimeError):  # the loop has ended by itself
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _work(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as loop_runner:
            error = loop_runner.run(self._outcome())
        if error is not None and not self._ready.done():
            self._ready.set_exception(error)
        elif error is not None:
            log.critical("worker_process_ended", exc_info=error)

    async def _outcome(self) -> BaseException | None:
        live = asyncio.create_task(self._live())
        await asyncio.wait({live})
        return live.exception()

    async def _live(self) -> None:
        async with self._open() as platform:
            runner = JobRunner(platform, self._registry)
            sweeper = asyncio.create_task(sweep_for_ever(platform))
            self._ready.set_result((platform, runner))
            await self._stopping.wait()
            sweeper.cancel()
            runner.release()
            with suppress(TimeoutError):
                await asyncio.wait_for(runner.idle(), RELEASE_SECONDS)


class WorkerProcesses:
    """The WorkerProcess of whichever process asks."""

    def __init__(self, open_platform: OpenPlatform, registry: TaskRegistry) -> None:
        self._open = open_platform
        self._registry = registry
        self._lock = threading.Lock()
        self._made: tuple[int, WorkerProcess] | None = None
        os.register_at_fork(after_in_child=self._forget)

    def here(self) -> WorkerProcess:
        """The one of this process, made at first use."""
        with self._lock:
            if self._made is None or self._made[0] != os.getpid():
                self._made = (os.getpid(), WorkerProcess(self._open, self._registry))
            return self._made[1]

    def check(self) -> None:
        """Open and close a platform once, so that what keeps it from opening is said before any child is made."""

        async def once() -> None:
            async with self._open():
                pass

        asyncio.run(once())

    def run(self, job_id: str) -> None:
        """The Celery task `maquette.run`."""
        self.here().run(UUID(job_id))

    def ask(self, kind: str) -> None:
        """The Celery task `maquette.periodic`."""
        self.here().ask(kind)

    def stop_here(self) -> None:
        """Stop the one of this process, if there is one."""
        made, self._made = self._made, None
        if made is not None and made[0] == os.getpid():
            made[1].stop()

    def release_here(self) -> None:
        """Hand back what this process runs, if it runs anything."""
        if self._made is not None and self._made[0] == os.getpid():
            self._made[1].release()

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._made = None
