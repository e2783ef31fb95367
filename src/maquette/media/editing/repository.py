"""Changing media, in SQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.actor import Actor
from maquette.media.models import Media, MediaRaw
from maquette.media.repository import CHANGED, visible_to


async def load_raw(session: AsyncSession, media_id: UUID) -> dict[str, Any]:
    """Everything that was read from the file."""
    found = await session.execute(select(MediaRaw.raw).where(MediaRaw.media_id == media_id))
    return found.scalar_one_or_none() or {}


async def own_ids(session: AsyncSession, actor: Actor, media_ids: Sequence[UUID]) -> list[UUID]:
    """Those of `media_ids` that the actor may change."""
    statement = visible_to(actor).with_only_columns(Media.id).where(Media.id == func.any(list(media_ids)))
    return list((await session.execute(statement.order_by(Media.id))).scalars())


async def update_many(session: AsyncSession, media_ids: Sequence[UUID], values: dict[str, Any]) -> list[UUID]:
    """Set the same values on many media."""
    statement = update(Media).where(Media.id == func.any(list(media_ids))).values(**values, **CHANGED)
    return list((await session.execute(statement.returning(Media.id))).scalars())


def taken(at: datetime | None, offset: int | None) -> dict[str, Any]:
    """The columns that hang on when a picture was taken."""
    if at is None:
        return {"taken_at": None, "taken_at_offset": None, "sort_at": Media.created_at}
    return {"taken_at": at, "taken_at_offset": offset, "sort_at": at + timedelta(minutes=offset or 0)}
