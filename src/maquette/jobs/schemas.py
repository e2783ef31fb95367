"""What crosses the HTTP border about jobs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from maquette.platform.jobs.models import Job, JobState


class JobError(BaseModel):
    """Why an attempt failed."""

    code: str = Field(examples=["worker_lost"])
    message: str


class JobRead(BaseModel):
    """A piece of background work."""

    id: UUID
    kind: str = Field(examples=["media.make_variants"])
    queue: str
    about: dict[str, str] = Field(examples=[{"media_id": "0198c5a2-7b3e-7c10-9d1f-3a5b6c7d8e9f"}])
    """The ids of what it was asked to work on, by their names."""
    state: JobState
    progress: float = Field(ge=0, le=1)
    message: str | None
    error: JobError | None
    """The last failure; a queued job that has one waits to be tried again."""
    result: dict[str, Any] | None
    attempts: int
    max_attempts: int
    cancel_requested: bool
    owner_id: UUID | None
    created_at: datetime
    run_at: datetime | None
    """Not before this time; null means at once."""
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, job: Job) -> "JobRead":
        """What is told of `job`."""
        return cls(
            id=job.id,
            kind=job.kind,
            queue=job.queue,
            about={name: str(given) for name, given in job.request.items() if name.endswith("_id") and given},
            state=JobState(job.state),
            progress=job.progress,
            message=job.message,
            error=None if job.error is None else JobError(**job.error),
            result=job.result,
            attempts=job.attempt,
            max_attempts=job.max_attempts,
            cancel_requested=job.cancel_requested,
            owner_id=job.owner_id,
            created_at=job.created_at,
            run_at=job.run_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
        )


class JobPage(BaseModel):
    """A page of jobs, newest first."""

    items: list[JobRead]
    next_cursor: str | None
    total: int | None = None


class JobKind(BaseModel):
    """A kind of background work."""

    kind: str = Field(examples=["media.make_variants"])
    is_paused: bool
    """While it is, no job of this kind begins; what runs already goes on."""
    queued: int
    """Jobs of this kind that wait, of all users."""


class JobKindPage(BaseModel):
    """Every kind of background work, by name."""

    items: list[JobKind]
