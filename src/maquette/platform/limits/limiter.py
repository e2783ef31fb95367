"""Rate limits: a sliding window per caller and group of routes, kept in Valkey by the `limits` library.

Asking Valkey on every read would cost more than many of those reads. So a process takes permits out of the window in
blocks (2 % of the limit: 24 of 1,200) and hands them out from memory; only every 24th read asks. Permits are taken
before they are used, so that all processes together never allow more than the limit; what a process did not use within
a few seconds is lost to the caller, at most one block a process. A caller who is over the limit is remembered until
his window moves, so that a flood costs nothing either. Small limits (logins, uploads) are asked for one by one.
"""

import asyncio
import time
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from ipaddress import ip_address, ip_network
from math import ceil

from limits import RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from maquette.kit.errors import RateLimited, ServiceUnavailable
from maquette.kit.pause import Pause
from maquette.platform.limits.settings import LimitSettings

WINDOW = 60
"""Seconds of the window."""
BLOCK_OF = 50
"""A block of permits is this part of the limit."""
BLOCK_SECONDS = 5.0
"""A block that was not used up after this is given up; a refusal is remembered at most that long."""
MEMORY = 20_000
"""Callers whose permits are kept in this process at most."""
TIMEOUT = 0.5
"""Seconds after which a Valkey that hangs counts as down."""


class Group(StrEnum):
    """Routes that share a limit."""

    READ = "read"
    UPLOAD = "upload"
    USER_READ = "user_read"
    USER_UPLOAD = "user_upload"
    LOGIN = "login"


GUARDED = frozenset({Group.LOGIN})
"""Groups that are refused while nothing can count them."""


class LimitUnknown(ServiceUnavailable):
    """Valkey is down, so attempts cannot be counted, so none is allowed."""

    def __init__(self) -> None:
        super().__init__("This cannot be allowed at the moment: the server that counts attempts is down. Try again.")


class LimitReached(RateLimited):
    """One caller asked too often."""

    def __init__(self, group: Group, standing: "Standing") -> None:
        seconds = max(1, ceil(standing.reset_seconds))
        super().__init__(
            f"Too many requests: {standing.limit} a minute are allowed here. Try again in {seconds} s.",
            details={"group": group, "limit": standing.limit, "retry_after_seconds": seconds},
            headers={"Retry-After": str(seconds)},
        )
        self.standing = standing


@dataclass(slots=True)
class Standing:
    """Where a caller stands."""

    limit: int
    remaining: int
    reset_seconds: float
    """Seconds until the window has moved far enough to allow more."""

    def headers(self) -> list[tuple[bytes, bytes]]:
        """The RateLimit-* headers of an answer."""
        return [
            (b"ratelimit-limit", b"%d" % self.limit),
            (b"ratelimit-remaining", b"%d" % max(0, self.remaining)),
            (b"ratelimit-reset", b"%d" % max(0, ceil(self.reset_seconds))),
        ]


@dataclass(slots=True)
class _Purse:
    """The permits of one caller in this process."""

    permits: int
    until: float
    reset_at: float
    standing: Standing
    refused: bool


class Limiter:
    """Counts what callers do, over all processes."""

    def __init__(self, settings: LimitSettings, valkey: Redis) -> None:
        self._limits = {group: getattr(settings, f"limit_{group}") for group in Group}
        self._items = {group: RateLimitItemPerMinute(limit) for group, limit in self._limits.items() if limit}
        self._refuse = settings.limit_refuse_unguarded
        self._networks = [ip_network(each, strict=False) for each in settings.limit_allow]
        storage = RedisStorage(
            "redis://",
            implementation="redispy",
            key_prefix="maquette:limit",
            connection_pool=valkey.connection_pool,  # type: ignore[arg-type]  # handed on to redis-py as it is
        )
        self._window = SlidingWindowCounterRateLimiter(storage)
        self._pause = Pause()
        self._purses: dict[tuple[Group, str], _Purse] = {}
        self.is_allowed_address = lru_cache(4096)(self._is_allowed_address)

    async def check(self, group: Group, caller: str) -> Standing | None:
        """Take one permit. Raises LimitReached or LimitUnknown; None where no limit holds or can be known."""
        if not self._limits[group]:
            return None
        moment = time.monotonic()
        purse = self._purses.get((group, caller))
        if purse is not None and moment < purse.until:
            if purse.permits > 0:
                purse.permits -= 1
                purse.standing.remaining -= 1
                return purse.standing
            if purse.refused:
                purse.standing.reset_seconds = purse.reset_at - moment
                raise LimitReached(group, purse.standing)
        try:
            purse = await self._take(group, caller)
        except (RedisError, OSError, TimeoutError):
            self._pause.begin()
            purse = None
        if purse is None:
            if self._refuse and group in GUARDED:
                raise LimitUnknown
            return None
        self._remember(group, caller, purse)
        if purse.refused:
            raise LimitReached(group, purse.standing)
        return purse.standing

    async def _take(self, group: Group, caller: str) -> _Purse | None:
        """A block of permits out of the window, less the one that is used at once. None while Valkey is down."""
        if not self._pause.is_over:
            return None
        item, limit = self._items[group], self._limits[group]
        block = max(1, limit // BLOCK_OF) if limit >= 10 * BLOCK_OF else 1
        async with asyncio.timeout(TIMEOUT):
            taken = block
            if not await self._window.hit(item, caller, cost=block):
                # Less than a block is left: the last ones are handed out one by one.
                taken = 1 if block > 1 and await self._window.hit(item, caller) else 0
            stats = await self._window.get_window_stats(item, caller)
        moment = time.monotonic()
        # The library's reset is a time of day and, for this strategy, when the next single permit comes free.
        reset = min(float(WINDOW), max(1.0, stats.reset_time - time.time()))
        standing = Standing(limit, stats.remaining + max(0, taken - 1), reset)
        lasting = BLOCK_SECONDS if taken else min(BLOCK_SECONDS, reset)
        return _Purse(max(0, taken - 1), moment + lasting, moment + reset, standing, refused=not taken)

    def _remember(self, group: Group, caller: str, purse: _Purse) -> None:
        if len(self._purses) >= MEMORY:
            moment = time.monotonic()
            self._purses = {key: each for key, each in self._purses.items() if each.until > moment}
            if len(self._purses) >= MEMORY:
                self._purses.clear()
        self._purses[group, caller] = purse

    def _is_allowed_address(self, address: str) -> bool:
        if not self._networks:
            return False
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        mapped = getattr(parsed, "ipv4_mapped", None)
        return any(each in network for each in (parsed, mapped) if each for network in self._networks)
