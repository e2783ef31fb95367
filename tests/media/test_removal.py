"""Files that go for good: the database is not kept waiting for their store, and a death on the way leaves nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from tests.media.test_bad_input import assert_nothing_stayed, files_of

from maquette.kit.clock import now
from maquette.media.models import VARIANTS, UnclaimedFile
from maquette.media.trash.service import AT_ONCE, TAKEN_FOR, TrashService
from maquette.media.uploads import repository as uploads
from maquette.platform.runtime import Platform
from maquette.platform.storage.local import LocalStore

FILES = 40


class SlowStore(LocalStore):
    """A folder whose removals wait until they may go on, but for the first few."""

    def __init__(self, name: str, root: Path) -> None:
        super().__init__(name, root, durable=False)
        self.quick = 0
        self.may_go_on = asyncio.Event()
        self.waiting = 0
        self.most_at_once = 0

    async def delete(self, key: str) -> None:
        self.quick -= 1
        if self.quick < 0:
            self.waiting += 1
            self.most_at_once = max(self.most_at_once, self.waiting)
            await self.may_go_on.wait()
            self.waiting -= 1
        await super().delete(key)


@pytest.fixture
def store(live_platform: Platform) -> SlowStore:
    """The store of variants, made slow."""
    root = live_platform.stores.variants.local_path("x")
    assert root is not None
    slow = SlowStore(VARIANTS, root.parent)
    live_platform.stores.variants = slow
    return slow


async def abandon(platform: Platform, count: int) -> list[object]:
    """Files that nobody claims and whose time has come; the ids of their notes."""
    ids: list[object] = []
    async with platform.database.transaction() as session:
        for number in range(count):
            key = f"thumbnails/none/{number}.webp"
            await platform.stores.variants.put(key, b"a variant")
            ids.append(await uploads.announce_file(session, VARIANTS, key, now() - timedelta(seconds=1)))
    return ids


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not met():  # noqa: ASYNC110  # what is awaited is a count
            await asyncio.sleep(0.01)


@asynccontextmanager
async def removing(platform: Platform, store: SlowStore, waiting: int = 1) -> AsyncIterator["asyncio.Task[object]"]:
    """A cleaner that waits for its store."""
    task = asyncio.create_task(TrashService(platform).remove_files())
    try:
        await until(lambda: store.waiting >= waiting or task.done())
        assert not task.done()
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_no_transaction_is_open_while_files_are_removed(live_platform: Platform, store: SlowStore) -> None:
    await abandon(live_platform, FILES)
    async with removing(live_platform, store, AT_ONCE) as task:
        async with live_platform.database.reading() as session:
            open_ones = await session.execute(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND xact_start IS NOT NULL AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
                )
            )
            assert open_ones.scalar_one() == 0
        store.may_go_on.set()
        assert await task == {"removed": FILES, "postponed": 0, "staged": 0}
    assert store.most_at_once == AT_ONCE
    await assert_nothing_stayed(live_platform)


async def test_a_file_that_is_being_removed_is_claimed_by_nobody(live_platform: Platform, store: SlowStore) -> None:
    (announced,) = await abandon(live_platform, 1)
    async with removing(live_platform, store) as task:
        async with asyncio.timeout(5), live_platform.database.transaction() as session:
            assert await uploads.claim_file(session, announced) is False  # type: ignore[arg-type]  # its id
        store.may_go_on.set()
        await task
    await assert_nothing_stayed(live_platform)


async def test_a_second_cleaner_leaves_alone_what_the_first_has_taken(
    live_platform: Platform, store: SlowStore
) -> None:
    await abandon(live_platform, 3)
    async with removing(live_platform, store) as task:
        assert (await TrashService(live_platform).remove_files())["removed"] == 0
        store.may_go_on.set()
        assert await task == {"removed": 3, "postponed": 0, "staged": 0}


async def test_what_a_cleaner_left_when_it_died_comes_up_again(live_platform: Platform, store: SlowStore) -> None:
    await abandon(live_platform, FILES)
    store.quick = 10
    async with removing(live_platform, store, AT_ONCE - 10):
        pass  # ends it in the middle
    assert 0 < len(files_of(live_platform)) < FILES
    async with live_platform.database.reading() as session:
        notes = (await session.execute(select(UnclaimedFile))).scalars().all()
    assert len(notes) == FILES
    assert {note.attempts for note in notes} == {1}
    assert all(timedelta(0) < note.not_before - now() <= TAKEN_FOR for note in notes)
    store.may_go_on.set()
    async with live_platform.database.transaction() as session:
        await session.execute(update(UnclaimedFile).values(not_before=now()))
    assert (await TrashService(live_platform).remove_files())["removed"] == FILES
    await assert_nothing_stayed(live_platform)
