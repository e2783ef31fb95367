"""What goes for good: the trash, what has expired, and stored files that nobody claims."""

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.kit.clock import now
from maquette.kit.errors import MaquetteError
from maquette.media.errors import MediaNotFound
from maquette.media.events import MediaDeleted
from maquette.media.models import VARIANTS, Media, UnclaimedFile
from maquette.media.repository import lock_owner
from maquette.media.schemas import RemoveFiles
from maquette.media.settings import MediaSettings
from maquette.media.staging import remove_abandoned
from maquette.media.telling import tell_changed
from maquette.media.trash import repository
from maquette.platform.events.event import emit
from maquette.platform.jobs.enqueue import enqueue
from maquette.platform.runtime import Platform
from maquette.platform.storage.keys import STAGING
from maquette.platform.storage.local import LocalStore
from maquette.platform.storage.settings import StorageSettings
from maquette.platform.storage.staging import Staging

log = structlog.get_logger(__name__)

BATCH = 1_000
AT_ONCE = 32
"""Files that one process removes at the same time: a store elsewhere answers each on a connection of its own."""
TAKEN_FOR = timedelta(minutes=15)
"""After this, files that a process took and did not remove are removed by another. Twice does no harm: no key is ever
given to another file.
"""
ABANDONED_SECONDS = 60.0
"""A staged file younger than this may not have its lock yet."""


class TrashService:
    """Removes what is to go. It works across owners, each in transactions of their own."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def empty(self, session: AsyncSession, owner_id: UUID) -> int:
        """Remove all that an owner has in the trash; how many there were."""
        await lock_owner(session, owner_id)
        removed = 0
        while media_ids := await repository.find_trashed(session, owner_id, BATCH * 10):
            removed += await self._delete(session, owner_id, media_ids)
        return removed

    async def delete_by_token(self, session: AsyncSession, media_id: UUID, token: str) -> None:
        """Remove a media for good for whoever has its delete token. Raises MediaNotFound, also for a wrong token."""
        media = await session.get(Media, media_id)
        given = hashlib.sha256(token.encode()).digest()
        # Compared in any case, so that the time tells nothing.
        known = media.delete_token_hash if media is not None else None
        is_right = hmac.compare_digest(given, known or bytes(32))
        if media is None or known is None or not is_right:
            raise MediaNotFound
        await lock_owner(session, media.owner_id)
        await self._delete(session, media.owner_id, [media_id])

    async def purge(self) -> dict[str, int]:
        """Trash what has expired and remove what the trash has kept long enough; how many of each."""
        done = {"expired": 0, "removed": 0}
        keep = timedelta(days=self._platform.settings[MediaSettings].trash_days)
        while True:
            async with self._platform.database.reading() as session:
                expired = await repository.find_expired(session, now(), BATCH)
                due = await repository.find_due(session, now(), BATCH)
            if not expired and not due:
                return done
            for owner_id, media_ids in expired.items():
                async with self._platform.database.transaction() as session:
                    await lock_owner(session, owner_id)
                    trashed = await repository.trash_many(session, media_ids, keep)
                    await tell_changed(session, owner_id, trashed, "trash")
                    done["expired"] += len(trashed)
            for owner_id, media_ids in due.items():
                async with self._platform.database.transaction() as session:
                    await lock_owner(session, owner_id)
                    done["removed"] += await self._delete(session, owner_id, media_ids)

    async def remove_files(self) -> dict[str, int]:
        """Remove unclaimed files whose time has come, and what dead uploads left in the staging folder.

        No transaction is open while the stores work, which may take minutes: files are taken in one and forgotten in
        another. A death in between leaves their notes, which come up again.
        """
        done = {"removed": 0, "postponed": 0, "staged": 0}
        while True:
            async with self._platform.database.transaction() as session:
                files = await repository.take_unclaimed(session, now(), TAKEN_FOR, BATCH)
            places = asyncio.Semaphore(AT_ONCE)
            gone = await asyncio.gather(*(self._remove(file, places) for file in files))
            removed = [file.id for file, is_gone in zip(files, gone, strict=True) if is_gone]
            left = [file.id for file, is_gone in zip(files, gone, strict=True) if not is_gone]
            async with self._platform.database.transaction() as session:
                await repository.forget_unclaimed(session, removed)
                await repository.postpone_unclaimed(session, left, now())
            done["removed"] += len(removed)
            done["postponed"] += len(left)
            if len(files) < BATCH:
                break
        staging = self._platform.stores.staging
        done["staged"] = await asyncio.to_thread(remove_abandoned, staging, older_than_seconds=ABANDONED_SECONDS)
        seconds = self._platform.settings[StorageSettings].storage_staging_hours * 3600
        for folder in self._staging_folders():
            done["staged"] += await asyncio.to_thread(Staging(folder).clean, older_than_seconds=seconds)
        return done

    def _staging_folders(self) -> set[Path]:
        """Where uploads and the drafts of local stores stand until they are whole."""
        stores = self._platform.stores
        local = (store for store in (*stores.originals.shards, stores.variants) if isinstance(store, LocalStore))
        return {stores.staging.folder, *(store.root / STAGING for store in local)}

    async def _delete(self, session: AsyncSession, owner_id: UUID, media_ids: Sequence[UUID]) -> int:
        gone = await repository.delete_many(session, media_ids)
        if gone:
            await enqueue(session, RemoveFiles())
            emit(session, MediaDeleted(owner_id=owner_id, media_ids=gone))
        return len(gone)

    async def _remove(self, file: UnclaimedFile, places: asyncio.Semaphore) -> bool:
        stores = self._platform.stores
        try:
            store = stores.variants if file.shard == VARIANTS else stores.originals.by_name(file.shard)
            async with places:
                await store.delete(file.storage_key)
        except MaquetteError as error:
            log.warning("file_not_removed", shard=file.shard, key=file.storage_key, error=error.message)
            return False
        return True
