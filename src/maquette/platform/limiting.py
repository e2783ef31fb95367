"""The dependency by which a route takes part in a limit."""

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Annotated, Any, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from maquette.platform.dependencies import platform
from maquette.platform.limits.limiter import Group, LimitReached
from maquette.platform.observability.metrics import LIMITED
from maquette.platform.runtime import Platform

CALLER = "limit_caller"
"""Key of the request's state: whoever finds out who is asking puts `user:<id>` or `key:<id>` there."""
OF_USERS = {Group.READ: Group.USER_READ, Group.UPLOAD: Group.USER_UPLOAD}
"""A person who logged in has limits of their own in place of those of programs and strangers."""
HEADERS = "limit_headers"
"""Key of the request's state: what the outermost middleware adds to the answer."""


def address_of(connection: HTTPConnection) -> str:
    """The client's address as the server saw it; uvicorn has already looked through trusted proxies."""
    return connection.client.host if connection.client else "local"


async def check_limit(connection: HTTPConnection, platform: Platform, group: Group) -> None:
    """Count this request. Raises LimitReached (429) or, while nobody can count, LimitUnknown (503)."""
    address = address_of(connection)
    if platform.limits.is_allowed_address(address):
        return
    state = connection.scope.setdefault("state", {})
    caller = state.get(CALLER) or f"ip:{address}"
    if caller.startswith("user:"):
        group = OF_USERS.get(group, group)
    try:
        standing = await platform.limits.check(group, caller)
    except LimitReached as error:
        LIMITED.labels(group).inc()
        state[HEADERS] = error.standing.headers()
        raise
    if standing is not None:
        state[HEADERS] = standing.headers()


@cache
def limited(group: Group, *, after: Callable[..., Any] | None = None) -> Callable[..., Awaitable[None]]:
    """A dependency that counts the request in `group`, by user, API key or address.

    `after` is the dependency that finds out who is asking; it is resolved first. Without it, and for callers that
    nobody knows, the address counts.
    """
    if after is None:

        async def check(connection: HTTPConnection, platform: Annotated[Platform, Depends(platform)]) -> None:
            await check_limit(connection, platform, group)

        return check

    async def check_after(
        connection: HTTPConnection,
        platform: Annotated[Platform, Depends(platform)],
        _caller: Annotated[Any, Depends(after)],
    ) -> None:
        await check_limit(connection, platform, group)

    return cast("Callable[..., Awaitable[None]]", check_after)
