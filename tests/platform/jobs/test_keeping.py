"""What is counted of jobs, how long they are kept, and which slot a periodic one belongs to."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from tests.platform.jobs.conftest import Ask, Look
from tests.platform.jobs.probes import PROBED, Echo, Fail, Tick

from maquette.kit import clock
from maquette.platform.jobs import schedule
from maquette.platform.jobs.metrics import depths
from maquette.platform.jobs.models import Job
from maquette.platform.jobs.registry import TaskRegistry
from maquette.platform.jobs.runner import JobRunner, drain
from maquette.platform.jobs.schedule import ask as ask_periodic
from maquette.platform.jobs.schedule import schedule_of, slot_key, tick
from maquette.platform.jobs.settings import JobSettings
from maquette.platform.jobs.sweep import PruneJobs
from maquette.platform.jobs.task import Periodic
from maquette.platform.runtime import Platform


async def test_old_jobs_are_forgotten_and_failures_later(
    ask: Ask, probed: Platform, runner: JobRunner, look: Look
) -> None:
    old, recent, failed = await ask(Echo()), await ask(Echo()), await ask(Fail(how="permanent"))
    waiting = await ask(Echo())
    for job_id in (old, recent, failed):
        await runner.run(job_id)
    async with probed.database.transaction() as session:
        age = func.statement_timestamp() - timedelta(days=20)
        await session.execute(update(Job).where(Job.id.in_([old, failed])).values(finished_at=age))
        await session.execute(update(Job).where(Job.id == waiting).values(created_at=age))
    prune = await ask(PruneJobs())
    await runner.run(prune)
    assert (await look(prune)).result == {"deleted": 1}
    async with probed.database.reading() as session:
        kept = set(await session.scalars(select(Job.id)))
    assert kept == {recent, failed, waiting, prune}


async def test_unfinished_jobs_are_counted_by_kind_and_state(ask: Ask, probed: Platform) -> None:
    await ask(Echo())
    await ask(Echo())
    await ask(Fail())
    async with probed.database.reading() as session:
        counted = {(depth.kind, depth.state): depth for depth in await depths(session)}
    assert {key: depth.count for key, depth in counted.items()} == {
        ("probe.echo", "queued"): 2,
        ("probe.fail", "queued"): 1,
    }
    assert all(0 <= depth.oldest_seconds < 30 for depth in counted.values())


def test_waits_double_up_to_a_limit() -> None:
    settings = JobSettings(job_retry_delay=2, job_retry_delay_limit=60)
    waits = [settings.retry_delay(attempt).total_seconds() for attempt in range(1, 8)]
    assert waits == [2, 4, 8, 16, 32, 60, 60]


def test_beat_asks_often_for_what_is_rare_so_that_it_needs_no_memory() -> None:
    assert tick(Periodic(Tick(), timedelta(seconds=30))) == timedelta(seconds=30)
    assert tick(Periodic(Tick(), timedelta(days=1))) == timedelta(minutes=10)
    told = schedule_of(TaskRegistry(PROBED))
    assert told["probe.tick"]["options"] == {"queue": "maintenance", "expires": 1.0}
    assert told["jobs.prune"]["schedule"] == timedelta(minutes=10)


def test_a_slot_lasts_as_long_as_the_period(monkeypatch: pytest.MonkeyPatch) -> None:
    periodic = Periodic(Tick(), timedelta(hours=1))
    keys = []
    for hour, minute in ((9, 0), (9, 59), (10, 0)):
        moment = datetime(2026, 11, 21, hour, minute, tzinfo=UTC)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        monkeypatch.setattr(schedule, "now", lambda moment=moment: moment)
        keys.append(slot_key(periodic))
    assert keys[0] == keys[1] != keys[2]


async def test_a_periodic_job_that_still_waits_gets_no_second_one(probed: Platform) -> None:
    often = Periodic(Tick(), timedelta(microseconds=1_000))
    first = await ask_periodic(probed, often)
    assert (await ask_periodic(probed, often)).id == first.id
    await drain(probed, TaskRegistry(PROBED))
    assert (await ask_periodic(probed, often)).id != first.id
