"""Runs jobs in this process: claim, handle, settle. One runner a process, many jobs at once on its event loop."""

import asyncio
import os
import random
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.platform.database.failures import DATABASE_FAILURES
from maquette.platform.jobs.claims import after, clock, given_back, is_due, look, renew, settle, take
from maquette.platform.jobs.enqueue import JobReference, dispatch
from maquette.platform.jobs.errors import (
    JobCancelled,
    JobRequestInvalid,
    JobTimedOut,
    LeaseLost,
    is_permanent,
    readable,
    storable,
)
from maquette.platform.jobs.metrics import ATTEMPTS, DURATION, RUNNING, WAITING
from maquette.platform.jobs.models import Job, JobState
from maquette.platform.jobs.registry import TaskRegistry
from maquette.platform.jobs.settings import JobSettings
from maquette.platform.jobs.task import Task
from maquette.platform.jobs.work import Work

if TYPE_CHECKING:
    from maquette.platform.runtime import Platform

log = structlog.get_logger(__name__)

# A settled result that the database cannot take at once is offered again, well within the lease.
SETTLE_WAITS = (0.2, 0.5, 1.0, 2.0, 4.0)


class Stop(StrEnum):
    """Why a running handler is interrupted from outside."""

    CANCELLED = "cancelled"
    LOST = "lost"
    RELEASED = "released"


@dataclass(slots=True)
class _Attempt:
    """A handler at work."""

    work: Work
    task: Task[Any]
    job: Job
    handler: asyncio.Task[dict[str, Any] | None]
    renew_at: float
    stop: Stop | None = None

    def interrupt(self, reason: Stop) -> None:
        """Stop the handler, once."""
        if self.stop is None:
            self.stop = reason
            self.work.is_cancelled = self.work.is_cancelled or reason is Stop.CANCELLED
            self.handler.cancel()


class JobRunner:
    """The claims of one process and the handlers that work on them."""

    def __init__(self, platform: "Platform", registry: TaskRegistry | None = None) -> None:
        self._platform = platform
        self._settings = platform.settings[JobSettings]
        self._registry = registry or TaskRegistry(platform.slices)
        self._leases = self._registry.unusual_leases()
        self._name = f"{socket.gethostname()}:{os.getpid()}"[:120]
        self._running: dict[UUID, _Attempt] = {}
        self._watching: asyncio.Task[None] | None = None
        self._idle = asyncio.Event()
        self._idle.set()

    async def run(self, job_id: UUID) -> bool:
        """Do the job if it can be claimed; False where somebody else has it or nothing is left to do."""
        async with self._platform.database.transaction() as session:
            job = await take(session, job_id, worker=self._name, kinds=self._registry, leases=self._leases)
        if job is None:
            return False
        if job.attempt == 1 and job.started_at is not None:
            due = max(job.created_at, job.run_at or job.created_at)
            WAITING.labels(job.queue).observe(max(0.0, (job.started_at - due).total_seconds()))
        with structlog.contextvars.bound_contextvars(job_id=str(job.id), job_kind=job.kind, attempt=job.attempt):
            await self._attempt(job)
        return True

    def release(self) -> None:
        """Interrupt what runs and hand it back to the queue; the process is about to end."""
        for attempt in self._running.values():
            attempt.interrupt(Stop.RELEASED)

    async def idle(self) -> None:
        """Wait until nothing runs."""
        await self._idle.wait()

    async def _attempt(self, job: Job) -> None:
        task = self._registry[job.kind]
        work = Work(self._platform, job)
        handler = asyncio.create_task(self._handle(task, work, job))
        attempt = _Attempt(work, task, job, handler, self._renew_at(task))
        self._running[job.id] = attempt
        self._idle.clear()
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
        started = time.monotonic()
        RUNNING.inc()
        try:
            await asyncio.wait({handler})
        except asyncio.CancelledError:
            attempt.interrupt(Stop.RELEASED)
            await asyncio.wait({handler})
            raise
        finally:
            try:
                outcome = await self._settle(attempt)
            finally:
                del self._running[job.id]
                if not self._running:
                    self._idle.set()
                RUNNING.dec()
            DURATION.labels(job.kind).observe(time.monotonic() - started)
            ATTEMPTS.labels(job.kind, outcome).inc()

    async def _handle(self, task: Task[Any], work: Work, job: Job) -> dict[str, Any] | None:
        try:
            request = task.request.model_validate(job.request)
        except ValidationError as error:
            raise JobRequestInvalid(
                f"The request of this job is not one that this version understands ({error.error_count()} faults)."
            ) from error
        try:
            async with asyncio.timeout(task.request.timeout.total_seconds()) as limit:
                return storable(await task.handler(work, request))
        except TimeoutError:
            if not limit.expired():
                raise
            raise JobTimedOut(f"It took longer than {task.request.timeout.total_seconds():g} seconds.") from None

    async def _settle(self, attempt: _Attempt) -> str:
        """Write how the attempt ended, patiently; where nobody can, the lease runs out and the sweep takes over."""
        for wait in (*SETTLE_WAITS, None):
            try:
                return await self._write_end(attempt)
            except LeaseLost:
                log.warning("job_lease_lost")
                return "lost"
            except DATABASE_FAILURES as error:
                if wait is None:
                    log.exception("job_not_settled")
                    break
                log.warning("job_settle_retried", error=str(error))
                await asyncio.sleep(wait)
        return "lost"

    async def _write_end(self, attempt: _Attempt) -> str:
        handler, job, claim = attempt.handler, attempt.job, attempt.work.claim
        error = None if handler.cancelled() else handler.exception()
        async with self._platform.database.transaction() as session:
            if not handler.cancelled() and error is None:
                values: dict[str, Any] = {"progress": 1.0, "message": None, "error": None, "result": handler.result()}
                await settle(session, claim, state=JobState.SUCCEEDED, finished_at=clock(), **values)
                return "succeeded"
            if isinstance(error, LeaseLost) or attempt.stop is Stop.LOST:
                raise LeaseLost
            if isinstance(error, JobCancelled) or (handler.cancelled() and attempt.stop is Stop.CANCELLED):
                await settle(session, claim, state=JobState.CANCELLED, finished_at=clock())
                return "cancelled"
            if handler.cancelled():
                # An interrupted attempt is not the job's fault: it does not count against it.
                more: dict[str, Any] = {"max_attempts": Job.max_attempts + 1, "dispatched_at": clock()}
                return await self._give_back(session, attempt, timedelta(), "released", more)
            assert error is not None
            told = readable(error)
            if job.attempt >= job.max_attempts or is_permanent(error):
                log.error("job_failed", error=told, exc_info=error)
                await settle(session, claim, state=JobState.FAILED, error=told, finished_at=clock())
                return "failed"
            delay = self._settings.retry_delay(job.attempt) * random.uniform(0.75, 1.25)  # noqa: S311  # spread, no secret
            log.warning("job_attempt_failed", error=told, retry_in=delay.total_seconds(), exc_info=error)
            more = {"error": told, "run_at": after(delay), "dispatched_at": None}
            return await self._give_back(session, attempt, delay, "retried", more)

    @staticmethod
    async def _give_back(
        session: AsyncSession, attempt: _Attempt, delay: timedelta, outcome: str, values: dict[str, Any]
    ) -> str:
        job = await settle(session, attempt.work.claim, **given_back(), **values)
        if job.state == JobState.CANCELLED:
            return "cancelled"
        dispatch(session, [JobReference(job.id, job.queue, delay)])
        return outcome

    async def _watch(self) -> None:
        """Renew leases and notice cancellations as long as anything runs."""
        while self._running:
            await asyncio.sleep(self._settings.job_watch_interval)
            try:
                await self._look()
            except DATABASE_FAILURES as error:
                log.warning("job_watch_failed", error=str(error))

    async def _look(self) -> None:
        watched = {(each.work.job_id, each.work.attempt): each for each in self._running.values()}
        if not watched:
            return
        due: dict[timedelta, list[_Attempt]] = {}
        for each in watched.values():
            if time.monotonic() >= each.renew_at:
                due.setdefault(each.task.request.lease, []).append(each)
        async with self._platform.database.transaction() as session:
            held = await look(session, [each.work.claim for each in watched.values()])
            for lease, attempts in due.items():
                await renew(session, [each.work.claim for each in attempts], lease)
        for each in (each for attempts in due.values() for each in attempts):
            each.renew_at = self._renew_at(each.task)
        for job_id, number, is_cancelled in held:
            each = watched.pop((job_id, number))
            if is_cancelled:
                each.interrupt(Stop.CANCELLED)
        for each in watched.values():
            if not each.handler.done():
                each.interrupt(Stop.LOST)

    @staticmethod
    def _renew_at(task: Task[Any]) -> float:
        lease: timedelta = task.request.lease
        return time.monotonic() + lease.total_seconds() / 3


async def drain(
    platform: "Platform", registry: TaskRegistry | None = None, *, tell: Callable[[], None] | None = None
) -> int:
    """Do every job that is due, one after the other, in this process; the number of attempts made.

    `tell` is called after each of them.
    """
    runner = JobRunner(platform, registry)
    done = 0
    tried: set[UUID] = set()
    while True:
        async with platform.database.reading() as session:
            due = select(Job.id).where(Job.state == JobState.QUEUED, is_due(), Job.id.not_in(tried)).order_by(Job.id)
            found = list(await session.scalars(due.limit(100)))
        if not found:
            return done
        for job_id in found:
            tried.add(job_id)
            if await runner.run(job_id):
                done += 1
                if tell is not None:
                    tell()
