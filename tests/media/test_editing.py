"""Changing media one by one and many at once; tags; downloads."""

import hashlib
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.factories.media import insert_media, jpeg, media_row, upload
from tests.factories.users import Person, make_person

from maquette.accounts.actor import Role
from maquette.platform.jobs.runner import drain
from maquette.platform.runtime import Platform


async def patch(me: httpx.AsyncClient, media_id: str, body: dict[str, Any], expect: int = 200) -> dict[str, Any]:
    answer = await me.patch(f"/api/v1/media/{media_id}", json=body)
    assert answer.status_code == expect, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_patch_changes_what_it_names_and_null_clears(me: httpx.AsyncClient) -> None:
    media = await upload(me, jpeg(60), title="Old", caption="Words", tags="a")
    edited = await patch(me, media["id"], {"title": "New", "favourite": True, "rating": 4, "visibility": "public"})
    assert (edited["title"], edited["caption"], edited["tags"]) == ("New", "Words", ["a"])
    assert (edited["favourite"], edited["rating"], edited["visibility"]) == (True, 4, "public")
    assert edited["version"] > media["version"]
    cleared = dict.fromkeys(("title", "caption", "tags", "favourite", "rating", "visibility", "taken_at"))
    bare = await patch(me, media["id"], cleared)
    assert {name: bare[name] for name in cleared} == {
        "title": None,
        "caption": None,
        "tags": [],
        "favourite": False,
        "rating": None,
        "visibility": "private",
        "taken_at": None,
    }


async def test_search_follows_an_edit(me: httpx.AsyncClient) -> None:
    media = await upload(me, jpeg(61), title="Mountain")
    await patch(me, media["id"], {"title": "Valley", "tags": ["hike"]})
    found = {
        query: len((await me.get("/api/v1/media", params={"q": query})).json()["items"])
        for query in ("mountain", "valley", "hike", "tag:hike", "picture")
    }
    assert found == {"mountain": 0, "valley": 1, "hike": 1, "tag:hike": 1, "picture": 1}


async def test_the_time_it_was_taken_moves_its_day(me: httpx.AsyncClient) -> None:
    media = await upload(me, jpeg(62))
    edited = await patch(me, media["id"], {"taken_at": "2001-02-03T23:30:00-05:00"})
    assert (edited["taken_at"], edited["taken_at_offset"]) == ("2001-02-04T04:30:00+00:00", -300)
    buckets = (await me.get("/api/v1/media/timeline")).json()["buckets"]
    assert buckets == [{"start": "2001-02-03", "end": "2001-02-03", "count": 1, "days": [1]}]


async def test_metadata_is_merged(me: httpx.AsyncClient) -> None:
    media = await upload(me, jpeg(63))
    await patch(me, media["id"], {"metadata": {"a": {"b": 1, "c": 2}, "d": [1]}})
    merged = await patch(me, media["id"], {"metadata": {"a": {"b": None, "e": 3}, "d": None}})
    assert merged["metadata"] == {"a": {"c": 2, "e": 3}}
    assert (await patch(me, media["id"], {"metadata": None}))["metadata"] == {}


@pytest.mark.parametrize(
    "body",
    [
        {"rating": 6},
        {"title": "x" * 501},
        {"visibility": "all"},
        {"tags": [""]},
        {"taken_at": "0001-01-01T00:00:00+14:00"},
        {"metadata": {"": 1}},
        {"metadata": {"a": "x" * 70_000}},
        {"metadata": {"a": "\x00"}},
        {"metadata": [1]},
        {
            "metadata": {
                "a": {
                    "a": {
                        "a": {
                            "a": {
                                "a": {
                                    "a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {}}}}}}}}}}}}
                                }
                            }
                        }
                    }
                }
            }
        },
    ],
)
async def test_edits_that_cannot_be(body: dict[str, Any], me: httpx.AsyncClient) -> None:
    media = await upload(me, jpeg(64))
    await patch(me, media["id"], body, expect=422)
    assert (await me.get(f"/api/v1/media/{media['id']}")).json()["version"] == media["version"]


async def test_nul_in_a_title_is_dropped(me: httpx.AsyncClient) -> None:
    media = await upload(me, jpeg(65))
    edited = await patch(me, media["id"], {"title": "a\x00b", "caption": "\x00", "tags": ["c\x00d"]})
    assert (edited["title"], edited["caption"], edited["tags"]) == ("ab", None, ["cd"])


async def test_bulk_actions(
    me: httpx.AsyncClient, other: httpx.AsyncClient, platform: Platform, member: Person, stranger: Person
) -> None:
    mine = [str(one) for one in await insert_media(platform, [media_row(member.id, number) for number in range(5)])]
    theirs = [str(one) for one in await insert_media(platform, [media_row(stranger.id, 1)])]

    async def act(action: str, ids: list[str], **more: Any) -> int:
        answer = await me.post("/api/v1/media/bulk", json={"action": action, "media_ids": ids, **more})
        assert answer.status_code == 200, answer.text
        return int(answer.json()["changed"])

    assert await act("add_tags", mine[:3] + theirs, tags=["Beach", "sea"]) == 3
    assert await act("add_tags", mine[:3], tags=["beach"]) == 0
    assert await act("remove_tags", mine, tags=["BEACH"]) == 3
    assert await act("update", mine[:2] + theirs, update={"favourite": True, "title": "Both"}) == 2
    assert await act("update", mine[:2], update={"tags": ["only"]}) == 2
    listed = (await me.get("/api/v1/media?q=both&favourite=true")).json()["items"]
    assert [item["tags"] for item in listed] == [["only"], ["only"]]
    assert await act("trash", mine[:4] + theirs + [str(uuid4())]) == 4
    assert await act("restore", mine[:1]) == 1
    assert await act("delete", mine[1:2] + theirs) == 1
    assert len((await me.get("/api/v1/media")).json()["items"]) == 2
    assert len((await me.get("/api/v1/media?trashed=true")).json()["items"]) == 2
    untouched = (await other.get("/api/v1/media")).json()["items"]
    assert [(item["tags"], item["favourite"], item["version"]) for item in untouched] == [([], False, 1)]


@pytest.mark.parametrize("body", [{"action": "update"}, {"action": "update", "update": {"metadata": {}}}])
async def test_bulk_updates_need_what_they_do(body: dict[str, Any], me: httpx.AsyncClient) -> None:
    media = await upload(me, jpeg(66))
    answer = await me.post("/api/v1/media/bulk", json={**body, "media_ids": [media["id"]]})
    assert answer.status_code == 422


async def test_a_viewer_looks_and_changes_nothing(client: httpx.AsyncClient, platform: Platform) -> None:
    viewer = await make_person(platform, Role.VIEWER)
    me = viewer.at(client)
    media_id = (await insert_media(platform, [media_row(viewer.id, 1)]))[0]
    assert (await me.get(f"/api/v1/media/{media_id}")).status_code == 200
    await upload(me, jpeg(67), expect=403)
    for method, path in (
        ("PATCH", ""),
        ("DELETE", ""),
        ("DELETE", "?permanent=true"),
        ("POST", "/restore"),
        ("POST", "/retry"),
    ):
        answer = await me.request(method, f"/api/v1/media/{media_id}{path}", json={} if method == "PATCH" else None)
        assert answer.status_code == 403, (method, path)
    assert (
        await me.post("/api/v1/media/bulk", json={"action": "trash", "media_ids": [str(media_id)]})
    ).status_code == 403
    assert (await me.delete("/api/v1/media/trash")).status_code == 403
    assert (await me.post("/api/v1/tags", json={"name": "x"})).status_code == 403


async def test_tags_are_made_renamed_merged_and_deleted(me: httpx.AsyncClient, other: httpx.AsyncClient) -> None:
    first, second = await upload(me, jpeg(68), tags="Wandern"), await upload(me, jpeg(69), tags="hike,wandern")
    tags = {tag["name"]: tag for tag in (await me.get("/api/v1/tags")).json()["items"]}
    assert {name: tag["count"] for name, tag in tags.items()} == {"Wandern": 2, "hike": 1}
    made = await me.post("/api/v1/tags", json={"name": "empty", "colour": "#ff0000"})
    assert (made.status_code, made.json()["count"], made.json()["colour"]) == (201, 0, "#ff0000")
    assert (await me.post("/api/v1/tags", json={"name": "EMPTY"})).status_code == 409
    url = f"/api/v1/tags/{tags['Wandern']['id']}"
    assert (await other.patch(url, json={"name": "x"})).status_code == 404
    assert (await me.patch(url, json={"name": "Trekking", "colour": "#00ff00"})).json()["name"] == "Trekking"
    assert (await me.get(f"/api/v1/media/{first['id']}")).json()["tags"] == ["Trekking"]
    assert len((await me.get("/api/v1/media?q=trekking")).json()["items"]) == 2
    merged = await me.patch(url, json={"name": "Hike"})
    assert (merged.json()["id"], merged.json()["count"]) == (tags["hike"]["id"], 2)
    assert (await me.get(f"/api/v1/media/{second['id']}")).json()["tags"] == ["hike"]
    assert (await me.delete(f"/api/v1/tags/{tags['hike']['id']}")).status_code == 204
    assert (await me.get(f"/api/v1/media/{second['id']}")).json()["tags"] == []
    names = [tag["name"] for tag in (await me.get("/api/v1/tags?limit=1")).json()["items"]]
    assert names == ["empty"]


async def test_a_tag_of_many_is_renamed_by_a_job(
    live_platform: Platform, live_client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from maquette.media.tags import repository, service

    monkeypatch.setattr(service, "AT_ONCE", 2)
    monkeypatch.setattr(repository, "BATCH", 2)
    person = await make_person(live_platform)
    me = person.at(live_client)
    ids = [str(one) for one in await insert_media(live_platform, [media_row(person.id, number) for number in range(5)])]
    await me.post("/api/v1/media/bulk", json={"action": "add_tags", "media_ids": ids, "tags": ["old"]})
    tag = (await me.get("/api/v1/tags")).json()["items"][0]
    assert (await me.patch(f"/api/v1/tags/{tag['id']}", json={"name": "new"})).status_code == 200
    await drain(live_platform)
    assert len((await me.get("/api/v1/media?q=tag:new")).json()["items"]) == 5
    assert len((await me.get("/api/v1/media?q=old")).json()["items"]) == 0


async def test_downloads_are_byte_identical_in_whole_and_in_parts(me: httpx.AsyncClient) -> None:
    data = jpeg(70, 1500, 1100) + bytes(range(256)) * 5000
    media = await upload(me, data, "Größe 日本.jpg")
    url = f"/api/v1/media/{media['id']}/data"
    whole = await me.get(url)
    assert hashlib.sha256(whole.content).hexdigest() == media["checksum"]
    assert whole.headers["content-type"] == "image/jpeg"
    assert whole.headers["content-disposition"].startswith("inline")
    part = await me.get(url, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, data[1000:2000])
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(data)}"
    assert (await me.get(url, headers={"Range": "bytes=-5"})).content == data[-5:]
    assert (await me.get(url, headers={"Range": f"bytes={len(data)}-"})).status_code == 416
    assert (await me.get(url, headers={"If-None-Match": whole.headers["etag"]})).status_code == 304
    head = await me.head(url)
    assert (head.status_code, head.content, int(head.headers["content-length"])) == (200, b"", len(data))
    attached = (await me.get(f"{url}?download=1")).headers["content-disposition"]
    assert attached.startswith("attachment")
    assert "filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%E6%97%A5%E6%9C%AC.jpg" in attached


async def test_raw_metadata(me: httpx.AsyncClient) -> None:
    media = await upload(me, jpeg(71, exif={0x010F: "Maker", 0x0131: "Software 1"}))
    raw = (await me.get(f"/api/v1/media/{media['id']}/metadata")).json()["raw"]
    assert (raw["exif"]["camera_make"], raw["exif"]["software"]) == ("Maker", "Software 1")
    assert raw["picture"]["format"] == "jpeg"
