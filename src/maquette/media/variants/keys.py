"""Under which keys variants are stored: known from the media alone, so that a repeated job writes the same files and
one that finds its media gone knows what to remove.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from maquette.media.schemas import VariantSize

REVISION = 1
"""Grows when the same original would give other bytes: old and new variants then never share a key."""
EXTENSIONS = ("webp", "jpg")


def variant_key(media_id: UUID, size: VariantSize, extension: str) -> str:
    """The place of a variant; the folder is the day on which the media came, which its id remembers."""
    day = datetime.fromtimestamp((media_id.int >> 80) / 1000, UTC)
    return f"thumbnails/{day:%Y-%m-%d}/{media_id}-{size}.{REVISION}.{extension}"


def possible_keys(media_id: UUID) -> Iterator[str]:
    """Every key that a variant of this media may have."""
    for size in VariantSize:
        for extension in EXTENSIONS:
            yield variant_key(media_id, size, extension)
