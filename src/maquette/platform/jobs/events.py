"""What the world hears of jobs."""

from typing import Any, ClassVar
from uuid import UUID

from maquette.platform.events.event import Event
from maquette.platform.jobs.models import Job, JobState


class JobProgressed(Event):
    """A job was queued, started, came further, or ended."""

    name: ClassVar[str] = "job.progress"

    job_id: UUID
    kind: str
    state: JobState
    progress: float
    message: str | None = None
    error: dict[str, Any] | None = None
    attempts: int = 0
    owner_id: UUID | None = None

    @classmethod
    def of(cls, job: Job) -> "JobProgressed":
        """The event that tells how `job` stands."""
        return cls(
            job_id=job.id,
            kind=job.kind,
            state=JobState(job.state),
            progress=job.progress,
            message=job.message,
            error=job.error,
            attempts=job.attempt,
            owner_id=job.owner_id,
        )

    def topics(self) -> tuple[str, ...]:
        """The job itself, and whoever owns it."""
        owner = () if self.owner_id is None else (f"user:{self.owner_id}",)
        return (f"job:{self.job_id}", *owner)
