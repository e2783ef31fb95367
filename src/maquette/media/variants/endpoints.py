"""Thumbnails over HTTP. The route answers what it can without FastAPI's machinery, which costs half of the time."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from maquette.kit.http.streaming import StoredContent, hand_to_nginx
from maquette.media.permissions import ReaderOf
from maquette.media.quick import QuickRoute, at_once, parameters, reader
from maquette.media.schemas import VariantSize, VariantState
from maquette.media.variants.serving import is_visible, thumbnails_of
from maquette.platform.dependencies import PlatformOf

SIZES = {size.value: size for size in VariantSize}
LONGEST_VERSION = 10


async def _answer_at_once(request: Request) -> Response | None:
    """The thumbnail, or None for whatever is not plain: an unknown media, a wrong parameter, a stranger."""
    platform = request.app.state.platform
    thumbnails = thumbnails_of(platform)
    try:
        source = thumbnails.recall(UUID(request.path_params["media_id"]))
    except ValueError:
        return None
    wanted = _parameters(request)
    if source is None or source.state is not VariantState.READY or wanted is None:
        return None
    size, version = wanted
    if version is not None and version > source.version:
        return None
    actor = await reader(request, platform)
    if actor is None or not is_visible(source, actor):
        return None
    return await _plain_answer(request, thumbnails.content(source, size, version))


async def _plain_answer(request: Request, content: StoredContent) -> Response | None:
    """The whole picture to a caller who has nothing of it yet; None for everything else."""
    if request.method != "GET" or "if-none-match" in request.headers:
        return None
    if content.accel_prefix is not None:
        return hand_to_nginx(content, content.accel_prefix)
    if "range" in request.headers:
        return None
    return Response(await content.store.get(content.key), media_type=content.media_type, headers=content.all_headers())


def _parameters(request: Request) -> tuple[VariantSize, int | None] | None:
    found = parameters(request)
    if found is None or found.keys() - {"size", "v"}:
        return None
    size, version = found.get("size", "small"), found.get("v")
    if size not in SIZES or (version is not None and not (version.isdecimal() and len(version) < LONGEST_VERSION)):
        return None
    return SIZES[size], None if version is None else int(version)


router = APIRouter(tags=["media"], route_class=QuickRoute)


@router.get(
    "/media/{media_id}/thumbnail",
    response_class=Response,
    summary="Get a thumbnail",
    responses={
        200: {"content": {"image/webp": {}, "image/jpeg": {}}, "description": "The picture"},
        304: {"description": "The caller has it already"},
    },
)
@at_once(_answer_at_once)
async def thumbnail(
    *,
    request: Request,
    platform: PlatformOf,
    actor: ReaderOf,
    media_id: UUID,
    size: VariantSize = VariantSize.SMALL,
    v: Annotated[
        int | None,
        Query(ge=0, le=2**31 - 1, description="The media's version: with it, the answer may be kept for ever"),
    ] = None,
) -> Response:
    """A variant of the picture: 256, 768 or 1536 pixels at its longest side. It is made now if it is not there yet."""
    return await thumbnails_of(platform).answer(request, actor, media_id, size, v)
