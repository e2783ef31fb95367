"""What formats allow in the structure of a file is accepted; what cannot be, is refused and named."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from maquette.kit.imaging.completeness import verify
from maquette.kit.imaging.errors import UndecodablePicture
from maquette.kit.imaging.probe import probe
from maquette.kit.imaging.variants import make_variants

SCAN = b"\xff\xda"
Breaking = Callable[[bytes], bytes]


def upload(path: Path) -> None:
    verify(path, probe(path))


def before_scan(content: bytes, what: bytes) -> bytes:
    at = content.index(SCAN)
    return content[:at] + what + content[at:]


@pytest.mark.parametrize("between", [b"\xff" * 3, b"\xff\x01", b"\xff\xd3"], ids=["fill bytes", "TEM", "RST"])
def test_markers_without_content_between_the_segments_of_a_jpeg_are_allowed(pictures: Any, between: bytes) -> None:
    path = pictures.write("odd.jpg", before_scan(pictures.save("photo.jpg", "JPEG").read_bytes(), between))
    upload(path)
    assert make_variants(path, probe(path)).variants


def test_a_box_may_say_its_length_in_64_bits(pictures: Any) -> None:
    content = pictures.save("photo.heic", "HEIF").read_bytes()
    at = content.rindex(b"mdat") - 4
    (length,) = struct.unpack_from(">I", content, at)
    assert at + length == len(content)
    place, moved = struct.pack(">I", at + 8), struct.pack(">I", at + 16)
    assert content[:at].count(place) == 1, "where the pixels lie, counted from the beginning of the file"
    head = content[:at].replace(place, moved)
    grown = head + struct.pack(">I4sQ", 1, b"mdat", length + 8) + content[at + 8 :]
    path = pictures.write("long.heic", grown)
    found = probe(path)
    verify(path, found)
    assert make_variants(path, found).variants
    with pytest.raises(UndecodablePicture, match="its box mdat is cut off"):
        verify(pictures.write("cut.heic", grown[:-1]), found)


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(
        kind + struct.pack("<I", len(content)) + content + bytes(len(content) & 1) for kind, content in chunks
    )
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def moved_strip(content: bytes) -> bytes:
    """The tag of where the strips lie names a place behind the file."""
    tag = content.index(struct.pack("<HHI", 273, 4, 1))
    return content[: tag + 8] + struct.pack("<I", len(content)) + content[tag + 12 :]


BROKEN: dict[str, tuple[str, str, Breaking]] = {
    "bytes between segments": ("JPEG", "does not begin where the one before ends", lambda c: before_scan(c, b"\0\0")),
    "an end before the scan": ("JPEG", "ends before any picture data", lambda c: before_scan(c, b"\xff\xd9")),
    "no scan": ("JPEG", "ends before any picture data", lambda c: c[: c.index(SCAN)]),
    "a segment beyond the end": ("JPEG", "a segment is cut off", lambda c: before_scan(c, b"\xff\xe1\xff\xff")),
    "a segment shorter than itself": ("JPEG", "a segment is cut off", lambda c: before_scan(c, b"\xff\xe1\0\1")),
    "a chunk beyond the end": ("PNG", "its chunk IDAT is cut off", lambda c: c[: c.index(b"IDAT") + 20]),
    "no last chunk": ("PNG", "before its IEND chunk", lambda c: c[:-12]),
    "a PNG without pixels": ("PNG", "no picture data", lambda c: c.replace(b"IDAT", b"iDAt")),
    "a file shorter than it says": ("WEBP", r"it has \d+ of \d+ bytes", lambda c: c[:-1]),
    "a chunk longer than the file": (
        "WEBP",
        "its chunk VP8  is cut off",
        lambda c: c[:16] + struct.pack("<I", len(c)) + c[20:],
    ),
    "a WebP without pixels": ("WEBP", "no picture data", lambda _: riff((b"EXIF", b"odd"), (b"XMP ", b"even"))),
    "no trailer": ("GIF", "it ends before its trailer", lambda c: c[:-1]),
    "bytes between blocks": ("GIF", "does not begin where the one before ends", lambda c: c[:-1] + b"\x07" + c[-1:]),
    "a GIF without frames": ("GIF", "it has no frame", lambda c: c[:10] + b"\0\0\0;"),
    "a strip beyond the end": ("TIFF", "some of its picture data is missing", moved_strip),
    "a box beyond the end": ("HEIF", "its box mdat is cut off", lambda c: c[:-1]),
    "half a box": ("HEIF", "its last box is cut off", lambda c: c + b"\0\0\0"),
    "an AVIF without pixels": ("AVIF", "no picture data", lambda c: c[: c.rindex(b"mdat") - 4]),
}


@pytest.mark.parametrize(("kind", "told", "broken"), BROKEN.values(), ids=list(BROKEN))
def test_a_structure_that_cannot_be_is_refused_with_its_fault(
    pictures: Any, kind: str, told: str, broken: Breaking
) -> None:
    whole = pictures.save("whole", kind)
    found = probe(whole)
    verify(whole, found)
    path = pictures.write("broken", broken(whole.read_bytes()))
    with pytest.raises(UndecodablePicture, match=told) as error:
        verify(path, found)
    assert error.value.details["format"] == found.format.value
    with pytest.raises(UndecodablePicture):
        upload(path)


def test_tiles_of_a_tiff_are_looked_for_like_strips(pictures: Any) -> None:
    path = pictures.folder / "tiled.tiff"
    pictures.vips(pictures.scene(300, 200)).write_to_file(str(path), tile=True, tile_width=128, tile_height=128)
    found = probe(path)
    verify(path, found)
    content = path.read_bytes()
    assert content[:4] == b"II*\0"
    (directory,) = struct.unpack_from("<I", content, 4)
    assert directory > 128, "the tiles lie before the directory"
    lying = content.replace(struct.pack("<HHI", 324, 4, 6), struct.pack("<HHI", 324, 4, 6), 1)
    at = lying.index(struct.pack("<HHI", 324, 4, 6))
    (places,) = struct.unpack_from("<I", lying, at + 8)
    lying = lying[:places] + struct.pack("<I", len(lying)) + lying[places + 4 :]
    with pytest.raises(UndecodablePicture, match="some of its picture data is missing"):
        verify(pictures.write("lying.tiff", lying), found)


def test_a_tiff_that_does_not_say_how_long_its_strips_are_is_decoded_to_tell(pictures: Any) -> None:
    whole = pictures.save("whole.tiff", "TIFF")
    content = whole.read_bytes()
    nameless = content.replace(struct.pack("<HH", 279, 4), struct.pack("<HH", 65000, 4), 1)
    assert nameless != content
    path = pictures.write("nameless.tiff", nameless)
    verify(path, probe(whole))
    with Image.open(whole) as opened:
        size = opened.width * opened.height * 3
    with pytest.raises(UndecodablePicture):
        verify(pictures.write("cut.tiff", nameless[: len(nameless) - size // 2]), probe(whole))
