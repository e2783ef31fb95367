"""What a file is, from its header, before any of its pixels is decoded."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from maquette.kit.imaging import containers
from maquette.kit.imaging.engine import HEIF_ERRORS, load_heif, load_vips
from maquette.kit.imaging.errors import (
    EmptyPicture,
    PictureTooLarge,
    PictureTooSmall,
    UndecodablePicture,
    UnsupportedPicture,
)
from maquette.kit.imaging.formats import SNIFF_BYTES, PictureFormat, sniff
from maquette.kit.imaging.limits import Limits

DEFAULT_LIMITS = Limits()
ACCEPTED = "JPEG, PNG, WebP, GIF, TIFF, AVIF and HEIC"


class ColourSpace(StrEnum):
    RGB = "rgb"
    GREY = "grey"
    CMYK = "cmyk"
    LAB = "lab"
    OTHER = "other"


_COLOUR_SPACES = {
    "srgb": ColourSpace.RGB,
    "rgb": ColourSpace.RGB,
    "rgb16": ColourSpace.RGB,
    "scrgb": ColourSpace.RGB,
    "b-w": ColourSpace.GREY,
    "grey16": ColourSpace.GREY,
    "cmyk": ColourSpace.CMYK,
    "lab": ColourSpace.LAB,
    "labs": ColourSpace.LAB,
    "labq": ColourSpace.LAB,
}


@dataclass(frozen=True, slots=True)
class Probe:
    """Width and height are pixels as a person sees them: after orientation (EXIF 1–8, 1 is upright).

    `frames` is above 1 for an animation only: of a TIFF with several pages, and of a HEIC with several pictures,
    the first is the picture.
    """

    format: PictureFormat
    width: int
    height: int
    orientation: int
    frames: int
    has_alpha: bool
    is_16bit: bool
    colour_space: ColourSpace
    has_icc: bool

    @property
    def mime(self) -> str:
        return self.format.mime

    @property
    def extension(self) -> str:
        """Without a dot."""
        return self.format.extension

    @property
    def is_animated(self) -> bool:
        return self.frames > 1


def probe(path: Path, limits: Limits = DEFAULT_LIMITS) -> Probe:
    """Read the header of the file at `path`; the name of the file plays no part.

    Raises EmptyPicture (400), UnsupportedPicture (415), UndecodablePicture and PictureTooSmall (422), and
    PictureTooLarge (413), each before a pixel is decoded.
    """
    with path.open("rb") as file:
        head = file.read(SNIFF_BYTES)
    if not head:
        raise EmptyPicture("The file is empty. Choose it again, or check that it was copied whole.")
    kind = sniff(head)
    if kind is None:
        what = "SVG is refused because it can carry scripts" if b"<svg" in head else "The content is not a picture"
        raise UnsupportedPicture(f"{what}. Accepted are {ACCEPTED}; the content decides, not the name of the file.")
    frames = _count_frames(path, kind, limits)
    vips = load_vips()
    try:
        header = _HEADERS[kind](path)
    except (vips.Error, *HEIF_ERRORS) as error:
        raise UndecodablePicture(
            f"The header of this {kind.upper()} file cannot be read: it is damaged or cut off.",
            details={"format": kind.value, "reason": str(error).strip()[:500]},
        ) from error
    found = _describe(kind, header, frames)
    _check(found, limits)
    return found


def _count_frames(path: Path, kind: PictureFormat, limits: Limits) -> int:
    """Frames of an animation, counted by walking the file: libvips would build a table of millions first."""
    if kind not in (PictureFormat.GIF, PictureFormat.WEBP):
        return 1
    try:
        with containers.mapped(path) as data:
            if kind is PictureFormat.GIF:
                frames = containers.gif_frames(data, limits.max_frames)
            else:
                frames = max(1, sum(part.kind == b"ANMF" for part in containers.webp_chunks(data)))
    except containers.BrokenContainer as error:
        raise cut_off(kind, error) from error
    if frames > limits.max_frames:
        raise PictureTooLarge(
            f"The animation has more than {limits.max_frames:,} frames, which is the limit. Shorten or split it.",
            details={"limit": "max_frames", "max_frames": limits.max_frames},
        )
    return frames


def cut_off(kind: PictureFormat, reason: Exception | str) -> UndecodablePicture:
    """The error for a file whose structure does not hold what it announces."""
    return UndecodablePicture(
        f"This {kind.upper()} file is damaged or incomplete: {reason}. Copy or export it again.",
        details={"format": kind.value, "reason": str(reason)},
    )


def _describe(kind: PictureFormat, header: Any, frames: int) -> Probe:
    fields = header.get_fields()
    # HEIC and AVIF are turned by their decoder already; libvips removes the tag there.
    # One that does not exist is upright to libvips.
    orientation = header.get("orientation") if "orientation" in fields else 1
    width, height = header.width, header.height
    if orientation >= 5:  # from 5 on the sides are exchanged
        width, height = height, width
    return Probe(
        format=kind,
        width=width,
        height=height,
        orientation=orientation,
        frames=frames,
        has_alpha=bool(header.hasalpha()),
        is_16bit=header.format != "uchar",
        colour_space=_COLOUR_SPACES.get(header.interpretation, ColourSpace.OTHER),
        has_icc="icc-profile-data" in fields,
    )


def _check(found: Probe, limits: Limits) -> None:
    size = f"{found.width:,} × {found.height:,} pixels"
    if max(found.width, found.height) > limits.max_side:
        raise PictureTooLarge(
            f"The picture has {size}; a side may have at most {limits.max_side:,}. Make it smaller.",
            details={"limit": "max_side", "max_side": limits.max_side, "width": found.width, "height": found.height},
        )
    if found.width * found.height > limits.max_pixels:
        raise PictureTooLarge(
            f"The picture has {size}; at most {limits.max_pixels / 1e6:g} megapixels are accepted. Make it smaller.",
            details={
                "limit": "max_pixels",
                "max_pixels": limits.max_pixels,
                "width": found.width,
                "height": found.height,
            },
        )
    if min(found.width, found.height) < limits.min_side:
        raise PictureTooSmall(
            f"The picture has {size}; each side needs at least {limits.min_side}.",
            details={"limit": "min_side", "min_side": limits.min_side, "width": found.width, "height": found.height},
        )
    total = found.width * found.height * found.frames
    if found.is_animated and total > limits.max_total_pixels:
        raise PictureTooLarge(
            f"The animation has {found.frames:,} frames of {size}; together at most "
            f"{limits.max_total_pixels / 1e6:g} megapixels are accepted. Shorten it or make it smaller.",
            details={"limit": "max_total_pixels", "max_total_pixels": limits.max_total_pixels, "frames": found.frames},
        )


@dataclass(frozen=True, slots=True)
class _HeifHeader:
    """What pillow-heif says of a HEIC, in the words of libvips."""

    width: int
    height: int
    bands: int
    format: str
    interpretation: str
    fields: tuple[str, ...]

    def get_fields(self) -> tuple[str, ...]:
        return self.fields

    def hasalpha(self) -> bool:
        return self.bands in (2, 4)


def _read_heic(path: Path) -> _HeifHeader:
    picture = load_heif().open_heif(path, convert_hdr_to_8bit=False)
    mode = picture.mode.partition(";")
    return _HeifHeader(
        width=picture.size[0],
        height=picture.size[1],
        bands=len(mode[0]),
        format="ushort" if mode[2] else "uchar",
        interpretation="b-w" if mode[0].startswith("L") else "srgb",
        fields=("icc-profile-data",) if picture.info.get("icc_profile") else (),
    )


def _with_vips(loader: str) -> Callable[[Path], Any]:
    def read(path: Path) -> Any:
        return getattr(load_vips().Image, loader)(str(path), access="sequential")

    return read


_HEADERS: dict[PictureFormat, Callable[[Path], Any]] = {
    PictureFormat.JPEG: _with_vips("jpegload"),
    PictureFormat.PNG: _with_vips("pngload"),
    PictureFormat.WEBP: _with_vips("webpload"),
    PictureFormat.GIF: _with_vips("gifload"),
    PictureFormat.TIFF: _with_vips("tiffload"),
    PictureFormat.AVIF: _with_vips("heifload"),
    PictureFormat.HEIC: _read_heic,
}
