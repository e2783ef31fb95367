"""The tables of media. Triggers that keep counts and remember files to remove stand in the first migration."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Computed,
    Date,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from maquette.kit.database.models import Identified, Model, Updated
from maquette.media.schemas import Origin, VariantState, Visibility

LIVING = text("trashed_at IS NULL")
VARIANTS = "variants"
"""The name by which `unclaimed_file` knows the store of variants."""


class Media(Identified, Updated, Model):
    """One stored original. `sort_at` is the time on the photographer's clock, read as if it were UTC."""

    __tablename__ = "media"
    __table_args__ = (
        # The same bytes are one media for one owner, in the trash or out of it.
        UniqueConstraint("owner_id", "checksum"),
        # One index per order of the list, each ending with the id so that the order is total.
        Index("ix_media_created", "owner_id", "created_at", "id", postgresql_where=LIVING),
        Index("ix_media_taken", "owner_id", "sort_at", "id", postgresql_where=LIVING),
        Index("ix_media_name", "owner_id", "sort_name", "id", postgresql_where=LIVING),
        Index("ix_media_size", "owner_id", "size", "id", postgresql_where=LIVING),
        # One index per filter, in the default order of the list.
        Index(
            "ix_media_favourite",
            "owner_id",
            "created_at",
            "id",
            postgresql_where=text("favourite AND trashed_at IS NULL"),
        ),
        Index("ix_media_format", "owner_id", "format", "created_at", "id", postgresql_where=LIVING),
        Index(
            "ix_media_origin",
            "owner_id",
            "origin",
            "created_at",
            "id",
            postgresql_where=text("origin <> 'uploaded' AND trashed_at IS NULL"),
        ),
        Index(
            "ix_media_camera",
            "owner_id",
            "camera_name",
            "created_at",
            "id",
            postgresql_where=text("camera_name IS NOT NULL AND trashed_at IS NULL"),
        ),
        Index(
            "ix_media_rating",
            "owner_id",
            "rating",
            "created_at",
            "id",
            postgresql_where=text("rating IS NOT NULL AND trashed_at IS NULL"),
        ),
        Index(
            "ix_media_visibility",
            "owner_id",
            "visibility",
            "created_at",
            "id",
            postgresql_where=text("visibility <> 'private' AND trashed_at IS NULL"),
        ),
        Index("ix_media_trash", "owner_id", "created_at", "id", postgresql_where=text("trashed_at IS NOT NULL")),
        Index("ix_media_unready", "variants", "created_at", "id", postgresql_where=text("variants <> 'ready'")),
        Index("ix_media_expires", "expires_at", postgresql_where=text("expires_at IS NOT NULL AND trashed_at IS NULL")),
        Index("ix_media_purge", "purge_at", postgresql_where=text("purge_at IS NOT NULL")),
        Index("ix_media_tags", "tags", postgresql_using="gin"),
        Index("ix_media_search", "search", postgresql_using="gin"),
    )

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="RESTRICT"))
    origin: Mapped[Origin] = mapped_column(String(20))
    filename: Mapped[str] = mapped_column(String(255))
    sort_name: Mapped[str] = mapped_column(String(300))
    """The file name folded, with its numbers padded, so that 2 comes before 10."""
    title: Mapped[str | None] = mapped_column(String(500))
    caption: Mapped[str | None] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    """Names copied from `media_tag`, sorted, so that a page of the list joins nothing."""
    favourite: Mapped[bool] = mapped_column(server_default=text("false"))
    rating: Mapped[int | None] = mapped_column(SmallInteger)
    visibility: Mapped[Visibility] = mapped_column(String(20), server_default=Visibility.PRIVATE)
    mime_type: Mapped[str] = mapped_column(String(50))
    format: Mapped[str] = mapped_column(String(20))
    size: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int]
    height: Mapped[int]
    frames: Mapped[int] = mapped_column(server_default=text("1"))
    checksum: Mapped[str] = mapped_column(String(64))
    taken_at: Mapped[datetime | None]
    taken_at_offset: Mapped[int | None] = mapped_column(SmallInteger)
    sort_at: Mapped[datetime]
    day: Mapped[date] = mapped_column(Date, Computed("((sort_at AT TIME ZONE 'UTC')::date)", persisted=True))
    camera: Mapped[dict[str, Any]] = mapped_column(JSON, server_default=text("'{}'"))
    camera_name: Mapped[str | None] = mapped_column(String(200))
    place: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    thumbhash: Mapped[str | None] = mapped_column(String(60))
    dhash: Mapped[int | None] = mapped_column(BigInteger)
    """The unsigned 64 bits read as a signed number, because PostgreSQL has no other."""
    dominant_colour: Mapped[str | None] = mapped_column(String(7))
    shard: Mapped[str] = mapped_column(String(50))
    storage_key: Mapped[str] = mapped_column(String(200))
    orientation: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
    variants: Mapped[VariantState] = mapped_column(String(20), server_default=VariantState.PENDING)
    variant_files: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    """Size to {key, mime, width, height}."""
    failure: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    details: Mapped[dict[str, Any]] = mapped_column("metadata", JSONB, server_default=text("'{}'"))
    search: Mapped[str] = mapped_column(TSVECTOR)
    delete_token_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime | None]
    trashed_at: Mapped[datetime | None]
    purge_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class MediaRaw(Model):
    """All metadata read from a file, apart from the row that lists read."""

    __tablename__ = "media_raw"

    media_id: Mapped[UUID] = mapped_column(ForeignKey("media.id", ondelete="CASCADE"), primary_key=True)
    raw: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Tag(Identified, Model):
    """A word of an owner for their media. `folded` is the name without case and accents: one tag for all spellings."""

    __tablename__ = "tag"
    __table_args__ = (UniqueConstraint("owner_id", "folded"), Index("ix_tag_name", "owner_id", "name", "id"))

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    folded: Mapped[str] = mapped_column(String(300))
    colour: Mapped[str | None] = mapped_column(String(7))


class MediaTag(Model):
    """That a media has a tag, and who says so."""

    __tablename__ = "media_tag"
    __table_args__ = (PrimaryKeyConstraint("media_id", "tag_id"), Index("ix_media_tag_tag", "tag_id", "media_id"))

    media_id: Mapped[UUID] = mapped_column(ForeignKey("media.id", ondelete="CASCADE"))
    tag_id: Mapped[UUID] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(String(10), server_default="user")
    """user or ai."""
    confidence: Mapped[float | None] = mapped_column(Float)


class MediaDayCount(Model):
    """How many living media an owner has on a day of the timeline; kept by trigger."""

    __tablename__ = "media_day_count"
    __table_args__ = (PrimaryKeyConstraint("owner_id", "day"),)

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    day: Mapped[date] = mapped_column(Date)
    count: Mapped[int] = mapped_column(BigInteger)


class MediaLibrary(Model):
    """The version of an owner's library, which grows with every change of any media, and the bytes of its originals;
    kept by trigger.
    """

    __tablename__ = "media_library"

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes, with what lies in the trash."""


class UnclaimedFile(Identified, Model):
    """A stored file that no media claims: it is removed after `not_before`.

    A row is written before a file is put, and taken back in the transaction that writes its media; and for each file
    of a media, by trigger, in the transaction that deletes it. So whatever dies at whatever moment, no file stays
    behind and no media is left without its file.
    """

    __tablename__ = "unclaimed_file"
    __table_args__ = (Index("ix_unclaimed_file_due", "not_before", "id"), UniqueConstraint("shard", "storage_key"))

    shard: Mapped[str] = mapped_column(String(50))
    """A shard of originals, or VARIANTS."""
    storage_key: Mapped[str] = mapped_column(String(200))
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
