"""Tags and what has them, in SQL. `media_tag` is the truth; names on the media and their search are copied from it."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.kit.ids import new_id
from maquette.media.models import Media, MediaTag, Tag
from maquette.media.search.filters import folded_tag
from maquette.media.search.text import media_tsvector

BATCH = 1_000


async def ensure_tags(session: AsyncSession, owner_id: UUID, names: Iterable[str]) -> dict[str, UUID]:
    """The owner's tags with these names, made where they are missing: name as it is kept to id."""
    wanted = {folded_tag(name): " ".join(name.split()) for name in names}
    wanted.pop("", None)
    if not wanted:
        return {}
    rows = [
        {"id": new_id(), "owner_id": owner_id, "name": name, "folded": folded[:300]}
        for folded, name in sorted(wanted.items())
    ]
    await session.execute(postgres_insert(Tag).values(rows).on_conflict_do_nothing())
    kept = await session.execute(
        select(Tag.name, Tag.id).where(Tag.owner_id == owner_id, Tag.folded.in_([row["folded"] for row in rows]))
    )
    return dict(kept.all())


async def link(session: AsyncSession, media_id: UUID, tag_ids: Iterable[UUID], *, source: str = "user") -> None:
    """Give a new media its tags."""
    rows = [{"media_id": media_id, "tag_id": tag_id, "source": source} for tag_id in tag_ids]
    if rows:
        await session.execute(insert(MediaTag), rows)


async def add_tags(session: AsyncSession, media_ids: Sequence[UUID], tag_ids: Sequence[UUID]) -> list[UUID]:
    """Give many media these tags; the media that lacked one."""
    statement = text(
        "INSERT INTO media_tag (media_id, tag_id) "
        "SELECT media_id, tag_id FROM unnest(CAST(:media_ids AS uuid[])) AS media_id, "
        "unnest(CAST(:tag_ids AS uuid[])) AS tag_id ORDER BY 1, 2 ON CONFLICT DO NOTHING RETURNING media_id"
    )
    rows = await session.execute(statement, {"media_ids": list(media_ids), "tag_ids": list(tag_ids)})
    return list(dict.fromkeys(rows.scalars()))


async def remove_tags(session: AsyncSession, media_ids: Sequence[UUID], folded: Iterable[str]) -> list[UUID]:
    """Take tags from many media; the media that had one."""
    tags = select(Tag.id).where(Tag.folded.in_(list(folded)))
    rows = await session.execute(
        delete(MediaTag)
        .where(MediaTag.media_id == func.any(list(media_ids)), MediaTag.tag_id.in_(tags))
        .returning(MediaTag.media_id)
    )
    return list(dict.fromkeys(rows.scalars()))


async def replace_tags(session: AsyncSession, media_ids: Sequence[UUID], tag_ids: Sequence[UUID]) -> None:
    """Exactly these tags for each of the media; those that stay keep who said so."""
    others = MediaTag.tag_id.not_in(list(tag_ids))
    await session.execute(delete(MediaTag).where(MediaTag.media_id == func.any(list(media_ids)), others))
    await add_tags(session, media_ids, tag_ids)


async def media_of(session: AsyncSession, tag_id: UUID, after: UUID | None, limit: int) -> list[UUID]:
    """Media that have the tag, by id."""
    statement = select(MediaTag.media_id).where(MediaTag.tag_id == tag_id)
    if after is not None:
        statement = statement.where(MediaTag.media_id > after)
    return list((await session.execute(statement.order_by(MediaTag.media_id).limit(limit))).scalars())


async def refresh(session: AsyncSession, media_ids: Sequence[UUID]) -> None:
    """Copy tags to their media and write what these are found by anew."""
    for start in range(0, len(media_ids), BATCH):
        await _refresh(session, media_ids[start : start + BATCH])


async def _refresh(session: AsyncSession, media_ids: Sequence[UUID]) -> None:
    names = (
        select(func.array_agg(Tag.name).label("names"))
        .join(MediaTag, MediaTag.tag_id == Tag.id)
        .where(MediaTag.media_id == Media.id)
        .correlate(Media)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Media.id, Media.title, Media.filename, Media.caption, Media.camera_name, names).where(
            Media.id == func.any(list(media_ids))
        )
    )
    fresh: list[dict[str, Any]] = []
    for media_id, title, filename, caption, camera, found in rows:
        tags = sorted(found or (), key=str.casefold)
        vector = media_tsvector(title=title, tags=tags, filename=filename, caption=caption, camera=camera)
        fresh.append({"id": media_id, "tags": tags, "vector": vector})
    if not fresh:
        return
    # One statement, so that the triggers run once; tags travel as JSON because arrays of arrays must be square.
    await session.execute(
        _WRITE,
        {
            "ids": [each["id"] for each in fresh],
            "vectors": [each["vector"] for each in fresh],
            "tags": msgspec.json.encode([each["tags"] for each in fresh]).decode(),
        },
    )


_WRITE = text(
    "UPDATE media SET search = CAST(fresh.vector AS tsvector), version = media.version + 1, updated_at = now(), "
    "tags = ARRAY(SELECT jsonb_array_elements_text(fresh.tags)) "
    "FROM (SELECT unnest(CAST(:ids AS uuid[])) AS id, unnest(CAST(:vectors AS text[])) AS vector, "
    "jsonb_array_elements(CAST(:tags AS jsonb)) AS tags) AS fresh WHERE media.id = fresh.id"
)
