"""Variants: made by job and on demand, served with the right caching, failing in the open."""

import asyncio
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import update
from tests.factories.media import encode, jpeg, upload
from tests.factories.users import make_person

from maquette.media.models import Media
from maquette.media.schemas import VariantState
from maquette.media.variants.service import VariantService
from maquette.platform.jobs.runner import drain
from maquette.platform.runtime import Platform


async def read(me: httpx.AsyncClient, media_id: str) -> dict[str, Any]:
    answer = await me.get(f"/api/v1/media/{media_id}")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def picture(answer: httpx.Response) -> Image.Image:
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


async def test_a_thumbnail_is_made_on_demand(me: httpx.AsyncClient) -> None:
    media = await upload(me, jpeg(20, 900, 600))
    assert picture(await me.get(f"/api/v1/media/{media['id']}/thumbnail?size=small")).size == (256, 171)
    assert (await read(me, media["id"]))["variants"] == "ready"


async def test_the_job_makes_all_sizes_and_the_placeholder(
    live_platform: Platform, live_client: httpx.AsyncClient
) -> None:
    me = (await make_person(live_platform)).at(live_client)
    media = await upload(me, jpeg(21, 2000, 1000))
    await drain(live_platform)
    after = await read(me, media["id"])
    assert (after["variants"], after["failure"]) == ("ready", None)
    assert after["thumbhash"]
    assert after["dominant_colour"].startswith("#")
    assert after["version"] > media["version"]
    sizes = {}
    for size in ("small", "medium", "large"):
        found = picture(await me.get(f"/api/v1/media/{media['id']}/thumbnail?size={size}"))
        sizes[size] = (found.format, *found.size)
    assert sizes == {"small": ("WEBP", 256, 128), "medium": ("WEBP", 768, 384), "large": ("JPEG", 1536, 768)}
    jobs = (await me.get("/api/v1/jobs")).json()["items"]
    assert [(job["kind"], job["state"]) for job in jobs] == [("media.make_variants", "succeeded")]


async def test_only_the_present_version_may_be_kept_for_ever(me: httpx.AsyncClient) -> None:
    media = await upload(me, jpeg(22))
    url = f"/api/v1/media/{media['id']}/thumbnail?size=medium"
    first = await me.get(url)
    assert first.headers["cache-control"] == "private, no-cache"
    version = (await read(me, media["id"]))["version"]
    for _ in range(2):  # looked up, then remembered
        kept = await me.get(f"{url}&v={version}")
        assert "immutable" in kept.headers["cache-control"]
        assert kept.content == first.content
    assert "immutable" not in (await me.get(f"{url}&v=1")).headers["cache-control"]
    same = await me.get(url, headers={"If-None-Match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


async def test_whoever_asks_at_once_waits_for_one_decode(
    live_platform: Platform, live_client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = (await make_person(live_platform)).at(live_client)
    media = await upload(me, jpeg(23, 1200, 800))
    url = f"/api/v1/media/{media['id']}/thumbnail?size=small"
    before = (await read(me, media["id"]))["version"]
    answers = await asyncio.gather(*(me.get(url) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    # Each making counts the version up by one.
    assert (await read(me, media["id"]))["version"] == before + 1


def broken_inside() -> bytes:
    """A PNG that is whole by its structure and whose pixels cannot be decoded."""
    data = bytearray(encode(24, "PNG", 300, 300))
    at = data.index(b"IDAT") + 30
    data[at : at + 40] = bytes(40)
    return bytes(data)


def cut_and_closed() -> bytes:
    """The first half of a JPEG with an end marker behind it: decoders paint the other half grey."""
    data = jpeg(29, 800, 600)
    return data[: len(data) // 2] + b"\xff\xd9"


@pytest.mark.parametrize("make", [broken_inside, cut_and_closed])
async def test_a_picture_that_cannot_be_decoded_says_so(
    make: Callable[[], bytes], live_platform: Platform, live_client: httpx.AsyncClient
) -> None:
    me = (await make_person(live_platform)).at(live_client)
    media = await upload(me, make(), "broken")
    await drain(live_platform)
    after = await read(me, media["id"])
    assert after["variants"] == "failed"
    assert "damaged" in after["failure"]["message"]
    job = (await me.get(f"/api/v1/jobs/{after['failure']['job_id']}")).json()
    assert job["state"] == "failed"
    answer = await me.get(f"/api/v1/media/{media['id']}/thumbnail")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "variant_failed")
    assert [item["id"] for item in (await me.get("/api/v1/media?state=failed")).json()["items"]] == [media["id"]]
    retried = await me.post(f"/api/v1/media/{media['id']}/retry")
    assert retried.status_code == 202
    assert (await read(me, media["id"]))["variants"] == "pending"
    assert retried.json()["job_id"] != after["failure"]["job_id"]


async def test_variants_without_a_job_are_shown_as_failed(
    live_platform: Platform, live_client: httpx.AsyncClient
) -> None:
    me = (await make_person(live_platform)).at(live_client)
    media = await upload(me, jpeg(25))
    waiting = VariantService(live_platform)
    assert await waiting.fail_stranded() == 0
    async with live_platform.database.transaction() as session:
        await session.execute(update(Media).values(updated_at=Media.updated_at - timedelta(hours=1)))
    assert await waiting.fail_stranded() == 0  # its job is still to come
    await drain(live_platform)
    async with live_platform.database.transaction() as session:
        stale = {"variants": VariantState.PENDING, "updated_at": Media.created_at - timedelta(hours=1)}
        await session.execute(update(Media).values(stale))
    assert await waiting.fail_stranded() == 1
    assert (await read(me, media["id"]))["variants"] == "failed"


async def test_variants_of_a_deleted_media_leave_nothing(
    live_platform: Platform, live_client: httpx.AsyncClient
) -> None:
    from tests.media.test_bad_input import assert_nothing_stayed

    me = (await make_person(live_platform)).at(live_client)
    media = await upload(me, jpeg(26))
    await me.delete(f"/api/v1/media/{media['id']}?permanent=true")
    await drain(live_platform)
    await assert_nothing_stayed(live_platform)


async def test_thumbnails_are_for_their_owner(
    me: httpx.AsyncClient, other: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    media = await upload(me, jpeg(27))
    url = f"/api/v1/media/{media['id']}/thumbnail"
    for _ in range(2):  # before and after this process knows it
        assert (await other.get(url)).status_code == 404
        assert (await client.get(url)).status_code == 401
        assert (await me.get(url)).status_code == 200


async def test_deleting_ends_a_remembered_thumbnail(live_platform: Platform, live_client: httpx.AsyncClient) -> None:
    me = (await make_person(live_platform)).at(live_client)
    media = await upload(me, jpeg(28))
    url = f"/api/v1/media/{media['id']}/thumbnail"
    assert (await me.get(url)).status_code == 200
    assert (await me.delete(f"/api/v1/media/{media['id']}?permanent=true")).status_code == 204
    for _ in range(50):
        if (await me.get(url)).status_code == 404:
            return
        await asyncio.sleep(0.1)
    pytest.fail("the thumbnail was served for five seconds after its media was gone")
