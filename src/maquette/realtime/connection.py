"""One WebSocket: who is there, what it listens to, and what it is told."""

import asyncio
import contextlib
import time
from typing import NoReturn

import msgspec
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from maquette.accounts.actor import Actor
from maquette.accounts.authentication import reauthenticate
from maquette.kit.errors import MaquetteError, ServiceUnavailable
from maquette.platform.database.failures import DATABASE_FAILURES
from maquette.platform.events.bus import RESYNC, Received, Subscription, id_key
from maquette.platform.runtime import Platform
from maquette.realtime.errors import LoginOver, MessageInvalid, MessageTooLarge, NoAnswer, TooManyTopics, TopicNotFound
from maquette.realtime.permissions import RealtimePermission
from maquette.realtime.schemas import (
    Answer,
    Auth,
    Beat,
    ClientMessage,
    Happened,
    Ping,
    Pong,
    Ready,
    Refused,
    Resume,
    Resync,
    ServerMessage,
    Subscribe,
    Subscribed,
    Unsubscribe,
    decoder,
)
from maquette.realtime.settings import RealtimeSettings
from maquette.realtime.topics import TopicRules

log = structlog.get_logger(__name__)

# A peer that does not take a message for so long is gone, or too slow to be of use.
SEND_SECONDS = 20.0


class Connection:
    """An authenticated WebSocket, until either side ends it."""

    def __init__(self, websocket: WebSocket, platform: Platform, actor: Actor, subscription: Subscription) -> None:
        self._websocket = websocket
        self._platform = platform
        self._settings = platform.settings[RealtimeSettings]
        self._actor = actor
        self._subscription = subscription
        self._rules = TopicRules(platform)
        self._heard_at = time.monotonic()
        # Replayed and live events never interleave: whoever sends events holds it.
        self._order = asyncio.Lock()
        self._first_live: tuple[int, int] | None = None
        self._replayed_to = (0, 0)

    async def serve(self) -> None:
        """Talk until the peer leaves. Raises MaquetteError when the server ends the talk."""
        await self._send(Ready(self._platform.events.position, self._settings.ws_heartbeat_seconds))
        tasks = [asyncio.create_task(part) for part in (self._receive(), self._tell(), self._beat())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            with contextlib.suppress(WebSocketDisconnect):
                task.result()

    async def _receive(self) -> None:
        while True:
            message = await receive(self._websocket, self._settings)
            self._heard_at = time.monotonic()
            if message is None:
                await self._refuse(MessageInvalid(UNDERSTOOD))
                continue
            try:
                await self._answer(message)
            except DATABASE_FAILURES:
                log.warning("websocket_without_database", exc_info=True)
                await self._refuse(
                    ServiceUnavailable("The database is down at the moment. Try again in a few seconds.")
                )

    async def _answer(self, message: ClientMessage) -> None:
        match message:
            case Subscribe(topics):
                await self._subscribe(topics)
            case Unsubscribe(topics):
                self._subscription.topics.difference_update(topics)
                await self._send(self._subscribed())
            case Resume(last_id):
                await self._resume(last_id)
            case Ping():
                await self._send(Answer())
            case Pong():
                pass
            case Auth():
                await self._refuse(MessageInvalid("This connection is authenticated already."))

    async def _subscribe(self, topics: list[str]) -> None:
        wanted = [topic for topic in dict.fromkeys(topics) if topic not in self._subscription.topics]
        if len(wanted) + len(self._subscription.topics) > self._settings.ws_topics:
            await self._refuse(TooManyTopics(self._settings.ws_topics))
            return
        allowed = await self._rules.allowed(self._actor, wanted)
        self._subscription.topics |= allowed
        for topic in wanted:
            if topic not in allowed:
                await self._refuse(TopicNotFound(), topic)
        await self._send(self._subscribed())

    async def _resume(self, last_id: str) -> None:
        try:
            after = id_key(last_id)
        except ValueError:
            await self._refuse(MessageInvalid("last_id is not the id of an event."))
            return
        async with self._order:
            missed = await self._platform.events.since(last_id)
            if missed is None:
                await self._send(Resync())
                return
            for event in missed:
                key = id_key(event.id)
                if self._first_live is not None and key >= self._first_live:
                    break
                if key > max(after, self._replayed_to):
                    await self._send_event(event)
                    self._replayed_to = key

    async def _tell(self) -> None:
        while True:
            event = await self._subscription.next()
            async with self._order:
                if isinstance(event, str):
                    assert event == RESYNC
                    await self._send(Resync())
                elif id_key(event.id) > self._replayed_to:
                    self._first_live = self._first_live or id_key(event.id)
                    await self._send_event(event)

    async def _beat(self) -> None:
        pause = self._settings.ws_heartbeat_seconds
        while True:
            await asyncio.sleep(pause)
            if time.monotonic() - self._heard_at > 2.5 * pause:
                raise NoAnswer
            try:
                await self._check_again()
            except DATABASE_FAILURES:
                # Nobody can say that it is over; the next beat asks again.
                log.warning("websocket_not_checked", exc_info=True)
            await self._send(Beat())

    async def _check_again(self) -> None:
        """What was allowed may be over: the login, the permission, the sight of a thing."""
        actor = await reauthenticate(self._actor, self._platform)
        if actor is None:
            raise LoginOver
        actor.require(RealtimePermission.LISTEN)
        self._actor = actor
        topics = sorted(self._subscription.topics)
        allowed = await self._rules.allowed(actor, topics)
        for topic in topics:
            if topic not in allowed:
                self._subscription.topics.discard(topic)
                await self._refuse(TopicNotFound(), topic)

    async def _send_event(self, event: Received) -> None:
        topic = next((topic for topic in event.topics if topic in self._subscription.topics), None)
        if topic is not None:
            await self._send(Happened(event.id, event.name, topic, event.at, event.data))

    async def _refuse(self, error: MaquetteError, topic: str | None = None) -> None:
        await self._send(Refused(error.code, error.message, topic))

    def _subscribed(self) -> Subscribed:
        return Subscribed(sorted(self._subscription.topics))

    async def _send(self, message: ServerMessage) -> None:
        await send(self._websocket, message)


UNDERSTOOD = "A message is a JSON object with a type: auth, subscribe, unsubscribe, resume, ping or pong."


async def receive(websocket: WebSocket, settings: RealtimeSettings) -> ClientMessage | None:
    """The next message; None for one that makes no sense. Raises WebSocketDisconnect and MessageTooLarge."""
    raw = await websocket.receive()
    if raw["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(raw.get("code", 1005))
    text = raw.get("text")
    data = raw.get("bytes") or b"" if text is None else text.encode()
    if len(data) > settings.ws_message_size:
        raise MessageTooLarge(settings.ws_message_size)
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, UnicodeError):
        return None


async def send(websocket: WebSocket, message: ServerMessage) -> None:
    """Send a message. Raises WebSocketDisconnect where the peer is gone or takes nothing any more."""
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await websocket.send_text(msgspec.json.encode(message).decode())
    except (TimeoutError, RuntimeError, OSError) as error:
        _gone(error)


def _gone(error: Exception) -> NoReturn:
    # Starlette answers a send after the close with a RuntimeError.
    raise WebSocketDisconnect(1006) from error
