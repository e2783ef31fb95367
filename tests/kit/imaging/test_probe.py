"""What a file is, is told from its content and header, and what is too much is refused before a pixel is decoded."""

import os
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import maquette
from maquette.kit.errors import MaquetteError
from maquette.kit.imaging.errors import (
    EmptyPicture,
    PictureTooLarge,
    PictureTooSmall,
    UndecodablePicture,
    UnsupportedPicture,
)
from maquette.kit.imaging.formats import PictureFormat
from maquette.kit.imaging.limits import Limits
from maquette.kit.imaging.probe import ColourSpace, probe

FORMATS = [
    ("JPEG", PictureFormat.JPEG, "image/jpeg", "jpg"),
    ("PNG", PictureFormat.PNG, "image/png", "png"),
    ("WEBP", PictureFormat.WEBP, "image/webp", "webp"),
    ("GIF", PictureFormat.GIF, "image/gif", "gif"),
    ("TIFF", PictureFormat.TIFF, "image/tiff", "tiff"),
    ("AVIF", PictureFormat.AVIF, "image/avif", "avif"),
    ("HEIF", PictureFormat.HEIC, "image/heic", "heic"),
]


@pytest.mark.parametrize(("kind", "expected", "mime", "extension"), FORMATS)
def test_every_format_is_told_by_its_content_whatever_its_name(
    pictures: Any, kind: str, expected: PictureFormat, mime: str, extension: str
) -> None:
    found = probe(pictures.save("wrong.txt", kind))
    assert (found.format, found.mime, found.extension) == (expected, mime, extension)
    assert (found.width, found.height, found.orientation, found.frames) == (120, 80, 1, 1)
    assert (found.has_alpha, found.is_16bit, found.has_icc, found.is_animated) == (False, False, False, False)
    assert found.colour_space is ColourSpace.RGB


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_transparency_is_seen_in_the_header(pictures: Any, kind: str) -> None:
    assert probe(pictures.save("clear", kind, pictures.scene(alpha=True))).has_alpha


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_sides_are_those_that_a_person_sees(pictures: Any, kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = probe(pictures.save("turned", kind, exif=exif))
    assert found.orientation == orientation
    assert (found.width, found.height) == ((80, 120) if orientation >= 5 else (120, 80))


@pytest.mark.parametrize("orientation", [0, 9, 77, 65535])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_an_orientation_that_does_not_exist_is_upright(pictures: Any, kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = probe(pictures.save("turned", kind, exif=exif))
    assert (found.orientation, found.width, found.height) == (1, 120, 80)


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_frames_of_an_animation_are_counted(pictures: Any, kind: str) -> None:
    found = probe(pictures.animation("moving", kind, 7))
    assert (found.frames, found.is_animated, found.width, found.height) == (7, True, 40, 30)


def test_colours_and_depth_are_named(pictures: Any) -> None:
    cmyk = pictures.vips().icc_transform("cmyk", input_profile="srgb").write_to_file(str(pictures.folder / "c.jpg"))
    assert cmyk is None
    found = probe(pictures.folder / "c.jpg")
    assert (found.colour_space, found.has_icc, found.has_alpha) == (ColourSpace.CMYK, True, False)
    pictures.vips().colourspace("rgb16").write_to_file(str(pictures.folder / "deep.png"))
    deep = probe(pictures.folder / "deep.png")
    assert (deep.is_16bit, deep.colour_space) == (True, ColourSpace.RGB)
    grey = probe(pictures.save("grey.png", "PNG", pictures.scene()[..., 0]))
    assert (grey.colour_space, grey.has_alpha) == (ColourSpace.GREY, False)


def test_of_several_tiff_pages_the_first_is_the_picture(pictures: Any) -> None:
    first, second = Image.fromarray(pictures.scene()), Image.fromarray(pictures.scene(300, 20))
    first.save(pictures.folder / "pages.tiff", save_all=True, append_images=[second])
    found = probe(pictures.folder / "pages.tiff")
    assert (found.width, found.height, found.frames) == (120, 80, 1)


def test_an_empty_file_is_a_bad_request(pictures: Any) -> None:
    with pytest.raises(EmptyPicture) as error:
        probe(pictures.write("empty.jpg", b""))
    assert (error.value.status, error.value.code) == (400, "empty_picture")


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "content",
    [
        b"\xff",
        b"\0",
        b"not a picture at all\n" * 50,
        SVG,
        b"BM" + bytes(100),
        b"%PDF-1.7\n" + bytes(100),
        b"\0\0\0\x18ftypisom\0\0\2\0isomiso2mp41" + bytes(50),
        b"RIFF\x24\0\0\0WAVEfmt " + bytes(30),
        b"\xff\xd8",
    ],
    ids=["1 byte", "NUL", "text", "SVG with script", "BMP", "PDF", "MP4", "WAV", "2 bytes of JPEG"],
)
def test_what_is_not_an_accepted_picture_is_415_however_it_is_named(pictures: Any, content: bytes) -> None:
    with pytest.raises(UnsupportedPicture) as error:
        probe(pictures.write("innocent.jpg", content))
    assert (error.value.status, error.value.code) == (415, "unsupported_media_type")
    assert "HEIC" in error.value.message


def test_svg_is_told_why(pictures: Any) -> None:
    with pytest.raises(UnsupportedPicture, match="SVG is refused because it can carry scripts"):
        probe(pictures.write("logo.svg", SVG))


@pytest.mark.parametrize(
    "head",
    [
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0\0\x10JFIF",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"II*\0\x08\0\0\0",
        b"MM\0*\xff\xff\xff\xff",
        b"RIFF\x10\0\0\0WEBPVP8 ",
        b"\0\0\0\x18ftypavif\0\0\0\0mif1avif",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    ],
)
@pytest.mark.parametrize("tail", [b"", bytes(200), b"\xff" * 200])
def test_a_right_beginning_with_nothing_behind_it_is_422(pictures: Any, head: bytes, tail: bytes) -> None:
    with pytest.raises(UndecodablePicture) as error:
        probe(pictures.write("stub", head + tail))
    assert (error.value.status, error.value.code) == (422, "undecodable_picture")


@pytest.mark.parametrize(
    ("width", "height", "limits", "told"),
    [
        (200, 20, Limits(max_side=199), "199"),
        (20, 200, Limits(max_side=199), "199"),
        (1000, 900, Limits(max_pixels=500_000), "0.5 megapixels"),
    ],
)
def test_above_a_limit_is_413_with_the_limit_in_the_message(
    pictures: Any, width: int, height: int, limits: Limits, told: str
) -> None:
    path = pictures.save("big.png", "PNG", pictures.scene(width, height))
    with pytest.raises(PictureTooLarge, match=told) as error:
        probe(path, limits)
    assert (error.value.status, error.value.code) == (413, "too_large")
    assert (error.value.details["width"], error.value.details["height"]) == (width, height)


def test_the_limits_themselves_are_accepted(pictures: Any) -> None:
    path = pictures.save("exact.png", "PNG", pictures.scene(100, 16))
    assert probe(path, Limits(max_side=100, max_pixels=1600, min_side=16)).width == 100


def test_too_small_is_422(pictures: Any) -> None:
    with pytest.raises(PictureTooSmall, match="16") as error:
        probe(pictures.save("thin.png", "PNG", pictures.scene(300, 15)))
    assert (error.value.status, error.value.code) == (422, "picture_too_small")


def test_an_animation_of_ten_thousand_frames_is_refused(pictures: Any) -> None:
    with pytest.raises(PictureTooLarge, match="2,000 frames"):
        probe(pictures.write("long.gif", pictures.gif_of_many_frames(10_000)))
    assert probe(pictures.write("fine.gif", pictures.gif_of_many_frames(2_000))).frames == 2_000


def test_all_frames_together_have_a_limit(pictures: Any) -> None:
    path = pictures.animation("moving.gif", "GIF", 5, 100, 50)
    assert probe(path, Limits(max_total_pixels=25_000)).frames == 5
    with pytest.raises(PictureTooLarge, match="5 frames"):
        probe(path, Limits(max_total_pixels=24_999))


@pytest.mark.parametrize("colour", [0, 2, 3, 6])
def test_a_header_of_enormous_sides_is_refused_without_its_pixels(pictures: Any, colour: int) -> None:
    with pytest.raises(MaquetteError) as error:
        probe(pictures.write("bomb.png", pictures.png_header(2**31 - 1, 2**31 - 1, colour=colour)))
    assert error.value.status in (413, 422)


MEASURE = """
import sys
from pathlib import Path
from maquette.kit.errors import MaquetteError
from maquette.kit.imaging.probe import probe

def peak():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])

probe(Path(sys.argv[1]))
before = peak()
for bomb in sys.argv[2:]:
    try:
        probe(Path(bomb))
    except MaquetteError as error:
        print(error.status)
print(peak() - before)
"""


def test_bombs_do_not_make_the_process_grow(pictures: Any) -> None:
    plain = pictures.save("plain.png", "PNG")
    bombs = [
        pictures.png_bomb("bomb.png", 30_000),
        pictures.png_bomb("interlaced.png", 30_000, interlaced=True),
        pictures.write("long.gif", pictures.gif_of_many_frames(500_000)),
    ]
    environment = {**os.environ, "PYTHONPATH": str(Path(maquette.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, plain, *bombs], env=environment, capture_output=True, text=True, check=True
    )
    *statuses, grown = done.stdout.split()
    assert statuses == ["413", "413", "413"]
    assert int(grown) < 50 * 1024, "kibibytes; 300 MiB is the most that may ever be"


def test_a_gif_frame_larger_than_its_screen_counts_with_its_own_size(pictures: Any) -> None:
    content = bytearray(pictures.gif_of_many_frames(1))
    at = content.index(b"\x2c")
    content[at + 5 : at + 9] = struct.pack("<HH", 60_000, 60_000)
    with pytest.raises(PictureTooLarge, match="60,000"):
        probe(pictures.write("liar.gif", bytes(content)))


def test_random_bytes_behind_each_signature_never_crash(pictures: Any) -> None:
    chance = np.random.default_rng(5)
    for kind, *_ in FORMATS:
        whole = bytearray(pictures.save("whole", kind).read_bytes())
        for _ in range(40):
            broken = bytearray(whole)
            for at in chance.integers(4, len(broken), 12):
                broken[at] = int(chance.integers(256))
            with suppress(EmptyPicture, UnsupportedPicture, UndecodablePicture, PictureTooLarge, PictureTooSmall):
                assert probe(pictures.write("broken", bytes(broken))).width >= 16
