"""An actor's tags: list, make, rename, merge, colour, delete."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.actor import Actor
from maquette.kit.database.pagination import Direction, SortKey
from maquette.media.errors import TagExists, TagNotFound
from maquette.media.events import MediaBulkUpdated
from maquette.media.library.sorts import after
from maquette.media.models import MediaTag, Tag
from maquette.media.repository import lock_owner
from maquette.media.schemas import ReindexTag, TagNew, TagPage, TagRead, TagUpdate
from maquette.media.search.filters import folded_tag
from maquette.media.tags import repository
from maquette.media.values import storable_text
from maquette.platform.events.event import emit
from maquette.platform.jobs.enqueue import enqueue

SORT = SortKey("tags", (Tag.folded, Tag.id), Direction.ASCENDING)
AT_ONCE = 2_000
"""Up to so many media a changed tag is copied at once; beyond, a job does it."""


class TagService:
    """The tags of one owner."""

    def __init__(self, session: AsyncSession, actor: Actor) -> None:
        self._session = session
        self._actor = actor

    async def list_tags(self, starts_with: str, cursor: str | None, limit: int) -> TagPage:
        """A page of tags by name, with how many media have each. Raises InvalidCursor."""
        statement = select(Tag, _COUNT).where(Tag.owner_id == self._actor.owner_id)
        if starts_with:
            statement = statement.where(func.starts_with(Tag.folded, folded_tag(storable_text(starts_with))))
        if cursor is not None:
            statement = statement.where(after(SORT, cursor))
        rows = (await self._session.execute(statement.order_by(*SORT.order_by()).limit(limit + 1))).all()
        items = [_read(tag, count) for tag, count in rows[:limit]]
        last = rows[limit - 1][0] if len(rows) > limit else None
        return TagPage(items=items, next_cursor=SORT.cursor_of((last.folded, last.id)) if last else None)

    async def create(self, new: TagNew) -> TagRead:
        """Make a tag. Raises TagExists."""
        await lock_owner(self._session, self._actor.owner_id)
        if await self._named(new.name) is not None:
            raise TagExists(new.name)
        made = await repository.ensure_tags(self._session, self._actor.owner_id, [storable_text(new.name)])
        if not made:
            raise TagExists(new.name)
        tag = await self._session.get_one(Tag, next(iter(made.values())))
        tag.colour = new.colour
        await self._session.flush()
        return _read(tag, 0)

    async def update(self, tag_id: UUID, patch: TagUpdate) -> TagRead:
        """Rename or colour a tag; the name of another tag merges this one into that. Raises TagNotFound."""
        await lock_owner(self._session, self._actor.owner_id)
        tag = await self._get(tag_id)
        if "colour" in patch.model_fields_set:
            tag.colour = patch.colour
        if patch.name is not None:
            name = " ".join(storable_text(patch.name).split())
            other = await self._named(name)
            if other is not None and other.id != tag.id:
                return await self._merge(tag, other)
            if name:
                tag.name, tag.folded = name, folded_tag(name)[:300]
                await self._session.flush()
                await self._copy(tag)
        await self._session.flush()
        return await self._counted(tag)

    async def delete(self, tag_id: UUID) -> None:
        """Remove a tag from everything that has it. Raises TagNotFound."""
        await lock_owner(self._session, self._actor.owner_id)
        tag = await self._get(tag_id)
        media_ids = await self._all_media(tag.id)
        await self._session.delete(tag)
        await self._session.flush()
        await repository.refresh(self._session, media_ids)
        self._tell(media_ids)

    async def _merge(self, tag: Tag, other: Tag) -> TagRead:
        media_ids = await self._all_media(tag.id)
        await repository.add_tags(self._session, media_ids, [other.id])
        await self._session.delete(tag)
        await self._session.flush()
        await repository.refresh(self._session, media_ids)
        self._tell(media_ids)
        return await self._counted(other)

    async def _copy(self, tag: Tag) -> None:
        media_ids = await repository.media_of(self._session, tag.id, None, AT_ONCE + 1)
        if len(media_ids) > AT_ONCE:
            await enqueue(self._session, ReindexTag(tag_id=tag.id), owner_id=self._actor.owner_id)
            return
        await repository.refresh(self._session, media_ids)
        self._tell(media_ids)

    async def _all_media(self, tag_id: UUID) -> list[UUID]:
        return await repository.media_of(self._session, tag_id, None, 2**31 - 1)

    def _tell(self, media_ids: list[UUID]) -> None:
        if media_ids:
            emit(
                self._session,
                MediaBulkUpdated(owner_id=self._actor.owner_id, action="tags", media_ids=media_ids),
            )

    async def _get(self, tag_id: UUID) -> Tag:
        tag = await self._session.get(Tag, tag_id)
        if tag is None or tag.owner_id != self._actor.owner_id:
            raise TagNotFound
        return tag

    async def _named(self, name: str) -> Tag | None:
        found = await self._session.execute(
            select(Tag).where(Tag.owner_id == self._actor.owner_id, Tag.folded == folded_tag(storable_text(name))[:300])
        )
        return found.scalar_one_or_none()

    async def _counted(self, tag: Tag) -> TagRead:
        return _read(tag, (await self._session.execute(select(_COUNT).where(Tag.id == tag.id))).scalar_one())


_COUNT = select(func.count()).where(MediaTag.tag_id == Tag.id).correlate(Tag).scalar_subquery()


def _read(tag: Tag, count: int) -> TagRead:
    return TagRead(id=tag.id, name=tag.name, colour=tag.colour, count=count)
