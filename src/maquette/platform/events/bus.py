"""The road of events: each commit's events go into one Valkey stream, every web process reads all of it.

A stream, because a listener whose connection dropped goes on after the last id that it saw. What the stream cannot
give back any more (it is short, and Valkey may lose it) is answered by `resync`: ask for the present state again.
"""

import asyncio
import contextlib
import itertools
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from maquette.kit.outbox import Outbox
from maquette.platform.events.event import Event
from maquette.platform.events.metrics import DROPPED, LISTENERS, PUBLISHED

log = structlog.get_logger(__name__)

STREAM = "maquette:events"
STREAM_LENGTH = 10_000
FIELD = b"e"
# Shorter than the client's socket timeout, so that silence is not taken for a fault.
BLOCK_MILLISECONDS = 4_000
BATCH = 500
RETRY_SECONDS = 0.5
# Events wait in this process while Valkey is down; beyond this the oldest are dropped, and listeners resync anyway.
WAITING_EVENTS = 5_000
BACKLOG = 1_000
"""Events that one listener may be behind before it is told to resync."""


class Told(msgspec.Struct, frozen=True):
    """An event as it travels."""

    name: str
    topics: tuple[str, ...]
    at: datetime
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Received:
    """An event from the stream. Ids grow: a later one compares greater by `id_key`."""

    id: str
    name: str
    topics: tuple[str, ...]
    at: datetime
    data: dict[str, Any]


RESYNC = "resync"
"""In place of an event: some were lost, the listener must ask for the present state."""

Callback = Callable[[Received], Coroutine[Any, Any, None]]
_decoder = msgspec.json.Decoder(Told)


def id_key(event_id: str) -> tuple[int, int]:
    """What event ids are compared by. Raises ValueError for what is not one."""
    milliseconds, _, number = event_id.partition("-")
    return int(milliseconds), int(number)


class Subscription:
    """One listener in this process: its topics and what it has not fetched yet."""

    def __init__(self) -> None:
        self.topics: set[str] = set()
        self._waiting: deque[Received] = deque()
        self._arrived = asyncio.Event()
        self._must_resync = False

    def put(self, event: Received) -> None:
        """Queue an event; a listener that is too far behind loses them all and is told so."""
        if self._must_resync:
            return
        if len(self._waiting) >= BACKLOG:
            self.resync()
            return
        self._waiting.append(event)
        self._arrived.set()

    def resync(self) -> None:
        """Forget what waits: the listener must ask for the present state."""
        self._waiting.clear()
        self._must_resync = True
        self._arrived.set()

    async def next(self) -> Received | str:
        """The next event, or RESYNC."""
        while True:
            if self._must_resync:
                self._must_resync = False
                return RESYNC
            if self._waiting:
                return self._waiting.popleft()
            self._arrived.clear()
            await self._arrived.wait()


class EventBus:
    """Publishes the events of this process's commits, and hands all events to this process's listeners."""

    def __init__(self, valkey: Redis, event_types: Iterable[type[Event]]) -> None:
        self._valkey = valkey
        self.event_types = tuple(event_types)
        self._outgoing: deque[bytes] = deque(maxlen=WAITING_EVENTS)
        self._has_outgoing = asyncio.Event()
        self._all_sent = asyncio.Event()
        self._publisher: asyncio.Task[None] | None = None
        self._reader: asyncio.Task[None] | None = None
        self._reading = asyncio.Event()
        self._subscriptions: set[Subscription] = set()
        self.position = "0-0"
        """The id of the newest event that this process has read."""
        self._callbacks: dict[str, list[Callback]] = {}

    async def deliver(self, outbox: Outbox) -> None:
        """Tell the events of a commit; returns at once, a task sends them."""
        for event in outbox.events:
            told = Told(event.name, event.topics(), event.at, event.data())
            if len(self._outgoing) == WAITING_EVENTS:
                DROPPED.inc()
            self._outgoing.append(msgspec.json.encode(told))
        if self._outgoing:
            self._has_outgoing.set()
            self._all_sent.clear()
            if self._publisher is None:
                self._publisher = asyncio.create_task(self._publish())

    def on_event(self, event_type: type[Event], callback: Callback) -> None:
        """Call `callback` in this process for each event of that type, whichever process it comes from.

        Called from the event loop: it begins to read, if nobody listened before.
        """
        self._callbacks.setdefault(event_type.name, []).append(callback)
        self._start()

    async def start(self) -> None:
        """Begin to read; returns when what is told from now on will be heard, or when Valkey is down."""
        self._start()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._reading.wait(), 2.0)

    @contextlib.asynccontextmanager
    async def subscribe(self) -> AsyncIterator[Subscription]:
        """A listener without topics; it hears what is told from now on."""
        await self.start()
        subscription = Subscription()
        self._subscriptions.add(subscription)
        LISTENERS.inc()
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)
            LISTENERS.dec()

    async def since(self, event_id: str) -> list[Received] | None:
        """What was told after `event_id`; None where the stream does not reach back that far, or cannot say."""
        try:
            known = await self._valkey.xrange(STREAM, event_id, event_id)
            if not known:
                return None
            entries = await self._valkey.xrange(STREAM, f"({event_id}", "+", count=STREAM_LENGTH)
        except (RedisError, OSError):
            return None
        return list(_received(entries or ()))

    async def close(self) -> None:
        """Send what waits, for a moment, then stop."""
        if self._publisher is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._all_sent.wait(), 1.0)
        for task in (self._publisher, self._reader):
            while task is not None and not task.done():
                # Again and again: a client that is just connecting may take a cancellation for a timeout of its own.
                task.cancel()
                await asyncio.wait([task], timeout=0.1)

    def _start(self) -> None:
        if self._reader is None:
            self._reader = asyncio.get_running_loop().create_task(self._read())

    async def _publish(self) -> None:
        down = False
        while True:
            await self._has_outgoing.wait()
            batch = list(itertools.islice(self._outgoing, BATCH))
            if not batch:
                self._has_outgoing.clear()
                self._all_sent.set()
                continue
            try:
                async with self._valkey.pipeline(transaction=False) as pipeline:
                    for told in batch:
                        pipeline.xadd(STREAM, {FIELD: told}, maxlen=STREAM_LENGTH, approximate=True)
                    await pipeline.execute()
            except (RedisError, OSError) as error:
                if not down:
                    log.warning("events_not_sent", error=str(error))
                down = True
                await asyncio.sleep(RETRY_SECONDS)
                continue
            down = False
            PUBLISHED.inc(len(batch))
            # While the batch was on its way a full queue may have dropped some of it from the left.
            for told in batch:
                if self._outgoing and self._outgoing[0] is told:
                    self._outgoing.popleft()

    async def _read(self) -> None:
        """Read for ever; after a fault, go on where it stopped, or tell everybody to resync where that is gone."""
        is_first = True
        while True:
            try:
                if not self._reading.is_set():
                    self.position = await self._resume_at(None if is_first else self.position)
                    is_first = False
                    self._reading.set()
                answer = await self._valkey.xread({STREAM: self.position}, count=BATCH, block=BLOCK_MILLISECONDS)
            except (RedisError, OSError) as error:
                if self._reading.is_set():
                    log.warning("events_not_read", error=str(error))
                self._reading.clear()
                await asyncio.sleep(RETRY_SECONDS)
                continue
            for _, entries in _streams(answer):
                for event in _received(entries):
                    await self._hand_out(event)
                if entries:
                    self.position = _text(entries[-1][0])

    async def _resume_at(self, position: str | None) -> str:
        newest = await self._valkey.xrevrange(STREAM, count=1)
        newest_id = _text(newest[0][0]) if newest else "0-0"
        if position is None:
            return newest_id
        oldest = await self._valkey.xrange(STREAM, count=1)
        is_whole = position == newest_id or (oldest and id_key(_text(oldest[0][0])) <= id_key(position))
        if is_whole and id_key(newest_id) >= id_key(position):
            return position
        for subscription in self._subscriptions:
            subscription.resync()
        return newest_id

    async def _hand_out(self, event: Received) -> None:
        for subscription in self._subscriptions:
            if not subscription.topics.isdisjoint(event.topics):
                subscription.put(event)
        for callback in self._callbacks.get(event.name, ()):
            # As a task, so that one callback's fault does not deafen the process.
            called = asyncio.ensure_future(callback(event))
            await asyncio.wait({called})
            if not called.cancelled() and (error := called.exception()) is not None:
                log.error("event_callback_failed", event_name=event.name, exc_info=error)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _streams(answer: Any) -> Iterable[tuple[Any, Sequence[Any]]]:
    """The streams of an XREAD, in both of the protocol's forms."""
    if not answer:
        return ()
    if isinstance(answer, dict):
        return ((name, batches[0] if batches else ()) for name, batches in answer.items())
    return tuple(answer)


def _received(entries: Iterable[Any]) -> Iterable[Received]:
    for entry_id, fields in entries:
        raw = fields.get(FIELD) or fields.get(FIELD.decode())
        if raw is None:
            continue
        try:
            told = _decoder.decode(raw)
        except msgspec.DecodeError:
            # Another version's form; a rolling upgrade must not stop the reader.
            log.warning("event_not_understood", event_id=_text(entry_id))
            continue
        yield Received(_text(entry_id), told.name, told.topics, told.at, told.data)
