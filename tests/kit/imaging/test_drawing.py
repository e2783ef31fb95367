"""Drawn pictures: always the same for a seed, of any shape, and accepted by our own door."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from maquette.kit.imaging.completeness import verify
from maquette.kit.imaging.dhash import count_differences
from maquette.kit.imaging.drawing import draw_picture
from maquette.kit.imaging.exif import read_exif
from maquette.kit.imaging.probe import probe
from maquette.kit.imaging.variants import make_variants


@pytest.mark.parametrize(("width", "height"), [(16, 16), (300, 200), (200, 300), (640, 270), (17, 400)])
def test_every_shape_is_a_picture_that_can_be_uploaded(pictures: Any, width: int, height: int) -> None:
    path = pictures.write("drawn.jpg", draw_picture(7, width, height))
    found = probe(path)
    verify(path, found)
    assert (found.width, found.height) == (width, height)
    assert len(make_variants(path, found).variants) == 3


def test_equal_seeds_draw_equal_pictures_and_others_differ(pictures: Any) -> None:
    assert draw_picture(11, 240, 160) == draw_picture(11, 240, 160)
    hashes = []
    for seed in range(12):
        path = pictures.write("drawn.jpg", draw_picture(seed, 240, 160))
        hashes.append(make_variants(path, probe(path)).likeness.dhash)
    assert len(set(hashes)) == 12
    apart = [count_differences(one, other) for at, one in enumerate(hashes) for other in hashes[at + 1 :]]
    assert min(apart) > 3


def test_pictures_are_neither_flat_nor_noise() -> None:
    for seed in range(8):
        pixels = np.asarray(Image.open(io.BytesIO(draw_picture(seed, 300, 200))).convert("L")).astype(int)
        assert pixels.std() > 10
        assert np.abs(np.diff(pixels, axis=1)).mean() < 6


def test_the_first_pictures_show_day_and_night() -> None:
    light = [np.asarray(Image.open(io.BytesIO(draw_picture(seed, 160, 90))).convert("L")).mean() for seed in range(6)]
    assert min(light) < 70
    assert max(light) > 140


def test_camera_and_date_are_in_its_exif(pictures: Any) -> None:
    path = pictures.write("drawn.jpg", draw_picture(3, 200, 100))
    found = read_exif(path, probe(path))
    assert found.taken_at is not None
    assert 2016 <= found.taken_at.year <= 2025
    assert found.camera_make in ("Maquette", "Atelier")
    assert found.software == "maquette demo"
    assert found.f_number in (1.8, 2.8, 4.0, 8.0)


@pytest.mark.parametrize(("width", "height"), [(15, 100), (100, 8193), (0, 0)])
def test_impossible_shapes_are_refused(width: int, height: int) -> None:
    with pytest.raises(ValueError, match="16 to 8192"):
        draw_picture(1, width, height)
