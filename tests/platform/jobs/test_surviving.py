"""No job is lost and none is done twice at once, whatever dies: real workers in processes of their own."""

import asyncio
import os
import shutil
import signal
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.platform.jobs.conftest import Ask, Look, Until, Workers
from tests.platform.jobs.probes import PROBED, Echo, Poison, Sleep, Step

from maquette.platform.jobs import control
from maquette.platform.jobs.enqueue import enqueue, enqueue_many
from maquette.platform.jobs.errors import WORKER_LOST
from maquette.platform.jobs.models import Job
from maquette.platform.jobs.settings import JobSettings
from maquette.platform.jobs.sweep import sweep
from maquette.platform.jobs.task import Queue
from maquette.platform.runtime import Platform, running
from maquette.platform.settings.loader import Settings
from maquette.platform.valkey import ValkeySettings
from maquette.stack.embedded import EmbeddedStack


async def count(platform: Platform, *states: str) -> int:
    async with platform.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Job).where(Job.state.in_(states))) or 0


async def all_done(platform: Platform, number: int, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while await count(platform, "succeeded") < number:
        assert time.monotonic() < deadline, f"{await count(platform, 'succeeded')} of {number} after {seconds} s"
        await asyncio.sleep(0.05)


async def test_a_commit_reaches_a_worker_within_moments(ask: Ask, workers: Workers, until: Until) -> None:
    workers.start()
    await until(await ask(Echo()), "succeeded")
    waits = []
    for _ in range(20):
        job = await until(await ask(Echo()), "succeeded", seconds=5)
        assert job.started_at is not None
        waits.append((job.started_at - job.created_at).total_seconds())
    # Measured at about 5 ms; the sweep, which would hide a dispatcher that sends nothing, takes 300 ms and more.
    assert statistics.median(waits) < 0.2


@pytest.mark.parametrize("pool", ["threads", "prefork"])
async def test_a_killed_worker_delays_its_job(pool: str, ask: Ask, look: Look, workers: Workers, until: Until) -> None:
    first = workers.start(MAQUETTE_JOB_POOL=pool)
    job_id = await ask(Sleep(seconds=1.5))
    await until(job_id, "running")
    workers.kill(first)
    assert (await look(job_id)).state == "running"
    workers.start(MAQUETTE_JOB_POOL=pool)
    job = await until(job_id, "succeeded", seconds=20)
    assert job.attempt == 2


async def test_poison_is_given_up_and_its_owner_reads_why(ask: Ask, workers: Workers, until: Until) -> None:
    job_id = await ask(Poison())
    for _ in range(2):
        worker = workers.start()
        await asyncio.to_thread(worker.wait, 20)
    workers.start()
    job = await until(job_id, "failed")
    assert job.attempt == 2
    assert job.error is not None
    assert job.error["code"] == WORKER_LOST
    assert "at every attempt" in job.error["message"]


async def test_a_crash_of_one_child_spares_a_prefork_worker(ask: Ask, workers: Workers, until: Until) -> None:
    worker = workers.start(MAQUETTE_JOB_POOL="prefork")
    job_id = await ask(Poison())
    await until(job_id, "failed")
    await until(await ask(Echo()), "succeeded")
    assert worker.poll() is None


async def test_a_flushed_broker_loses_nothing(probed: Platform, workers: Workers) -> None:
    async with probed.database.transaction() as session:
        await enqueue_many(session, [Echo(text=str(number)) for number in range(100)])
    deadline = time.monotonic() + 10
    while (await probed.dispatcher.waiting() or {}).get(Queue.DEFAULT) != 100:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    await probed.cache.valkey.flushdb()
    assert await probed.dispatcher.waiting() == {"default": 0, "imaging": 0, "maintenance": 0}
    workers.start()
    await all_done(probed, 100)
    async with probed.database.reading() as session:
        assert await session.scalar(select(func.max(Job.attempt))) == 1


async def test_a_stopping_worker_finishes_or_hands_back(
    probed: Platform, ask: Ask, look: Look, workers: Workers, until: Until
) -> None:
    worker = workers.start()
    short, long = await ask(Sleep(seconds=0.3)), await ask(Sleep(seconds=60))
    await until(short, "running", "succeeded")
    await until(long, "running")
    worker.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert await asyncio.to_thread(worker.wait, 10) == 0
    assert time.monotonic() - began < 5
    assert (await look(short)).state == "succeeded"
    assert (await look(long)).state == "queued"
    async with probed.database.transaction() as session:
        await control.cancel(session, await session.get_one(Job, long))


async def test_a_job_in_a_worker_is_cancelled(probed: Platform, ask: Ask, workers: Workers, until: Until) -> None:
    workers.start()
    job_id = await ask(Step(steps=100, pause=0.1))
    await until(job_id, "running")
    async with probed.database.transaction() as session:
        await control.cancel(session, await session.get_one(Job, job_id))
    await until(job_id, "cancelled", seconds=5)


async def test_two_beats_ask_for_one_job_a_slot(probed: Platform, workers: Workers) -> None:
    workers.start()
    for _ in range(3):
        workers.start("beat")
    await all_done(probed, 4)
    async with probed.database.reading() as session:
        ticks = list(await session.scalars(select(Job.created_at).where(Job.kind == "probe.tick").order_by(Job.id)))
        slots = list(await session.scalars(select(Job.once_key).where(Job.kind == "probe.tick")))
    assert len(set(slots)) == len(slots)
    # Three beats tick once a second each: without slots there would be three jobs a second.
    assert len(ticks) <= (ticks[-1] - ticks[0]).total_seconds() + 2


async def test_jobs_for_later_are_sent_when_they_are_due(
    probed: Platform, workers: Workers, until: Until, ask: Ask
) -> None:
    workers.start()
    await until(await ask(Echo()), "succeeded")
    async with probed.database.transaction() as session:
        soon = await session.scalar(select(func.statement_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, 0.7)))
        assert soon is not None
        job_id = (await enqueue(session, Echo(), run_at=soon)).id
    job = await until(job_id, "succeeded", seconds=5)
    assert job.started_at is not None
    assert 0 <= (job.started_at - soon).total_seconds() < 0.5


async def test_only_one_sweeps_at_a_time_and_a_long_queue_is_not_sent_again(probed: Platform) -> None:
    async with probed.database.transaction() as session:
        await enqueue_many(session, [Echo() for _ in range(30)])
    await asyncio.sleep(0.8)
    swept = await asyncio.gather(*(sweep(probed) for _ in range(4)))
    assert sum(each.sent_again for each in swept) == 0, "their messages are still in the queue"
    await probed.cache.valkey.flushdb()
    swept = await asyncio.gather(*(sweep(probed) for _ in range(4)))
    assert sum(each.sent_again for each in swept) == 30


@pytest.fixture
def own_valkey() -> Iterator[EmbeddedStack]:
    """A Valkey that a test may kill."""
    folder = Path(tempfile.mkdtemp(prefix="maquette-valkey-"))
    stack = EmbeddedStack(folder, fsync=False, postgres=False)
    stack.start()
    yield stack
    stack.stop()
    shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def platform_on(settings: Settings, url: str, quick: dict[str, float]) -> AsyncIterator[Platform]:
    replaced = settings.replaced(JobSettings(**quick), ValkeySettings(redis_url=url))
    async with running(replaced, PROBED) as platform:
        yield platform


async def test_a_killed_valkey_that_returns_delays_jobs(
    live_settings: Settings, quick: dict[str, float], own_valkey: EmbeddedStack, tmp_path: Path
) -> None:
    async with platform_on(live_settings, own_valkey.redis_url, quick) as platform:
        workers = Workers(platform.settings, quick)
        workers.environment["MAQUETTE_DATA_DIR"] = str(tmp_path / "worker")
        try:
            workers.start()
            async with platform.database.transaction() as session:
                await enqueue(session, Echo())
            await all_done(platform, 1)
            os.kill((await platform.cache.valkey.info("server"))["process_id"], signal.SIGKILL)
            began = time.monotonic()
            for number in range(20):
                async with platform.database.transaction() as session:
                    await enqueue(session, Echo(text=str(number)))
            assert time.monotonic() - began < 5, "who asks does not wait for the broker"
            await asyncio.sleep(1)
            assert await count(platform, "queued") == 20
            own_valkey.stop()
            own_valkey.start()
            await all_done(platform, 21)
        finally:
            for process in workers.processes:
                workers.kill(process)
