"""What storing a media asks the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.models import User
from maquette.kit.clock import now
from maquette.media.models import Media, MediaLibrary, MediaRaw, UnclaimedFile


async def find_by_checksum(session: AsyncSession, owner_id: UUID, checksum: str) -> Media | None:
    """The owner's media with these bytes, in the trash or out of it."""
    statement = select(Media).where(Media.owner_id == owner_id, Media.checksum == checksum)
    found = await session.execute(statement.execution_options(populate_existing=True))
    return found.scalar_one_or_none()


async def find_by_checksums(
    session: AsyncSession, owner_id: UUID, checksums: Sequence[str], *, with_trash: bool
) -> dict[str, UUID]:
    """Those of the hashes that the owner has."""
    statement = select(Media.checksum, Media.id).where(Media.owner_id == owner_id, Media.checksum.in_(list(checksums)))
    if not with_trash:
        statement = statement.where(Media.trashed_at.is_(None))
    return dict((await session.execute(statement)).all())


async def used_and_quota(session: AsyncSession, owner_id: UUID) -> tuple[int, int | None]:
    """Bytes of the owner's originals, and how many there may be."""
    row = await session.execute(
        select(MediaLibrary.size, User.quota_bytes)
        .select_from(User)
        .join(MediaLibrary, MediaLibrary.owner_id == User.id, isouter=True)
        .where(User.id == owner_id)
    )
    found = row.one_or_none()
    return (0, None) if found is None else (int(found[0] or 0), found[1])


async def announce_file(session: AsyncSession, shard: str, key: str, not_before: datetime) -> UUID:
    """Note a file that is about to be stored and that no media claims yet."""
    statement = insert(UnclaimedFile).values(shard=shard, storage_key=key, not_before=not_before)
    return (await session.execute(statement.returning(UnclaimedFile.id))).scalar_one()


async def claim_file(session: AsyncSession, announced: UUID) -> bool:
    """Take the note back, in the transaction that writes the media. False when the cleaner was quicker."""
    done = await session.execute(delete(UnclaimedFile).where(UnclaimedFile.id == announced).returning(UnclaimedFile.id))
    return done.scalar_one_or_none() is not None


async def abandon_file(session: AsyncSession, announced: UUID) -> None:
    """Let the cleaner remove the file now; nothing happens if a media claimed it after all."""
    await session.execute(update(UnclaimedFile).where(UnclaimedFile.id == announced).values(not_before=now()))


async def insert_media(session: AsyncSession, values: dict[str, Any], raw: dict[str, Any]) -> Media | None:
    """The new media, or None when the owner has these bytes already."""
    statement = postgres_insert(Media).values(values).on_conflict_do_nothing(index_elements=["owner_id", "checksum"])
    media = (await session.execute(statement.returning(Media))).scalar_one_or_none()
    if media is not None:
        await session.execute(insert(MediaRaw).values(media_id=media.id, raw=raw))
    return media
