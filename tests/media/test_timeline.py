"""The timeline: its counts are the truth after anything, its pages are whole, and it says when nothing changed."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from tests.factories.media import EPOCH, insert_media, jpeg, media_row, taken, upload
from tests.factories.users import Person, make_person

from maquette.media.models import Media, MediaDayCount, MediaLibrary
from maquette.media.timeline import service as timeline_service
from maquette.platform.runtime import Platform


async def assert_counts_are_true(platform: Platform) -> None:
    """What triggers kept is what a count finds."""
    async with platform.database.reading() as session:
        counted = await session.execute(
            select(Media.owner_id, Media.day, func.count())
            .where(Media.trashed_at.is_(None))
            .group_by(Media.owner_id, Media.day)
        )
        kept = await session.execute(
            select(MediaDayCount.owner_id, MediaDayCount.day, MediaDayCount.count).where(MediaDayCount.count != 0)
        )
        assert {tuple(row) for row in kept} == {tuple(row) for row in counted}
        sizes = await session.execute(select(Media.owner_id, func.sum(Media.size)).group_by(Media.owner_id))
        libraries = await session.execute(select(MediaLibrary.owner_id, MediaLibrary.size).where(MediaLibrary.size > 0))
        assert {tuple(row) for row in libraries} == {(owner, int(size)) for owner, size in sizes}


OPERATIONS = st.one_of(
    st.tuples(st.just("insert"), st.lists(st.integers(0, 5), min_size=1, max_size=6)),
    st.tuples(st.just("trash"), st.lists(st.integers(0, 30), max_size=6)),
    st.tuples(st.just("restore"), st.lists(st.integers(0, 30), max_size=6)),
    st.tuples(st.just("delete"), st.lists(st.integers(0, 30), max_size=6)),
    st.tuples(st.just("move"), st.lists(st.integers(0, 30), max_size=6)),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=st.lists(OPERATIONS, max_size=12))
async def test_counts_are_true_after_anything(
    operations: list[tuple[str, list[int]]], me: httpx.AsyncClient, platform: Platform, member: Person
) -> None:
    async with platform.database.transaction() as session:
        await session.execute(text("DELETE FROM media"))
    ids: list[str] = []
    for name, numbers in operations:
        chosen = [ids[number % len(ids)] for number in numbers] if ids else []
        if name == "insert":
            rows = [media_row(member.id, number, sort_at=EPOCH + timedelta(days=number)) for number in numbers]
            ids += [str(media_id) for media_id in await insert_media(platform, rows)]
        elif name == "move":
            for media_id in chosen:
                await me.patch(f"/api/v1/media/{media_id}", json={"taken_at": "2022-02-02T12:00:00+05:00"})
        elif chosen:
            answer = await me.post("/api/v1/media/bulk", json={"action": name, "media_ids": chosen})
            assert answer.status_code == 200, answer.text
    await assert_counts_are_true(platform)
    shown = (await me.get("/api/v1/media/timeline")).json()
    assert shown["total"] == sum(bucket["count"] for bucket in shown["buckets"])
    # Page by page, days are whole and nothing is missing or twice.
    seen = [media_id for bucket in shown["buckets"] for media_id in await page_ids(me, bucket, 4)]
    listed = (await me.get("/api/v1/media?limit=200&sort=taken")).json()["items"]
    assert len(seen) == len(set(seen)) == shown["total"] == len(listed)
    assert seen == [item["id"] for item in listed]


async def page_ids(me: httpx.AsyncClient, bucket: dict[str, Any], limit: int) -> list[str]:
    found: list[str] = []
    cursor = None
    while True:
        query = {"start": bucket["start"], "end": bucket["end"], "limit": limit}
        page = (
            await me.get("/api/v1/media/timeline/page", params=query | ({"cursor": cursor} if cursor else {}))
        ).json()
        lengths = {len(column) for name, column in page.items() if name != "next_cursor"}
        assert len(lengths) == 1
        assert page["day"] == sorted(page["day"], reverse=True)
        found += page["id"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


async def test_writers_of_one_library_neither_deadlock_nor_miscount(
    live_platform: Platform, live_client: httpx.AsyncClient
) -> None:
    person = await make_person(live_platform)
    me = person.at(live_client)
    rows = [media_row(person.id, number, sort_at=EPOCH + timedelta(days=number % 7)) for number in range(200)]
    ids = [str(media_id) for media_id in await insert_media(live_platform, rows)]
    work = []
    for number in range(12):
        action = ("trash", "restore", "update", "add_tags")[number % 4]
        body: dict[str, Any] = {"action": action, "media_ids": ids[number::3][:: -1 if number % 2 else 1]}
        body |= {"update": {"favourite": True}} if action == "update" else {}
        body |= {"tags": [f"tag {number}"]} if action == "add_tags" else {}
        work.append(me.post("/api/v1/media/bulk", json=body))
    work += [
        me.patch(f"/api/v1/media/{ids[number]}", json={"taken_at": "2023-03-03T00:00:00Z"}) for number in range(20)
    ]
    answers = await asyncio.gather(*work)
    assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers if answer.is_error]
    await assert_counts_are_true(live_platform)


async def test_nothing_changed_is_304(me: httpx.AsyncClient) -> None:
    media = await upload(me, jpeg(50, exif=taken(datetime(2019, 5, 6, 1, 0, tzinfo=UTC), "+02:00")))
    first = await me.get("/api/v1/media/timeline")
    # The day on the photographer's clock, not the one of UTC.
    assert first.json()["buckets"] == [{"start": "2019-05-06", "end": "2019-05-06", "count": 1, "days": [1]}]
    etag = {"If-None-Match": first.headers["etag"]}
    assert (await me.get("/api/v1/media/timeline", headers=etag)).status_code == 304
    await me.patch(f"/api/v1/media/{media['id']}", json={"favourite": True})
    changed = await me.get("/api/v1/media/timeline", headers=etag)
    assert changed.status_code == 200
    assert changed.json()["version"] != first.json()["version"]


async def test_buckets_are_small_and_days_stay_whole(
    me: httpx.AsyncClient, platform: Platform, member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline_service, "BUCKET", 5)
    counts = {0: 2, 1: 3, 2: 9, 3: 1, 5: 5}
    rows = [
        media_row(member.id, day * 100 + number, sort_at=EPOCH + timedelta(days=day, minutes=number))
        for day, count in counts.items()
        for number in range(count)
    ]
    await insert_media(platform, rows)
    buckets = (await me.get("/api/v1/media/timeline")).json()["buckets"]
    assert [bucket["count"] for bucket in buckets] == [5, 1, 9, 5]
    assert [bucket["end"] for bucket in buckets] == ["2020-01-06", "2020-01-04", "2020-01-03", "2020-01-02"]
    assert buckets[-1]["start"] == "2020-01-01"
    assert [bucket["days"] for bucket in buckets] == [[5], [1], [9], [3, 2]]


async def test_the_files_date_is_the_day_of_a_picture_without_one(me: httpx.AsyncClient) -> None:
    media = await upload(me, jpeg(51), last_modified="2018-08-08T08:08:08Z")
    assert media["taken_at"] is None
    day = {"start": "2018-08-08", "end": "2018-08-08"}
    page = (await me.get("/api/v1/media/timeline/page", params=day)).json()
    assert page["id"] == [media["id"]]
    assert page["ratio"] == [pytest.approx(64 / 48, rel=1e-5)]
    assert page["state"] == ["pending"]


async def test_a_deleted_user_takes_the_counts_along(platform: Platform) -> None:
    person = await make_person(platform)
    await insert_media(platform, [media_row(person.id, 1)])
    async with platform.database.transaction() as session:
        await session.execute(text("DELETE FROM media"))
        await session.execute(text('DELETE FROM "user" WHERE id = :id'), {"id": person.id})
    await assert_counts_are_true(platform)
