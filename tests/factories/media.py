"""Media for tests: pictures drawn from a seed, uploads through the door, and rows written straight to the table."""

import io
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import numpy as np
from PIL import Image
from sqlalchemy import insert

from maquette.kit.ids import new_id
from maquette.kit.imaging.engine import load_heif, load_vips
from maquette.media.models import Media
from maquette.media.schemas import Origin, VariantState, Visibility
from maquette.media.search.text import media_tsvector, sort_name
from maquette.platform.runtime import Platform

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def draw(seed: int = 0, width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """A smooth picture that no other seed gives."""
    random = np.random.default_rng(seed)
    small = random.integers(0, 256, (4, 4, len(Image.new(mode, (1, 1)).getbands())), dtype=np.uint8)
    return Image.fromarray(small.squeeze(), mode=None).resize((width, height), Image.Resampling.BICUBIC)


def jpeg(seed: int = 0, width: int = 64, height: int = 48, exif: dict[int, Any] | None = None, **options: Any) -> bytes:
    """A JPEG; `exif` has tags of the main directory, and of EXIF's own under 0x8769."""
    tags = Image.Exif()
    for tag, value in (exif or {}).items():
        if isinstance(value, dict):
            tags.get_ifd(tag).update(value)
        else:
            tags[tag] = value
    buffer = io.BytesIO()
    draw(seed, width, height).save(buffer, "JPEG", quality=85, exif=tags, **options)
    return buffer.getvalue()


def encode(seed: int, kind: str, width: int = 64, height: int = 48, **options: Any) -> bytes:
    """A picture in any format that Pillow writes."""
    buffer = io.BytesIO()
    draw(seed, width, height).save(buffer, kind, **options)
    return buffer.getvalue()


def heic(seed: int = 0, width: int = 64, height: int = 48, mode: str = "RGB", **options: Any) -> bytes:
    """A HEIC as telephones write it, by pillow-heif; `options` such as exif or quality."""
    buffer = io.BytesIO()
    load_heif().from_pillow(draw(seed, width, height, mode)).save(buffer, **options)
    return buffer.getvalue()


def avif(seed: int = 0, width: int = 64, height: int = 48, mode: str = "RGB", **options: Any) -> bytes:
    """An AVIF by libvips; `options` such as Q or bitdepth."""
    image = load_vips().Image.new_from_array(np.asarray(draw(seed, width, height, mode))).copy(interpretation="srgb")
    return bytes(image.heifsave_buffer(compression="av1", effort=2, **options))


def taken(when: datetime, zone: str | None = None, make: str = "Testcam", model: str = "One") -> dict[int, Any]:
    """EXIF of a picture taken at `when` on the camera's clock."""
    inner: dict[int, Any] = {0x9003: when.strftime("%Y:%m:%d %H:%M:%S")}
    if zone is not None:
        inner[0x9011] = zone
    return {0x010F: make, 0x0110: model, 0x8769: inner}


async def upload(
    client: httpx.AsyncClient, data: bytes, filename: str = "picture.jpg", *, expect: int = 201, **fields: Any
) -> dict[str, Any]:
    """Upload through the door; the media, or the error."""
    answer = await client.post("/api/v1/media", files={"file": (filename, data)}, data=fields)
    assert answer.status_code == expect, answer.text
    body: dict[str, Any] = answer.json()
    return body


def media_row(owner_id: UUID, number: int, **values: Any) -> dict[str, Any]:
    """A row of a media that has no file."""
    filename = values.get("filename", f"IMG_{number:05d}.jpg")
    at = values.pop("created_at", EPOCH + timedelta(hours=number))
    row: dict[str, Any] = {
        "id": new_id(),
        "owner_id": owner_id,
        "origin": Origin.UPLOADED,
        "filename": filename,
        "sort_name": sort_name(filename),
        "title": None,
        "caption": None,
        "tags": [],
        "favourite": False,
        "rating": None,
        "visibility": Visibility.PRIVATE,
        "mime_type": "image/jpeg",
        "format": "jpeg",
        "size": 1000 + number,
        "width": 400,
        "height": 300,
        "frames": 1,
        "checksum": secrets.token_hex(32),
        "taken_at": None,
        "sort_at": at,
        "camera": {},
        "camera_name": None,
        "place": None,
        "shard": "main",
        "storage_key": f"uploaded/none/{new_id()}.jpg",
        "variants": VariantState.READY,
        "created_at": at,
        "updated_at": at,
        "trashed_at": None,
        "purge_at": None,
        **values,
    }
    row["search"] = media_tsvector(
        title=row["title"],
        tags=row["tags"],
        filename=row["filename"],
        caption=row["caption"],
        camera=row["camera_name"],
    )
    return row


async def insert_media(platform: Platform, rows: list[dict[str, Any]]) -> list[UUID]:
    """Write rows as `media_row` makes them; their ids."""
    async with platform.database.transaction() as session:
        await session.execute(insert(Media), rows)
    return [row["id"] for row in rows]
