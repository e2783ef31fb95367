"""How the cache does, told while Valkey is down."""

from tests.platform.valkey_server import StoppableValkey

from maquette.platform.cache.cache import Cache, Cached, CacheState, NamespaceStats
from maquette.platform.valkey import ValkeySettings, connect


async def made() -> bytes:
    return b"made"


async def test_without_valkey_a_process_tells_of_itself(stoppable_valkey: StoppableValkey) -> None:
    client = connect(ValkeySettings(redis_url=stoppable_valkey.url))
    cache = Cache(client)
    stoppable_valkey.stop()
    for _ in range(3):
        assert await cache.fetch("media", "1", made, seconds=60) == Cached(b"made", CacheState.BYPASS)
    assert await cache.stats() == [NamespaceStats("media", hits=0, misses=0, bypasses=3)]
    assert await cache.stats() == [NamespaceStats("media", hits=0, misses=0, bypasses=3)], "telling forgets nothing"
    await client.aclose()
