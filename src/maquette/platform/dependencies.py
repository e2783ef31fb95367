"""What a request holds of the platform: FastAPI dependencies."""

from collections.abc import AsyncIterator
from typing import Annotated, cast

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from maquette.platform.runtime import Platform


async def platform(connection: HTTPConnection) -> Platform:
    """The platform of this process. Async although it waits for nothing: FastAPI would call it in a thread."""
    return cast("Platform", connection.app.state.platform)


async def session(platform: Annotated[Platform, Depends(platform)]) -> AsyncIterator[AsyncSession]:
    """A transaction that commits when the endpoint has returned and before its response leaves."""
    async with platform.database.transaction() as opened:
        yield opened


async def reading(platform: Annotated[Platform, Depends(platform)]) -> AsyncIterator[AsyncSession]:
    """A session for an endpoint that only reads; a replica may answer."""
    async with platform.database.reading(stale_ok=True) as opened:
        yield opened


PlatformOf = Annotated[Platform, Depends(platform)]
# Scope "function" commits before the response leaves; FastAPI's default would commit after the body is sent.
SessionOf = Annotated[AsyncSession, Depends(session, scope="function")]
ReadingOf = Annotated[AsyncSession, Depends(reading, scope="function")]
