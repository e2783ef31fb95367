"""What is counted of jobs: by the process that runs them, and from the table by whoever is asked."""

from dataclasses import dataclass

from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.platform.jobs.models import ACTIVE, Job

ATTEMPTS = Counter("maquette_job_attempts", "Attempts at jobs that this process ended.", ["kind", "outcome"])
DURATION = Histogram(
    "maquette_job_attempt_seconds",
    "Time that an attempt took.",
    ["kind"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900),
)
WAITING = Histogram(
    "maquette_job_wait_seconds",
    "Time from asking for a job to its first start.",
    ["queue"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60, 300, 3600),
)
RUNNING = Gauge("maquette_jobs_in_process", "Jobs that this process runs at the moment.")
UNSENT = Gauge("maquette_jobs_unsent", "Ids of jobs that wait in this process because the broker is down.")


@dataclass(frozen=True, slots=True)
class Depth:
    """How many jobs of a kind are in a state, and how long the oldest has been."""

    kind: str
    state: str
    count: int
    oldest_seconds: float


async def depths(session: AsyncSession) -> list[Depth]:
    """The jobs that are queued or running, by kind and state."""
    age = func.extract("epoch", func.max(func.statement_timestamp() - Job.created_at))
    rows = await session.execute(
        select(Job.kind, Job.state, func.count(), age).where(Job.state.in_(ACTIVE)).group_by(Job.kind, Job.state)
    )
    return [Depth(kind, state, count, float(oldest)) for kind, state, count, oldest in rows]
