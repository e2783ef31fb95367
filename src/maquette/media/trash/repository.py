"""Into the trash, out of it and away for good, and files that nobody claims, in SQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, case, delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.kit.clock import now
from maquette.media.models import Media, UnclaimedFile
from maquette.media.repository import CHANGED


async def trash_many(session: AsyncSession, media_ids: Sequence[UUID], purge_after: timedelta) -> list[UUID]:
    """Move those that are not there yet to the trash."""
    moment = now()
    statement = (
        update(Media)
        .where(Media.id == func.any(list(media_ids)), Media.trashed_at.is_(None))
        .values(trashed_at=moment, purge_at=moment + purge_after, **CHANGED)
    )
    return list((await session.execute(statement.returning(Media.id))).scalars())


async def restore_many(session: AsyncSession, media_ids: Sequence[UUID]) -> list[UUID]:
    """Take those that are in the trash out of it; one whose time had run out stays for good now."""
    statement = (
        update(Media)
        .where(Media.id == func.any(list(media_ids)), Media.trashed_at.is_not(None))
        .values(
            trashed_at=None,
            purge_at=None,
            expires_at=case((Media.expires_at <= now(), None), else_=Media.expires_at),
            **CHANGED,
        )
    )
    return list((await session.execute(statement.returning(Media.id))).scalars())


async def delete_many(session: AsyncSession, media_ids: Sequence[UUID]) -> list[UUID]:
    """Remove rows; a trigger notes their files, which a job removes after the commit."""
    statement = delete(Media).where(Media.id == func.any(list(media_ids))).returning(Media.id)
    return list((await session.execute(statement)).scalars())


async def find_expired(session: AsyncSession, moment: datetime, limit: int) -> dict[UUID, list[UUID]]:
    """Owner to media whose time has run out and that are not in the trash yet."""
    rows = await session.execute(
        select(Media.owner_id, Media.id)
        .where(Media.expires_at <= moment, Media.expires_at.is_not(None), Media.trashed_at.is_(None))
        .limit(limit)
    )
    return _by_owner(rows.all())


async def find_due(session: AsyncSession, moment: datetime, limit: int) -> dict[UUID, list[UUID]]:
    """Owner to media that have lain in the trash for as long as it keeps them."""
    rows = await session.execute(
        select(Media.owner_id, Media.id).where(Media.purge_at <= moment, Media.purge_at.is_not(None)).limit(limit)
    )
    return _by_owner(rows.all())


async def find_trashed(session: AsyncSession, owner_id: UUID, limit: int) -> list[UUID]:
    """What the owner has in the trash."""
    rows = await session.execute(
        select(Media.id).where(Media.owner_id == owner_id, Media.trashed_at.is_not(None)).limit(limit)
    )
    return list(rows.scalars())


def _by_owner(rows: Sequence[tuple[UUID, UUID]]) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = {}
    for owner_id, media_id in rows:
        found.setdefault(owner_id, []).append(media_id)
    return found


async def take_unclaimed(
    session: AsyncSession, moment: datetime, taken_for: timedelta, limit: int
) -> Sequence[UnclaimedFile]:
    """Files whose time has come. From the commit on nobody claims them any more: their notes have new ids, and
    uploads know theirs by the old one. Whoever takes them and dies leaves them to the next after `taken_for`.
    """
    due = (
        select(UnclaimedFile.id)
        .where(UnclaimedFile.not_before <= moment)
        .order_by(UnclaimedFile.not_before, UnclaimedFile.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    statement = (
        update(UnclaimedFile)
        .where(UnclaimedFile.id == due.c.id)
        .values(
            id=func.gen_random_uuid(),
            attempts=func.least(UnclaimedFile.attempts + 1, 100),
            not_before=moment + taken_for,
        )
        .returning(UnclaimedFile)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).scalars().all()


async def forget_unclaimed(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """They are removed."""
    await session.execute(delete(UnclaimedFile).where(UnclaimedFile.id == func.any(list(ids))))


async def postpone_unclaimed(session: AsyncSession, ids: Sequence[UUID], moment: datetime) -> None:
    """Their store did not answer: try again later, each time after a longer while."""
    if not ids:
        return
    await session.execute(
        update(UnclaimedFile)
        .where(UnclaimedFile.id == func.any(list(ids)))
        .values(
            not_before=literal(moment, DateTime(timezone=True))
            + func.make_interval(0, 0, 0, 0, 0, UnclaimedFile.attempts)
        )
    )
