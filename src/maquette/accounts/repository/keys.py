"""All SQL about API keys."""

import hmac
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.models import ApiKey, User
from maquette.kit import clock
from maquette.kit.database.pagination import Direction, SortKey

PREFIX_LENGTH = 11
"""`mq_` and eight characters of 48 random bits: what a person sees and a look-up begins with."""
NEWEST = SortKey("newest", (ApiKey.id,), Direction.DESCENDING)


async def find_id(session: AsyncSession, key: str, key_hash: bytes) -> UUID | None:
    """The key whose secret this is. The prefix finds candidates; hashes are compared in constant time."""
    # A NUL cannot be in a text of PostgreSQL, nor anything but ASCII in a key of ours.
    if not key.isascii() or not key.isprintable():
        return None
    candidates = await session.execute(
        select(ApiKey.id, ApiKey.key_hash).where(ApiKey.prefix == key[:PREFIX_LENGTH]).limit(10)
    )
    return next((found for found, kept in candidates if hmac.compare_digest(kept, key_hash)), None)


async def find_standing(session: AsyncSession, key_id: UUID) -> Row[UUID, str, list[str], datetime | None] | None:
    """Owner, owner's role, scopes and last use of a key that is good at present, or None."""
    statement = (
        select(ApiKey.user_id, User.role, ApiKey.scopes, ApiKey.last_used_at)
        .join(User, User.id == ApiKey.user_id)
        .where(ApiKey.id == key_id, User.is_active, or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > clock.now()))
    )
    return (await session.execute(statement)).one_or_none()


async def note_use(session: AsyncSession, key_id: UUID, at: datetime) -> None:
    """Remember that the key was used."""
    await session.execute(
        update(ApiKey)
        .where(ApiKey.id == key_id, or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < at))
        .values(last_used_at=at)
    )


async def list_of(session: AsyncSession, user_id: UUID, limit: int, cursor: str | None) -> Sequence[ApiKey]:
    """The keys of a user, newest first; one more than `limit` where there are more."""
    statement = select(ApiKey).where(ApiKey.user_id == user_id).order_by(*NEWEST.order_by()).limit(limit + 1)
    if cursor is not None:
        statement = statement.where(NEWEST.after(cursor))
    return (await session.scalars(statement)).all()


async def count_of(session: AsyncSession, user_id: UUID) -> int:
    """How many keys a user has."""
    return (await session.execute(select(func.count()).where(ApiKey.user_id == user_id))).scalar_one()


async def remove(session: AsyncSession, key_id: UUID, owner_id: UUID | None) -> UUID | None:
    """Delete a key, if it is this owner's where one is named; whose it was."""
    statement = delete(ApiKey).where(ApiKey.id == key_id).returning(ApiKey.user_id)
    if owner_id is not None:
        statement = statement.where(ApiKey.user_id == owner_id)
    return (await session.execute(statement)).scalar_one_or_none()
