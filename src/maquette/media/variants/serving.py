"""Thumbnails as fast as a process can: what is needed to answer is remembered for a moment, and forgotten as soon as
any process changes the media.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from maquette.accounts.actor import Actor, ActorKind
from maquette.kit.http.etags import strong_etag
from maquette.kit.http.streaming import IMMUTABLE, StoredContent, send
from maquette.media.errors import MediaNotFound, VariantFailed
from maquette.media.events import EVENTS
from maquette.media.schemas import VariantSize, VariantState
from maquette.media.settings import MediaSettings
from maquette.media.variants import repository
from maquette.media.variants.repository import Source
from maquette.media.variants.service import VariantService
from maquette.platform.events.bus import Received
from maquette.platform.runtime import Platform

REMEMBERED = 10_000
"""About 2 KB each."""
REMEMBERED_SECONDS = 10.0
"""How long another process may still serve a thumbnail of what this one deleted, when the event bus is down."""
REVALIDATE = "private, no-cache"


@dataclass(frozen=True, slots=True)
class _Known:
    source: Source
    until: float


class Thumbnails:
    """What one process knows of the thumbnails that were asked for lately."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._known: OrderedDict[UUID, _Known] = OrderedDict()
        self._epoch = 0
        self._is_listening = False
        # nginx reads folders only.
        is_local = platform.stores.variants.local_path("any") is not None
        self.accel_prefix = platform.settings[MediaSettings].accel_redirect if is_local else None
        for event in EVENTS:
            platform.events.on_event(event, self._forget)

    async def _forget(self, event: Received) -> None:
        self._epoch += 1
        ids = event.data.get("media_ids") or [event.data.get("media_id")]
        for media_id in ids:
            self._known.pop(UUID(str(media_id)), None)

    def recall(self, media_id: UUID) -> Source | None:
        """The media if it was looked up a moment ago."""
        known = self._known.get(media_id)
        return known.source if known is not None and known.until > time.monotonic() else None

    async def look_up(self, media_id: UUID) -> Source:
        """The media as it is now. Raises MediaNotFound."""
        if not self._is_listening:
            self._is_listening = True
            await self._platform.events.start()
        epoch = self._epoch
        async with self._platform.database.reading() as session:
            source = await repository.find_source(session, media_id)
        if source is None:
            raise MediaNotFound
        # An answer that was asked for before a change is used once and not remembered.
        if epoch == self._epoch:
            self._known[media_id] = _Known(source, time.monotonic() + REMEMBERED_SECONDS)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return source

    async def find(self, actor: Actor, media_id: UUID, version: int | None) -> Source:
        """The media with its variants, made now if they are not there. Raises MediaNotFound, VariantFailed."""
        source = self.recall(media_id)
        if source is None or source.state is not VariantState.READY or (version or 0) > source.version:
            source = await self.look_up(media_id)
        if not is_visible(source, actor):
            raise MediaNotFound
        if source.state is VariantState.PENDING:
            await VariantService(self._platform).make(media_id)
            source = await self.look_up(media_id)
        if source.state is not VariantState.READY:
            failure: dict[str, Any] = source.failure or {}
            raise VariantFailed(failure.get("message", "The picture cannot be decoded."))
        return source

    def content(self, source: Source, size: VariantSize, version: int | None) -> StoredContent:
        """How the variant is answered. Its address is good for ever only with the present version in it."""
        file = source.files[size]
        return StoredContent(
            store=self._platform.stores.variants,
            key=file["key"],
            size=file["size"],
            etag=strong_etag(f"{source.media_id.hex}-{file['size']}-{size}"),
            media_type=file["mime"],
            cache_control=IMMUTABLE if version == source.version else REVALIDATE,
            accel_prefix=self.accel_prefix,
        )

    async def answer(
        self, request: Request, actor: Actor, media_id: UUID, size: VariantSize, version: int | None
    ) -> Response:
        """The thumbnail. Raises MediaNotFound, VariantFailed."""
        source = await self.find(actor, media_id, version)
        return await send(request, self.content(source, size, version))


def is_visible(source: Source, actor: Actor) -> bool:
    """As repository.visible_to, for a media that is at hand."""
    return actor.kind is ActorKind.SYSTEM or source.owner_id == actor.user_id


def thumbnails_of(platform: Platform) -> Thumbnails:
    """What this process knows of thumbnails."""
    return platform.remembered(Thumbnails, lambda: Thumbnails(platform))
