"""Looking at one media and changing one or many of an actor's."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.actor import Actor
from maquette.kit.errors import ValidationFailed
from maquette.media.editing import repository
from maquette.media.errors import MediaNotFound
from maquette.media.events import MediaDeleted, MediaUpdated
from maquette.media.models import Media
from maquette.media.permissions import MediaPermission
from maquette.media.repository import get_document, get_media, lock_owner
from maquette.media.schemas import Bulk, BulkAction, MediaUpdate, RemoveFiles, Visibility
from maquette.media.search.filters import folded_tag
from maquette.media.settings import MediaSettings
from maquette.media.tags import repository as tags
from maquette.media.telling import shown, tell_changed
from maquette.media.trash import repository as trash
from maquette.media.values import check_metadata, merge_patch, storable_text, storable_time
from maquette.media.variants.asking import ask_for_variants
from maquette.platform.events.event import emit
from maquette.platform.jobs.enqueue import enqueue

SEARCHED = frozenset({"title", "caption", "tags"})


class EditInvalid(ValidationFailed):
    """A field of an edit has a value that it cannot have."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}.", details={"fields": [{"path": f"body.{field}", "message": message}]})


class EditingService:
    """One media or many, for an actor. Every change takes the owner's lock first, so that writers queue up."""

    def __init__(self, session: AsyncSession, actor: Actor, settings: MediaSettings) -> None:
        self._session = session
        self._actor = actor
        self._trash_time = timedelta(days=settings.trash_days)

    async def get(self, media_id: UUID) -> str:
        """The media as JSON. Raises MediaNotFound."""
        return await get_document(self._session, self._actor, media_id)

    async def raw_metadata(self, media_id: UUID) -> dict[str, Any]:
        """Everything that was read from the file. Raises MediaNotFound."""
        await get_media(self._session, self._actor, media_id)
        return await repository.load_raw(self._session, media_id)

    async def update(self, media_id: UUID, patch: MediaUpdate) -> str:
        """Apply a merge patch; the media as JSON. Raises MediaNotFound, MetadataInvalid."""
        media = await self._locked(media_id)
        given = patch.model_fields_set
        values = _values(patch)
        if "metadata" in given:
            patched = {} if patch.metadata is None else merge_patch(media.details, patch.metadata)
            values["details"] = check_metadata(patched)
        if values:
            await repository.update_many(self._session, [media_id], values)
        if "tags" in given:
            named = await tags.ensure_tags(self._session, media.owner_id, map(storable_text, patch.tags or []))
            await tags.replace_tags(self._session, [media_id], list(named.values()))
        if given & SEARCHED:
            await tags.refresh(self._session, [media_id])
        return await self._told(media_id)

    async def trash(self, media_id: UUID) -> None:
        """Move it to the trash; it may be there already. Raises MediaNotFound."""
        media = await self._locked(media_id)
        if await trash.trash_many(self._session, [media.id], self._trash_time):
            await self._told(media_id)

    async def restore(self, media_id: UUID) -> str:
        """Take it out of the trash; the media as JSON. Raises MediaNotFound."""
        media = await self._locked(media_id)
        if await trash.restore_many(self._session, [media.id]):
            return await self._told(media_id)
        return await self.get(media_id)

    async def delete(self, media_id: UUID) -> None:
        """Remove it for good, with its files. Raises MediaNotFound."""
        media = await self._locked(media_id)
        await self._delete(media.owner_id, [media.id])

    async def retry(self, media_id: UUID) -> UUID:
        """Try again to make its variants; the job. Raises MediaNotFound."""
        media = await self._locked(media_id)
        await repository.update_many(
            self._session, [media_id], {"variants": "pending", "variant_files": {}, "failure": None}
        )
        job = await ask_for_variants(self._session, media)
        await self._told(media_id)
        return job.id

    async def bulk(self, bulk: Bulk) -> int:
        """One action on many; how many were changed. Ids that the actor may not see are passed over."""
        owner_id = self._actor.owner_id
        if bulk.action is BulkAction.DELETE:
            self._actor.require(MediaPermission.DELETE)
        await lock_owner(self._session, owner_id)
        media_ids = await repository.own_ids(self._session, self._actor, bulk.media_ids)
        if not media_ids:
            return 0
        match bulk.action:
            case BulkAction.DELETE:
                return await self._delete(owner_id, media_ids)
            case BulkAction.TRASH:
                changed = await trash.trash_many(self._session, media_ids, self._trash_time)
            case BulkAction.RESTORE:
                changed = await trash.restore_many(self._session, media_ids)
            case BulkAction.UPDATE:
                changed = await self._update_many(owner_id, media_ids, bulk.update)
            case BulkAction.ADD_TAGS:
                changed = await self._add_tags(owner_id, media_ids, bulk.tags)
            case BulkAction.REMOVE_TAGS:
                folded = [folded_tag(name) for name in bulk.tags]
                changed = await tags.remove_tags(self._session, media_ids, folded)
                await tags.refresh(self._session, changed)
        if changed:
            await tell_changed(self._session, owner_id, changed, bulk.action)
        return len(changed)

    async def _update_many(self, owner_id: UUID, media_ids: list[UUID], patch: MediaUpdate | None) -> list[UUID]:
        if patch is None:
            raise EditInvalid("update", "this action needs it")
        if "metadata" in patch.model_fields_set:
            raise EditInvalid("update.metadata", "is merged with what each media has: change one at a time")
        values = _values(patch)
        if values:
            await repository.update_many(self._session, media_ids, values)
        if "tags" in patch.model_fields_set:
            named = await tags.ensure_tags(self._session, owner_id, map(storable_text, patch.tags or []))
            await tags.replace_tags(self._session, media_ids, list(named.values()))
        if patch.model_fields_set & SEARCHED:
            await tags.refresh(self._session, media_ids)
        return media_ids if patch.model_fields_set else []

    async def _add_tags(self, owner_id: UUID, media_ids: list[UUID], names: Sequence[str]) -> list[UUID]:
        named = await tags.ensure_tags(self._session, owner_id, map(storable_text, names))
        changed = await tags.add_tags(self._session, media_ids, list(named.values()))
        await tags.refresh(self._session, changed)
        return changed

    async def _delete(self, owner_id: UUID, media_ids: Sequence[UUID]) -> int:
        gone = await trash.delete_many(self._session, media_ids)
        if gone:
            await enqueue(self._session, RemoveFiles())
            emit(self._session, MediaDeleted(owner_id=owner_id, media_ids=gone))
        return len(gone)

    async def _locked(self, media_id: UUID) -> Media:
        """The media, which nobody else changes until this transaction ends."""
        owner_id = (await get_media(self._session, self._actor, media_id)).owner_id
        await lock_owner(self._session, owner_id)
        media = await self._session.get(Media, media_id, populate_existing=True)
        if media is None:
            raise MediaNotFound
        return media

    async def _told(self, media_id: UUID) -> str:
        media = await self._session.get_one(Media, media_id, populate_existing=True)
        emit(self._session, MediaUpdated(**shown(media)))
        return await self.get(media_id)


def _text(value: str | None) -> str | None:
    return storable_text(value).strip() or None if value is not None else None


def _time(field: str, value: datetime | None) -> datetime | None:
    try:
        return None if value is None else storable_time(value)
    except ValueError as error:
        raise EditInvalid(field, str(error)) from None


# A null clears: to nothing where there may be nothing, to the beginning elsewhere.
_SIMPLE: dict[str, Callable[[MediaUpdate], Any]] = {
    "title": lambda patch: _text(patch.title),
    "caption": lambda patch: _text(patch.caption),
    "favourite": lambda patch: bool(patch.favourite),
    "rating": lambda patch: patch.rating,
    "visibility": lambda patch: patch.visibility or Visibility.PRIVATE,
    "expires_at": lambda patch: _time("expires_at", patch.expires_at),
}


def _values(patch: MediaUpdate) -> dict[str, Any]:
    """The columns that the patch names, all but tags and metadata."""
    values = {name: read(patch) for name, read in _SIMPLE.items() if name in patch.model_fields_set}
    if "taken_at" in patch.model_fields_set:
        at = _time("taken_at", patch.taken_at)
        zone = None if at is None or patch.taken_at is None else patch.taken_at.utcoffset()
        offset = None if zone is None else int(zone.total_seconds() // 60)
        values |= repository.taken(None if at is None else at.astimezone(UTC), offset)
    return values
