"""The door of media for other slices and the command line."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from maquette.accounts.actor import Actor
from maquette.media.editing.service import EditingService
from maquette.media.errors import UploadTooLarge
from maquette.media.permissions import MediaPermission
from maquette.media.schemas import MediaUpdate, MediaUploaded, Origin
from maquette.media.settings import MediaSettings
from maquette.media.uploads.form import UploadFields
from maquette.media.uploads.inspection import inspect
from maquette.media.uploads.service import UploadService
from maquette.platform.runtime import Platform

__all__ = ["UploadFields", "check_file", "find_existing", "store_file", "update_media"]


async def store_file(
    platform: Platform,
    actor: Actor,
    path: Path,
    filename: str | None = None,
    *,
    origin: Origin = Origin.INGESTED,
    fields: UploadFields | None = None,
    max_size: int | None = None,
) -> MediaUploaded:
    """Store a copy of the local file at `path`, by the rules of an upload: probed, deduplicated, all or nothing.

    `filename` is the name under which it is known (default: that of `path`); `max_size` in bytes replaces the limit
    of uploads. Raises what an upload does.
    """
    stored = await UploadService(platform, actor).store_file(
        path, filename or path.name, fields or UploadFields(), origin, limit=max_size
    )
    return MediaUploaded.model_validate_json(stored.answer())


def check_file(platform: Platform, path: Path) -> None:
    """Raise what storing the local file at `path` would raise about the file itself. Blocking; nothing is stored."""
    settings = platform.settings[MediaSettings]
    if path.stat().st_size > settings.max_upload_size:
        raise UploadTooLarge(settings.max_upload_size)
    inspect(path, settings.limits)


async def find_existing(platform: Platform, actor: Actor, checksums: Sequence[str]) -> dict[str, UUID]:
    """Which of these SHA-256 hashes the actor has, in the trash or out of it."""
    actor.require(MediaPermission.READ)
    return await UploadService(platform, actor).check(checksums, with_trash=True)


async def update_media(platform: Platform, actor: Actor, media_id: UUID, patch: MediaUpdate) -> None:
    """Apply a merge patch in a transaction of its own. Raises MediaNotFound, MetadataInvalid."""
    actor.require(MediaPermission.WRITE)
    async with platform.database.transaction() as session:
        await EditingService(session, actor, platform.settings[MediaSettings]).update(media_id, patch)
