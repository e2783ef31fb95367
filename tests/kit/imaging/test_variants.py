"""Variants have the sizes, formats, directions and colours that a person expects, and nothing of the metadata."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from maquette.kit.imaging.dhash import count_differences
from maquette.kit.imaging.formats import PictureFormat
from maquette.kit.imaging.probe import probe
from maquette.kit.imaging.variants import (
    LARGE,
    MAX_ANIMATED_FRAMES,
    MEDIUM,
    PLACEHOLDERS,
    SMALL,
    MadeVariant,
    MadeVariants,
    VariantSpec,
    fit_within,
    make_variants,
)

KINDS = ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF", "HEIF"]


def make(path: Path, *specs: VariantSpec) -> MadeVariants:
    return make_variants(path, probe(path), specs or PLACEHOLDERS)


def pixels(variant: MadeVariant) -> Any:
    return np.asarray(Image.open(io.BytesIO(variant.data)).convert("RGB")).astype(int)


def colour_at(variant: MadeVariant, x: float, y: float) -> Any:
    seen = pixels(variant)
    row, column = int(y * seen.shape[0]), int(x * seen.shape[1])
    return seen[row - 2 : row + 3, column - 2 : column + 3].mean(axis=(0, 1))


@pytest.mark.parametrize("kind", KINDS)
def test_three_sizes_come_in_the_order_and_format_asked_for(pictures: Any, kind: str) -> None:
    made = make(pictures.save("photo", kind, pictures.scene(2000, 1000))).variants
    assert [(one.name, one.width, one.height, one.format) for one in made] == [
        ("small", 256, 128, PictureFormat.WEBP),
        ("medium", 768, 384, PictureFormat.WEBP),
        ("large", 1536, 768, PictureFormat.JPEG),
    ]
    for one in made:
        opened = Image.open(io.BytesIO(one.data))
        assert (opened.size, opened.format) == ((one.width, one.height), one.format.upper())
        assert one.mime == f"image/{one.format}"


@pytest.mark.parametrize(("width", "height"), [(16, 16), (100, 300), (256, 20), (700, 257)])
def test_nothing_is_enlarged(pictures: Any, width: int, height: int) -> None:
    for one in make(pictures.save("little.png", "PNG", pictures.scene(width, height))).variants:
        side = {"small": 256, "medium": 768, "large": 1536}[one.name]
        assert (one.width, one.height) == fit_within(width, height, side)
        assert one.width <= width
        assert one.height <= height


def test_very_long_pictures_keep_at_least_one_pixel(pictures: Any) -> None:
    made = make(pictures.save("long.png", "PNG", pictures.scene(8000, 16))).variants
    assert [(one.width, one.height) for one in made] == [(256, 1), (768, 2), (1536, 3)]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_all_eight_orientations_are_made_upright(
    pictures: Any, corners: dict[str, Any], kind: str, orientation: int
) -> None:
    upright = pictures.scene(1800, 1200)
    # How the sensor saw the scene: the inverse of what each EXIF value tells a viewer to do.
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = pictures.save("turned", kind, np.ascontiguousarray(stored), exif=exif)
    for one in make(path).variants:
        assert one.width > one.height
        for name, x, y in (
            ("upper left", 0.1, 0.1),
            ("upper right", 0.9, 0.1),
            ("lower left", 0.1, 0.9),
            ("lower right", 0.9, 0.9),
        ):
            assert np.abs(colour_at(one, x, y) - corners[name]).max() < 22, (one.name, name)


def test_no_metadata_leaves_with_a_variant(pictures: Any) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[2] = (48.0, 8.0, 15.0)
    profile = pictures.vips().icc_transform("p3", input_profile="srgb").get("icc-profile-data")
    path = pictures.save("private.jpg", "JPEG", exif=exif, icc_profile=profile, comment=b"Secret comment")
    for one in make(path).variants:
        opened = Image.open(io.BytesIO(one.data))
        assert not dict(opened.getexif())
        assert not {"icc_profile", "xmp", "comment", "exif"} & set(opened.info)
        assert b"Secret" not in one.data


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_transparency_is_kept_in_webp(pictures: Any, kind: str) -> None:
    path = pictures.save("clear", kind, pictures.scene(1800, 600, alpha=True))
    for one in make(path).variants:
        assert one.format is PictureFormat.WEBP
        alpha = np.asarray(Image.open(io.BytesIO(one.data)).getchannel("A"))
        assert alpha[:, 2].max() < 12
        assert alpha[:, -3].min() > 243


def test_the_colour_of_invisible_pixels_does_not_bleed(pictures: Any) -> None:
    drawn = np.zeros((600, 1200, 4), np.uint8)
    drawn[:, :600] = (255, 255, 255, 255)
    drawn[:, 600:] = (255, 0, 0, 0)
    (one,) = make(pictures.save("edge.png", "PNG", drawn), SMALL).variants
    seen = np.asarray(Image.open(io.BytesIO(one.data)).convert("RGBA")).astype(int)
    shown = seen[seen[..., 3] > 200]
    assert shown[:, 1].min() > 225


def test_an_alpha_channel_that_hides_nothing_is_not_transparency(pictures: Any) -> None:
    drawn = np.dstack([pictures.scene(1600, 400), np.full((400, 1600), 255, np.uint8)])
    path = pictures.save("screenshot.png", "PNG", drawn)
    assert probe(path).has_alpha
    assert make(path).variants[2].format is PictureFormat.JPEG


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_an_animation_moves_when_opened_large_and_is_still_in_the_grid(pictures: Any, kind: str) -> None:
    small, medium, large = make(pictures.animation("moving", kind, 5, 300, 200)).variants
    assert (small.is_animated, medium.is_animated, large.is_animated) == (False, False, True)
    assert (large.format, large.width, large.height) == (PictureFormat.WEBP, 300, 200)
    moving: Any = Image.open(io.BytesIO(large.data))
    assert (moving.n_frames, moving.size) == (5, (300, 200))
    moving.load()
    assert moving.info["duration"] == 70
    still: Any = Image.open(io.BytesIO(small.data))
    assert still.n_frames == 1


def test_a_large_animation_is_made_smaller_frame_by_frame(pictures: Any) -> None:
    (large,) = make(
        pictures.animation("wide.gif", "GIF", 3, 400, 301), VariantSpec("large", 100, PictureFormat.JPEG, can_move=True)
    ).variants
    moving: Any = Image.open(io.BytesIO(large.data))
    assert (moving.n_frames, moving.size) == (3, (100, 75))
    expected = [np.asarray(one.resize((100, 75))).astype(int) for one in pictures.frames(3, 400, 301)]
    for at, frame in enumerate(expected):
        moving.seek(at)
        assert np.abs(np.asarray(moving.convert("RGB")).astype(int) - frame).mean() < 12


def test_an_animation_that_is_too_long_shows_its_first_frame(pictures: Any) -> None:
    path = pictures.write("long.gif", pictures.gif_of_many_frames(MAX_ANIMATED_FRAMES + 1))
    assert [one.is_animated for one in make(path).variants] == [False, False, False]


def test_sizes_may_be_asked_for_in_any_order_and_alone(pictures: Any) -> None:
    path = pictures.save("photo.jpg", "JPEG", pictures.scene(1700, 900))
    assert [one.name for one in make(path, MEDIUM, LARGE, SMALL).variants] == ["medium", "large", "small"]
    alone = make(path, SMALL)
    assert [one.width for one in alone.variants] == [256]
    assert count_differences(alone.likeness.dhash, make(path).likeness.dhash) <= 2
    with pytest.raises(ValueError, match="at least one size"):
        make_variants(path, probe(path), ())


def test_equal_files_give_equal_bytes(pictures: Any) -> None:
    path = pictures.save("photo.jpg", "JPEG", pictures.scene(1700, 900))
    assert make(path) == make(path)


@pytest.mark.parametrize(("width", "height"), [(1536, 1152), (1537, 1153), (3071, 2000), (3072, 2304), (6200, 3100)])
def test_decoding_at_a_half_or_a_quarter_looks_like_the_whole(pictures: Any, width: int, height: int) -> None:
    drawn = pictures.scene(width, height)
    large = make(pictures.save("photo.jpg", "JPEG", drawn, quality=95), LARGE).variants[0]
    expected = Image.fromarray(drawn).resize((large.width, large.height), Image.Resampling.LANCZOS)
    difference = np.abs(pixels(large) - np.asarray(expected).astype(int))
    assert difference.mean() < 2
