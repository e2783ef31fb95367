"""The job table: the truth about background work. Celery only carries ids."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from maquette.kit.database.models import Identified, Model


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE = (JobState.QUEUED, JobState.RUNNING)


class Job(Identified, Model):
    """One piece of durable background work."""

    __tablename__ = "job"

    kind: Mapped[str] = mapped_column(String(100))
    queue: Mapped[str] = mapped_column(String(40))
    request: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(16), server_default=JobState.QUEUED)
    progress: Mapped[float] = mapped_column(server_default="0")
    message: Mapped[str | None] = mapped_column(String(500))
    error: Mapped[dict[str, Any] | None]
    """{code, message} of the last failure, for the owner to read; kept while it waits to be tried again."""
    result: Mapped[dict[str, Any] | None]
    owner_id: Mapped[UUID | None]
    """The user who sees it; no foreign key, because accounts stand above the platform."""
    attempt: Mapped[int] = mapped_column(server_default="0")
    """Grows with each claim and never shrinks: it fences what a worker that lost the job may still try to write."""
    max_attempts: Mapped[int]
    run_at: Mapped[datetime | None]
    """Not before this time; none means at once, which needs no agreement of clocks."""
    dispatched_at: Mapped[datetime | None]
    """When its id was last handed to the broker; none until it is due."""
    claimed_by: Mapped[str | None] = mapped_column(String(120))
    lease_until: Mapped[datetime | None]
    cancel_requested: Mapped[bool] = mapped_column(server_default=text("false"))
    unique_key: Mapped[str | None] = mapped_column(String(200))
    """Of the queued and running jobs, only one may hold a key."""
    once_key: Mapped[str | None] = mapped_column(String(200))
    """Of all jobs, finished ones too, only one may hold a key: slots of periodic jobs."""
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')", name="state_known"),
        CheckConstraint("progress >= 0 AND progress <= 1", name="progress_range"),
        Index(
            "uq_job_unique_key_active",
            "unique_key",
            unique=True,
            postgresql_where=text("unique_key IS NOT NULL AND state IN ('queued', 'running')"),
        ),
        Index("uq_job_once_key", "once_key", unique=True, postgresql_where=text("once_key IS NOT NULL")),
        # The sweep reads only what is not finished, however many finished jobs are kept.
        Index("ix_job_active", "state", "queue", "id", postgresql_where=text("state IN ('queued', 'running')")),
        Index("ix_job_finished_at", "finished_at", postgresql_where=text("finished_at IS NOT NULL")),
        Index("ix_job_owner_id_id", "owner_id", "id"),
    )


class PausedKind(Model):
    """A kind of job that no worker begins until somebody resumes it; what runs already goes on."""

    __tablename__ = "paused_job_kind"

    kind: Mapped[str] = mapped_column(String(100), primary_key=True)
