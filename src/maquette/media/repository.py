"""What every part of the media slice asks the database: who may see what, and one at a time."""

from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.actor import Actor, ActorKind
from maquette.media.documents import with_document
from maquette.media.errors import MediaNotFound
from maquette.media.models import Media


def visible_to(actor: Actor) -> Select[Media]:
    """The media that `actor` may see: authorisation lives here. The trash is part of it."""
    statement = select(Media)
    return statement if actor.kind is ActorKind.SYSTEM else statement.where(Media.owner_id == actor.owner_id)


CHANGED = {"version": Media.version + 1, "updated_at": func.now()}
"""What each change of a media sets beside what it changes."""


async def lock_owner(session: AsyncSession, owner_id: UUID) -> None:
    """Wait for other writers of this owner's library: those who change media take this first, so none deadlock."""
    await session.execute(_LOCK, {"owner": str(owner_id)})


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:owner, 1835361380))")


async def get_media(session: AsyncSession, actor: Actor, media_id: UUID) -> Media:
    """The media, in the trash or not. Raises MediaNotFound."""
    found = (await session.execute(visible_to(actor).where(Media.id == media_id))).scalar_one_or_none()
    if found is None:
        raise MediaNotFound
    return found


async def get_document(session: AsyncSession, actor: Actor, media_id: UUID) -> str:
    """The media as JSON. Raises MediaNotFound."""
    statement = with_document(visible_to(actor).where(Media.id == media_id))
    document = (await session.execute(statement)).scalar_one_or_none()
    if document is None:
        raise MediaNotFound
    return str(document)
