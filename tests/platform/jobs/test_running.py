"""What becomes of a job in the hands of a worker."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from tests.platform.jobs.conftest import Ask, Look, Until
from tests.platform.jobs.probes import PROBED, Echo, Fail, Sleep, Slow, Step, Tick, Write, echo
from tests.platform.jobs.probes import slice as probe

from maquette.kit.clock import now
from maquette.platform.jobs import control
from maquette.platform.jobs.enqueue import enqueue, enqueue_many
from maquette.platform.jobs.errors import JobFinished, JobNotFinished
from maquette.platform.jobs.models import Job
from maquette.platform.jobs.registry import DuplicateKind, TaskRegistry, UnknownKind
from maquette.platform.jobs.runner import JobRunner, drain
from maquette.platform.jobs.task import Periodic, Task
from maquette.platform.runtime import Platform
from maquette.platform.slice import Slice


async def test_a_committed_job_runs_and_keeps_its_result(ask: Ask, runner: JobRunner, look: Look) -> None:
    job_id = await ask(Echo(text="good morning"))
    assert await runner.run(job_id)
    job = await look(job_id)
    assert (job.state, job.progress, job.attempt) == ("succeeded", 1.0, 1)
    assert job.result is not None
    assert job.result["said"] == "good morning"
    assert job.started_at is not None
    assert job.finished_at is not None
    assert job.finished_at >= job.started_at


async def test_a_rolled_back_job_never_was(probed: Platform) -> None:
    class Broken(Exception):
        pass

    async def ask_and_break() -> None:
        async with probed.database.transaction() as session:
            await enqueue(session, Echo())
            raise Broken

    with pytest.raises(Broken):
        await ask_and_break()
    async with probed.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Job)) == 0
    await asyncio.sleep(0.1)
    assert await probed.dispatcher.waiting() == {"default": 0, "imaging": 0, "maintenance": 0}


async def test_many_jobs_are_asked_for_in_one_statement(probed: Platform) -> None:
    async with probed.database.transaction() as session:
        ids = await enqueue_many(session, [Echo(text=str(number)) for number in range(50)])
        assert await enqueue_many(session, []) == []
    assert len(set(ids)) == 50
    assert await drain(probed, TaskRegistry(PROBED)) == 50
    async with probed.database.reading() as session:
        said = await session.scalars(select(Job.result["said"].as_string()).order_by(Job.id))
        assert list(said) == [str(number) for number in range(50)]


async def test_a_finished_job_is_not_run_again(ask: Ask, runner: JobRunner) -> None:
    job_id = await ask(Echo())
    assert await runner.run(job_id)
    assert not await runner.run(job_id)


async def test_of_many_claims_at_once_one_wins(ask: Ask, probed: Platform, look: Look) -> None:
    job_id = await ask(Step(steps=1, pause=0.3))
    runners = [JobRunner(probed, TaskRegistry(PROBED)) for _ in range(8)]
    won = await asyncio.gather(*(runner.run(job_id) for runner in runners))
    assert sum(won) == 1
    assert (await look(job_id)).attempt == 1


async def test_a_failure_is_repeated_later_each_time(ask: Ask, runner: JobRunner, look: Look) -> None:
    job_id = await ask(Fail(how="named", times=2))
    waits = []
    for attempt in (1, 2):
        assert await runner.run(job_id)
        job = await look(job_id)
        assert (job.state, job.attempt) == ("queued", attempt)
        assert job.error == {"code": "internal_error", "message": "The bridge is up. Wait for it to come down."}
        assert job.run_at is not None
        waits.append((job.run_at - now()).total_seconds())
        assert not await runner.run(job_id), "it is not due yet"
        await asyncio.sleep(max(0.0, (job.run_at - now()).total_seconds()) + 0.02)
    assert 0 < waits[0] < 0.125 < waits[1] < 0.25
    assert await runner.run(job_id)
    job = await look(job_id)
    assert (job.state, job.error, job.result) == ("succeeded", None, {"attempt": 3})


async def test_a_failure_that_never_ends_is_given_up_with_its_reason(ask: Ask, probed: Platform, until: Until) -> None:
    job_id = await ask(Fail(how="unexpected"))
    for _ in range(3):
        await asyncio.sleep(0.3)
        await drain(probed, TaskRegistry(PROBED))
    job = await until(job_id, "failed", seconds=1)
    assert job.attempt == 3
    assert job.error is not None
    assert job.error["code"] == "internal_error"
    assert "RuntimeError" in job.error["message"]
    assert "secret" not in job.error["message"]


@pytest.mark.parametrize(("how", "code"), [("missing", "not_found"), ("permanent", "damaged")])
async def test_what_a_repetition_cannot_mend_fails_at_once(
    how: str, code: str, ask: Ask, runner: JobRunner, look: Look
) -> None:
    job_id = await ask(Fail(how=how))
    await runner.run(job_id)
    job = await look(job_id)
    assert (job.state, job.attempt, (job.error or {})["code"]) == ("failed", 1, code)


async def test_text_that_postgresql_does_not_take_is_kept_all_the_same(ask: Ask, runner: JobRunner, look: Look) -> None:
    told = await ask(Echo(text="a<NUL>b"))
    failed = await ask(Fail(how="nul"))
    assert await runner.run(told)
    assert await runner.run(failed)
    assert ((await look(told)).result or {})["said"] == "a\ufffdb"
    assert ((await look(failed)).error or {})["message"] == "bad name: a\ufffdb"


async def test_a_result_that_is_no_json_fails_the_attempt(ask: Ask, runner: JobRunner, look: Look) -> None:
    job_id = await ask(Fail(how="no json"))
    await runner.run(job_id)
    job = await look(job_id)
    assert (job.state, job.attempt) == ("queued", 1)
    assert "TypeError" in (job.error or {})["message"]


async def test_a_handler_that_takes_too_long_is_stopped(ask: Ask, runner: JobRunner, look: Look) -> None:
    job_id = await ask(Slow())
    await runner.run(job_id)
    job = await look(job_id)
    assert job.state == "failed"
    assert job.error == {"code": "job_timed_out", "message": "It took longer than 0.2 seconds."}


async def test_a_request_of_another_version_fails_and_says_so(
    ask: Ask, probed: Platform, runner: JobRunner, look: Look
) -> None:
    job_id = await ask(Echo())
    async with probed.database.transaction() as session:
        await session.execute(update(Job).values(request={"words": 1}))
    await runner.run(job_id)
    job = await look(job_id)
    assert (job.state, (job.error or {})["code"]) == ("failed", "job_request_invalid")


async def test_a_kind_that_this_worker_does_not_know_waits_for_one_that_does(
    ask: Ask, probed: Platform, runner: JobRunner, look: Look
) -> None:
    job_id = await ask(Echo())
    ignorant = JobRunner(probed, TaskRegistry(PROBED[:-1]))
    assert not await ignorant.run(job_id)
    assert (await look(job_id)).state == "queued"
    assert await runner.run(job_id)


async def test_a_waiting_job_is_cancelled_at_once(ask: Ask, probed: Platform, runner: JobRunner, look: Look) -> None:
    job_id = await ask(Echo())
    async with probed.database.transaction() as session:
        await control.cancel(session, await session.get_one(Job, job_id))
    assert (await look(job_id)).state == "cancelled"
    assert not await runner.run(job_id)


async def test_a_running_job_is_cancelled_in_the_middle(
    ask: Ask, probed: Platform, runner: JobRunner, until: Until
) -> None:
    job_id = await ask(Sleep(seconds=30))
    running = asyncio.create_task(runner.run(job_id))
    await until(job_id, "running")
    async with probed.database.transaction() as session:
        await control.cancel(session, await session.get_one(Job, job_id, with_for_update=True))
    async with asyncio.timeout(3):
        assert await running
    job = await until(job_id, "cancelled", seconds=1)
    assert job.finished_at is not None
    async with probed.database.transaction() as session:
        with pytest.raises(JobFinished):
            await control.cancel(session, await session.get_one(Job, job_id))


async def test_a_failed_job_is_tried_again_with_fresh_attempts(
    ask: Ask, probed: Platform, runner: JobRunner, look: Look
) -> None:
    job_id = await ask(Fail(how="permanent", times=1))
    await runner.run(job_id)
    async with probed.database.transaction() as session:
        await control.retry(session, await session.get_one(Job, job_id), TaskRegistry(PROBED))
    job = await look(job_id)
    assert (job.state, job.error, job.attempt, job.max_attempts) == ("queued", None, 1, 4)
    assert await runner.run(job_id)
    assert (await look(job_id)).result == {"attempt": 2}
    async with probed.database.transaction() as session:
        with pytest.raises(JobNotFinished):
            await control.retry(session, await session.get_one(Job, job_id), TaskRegistry(PROBED))


async def test_progress_is_written_and_seldom(ask: Ask, runner: JobRunner, look: Look) -> None:
    job_id = await ask(Step(steps=3, pause=0.05))
    running = asyncio.create_task(runner.run(job_id))
    seen = set()
    while not running.done():
        job = await look(job_id)
        if job.state == "running":
            seen.add((job.progress, job.message))
        await asyncio.sleep(0.01)
    # Three steps within 0.15 s, of which the first is written and the others come too soon after it.
    assert seen <= {(0.0, None), (0.25, "step 1")}
    assert (0.25, "step 1") in seen


async def test_a_worker_that_lost_its_job_writes_nothing_more(
    ask: Ask, probed: Platform, runner: JobRunner, look: Look, until: Until
) -> None:
    job_id = await ask(Write(pause=1.0))
    first = asyncio.create_task(runner.run(job_id))
    await until(job_id, "running")
    async with probed.database.transaction() as session:
        await session.execute(update(Job).values(lease_until=func.statement_timestamp() - timedelta(seconds=1)))
    other = JobRunner(probed, TaskRegistry(PROBED))
    assert await other.run(job_id), "the lease is over: another worker may take it"
    await first
    job = await look(job_id)
    assert (job.state, job.attempt) == ("succeeded", 2)


async def test_a_job_outlives_its_lease_as_long_as_its_worker_lives(
    ask: Ask, probed: Platform, runner: JobRunner, look: Look, until: Until
) -> None:
    job_id = await ask(Sleep(seconds=2.6))
    running = asyncio.create_task(runner.run(job_id))
    await until(job_id, "running")
    other = JobRunner(probed, TaskRegistry(PROBED))
    while not running.done():
        assert not await other.run(job_id)
        await asyncio.sleep(0.1)
    assert ((await look(job_id)).state, (await look(job_id)).attempt) == ("succeeded", 1)


async def test_a_unique_key_gives_one_job_at_a_time(ask: Ask, runner: JobRunner) -> None:
    first = await ask(Echo(), unique_key="scan")
    assert await ask(Echo(), unique_key="scan") == first
    await runner.run(first)
    assert await ask(Echo(), unique_key="scan") != first


async def test_twenty_who_ask_at_once_with_one_key_get_the_same_job(ask: Ask) -> None:
    asked = await asyncio.gather(*(ask(Echo(), unique_key="scan") for _ in range(20)))
    assert len(set(asked)) == 1


async def test_a_once_key_gives_one_job_for_ever(ask: Ask, runner: JobRunner) -> None:
    first = await ask(Echo(), once_key="slot 1")
    await runner.run(first)
    assert await ask(Echo(), once_key="slot 1") == first


async def test_a_job_for_later_is_not_run_before(ask: Ask, runner: JobRunner, look: Look) -> None:
    job_id = await ask(Echo(), run_at=now() + timedelta(seconds=0.3))
    assert not await runner.run(job_id)
    await asyncio.sleep(0.35)
    assert await runner.run(job_id)


async def test_a_stopping_worker_hands_its_job_back_uncounted(
    ask: Ask, probed: Platform, runner: JobRunner, look: Look, until: Until
) -> None:
    job_id = await ask(Sleep(seconds=30))
    running = asyncio.create_task(runner.run(job_id))
    await until(job_id, "running")
    runner.release()
    await running
    await runner.idle()
    job = await look(job_id)
    assert (job.state, job.attempt, job.max_attempts) == ("queued", 1, Sleep.max_attempts + 1)


def test_a_kind_is_registered_once() -> None:
    with pytest.raises(DuplicateKind, match=r"probe\.echo"):
        TaskRegistry([probe, Slice("copy", tasks=(Task(Echo, echo),))])


def test_a_periodic_job_without_a_task_is_refused() -> None:
    with pytest.raises(UnknownKind, match=r"probe\.tick"):
        TaskRegistry([Slice("lonely", periodic=(Periodic(Tick(), timedelta(seconds=1)),))])
