"""A kind of job that is paused waits, and goes on by itself when it is resumed."""

from tests.platform.jobs.conftest import Ask, Look, Until, Workers
from tests.platform.jobs.probes import Echo, Sleep

from maquette.platform.jobs import control
from maquette.platform.jobs.runner import JobRunner, drain
from maquette.platform.jobs.sweep import sweep
from maquette.platform.runtime import Platform


async def pause(platform: Platform, kind: str) -> None:
    async with platform.database.transaction() as session:
        await control.pause(session, kind)


async def test_no_worker_takes_a_paused_kind(probed: Platform, runner: JobRunner, ask: Ask, look: Look) -> None:
    await pause(probed, Echo.kind)
    job_id = await ask(Echo())
    assert not await runner.run(job_id)
    assert await drain(probed, None) == 0
    assert (await look(job_id)).state == "queued"


async def test_a_paused_job_is_not_sent_again_and_again(probed: Platform, ask: Ask) -> None:
    await pause(probed, Echo.kind)
    await ask(Echo())
    await probed.cache.valkey.flushdb()
    assert (await sweep(probed)).sent_again == 0


async def test_a_resumed_kind_goes_on_and_others_never_stopped(
    probed: Platform, workers: Workers, ask: Ask, look: Look, until: Until
) -> None:
    await pause(probed, Echo.kind)
    held = await ask(Echo())
    workers.start()
    await until(await ask(Sleep(seconds=0)), "succeeded")
    assert (await look(held)).state == "queued"
    async with probed.database.transaction() as session:
        await control.resume(session, Echo.kind)
    await until(held, "succeeded", seconds=10)
