"""Asking for background work, in the transaction of whoever asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.kit.clock import now
from maquette.kit.ids import new_id
from maquette.kit.outbox import outbox_of
from maquette.platform.events.event import emit
from maquette.platform.jobs.errors import JobAlreadyActive
from maquette.platform.jobs.events import JobProgressed
from maquette.platform.jobs.models import ACTIVE, Job
from maquette.platform.jobs.task import JobRequest

# How often to look again when the holder of a key finishes between our insert and our look.
KEY_RACES = 5


@dataclass(frozen=True, slots=True)
class JobReference:
    """What the dispatcher is told of a job: where to send its id, and how long to wait."""

    id: UUID
    queue: str
    delay: timedelta = timedelta()


def _row(request: JobRequest, owner_id: UUID | None, run_at: datetime | None) -> dict[str, Any]:
    return {
        "id": new_id(),
        "kind": request.kind,
        "queue": request.queue.value,
        "request": request.model_dump(mode="json"),
        "owner_id": owner_id,
        "max_attempts": request.max_attempts,
        "run_at": run_at,
    }


async def enqueue(
    session: AsyncSession,
    request: JobRequest,
    *,
    owner_id: UUID | None = None,
    unique_key: str | None = None,
    once_key: str | None = None,
    run_at: datetime | None = None,
) -> Job:
    """Ask for `request` to be done after this session commits; a rollback forgets it.

    While a job with `unique_key` is queued or running, it is returned in place of a second one; a job with
    `once_key` is returned even when it is finished.
    """
    values = _row(request, owner_id, run_at)
    # Set as if it were sent: the dispatcher sends it right after the commit, and the sweep looks after the rest.
    values["dispatched_at"] = None if run_at is not None else func.statement_timestamp()
    if unique_key is None and once_key is None:
        job = (await session.execute(insert(Job).values(values).returning(Job))).scalar_one()
    else:
        values |= {"unique_key": unique_key, "once_key": once_key}
        made, job = await _insert_or_find(session, values)
        if not made:
            return job
    _announce(session, job)
    return job


async def _insert_or_find(session: AsyncSession, values: dict[str, Any]) -> tuple[bool, Job]:
    held: list[ColumnElement[bool]] = []
    if values["once_key"] is not None:
        held.append(Job.once_key == values["once_key"])
    if values["unique_key"] is not None:
        held.append((Job.unique_key == values["unique_key"]) & Job.state.in_(ACTIVE))
    for _ in range(KEY_RACES):
        made = postgres_insert(Job).values(values).on_conflict_do_nothing().returning(Job)
        job = (await session.execute(made)).scalar_one_or_none()
        if job is not None:
            return True, job
        found = await session.execute(select(Job).where(or_(*held)).limit(1).execution_options(populate_existing=True))
        job = found.scalar_one_or_none()
        if job is not None:
            return False, job
    raise JobAlreadyActive("The same work is being asked for by many at once. Try again in a moment.")


async def enqueue_many(
    session: AsyncSession, requests: Sequence[JobRequest], *, owner_id: UUID | None = None
) -> list[UUID]:
    """Ask for many jobs in one INSERT; the ids are in the order of `requests`.

    Their owner is not told of each: who asks for thousands shows the whole.
    """
    if not requests:
        return []
    rows = [_row(request, owner_id, None) for request in requests]
    await session.execute(insert(Job).values(dispatched_at=func.statement_timestamp()), rows)
    outbox_of(session).jobs.extend(JobReference(row["id"], row["queue"]) for row in rows)
    return [row["id"] for row in rows]


def _announce(session: AsyncSession, job: Job) -> None:
    delay = timedelta() if job.run_at is None else max(timedelta(), job.run_at - now())
    outbox_of(session).jobs.append(JobReference(job.id, job.queue, delay))
    if job.owner_id is not None:
        emit(session, JobProgressed.of(job))


def dispatch(session: AsyncSession, references: Iterable[JobReference]) -> None:
    """Send the ids of jobs that stand in the table already, after the commit."""
    outbox_of(session).jobs.extend(references)
