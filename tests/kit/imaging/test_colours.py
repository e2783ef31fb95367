"""CMYK, sixteen bits, wide gamut and grey come out as the sRGB colours that were meant."""

import io
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from maquette.kit.imaging.engine import load_vips
from maquette.kit.imaging.icc import is_srgb
from maquette.kit.imaging.probe import ColourSpace, probe
from maquette.kit.imaging.variants import PLACEHOLDERS, make_variants

COLOURS = [(200, 100, 50), (40, 160, 80), (60, 80, 190), (128, 128, 128), (240, 230, 210)]


def flat(colour: tuple[int, ...]) -> Any:
    return np.full((200, 300, len(colour)), colour, np.uint8)


def seen_colours(path: Any) -> list[Any]:
    made = make_variants(path, probe(path), PLACEHOLDERS).variants
    return [np.asarray(Image.open(io.BytesIO(one.data)).convert("RGB")).mean(axis=(0, 1)) for one in made]


def assert_all_near(found: list[Any], expected: tuple[int, ...], within: float) -> None:
    for one in found:
        assert np.abs(one - np.array(expected)).max() <= within, (one, expected)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("suffix", ["jpg", "tiff"])
def test_cmyk_with_its_profile_is_what_lcms_says(pictures: Any, colour: tuple[int, int, int], suffix: str) -> None:
    path = pictures.folder / f"print.{suffix}"
    printed = pictures.vips(flat(colour)).icc_transform("cmyk", input_profile="srgb")
    printed.write_to_file(str(path))
    found = probe(path)
    assert (found.colour_space, found.has_icc) == (ColourSpace.CMYK, True)
    reference = ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(printed.get("icc-profile-data"))),
        ImageCms.createProfile("sRGB"),
        "CMYK",
        "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    inks = Image.frombytes("CMYK", (300, 200), printed.write_to_memory())
    expected: Any = ImageCms.applyTransform(inks, reference)
    assert_all_near(seen_colours(path), expected.getpixel((9, 9)), 5)


@pytest.mark.parametrize("colour", [(200, 100, 50), (40, 160, 80)])
def test_what_ink_can_print_comes_back_as_it_was(pictures: Any, colour: tuple[int, int, int]) -> None:
    path = pictures.folder / "print.jpg"
    pictures.vips(flat(colour)).icc_transform("cmyk", input_profile="srgb").write_to_file(str(path))
    assert_all_near(seen_colours(path), colour, 8)


def test_cmyk_without_a_profile_is_still_a_picture_of_the_right_hue(pictures: Any) -> None:
    path = pictures.folder / "bare.jpg"
    Image.fromarray(flat((0, 255, 255, 0)), "CMYK").save(path, quality=95)
    for red, green, blue in seen_colours(path):
        assert red > 180
        assert green < 90
        assert blue < 90


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_sixteen_bits_with_a_wide_profile(pictures: Any, colour: tuple[int, int, int], suffix: str) -> None:
    path = pictures.folder / f"deep.{suffix}"
    pictures.vips(flat(colour)).icc_transform("p3", input_profile="srgb", depth=16).write_to_file(str(path))
    found = probe(path)
    assert (found.is_16bit, found.has_icc) == (True, True)
    assert_all_near(seen_colours(path), colour, 4)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_a_wide_profile_is_respected_in_every_format_that_carries_one(pictures: Any, kind: str) -> None:
    colour = (200, 100, 50)
    wide = pictures.vips(flat(colour)).icc_transform("p3", input_profile="srgb")
    stored = np.ndarray(buffer=wide.write_to_memory(), dtype=np.uint8, shape=(200, 300, 3))
    assert np.abs(stored[0, 0].astype(int) - colour).max() > 8
    path = pictures.save("wide", kind, stored, icc_profile=wide.get("icc-profile-data"), quality=95)
    assert probe(path).has_icc
    assert_all_near(seen_colours(path), colour, 5)


def test_a_profile_decides_even_when_it_calls_itself_srgb(pictures: Any) -> None:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ", 128), profile.index(b"gXYZ", 128)
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    path = pictures.save("swapped.png", "PNG", flat((220, 40, 40)), icc_profile=bytes(profile))
    for red_seen, green_seen, _ in seen_colours(path):
        assert green_seen > red_seen + 60


def test_a_broken_or_foreign_profile_does_not_lose_the_picture(pictures: Any) -> None:
    cmyk = pictures.vips().icc_transform("cmyk", input_profile="srgb").get("icc-profile-data")
    for profile in (b"no profile at all" * 20, cmyk):
        path = pictures.save("odd.jpg", "JPEG", flat((200, 100, 50)), icc_profile=profile, quality=95)
        assert_all_near(seen_colours(path), (200, 100, 50), 5)


def test_grey_in_eight_and_sixteen_bits(pictures: Any) -> None:
    grey = np.full((200, 300), 90, np.uint8)
    assert_all_near(seen_colours(pictures.save("grey.jpg", "JPEG", grey)), (90, 90, 90), 2)
    deep = Image.fromarray(grey.astype(np.uint16) * 257)
    deep.save(pictures.folder / "deep.png")
    assert probe(pictures.folder / "deep.png").is_16bit
    assert_all_near(seen_colours(pictures.folder / "deep.png"), (90, 90, 90), 2)


def test_sixteen_bits_with_transparency_keep_both(pictures: Any) -> None:
    path = pictures.folder / "deep.png"
    image = pictures.vips(flat((200, 100, 50, 128))).colourspace("rgb16")
    image.write_to_file(str(path))
    stored = load_vips().Image.pngload(str(path))
    assert (stored.format, stored.bands) == ("ushort", 4)
    for one in make_variants(path, probe(path), PLACEHOLDERS).variants:
        seen = np.asarray(Image.open(io.BytesIO(one.data)).convert("RGBA")).mean(axis=(0, 1))
        assert np.abs(seen - (200, 100, 50, 128)).max() <= 5


def test_a_palette_with_a_transparent_entry(pictures: Any) -> None:
    drawn = Image.new("P", (300, 200), 0)
    drawn.putpalette([10, 20, 30, 200, 100, 50])
    drawn.paste(1, (150, 0, 300, 200))
    drawn.save(pictures.folder / "palette.png", transparency=0)
    for one in make_variants(pictures.folder / "palette.png", probe(pictures.folder / "palette.png")).variants:
        seen = np.asarray(Image.open(io.BytesIO(one.data)).convert("RGBA")).astype(int)
        assert seen[5, 5, 3] < 10
        assert np.abs(seen[-5, -5] - (200, 100, 50, 255)).max() <= 6


def test_lab_tiff(pictures: Any) -> None:
    path = pictures.folder / "lab.tiff"
    pictures.vips(flat((200, 100, 50))).colourspace("lab").write_to_file(str(path))
    assert_all_near(seen_colours(path), (200, 100, 50), 4)


@pytest.mark.parametrize("profile", [ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")])
def test_lab_is_absolute_whatever_profile_lies_beside_it(pictures: Any, profile: Any) -> None:
    path = pictures.folder / "lab.tiff"
    image = pictures.vips(flat((200, 100, 50))).colourspace("lab").copy()
    content = ImageCms.ImageCmsProfile(profile).tobytes()
    image.set_type(load_vips().GValue.blob_type, "icc-profile-data", content)
    image.write_to_file(str(path))
    assert_all_near(seen_colours(path), (200, 100, 50), 4)


@pytest.mark.parametrize(
    ("interpretation", "bands", "shown"), [("srgb", 6, (200, 100, 50)), ("b-w", 4, (200, 200, 200))]
)
def test_bands_that_are_no_colour_are_dropped(
    pictures: Any, interpretation: str, bands: int, shown: tuple[int, int, int]
) -> None:
    path = pictures.folder / "measured.tiff"
    pictures.vips(flat((200, 100, 50, 7, 8, 9)[:bands])).copy(interpretation=interpretation).write_to_file(str(path))
    assert load_vips().Image.tiffload(str(path)).bands == bands
    assert_all_near(seen_colours(path), shown, 4)


def test_srgb_profiles_are_recognised_by_their_numbers(pictures: Any) -> None:
    vips_own = pictures.vips().icc_transform("srgb", input_profile="srgb").get("icc-profile-data")
    wide = pictures.vips().icc_transform("p3", input_profile="srgb").get("icc-profile-data")
    pillows = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert is_srgb(vips_own)
    assert is_srgb(pillows)
    assert not is_srgb(wide)
    gamma = bytearray(pillows)
    curve = gamma.index(b"para", 128 + 4 + 12 * 20)
    gamma[curve + 12 : curve + 16] = (round(1.8 * 65536)).to_bytes(4, "big")
    assert not is_srgb(bytes(gamma))


def with_curve(curve: bytes) -> bytes:
    """Pillow's sRGB profile with another tone curve for all three colours."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (count,) = struct.unpack_from(">I", profile, 128)
    for at in range(132, 132 + 12 * count, 12):
        if bytes(profile[at : at + 4]) in (b"rTRC", b"gTRC", b"bTRC"):
            struct.pack_into(">II", profile, at + 4, len(profile), len(curve))
    profile += curve + bytes(-len(curve) % 4)
    struct.pack_into(">I", profile, 0, len(profile))
    return bytes(profile)


def table(values: Sequence[int]) -> bytes:
    return b"curv" + struct.pack(f">II{len(values)}H", 0, len(values), *values)


def formula(function: int, *numbers: float) -> bytes:
    fixed = [round(number * 65536) for number in numbers]
    return b"para" + struct.pack(f">IHH{len(fixed)}i", 0, function, 0, *fixed)


def srgb_table(count: int) -> bytes:
    shares = np.linspace(0, 1, count)
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return table([round(65535 * value) for value in linear])


@pytest.mark.parametrize("count", [1024, 4095])
def test_the_curve_of_srgb_may_be_a_table_as_in_the_profiles_of_cameras(count: int) -> None:
    assert is_srgb(with_curve(srgb_table(count)))


OTHER_CURVES = {
    "no curve at all": table([]),
    "a gamma of 1.8": table([round(1.8 * 256)]),
    "a table of another curve": table([round(65535 * (at / 255) ** 1.8) for at in range(256)]),
    "the formula of a gamma of 1.8": formula(0, 1.8),
}


@pytest.mark.parametrize("curve", OTHER_CURVES.values(), ids=list(OTHER_CURVES))
def test_the_primaries_of_srgb_with_another_curve_are_shown_as_that_curve_says(pictures: Any, curve: bytes) -> None:
    profile = with_curve(curve)
    meant = ImageCms.applyTransform(
        Image.fromarray(flat((200, 100, 50))),
        ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), "RGB", "RGB"
        ),
    )
    assert meant is not None
    expected: Any = meant.getpixel((9, 9))
    assert np.abs(np.array(expected) - (200, 100, 50)).max() > 10
    assert_all_near(
        seen_colours(pictures.save("curved.png", "PNG", flat((200, 100, 50)), icc_profile=profile)), expected, 4
    )


def test_the_formula_of_a_plain_gamma_is_not_that_of_srgb() -> None:
    assert not is_srgb(with_curve(formula(0, 2.2)))
    assert not is_srgb(with_curve(table([round(2.2 * 256)])))


def test_a_profile_of_tables_or_of_an_unknown_curve_is_left_to_lcms() -> None:
    own = with_curve(srgb_table(1024))
    assert not is_srgb(with_curve(b"mft2" + bytes(40)))
    assert not is_srgb(own.replace(b"chrm", b"A2B0", 1))
    assert not is_srgb(own.replace(b"mntr", b"prtr", 1))


@given(st.binary(max_size=400))
def test_no_bytes_make_the_profile_reader_raise(content: bytes) -> None:
    header = bytearray(200)
    header[12:20] = b"mntrRGB "
    assert not is_srgb(content)
    assert not is_srgb(bytes(header[:128]) + content)
