"""What the camera wrote into a picture: when, where and with what. Broken parts are passed over, never raised."""

import math
import re
import struct
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from maquette.kit.imaging import containers
from maquette.kit.imaging.engine import HEIF_ERRORS, load_heif, load_vips
from maquette.kit.imaging.formats import PictureFormat
from maquette.kit.imaging.probe import Probe
from maquette.kit.imaging.tiff_tags import Readable, Tags, TiffBlock

MAX_EXIF_BYTES = 1024 * 1024
"""More of an EXIF block than this is not looked at; a JPEG segment holds 64 KiB."""
MAX_TEXT = 500
"""Longer text is cut to this many characters."""
_FIRST_YEAR, _LAST_YEAR = 1800, 2200
_MAX_OFFSET_MINUTES = 14 * 60

_EXIF_DIRECTORY, _GPS_DIRECTORY = 0x8769, 0x8825
_DESCRIPTION, _MAKE, _MODEL, _SOFTWARE, _MODIFIED, _XP_TITLE = 0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x9C9B
_MAIN = (_EXIF_DIRECTORY, _GPS_DIRECTORY, _DESCRIPTION, _MAKE, _MODEL, _SOFTWARE, _MODIFIED, _XP_TITLE)
_EXPOSURE, _F_NUMBER, _ISO, _FOCAL_LENGTH, _LENS = 0x829A, 0x829D, 0x8827, 0x920A, 0xA434
_ORIGINAL, _DIGITISED = 0x9003, 0x9004
_ZONES = {_ORIGINAL: 0x9011, _DIGITISED: 0x9012, _MODIFIED: 0x9010}
_FRACTIONS = {_ORIGINAL: 0x9291, _DIGITISED: 0x9292, _MODIFIED: 0x9290}
_DETAIL = (
    *(_EXPOSURE, _F_NUMBER, _ISO, _FOCAL_LENGTH, _LENS, _ORIGINAL, _DIGITISED),
    *_ZONES.values(),
    *_FRACTIONS.values(),
)
_GPS = (1, 2, 3, 4, 5, 6)

_DATE = re.compile(r"\s*(\d{4})[:\-/.](\d\d)[:\-/.](\d\d)[ T]+(\d\d):(\d\d)(?::(\d\d))?")
_ZONE = re.compile(r"\s*([+-])(\d\d):?(\d\d)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Exif:
    """Everything is None that the picture does not say, or says in a way that cannot be true.

    `taken_at` is aware and in UTC. `taken_offset_minutes` is the camera's zone east of UTC; where it is None the
    camera did not write its zone, and `taken_at` is its wall clock taken as if it were UTC.
    So the camera's wall clock is always `taken_at + taken_offset_minutes`.
    Latitude and longitude are degrees (WGS 84, north and east positive), altitude metres above the sea.
    """

    taken_at: datetime | None = None
    taken_offset_minutes: int | None = None
    camera_make: str | None = None
    camera_model: str | None = None
    lens: str | None = None
    f_number: float | None = None
    exposure_seconds: float | None = None
    iso: int | None = None
    focal_length_mm: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    altitude_m: float | None = None
    orientation: int = 1
    software: str | None = None
    title: str | None = None
    description: str | None = None


def read_exif(path: Path, probe: Probe) -> Exif:
    """The EXIF of the file at `path`, in a fraction of a millisecond; `orientation` is the probe's.

    Never raises on what the file says, only OSError when it cannot be opened.
    """
    if probe.format in (PictureFormat.HEIC, PictureFormat.AVIF):
        block = _from_heif(path, probe.format)
        return _read(block, probe) if block else Exif(orientation=probe.orientation)
    with containers.mapped(path) as data:
        if probe.format is PictureFormat.TIFF:
            return _read(data, probe)
        with suppress(containers.BrokenContainer):
            for part in _EXIF_PARTS.get(probe.format, _no_parts)(data):
                block = _without_prefix(data[part.start : min(part.end, part.start + MAX_EXIF_BYTES)])
                if block is not None:
                    return _read(block, probe)
    return Exif(orientation=probe.orientation)


def _no_parts(_data: object) -> tuple[containers.Part, ...]:
    return ()


_EXIF_PARTS = {
    PictureFormat.JPEG: lambda data: (part for part in containers.jpeg_segments(data) if part.kind == b"\xe1"),
    PictureFormat.PNG: lambda data: (part for part in containers.png_chunks(data) if part.kind == b"eXIf"),
    PictureFormat.WEBP: lambda data: (part for part in containers.webp_chunks(data) if part.kind == b"EXIF"),
}


def _from_heif(path: Path, kind: PictureFormat) -> bytes | None:
    vips = load_vips()
    with suppress(vips.Error, *HEIF_ERRORS):
        if kind is PictureFormat.HEIC:
            block = load_heif().open_heif(path, convert_hdr_to_8bit=False).info.get("exif")
        else:
            header = vips.Image.heifload(str(path))
            block = header.get("exif-data") if header.get_typeof("exif-data") else None
        return _without_prefix(bytes(block[:MAX_EXIF_BYTES])) if block else None
    return None


def _without_prefix(block: bytes) -> bytes | None:
    """The TIFF structure inside an EXIF block, None when it is something else (XMP uses the same segment)."""
    block = block.removeprefix(b"Exif\0\0")
    return block if block[:4] in (b"II*\0", b"MM\0*") else None


def _read(block: Readable, probe: Probe) -> Exif:
    with suppress(struct.error, OverflowError):
        tiff = TiffBlock(block)
        main = tiff.read(tiff.first_directory, _MAIN)
        detail = tiff.read(_whole(main, _EXIF_DIRECTORY) or 0, _DETAIL)
        gps = tiff.read(_whole(main, _GPS_DIRECTORY) or 0, _GPS)
        taken_at, offset = _when({**main, **detail})
        latitude, longitude = _where(gps)
        return Exif(
            taken_at=taken_at,
            taken_offset_minutes=offset,
            camera_make=_text(main, _MAKE),
            camera_model=_text(main, _MODEL),
            lens=_text(detail, _LENS),
            f_number=_positive(detail, _F_NUMBER),
            exposure_seconds=_positive(detail, _EXPOSURE),
            iso=_whole(detail, _ISO) or None,
            focal_length_mm=_positive(detail, _FOCAL_LENGTH),
            latitude=latitude,
            longitude=longitude,
            altitude_m=_altitude(gps) if latitude is not None else None,
            orientation=probe.orientation,
            software=_text(main, _SOFTWARE),
            title=_text(main, _XP_TITLE, "utf-16-le"),
            description=_text(main, _DESCRIPTION),
        )
    return Exif(orientation=probe.orientation)


def _text(tags: Tags, tag: int, encoding: str = "utf-8") -> str | None:
    value = tags.get(tag)
    if not isinstance(value, bytes):
        return None
    value = value[: MAX_TEXT * 8]
    if encoding == "utf-8":
        value = value.partition(b"\0")[0]
        try:
            text = value.decode()
        except UnicodeDecodeError:
            text = value.decode("latin-1")
    else:
        text = value.decode(encoding, "ignore").partition("\0")[0]
    return " ".join(_CONTROL.sub(" ", text).split())[:MAX_TEXT].strip() or None


def _number(tags: Tags, tag: int, at: int = 0) -> float | None:
    value = tags.get(tag)
    if not isinstance(value, tuple) or len(value) <= at or not math.isfinite(value[at]):
        return None
    return float(value[at])


def _positive(tags: Tags, tag: int) -> float | None:
    value = _number(tags, tag)
    return (
        round(value, 9) if value is not None and 0 < value < 1e6 else None
    )  # no lens, exposure or aperture has a million


def _whole(tags: Tags, tag: int) -> int | None:
    value = _number(tags, tag)
    return int(value) if value is not None and 0 <= value < 2**32 else None


def _when(tags: Tags) -> tuple[datetime | None, int | None]:
    """The first date that can be true: taken, digitised, changed. Unset clocks write year 0, jokers year 9999."""
    for tag, zone_tag in _ZONES.items():
        match = _DATE.match(_text(tags, tag) or "")
        if match is None:
            continue
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            continue
        digits = re.match(r"\d{1,6}", _text(tags, _FRACTIONS[tag]) or "")
        microsecond = int(digits[0].ljust(6, "0")) if digits else 0
        offset = _offset(_text(tags, zone_tag))
        with suppress(ValueError):
            zone = timezone(timedelta(minutes=offset or 0))
            taken = datetime(year, month, day, hour, minute, min(second, 59), microsecond, tzinfo=zone)
            return taken.astimezone(UTC), offset
    return None, None


def _offset(text: str | None) -> int | None:
    if text in ("Z", "z"):
        return 0
    match = _ZONE.match(text or "")
    if match is None:
        return None
    minutes = (int(match[2]) * 60 + int(match[3])) * (-1 if match[1] == "-" else 1)
    return minutes if abs(minutes) <= _MAX_OFFSET_MINUTES else None


def _where(gps: Tags) -> tuple[float | None, float | None]:
    latitude, longitude = _degrees(gps, 1, 2, b"S", 90), _degrees(gps, 3, 4, b"W", 180)
    # Exactly 0, 0 is in the sea off Africa: receivers without a fix write it.
    if latitude is None or longitude is None or (latitude, longitude) == (0, 0):
        return None, None
    return latitude, longitude


def _degrees(gps: Tags, reference: int, tag: int, negative: bytes, limit: float) -> float | None:
    degrees = _number(gps, tag)
    if degrees is None:
        return None
    value = degrees + (_number(gps, tag, 1) or 0) / 60 + (_number(gps, tag, 2) or 0) / 3600
    side = gps.get(reference)
    if isinstance(side, bytes) and side[:1].upper() == negative:
        value = -value
    return round(value, 7) if abs(value) <= limit else None


def _altitude(gps: Tags) -> float | None:
    value, below = _number(gps, 6), gps.get(5)
    if value is None or abs(value) > 100_000:  # metres: nothing that takes pictures with GPS is higher
        return None
    return round(-value if isinstance(below, bytes) and below[:1] == b"\1" else value, 2)
