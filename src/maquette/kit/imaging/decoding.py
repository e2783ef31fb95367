"""Pixels of a file, and what brings them to sRGB at the right size. All is lazy until bytes are asked for."""

from pathlib import Path
from typing import Any

from maquette.kit.imaging.engine import HEIF_ERRORS, load_heif, load_vips
from maquette.kit.imaging.formats import PictureFormat
from maquette.kit.imaging.icc import is_srgb
from maquette.kit.imaging.probe import ColourSpace, Probe

Pixels = Any
"""A `pyvips.Image`: pyvips ships no complete types."""

_LOADERS = {
    PictureFormat.JPEG: "jpegload",
    PictureFormat.PNG: "pngload",
    PictureFormat.WEBP: "webpload",
    PictureFormat.GIF: "gifload",
    PictureFormat.TIFF: "tiffload",
    PictureFormat.AVIF: "heifload",
}
_JPEG_SHRINKS = (8, 4, 2)
_PROFILED = (ColourSpace.RGB, ColourSpace.GREY, ColourSpace.CMYK)
"""Lab is absolute: a profile beside it says how to print it, not how it looks."""
_COLOUR_BANDS = {"b-w": 1, "grey16": 1, "cmyk": 4}


def open_pixels(
    path: Path, probe: Probe, *, width: int | None = None, all_frames: bool = False, is_strict: bool = True
) -> Pixels:
    """The picture as the file has it: not turned, in its own colours, the first frame unless all are wanted
    (then one under the other).

    `width` (pixels, before orientation) lets JPEG decode at a half, a quarter or an eighth, never below that width.
    Raises pyvips.Error here or when pixels are asked for; for a JPEG over anything odd in it, unless told not to be
    strict: libjpeg paints grey what is not there and only warns.
    """
    if probe.format is PictureFormat.HEIC:
        return _decode_heic(path)
    # A short read is an error like any other to libtiff; elsewhere "error" would refuse what every viewer shows.
    options: dict[str, Any] = {"access": "sequential", "fail_on": "truncated"}
    if probe.format is PictureFormat.TIFF:
        options["fail_on"] = "error"
    if probe.format is PictureFormat.JPEG and is_strict:
        options["fail_on"] = "warning"
    if all_frames:
        options["n"] = -1
    if probe.format is PictureFormat.JPEG and width is not None:
        full = probe.height if probe.orientation >= 5 else probe.width  # from 5 on the sides are exchanged
        options["shrink"] = next((shrink for shrink in _JPEG_SHRINKS if full >= width * shrink), 1)
    return _drop_measurements(getattr(load_vips().Image, _LOADERS[probe.format])(str(path), **options))


def _drop_measurements(image: Pixels) -> Pixels:
    """Colour and alpha only: a TIFF may carry infrared, depth and more bands, and then none of them is alpha."""
    colours = _COLOUR_BANDS.get(image.interpretation, 3)
    return image.extract_band(0, n=colours) if image.bands > colours + 1 else image


def _decode_heic(path: Path) -> Pixels:
    import numpy as np  # 13 MB, which a process that only looks at headers does without

    vips = load_vips()
    try:
        picture = load_heif().open_heif(path, convert_hdr_to_8bit=True)
        pixels = np.ascontiguousarray(np.asarray(picture))
    except HEIF_ERRORS as error:
        raise vips.Error(str(error)) from error
    height, width = pixels.shape[:2]
    bands = pixels.shape[2] if pixels.ndim == 3 else 1  # grey has no third axis
    image = vips.Image.new_from_memory(pixels, width, height, bands, "uchar")
    image = image.copy(interpretation="srgb" if bands > 2 else "b-w")  # grey, perhaps with alpha
    profile = picture.info.get("icc_profile")
    if profile:
        image.set_type(vips.GValue.blob_type, "icc-profile-data", profile)
    return image.unpremultiply().cast("uchar") if picture.mode.endswith("a") else image


def resize(image: Pixels, width: int, height: int, *, pages: int = 1) -> Pixels:
    """Exactly `width` × `height` pixels for each page; a picture of that size is given back as it is."""
    height *= pages
    if (image.width, image.height) == (width, height):
        return image
    across, down = width / image.width, height / image.height
    if not image.hasalpha():
        return image.resize(across, vscale=down)
    # The colour of transparent pixels must not bleed into their neighbours.
    return image.premultiply().resize(across, vscale=down).unpremultiply().cast(image.format)


def to_srgb(image: Pixels, colour_space: ColourSpace) -> Pixels:
    """Eight bits of sRGB with or without alpha, by the embedded profile where there is one.

    A profile that is broken or made for other pixels is passed over by libvips: the picture is shown without it.
    """
    if image.get_typeof("icc-profile-data") and colour_space in _PROFILED:
        is_right_already = colour_space is ColourSpace.RGB and is_srgb(image.get("icc-profile-data"))
        if not is_right_already:
            image = image.icc_transform("srgb", embedded=True, intent="relative")
    if image.interpretation != "srgb":
        image = image.colourspace("srgb")
    return image if image.format == "uchar" else image.cast("uchar")
