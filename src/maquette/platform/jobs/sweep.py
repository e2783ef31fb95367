"""Finds the jobs that lost their message or their worker, and sends them again; it reads unfinished jobs only."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import structlog
from sqlalchemy import CursorResult, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.platform.database.failures import DATABASE_FAILURES
from maquette.platform.events.event import emit
from maquette.platform.jobs.claims import after, clock, given_back, is_due, is_stranded
from maquette.platform.jobs.enqueue import JobReference, dispatch
from maquette.platform.jobs.errors import WORKER_LOST
from maquette.platform.jobs.events import JobProgressed
from maquette.platform.jobs.models import Job, JobState
from maquette.platform.jobs.presence import say_alive
from maquette.platform.jobs.settings import JobSettings
from maquette.platform.jobs.task import JobRequest, Queue
from maquette.platform.jobs.work import Work

if TYPE_CHECKING:
    from maquette.platform.runtime import Platform

log = structlog.get_logger(__name__)

# Of all workers, one sweeps at a time.
SWEEP_LOCK = 0x4D_61_71_73
# What one sweep touches at most; the next one goes on.
BATCH = 1_000
PRUNE_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found."""

    given_up: int = 0
    requeued: int = 0
    sent_again: int = 0

    def __bool__(self) -> bool:
        return bool(self.given_up or self.requeued or self.sent_again)


class PruneJobs(JobRequest):
    """Forget jobs that were done long ago."""

    kind: ClassVar[str] = "jobs.prune"
    queue: ClassVar[Queue] = Queue.MAINTENANCE


async def sweep(platform: "Platform") -> Swept:
    """One pass; nothing where another worker is at it."""
    settings = platform.settings[JobSettings]
    waiting = await platform.dispatcher.waiting()
    async with platform.database.transaction() as session:
        if not await session.scalar(select(func.pg_try_advisory_xact_lock(SWEEP_LOCK))):
            return Swept()
        given_up = await _give_up(session)
        requeued = await _requeue(session)
        sent = 0 if waiting is None else await _send_again(session, waiting, settings.job_redeliver_after)
    swept = Swept(given_up, requeued, sent)
    if swept:
        log.info("jobs_swept", given_up=given_up, requeued=requeued, sent_again=sent)
    return swept


async def sweep_for_ever(platform: "Platform") -> None:
    """Sweep every few seconds until cancelled; a database that is down only delays the next pass."""
    interval = platform.settings[JobSettings].job_sweep_interval
    while True:
        await say_alive(platform.valkey)
        try:
            await sweep(platform)
        except DATABASE_FAILURES as error:
            log.warning("job_sweep_failed", error=str(error))
        await asyncio.sleep(interval)


def _some(*conditions: Any) -> Any:
    """The ids of jobs that fulfil `conditions`; those that a worker is writing just now wait for the next pass."""
    return select(Job.id).where(*conditions).order_by(Job.id).limit(BATCH).with_for_update(skip_locked=True)


async def _changed(session: AsyncSession, statement: Any) -> list[Job]:
    result = await session.scalars(
        statement.returning(Job).execution_options(synchronize_session=False, populate_existing=True)
    )
    return list(result)


async def _give_up(session: AsyncSession) -> int:
    """Fail the poison: jobs whose workers died each time."""
    reason = {
        "code": WORKER_LOST,
        "message": "The worker stopped without a word in the middle of this job, at every attempt. "
        "What it works on may be too large or damaged. The log of the workers says more.",
    }
    spent = _some(is_stranded(), Job.attempt >= Job.max_attempts)
    values = {"state": JobState.FAILED, "error": reason, "finished_at": clock(), "lease_until": None}
    jobs = await _changed(session, update(Job).where(Job.id.in_(spent)).values(values))
    for job in jobs:
        log.error("job_given_up", job_id=str(job.id), job_kind=job.kind, attempts=job.attempt)
        emit(session, JobProgressed.of(job))
    return len(jobs)


async def _requeue(session: AsyncSession) -> int:
    """Give back what silent workers held."""
    lost = _some(is_stranded(), Job.attempt < Job.max_attempts)
    values = {**given_back(), "dispatched_at": clock(), "run_at": None}
    jobs = await _changed(session, update(Job).where(Job.id.in_(lost)).values(values))
    for job in jobs:
        emit(session, JobProgressed.of(job))
    dispatch(session, [JobReference(job.id, job.queue) for job in jobs if job.state == JobState.QUEUED])
    return len(jobs)


async def _send_again(session: AsyncSession, waiting: dict[Queue, int], patience: float) -> int:
    """Send what is due and was never sent, and what was sent and is not on its way any more.

    A long queue is no reason to send again: of the jobs that were sent, as many as messages wait are on their way.
    """
    counted = await session.execute(
        select(Job.queue, func.count())
        .where(Job.state == JobState.QUEUED, Job.dispatched_at.is_not(None), is_due())
        .group_by(Job.queue)
    )
    sent = 0
    missing = {queue: count - waiting.get(Queue(queue), 0) for queue, count in counted}
    for queue in Queue:
        never = Job.dispatched_at.is_(None)
        old = Job.dispatched_at < after(timedelta(seconds=-patience))
        candidates = _some(
            Job.state == JobState.QUEUED,
            Job.queue == queue,
            is_due(),
            or_(never, old) if missing.get(queue, 0) > 0 else never,
        )
        if missing.get(queue, 0) > 0:
            candidates = candidates.limit(min(BATCH, missing[queue] + BATCH // 10))
        jobs = await session.execute(
            update(Job)
            .where(Job.id.in_(candidates))
            .values(dispatched_at=clock())
            .returning(Job.id, Job.queue)
            .execution_options(synchronize_session=False)
        )
        references = [JobReference(job_id, name) for job_id, name in jobs]
        dispatch(session, references)
        sent += len(references)
    return sent


async def prune(work: Work, _request: PruneJobs) -> dict[str, int]:
    """Delete finished jobs beyond their retention, in batches."""
    settings = work.platform.settings[JobSettings]
    deleted = 0
    for states, days in (
        ((JobState.SUCCEEDED, JobState.CANCELLED), settings.job_retention_days),
        ((JobState.FAILED,), settings.job_failed_retention_days),
    ):
        while True:
            old = select(Job.id).where(Job.finished_at < after(timedelta(days=-days)), Job.state.in_(states))
            async with work.transaction() as session:
                result = await session.execute(
                    delete(Job).where(Job.id.in_(old.limit(PRUNE_BATCH))).execution_options(synchronize_session=False)
                )
            assert isinstance(result, CursorResult)
            deleted += result.rowcount
            if result.rowcount < PRUNE_BATCH:
                break
            await work.progress(0.5, f"{deleted} old jobs removed")
    return {"deleted": deleted}
