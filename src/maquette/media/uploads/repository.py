"""What storing a media asks the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.models import User
from maquette.kit.clock import now
from maquette.media.models import Media, MediaLibrary, MediaRaw, UnclaimedFile

# Made once: to build them anew for each upload takes longer than to ask them.
_BY_CHECKSUM = (
    select(Media)
    .where(Media.owner_id == bindparam("owner"), Media.checksum == bindparam("sha256"))
    .execution_options(populate_existing=True)
)
_USED_AND_QUOTA = (
    select(MediaLibrary.size, User.quota_bytes)
    .select_from(User)
    .join(MediaLibrary, MediaLibrary.owner_id == User.id, isouter=True)
    .where(User.id == bindparam("owner"))
)
_notes = cast("Table", UnclaimedFile.__table__)
_ANNOUNCE = insert(_notes).returning(_notes.c.id)
_CLAIM = delete(_notes).where(_notes.c.id == bindparam("note")).returning(_notes.c.id)
_KEEP_RAW = insert(cast("Table", MediaRaw.__table__))


async def find_by_checksum(session: AsyncSession, owner_id: UUID, checksum: str) -> Media | None:
    """The owner's media with these bytes, in the trash or out of it."""
    found = await session.execute(_BY_CHECKSUM, {"owner": owner_id, "sha256": checksum})
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
    found = (await session.execute(_USED_AND_QUOTA, {"owner": owner_id})).one_or_none()
    return (0, None) if found is None else (int(found[0] or 0), found[1])


async def announce_file(session: AsyncSession, shard: str, key: str, not_before: datetime) -> UUID:
    """Note a file that is about to be stored and that no media claims yet."""
    note = {"shard": shard, "storage_key": key, "not_before": not_before}
    announced: UUID = (await session.execute(_ANNOUNCE, note)).scalar_one()
    return announced


async def claim_file(session: AsyncSession, announced: UUID) -> bool:
    """Take the note back, in the transaction that writes the media. False when the cleaner was quicker."""
    return (await session.execute(_CLAIM, {"note": announced})).scalar_one_or_none() is not None


async def abandon_file(session: AsyncSession, announced: UUID) -> None:
    """Let the cleaner remove the file now; nothing happens if a media claimed it after all."""
    await session.execute(update(UnclaimedFile).where(UnclaimedFile.id == announced).values(not_before=now()))


async def insert_media(session: AsyncSession, values: dict[str, Any], raw: dict[str, Any]) -> Media | None:
    """The new media, or None when the owner has these bytes already."""
    statement = postgres_insert(Media).values(values).on_conflict_do_nothing(index_elements=["owner_id", "checksum"])
    media = (await session.execute(statement.returning(Media))).scalar_one_or_none()
    if media is not None:
        await session.execute(_KEEP_RAW, {"media_id": media.id, "raw": raw})
    return media
