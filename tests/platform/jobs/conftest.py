"""Platforms that know the probes, a runner in this process, and real workers in others."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.platform.jobs.probes import PROBED

from maquette.platform.database.settings import DatabaseSettings
from maquette.platform.jobs.enqueue import enqueue
from maquette.platform.jobs.models import Job
from maquette.platform.jobs.registry import TaskRegistry
from maquette.platform.jobs.runner import JobRunner
from maquette.platform.jobs.settings import JobSettings
from maquette.platform.jobs.task import JobRequest
from maquette.platform.runtime import Platform, running
from maquette.platform.settings.loader import Settings
from maquette.platform.valkey import ValkeySettings

ROOT = Path(__file__).parents[3]

Ask = Callable[..., Awaitable[UUID]]
Look = Callable[[UUID], Awaitable[Job]]
Until = Callable[..., Awaitable[Job]]


@pytest.fixture
def quick() -> dict[str, float]:
    """Intervals short enough to wait for."""
    return {
        "job_watch_interval": 0.1,
        "job_sweep_interval": 0.3,
        "job_redeliver_after": 0.5,
        "job_retry_delay": 0.1,
        "job_stop_grace": 0.5,
    }


@pytest.fixture
async def probed(live_settings: Settings, quick: dict[str, float]) -> AsyncIterator[Platform]:
    """A platform with real commits whose slices include the probes."""
    async with running(live_settings.replaced(JobSettings(**quick)), PROBED) as started:
        await started.cache.valkey.flushdb()
        yield started


@pytest.fixture
def runner(probed: Platform) -> JobRunner:
    """Runs jobs in this process."""
    return JobRunner(probed, TaskRegistry(PROBED))


@pytest.fixture
def ask(probed: Platform) -> Ask:
    """Ask for a job in a transaction of its own; its id."""

    async def asked(request: JobRequest, **more: Any) -> UUID:
        async with probed.database.transaction() as session:
            return (await enqueue(session, request, **more)).id

    return asked


@pytest.fixture
def look(probed: Platform) -> Look:
    """The row of a job as it is now."""

    async def found(job_id: UUID) -> Job:
        async with probed.database.reading() as session:
            return await session.get_one(Job, job_id)

    return found


@pytest.fixture
def until(look: Look) -> Until:
    """Wait for a job to be in one of these states."""

    async def reached(job_id: UUID, *states: str, seconds: float = 20) -> Job:
        deadline = time.monotonic() + seconds
        while True:
            job = await look(job_id)
            if job.state in states:
                return job
            if time.monotonic() > deadline:
                pytest.fail(
                    f"the job is {job.state} (attempt {job.attempt}) after {seconds} s, not {' or '.join(states)}"
                )
            await asyncio.sleep(0.02)

    return reached


class Workers:
    """Real worker processes, all gone after the test."""

    def __init__(self, settings: Settings, quick: dict[str, float]) -> None:
        jobs = {f"MAQUETTE_{name.upper()}": str(value) for name, value in quick.items()}
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "MAQUETTE_DATABASE_URL": settings[DatabaseSettings].database_url or "",
            "MAQUETTE_REDIS_URL": settings[ValkeySettings].redis_url or "",
            "MAQUETTE_SECRET_KEY": "a key for tests that is long enough",
            "MAQUETTE_JOB_CONCURRENCY": "2",
            **jobs,
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """A worker, or a beat; it may take a second to be ready."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.platform.jobs.probes", *arguments],
            env=self.environment | environment,
            cwd=ROOT,
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End it without a word, with its children."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


@pytest.fixture
def workers(probed: Platform, quick: dict[str, float], tmp_path: Path) -> Iterator[Workers]:
    """Starts workers on the platform of this test."""
    made = Workers(probed.settings, quick)
    made.environment["MAQUETTE_DATA_DIR"] = str(tmp_path / "worker")
    yield made
    for process in made.processes:
        process.terminate()
    for process in made.processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(6)
        made.kill(process)
