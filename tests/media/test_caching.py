"""The document of one media is cached, and forgotten with every change."""

import json

import httpx
import pytest
from tests.factories.media import jpeg, upload
from tests.factories.users import Person

from maquette.media.schemas import MediaUpdate
from maquette.media.service import update_media
from maquette.platform.limits.settings import LimitSettings
from maquette.platform.runtime import Platform
from maquette.platform.settings.loader import Settings

LIMIT = 3


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As for every test, with few uploads."""
    return settings.replaced(LimitSettings(limit_upload=LIMIT))


async def states(client: httpx.AsyncClient, path: str) -> list[tuple[int, str | None]]:
    answers = [await client.get(path) for _ in range(2)]
    return [(answer.status_code, answer.headers.get("x-cache")) for answer in answers]


async def test_the_second_look_is_answered_from_the_cache(me: httpx.AsyncClient) -> None:
    path = f"/api/v1/media/{(await upload(me, jpeg(1)))['id']}"
    assert await states(me, path) == [(200, "MISS"), (200, "HIT")]
    assert (await me.get(path)).json() == (await me.get("/api/v1/media")).json()["items"][0]
    used = [each for each in (await me.get("/metrics")).text.splitlines() if 'namespace="media",result="hit"' in each]
    assert used


CHANGES = {
    "edit": ("PATCH", "", {"title": "Other"}),
    "trash": ("DELETE", "", None),
    "bulk": ("POST", "/bulk", {"action": "update", "update": {"favourite": True}}),
    "tags": ("POST", "/bulk", {"action": "add_tags", "tags": ["sea"]}),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_every_change_is_seen_at_once(change: str, me: httpx.AsyncClient) -> None:
    media_id = (await upload(me, jpeg(2)))["id"]
    path = f"/api/v1/media/{media_id}"
    before = (await me.get(path)).json()
    method, where, body = CHANGES[change]
    if where:
        assert body is not None
        await me.request(method, f"/api/v1/media{where}", json={**body, "media_ids": [media_id]})
    else:
        await me.request(method, path, json=body)
    after = await me.get(path)
    assert after.headers["x-cache"] == "MISS"
    assert after.json()["version"] > before["version"]


async def test_what_is_deleted_is_not_answered_from_the_cache(me: httpx.AsyncClient) -> None:
    path = f"/api/v1/media/{(await upload(me, jpeg(3)))['id']}"
    assert await states(me, path) == [(200, "MISS"), (200, "HIT")]
    await me.delete(path, params={"permanent": "true"})
    assert (await me.get(path)).status_code == 404


async def test_a_change_without_a_request_is_seen_too(
    me: httpx.AsyncClient, platform: Platform, member: Person
) -> None:
    made = await upload(me, jpeg(4))
    path = f"/api/v1/media/{made['id']}"
    await states(me, path)
    await update_media(platform, member.actor, made["id"], MediaUpdate(rating=4))
    assert (await me.get(path)).json()["rating"] == 4


async def test_what_one_may_see_is_cached_for_nobody_else(me: httpx.AsyncClient, other: httpx.AsyncClient) -> None:
    path = f"/api/v1/media/{(await upload(me, jpeg(5)))['id']}"
    await states(me, path)
    assert (await other.get(path)).status_code == 404


async def test_uploads_of_a_key_are_limited_and_those_of_a_person_are_not(me: httpx.AsyncClient) -> None:
    made = await me.post("/api/v1/api-keys", json={"name": "k", "scopes": ["media.upload"]})
    key = {"X-API-Key": made.json()["key"]}
    async with httpx.AsyncClient(transport=me._transport, base_url=me.base_url, headers=key) as program:
        for number in range(LIMIT):
            await upload(program, jpeg(100 + number))
        refused = await upload(program, jpeg(200), expect=429)
    assert refused["error"]["code"] == "rate_limited"
    for number in range(LIMIT + 1):
        await upload(me, jpeg(300 + number))


@pytest.mark.parametrize("value", ["a\0b", "\ud800"])
async def test_metadata_that_no_database_keeps_is_refused(value: str, me: httpx.AsyncClient) -> None:
    media_id = (await upload(me, jpeg(6)))["id"]
    body = f'{{"metadata": {{"key": {json.dumps(value)}}}}}'
    headers = {"Content-Type": "application/json"}
    answer = await me.patch(f"/api/v1/media/{media_id}", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_error")


async def test_what_came_of_uploads_is_counted(me: httpx.AsyncClient) -> None:
    async def counts() -> dict[str, float]:
        lines = (await me.get("/metrics")).text.splitlines()
        found = [line.rpartition(" ") for line in lines if line.startswith(("maquette_upload", "maquette_variants"))]
        return {name: float(number) for name, _, number in found if "_created" not in name}

    before = await counts()
    data = jpeg(7)
    made = await upload(me, data)
    await upload(me, data, expect=200)
    await upload(me, b"no picture", expect=415)
    await me.get(f"/api/v1/media/{made['id']}/thumbnail")
    grown = {name: number - before.get(name, 0) for name, number in (await counts()).items()}
    assert grown['maquette_uploads_total{result="stored"}'] == 1
    assert grown['maquette_uploads_total{result="duplicate"}'] == 1
    assert grown['maquette_uploads_total{result="refused"}'] == 1
    assert grown["maquette_uploaded_bytes_total"] == len(data)
    assert grown['maquette_variants_total{result="made",variant="small"}'] == 1
