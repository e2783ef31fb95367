"""ThumbHash as the reference writes it, dHash as its definition says, and the colour that a person would name."""

import base64
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maquette.kit.imaging.dhash import count_differences, hash_differences
from maquette.kit.imaging.palette import find_dominant_colour
from maquette.kit.imaging.probe import probe
from maquette.kit.imaging.thumbhash import encode_thumbhash
from maquette.kit.imaging.variants import make_variants

Formula = Callable[[int, int], tuple[int, int, int, int]]

FORMULAS: dict[str, Formula] = {
    "opaque": lambda x, y: (x * 5 + y * 2, (x * x + 3 * y) >> 2, 200 - y * 3, 255),
    "clear": lambda x, y: (x * 7, y * 5, (x * y) >> 3, x * 3 + y * 4),
    "hole": lambda x, y: (250 - x, 40 + y, (x + y) * 2, 255 if x > 20 and y > 10 else 0),
}
# Written by the reference implementation (npm thumbhash 0.1.1) over the formulas above.
REFERENCE = """
opaque 32 24 dd150e558890878778787887878787879074f74288
opaque 24 32 59350a3d0490877878788788878888878170b70178
opaque 50 50 9d370a47080289584c8987776889877787783802755d0908
opaque 100 30 e1260a2a885220797b6779785270978f76
opaque 5 90 d6750a510c8780d8788587698784600778
opaque 1 1 d001228f0108f708888788708f7088f80888707ff8000000
clear 32 24 137a860c8815a087b3877977088a87a08c0677078778887707
clear 24 32 d2f98504062690177ca88787081ab6908e3577078877877707
clear 50 50 5ad9851d0c1816899099a798772f653bf16946760489b18877
clear 100 30 d668861288277555809a96bf5d5cf678099556c5777987
clear 5 90 cd198509022684875709f7896c4067f7777776887078a8
clear 1 1 00088205000000000000000000000000000000000000000000
hole 32 24 9e49830480239795b4951f3aabb003394b008b265c77786908
hole 24 32 df498304001187273dfce08786d702782d001e4c5b6a697808
hole 50 50 621883150247a677c0785ea6960b4cb4f01360999478956878
hole 100 30 e20683228438d09ac3767e2f48f69254437590898488a7
hole 5 90 0008820100000000000000000000000000000000000000
hole 1 1 00088205000000000000000000000000000000000000000000
"""
VECTORS = [line.split() for line in REFERENCE.strip().splitlines()]
# Waves of these lie on the border of two steps, where the order of a sum decides: one step off is as right.
ON_THE_BORDER = {("opaque", "24"), ("opaque", "5"), ("clear", "32"), ("clear", "24"), ("clear", "100")}


def draw(formula: Formula, width: int, height: int) -> Any:
    rows = [[[value & 255 for value in formula(x, y)] for x in range(width)] for y in range(height)]
    return np.array(rows, np.uint8)


@pytest.mark.parametrize(("name", "width", "height", "expected"), VECTORS)
def test_thumbhash_is_the_references(name: str, width: str, height: str, expected: str) -> None:
    found = encode_thumbhash(draw(FORMULAS[name], int(width), int(height)))
    wanted = bytes.fromhex(expected)
    if (name, width) not in ON_THE_BORDER:
        assert found == wanted
        return
    head = 6 if wanted[2] & 0x80 else 5
    assert (found[:head], len(found)) == (wanted[:head], len(wanted))
    steps = [abs(int(one, 16) - int(other, 16)) for one, other in zip(found.hex(), wanted.hex(), strict=True)]
    assert max(steps) <= 1
    assert sum(steps) <= 4


@pytest.mark.parametrize("shape", [(101, 10, 4), (10, 101, 4), (10, 10, 3), (10, 10), (0, 0, 4)])
def test_thumbhash_says_what_it_takes(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="100 × 100"):
        encode_thumbhash(np.zeros(shape, np.uint8))


def test_a_flat_picture_has_a_quiet_thumbhash() -> None:
    found = encode_thumbhash(np.full((40, 60, 4), (10, 120, 200, 255), np.uint8))
    assert set(found[5:]) == {0}
    assert len(base64.b64encode(found)) <= 36


def plain_dhash(rgb: Any) -> int:
    """The definition, cell by cell, for sizes that divide by the grid."""
    height, width = rgb.shape[0] // 8, rgb.shape[1] // 9
    bits = ""
    for row in range(8):
        cells = [
            rgb[row * height : (row + 1) * height, column * width : (column + 1) * width].reshape(-1, 3).mean(axis=0)
            @ (0.299, 0.587, 0.114)
            for column in range(9)
        ]
        bits += "".join("1" if round(right) > round(left) else "0" for left, right in pairwise(cells))
    return int(bits, 2)


@given(st.integers(0, 2**32 - 1))
def test_dhash_is_its_definition(seed: int) -> None:
    rgb = np.random.default_rng(seed).integers(0, 256, (16, 27, 3), dtype=np.uint8)
    assert count_differences(hash_differences(rgb), plain_dhash(rgb)) <= 1


def test_dhash_of_plain_slopes() -> None:
    rising = np.repeat(np.arange(90, dtype=np.uint8)[None, :, None] * 2, 80, axis=0).repeat(3, axis=2)
    assert hash_differences(rising) == 2**64 - 1
    assert hash_differences(rising[:, ::-1]) == 0
    assert hash_differences(np.full((50, 50, 3), 77, np.uint8)) == 0
    half = rising.copy()
    half[40:] = half[40:, ::-1]
    assert hash_differences(half) == 0xFFFFFFFF00000000


def test_dhash_stays_near_for_the_same_picture_and_far_for_another() -> None:
    chance = np.random.default_rng(2)
    one = np.kron(chance.integers(0, 256, (9, 10, 3)), np.ones((12, 12, 1))).astype(np.uint8)
    brighter = np.clip(one.astype(int) // 2 + 60, 0, 255).astype(np.uint8)
    other = np.kron(chance.integers(0, 256, (9, 10, 3)), np.ones((12, 12, 1))).astype(np.uint8)
    assert count_differences(hash_differences(one), hash_differences(brighter)) <= 3
    assert count_differences(hash_differences(one), hash_differences(one[::2, ::2])) <= 3
    assert count_differences(hash_differences(one), hash_differences(other)) > 16


def test_the_dominant_colour_is_the_largest_cluster() -> None:
    drawn = np.full((50, 80, 4), (200, 60, 40, 255), np.uint8)
    drawn[:, :30, :3] = (20, 30, 220)
    assert find_dominant_colour(drawn) == "#c83c28"
    drawn[:, 30:, 3] = 10
    assert find_dominant_colour(drawn) == "#141edc"


def test_the_dominant_colour_straddling_a_border_still_wins() -> None:
    drawn = np.full((60, 100, 4), 255, np.uint8)
    drawn[:, :30, :3], drawn[:, 30:60, :3], drawn[:, 60:, :3] = (127, 127, 127), (128, 128, 128), (250, 10, 10)
    assert find_dominant_colour(drawn) in ("#7f7f7f", "#808080")


def test_a_transparent_picture_has_a_colour_all_the_same() -> None:
    assert find_dominant_colour(np.zeros((4, 4, 4), np.uint8)) == "#000000"


GOLDEN_DHASH = 0x315B697101050604
GOLDEN_HEADER = b"\x9e\xe6"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF", "HEIF"])
def test_the_same_scene_is_recognised_in_every_format(pictures: Any, kind: str) -> None:
    cells = np.random.default_rng(4).integers(0, 256, (8, 9, 3))
    cells[4:, :6] = (40, 90, 160)
    scene = np.kron(cells, np.ones((120, 140, 1))).astype(np.uint8)
    assert plain_dhash(scene) == GOLDEN_DHASH
    path = pictures.save("photo", kind, scene)
    likeness = make_variants(path, probe(path)).likeness
    assert count_differences(likeness.dhash, GOLDEN_DHASH) <= 5, hex(likeness.dhash)
    assert likeness.thumbhash[:2] == GOLDEN_HEADER, likeness.thumbhash
    colour = bytes.fromhex(likeness.dominant_colour[1:])
    assert max(abs(one - other) for one, other in zip(colour, (40, 90, 160), strict=True)) <= 6
