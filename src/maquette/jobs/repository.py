"""All SQL about what a user sees of jobs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.actor import Actor
from maquette.kit.database.pagination import Direction, SortKey
from maquette.platform.jobs.models import Job, JobState

NEWEST = SortKey("jobs.newest", (Job.id,), Direction.DESCENDING)


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs a list shows."""

    states: Sequence[JobState] = field(default=())
    kinds: Sequence[str] = field(default=())
    everyone: bool = False


def visible_to(actor: Actor) -> Select[Job]:
    """The jobs that `actor` may know of: the own ones, and all of them for administrators."""
    statement = select(Job)
    return statement if actor.is_administrator else statement.where(Job.owner_id == actor.owner_id)


def _filtered(actor: Actor, wanted: JobFilter) -> Select[Job]:
    statement = visible_to(actor)
    if not wanted.everyone:
        statement = statement.where(Job.owner_id == actor.owner_id)
    if wanted.states:
        statement = statement.where(Job.state.in_(wanted.states))
    if wanted.kinds:
        statement = statement.where(Job.kind.in_(wanted.kinds))
    return statement


async def page(
    session: AsyncSession, actor: Actor, wanted: JobFilter, limit: int, cursor: str | None
) -> tuple[list[Job], str | None]:
    """Up to `limit` jobs, newest first, and the cursor of the next page."""
    statement = _filtered(actor, wanted).order_by(*NEWEST.order_by()).limit(limit + 1)
    if cursor is not None:
        statement = statement.where(NEWEST.after(cursor))
    found = list(await session.scalars(statement))
    if len(found) <= limit:
        return found, None
    return found[:limit], NEWEST.cursor_of([found[limit - 1].id])


async def count(session: AsyncSession, actor: Actor, wanted: JobFilter) -> int:
    """How many jobs the whole list has."""
    return await session.scalar(select(func.count()).select_from(_filtered(actor, wanted).subquery())) or 0


async def find(session: AsyncSession, actor: Actor, job_id: UUID, *, locked: bool = False) -> Job | None:
    """The job, if `actor` may know of it; `locked` until the end of the transaction."""
    statement = visible_to(actor).where(Job.id == job_id)
    return await session.scalar(statement.with_for_update() if locked else statement)
