"""A real web server in this process, and programs that talk to its WebSocket."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from maquette.app import create_app
from maquette.platform.runtime import Platform, running
from maquette.platform.settings.loader import Settings
from maquette.realtime.settings import RealtimeSettings
from maquette.slices import SLICES


class Talk:
    """A client's end of the WebSocket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, kind: str, **fields: Any) -> None:
        await self.connection.send(json.dumps({"type": kind, **fields}))

    async def hear(self, *kinds: str) -> dict[str, Any]:
        """The next message of these kinds; pings in between are passed over."""
        async with asyncio.timeout(5):
            while True:
                message: dict[str, Any] = json.loads(await self.connection.recv())
                if not kinds or message["type"] in kinds:
                    return message

    async def subscribe(self, *topics: str) -> dict[str, Any]:
        await self.say("subscribe", topics=list(topics))
        return await self.hear("subscribed")

    async def closed(self) -> tuple[dict[str, Any], int]:
        """The last error, and the code of the close."""
        error: dict[str, Any] = {}
        async with asyncio.timeout(5):
            try:
                while True:
                    message = json.loads(await self.connection.recv())
                    error = message if message["type"] == "error" else error
            except ConnectionClosed as closed:
                return error, closed.rcvd.code if closed.rcvd else 1006


class Web:
    """An address to talk to."""

    def __init__(self, port: int, platform: Platform) -> None:
        self.port = port
        self.platform = platform
        self.origin = f"http://127.0.0.1:{port}"

    @asynccontextmanager
    async def talk(self, headers: dict[str, str] | None = None, *, ready: bool = True) -> AsyncIterator[Talk]:
        """A WebSocket with these headers; by default the server has said that it is ready."""
        address = f"ws://127.0.0.1:{self.port}/api/v1/ws"
        async with connect(
            address, additional_headers=headers or {}, proxy=None, compression=None, max_size=None
        ) as connection:
            talk = Talk(connection)
            if ready:
                assert (await talk.hear())["type"] == "ready"
            yield talk


class Server(uvicorn.Server):
    """A server that leaves the signals to pytest."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def web_on(platform: Platform) -> AsyncIterator[Web]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        create_app(platform.settings, platform),
        ws="websockets-sansio",
        log_config=None,
        lifespan="on",
        timeout_graceful_shutdown=1,
    )
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        assert not serving.done()
        await asyncio.sleep(0.01)
    yield Web(listener.getsockname()[1], platform)
    server.should_exit = True
    await serving
    listener.close()


@pytest.fixture
async def web(live_settings: Settings) -> AsyncIterator[Web]:
    """A server with a quick heart."""
    settings = live_settings.replaced(RealtimeSettings(ws_heartbeat_seconds=0.4, ws_login_seconds=0.5, ws_topics=5))
    async with running(settings, SLICES) as platform:
        await platform.cache.valkey.flushdb()
        async with web_on(platform) as served:
            yield served


@pytest.fixture
async def calm_web(live_platform: Platform) -> AsyncIterator[Web]:
    """A server with the usual heart: no ping comes during a test."""
    async with web_on(live_platform) as served:
        yield served
