"""The query parameters of the list, which total and facets share."""

from typing import Annotated

from fastapi import Depends, Query
from pydantic import AfterValidator, StringConstraints

from maquette.media.schemas import Origin, VariantState, Visibility
from maquette.media.search.filters import Filters
from maquette.media.search.query import parse_query
from maquette.media.values import Moment, refuse_nul

Word = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(refuse_nul)]
Pixels = Annotated[int, Query(ge=0, le=2**31 - 1)]
Bytes = Annotated[int, Query(ge=0, le=2**62)]


async def filters(
    *,
    q: Annotated[
        str, Query(max_length=500, description='Words, "phrases", -words and operators such as tag:beach')
    ] = "",
    tag: Annotated[list[Word], Query(max_length=20, description="All of these tags")] = [],  # noqa: B006 - FastAPI copies it
    favourite: Annotated[bool | None, Query()] = None,
    origin: Annotated[Origin | None, Query()] = None,
    visibility: Annotated[Visibility | None, Query()] = None,
    trashed: Annotated[bool, Query(description="The trash instead of the library")] = False,
    since: Annotated[Moment | None, Query(description="Taken, or else created, at this time or later")] = None,
    until: Annotated[Moment | None, Query(description="Taken, or else created, before this time")] = None,
    format: Annotated[Word | None, Query(description="Such as jpeg")] = None,  # noqa: A002 - the name in the API
    camera: Annotated[Word | None, Query(description="A camera as the facets name it")] = None,
    rating_min: Annotated[int | None, Query(ge=1, le=5)] = None,
    min_width: Pixels | None = None,
    min_height: Pixels | None = None,
    min_size: Bytes | None = None,
    max_size: Bytes | None = None,
    state: Annotated[VariantState | None, Query(description="How far the thumbnails are")] = None,
) -> Filters:
    """The filters that a request asks for. Raises InvalidQuery."""
    return Filters(
        query=parse_query(q),
        tags=tuple(tag),
        favourite=favourite,
        origin=origin,
        visibility=visibility,
        is_trashed=trashed,
        since=since,
        until=until,
        format=format,
        camera=camera,
        rating_min=rating_min,
        min_width=min_width,
        min_height=min_height,
        min_size=min_size,
        max_size=max_size,
        state=state,
    )


FiltersOf = Annotated[Filters, Depends(filters)]
