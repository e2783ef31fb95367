"""What crosses the HTTP border about media."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from maquette.platform.jobs.task import JobRequest, Queue

TagName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Colour = Annotated[str, StringConstraints(pattern="^#[0-9a-fA-F]{6}$")]


class Origin(StrEnum):
    """How a media came in."""

    UPLOADED = "uploaded"
    INGESTED = "ingested"
    GENERATED = "generated"
    DERIVED = "derived"


class Visibility(StrEnum):
    """Who may see a media by its address."""

    PRIVATE = "private"
    UNLISTED = "unlisted"
    PUBLIC = "public"


class VariantState(StrEnum):
    """How far the thumbnails of a media are."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


class VariantSize(StrEnum):
    """The sizes that every media has; longest side 256, 768 and 1536 pixels."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class MediaSort(StrEnum):
    """Orders of the list."""

    NEWEST = "newest"
    OLDEST = "oldest"
    TAKEN = "taken"
    NAME = "name"
    SIZE = "size"
    RELEVANCE = "relevance"


class Camera(BaseModel):
    """What EXIF says of how a picture was taken."""

    make: str | None = None
    model: str | None = None
    lens: str | None = None
    f_number: float | None = None
    exposure_seconds: float | None = None
    iso: int | None = None
    focal_length_mm: float | None = None


class Place(BaseModel):
    """Where a picture was taken, in degrees and metres."""

    latitude: float
    longitude: float
    altitude: float | None = None


class VariantFailure(BaseModel):
    """Why thumbnails could not be made, and the job to retry."""

    message: str
    job_id: UUID | None = None


class MediaRead(BaseModel):
    """A media, whole."""

    id: UUID
    owner_id: UUID
    origin: Origin
    filename: str
    """The name under which it came, cleaned of folders and control characters."""
    title: str | None
    caption: str | None
    tags: list[str]
    favourite: bool
    rating: int | None
    visibility: Visibility
    mime_type: str
    format: str
    size: int
    """Bytes of the original."""
    width: int
    height: int
    """Pixels, after orientation."""
    frames: int
    checksum: str
    """SHA-256 of the original, hexadecimal."""
    taken_at: datetime | None
    taken_at_offset: int | None
    """Minutes east of UTC where the picture says its zone."""
    camera: Camera
    place: Place | None
    thumbhash: str | None
    """Base64; decodes into a placeholder."""
    dominant_colour: str | None
    """#rrggbb."""
    variants: VariantState
    failure: VariantFailure | None
    metadata: dict[str, Any]
    expires_at: datetime | None
    trashed_at: datetime | None
    purge_at: datetime | None
    """When the trash removes it for good."""
    created_at: datetime
    updated_at: datetime
    version: int
    """Grows with every change; a variant's address carries it."""


class MediaUploaded(MediaRead):
    """The answer to an upload."""

    duplicate: bool = False
    delete_token: str | None = None


class MediaPage(BaseModel):
    """A page of the list."""

    items: list[MediaRead]
    next_cursor: str | None
    total: int | None = None


class MediaUpdate(BaseModel):
    """Merge patch: a field left out stays, null clears."""

    title: str | None = Field(default=None, max_length=500)
    caption: str | None = Field(default=None, max_length=10_000)
    tags: list[TagName] | None = Field(default=None, max_length=200)
    favourite: bool | None = None
    rating: int | None = Field(default=None, ge=1, le=5)
    taken_at: datetime | None = None
    visibility: Visibility | None = None
    expires_at: datetime | None = None
    metadata: dict[str, Any] | None = None


class BulkAction(StrEnum):
    """What can be done to a selection at once."""

    TRASH = "trash"
    RESTORE = "restore"
    DELETE = "delete"
    UPDATE = "update"
    ADD_TAGS = "add_tags"
    REMOVE_TAGS = "remove_tags"


class Bulk(BaseModel):
    """One action on up to 10,000 media of the caller."""

    action: BulkAction
    media_ids: list[UUID] = Field(min_length=1, max_length=10_000)
    tags: list[TagName] = Field(default_factory=list, max_length=50)
    update: MediaUpdate | None = None


class BulkResult(BaseModel):
    """How many were changed; ids that the caller may not see are left out silently."""

    changed: int


class Check(BaseModel):
    """Which of these SHA-256 hashes the caller already has."""

    checksums: list[Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]] = Field(min_length=1, max_length=5_000)


class CheckResult(BaseModel):
    """Hash to media id, only for those that exist."""

    existing: dict[str, UUID]


class TimelineBucket(BaseModel):
    """A run of days of the timeline, newest first, small enough to load in few pages."""

    start: date
    """First day of the bucket, inclusive (the earlier one)."""
    end: date
    """Last day of the bucket, inclusive (the later one)."""
    count: int
    days: list[int]
    """How many media each of its days has, newest first; days without any are left out."""


class Timeline(BaseModel):
    """The skeleton of the timeline: how many media lie in which days."""

    buckets: list[TimelineBucket]
    total: int
    version: str
    """Changes when anything in the timeline does."""


class TimelinePage(BaseModel):
    """Media of the timeline as columns: position i of each list is one media. Newest first."""

    id: list[UUID]
    day: list[date]
    """The day under which the media stands."""
    ratio: list[float]
    """Width over height."""
    thumbhash: list[str | None]
    colour: list[str | None]
    favourite: list[bool]
    origin: list[Origin]
    frames: list[int]
    state: list[VariantState]
    version: list[int]
    next_cursor: str | None


class TagRead(BaseModel):
    """A tag of the caller."""

    id: UUID
    name: str
    colour: str | None
    count: int


class TagPage(BaseModel):
    """The caller's tags."""

    items: list[TagRead]
    next_cursor: str | None
    total: int | None = None


class TagNew(BaseModel):
    """A tag to be made."""

    name: TagName
    colour: Colour | None = None


class TagUpdate(BaseModel):
    """Merge patch of a tag. A name that another tag has merges the two."""

    name: TagName | None = None
    colour: Colour | None = None


class FacetCount(BaseModel):
    """How many media have a value."""

    value: str
    count: int


class YearCount(BaseModel):
    """How many media were taken in a year."""

    value: int
    count: int


class Facets(BaseModel):
    """What a list is made of."""

    tags: list[FacetCount]
    cameras: list[FacetCount]
    formats: list[FacetCount]
    origins: list[FacetCount]
    years: list[YearCount]
    counted: int
    """Media that were counted: the newest ones of a long list."""
    capped: bool
    """Whether there are more than were counted."""


class SuggestionKind(StrEnum):
    """What a suggestion is taken from."""

    TAG = "tag"
    CAMERA = "camera"
    FILENAME = "filename"


class Suggestion(BaseModel):
    """Something to search for."""

    kind: SuggestionKind
    text: str
    count: int


class Suggestions(BaseModel):
    """What fits what was typed."""

    items: list[Suggestion]


class RetryStarted(BaseModel):
    """The job that tries again."""

    job_id: UUID


class TrashEmptied(BaseModel):
    """How many media were removed for good."""

    deleted: int


class RawMetadata(BaseModel):
    """Everything that was read from the file."""

    media_id: UUID
    raw: dict[str, Any]


class MakeVariants(JobRequest):
    """Decode a media once and store all its thumbnails."""

    kind: ClassVar[str] = "media.make_variants"
    queue: ClassVar[Queue] = Queue.IMAGING
    max_attempts: ClassVar[int] = 5

    media_id: UUID


class RemoveFiles(JobRequest):
    """Remove the stored files that no media claims and whose time has come."""

    kind: ClassVar[str] = "media.remove_files"
    queue: ClassVar[Queue] = Queue.MAINTENANCE


class PurgeMedia(JobRequest):
    """Move expired media to the trash, and remove for good what has lain there long enough."""

    kind: ClassVar[str] = "media.purge"
    queue: ClassVar[Queue] = Queue.MAINTENANCE


class ReindexTag(JobRequest):
    """Copy a tag's new name to the media that have it, and to their search."""

    kind: ClassVar[str] = "media.reindex_tag"
    queue: ClassVar[Queue] = Queue.MAINTENANCE

    tag_id: UUID
