"""A file that is cut off is refused at upload by its structure, and at the latest when its pixels are decoded."""

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maquette.kit.errors import MaquetteError
from maquette.kit.imaging.completeness import verify
from maquette.kit.imaging.errors import UndecodablePicture
from maquette.kit.imaging.probe import Probe, probe
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


END = b"\xff\xd9"
ENCODINGS: list[dict[str, Any]] = [{}, {"progressive": True}, {"restart_marker_blocks": 8}, {"subsampling": 0}]


@pytest.mark.parametrize("options", ENCODINGS, ids=str)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.97])
@pytest.mark.parametrize("width", [640, 3100])
def test_a_jpeg_that_hides_its_loss_is_caught_by_the_decode(
    pictures: Any, options: dict[str, Any], share: float, width: int
) -> None:
    content = grainy(pictures, width, options)
    assert make_variants(*probed(pictures.write("whole.jpg", content))).variants
    scan = content.index(b"\xff\xda")
    lying = content[: scan + int((len(content) - scan) * share)] + END
    path = pictures.write("lying.jpg", lying)
    upload(path)  # which no structure shows, and a decode at upload would cost more than the upload
    with pytest.raises(UndecodablePicture, match="damaged or cut off") as error:
        make_variants(*probed(path))
    assert "Corrupt JPEG data" in error.value.details["reason"]


def test_a_scan_header_as_some_telephones_write_it_is_passed_over_and_hides_no_loss(pictures: Any) -> None:
    content = bytearray(grainy(pictures, 640, {}))
    at = content.index(b"\xff\xda") + 2
    end = at + int.from_bytes(content[at : at + 2], "big")
    assert content[end - 3 : end] == bytes((0, 63, 0))
    plain = make_variants(*probed(pictures.write("plain.jpg", bytes(content))))
    content[end - 3 : end] = bytes(3)
    odd = make_variants(*probed(pictures.write("odd.jpg", bytes(content))))
    assert [one.data for one in odd.variants] == [one.data for one in plain.variants]
    with pytest.raises(UndecodablePicture):
        make_variants(*probed(pictures.write("lying.jpg", bytes(content[: len(content) // 2]) + END)))


def test_odd_bytes_between_the_scans_are_passed_over(pictures: Any) -> None:
    content = grainy(pictures, 640, {"progressive": True})
    second = content.index(b"\xff\xda", content.index(b"\xff\xda") + 2)
    tables = content.rindex(b"\xff\xc4", 0, second)
    path = pictures.write("odd.jpg", content[:tables] + bytes(5) + content[tables:])
    assert make_variants(*probed(path)).variants


def probed(path: Path) -> tuple[Path, Probe]:
    return path, probe(path)


def grainy(pictures: Any, width: int, options: dict[str, Any]) -> bytes:
    """A JPEG with something in every corner, as a camera's."""
    height = width * 3 // 4
    grain = np.random.default_rng(width).integers(-20, 21, (height, width, 1))
    pixels = np.clip(pictures.scene(width, height).astype(int) + grain, 0, 255).astype(np.uint8)
    content: bytes = pictures.save("grainy.jpg", "JPEG", pixels, quality=85, **options).read_bytes()
    return content


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_that_end_early_never_become_variants(pictures: Any, kind: str) -> None:
    path = pictures.save("photo", kind, pictures.scene(640, 480))
    found = probe(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(UndecodablePicture) as error:
        make_variants(path, found)
    assert (error.value.status, error.value.code) == (422, "undecodable_picture")
