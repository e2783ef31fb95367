"""The WebSocket: who opens it."""

import asyncio
from contextlib import suppress

from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect

from maquette.accounts.actor import Actor
from maquette.accounts.authentication import authenticate, recognition_of
from maquette.accounts.errors import InvalidToken
from maquette.kit.errors import MaquetteError, ServiceUnavailable
from maquette.platform.database.failures import DATABASE_FAILURES
from maquette.platform.dependencies import PlatformOf
from maquette.platform.runtime import Platform
from maquette.realtime.connection import Connection, receive, send
from maquette.realtime.errors import LoginTooLate, close_code
from maquette.realtime.permissions import RealtimePermission
from maquette.realtime.schemas import Auth, Refused
from maquette.realtime.settings import RealtimeSettings

router = APIRouter()


@router.websocket("/ws")
async def listen(websocket: WebSocket, platform: PlatformOf) -> None:
    """Events as they happen; the protocol stands in the guide."""
    await websocket.accept()
    with suppress(WebSocketDisconnect):
        try:
            actor = await _who(websocket, platform)
            actor.require(RealtimePermission.LISTEN)
            async with platform.events.subscribe() as subscription:
                await Connection(websocket, platform, actor, subscription).serve()
        except MaquetteError as error:
            await send(websocket, Refused(error.code, error.message))
            await websocket.close(close_code(error), error.code)


async def _who(websocket: WebSocket, platform: Platform) -> Actor:
    """The actor by cookie or header, or by the first message."""
    try:
        actor = await authenticate(websocket, platform)
        if actor is not None:
            return actor
        settings = platform.settings[RealtimeSettings]
        try:
            async with asyncio.timeout(settings.ws_login_seconds):
                message = await receive(websocket, settings)
        except TimeoutError:
            raise LoginTooLate from None
        if not isinstance(message, Auth):
            raise LoginTooLate
        standing = await recognition_of(platform).by_token(message.token)
    except DATABASE_FAILURES:
        raise ServiceUnavailable("The database is down at the moment. Reconnect in a few seconds.") from None
    if standing is None:
        raise InvalidToken
    return standing.actor
