"""Storing a media: all of it, or nothing.

The order makes a crash harmless at every point: the file is written and hashed in the staging folder under a lock
that dies with the process; a note says that a file is coming that no media claims (`unclaimed_file`); the file is
put under its final key; one transaction writes the media, takes the note back, asks for its variants, and tells the
world. Whatever is missing from the end of this, the cleaner finds by the lock or by the note.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unicodedata import normalize
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from maquette.accounts.actor import Actor
from maquette.kit.clock import now
from maquette.kit.errors import MaquetteError
from maquette.kit.http.content_disposition import safe_name
from maquette.kit.ids import new_id
from maquette.media.errors import QuotaExceeded, UploadExpired
from maquette.media.events import MediaCreated
from maquette.media.permissions import MediaPermission
from maquette.media.repository import get_document, lock_owner
from maquette.media.schemas import Origin, RemoveFiles
from maquette.media.search.text import media_tsvector, sort_name
from maquette.media.settings import MediaSettings
from maquette.media.staging import BATCH, StagedFile, staged
from maquette.media.tags import repository as tags
from maquette.media.telling import shown
from maquette.media.uploads import repository
from maquette.media.uploads.form import UploadFields, parse_fields
from maquette.media.uploads.inspection import Inspection, inspect
from maquette.media.uploads.receiver import receive
from maquette.media.variants.asking import ask_for_variants
from maquette.platform.database.failures import DATABASE_FAILURES
from maquette.platform.events.event import emit
from maquette.platform.jobs.enqueue import enqueue
from maquette.platform.observability.metrics import UPLOADED_BYTES, UPLOADS
from maquette.platform.runtime import Platform

log = structlog.get_logger(__name__)

UNCLAIMED_FOR = timedelta(hours=1)
"""How long after its announcement a file may be claimed by its media."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The outcome: the media as JSON, and whether it was there before."""

    media_id: UUID
    document: str
    is_duplicate: bool
    delete_token: str | None = None

    def answer(self) -> bytes:
        """The body of schemas.MediaUploaded."""
        token = "null" if self.delete_token is None else f'"{self.delete_token}"'
        duplicate = "true" if self.is_duplicate else "false"
        return f'{self.document[:-1]},"duplicate":{duplicate},"delete_token":{token}}}'.encode()


class UploadService:
    """Takes pictures in for an actor. It opens its own short transactions: none is held while bytes arrive."""

    def __init__(self, platform: Platform, actor: Actor) -> None:
        self._platform = platform
        self._actor = actor
        self._settings = platform.settings[MediaSettings]

    async def upload(self, request: Request) -> Stored:
        """Store the file that the body of `request` brings. Raises whatever is wrong with it."""
        self._actor.require(MediaPermission.UPLOAD)
        try:
            with staged(self._platform.stores.staging, self._settings.max_upload_size) as file:
                form = await receive(request, file, self._settings.max_upload_size)
                stored = await self._store(file, form.filename, parse_fields(form.fields), Origin.UPLOADED)
        except MaquetteError:
            UPLOADS.labels("refused").inc()
            raise
        UPLOADS.labels("duplicate" if stored.is_duplicate else "stored").inc()
        return stored

    async def store_file(
        self, path: Path, filename: str, fields: UploadFields, origin: Origin, *, limit: int | None = None
    ) -> Stored:
        """Store a copy of the local file at `path`, by the same rules; `limit` in bytes replaces the setting."""
        self._actor.require(MediaPermission.UPLOAD)
        with staged(self._platform.stores.staging, limit or self._settings.max_upload_size) as file:
            await asyncio.to_thread(_copy, path, file)
            return await self._store(file, filename, fields, origin)

    async def check(self, checksums: Sequence[str], *, with_trash: bool) -> dict[str, UUID]:
        """Which of these SHA-256 hashes the actor has."""
        async with self._platform.database.reading() as session:
            return await repository.find_by_checksums(session, self._actor.owner_id, checksums, with_trash=with_trash)

    async def _store(self, file: StagedFile, filename: str | None, fields: UploadFields, origin: Origin) -> Stored:
        found = await asyncio.to_thread(inspect, file.path, self._settings.limits)
        media_id, created_at = new_id(), now()
        extension = found.probe.extension
        key = f"{origin}/{created_at:%Y-%m-%d}/{media_id}.{extension}"
        store = self._platform.stores.originals.store_for_new()
        async with self._platform.database.transaction() as session:
            known = await self._find_known(session, file.checksum)
            if known is not None:
                return known
            await self._check_quota(session, file.size)
            announced = await repository.announce_file(session, store.name, key, created_at + UNCLAIMED_FOR)
        values = {
            "id": media_id,
            "owner_id": self._actor.owner_id,
            "origin": origin,
            "checksum": file.checksum,
            "size": file.size,
            "shard": store.name,
            "storage_key": key,
            "created_at": created_at,
            "updated_at": created_at,
            **_described(normalize("NFC", filename or ""), fields, found, created_at),
        }
        try:
            await store.put_file(key, file.path, content_type=found.probe.mime)
            stored = await self._write(values, fields, found, announced)
        except BaseException:
            await self._abandon(announced)
            raise
        if stored is not None:
            UPLOADED_BYTES.inc(file.size)
        else:
            await self._abandon(announced)
            async with self._platform.database.transaction() as session:
                stored = await self._find_known(session, file.checksum)
            if stored is None:
                raise UploadExpired("The same picture was deleted while it was being uploaded. Upload it again.")
        return stored

    async def _find_known(self, session: AsyncSession, checksum: str) -> Stored | None:
        """The media that has these bytes already; from the trash, uploading it again brings it back."""
        media = await repository.find_by_checksum(session, self._actor.owner_id, checksum)
        if media is None:
            return None
        if media.trashed_at is not None:
            await lock_owner(session, media.owner_id)
            # While this waited for the lock, the trash may have been emptied: then it is a new upload.
            media = await repository.find_by_checksum(session, self._actor.owner_id, checksum)
            if media is None:
                return None
            media.trashed_at = media.purge_at = None
            # One whose time had run out stays for good now, as by restoring it.
            media.expires_at = None if media.expires_at is not None and media.expires_at <= now() else media.expires_at
            media.version += 1
            await session.flush()
            emit(session, MediaCreated(**shown(media)))
        return Stored(media.id, await get_document(session, self._actor, media.id), is_duplicate=True)

    async def _check_quota(self, session: AsyncSession, size: int) -> None:
        used, quota = await repository.used_and_quota(session, self._actor.owner_id)
        if quota is not None and used + size > quota:
            raise QuotaExceeded(used, quota)

    async def _write(
        self, values: dict[str, Any], fields: UploadFields, found: Inspection, announced: UUID
    ) -> Stored | None:
        """The one transaction; None when another upload of the same bytes was quicker."""
        owner_id = self._actor.owner_id
        token = secrets.token_urlsafe(32) if fields.delete_token else None
        values["delete_token_hash"] = hashlib.sha256(token.encode()).digest() if token else None
        async with self._platform.database.transaction() as session:
            await lock_owner(session, owner_id)
            named = await tags.ensure_tags(session, owner_id, fields.tags)
            values["tags"] = sorted(named, key=str.casefold)
            values["search"] = media_tsvector(
                title=fields.title,
                tags=values["tags"],
                filename=values["filename"],
                caption=fields.caption,
                camera=values["camera_name"],
            )
            await self._check_quota(session, values["size"])
            media = await repository.insert_media(session, values, found.raw())
            if media is None:
                return None
            if not await repository.claim_file(session, announced):
                raise UploadExpired("Storing the picture took too long. Upload it again.")
            await tags.link(session, media.id, named.values())
            await ask_for_variants(session, media)
            emit(session, MediaCreated(**shown(media)))
            document = await get_document(session, self._actor, media.id)
        return Stored(media.id, document, is_duplicate=False, delete_token=token)

    async def _abandon(self, announced: UUID) -> None:
        """Have the file removed soon. Where not even that can be written, the note's time runs out by itself."""
        try:
            async with self._platform.database.transaction() as session:
                await repository.abandon_file(session, announced)
                await enqueue(session, RemoveFiles())
        except DATABASE_FAILURES as error:
            log.warning("file_not_abandoned", unclaimed_file=str(announced), error=str(error))


def _described(filename: str, fields: UploadFields, found: Inspection, created_at: datetime) -> dict[str, Any]:
    """The columns that say what the picture is."""
    name = safe_name(filename, f"unnamed.{found.probe.extension}")
    place = found.place()
    return {
        "filename": name,
        "sort_name": sort_name(name),
        "title": fields.title,
        "caption": fields.caption,
        "visibility": fields.visibility,
        "expires_at": fields.expires_at,
        "mime_type": found.probe.mime,
        "format": found.probe.format,
        "width": found.probe.width,
        "height": found.probe.height,
        "frames": found.probe.frames,
        "orientation": found.probe.orientation,
        "taken_at": found.exif.taken_at,
        "taken_at_offset": found.exif.taken_offset_minutes,
        "sort_at": found.sort_at(fields.last_modified or created_at),
        "camera": found.camera().model_dump(),
        "camera_name": found.camera_name(),
        "place": place.model_dump() if place is not None else None,
    }


def _copy(path: Path, file: StagedFile) -> None:
    with path.open("rb") as source:
        while data := source.read(BATCH):
            file.add(data)
            file.write()
