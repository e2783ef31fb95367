"""Events about media, made from their rows."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.media.events import MediaBulkUpdated, MediaUpdated
from maquette.media.models import Media
from maquette.platform.events.event import emit

SINGLY = 100
"""Up to so many media of a bulk action are told one by one."""


def shown(media: Media) -> dict[str, Any]:
    """What an event says of a media."""
    return {
        "media_id": media.id,
        "owner_id": media.owner_id,
        "version": media.version,
        "day": media.sort_at.astimezone(UTC).date(),
        "ratio": media.width / media.height,
        "thumbhash": media.thumbhash,
        "colour": media.dominant_colour,
        "favourite": media.favourite,
        "origin": media.origin,
        "frames": media.frames,
        "state": media.variants,
        "is_trashed": media.trashed_at is not None,
    }


async def tell_changed(session: AsyncSession, owner_id: UUID, media_ids: Sequence[UUID], action: str) -> None:
    """Tell that these media of one owner changed: each of a few, or many at once."""
    if len(media_ids) > SINGLY:
        emit(session, MediaBulkUpdated(owner_id=owner_id, action=action, media_ids=list(media_ids)))
        return
    rows = await session.execute(
        select(Media).where(Media.id == func.any(list(media_ids))).execution_options(populate_existing=True)
    )
    for media in rows.scalars():
        emit(session, MediaUpdated(**shown(media)))
