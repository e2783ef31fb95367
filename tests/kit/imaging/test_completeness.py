"""A file that is cut off is refused at upload by its structure, and at the latest when its pixels are decoded."""

import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maquette.kit.errors import MaquetteError
from maquette.kit.imaging.completeness import verify
from maquette.kit.imaging.errors import UndecodablePicture
from maquette.kit.imaging.probe import probe
from maquette.kit.imaging.variants import make_variants

KINDS = ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF", "HEIF"]


def chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")


def upload(path: Path) -> None:
    verify(path, probe(path))


@pytest.mark.parametrize("kind", KINDS)
def test_whole_files_pass(pictures: Any, kind: str) -> None:
    upload(pictures.save("whole", kind))


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_whole_animations_pass_and_cut_ones_do_not(pictures: Any, kind: str) -> None:
    path = pictures.animation("moving", kind, 6)
    upload(path)
    content = path.read_bytes()
    for share in (0.2, 0.5, 0.8, 0.95):
        with pytest.raises(UndecodablePicture):
            upload(pictures.write("cut", content[: int(len(content) * share)]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(KINDS), data=st.data())
def test_a_file_cut_anywhere_is_refused(pictures: Any, kind: str, data: st.DataObject) -> None:
    whole = pictures.folder / f"whole-{kind}"
    content = whole.read_bytes() if whole.exists() else pictures.save(whole.name, kind).read_bytes()
    length = data.draw(st.integers(1, len(content) - 1))
    with pytest.raises(MaquetteError) as error:
        upload(pictures.write("cut", content[:length]))
    assert error.value.status in (415, 422)
    if length > 64:
        assert isinstance(error.value, UndecodablePicture)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_with_other_things_appended_is_whole(pictures: Any, *, progressive: bool) -> None:
    content = pictures.save("photo.jpg", "JPEG", progressive=progressive).read_bytes()
    for tail in (b"\0", b"\r\n", b"\0" * 4096, b"\0\0\0\x18ftypmp42" + bytes(3000), content[: len(content) // 2]):
        upload(pictures.write("motion.jpg", content + tail))


def test_the_end_of_an_embedded_thumbnail_is_not_the_end_of_the_jpeg(pictures: Any) -> None:
    thumbnail = pictures.save("small.jpg", "JPEG", pictures.scene(32, 24)).read_bytes()
    content = pictures.save("photo.jpg", "JPEG", exif=b"Exif\0\0" + thumbnail).read_bytes()
    assert content.index(b"\xff\xd9") < len(content) - 2
    upload(pictures.write("photo.jpg", content))
    with pytest.raises(UndecodablePicture, match="its end is missing"):
        upload(pictures.write("cut.jpg", content[:-2]))


def test_trailing_bytes_of_a_heic_do_not_matter(pictures: Any) -> None:
    content = pictures.save("photo.heic", "HEIF").read_bytes()
    upload(pictures.write("photo.heic", content + b"\xde\xad\xbe\xef" * 10))


def test_a_heic_of_open_length_is_decoded_to_tell(pictures: Any) -> None:
    content = pictures.save("photo.heic", "HEIF").read_bytes()
    at = content.rindex(b"mdat") - 4
    open_ended = content[:at] + bytes(4) + content[at + 4 :]
    upload(pictures.write("open.heic", open_ended))
    with pytest.raises(UndecodablePicture):
        upload(pictures.write("cut.heic", open_ended[: at + 40]))


def test_the_message_says_what_to_do(pictures: Any) -> None:
    content = pictures.save("photo.png", "PNG").read_bytes()
    with pytest.raises(
        UndecodablePicture, match=r"PNG file is damaged or incomplete.*Copy or export it again"
    ) as error:
        upload(pictures.write("cut.png", content[:-12]))
    assert error.value.details["format"] == "png"


def test_a_png_that_hides_its_loss_is_caught_by_the_decode(pictures: Any) -> None:
    content = pictures.save("photo.png", "PNG", pictures.scene(800, 600)).read_bytes()
    at = content.index(b"IDAT") - 4
    shorter = content[at + 8 : at + 8 + int.from_bytes(content[at : at + 4], "big") // 3]
    path = pictures.write("lying.png", content[:at] + chunk(b"IDAT", shorter) + chunk(b"IEND", b""))
    upload(path)
    with pytest.raises(UndecodablePicture, match="pixels of this PNG") as error:
        make_variants(path, probe(path))
    assert error.value.details["reason"]


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_that_end_early_never_become_variants(pictures: Any, kind: str) -> None:
    path = pictures.save("photo", kind, pictures.scene(640, 480))
    found = probe(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(UndecodablePicture) as error:
        make_variants(path, found)
    assert (error.value.status, error.value.code) == (422, "undecodable_picture")
