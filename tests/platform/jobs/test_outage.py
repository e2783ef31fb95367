"""Jobs while the database refuses every connection: nothing is lost, and nothing is done twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import update
from tests.conftest import Servers
from tests.outage import database_shut
from tests.platform.jobs.conftest import Ask, Look, Until
from tests.platform.jobs.probes import PROBED, Echo, Sleep

from maquette.kit.clock import now
from maquette.platform.jobs.models import Job, JobState
from maquette.platform.jobs.process import WorkerProcesses
from maquette.platform.jobs.registry import TaskRegistry
from maquette.platform.jobs.runner import JobRunner
from maquette.platform.jobs.sweep import sweep_for_ever
from maquette.platform.runtime import Platform, running


async def test_a_result_that_cannot_be_written_is_offered_again(
    servers: Servers, probed: Platform, runner: JobRunner, ask: Ask, until: Until
) -> None:
    job_id = await ask(Sleep(seconds=0.3))
    doing = asyncio.create_task(runner.run(job_id))
    await until(job_id, "running")
    async with database_shut(servers, probed):
        await asyncio.sleep(0.8)
        assert not doing.done(), "the work is done and its result waits"
    assert await asyncio.wait_for(doing, 10)
    assert (await until(job_id, "succeeded")).attempt == 1


async def test_a_message_that_comes_meanwhile_costs_no_job(
    servers: Servers, probed: Platform, ask: Ask, look: Look
) -> None:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Platform]:
        async with running(probed.settings, PROBED) as platform:
            yield platform

    processes = WorkerProcesses(opened, TaskRegistry(PROBED))
    await asyncio.to_thread(processes.here().wait_ready)
    try:
        job_id = await ask(Echo())
        async with database_shut(servers, probed):
            await asyncio.to_thread(processes.run, str(job_id))
            await asyncio.to_thread(processes.ask, "probe.tick")
        await probed.database.engine.dispose()  # the test's own connections, which are dead
        assert (await look(job_id)).state == "queued"
        await asyncio.to_thread(processes.run, str(job_id))
        assert (await look(job_id)).state == "succeeded"
    finally:
        await asyncio.to_thread(processes.stop_here)


async def test_the_sweep_goes_on_when_it_is_over(servers: Servers, probed: Platform, ask: Ask, until: Until) -> None:
    job_id = await ask(Sleep())
    async with probed.database.transaction() as session:
        await session.execute(update(Job).values(state=JobState.RUNNING, attempt=1, lease_until=now()))
    async with database_shut(servers, probed):
        sweeping = asyncio.create_task(sweep_for_ever(probed))
        await asyncio.sleep(0.5)
        assert not sweeping.done()
    await probed.database.engine.dispose()  # the test's own connections, which are dead
    await until(job_id, "queued", seconds=5)
    sweeping.cancel()
