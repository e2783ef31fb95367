"""What may be done and by whom: the dependencies that ask who is there and what he may do.

A slice lists its permissions as a subclass of Permission, registers it in `Slice.permissions`, and asks for one:

    class MediaPermission(Permission):
        READ = "media.read", "See media, albums and tags"

    ReaderOf = Annotated[Actor, Depends(requires(MediaPermission.READ))]
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Security
from fastapi.openapi.models import APIKey, APIKeyIn, HTTPBearer
from fastapi.openapi.models import SecurityBase as SecurityModel
from fastapi.security.base import SecurityBase
from starlette.requests import HTTPConnection

from maquette.accounts.actor import Actor, ActorKind
from maquette.accounts.authentication import authenticate
from maquette.accounts.credentials import ACCESS_COOKIE, KEY_HEADER
from maquette.accounts.errors import AdministratorNeeded, LoginNeeded
from maquette.accounts.roles import AccountPermission, Permission
from maquette.kit.errors import Unauthenticated
from maquette.platform.dependencies import PlatformOf

__all__ = [
    "AccountPermission",
    "ActorOf",
    "AdministratorOf",
    "OptionalActorOf",
    "Permission",
    "PersonOf",
    "requires",
]


class _Documented(SecurityBase):
    """A way to prove who one is, for the OpenAPI document. `authenticate` does the work for all of them at once."""

    def __init__(self, name: str, model: SecurityModel) -> None:
        self.scheme_name = name
        self.model = model

    async def __call__(self) -> None:
        """Nothing to do here."""


_bearer = _Documented("bearer", HTTPBearer(bearerFormat="JWT", description="The access token that a login gives."))
_key = _Documented("api_key", APIKey.model_validate({"in": APIKeyIn.header, "name": KEY_HEADER}))
_cookie = _Documented("cookie", APIKey.model_validate({"in": APIKeyIn.cookie, "name": ACCESS_COOKIE}))


async def optional_actor(
    connection: HTTPConnection,
    platform: PlatformOf,
    _bearer: Annotated[None, Security(_bearer)],
    _key: Annotated[None, Security(_key)],
    _cookie: Annotated[None, Security(_cookie)],
) -> Actor | None:
    """The caller, or None for a stranger. A wrong key or token is refused all the same."""
    return await authenticate(connection, platform)


OptionalActorOf = Annotated[Actor | None, Depends(optional_actor)]


async def actor(found: OptionalActorOf) -> Actor:
    """The caller. Raises Unauthenticated for a stranger."""
    if found is None:
        raise Unauthenticated
    return found


ActorOf = Annotated[Actor, Depends(actor)]


async def person(found: ActorOf) -> Actor:
    """A caller who logged in: what concerns the account itself is not for API keys."""
    if found.kind is not ActorKind.USER:
        raise LoginNeeded
    return found


PersonOf = Annotated[Actor, Depends(person)]


async def administrator(found: ActorOf) -> Actor:
    """An administrator, or an administrator's API key that has this scope."""
    if not found.is_administrator:
        raise AdministratorNeeded
    return found


AdministratorOf = Annotated[Actor, Depends(administrator)]


def requires(permission: Permission) -> Callable[[Actor], Awaitable[Actor]]:
    """A dependency that gives the caller who has `permission`. Raises Unauthenticated or Forbidden."""

    async def holder(found: ActorOf) -> Actor:
        found.require(permission)
        return found

    return holder
