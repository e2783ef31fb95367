"""One media, and many at once, over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response

from maquette.accounts.permissions import OptionalActorOf
from maquette.kit.errors import Unauthenticated
from maquette.media.editing.caching import cached_document
from maquette.media.editing.service import EditingService
from maquette.media.permissions import MediaPermission, ReaderOf, WriterOf
from maquette.media.schemas import Bulk, BulkResult, MediaRead, MediaUpdate, RawMetadata, RetryStarted
from maquette.media.settings import MediaSettings
from maquette.media.trash.service import TrashService
from maquette.platform.dependencies import PlatformOf, SessionOf

router = APIRouter(tags=["media"])
JSON = "application/json"


async def reading_service(session: SessionOf, actor: ReaderOf, platform: PlatformOf) -> EditingService:
    """For those who may look."""
    return EditingService(session, actor, platform.settings[MediaSettings])


async def writing_service(session: SessionOf, actor: WriterOf, platform: PlatformOf) -> EditingService:
    """For those who may change."""
    return EditingService(session, actor, platform.settings[MediaSettings])


ReadingService = Annotated[EditingService, Depends(reading_service)]
WritingService = Annotated[EditingService, Depends(writing_service)]


@router.post("/media/bulk", summary="Change many media")
async def bulk(service: WritingService, body: Bulk) -> BulkResult:
    """One action on up to 10,000 media; those that the caller may not see are passed over."""
    return BulkResult(changed=await service.bulk(body))


@router.get("/media/{media_id}", response_model=MediaRead, summary="Get a media")
async def get_media(actor: ReaderOf, platform: PlatformOf, media_id: UUID) -> Response:
    """The media, also while it is in the trash. X-Cache says whether the cache had it: HIT, MISS or BYPASS."""
    found = await cached_document(platform, actor, media_id)
    return Response(found.value, media_type=JSON, headers={"X-Cache": found.state})


@router.patch("/media/{media_id}", response_model=MediaRead, summary="Change a media")
async def update_media(service: WritingService, media_id: UUID, body: MediaUpdate) -> Response:
    """Merge patch: what is left out stays, null clears."""
    return Response(await service.update(media_id, body), media_type=JSON)


@router.delete("/media/{media_id}", status_code=204, summary="Delete a media")
async def delete_media(
    *,
    session: SessionOf,
    actor: OptionalActorOf,
    platform: PlatformOf,
    media_id: UUID,
    permanent: Annotated[bool, Query(description="Remove it for good, with its files")] = False,
    delete_token: Annotated[str | None, Query(max_length=200, description="As X-Delete-Token")] = None,
    x_delete_token: Annotated[str | None, Header(max_length=200)] = None,
) -> None:
    """Move the media to the trash, or remove it for good. A delete token does that without a login."""
    token = x_delete_token or delete_token
    if token is not None:
        await TrashService(platform).delete_by_token(session, media_id, token)
        return
    if actor is None:
        raise Unauthenticated
    service = EditingService(session, actor, platform.settings[MediaSettings])
    if permanent:
        actor.require(MediaPermission.DELETE)
        await service.delete(media_id)
    else:
        actor.require(MediaPermission.WRITE)
        await service.trash(media_id)


@router.post("/media/{media_id}/restore", response_model=MediaRead, summary="Restore a media from the trash")
async def restore_media(service: WritingService, media_id: UUID) -> Response:
    """Take it out of the trash."""
    return Response(await service.restore(media_id), media_type=JSON)


@router.post("/media/{media_id}/retry", status_code=202, summary="Make the thumbnails again")
async def retry(service: WritingService, media_id: UUID) -> RetryStarted:
    """Start a job that makes all variants of the media anew."""
    return RetryStarted(job_id=await service.retry(media_id))


@router.get("/media/{media_id}/metadata", summary="Get all metadata of the file")
async def raw_metadata(service: ReadingService, media_id: UUID) -> RawMetadata:
    """Everything that was read from the original."""
    return RawMetadata(media_id=media_id, raw=await service.raw_metadata(media_id))
