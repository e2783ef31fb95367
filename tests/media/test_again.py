"""Pictures that come a second time."""

import asyncio
from datetime import timedelta
from hashlib import sha256

import httpx
from sqlalchemy import update
from tests.factories.media import jpeg, upload
from tests.factories.users import make_person

from maquette.kit.clock import now
from maquette.media.models import Media
from maquette.platform.runtime import Platform

CHECK = "/api/v1/media/check"


async def existing(client: httpx.AsyncClient, data: bytes) -> list[str]:
    checksum = sha256(data).hexdigest()
    return list((await client.post(CHECK, json={"checksums": [checksum]})).json()["existing"].values())


async def test_what_lies_in_the_trash_is_uploaded_again_and_comes_back(me: httpx.AsyncClient) -> None:
    data = jpeg(1)
    made = await upload(me, data)
    assert await existing(me, data) == [made["id"]]
    await me.delete(f"/api/v1/media/{made['id']}")
    assert await existing(me, data) == [], "a page that skips it would leave it in the trash"
    assert (await upload(me, data, expect=200))["trashed_at"] is None
    assert await existing(me, data) == [made["id"]]


async def test_what_had_expired_comes_back_for_good(me: httpx.AsyncClient, platform: Platform) -> None:
    data = jpeg(2)
    made = await upload(me, data)
    await me.delete(f"/api/v1/media/{made['id']}")
    async with platform.database.transaction() as session:
        await session.execute(update(Media).values(expires_at=now() - timedelta(days=1)))
    assert (await upload(me, data, expect=200))["expires_at"] is None


async def test_uploading_while_the_trash_is_emptied_always_ends_with_the_picture(
    live_platform: Platform, live_client: httpx.AsyncClient
) -> None:
    me = (await make_person(live_platform)).at(live_client)
    for number in range(15):
        data = jpeg(100 + number)
        made = await upload(me, data)
        await me.delete(f"/api/v1/media/{made['id']}")
        emptied, again = await asyncio.gather(
            me.delete("/api/v1/media/trash"),
            me.post("/api/v1/media", files={"file": ("a.jpg", data)}),
        )
        assert emptied.status_code == 200
        assert again.status_code in {200, 201, 503}, again.text
        if again.status_code != 503:
            assert (await me.get(f"/api/v1/media/{again.json()['id']}")).json()["trashed_at"] is None
