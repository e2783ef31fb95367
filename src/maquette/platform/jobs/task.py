"""The definition of a kind of job: what it is asked with, and the handler that does it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from maquette.platform.jobs.work import Work


class Queue(StrEnum):
    """Where a job waits; workers choose which queues they serve."""

    DEFAULT = "default"
    IMAGING = "imaging"
    MAINTENANCE = "maintenance"


class JobRequest(BaseModel):
    """What a job is asked with: its payload, kept as JSON on the row. A subclass is a kind of job.

    Requests stand in a slice's `schemas` so that its service and others may ask; handlers stand in its `tasks`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    """Such as media.make_variants."""
    queue: ClassVar[Queue] = Queue.DEFAULT
    max_attempts: ClassVar[int] = 5
    lease: ClassVar[timedelta] = timedelta(seconds=30)
    """A worker that does not say it is alive for this long has lost the job."""
    timeout: ClassVar[timedelta] = timedelta(minutes=10)
    """An attempt that takes longer is stopped and counts as failed."""


R = TypeVar("R", bound=JobRequest)


@dataclass(frozen=True, slots=True)
class Task(Generic[R]):
    """A kind of job and who does it. The handler is idempotent: it may run more than once for one row.

    `handler(work, request)` returns a JSON-ready dictionary, kept as the job's result, or None.
    """

    request: type[R]
    handler: Callable[["Work", R], Awaitable[dict[str, Any] | None]]

    @property
    def kind(self) -> str:
        """The name of the kind."""
        return self.request.kind


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job asked for again and again: one per slot of time, whatever number of beats are running."""

    request: JobRequest
    every: timedelta
