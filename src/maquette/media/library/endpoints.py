"""The list of media over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from maquette.media.library.filtering import FiltersOf
from maquette.media.library.service import LibraryService
from maquette.media.permissions import ReaderOf
from maquette.media.quick import QuickRoute, at_once, parameters, reader
from maquette.media.schemas import Facets, MediaPage, MediaSort, Suggestions
from maquette.media.search.filters import Filters
from maquette.platform.dependencies import ReadingOf

router = APIRouter(tags=["media"], route_class=QuickRoute)
JSON = "application/json"
DEFAULT_LIMIT, MAX_LIMIT = 50, 200
SORTS = {sort.value: sort for sort in MediaSort if sort is not MediaSort.RELEVANCE}
EITHER = {"true": True, "false": False, None: None}


async def _list_at_once(request: Request) -> Response | None:
    """The whole library or its favourites, in any order that needs no words."""
    found = parameters(request)
    if found is None or found.keys() - {"sort", "cursor", "limit", "favourite"}:
        return None
    sort, limit = SORTS.get(found.get("sort", MediaSort.NEWEST)), found.get("limit", str(DEFAULT_LIMIT))
    is_number = limit.isdecimal() and len(limit) <= len(str(MAX_LIMIT)) and 1 <= int(limit) <= MAX_LIMIT
    if sort is None or not is_number or found.get("favourite") not in EITHER:
        return None
    platform = request.app.state.platform
    actor = await reader(request, platform)
    if actor is None:
        return None
    filters = Filters(favourite=EITHER[found.get("favourite")])
    async with platform.database.reading(stale_ok=True) as session:
        page = await LibraryService(session, actor).list_media(
            filters, sort, found.get("cursor"), int(limit), with_total=False
        )
    return Response(page, media_type=JSON)


@router.get("/media", response_model=MediaPage, summary="List media")
@at_once(_list_at_once)
async def list_media(
    *,
    session: ReadingOf,
    actor: ReaderOf,
    filters: FiltersOf,
    sort: MediaSort = MediaSort.NEWEST,
    cursor: Annotated[str | None, Query(max_length=1000, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    total: Annotated[bool, Query(description="Count all that match, which costs time")] = False,
) -> Response:
    """Everything that the caller may see, a page at a time; the trash only with `trashed`."""
    page = await LibraryService(session, actor).list_media(filters, sort, cursor, limit, with_total=total)
    return Response(page, media_type=JSON)


@router.get("/media/facets", response_model=Facets, summary="Count what a list is made of")
async def facets(session: ReadingOf, actor: ReaderOf, filters: FiltersOf) -> Response:
    """Tags, cameras, formats, origins and years of the media that match, with their counts."""
    return Response(await LibraryService(session, actor).facets(filters), media_type=JSON)


@router.get("/media/suggest", response_model=Suggestions, summary="Suggest search terms")
async def suggest(session: ReadingOf, actor: ReaderOf, q: Annotated[str, Query(max_length=100)]) -> Response:
    """Tags, cameras and file names that begin like `q`."""
    return Response(await LibraryService(session, actor).suggest(q), media_type=JSON)
