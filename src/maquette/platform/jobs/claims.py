"""The statements by which workers take, hold and settle jobs. Time is the database's: workers' clocks may differ."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Interval, bindparam, case, func, literal, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.platform.events.event import emit
from maquette.platform.jobs.errors import LeaseLost
from maquette.platform.jobs.events import JobProgressed
from maquette.platform.jobs.models import Job, JobState, PausedKind
from maquette.platform.jobs.task import JobRequest

# The start of the statement, not of the transaction; stable, so that indexes serve.
clock = func.statement_timestamp


@dataclass(frozen=True, slots=True)
class Claim:
    """A job held by a worker: `attempt` fences every later write."""

    job_id: UUID
    attempt: int

    def is_mine(self) -> ColumnElement[bool]:
        """True of the row as long as nobody else has taken the job and it is not settled."""
        return (Job.id == self.job_id) & (Job.attempt == self.attempt) & (Job.state == JobState.RUNNING)


def is_due() -> ColumnElement[bool]:
    """May it start now?"""
    return or_(Job.run_at.is_(None), Job.run_at <= clock()) & Job.kind.not_in(select(PausedKind.kind))


def is_stranded() -> ColumnElement[bool]:
    """Has the worker that ran it fallen silent?"""
    return (Job.state == JobState.RUNNING) & (Job.lease_until < clock())


def after(delay: timedelta) -> ColumnElement[Any]:
    """The moment that lies `delay` from now, by the clock of the database."""
    return clock() + literal(delay, Interval)


def given_back() -> dict[str, Any]:
    """The values of a job that returns to the queue; one that somebody cancelled meanwhile ends instead."""
    return {
        "state": case((Job.cancel_requested, literal(JobState.CANCELLED.value)), else_=literal(JobState.QUEUED.value)),
        "finished_at": case((Job.cancel_requested, clock()), else_=None),
        "lease_until": None,
        "claimed_by": None,
    }


async def take(
    session: AsyncSession, job_id: UUID, *, worker: str, kinds: Iterable[str], leases: Mapping[str, timedelta]
) -> Job | None:
    """Take the job if it is due, or if the worker that held it has fallen silent; None where there is nothing to take.

    Of many workers that try at once, the lock on the row lets one see it free.
    """
    statement = _taking(frozenset(kinds), tuple(leases.items()))
    return await _changed(session, statement, {"taken": job_id, "worker": worker})


@cache
def _taking(kinds: frozenset[str], leases: tuple[tuple[str, timedelta], ...]) -> Any:
    """The statement that takes a job. A process has one: to build it anew takes longer than to run it."""
    lease: ColumnElement[Any] = literal(JobRequest.lease, Interval)
    if leases:
        lease = case(*((Job.kind == kind, literal(span, Interval)) for kind, span in leases), else_=lease)
    return (
        update(Job)
        .where(
            Job.id == bindparam("taken"),
            Job.kind.in_(sorted(kinds)),
            Job.attempt < Job.max_attempts,
            or_((Job.state == JobState.QUEUED) & is_due(), is_stranded()),
        )
        .values(
            state=JobState.RUNNING,
            attempt=Job.attempt + 1,
            claimed_by=bindparam("worker"),
            lease_until=clock() + lease,
            started_at=func.coalesce(Job.started_at, clock()),
            progress=0.0,
            message=None,
        )
        .returning(Job)
    )


async def settle(session: AsyncSession, claim: Claim, **values: Any) -> Job:
    """Write the end of this attempt. Raises LeaseLost where the job is no longer ours."""
    statement = update(Job).where(claim.is_mine()).values({"lease_until": None, **values}).returning(Job)
    job = await _changed(session, statement)
    if job is None:
        raise LeaseLost
    return job


async def record_progress(session: AsyncSession, claim: Claim, progress: float, message: str | None) -> bool:
    """Write how far it is; True where somebody asked to cancel. Raises LeaseLost."""
    job = await _changed(
        session, update(Job).where(claim.is_mine()).values(progress=progress, message=message).returning(Job)
    )
    if job is None:
        raise LeaseLost
    return job.cancel_requested


async def fence(session: AsyncSession, claim: Claim) -> None:
    """Hold the row until the commit, so that nobody can take the job in between. Raises LeaseLost."""
    held = await session.execute(select(Job.id).where(claim.is_mine()).with_for_update(key_share=True))
    if held.scalar_one_or_none() is None:
        raise LeaseLost


async def look(session: AsyncSession, claims: Iterable[Claim]) -> list[tuple[UUID, int, bool]]:
    """The claims that still hold, as (id, attempt, cancel_requested)."""
    keys = [(claim.job_id, claim.attempt) for claim in claims]
    statement = select(Job.id, Job.attempt, Job.cancel_requested).where(
        tuple_(Job.id, Job.attempt).in_(keys), Job.state == JobState.RUNNING
    )
    return [(job_id, attempt, asked) for job_id, attempt, asked in (await session.execute(statement))]


async def renew(session: AsyncSession, claims: Iterable[Claim], lease: timedelta) -> None:
    """Say that the worker is alive."""
    keys = [(claim.job_id, claim.attempt) for claim in claims]
    await session.execute(
        update(Job)
        .where(tuple_(Job.id, Job.attempt).in_(keys), Job.state == JobState.RUNNING)
        .values(lease_until=after(lease))
        .execution_options(synchronize_session=False)
    )


async def _changed(session: AsyncSession, statement: Any, parameters: dict[str, Any] | None = None) -> Job | None:
    """Run an UPDATE of one job that returns it, and tell the world how it stands now."""
    options = {"synchronize_session": False, "populate_existing": True}
    found = await session.execute(statement, parameters, execution_options=options)
    job: Job | None = found.scalar_one_or_none()
    if job is not None:
        emit(session, JobProgressed.of(job))
    return job
