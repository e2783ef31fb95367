"""The trash, what expires, delete tokens, and the files behind them."""

import os
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, text, update
from tests.factories.media import insert_media, jpeg, media_row, upload
from tests.factories.users import Person, make_person
from tests.media.test_bad_input import assert_nothing_stayed, files_of

from maquette.kit.clock import now
from maquette.media.models import UnclaimedFile
from maquette.media.settings import MediaSettings
from maquette.media.staging import StagedFile, remove_abandoned, staged
from maquette.media.trash.service import TrashService
from maquette.platform.jobs.runner import drain
from maquette.platform.runtime import Platform


async def ids(me: httpx.AsyncClient, query: str = "") -> list[str]:
    return [item["id"] for item in (await me.get(f"/api/v1/media{query}")).json()["items"]]


async def test_trash_and_back(me: httpx.AsyncClient) -> None:
    media = await upload(me, jpeg(80), tags="a", title="Kept")
    url = f"/api/v1/media/{media['id']}"
    for _ in range(2):  # the second time changes nothing
        assert (await me.delete(url)).status_code == 204
    assert (await ids(me), await ids(me, "?trashed=true")) == ([], [media["id"]])
    trashed = (await me.get(url)).json()
    stays = datetime.fromisoformat(trashed["purge_at"]) - datetime.fromisoformat(trashed["trashed_at"])
    assert stays == timedelta(days=MediaSettings.model_fields["trash_days"].default)
    restored = (await me.post(f"{url}/restore")).json()
    assert (restored["trashed_at"], restored["purge_at"]) == (None, None)
    assert (restored["tags"], restored["title"]) == (["a"], "Kept")
    assert await ids(me) == [media["id"]]


async def test_removing_for_good_removes_the_files(live_platform: Platform, live_client: httpx.AsyncClient) -> None:
    me = (await make_person(live_platform)).at(live_client)
    media = await upload(me, jpeg(81), tags="a")
    await drain(live_platform)
    assert len(files_of(live_platform)) == 4
    assert (await me.delete(f"/api/v1/media/{media['id']}?permanent=true")).status_code == 204
    assert (await me.get(f"/api/v1/media/{media['id']}")).status_code == 404
    await drain(live_platform)
    await assert_nothing_stayed(live_platform)


async def test_emptying_the_trash_is_for_ones_own(me: httpx.AsyncClient, other: httpx.AsyncClient) -> None:
    mine, theirs = await upload(me, jpeg(82)), await upload(other, jpeg(83))
    kept = await upload(me, jpeg(84))
    await me.delete(f"/api/v1/media/{mine['id']}")
    await other.delete(f"/api/v1/media/{theirs['id']}")
    assert (await me.delete("/api/v1/media/trash")).json() == {"deleted": 1}
    assert (await ids(me), await ids(me, "?trashed=true")) == ([kept["id"]], [])
    assert await ids(other, "?trashed=true") == [theirs["id"]]


async def test_purge_takes_what_is_due(me: httpx.AsyncClient, platform: Platform, member: Person) -> None:
    old, young, expired, later = await insert_media(
        platform,
        [
            media_row(member.id, 1, trashed_at=now(), purge_at=now() - timedelta(days=1), expires_at=None),
            media_row(member.id, 2, trashed_at=now(), purge_at=now() + timedelta(days=1), expires_at=None),
            media_row(member.id, 3, expires_at=now() - timedelta(days=1)),
            media_row(member.id, 4, expires_at=now() + timedelta(days=1)),
        ],
    )
    assert await TrashService(platform).purge() == {"expired": 1, "removed": 1}
    assert await ids(me) == [str(later)]
    assert set(await ids(me, "?trashed=true")) == {str(young), str(expired)}
    assert (await me.get(f"/api/v1/media/{old}")).status_code == 404
    # Restored by hand, it stays.
    await me.post(f"/api/v1/media/{expired}/restore")
    assert await TrashService(platform).purge() == {"expired": 0, "removed": 0}


async def test_delete_tokens(me: httpx.AsyncClient, client: httpx.AsyncClient) -> None:
    media = await upload(me, jpeg(85), delete_token="true")
    token = media["delete_token"]
    assert len(token) >= 43
    assert (await upload(me, jpeg(85), delete_token="true", expect=200))["delete_token"] is None
    url = f"/api/v1/media/{media['id']}"
    assert (await client.delete(url)).status_code == 401
    assert (await client.delete(url, headers={"X-Delete-Token": token[:-1] + "!"})).status_code == 404
    plain = await upload(me, jpeg(86))
    assert (
        await client.delete(f"/api/v1/media/{plain['id']}", headers={"X-Delete-Token": "0" * 43})
    ).status_code == 404
    assert (await client.delete(url, headers={"X-Delete-Token": token})).status_code == 204
    assert await ids(me) == [plain["id"]]


async def test_a_store_that_fails_leaves_nothing(live_platform: Platform, live_client: httpx.AsyncClient) -> None:
    me = (await make_person(live_platform)).at(live_client)
    in_the_way = live_platform.stores.originals.shards[0].local_path("uploaded")
    assert in_the_way is not None
    in_the_way.write_bytes(b"a file where a folder must be")
    error = (await upload(me, jpeg(87), expect=503))["error"]
    assert error["code"] == "storage_error"
    in_the_way.unlink()
    await assert_nothing_stayed(live_platform)


REFUSE = "RAISE EXCEPTION 'the database refuses'"
FORGET = "DELETE FROM unclaimed_file; RETURN NEW"


async def intervene(platform: Platform, what: str, when: str) -> None:
    """Let the database itself do something to each media that is inserted."""
    async with platform.database.transaction() as session:
        await session.execute(
            text(f"CREATE FUNCTION intervene() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {what}; END $$")
        )
        await session.execute(text(f"{when} FOR EACH ROW EXECUTE FUNCTION intervene()"))


async def test_a_commit_that_fails_leaves_nothing(live_platform: Platform, live_client: httpx.AsyncClient) -> None:
    me = (await make_person(live_platform)).at(live_client)
    deferred = "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON media DEFERRABLE INITIALLY DEFERRED"
    await intervene(live_platform, REFUSE, deferred)
    answer = await me.post("/api/v1/media", files={"file": ("a.jpg", jpeg(88))})
    assert answer.status_code >= 500
    await assert_nothing_stayed(live_platform)


async def test_a_file_that_took_too_long_is_not_claimed(
    live_platform: Platform, live_client: httpx.AsyncClient
) -> None:
    me = (await make_person(live_platform)).at(live_client)
    await intervene(live_platform, FORGET, "CREATE TRIGGER forget BEFORE INSERT ON media")
    assert (await upload(me, jpeg(89), expect=503))["error"]["code"] == "upload_expired"
    await assert_nothing_stayed(live_platform)


async def test_a_file_that_cannot_be_deleted_is_tried_again(
    live_platform: Platform, live_client: httpx.AsyncClient
) -> None:
    me = (await make_person(live_platform)).at(live_client)
    media = await upload(me, jpeg(90))
    (path,) = files_of(live_platform)
    await me.delete(f"/api/v1/media/{media['id']}?permanent=true")
    path.unlink()
    path.mkdir()
    assert (await TrashService(live_platform).remove_files())["postponed"] == 1
    path.rmdir()
    path.write_bytes(b"what is to go")
    async with live_platform.database.transaction() as session:
        assert (await session.execute(select(UnclaimedFile.attempts))).scalar_one() == 1
        await session.execute(update(UnclaimedFile).values(not_before=now()))
    assert (await TrashService(live_platform).remove_files())["removed"] == 1
    await assert_nothing_stayed(live_platform)


def test_a_staged_file_belongs_to_its_living_writer(settings: object, tmp_path: Path) -> None:
    from maquette.platform.storage.staging import Staging

    staging = Staging(tmp_path / "staging")
    with staged(staging, 100) as file:
        assert remove_abandoned(staging, older_than_seconds=0) == 0
        assert file.path.exists()
    assert not list(staging.folder.iterdir())
    dead = StagedFile(staging.new(), 100)
    os.close(dead._descriptor)
    assert remove_abandoned(staging, older_than_seconds=3600) == 0
    assert remove_abandoned(staging, older_than_seconds=0) == 1


@pytest.fixture
def small_disk(settings: object, tmp_path: Path) -> Iterator[Path]:
    """The data folder on a file system of four mebibytes."""
    folder = tmp_path / "data"
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


async def test_a_full_disk_is_said_and_leaves_nothing(
    small_disk: Path, me: httpx.AsyncClient, platform: Platform
) -> None:
    error = (await upload(me, jpeg(91) + bytes(6_000_000), expect=507))["error"]
    assert error["code"] == "out_of_space"
    assert "full" in error["message"]
    await assert_nothing_stayed(platform)
    assert (await upload(me, jpeg(91)))["size"] > 0


async def test_quota(me: httpx.AsyncClient, platform: Platform, member: Person) -> None:
    from maquette.accounts.models import User

    data = jpeg(92)
    async with platform.database.transaction() as session:
        await session.execute(update(User).where(User.id == member.id).values(quota_bytes=len(data)))
    media = await upload(me, data)
    error = (await upload(me, jpeg(93), expect=413))["error"]
    assert (error["code"], error["details"]["used"]) == ("quota_exceeded", len(data))
    await me.delete(f"/api/v1/media/{media['id']}?permanent=true")
    await upload(me, jpeg(93))
