"""What the world hears of media."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from maquette.media.schemas import Origin, VariantState
from maquette.platform.events.event import Event


def cached_as(owner_id: UUID, media_id: UUID) -> tuple[str, str]:
    """Under which namespace and key the cache holds the document of a media."""
    return "media", f"{owner_id}:{media_id}"


class _AboutOne(Event):
    """One media; its owner and whoever looks at it hear of it."""

    media_id: UUID
    owner_id: UUID
    version: int

    def topics(self) -> tuple[str, ...]:
        """The owner, and the media."""
        return (f"user:{self.owner_id}", f"media:{self.media_id}")

    def invalidates(self) -> list[tuple[str, str]]:
        """What the cache must forget."""
        return [cached_as(self.owner_id, self.media_id)]


class _Shown(_AboutOne):
    """With what the timeline shows, so that a page need not ask."""

    day: date
    ratio: float
    thumbhash: str | None = None
    colour: str | None = None
    favourite: bool = False
    origin: Origin = Origin.UPLOADED
    frames: int = 1
    state: VariantState = VariantState.PENDING
    is_trashed: bool = False


class MediaCreated(_Shown):
    """A media was stored, or came back when its bytes were uploaded again."""

    name: ClassVar[str] = "media.created"


class MediaUpdated(_Shown):
    """Something about a media changed, its being in the trash included."""

    name: ClassVar[str] = "media.updated"


class MediaVariantsReady(_Shown):
    """Thumbnails are there, or it is known why not (`state` says which)."""

    name: ClassVar[str] = "media.variants_ready"


class MediaDeleted(Event):
    """Media were removed for good."""

    name: ClassVar[str] = "media.deleted"

    owner_id: UUID
    media_ids: list[UUID]

    def topics(self) -> tuple[str, ...]:
        """The owner, and each media."""
        return (f"user:{self.owner_id}", *(f"media:{media_id}" for media_id in self.media_ids[:100]))

    def invalidates(self) -> list[tuple[str, str]]:
        """What the cache must forget."""
        return [cached_as(self.owner_id, media_id) for media_id in self.media_ids]


class MediaBulkUpdated(Event):
    """A bulk action changed many media: ask again for what is shown of them."""

    name: ClassVar[str] = "media.bulk_updated"

    owner_id: UUID
    action: str
    media_ids: list[UUID]

    def topics(self) -> tuple[str, ...]:
        """The owner."""
        return (f"user:{self.owner_id}",)

    def invalidates(self) -> list[tuple[str, str]]:
        """What the cache must forget."""
        return [cached_as(self.owner_id, media_id) for media_id in self.media_ids]

    def data(self) -> dict[str, Any]:
        """Whole; a page refetches above a size of its own choice."""
        return self.model_dump(mode="json", exclude={"at"})


EVENTS: tuple[type[Event], ...] = (MediaCreated, MediaUpdated, MediaVariantsReady, MediaDeleted, MediaBulkUpdated)
