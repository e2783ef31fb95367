"""Tags over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from maquette.kit.http.openapi import errors
from maquette.media.permissions import ReaderOf, WriterOf
from maquette.media.schemas import TagNew, TagPage, TagRead, TagUpdate
from maquette.media.tags.service import TagService
from maquette.platform.dependencies import ReadingOf, SessionOf

router = APIRouter(prefix="/tags", tags=["tags"])


@router.get("", summary="List tags")
async def list_tags(
    session: ReadingOf,
    actor: ReaderOf,
    q: Annotated[str, Query(max_length=100, description="What the name begins with")] = "",
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> TagPage:
    """The caller's tags by name, each with how many media have it, those in the trash included."""
    return await TagService(session, actor).list_tags(q, cursor, limit)


@router.post("", status_code=201, summary="Make a tag", responses=errors(409))
async def create_tag(session: SessionOf, actor: WriterOf, body: TagNew) -> TagRead:
    """A tag that nothing has yet."""
    return await TagService(session, actor).create(body)


@router.patch("/{tag_id}", summary="Rename, merge or colour a tag")
async def update_tag(session: SessionOf, actor: WriterOf, tag_id: UUID, body: TagUpdate) -> TagRead:
    """Merge patch. The name of another tag merges this one into that one."""
    return await TagService(session, actor).update(tag_id, body)


@router.delete("/{tag_id}", status_code=204, summary="Delete a tag")
async def delete_tag(session: SessionOf, actor: WriterOf, tag_id: UUID) -> None:
    """Take it from everything that has it."""
    await TagService(session, actor).delete(tag_id)
