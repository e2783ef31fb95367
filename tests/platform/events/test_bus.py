"""The road of events between processes."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar

import pytest
from redis.asyncio import Redis
from tests.conftest import Servers

from maquette.kit.outbox import Outbox
from maquette.platform.events import bus as module
from maquette.platform.events.bus import RESYNC, EventBus, Received, Subscription, id_key
from maquette.platform.events.event import Event, emit
from maquette.platform.runtime import Platform
from maquette.platform.valkey import ValkeySettings, connect
from maquette.stack.embedded import EmbeddedStack


class Rang(Event):
    name: ClassVar[str] = "bell.rang"
    bell: str
    times: int = 1

    def topics(self) -> tuple[str, ...]:
        return (f"bell:{self.bell}", "tower:1")


@pytest.fixture
async def valkey(servers: Servers, worker_number: int) -> AsyncIterator[Redis]:
    client = connect(ValkeySettings(redis_url=servers.valkey(1 + worker_number % 15)))
    await client.flushdb()
    yield client
    await client.aclose()


@asynccontextmanager
async def bus_on(client: Redis) -> AsyncIterator[EventBus]:
    bus = EventBus(client, (Rang,))
    yield bus
    await bus.close()


async def tell(bus: EventBus, *events: Event) -> None:
    await bus.deliver(Outbox(events=list(events)))


async def hear(subscription: Subscription) -> Received:
    async with asyncio.timeout(5):
        found = await subscription.next()
    assert isinstance(found, Received)
    return found


async def test_an_event_of_one_process_is_heard_in_another(valkey: Redis) -> None:
    async with bus_on(valkey) as here, bus_on(valkey) as there, there.subscribe() as subscription:
        subscription.topics.add("bell:a")
        event = Rang(bell="a", times=3)
        await tell(here, event)
        heard = await hear(subscription)
    assert (heard.name, heard.topics, heard.data) == ("bell.rang", ("bell:a", "tower:1"), {"bell": "a", "times": 3})
    assert heard.at == event.at


async def test_only_the_own_topics_are_heard_and_each_event_once(valkey: Redis) -> None:
    async with bus_on(valkey) as bus, bus.subscribe() as subscription:
        subscription.topics |= {"bell:a", "tower:1"}
        await tell(bus, Rang(bell="a", times=1))
        async with bus.subscribe() as other:
            other.topics.add("bell:b")
            await tell(bus, Rang(bell="a", times=2), Rang(bell="b", times=3))
            assert (await hear(other)).data["times"] == 3
        assert [(await hear(subscription)).data["times"] for _ in range(3)] == [1, 2, 3]


async def test_what_was_missed_is_told_again_after_an_id(valkey: Redis) -> None:
    async with bus_on(valkey) as bus, bus.subscribe() as subscription:
        subscription.topics.add("tower:1")
        await tell(bus, *(Rang(bell="a", times=number) for number in range(5)))
        heard = [await hear(subscription) for _ in range(5)]
        assert [id_key(event.id) for event in heard] == sorted(id_key(event.id) for event in heard)
        missed = await bus.since(heard[1].id)
        assert missed is not None
        assert [event.data["times"] for event in missed] == [2, 3, 4]
        assert await bus.since(heard[4].id) == []
        assert await bus.since("1-1") is None, "the stream does not know that id any more"


async def test_the_stream_stays_short(valkey: Redis) -> None:
    for _ in range(3):
        # Closing sends what waits.
        async with bus_on(valkey) as bus:
            await tell(bus, *(Rang(bell="a") for _ in range(module.WAITING_EVENTS)))
    assert module.STREAM_LENGTH <= await valkey.xlen(module.STREAM) <= module.STREAM_LENGTH + 200


async def test_a_listener_that_is_far_behind_is_told_to_resync() -> None:
    subscription = Subscription()
    event = Received("1-1", "bell.rang", ("tower:1",), Rang(bell="a").at, {})
    for _ in range(module.BACKLOG + 50):
        subscription.put(event)
    assert await subscription.next() == RESYNC
    subscription.put(event)
    assert await subscription.next() == event


async def test_callbacks_hear_and_one_that_fails_deafens_nobody(valkey: Redis) -> None:
    heard: asyncio.Queue[Received] = asyncio.Queue()

    async def broken(_event: Received) -> None:
        raise RuntimeError("broken")

    async def sound(event: Received) -> None:
        await heard.put(event)

    async with bus_on(valkey) as bus, bus_on(valkey) as other:
        bus.on_event(Rang, broken)
        bus.on_event(Rang, sound)
        await bus.start()
        await tell(other, Rang(bell="a", times=1), Rang(bell="a", times=2))
        async with asyncio.timeout(5):
            assert [(await heard.get()).data["times"], (await heard.get()).data["times"]] == [1, 2]


async def test_a_form_that_is_not_understood_is_passed_over(valkey: Redis) -> None:
    async with bus_on(valkey) as bus, bus.subscribe() as subscription:
        subscription.topics.add("tower:1")
        await valkey.xadd(module.STREAM, {b"e": b"[1]"})
        await valkey.xadd(module.STREAM, {b"other": b"1"})
        await tell(bus, Rang(bell="a", times=7))
        assert (await hear(subscription)).data["times"] == 7


async def test_an_event_leaves_with_the_commit_and_not_with_a_rollback(live_platform: Platform) -> None:
    class Broken(Exception):
        pass

    async def ring_and_break() -> None:
        async with live_platform.database.transaction() as session:
            emit(session, Rang(bell="a", times=1))
            raise Broken

    async with live_platform.events.subscribe() as subscription:
        subscription.topics.add("bell:a")
        with pytest.raises(Broken):
            await ring_and_break()
        async with live_platform.database.transaction() as session:
            emit(session, Rang(bell="a", times=2))
        assert (await hear(subscription)).data["times"] == 2


@pytest.fixture
def own_valkey() -> Iterator[EmbeddedStack]:
    """A Valkey that a test may kill."""
    folder = Path(tempfile.mkdtemp(prefix="maquette-valkey-"))
    stack = EmbeddedStack(folder, fsync=False, postgres=False)
    stack.start()
    yield stack
    stack.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("flushed", [False, True])
async def test_after_a_dead_valkey_events_go_on_or_listeners_resync(
    *, flushed: bool, own_valkey: EmbeddedStack
) -> None:
    client = connect(ValkeySettings(redis_url=own_valkey.redis_url))
    async with bus_on(client) as bus, bus.subscribe() as subscription:
        subscription.topics.add("tower:1")
        await tell(bus, Rang(bell="a", times=1))
        assert (await hear(subscription)).data["times"] == 1
        if flushed:
            await client.flushdb()
        os.kill((await client.info("server"))["process_id"], signal.SIGKILL)
        await asyncio.sleep(0.2)
        # Who tells does not wait, and what is told now is sent when Valkey is back.
        await tell(bus, Rang(bell="a", times=2))
        own_valkey.stop()
        own_valkey.start()
        heard: list[object] = []
        async with asyncio.timeout(10):
            while not (heard and isinstance(heard[-1], Received)):
                heard.append(await subscription.next())
                if flushed and heard == [RESYNC]:
                    await tell(bus, Rang(bell="a", times=2))
        last = heard[-1]
        assert isinstance(last, Received)
        assert last.data["times"] == 2
        assert heard[:-1] in ([], [RESYNC]) if not flushed else RESYNC in heard
    await client.aclose()
