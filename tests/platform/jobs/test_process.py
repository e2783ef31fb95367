"""The inside of a worker process, driven from threads as Celery's pools do."""

import asyncio
import pickle
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.platform.jobs.conftest import Ask, Look, Until
from tests.platform.jobs.probes import PROBED, Echo, Sleep

from maquette.platform.database.schema import SchemaNotReady
from maquette.platform.jobs.process import WorkerProcesses
from maquette.platform.jobs.registry import TaskRegistry
from maquette.platform.jobs.task import Queue
from maquette.platform.runtime import Platform, running
from maquette.platform.valkey import ValkeySettings
from maquette.worker import create_celery, plan_beat


@pytest.fixture
async def processes(probed: Platform) -> AsyncIterator[WorkerProcesses]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Platform]:
        async with running(probed.settings, PROBED) as platform:
            yield platform

    made = WorkerProcesses(opened, TaskRegistry(PROBED))
    yield made
    await asyncio.to_thread(made.stop_here)


async def test_jobs_of_many_threads_run_on_one_loop(ask: Ask, look: Look, processes: WorkerProcesses) -> None:
    ids = [await ask(Echo()) for _ in range(8)]
    await asyncio.gather(*(asyncio.to_thread(processes.run, str(job_id)) for job_id in ids))
    assert [(await look(job_id)).state for job_id in ids] == ["succeeded"] * 8
    assert processes.here() is processes.here()
    assert sum(thread.name == "jobs" for thread in threading.enumerate()) == 1


async def test_stopping_hands_back_what_runs(ask: Ask, look: Look, processes: WorkerProcesses, until: Until) -> None:
    job_id = await ask(Sleep(seconds=60))
    running_job = asyncio.create_task(asyncio.to_thread(processes.run, str(job_id)))
    await until(job_id, "running")
    await asyncio.to_thread(processes.stop_here)
    await asyncio.wait_for(running_job, 5)
    assert (await look(job_id)).state == "queued"
    await asyncio.to_thread(processes.stop_here)


async def test_a_tick_asks_for_the_periodic_job(processes: WorkerProcesses, probed: Platform, until: Until) -> None:
    await asyncio.to_thread(processes.ask, "probe.tick")
    deadline = asyncio.get_running_loop().time() + 5
    while (await probed.dispatcher.waiting() or {}).get(Queue.MAINTENANCE) != 1:
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.02)


async def test_a_platform_that_does_not_open_is_told_to_who_waits() -> None:
    @asynccontextmanager
    async def refused() -> AsyncIterator[Platform]:
        raise SchemaNotReady("The database is empty.")
        yield

    made = WorkerProcesses(refused, TaskRegistry(PROBED))
    with pytest.raises(SchemaNotReady, match="is empty"):
        await asyncio.to_thread(made.here().wait_ready)
    with pytest.raises(SchemaNotReady, match="is empty"):
        await asyncio.to_thread(made.check)
    await asyncio.to_thread(made.release_here)
    await asyncio.to_thread(made.stop_here)


async def test_a_process_checks_its_platform_before_it_forks(processes: WorkerProcesses) -> None:
    await asyncio.to_thread(processes.check)
    assert not any(thread.name == "jobs" for thread in threading.enumerate())


def test_celery_knows_two_tasks_and_every_queue(probed: Platform, processes: WorkerProcesses) -> None:
    celery = create_celery(probed.settings, processes)
    assert {name for name in celery.tasks if name.startswith("maquette.")} == {"maquette.run", "maquette.periodic"}
    assert {queue.name for queue in celery.conf.task_queues} == {queue.value for queue in Queue}
    assert celery.conf.broker_url == probed.settings[ValkeySettings].broker_url
    assert celery.conf.task_acks_late is False


def test_beat_is_told_of_every_periodic_job(monkeypatch: pytest.MonkeyPatch, probed: Platform) -> None:
    monkeypatch.setenv("MAQUETTE_DATABASE_URL", "postgresql://nobody@localhost/none")
    monkeypatch.setenv("MAQUETTE_REDIS_URL", "unix:///run/valkey.sock?db=2")
    plan = plan_beat(PROBED)
    assert set(plan.configuration["beat_schedule"]) == set(TaskRegistry(PROBED).periodic)
    assert plan.configuration["broker_url"] == "redis+socket:///run/valkey.sock?virtual_host=2"
    assert pickle.loads(pickle.dumps(plan)) == plan
