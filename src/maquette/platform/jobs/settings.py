"""Settings of jobs and of the workers that do them."""

import os
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from maquette.platform.jobs.task import Queue
from maquette.platform.settings.group import SettingsGroup


class Pool(StrEnum):
    """How a worker runs jobs side by side."""

    THREADS = "threads"
    PREFORK = "prefork"


class JobSettings(SettingsGroup):
    """How background work is done, repeated and forgotten."""

    title: ClassVar[str] = "Jobs"

    job_pool: Pool = Pool.THREADS
    """threads needs less memory; prefork survives a decoder that crashes its process."""
    job_concurrency: int | None = Field(default=None, ge=1, le=256)
    """Jobs that a worker does at once; without it one more than processors, as one of them mostly waits for a file or
    the database."""
    job_queues: list[Queue] = Field(default_factory=lambda: list(Queue))
    """The queues that a worker serves."""
    job_watch_interval: float = Field(default=1.0, gt=0, le=10)
    """Seconds between looks at running jobs: to renew their leases, and to learn that they are cancelled."""
    job_sweep_interval: float = Field(default=5.0, gt=0, le=30)
    """Seconds between sweeps that send stranded jobs again."""
    job_redeliver_after: float = Field(default=5.0, gt=0)
    """Seconds after which a job that was sent and that no worker took counts as stranded."""
    job_retry_delay: float = Field(default=2.0, gt=0)
    """Seconds before the first repetition of a failed job; each further one waits twice as long."""
    job_retry_delay_limit: float = Field(default=600.0, gt=0)
    """The longest wait in seconds between repetitions."""
    job_stop_grace: float = Field(default=3.0, ge=0)
    """Seconds that a stopping worker gives its running jobs before it hands them back."""
    job_retention_days: float = Field(default=14.0, gt=0)
    """Days for which succeeded and cancelled jobs are kept."""
    job_failed_retention_days: float = Field(default=90.0, gt=0)
    """Days for which failed jobs are kept."""

    @property
    def concurrency(self) -> int:
        """The number of jobs that a worker does at once."""
        return self.job_concurrency or (os.cpu_count() or 1) + 1

    def retry_delay(self, attempt: int) -> timedelta:
        """How long to wait after failure number `attempt` (from 1), before jitter."""
        return timedelta(seconds=min(self.job_retry_delay * 2 ** (attempt - 1), self.job_retry_delay_limit))
