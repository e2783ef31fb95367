"""All variants of a picture from one decode, with the placeholder that stands for them while they load."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from maquette.kit.imaging.completeness import has_all_pixels
from maquette.kit.imaging.decoding import Pixels, open_pixels, resize, to_srgb
from maquette.kit.imaging.dhash import hash_differences
from maquette.kit.imaging.engine import load_vips
from maquette.kit.imaging.errors import UndecodablePicture
from maquette.kit.imaging.formats import PictureFormat
from maquette.kit.imaging.palette import find_dominant_colour
from maquette.kit.imaging.probe import ColourSpace, Probe
from maquette.kit.imaging.thumbhash import MAX_SIDE, encode_thumbhash

MAX_ANIMATED_FRAMES = 300
MAX_ANIMATED_PIXELS = 60_000_000
"""An animated variant is encoded only up to this many frames and pixels of all frames together (about 4 CPU seconds);
a longer one shows its first frame, and its original plays."""


@dataclass(frozen=True, slots=True)
class VariantSpec:
    """What is wanted: the longest side in pixels (never enlarged), and how it is encoded.

    JPEG gives way to WebP where there is transparency or animation. `can_move` keeps an animation moving.
    """

    name: str
    side: int
    format: Literal[PictureFormat.JPEG, PictureFormat.WEBP]
    quality: int = 80
    can_move: bool = False


SMALL = VariantSpec("small", 256, PictureFormat.WEBP)
MEDIUM = VariantSpec("medium", 768, PictureFormat.WEBP)
# In a grid a hundred moving pictures disturb and cost; opened large, a person wants to see an animation move.
LARGE = VariantSpec("large", 1536, PictureFormat.JPEG, can_move=True)
PLACEHOLDERS = (SMALL, MEDIUM, LARGE)

_WEBP_EFFORT = 2
"""54 % more pictures a second than libwebp's default for 2 % more bytes."""


@dataclass(frozen=True, slots=True)
class MadeVariant:
    """Encoded bytes; width and height in pixels."""

    name: str
    width: int
    height: int
    format: PictureFormat
    is_animated: bool
    data: bytes

    @property
    def mime(self) -> str:
        return self.format.mime


@dataclass(frozen=True, slots=True)
class Likeness:
    """What stands for a picture without its pixels: `dhash` is an unsigned 64-bit number, the colour `#rrggbb`."""

    thumbhash: bytes
    dhash: int
    dominant_colour: str


@dataclass(frozen=True, slots=True)
class MadeVariants:
    """The variants in the order in which they were asked for."""

    variants: tuple[MadeVariant, ...]
    likeness: Likeness


def make_variants(source: Path, probe: Probe, sizes: Sequence[VariantSpec] = PLACEHOLDERS) -> MadeVariants:
    """Decode `source` once at the largest size wanted and make everything from that: sRGB, upright, no metadata.

    CPU-bound and blocking: call it in a thread. Memory is about the largest variant, and the whole picture for
    the formats that cannot be read in lines (HEIC, AVIF, interlaced PNG, progressive JPEG).
    Raises UndecodablePicture (422) when the pixels end early or are broken, ValueError without sizes.
    """
    if not sizes:
        raise ValueError("make_variants needs at least one size")
    vips = load_vips()
    try:
        try:
            return _make(source, probe, sizes)
        except vips.Error as error:
            if probe.format is not PictureFormat.JPEG or not has_all_pixels(source, str(error)):
                raise
            return _make(source, probe, sizes, is_strict=False)
    except vips.Error as error:
        reason = " ".join(f"{error.message} {error.detail or ''}".split())[:500]
        raise UndecodablePicture(
            f"The pixels of this {probe.format.upper()} file are damaged or cut off. Upload an intact copy.",
            details={"format": probe.format.value, "reason": reason},
        ) from error


def _make(source: Path, probe: Probe, sizes: Sequence[VariantSpec], *, is_strict: bool = True) -> MadeVariants:
    made: dict[str, MadeVariant] = {}
    current: Pixels = None
    for spec in sorted(sizes, key=lambda one: one.side, reverse=True):
        width, height = fit_within(probe.width, probe.height, spec.side)
        if current is None:
            current = _decode(source, probe, width, height, is_strict=is_strict)
        elif (current.width, current.height) != (width, height):
            current = resize(current, width, height).copy_memory()
        if spec.can_move and _may_move(probe, width, height):
            made[spec.name] = _animate(source, probe, spec, width, height)
        else:
            made[spec.name] = _encode(current, spec)
    return MadeVariants(tuple(made[spec.name] for spec in sizes), _liken(current))


def fit_within(width: int, height: int, side: int) -> tuple[int, int]:
    """The same shape with a longest side of at most `side` pixels; never enlarged, never below one pixel."""
    longest = max(width, height)
    if longest <= side:
        return width, height
    return max(1, round(width * side / longest)), max(1, round(height * side / longest))


def _decode(source: Path, probe: Probe, width: int, height: int, *, is_strict: bool) -> Pixels:
    """The first and only decode: upright sRGB pixels in memory, with alpha only if something is seen through it."""
    is_turned = probe.orientation >= 5  # from 5 on the sides are exchanged
    across, down = (height, width) if is_turned else (width, height)
    image = open_pixels(source, probe, width=across, is_strict=is_strict)
    image = to_srgb(resize(image, across, down), probe.colour_space).copy_memory()
    if probe.orientation != 1:
        image = image.autorot().copy_memory()
    if image.hasalpha() and image[image.bands - 1].min() == 255:  # 255 is opaque
        image = image.extract_band(0, n=image.bands - 1).copy_memory()
    return image


def _may_move(probe: Probe, width: int, height: int) -> bool:
    return (
        1 < probe.frames <= MAX_ANIMATED_FRAMES
        and probe.frames * width * height <= MAX_ANIMATED_PIXELS
        and probe.orientation == 1
    )


def _animate(source: Path, probe: Probe, spec: VariantSpec, width: int, height: int) -> MadeVariant:
    """All frames, read and written one after the other: the strip of them is never in memory at once."""
    strip = open_pixels(source, probe, all_frames=True)
    pages = strip.height // strip.get("page-height")
    strip = to_srgb(resize(strip, width, height, pages=pages), ColourSpace.RGB).copy()
    strip.set_type(load_vips().GValue.gint_type, "page-height", height)
    moving = replace(spec, format=PictureFormat.WEBP)
    return MadeVariant(spec.name, width, height, moving.format, is_animated=pages > 1, data=_save(strip, moving))


def _encode(image: Pixels, spec: VariantSpec) -> MadeVariant:
    if image.hasalpha():
        spec = replace(spec, format=PictureFormat.WEBP)
    return MadeVariant(spec.name, image.width, image.height, spec.format, is_animated=False, data=_save(image, spec))


def _save(image: Pixels, spec: VariantSpec) -> bytes:
    options: dict[str, Any] = {"Q": spec.quality, "keep": "none"}
    if spec.format is PictureFormat.JPEG:
        return bytes(image.jpegsave_buffer(**options))
    return bytes(image.webpsave_buffer(effort=_WEBP_EFFORT, **options))


def _liken(image: Pixels) -> Likeness:
    tiny = resize(image, *fit_within(image.width, image.height, MAX_SIDE))
    if not tiny.hasalpha():
        tiny = tiny.bandjoin(255)
    rgba = np.frombuffer(tiny.write_to_memory(), np.uint8).reshape(tiny.height, tiny.width, 4)
    return Likeness(encode_thumbhash(rgba), hash_differences(_on_white(rgba)), find_dominant_colour(rgba))


def _on_white(rgba: np.ndarray[Any, np.dtype[np.uint8]]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    alpha = rgba[..., 3:].astype(np.uint16)
    return ((rgba[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
