"""The timeline over HTTP."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from maquette.kit.http.etags import has_match, not_modified
from maquette.media.permissions import ReaderOf
from maquette.media.quick import QuickRoute, at_once, parameters, reader
from maquette.media.schemas import Timeline, TimelinePage
from maquette.media.timeline.service import Skeleton, TimelineService
from maquette.platform.dependencies import PlatformOf, ReadingOf

router = APIRouter(tags=["media"], route_class=QuickRoute)
REVALIDATE = {"Cache-Control": "private, no-cache"}
LARGEST_PAGE = 1000


async def _timeline_at_once(request: Request) -> Response | None:
    platform = request.app.state.platform
    actor = await reader(request, platform)
    if actor is None:
        return None
    async with platform.database.reading(stale_ok=True) as session:
        found = await TimelineService(session, actor, platform).skeleton()
    return _answer(request, found)


def _answer(request: Request, found: Skeleton) -> Response:
    if has_match(request.headers.get("if-none-match"), found.etag):
        return not_modified(found.etag, REVALIDATE)
    return Response(found.body, media_type="application/json", headers={"ETag": found.etag, **REVALIDATE})


async def _page_at_once(request: Request) -> Response | None:
    """Whole pages of the usual size."""
    found = parameters(request)
    if found is None or not {"start", "end"} <= found.keys() <= {"start", "end", "cursor"}:
        return None
    try:
        start, end = date.fromisoformat(found["start"]), date.fromisoformat(found["end"])
    except ValueError:
        return None
    platform = request.app.state.platform
    actor = await reader(request, platform)
    if actor is None:
        return None
    async with platform.database.reading(stale_ok=True) as session:
        page = await TimelineService(session, actor, platform).page(start, end, found.get("cursor"), LARGEST_PAGE)
    return Response(page, media_type="application/json")


@router.get(
    "/media/timeline",
    response_model=Timeline,
    summary="Get the skeleton of the timeline",
    responses={304: {"description": "Nothing changed"}},
)
@at_once(_timeline_at_once)
async def timeline(request: Request, session: ReadingOf, actor: ReaderOf, platform: PlatformOf) -> Response:
    """How many media lie in which days, in runs of days that are small enough to load in few pages."""
    return _answer(request, await TimelineService(session, actor, platform).skeleton())


@router.get("/media/timeline/page", response_model=TimelinePage, summary="Get media of the timeline")
@at_once(_page_at_once)
async def timeline_page(
    *,
    session: ReadingOf,
    actor: ReaderOf,
    platform: PlatformOf,
    start: Annotated[date, Query(description="The first day, inclusive")],
    end: Annotated[date, Query(description="The last day, inclusive")],
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = LARGEST_PAGE,
) -> Response:
    """Media of these days as columns, newest first."""
    page = await TimelineService(session, actor, platform).page(start, end, cursor, limit)
    return Response(page, media_type="application/json")
