"""How an attempt ends when its handler and its worker do not agree, and what the sweep makes of silent workers."""

import asyncio
from datetime import timedelta
from typing import ClassVar

import pytest
from sqlalchemy import func, update
from tests.platform.jobs.conftest import Ask, Look, Until
from tests.platform.jobs.probes import PROBED, Echo, Poison, Sleep, Tick

from maquette.kit.errors import MaquetteError
from maquette.platform.jobs import control, sweep
from maquette.platform.jobs.models import Job, JobState
from maquette.platform.jobs.registry import DuplicateKind, TaskRegistry
from maquette.platform.jobs.runner import JobRunner
from maquette.platform.jobs.task import JobRequest, Periodic, Task
from maquette.platform.jobs.work import Work
from maquette.platform.runtime import Platform
from maquette.platform.slice import Slice


class GiveUp(JobRequest):
    kind: ClassVar[str] = "ending.give_up"


class WaitInVain(JobRequest):
    kind: ClassVar[str] = "ending.wait_in_vain"
    max_attempts: ClassVar[int] = 1


class Tell(JobRequest):
    kind: ClassVar[str] = "ending.tell"


async def give_up(work: Work, _request: GiveUp) -> None:
    """Fails at the moment in which its owner cancels it."""
    async with work.platform.database.transaction() as session:
        await control.cancel(session, await session.get_one(Job, work.job_id, with_for_update=True))
    raise MaquetteError("The other end hung up.")


async def wait_in_vain(_work: Work, _request: WaitInVain) -> None:
    async with asyncio.timeout(0.01):
        await asyncio.sleep(10)


async def tell(work: Work, _request: Tell) -> None:
    """Goes on until it is told to stop, and tells how far it is in between."""
    async with work.platform.database.transaction() as session:
        await control.cancel(session, await session.get_one(Job, work.job_id, with_for_update=True))
    await work.progress(0.5)
    raise AssertionError("progress did not tell that the job is cancelled")


ENDING = Slice("ending", tasks=(Task(GiveUp, give_up), Task(WaitInVain, wait_in_vain), Task(Tell, tell)))


@pytest.fixture
def worker(probed: Platform) -> JobRunner:
    """Knows the handlers of this file."""
    return JobRunner(probed, TaskRegistry((*PROBED, ENDING)))


async def test_a_job_that_fails_as_it_is_cancelled_is_not_repeated(ask: Ask, worker: JobRunner, look: Look) -> None:
    job_id = await ask(GiveUp())
    assert await worker.run(job_id)
    job = await look(job_id)
    assert (job.state, job.attempt) == ("cancelled", 1)
    assert job.finished_at is not None


async def test_progress_ends_a_handler_whose_job_is_cancelled(ask: Ask, worker: JobRunner, look: Look) -> None:
    job_id = await ask(Tell())
    assert await worker.run(job_id)
    job = await look(job_id)
    assert (job.state, job.error) == ("cancelled", None)


async def test_a_time_limit_of_the_handlers_own_is_not_taken_for_that_of_the_job(
    ask: Ask, worker: JobRunner, look: Look
) -> None:
    job_id = await ask(WaitInVain())
    assert await worker.run(job_id)
    job = await look(job_id)
    assert job.state == "failed"
    assert job.error is not None
    assert job.error["code"] != "job_timed_out"


async def test_a_job_whose_worker_is_cancelled_is_handed_back_uncounted(
    ask: Ask, runner: JobRunner, look: Look, until: Until
) -> None:
    job_id = await ask(Sleep(seconds=30))
    doing = asyncio.create_task(runner.run(job_id))
    await until(job_id, "running")
    doing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await doing
    job = await look(job_id)
    assert (job.state, job.attempt, job.max_attempts) == ("queued", 1, Sleep.max_attempts + 1)


async def held_in_silence(platform: Platform, job_id: object, attempt: int) -> None:
    """As a worker leaves a job that is killed: claimed, and its lease runs out."""
    values = {
        "state": JobState.RUNNING,
        "attempt": attempt,
        "claimed_by": "gone:1",
        "lease_until": func.statement_timestamp() - timedelta(seconds=1),
    }
    async with platform.database.transaction() as session:
        await session.execute(update(Job).where(Job.id == job_id).values(values))


async def test_what_silent_workers_held_is_queued_or_given_up(ask: Ask, probed: Platform, look: Look) -> None:
    once, always, fine = await ask(Poison()), await ask(Poison()), await ask(Echo())
    await held_in_silence(probed, once, 1)
    await held_in_silence(probed, always, Poison.max_attempts)
    swept = await sweep.sweep(probed)
    assert (swept.requeued, swept.given_up) == (1, 1)
    job = await look(once)
    assert (job.state, job.lease_until) == ("queued", None)
    job = await look(always)
    assert job.state == "failed"
    assert job.error is not None
    assert job.error["code"] == "worker_lost"
    assert (await look(fine)).state == "queued"
    swept = await sweep.sweep(probed)
    assert (swept.requeued, swept.given_up) == (0, 0)


async def test_many_old_jobs_are_forgotten_in_batches(
    ask: Ask, runner: JobRunner, probed: Platform, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "PRUNE_BATCH", 2)
    ids = [await ask(Echo()) for _ in range(5)]
    async with probed.database.transaction() as session:
        old = {"state": JobState.SUCCEEDED, "finished_at": func.statement_timestamp() - timedelta(days=1000)}
        await session.execute(update(Job).where(Job.id.in_(ids)).values(old))
    prune = await ask(sweep.PruneJobs())
    assert await runner.run(prune)
    assert (await look(prune)).result == {"deleted": 5}


def test_a_periodic_job_is_registered_once() -> None:
    with pytest.raises(DuplicateKind, match=r"probe\.tick is registered twice"):
        TaskRegistry((*PROBED, Slice("copy", periodic=(Periodic(Tick(), timedelta(hours=1)),))))
