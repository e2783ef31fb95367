"""EXIF is read where it is right, passed over where it is broken, and never stops an upload."""

import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from maquette.kit.imaging.exif import MAX_TEXT, Exif, read_exif
from maquette.kit.imaging.probe import probe

WHEN, WHEN_DIGITISED, ZONE, FRACTION = 0x9003, 0x9004, 0x9011, 0x9291


def written(
    main: dict[int, Any] | None = None, detail: dict[int, Any] | None = None, gps: dict[int, Any] | None = None
) -> Any:
    exif = Image.Exif()
    exif.update(main or {})
    exif.get_ifd(0x8769).update(detail or {})
    exif.get_ifd(0x8825).update(gps or {})
    # As bytes: Pillow writes the directories of a new Exif object into a TIFF only when they were read from bytes.
    return exif.tobytes()


def read(path: Path) -> Exif:
    return read_exif(path, probe(path))


FULL = (
    {0x010F: "Fuji", 0x0110: "X100V", 0x0131: "Firmware 2", 0x010E: "Sunrise over the sea", 0x0112: 6},
    {
        0x829A: IFDRational(1, 250),
        0x829D: IFDRational(28, 10),
        0x8827: 400,
        0x920A: IFDRational(23, 1),
        0xA434: "23mm f/2",
        WHEN: "2023:06:15 10:30:45",
        ZONE: "+02:00",
        FRACTION: "25",
    },
    {1: "S", 2: (33.0, 51.0, 36.0), 3: "W", 4: (151.0, 12.0, 0.0), 5: b"\0", 6: IFDRational(585, 10)},
)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_everything_is_read_from_every_format(pictures: Any, kind: str) -> None:
    main, detail, gps = FULL
    if kind in ("AVIF", "HEIF"):  # turned by the container there
        main = {tag: value for tag, value in main.items() if tag != 0x0112}
    found = read(pictures.save("photo", kind, exif=written(main, detail, gps)))
    assert found == Exif(
        taken_at=datetime(2023, 6, 15, 8, 30, 45, 250_000, UTC),
        taken_offset_minutes=120,
        camera_make="Fuji",
        camera_model="X100V",
        lens="23mm f/2",
        f_number=2.8,
        exposure_seconds=0.004,
        iso=400,
        focal_length_mm=23.0,
        latitude=-33.86,
        longitude=-151.2,
        altitude_m=58.5,
        orientation=1 if kind in ("AVIF", "HEIF") else 6,
        software="Firmware 2",
        title=None,
        description="Sunrise over the sea",
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF", "HEIF"])
def test_a_picture_without_exif_says_nothing(pictures: Any, kind: str) -> None:
    assert read(pictures.save("plain", kind)) == Exif()


@pytest.mark.parametrize(
    ("text", "zone", "expected", "offset"),
    [
        ("2023:06:15 10:30:45", None, datetime(2023, 6, 15, 10, 30, 45, tzinfo=UTC), None),
        ("2023:06:15 10:30:45", "-05:30", datetime(2023, 6, 15, 16, 0, 45, tzinfo=UTC), -330),
        ("2023:06:15 10:30:45", "Z", datetime(2023, 6, 15, 10, 30, 45, tzinfo=UTC), 0),
        ("2023:06:15 10:30:45", "+99:00", datetime(2023, 6, 15, 10, 30, 45, tzinfo=UTC), None),
        ("2023:06:15 10:30:45", "   :  ", datetime(2023, 6, 15, 10, 30, 45, tzinfo=UTC), None),
        ("2023-06-15T10:30:45", None, datetime(2023, 6, 15, 10, 30, 45, tzinfo=UTC), None),
        ("2023:06:15 10:30:60", None, datetime(2023, 6, 15, 10, 30, 59, tzinfo=UTC), None),
        ("2023:06:15 10:30", None, datetime(2023, 6, 15, 10, 30, tzinfo=UTC), None),
        ("0000:00:00 00:00:00", None, None, None),
        ("9999:12:31 23:59:59", "-12:00", None, None),
        ("0001:01:01 00:00:00", "+14:00", None, None),
        ("2023:13:45 10:30:45", None, None, None),
        ("    :  :     :  :  ", None, None, None),
        ("yesterday", None, None, None),
    ],
)
def test_dates(pictures: Any, text: str, zone: str | None, expected: datetime | None, offset: int | None) -> None:
    detail = {WHEN: text, **({ZONE: zone} if zone else {})}
    found = read(pictures.save("photo.jpg", "JPEG", exif=written(detail=detail)))
    assert (found.taken_at, found.taken_offset_minutes) == (expected, offset)


def test_a_date_that_cannot_be_gives_way_to_the_next(pictures: Any) -> None:
    detail = {WHEN: "0000:00:00 00:00:00", WHEN_DIGITISED: "2001:02:03 04:05:06"}
    exif = written({0x0132: "2020:01:01 00:00:00"}, detail)
    assert read(pictures.save("photo.jpg", "JPEG", exif=exif)).taken_at == datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
    exif = written({0x0132: "2020:01:01 00:00:00"})
    assert read(pictures.save("photo.jpg", "JPEG", exif=exif)).taken_at == datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "gps",
    [
        {1: "N", 2: (91.0, 0.0, 0.0), 3: "E", 4: (10.0, 0.0, 0.0)},
        {1: "N", 2: (10.0, 0.0, 0.0), 3: "E", 4: (181.0, 0.0, 0.0)},
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)},
        {1: "N", 2: (10.0, 0.0, 0.0)},
        {3: "E", 4: (10.0, 0.0, 0.0), 6: 12.0},
    ],
)
def test_places_that_cannot_be_are_dropped(pictures: Any, gps: dict[int, Any]) -> None:
    found = read(pictures.save("photo.jpg", "JPEG", exif=written(gps=gps)))
    assert (found.latitude, found.longitude, found.altitude_m) == (None, None, None)


def test_below_the_sea(pictures: Any) -> None:
    gps = {1: "N", 2: (31.0, 30.0, 0.0), 3: "E", 4: (35.0, 30.0, 0.0), 5: b"\1", 6: 430.5}
    found = read(pictures.save("photo.jpg", "JPEG", exif=written(gps=gps)))
    assert (found.latitude, found.longitude, found.altitude_m) == (31.5, 35.5, -430.5)


def block(*entries: bytes, tail: bytes = b"") -> bytes:
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4) + tail


def entry(tag: int, kind: int, count: int, value: bytes) -> bytes:
    return struct.pack("<HHI", tag, kind, count) + value.ljust(4, b"\0")


def with_block(pictures: Any, content: bytes) -> Exif:
    plain = pictures.save("plain.jpg", "JPEG").read_bytes()
    segment = b"Exif\0\0" + content
    marked = b"\xff\xd8\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + plain[2:]
    return read(pictures.write("photo.jpg", marked))


def test_text_is_cleaned_and_cut(pictures: Any) -> None:
    tail = (b"  Nikon\1\x1b[31m \xe4\0hidden" + b"x" * 20).ljust(64, b"y")
    start = 8 + 2 + 2 * 12 + 4
    long = b"a" * 5000
    found = with_block(
        pictures,
        block(
            entry(0x010F, 2, 64, struct.pack("<I", start)),
            entry(0x0110, 2, len(long), struct.pack("<I", start + 64)),
            tail=tail + long,
        ),
    )
    assert found.camera_make == "Nikon [31m ä"
    assert found.camera_model == "a" * MAX_TEXT


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"II*\0",
        b"II*\0\xff\xff\xff\xff",
        b"MM\0*\0\0\0\x08\xff\xff",
        block(entry(0x010F, 2, 2**32 - 1, b"\xff\xff\xff\xff")),
        block(entry(0x8769, 4, 1, struct.pack("<I", 8))),
        block(entry(0x8769, 2, 3, b"abc"), entry(0x8825, 5, 1, b"\xff\xff\xff\x7f")),
        block(entry(0x010F, 99, 1, b"abcd"), entry(0x0110, 7, 0, b"")),
    ],
    ids=[
        "nothing",
        "head only",
        "offset outside",
        "65,535 entries",
        "4 GB text",
        "loop",
        "wrong kinds",
        "unknown kind",
    ],
)
def test_broken_blocks_are_passed_over(pictures: Any, content: bytes) -> None:
    assert with_block(pictures, content) == Exif()


def test_a_zero_divisor_is_no_number(pictures: Any) -> None:
    start = 8 + 2 + 12 + 4
    detail = struct.pack("<H", 1) + entry(0x829A, 5, 1, struct.pack("<I", start + 18)) + bytes(4) + bytes(8)
    assert with_block(pictures, block(entry(0x8769, 4, 1, struct.pack("<I", start)), tail=detail)) == Exif()


def test_what_can_be_read_beside_a_broken_part_is_read(pictures: Any) -> None:
    content = block(entry(0x010F, 2, 4, b"Leic"), entry(0x8825, 4, 1, b"\xff\xff\xff\x7f"))
    assert with_block(pictures, content) == Exif(camera_make="Leic")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=600), order=st.sampled_from([b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"]))
def test_no_bytes_make_it_raise(pictures: Any, order: bytes, content: bytes) -> None:
    assert isinstance(with_block(pictures, order + content), Exif)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flips=st.lists(st.tuples(st.integers(8, 400), st.integers(0, 255)), max_size=12))
def test_no_changed_bytes_make_it_raise(pictures: Any, flips: list[tuple[int, int]]) -> None:
    content = bytearray(written(*FULL).removeprefix(b"Exif\0\0"))
    for at, value in flips:
        content[at % len(content)] = value
    assert isinstance(with_block(pictures, bytes(content)), Exif)


def test_ten_megabytes_of_exif_are_bounded(pictures: Any) -> None:
    exif = written({0x010F: "Fuji"}, {0x927C: b"m" * 10_000_000})
    for kind in ("PNG", "WEBP"):
        path = pictures.save("heavy", kind, exif=exif)
        assert path.stat().st_size > 10_000_000
        assert read(path).camera_make == "Fuji"


def test_titles_of_windows_are_read(pictures: Any) -> None:
    title = "Grüße".encode("utf-16-le") + b"\0\0"
    assert read(pictures.save("photo.jpg", "JPEG", exif=written({0x9C9B: title}))).title == "Grüße"


def test_text_may_be_utf8(pictures: Any) -> None:
    exif = written({0x010E: "Sunrise över Öland 🌅".encode()})
    assert read(pictures.save("photo.jpg", "JPEG", exif=exif)).description == "Sunrise över Öland 🌅"
