"""Whether a file is all there, told by its structure: an upload cannot afford a full decode.

What a structure cannot show (wrong bytes in the middle) is found by the decode that makes the variants.
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
