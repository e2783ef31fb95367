"""API keys: made, shown once, listed, revoked."""

import secrets
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.actor import Actor, ActorKind
from maquette.accounts.changes import tell_change
from maquette.accounts.errors import ApiKeyNotFound, ExpiryPast, ScopeNotHeld, UnknownScope
from maquette.accounts.models import ApiKey
from maquette.accounts.repository import keys as repository
from maquette.accounts.roles import registered
from maquette.accounts.schemas import ApiKeyCreated, ApiKeyPage, ApiKeyRead, NewApiKey, Scope, ScopePage
from maquette.kit import clock
from maquette.platform.runtime import Platform

MARK = "mq_"
"""By which people and scanners of leaked secrets recognise a key of Maquette."""


def list_scopes(platform: Platform, actor: Actor) -> ScopePage:
    """What the caller's keys may be allowed: all that he may do himself."""
    return ScopePage(
        items=[
            Scope(name=each.value, description=each.description)
            for each in registered(platform.slices)
            if actor.may(each)
        ]
    )


async def create_key(session: AsyncSession, platform: Platform, actor: Actor, new: NewApiKey) -> ApiKeyCreated:
    """Make a key of this user. Raises UnknownScope, ScopeNotHeld or ExpiryPast."""
    scopes = _checked_scopes(platform, actor, new.scopes)
    _check_expiry(new.expires_at)
    key = MARK + secrets.token_urlsafe(32)
    made = ApiKey(
        user_id=actor.owner_id,
        name=new.name,
        prefix=key[: repository.PREFIX_LENGTH],
        key_hash=sha256(key.encode()).digest(),
        scopes=scopes,
        expires_at=new.expires_at,
    )
    session.add(made)
    await session.flush()
    await session.refresh(made)
    return ApiKeyCreated(**ApiKeyRead.model_validate(made).model_dump(), key=key)


async def list_keys(
    session: AsyncSession, owner_id: UUID, limit: int, cursor: str | None, *, total: bool = False
) -> ApiKeyPage:
    """A page of a user's keys, newest first."""
    found = await repository.list_of(session, owner_id, limit, cursor)
    items = found[:limit]
    return ApiKeyPage(
        items=[ApiKeyRead.model_validate(key) for key in items],
        next_cursor=repository.NEWEST.cursor_of([items[-1].id]) if len(found) > limit else None,
        total=await repository.count_of(session, owner_id) if total else None,
    )


async def revoke_key(session: AsyncSession, platform: Platform, actor: Actor, key_id: UUID) -> None:
    """Delete a key of the caller, or any for the system itself, at once. Raises ApiKeyNotFound."""
    owner_id = await repository.remove(session, key_id, None if actor.kind is ActorKind.SYSTEM else actor.owner_id)
    if owner_id is None:
        raise ApiKeyNotFound
    tell_change(session, platform, owner_id)


def _checked_scopes(platform: Platform, actor: Actor, asked: list[str]) -> list[str]:
    known = {each.value for each in registered(platform.slices)}
    unknown = sorted(set(asked) - known)
    if unknown:
        raise UnknownScope(unknown)
    beyond = sorted(set(asked) - actor.permissions)
    if beyond:
        raise ScopeNotHeld(beyond)
    return sorted(set(asked))


def _check_expiry(expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= clock.now():
        raise ExpiryPast
