"""The cache: quick when Valkey is there, absent when it is not, never wrong."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
from redis.asyncio import Redis
from tests.platform.valkey_server import StoppableValkey

from maquette.kit.outbox import Outbox
from maquette.platform.cache.cache import Cache, CacheState, NamespaceStats
from maquette.platform.valkey import ValkeySettings, connect


@pytest.fixture
async def valkey(stoppable_valkey: StoppableValkey) -> AsyncIterator[Redis]:
    client = connect(ValkeySettings(redis_url=stoppable_valkey.url))
    yield client
    await client.aclose()


@pytest.fixture
def cache(valkey: Redis) -> Cache:
    return Cache(valkey)


def maker(
    value: bytes = b"made", *, calls: list[bytes] | None = None, delay: float = 0
) -> Callable[[], Awaitable[bytes]]:
    async def make() -> bytes:
        if calls is not None:
            calls.append(value)
        await asyncio.sleep(delay)
        return value

    return make


async def test_the_second_question_is_answered_from_the_cache(cache: Cache) -> None:
    calls: list[bytes] = []
    first = await cache.fetch("media", "1", maker(calls=calls), seconds=60)
    second = await cache.fetch("media", "1", maker(b"other", calls=calls), seconds=60)
    assert (first.value, first.state) == (b"made", CacheState.MISS)
    assert (second.value, second.state) == (b"made", CacheState.HIT)
    assert calls == [b"made"]


async def test_a_value_ends_with_its_time(cache: Cache) -> None:
    await cache.fetch("media", "1", maker(), seconds=0.05)
    await asyncio.sleep(0.1)
    assert (await cache.fetch("media", "1", maker(), seconds=60)).state is CacheState.MISS


async def test_namespaces_and_keys_are_apart(cache: Cache) -> None:
    await cache.put("a", "1", b"x", seconds=60)
    assert await cache.get("b", "1") is None
    assert await cache.get("a", "2") is None
    assert await cache.get("a", "1") == b"x"


async def test_what_is_invalidated_is_made_again(cache: Cache) -> None:
    await cache.fetch("media", "1", maker(b"old"), seconds=60)
    await cache.invalidate("media", "1", "2")
    again = await cache.fetch("media", "1", maker(b"new"), seconds=60)
    assert (again.value, again.state) == (b"new", CacheState.MISS)
    assert (await cache.fetch("media", "1", maker(b"newer"), seconds=60)).value == b"new"


async def test_a_slow_reader_does_not_put_an_old_state_back(cache: Cache) -> None:
    slow = asyncio.create_task(cache.fetch("media", "1", maker(b"old", delay=0.2), seconds=60))
    await asyncio.sleep(0.05)
    await cache.invalidate("media", "1")
    assert (await slow).value == b"old"
    assert (await cache.fetch("media", "1", maker(b"new"), seconds=60)).value == b"new"


async def test_an_invalidation_by_another_process_holds_too(cache: Cache, valkey: Redis) -> None:
    other = Cache(valkey)
    slow = asyncio.create_task(cache.fetch("media", "1", maker(b"old", delay=0.2), seconds=60))
    await asyncio.sleep(0.05)
    await other.invalidate("media", "1")
    await slow
    assert await cache.get("media", "1") is None


async def test_many_who_ask_at_once_share_one_making(cache: Cache) -> None:
    calls: list[bytes] = []
    asked = [cache.fetch("media", "1", maker(calls=calls, delay=0.05), seconds=60) for _ in range(50)]
    assert {each.value for each in await asyncio.gather(*asked)} == {b"made"}
    assert len(calls) == 1


async def test_one_who_leaves_does_not_take_the_value_from_the_others(cache: Cache) -> None:
    first = asyncio.create_task(cache.fetch("media", "1", maker(delay=0.1), seconds=60))
    await asyncio.sleep(0.02)
    second = asyncio.create_task(cache.fetch("media", "1", maker(b"never"), seconds=60))
    await asyncio.sleep(0.02)
    first.cancel()
    assert (await second).value == b"made"


async def test_a_making_that_fails_is_told_and_not_kept(cache: Cache) -> None:
    async def fail() -> bytes:
        raise LookupError("no such media")

    with pytest.raises(LookupError):
        await cache.fetch("media", "1", fail, seconds=60)
    assert (await cache.fetch("media", "1", maker(), seconds=60)).value == b"made"


async def test_without_valkey_the_database_answers_and_nobody_waits(
    cache: Cache, stoppable_valkey: StoppableValkey
) -> None:
    await cache.fetch("media", "1", maker(), seconds=60)
    stoppable_valkey.stop()
    began = time.monotonic()
    for number in range(200):
        found = await cache.fetch("media", str(number), maker(b"from the database"), seconds=60)
        assert (found.value, found.state) == (b"from the database", CacheState.BYPASS)
    await cache.put("media", "1", b"x", seconds=60)
    await cache.invalidate("media", "1")
    assert await cache.get("media", "1") is None
    assert time.monotonic() - began < 2.0


async def test_a_valkey_that_hangs_costs_one_wait(cache: Cache, stoppable_valkey: StoppableValkey) -> None:
    await cache.get("media", "1")
    stoppable_valkey.freeze()
    began = time.monotonic()
    for _ in range(20):
        assert (await cache.fetch("media", "1", maker(), seconds=60)).state is CacheState.BYPASS
    assert time.monotonic() - began < 2.0
    stoppable_valkey.thaw()


async def test_what_changed_while_valkey_was_away_is_not_answered_from_it(
    cache: Cache, stoppable_valkey: StoppableValkey
) -> None:
    await cache.fetch("media", "1", maker(b"old"), seconds=60)
    stoppable_valkey.freeze()
    await cache.invalidate("media", "1")
    stoppable_valkey.thaw()
    await asyncio.sleep(1.1)
    found = await cache.fetch("media", "1", maker(b"new"), seconds=60)
    assert (found.value, found.state) == (b"new", CacheState.MISS)


async def test_hits_misses_and_bypasses_are_counted_over_processes(
    valkey: Redis, stoppable_valkey: StoppableValkey
) -> None:
    one, two = Cache(valkey), Cache(valkey)
    await one.fetch("media", "1", maker(), seconds=60)
    await two.fetch("media", "1", maker(), seconds=60)
    await two.get("tags", "1")
    await one.stats()
    assert await two.stats() == [
        NamespaceStats("media", hits=1, misses=1, bypasses=0),
        NamespaceStats("tags", hits=0, misses=1, bypasses=0),
    ]
    stoppable_valkey.freeze()
    await two.fetch("media", "1", maker(), seconds=60)
    stoppable_valkey.thaw()
    await asyncio.sleep(1.1)
    assert (await two.stats())[0] == NamespaceStats("media", hits=1, misses=1, bypasses=1)


@dataclass
class MediaChanged:
    media_id: str

    def invalidates(self) -> list[tuple[str, str]]:
        return [("media", self.media_id)]


async def test_events_of_a_commit_invalidate_what_they_name(cache: Cache) -> None:
    await cache.put("media", "1", b"old", seconds=60)
    await cache.put("media", "2", b"kept", seconds=60)
    await cache.deliver(Outbox(events=[MediaChanged("1"), object()]))
    assert await cache.get("media", "1") is None
    assert await cache.get("media", "2") == b"kept"
