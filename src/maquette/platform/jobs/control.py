"""Stopping a job and asking for it again, and holding back a whole kind, whoever may do so."""

from collections.abc import Iterable

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.platform.events.event import emit
from maquette.platform.jobs.claims import clock
from maquette.platform.jobs.enqueue import JobReference, dispatch
from maquette.platform.jobs.errors import JobAlreadyActive, JobFinished, JobNotFinished
from maquette.platform.jobs.events import JobProgressed
from maquette.platform.jobs.models import Job, JobState, PausedKind
from maquette.platform.jobs.registry import TaskRegistry
from maquette.platform.jobs.task import JobRequest


async def cancel(session: AsyncSession, job: Job) -> None:
    """End a waiting job at once; a running one hears of it within about a second. `job` is locked for update."""
    match JobState(job.state):
        case JobState.QUEUED:
            job.state = JobState.CANCELLED
            job.cancel_requested = True
            job.finished_at = clock()
        case JobState.RUNNING:
            job.cancel_requested = True
        case state:
            raise JobFinished(f"The job is {state} already: there is nothing left to cancel.")
    await session.flush()
    await session.refresh(job)
    emit(session, JobProgressed.of(job))


async def retry(session: AsyncSession, job: Job, registry: TaskRegistry) -> None:
    """Queue a failed or cancelled job again, with as many attempts as it had at first. `job` is locked for update."""
    if job.state not in (JobState.FAILED, JobState.CANCELLED):
        raise JobNotFinished(f"The job is {job.state}; only a failed or cancelled job can be tried again.")
    attempts = registry[job.kind].request.max_attempts if job.kind in registry else JobRequest.max_attempts
    job.state = JobState.QUEUED
    # The number of the attempt only grows: it fences what a worker of an earlier one may still write.
    job.max_attempts = job.attempt + attempts
    job.cancel_requested = False
    job.progress = 0.0
    job.message = job.error = job.run_at = job.finished_at = job.claimed_by = None
    job.dispatched_at = clock()
    try:
        async with session.begin_nested():
            await session.flush()
    except IntegrityError:
        raise JobAlreadyActive("The same work is queued or running in another job. Wait for that one.") from None
    await session.refresh(job)
    dispatch(session, [JobReference(job.id, job.queue)])
    emit(session, JobProgressed.of(job))


async def pause(session: AsyncSession, kind: str) -> None:
    """Let no worker begin a job of this kind; what runs already goes on."""
    await session.execute(insert(PausedKind).values(kind=kind).on_conflict_do_nothing())


async def resume(session: AsyncSession, kind: str) -> None:
    """Let workers begin jobs of this kind again; the next sweep sends those that have waited."""
    await session.execute(delete(PausedKind).where(PausedKind.kind == kind))


async def standing_of(session: AsyncSession, kinds: Iterable[str]) -> dict[str, tuple[bool, int]]:
    """Of each kind whether it is paused, and how many of its jobs wait."""
    paused = set(await session.scalars(select(PausedKind.kind)))
    waiting = await session.execute(
        select(Job.kind, func.count()).where(Job.state == JobState.QUEUED).group_by(Job.kind)
    )
    counted = dict(waiting.all())
    return {kind: (kind in paused, counted.get(kind, 0)) for kind in kinds}
