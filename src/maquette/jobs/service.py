"""What a user may do with background work."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.actor import Actor
from maquette.accounts.errors import AdministratorNeeded
from maquette.jobs import repository
from maquette.jobs.repository import JobFilter
from maquette.jobs.schemas import JobKind, JobKindPage, JobPage, JobRead
from maquette.platform.jobs import control
from maquette.platform.jobs.errors import JobKindNotFound, JobNotFound
from maquette.platform.jobs.models import Job
from maquette.platform.jobs.registry import TaskRegistry

__all__ = [
    "JobFilter",
    "cancel_job",
    "get_job",
    "is_visible",
    "list_jobs",
    "list_kinds",
    "pause_kind",
    "resume_kind",
    "retry_job",
]


async def list_jobs(
    session: AsyncSession, actor: Actor, wanted: JobFilter, *, limit: int, cursor: str | None, total: bool
) -> JobPage:
    """A page of the own jobs, or of everybody's where an administrator asks."""
    if wanted.everyone and not actor.is_administrator:
        raise AdministratorNeeded
    items, next_cursor = await repository.page(session, actor, wanted, limit, cursor)
    counted = await repository.count(session, actor, wanted) if total else None
    return JobPage(items=[JobRead.of(job) for job in items], next_cursor=next_cursor, total=counted)


async def get_job(session: AsyncSession, actor: Actor, job_id: UUID) -> JobRead:
    """The job. Raises JobNotFound."""
    return JobRead.of(await _job(session, actor, job_id))


async def cancel_job(session: AsyncSession, actor: Actor, job_id: UUID) -> JobRead:
    """Stop the job. Raises JobNotFound or JobFinished."""
    job = await _job(session, actor, job_id, locked=True)
    await control.cancel(session, job)
    return JobRead.of(job)


async def retry_job(session: AsyncSession, actor: Actor, job_id: UUID, registry: TaskRegistry) -> JobRead:
    """Queue the job again. Raises JobNotFound, JobNotFinished or JobAlreadyActive."""
    job = await _job(session, actor, job_id, locked=True)
    await control.retry(session, job, registry)
    return JobRead.of(job)


async def list_kinds(session: AsyncSession, registry: TaskRegistry) -> JobKindPage:
    """Every kind of job, with whether it is paused."""
    found = await control.standing_of(session, sorted(registry))
    return JobKindPage(
        items=[JobKind(kind=kind, is_paused=paused, queued=queued) for kind, (paused, queued) in found.items()]
    )


async def pause_kind(session: AsyncSession, registry: TaskRegistry, kind: str) -> JobKind:
    """Hold back the jobs of a kind. Raises JobKindNotFound."""
    if kind not in registry:
        raise JobKindNotFound
    await control.pause(session, kind)
    return await _kind(session, kind)


async def resume_kind(session: AsyncSession, registry: TaskRegistry, kind: str) -> JobKind:
    """Let the jobs of a kind go on. Raises JobKindNotFound."""
    if kind not in registry:
        raise JobKindNotFound
    await control.resume(session, kind)
    return await _kind(session, kind)


async def _kind(session: AsyncSession, kind: str) -> JobKind:
    paused, queued = (await control.standing_of(session, [kind]))[kind]
    return JobKind(kind=kind, is_paused=paused, queued=queued)


async def is_visible(session: AsyncSession, actor: Actor, job_id: UUID) -> bool:
    """Whether `actor` may know of the job and hear of it."""
    return await repository.find(session, actor, job_id) is not None


async def _job(session: AsyncSession, actor: Actor, job_id: UUID, *, locked: bool = False) -> Job:
    job = await repository.find(session, actor, job_id, locked=locked)
    if job is None:
        raise JobNotFound
    return job
