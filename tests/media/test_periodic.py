"""What media do by themselves: the periodic jobs, and jobs whose subject is gone when they are done."""

from datetime import timedelta

import httpx
import pytest
from tests.factories.media import insert_media, media_row
from tests.factories.users import make_person

from maquette.kit.clock import now
from maquette.media.schemas import PurgeMedia, VariantState
from maquette.media.tags import service as tags
from maquette.platform.events.bus import Received
from maquette.platform.jobs.enqueue import enqueue
from maquette.platform.jobs.models import Job
from maquette.platform.jobs.runner import drain
from maquette.platform.jobs.task import JobRequest
from maquette.platform.runtime import Platform


async def result_of(platform: Platform, request: JobRequest) -> dict[str, int] | None:
    """Of the job that `request` asks for."""
    async with platform.database.transaction() as session:
        asked = await enqueue(session, request)
    await drain(platform)
    async with platform.database.reading() as session:
        job = await session.get_one(Job, asked.id)
    assert job.state == "succeeded"
    return job.result


async def test_the_daily_round_trashes_removes_and_tells_of_stranded_variants(
    live_platform: Platform, live_client: httpx.AsyncClient
) -> None:
    person = await make_person(live_platform)
    long_ago = now() - timedelta(days=40)
    rows = [
        media_row(person.id, 1, expires_at=now() - timedelta(days=1)),
        media_row(person.id, 2, expires_at=None, trashed_at=long_ago, purge_at=long_ago + timedelta(days=30)),
        media_row(person.id, 3, expires_at=None, variants=VariantState.PENDING),
    ]
    expired, old, stranded = await insert_media(live_platform, rows)
    assert await result_of(live_platform, PurgeMedia()) == {"expired": 1, "removed": 1, "stranded": 1}
    me = person.at(live_client)
    assert (await me.get(f"/api/v1/media/{expired}")).json()["trashed_at"] is not None
    assert (await me.get(f"/api/v1/media/{old}")).status_code == 404
    shown = (await me.get(f"/api/v1/media/{stranded}")).json()
    assert shown["variants"] == "failed"
    assert "the worker stopped" in shown["failure"]["message"]
    assert await result_of(live_platform, PurgeMedia()) == {"expired": 0, "removed": 0, "stranded": 0}


async def test_one_event_tells_of_many_media_and_few_are_told_one_by_one(
    live_platform: Platform, live_client: httpx.AsyncClient
) -> None:
    person = await make_person(live_platform)
    me = person.at(live_client)
    rows = [media_row(person.id, number, expires_at=None) for number in range(101)]
    ids = [str(media_id) for media_id in await insert_media(live_platform, rows)]
    async with live_platform.events.subscribe() as heard:
        heard.topics.add(f"user:{person.id}")
        body = {"action": "update", "update": {"favourite": True}}
        assert (await me.post("/api/v1/media/bulk", json={**body, "media_ids": ids})).json() == {"changed": 101}
        assert (await me.post("/api/v1/media/bulk", json={**body, "media_ids": ids[:2]})).json() == {"changed": 2}
        told = [event for _ in range(3) if isinstance(event := await heard.next(), Received)]
    assert [event.name for event in told] == ["media.bulk_updated", "media.updated", "media.updated"]
    assert told[0].data["action"] == "update"
    assert sorted(told[0].data["media_ids"]) == sorted(ids)
    assert {event.data["media_id"] for event in told[1:]} == set(ids[:2])


async def test_a_tag_that_is_deleted_before_its_job_leaves_nothing_to_do(
    live_platform: Platform, live_client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tags, "AT_ONCE", 2)
    person = await make_person(live_platform)
    me = person.at(live_client)
    rows = [media_row(person.id, number, expires_at=None) for number in range(3)]
    ids = [str(media_id) for media_id in await insert_media(live_platform, rows)]
    await me.post("/api/v1/media/bulk", json={"action": "add_tags", "media_ids": ids, "tags": ["old"]})
    tag = (await me.get("/api/v1/tags")).json()["items"][0]["id"]
    assert (await me.patch(f"/api/v1/tags/{tag}", json={"name": "new"})).status_code == 200
    assert (await me.delete(f"/api/v1/tags/{tag}")).status_code == 204
    await drain(live_platform)
    jobs = (await me.get("/api/v1/jobs")).json()["items"]
    assert [(job["kind"], job["state"]) for job in jobs] == [("media.reindex_tag", "succeeded")]
    for word in ("old", "new"):
        assert (await me.get("/api/v1/media", params={"q": word})).json()["items"] == []
