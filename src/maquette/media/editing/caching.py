"""A media's document in the cache: by owner, so that nobody is answered with what another may see."""

from uuid import UUID

from maquette.accounts.actor import Actor
from maquette.media.events import cached_as
from maquette.media.repository import get_document
from maquette.platform.cache.cache import Cached
from maquette.platform.runtime import Platform

SECONDS = 3600


async def cached_document(platform: Platform, actor: Actor, media_id: UUID) -> Cached:
    """The media as JSON, and whether the cache had it; its events make the cache forget it. Raises MediaNotFound."""

    async def make() -> bytes:
        async with platform.database.reading() as session:
            return (await get_document(session, actor, media_id)).encode()

    namespace, key = cached_as(actor.owner_id, media_id)
    return await platform.cache.fetch(namespace, key, make, seconds=SECONDS)
