"""Originals over HTTP, byte for byte as they came."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from maquette.kit.http.content_disposition import content_disposition
from maquette.kit.http.etags import strong_etag
from maquette.kit.http.openapi import errors
from maquette.kit.http.streaming import StoredContent, send
from maquette.media.permissions import ReaderOf
from maquette.media.repository import get_media
from maquette.media.settings import MediaSettings
from maquette.platform.dependencies import PlatformOf

router = APIRouter(tags=["media"])


@router.get(
    "/media/{media_id}/data",
    response_class=Response,
    summary="Download the original",
    responses={
        200: {"content": {"image/*": {}}, "description": "The file"},
        206: {"content": {"image/*": {}}, "description": "A part of the file"},
        304: {"description": "The caller has it already"},
        **errors(416),
    },
)
async def data(
    request: Request,
    platform: PlatformOf,
    actor: ReaderOf,
    media_id: UUID,
    download: Annotated[bool, Query(description="As an attachment with its file name")] = False,  # noqa: FBT002 - a query parameter
) -> Response:
    """The bytes that were uploaded, with ranges. They never change, so the address may be kept for ever."""
    # A session of its own, closed before the first byte leaves: a slow download must not hold a connection.
    async with platform.database.reading(stale_ok=True) as session:
        media = await get_media(session, actor, media_id)
    store = platform.stores.originals.by_name(media.shard)
    # nginx reads folders only: what lies elsewhere is sent from here.
    is_local = store.local_path(media.storage_key) is not None
    content = StoredContent(
        store=store,
        key=media.storage_key,
        size=media.size,
        etag=strong_etag(media.checksum),
        media_type=media.mime_type,
        disposition=content_disposition(media.filename, inline=not download),
        accel_prefix=platform.settings[MediaSettings].accel_redirect if is_local else None,
    )
    return await send(request, content)
