"""What a running process holds: settings, database, stores, cache, limits, events, jobs. Made once, closed once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from redis.asyncio import Redis

from maquette.kit.memory import give_back_for_ever
from maquette.platform.cache.cache import Cache
from maquette.platform.database.database import Database
from maquette.platform.database.settings import DatabaseSettings
from maquette.platform.events.bus import EventBus
from maquette.platform.jobs.dispatcher import Dispatcher
from maquette.platform.limits.limiter import Limiter
from maquette.platform.limits.settings import LimitSettings
from maquette.platform.settings.general import GeneralSettings
from maquette.platform.settings.loader import Settings
from maquette.platform.settings.secret import secret_key
from maquette.platform.slice import Slice
from maquette.platform.storage.stores import Stores
from maquette.platform.valkey import ValkeySettings, connect

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Platform:
    """The machine room of one process."""

    settings: Settings
    slices: tuple[Slice, ...]
    database: Database
    valkey: Redis
    stores: Stores
    cache: Cache
    limits: Limiter
    events: EventBus
    dispatcher: Dispatcher
    secret_key: bytes
    """Signs tokens and links; derive a key per purpose from it."""
    _memory: dict[type, Any] = field(default_factory=dict)

    def remembered(self, kind: type[T], make: Callable[[], T]) -> T:
        """What a slice remembers in this process, one of each type, made at first use."""
        if kind not in self._memory:
            self._memory[kind] = make()
        return cast("T", self._memory[kind])


@asynccontextmanager
async def running(
    settings: Settings, slices: Iterable[Slice], *, database: Database | None = None
) -> AsyncIterator[Platform]:
    """The platform of this process, closed at the end. Tests bring their own database."""
    async with AsyncExitStack() as closing:
        closing.callback(asyncio.create_task(give_back_for_ever()).cancel)
        if database is None:
            database = Database(settings[DatabaseSettings])
            closing.push_async_callback(database.close)
        valkey = connect(settings[ValkeySettings])
        closing.push_async_callback(valkey.aclose)
        stores = Stores.from_settings(settings)
        closing.push_async_callback(stores.close)
        events = EventBus(valkey, tuple(event for each in slices for event in each.events))
        closing.push_async_callback(events.close)
        dispatcher = Dispatcher(settings[ValkeySettings])
        closing.push_async_callback(dispatcher.close)
        cache = Cache(valkey)
        database.on_commit(cache.deliver)
        database.on_commit(events.deliver)
        database.on_commit(dispatcher.deliver)
        yield Platform(
            settings=settings,
            slices=tuple(slices),
            database=database,
            valkey=valkey,
            stores=stores,
            cache=cache,
            limits=Limiter(settings[LimitSettings], valkey),
            events=events,
            dispatcher=dispatcher,
            secret_key=secret_key(settings[GeneralSettings]),
        )
