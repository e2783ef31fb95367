"""What a handler is given: its job, the platform, progress, and the only commit of a task."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from maquette.platform.jobs.claims import Claim, fence, record_progress
from maquette.platform.jobs.errors import JobCancelled
from maquette.platform.jobs.models import Job

if TYPE_CHECKING:
    from maquette.platform.runtime import Platform

# Progress is for eyes: more often than this it is not written.
PROGRESS_INTERVAL = 0.5


class Work:
    """One attempt at one job."""

    def __init__(self, platform: "Platform", job: Job) -> None:
        self.platform = platform
        self.job_id: UUID = job.id
        self.owner_id: UUID | None = job.owner_id
        self.attempt: int = job.attempt
        self.claim = Claim(job.id, job.attempt)
        self.is_cancelled = False
        self._written = -PROGRESS_INTERVAL

    async def progress(self, fraction: float, message: str | None = None) -> None:
        """Say how far it is, 0 to 1, in words for the owner. Raises JobCancelled when somebody cancelled it."""
        self.check()
        if time.monotonic() - self._written < PROGRESS_INTERVAL:
            return
        self._written = time.monotonic()
        async with self.platform.database.transaction() as session:
            clipped = message[:500].replace("\0", "\ufffd") if message else None
            self.is_cancelled |= await record_progress(session, self.claim, min(1.0, max(0.0, fraction)), clipped)
        self.check()

    def check(self) -> None:
        """Raise JobCancelled when somebody cancelled it; cheap, for inner loops."""
        if self.is_cancelled:
            raise JobCancelled

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session that commits at the end, if the job is still ours; LeaseLost rolls it back otherwise."""
        async with self.platform.database.transaction() as session:
            yield session
            await fence(session, self.claim)
