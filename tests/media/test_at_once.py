"""The short ways of hot requests answer what the long ones do, and leave to them whatever is not plain."""

from datetime import timedelta

import httpx
import pytest
from tests.factories.media import EPOCH, insert_media, jpeg, media_row, upload
from tests.factories.users import Person

from maquette.platform.runtime import Platform


async def test_a_part_of_a_thumbnail_that_is_remembered_is_a_part(me: httpx.AsyncClient) -> None:
    media = await upload(me, jpeg(1, 400, 300))
    url = f"/api/v1/media/{media['id']}/thumbnail"
    whole = (await me.get(url)).content
    for _ in range(2):
        part = await me.get(url, headers={"Range": "bytes=4-9"})
        assert (part.status_code, part.content) == (206, whole[4:10])
        assert part.headers["content-range"] == f"bytes 4-9/{len(whole)}"
    head = await me.head(url)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(whole)))


@pytest.mark.parametrize("query", ["size=huge", "v=-1", "v=soon", "size=small&size=large&size"])
async def test_a_wrong_parameter_is_refused_also_of_what_is_remembered(me: httpx.AsyncClient, query: str) -> None:
    media = await upload(me, jpeg(2))
    url = f"/api/v1/media/{media['id']}/thumbnail"
    before = await me.get(f"{url}?{query}")
    assert (await me.get(url)).status_code == 200
    after = await me.get(f"{url}?{query}")
    assert (before.status_code, before.json()["error"]["code"]) == (422, "validation_error")
    assert (after.status_code, after.json()["error"]["details"]) == (422, before.json()["error"]["details"])


async def test_a_version_that_is_still_to_come_is_not_kept_for_ever(me: httpx.AsyncClient) -> None:
    media = await upload(me, jpeg(3))
    url = f"/api/v1/media/{media['id']}/thumbnail"
    assert (await me.get(url)).status_code == 200
    early = await me.get(f"{url}?v=999")
    assert early.status_code == 200
    assert "immutable" not in early.headers["cache-control"]


async def test_what_is_no_id_is_no_thumbnail(me: httpx.AsyncClient) -> None:
    assert (await me.get("/api/v1/media/nonsense/thumbnail")).status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        "start=2020-01-01&end=soon",
        "start=2020-13-01&end=2020-01-01",
        "end=2020-01-01",
        "start=2020-01-01&end=&cursor=x",
    ],
)
async def test_days_that_do_not_exist_are_refused(me: httpx.AsyncClient, query: str) -> None:
    answer = await me.get(f"/api/v1/media/timeline/page?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_error")


async def test_a_cursor_of_another_list_is_refused_by_the_timeline(
    me: httpx.AsyncClient, platform: Platform, member: Person
) -> None:
    rows = [media_row(member.id, number, sort_at=EPOCH + timedelta(minutes=number)) for number in range(4)]
    await insert_media(platform, rows)
    foreign = (await me.get("/api/v1/media?limit=2&sort=name")).json()["next_cursor"]
    days = "start=2020-01-01&end=2020-01-01"
    own = (await me.get(f"/api/v1/media/timeline/page?{days}&limit=2")).json()["next_cursor"]
    assert (await me.get(f"/api/v1/media/timeline/page?{days}&cursor={own}")).status_code == 200
    refused = await me.get(f"/api/v1/media/timeline/page?{days}&cursor={foreign}")
    assert (refused.status_code, refused.json()["error"]["details"]["fields"][0]["path"]) == (422, "cursor")
