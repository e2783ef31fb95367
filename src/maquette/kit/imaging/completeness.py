"""Whether a file is all there, told by its structure: an upload cannot afford a full decode.

What a structure cannot show (wrong bytes in the middle, a lost half with an end marker put behind the other) is found
by the decode that makes the variants: it takes 40 ms for the smallest picture of 12 megapixels, far more than all the
rest of an upload.
"""

import mmap
from collections.abc import Callable
from pathlib import Path

from maquette.kit.imaging import containers
from maquette.kit.imaging.containers import BrokenContainer
from maquette.kit.imaging.decoding import open_pixels
from maquette.kit.imaging.engine import load_vips
from maquette.kit.imaging.formats import PictureFormat
from maquette.kit.imaging.probe import Probe, cut_off
from maquette.kit.imaging.tiff_tags import TiffBlock

_DAMAGE = ("premature end", "bad huffman code", "bad arithmetic code", "instead of rst")
"""What libjpeg warns of when picture data is missing. It warns of harmless oddities, too, as cameras write them."""

_SEQUENTIAL = (b"\xc0", b"\xc1")
_WHOLE_BLOCK = bytes((0, 63, 0))
"""The end of a scan header of a sequential JPEG: coefficients 0 to 63, at their full precision."""

_STRIP_OFFSETS, _STRIP_BYTES, _TILE_OFFSETS, _TILE_BYTES = 273, 279, 324, 325


def verify(path: Path, probe: Probe) -> None:
    """Raise UndecodablePicture (422) when the file at `path` is cut off.

    Costs well under a millisecond for what cameras write, whatever the size; a JPEG with other things appended is
    searched to the end of its first picture, and a HEIC or AVIF of open length is decoded.
    """
    try:
        with containers.mapped(path) as data:
            is_certain = _CHECKS[probe.format](data)
    except BrokenContainer as error:
        raise cut_off(probe.format, error) from error
    if not is_certain:
        _decode(path, probe)


def has_all_pixels(path: Path, warning: str) -> bool:
    """Whether the JPEG at `path` is whole, though `warning` came up when it was decoded.

    libjpeg tells of the first thing alone. Where that is a scan header which contradicts the frame's, as some
    telephones write it, the picture is decoded once more with the right one, to hear what comes after it.
    """
    if _is_damage(warning):
        return False
    vips = load_vips()
    try:
        with containers.mapped(path) as data:
            content = bytearray(data)
            *others, scan = containers.jpeg_segments(data)
        if any(segment.kind in _SEQUENTIAL for segment in others):
            content[scan.end - 3 : scan.end] = _WHOLE_BLOCK
        vips.Image.jpegload_buffer(bytes(content), access="sequential", fail_on="warning").avg()
    except (OSError, BrokenContainer):
        return False
    except vips.Error as error:
        return not _is_damage(str(error))
    return True


def _is_damage(warning: str) -> bool:
    return any(words in warning.lower() for words in _DAMAGE)


def _check_jpeg(data: mmap.mmap) -> bool:
    *_, scan = containers.jpeg_segments(data)
    if not containers.jpeg_is_closed(data, scan.end):
        raise BrokenContainer("its end is missing")
    return True


def _check_png(data: mmap.mmap) -> bool:
    if not any(chunk.kind == b"IDAT" for chunk in list(containers.png_chunks(data))):
        raise BrokenContainer("it has no picture data")
    return True


def _check_webp(data: mmap.mmap) -> bool:
    if not any(chunk.kind in (b"VP8 ", b"VP8L", b"ANMF") for chunk in list(containers.webp_chunks(data))):
        raise BrokenContainer("it has no picture data")
    return True


def _check_gif(data: mmap.mmap) -> bool:
    containers.gif_frames(data, len(data))
    return True


def _check_tiff(data: mmap.mmap) -> bool:
    block = TiffBlock(data)
    tags = block.read(block.first_directory, (_STRIP_OFFSETS, _STRIP_BYTES, _TILE_OFFSETS, _TILE_BYTES))
    for offsets, lengths in ((_STRIP_OFFSETS, _STRIP_BYTES), (_TILE_OFFSETS, _TILE_BYTES)):
        starts, counts = tags.get(offsets), tags.get(lengths)
        if isinstance(starts, tuple) and isinstance(counts, tuple) and len(starts) == len(counts):
            if any(start + count > len(data) for start, count in zip(starts, counts, strict=True)):
                raise BrokenContainer("some of its picture data is missing")
            return True
    return False


def _check_isobmff(data: mmap.mmap) -> bool:
    boxes = list(containers.isobmff_boxes(data))
    kinds = {box.kind for box in boxes}
    if b"meta" not in kinds or b"mdat" not in kinds:
        raise BrokenContainer("it has no picture data")
    last = boxes[-1]
    has_open_end = last.end == len(data) and not any(data[last.start - 8 : last.start - 4])
    return not has_open_end


def _decode(path: Path, probe: Probe) -> None:
    vips = load_vips()
    try:
        open_pixels(path, probe).avg()
    except vips.Error as error:
        raise cut_off(probe.format, " ".join(str(error).split())[:300]) from error


_CHECKS: dict[PictureFormat, Callable[[mmap.mmap], bool]] = {
    PictureFormat.JPEG: _check_jpeg,
    PictureFormat.PNG: _check_png,
    PictureFormat.WEBP: _check_webp,
    PictureFormat.GIF: _check_gif,
    PictureFormat.TIFF: _check_tiff,
    PictureFormat.AVIF: _check_isobmff,
    PictureFormat.HEIC: _check_isobmff,
}
