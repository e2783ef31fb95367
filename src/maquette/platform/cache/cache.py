"""A cache in Valkey that nobody depends on: without Valkey it answers "bypass" and the database does the work.

A value is filled in only if nobody invalidated it since the filler began to read, so that a slow reader never puts an
old state back. Invalidations that Valkey did not hear are remembered and told before anything is read again.
"""

import asyncio
import time
from collections import Counter as Tally
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from maquette.kit.outbox import Outbox
from maquette.kit.pause import Pause
from maquette.platform.observability.metrics import CACHE_REQUESTS

PREFIX = "maquette:cache:"
STATS = "maquette:cache-stats"
TIMEOUT = 0.5
"""Seconds after which a Valkey that hangs counts as down; the database is quicker than that."""
FLUSH_EVERY = 2.0
"""Seconds between two tellings of the counters."""
TOLD_AT_ONCE = 500
"""Invalidations that Valkey is told in one go."""
VERSION_SECONDS = 120
"""How long an invalidation is remembered: longer than any read of the database may take."""

FILL = """
if (redis.call('GET', KEYS[2]) or '') == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
"""


class CacheState(StrEnum):
    """How an answer came about; the value of the X-Cache header."""

    HIT = "HIT"
    MISS = "MISS"
    BYPASS = "BYPASS"


@dataclass(frozen=True, slots=True)
class Cached:
    """A value, and whether the cache had it."""

    value: bytes
    state: CacheState


@dataclass(frozen=True, slots=True)
class NamespaceStats:
    """What the cache was asked for one kind of thing, over all processes."""

    namespace: str
    hits: int
    misses: int
    bypasses: int


class Down(Exception):
    """Valkey is not there, or was not a moment ago."""


class Cache:
    """Bytes by namespace and key, for a time."""

    def __init__(self, valkey: Redis) -> None:
        self.valkey = valkey
        self._fill = valkey.register_script(FILL)
        self._pause = Pause()
        self._flights: dict[str, asyncio.Task[Cached]] = {}
        self._unheard: set[str] = set()
        self._tally: Tally[str] = Tally()
        self._flushed_at = time.monotonic()

    async def fetch(self, namespace: str, key: str, make: Callable[[], Awaitable[bytes]], *, seconds: float) -> Cached:
        """The cached value, or what `make` gives, kept for `seconds`. Callers that wait for the same share one make."""
        name = f"{namespace}:{key}"
        flight = self._flights.get(name)
        if flight is None:
            flight = asyncio.create_task(self._fetch(namespace, name, make, seconds))
            self._flights[name] = flight
            flight.add_done_callback(lambda _: self._flights.pop(name, None))
        # Shielded: a caller that goes away must not take the value from the others.
        return await asyncio.shield(flight)

    async def _fetch(self, namespace: str, name: str, make: Callable[[], Awaitable[bytes]], seconds: float) -> Cached:
        try:
            value, version = await self._look(name)
        except Down:
            self._count(namespace, CacheState.BYPASS)
            return Cached(await make(), CacheState.BYPASS)
        if value is not None:
            self._count(namespace, CacheState.HIT)
            return Cached(value, CacheState.HIT)
        self._count(namespace, CacheState.MISS)
        made = await make()
        await self._store(name, version, made, seconds)
        return Cached(made, CacheState.MISS)

    async def get(self, namespace: str, key: str) -> bytes | None:
        """The cached value, or None."""
        try:
            value, _ = await self._look(f"{namespace}:{key}")
        except Down:
            self._count(namespace, CacheState.BYPASS)
            return None
        self._count(namespace, CacheState.HIT if value is not None else CacheState.MISS)
        return value

    async def put(self, namespace: str, key: str, value: bytes, *, seconds: float) -> None:
        """Keep `value` for `seconds`, whatever is there."""
        try:
            async with self._asking():
                await self.valkey.set(f"{PREFIX}{namespace}:{key}", value, px=int(seconds * 1000))
        except Down:
            return

    async def invalidate(self, namespace: str, *keys: str) -> None:
        """Forget these values. Call it after the commit: before it, a reader could fetch the old state again."""
        names = {f"{namespace}:{key}" for key in keys}
        for name in names:
            self._flights.pop(name, None)
        self._unheard |= names
        try:
            async with self._asking():
                pass  # what was not heard yet is told first
        except Down:
            return

    async def deliver(self, outbox: Outbox) -> None:
        """After a commit: forget what its events name in `invalidates() -> [(namespace, key), ...]`."""
        by_namespace: dict[str, list[str]] = {}
        for event in outbox.events:
            for namespace, key in getattr(event, "invalidates", tuple)():
                by_namespace.setdefault(namespace, []).append(key)
        for namespace, keys in by_namespace.items():
            await self.invalidate(namespace, *keys)

    async def stats(self) -> list[NamespaceStats]:
        """Hits, misses and bypasses by namespace, over all processes; of this process alone when Valkey is down."""
        try:
            async with self._asking():
                await self._flush()
                raw = await cast("Awaitable[dict[bytes, bytes]]", self.valkey.hgetall(STATS))
            counted = {field.decode(): int(number) for field, number in raw.items()}
        except Down:
            counted = dict(self._tally)
        namespaces = sorted({field.rpartition(":")[0] for field in counted})
        return [
            NamespaceStats(
                each,
                hits=counted.get(f"{each}:{CacheState.HIT}", 0),
                misses=counted.get(f"{each}:{CacheState.MISS}", 0),
                bypasses=counted.get(f"{each}:{CacheState.BYPASS}", 0),
            )
            for each in namespaces
        ]

    async def _look(self, name: str) -> tuple[bytes | None, bytes]:
        async with self._asking():
            found = await self.valkey.mget(f"{PREFIX}{name}", f"{PREFIX}{name}#")
            value, version = cast("list[bytes | None]", found)
            return value, version or b""

    async def _store(self, name: str, version: bytes, value: bytes, seconds: float) -> None:
        try:
            async with self._asking():
                await self._fill(
                    keys=[f"{PREFIX}{name}", f"{PREFIX}{name}#"], args=[version, value, int(seconds * 1000)]
                )
        except Down:
            return

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        """Within it Valkey may be asked. Raises Down when it does not answer, and at once for a moment after."""
        if not self._pause.is_over:
            raise Down
        try:
            while self._unheard:
                # A bulk change names thousands: in parts, or telling them all would look like a Valkey that hangs.
                async with asyncio.timeout(TIMEOUT):
                    await self._tell(set(islice(self._unheard, TOLD_AT_ONCE)))
            async with asyncio.timeout(TIMEOUT):
                yield
                if self._tally and time.monotonic() - self._flushed_at > FLUSH_EVERY:
                    await self._flush()
        except (RedisError, OSError, TimeoutError) as error:
            self._pause.begin()
            raise Down from error

    async def _tell(self, names: set[str]) -> None:
        async with self.valkey.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.delete(f"{PREFIX}{name}")
                pipe.incr(f"{PREFIX}{name}#")
                pipe.expire(f"{PREFIX}{name}#", VERSION_SECONDS)
            await pipe.execute()
        self._unheard -= names

    def _count(self, namespace: str, state: CacheState) -> None:
        self._tally[f"{namespace}:{state}"] += 1
        CACHE_REQUESTS.labels(namespace, state.lower()).inc()

    async def _flush(self) -> None:
        tally, self._tally = self._tally, Tally()
        self._flushed_at = time.monotonic()
        try:
            async with self.valkey.pipeline(transaction=False) as pipe:
                for field, number in tally.items():
                    pipe.hincrby(STATS, field, number)
                await pipe.execute()
        except BaseException:
            self._tally += tally
            raise
