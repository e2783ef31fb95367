"""The outer structure of picture files: where segments, chunks and boxes begin and end. Nothing is decoded here."""

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_JPEG_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_JPEG_SOS = 0xDA
_JPEG_EOI = 0xD9


class BrokenContainer(Exception):
    """The structure ends early or says something impossible; probe and completeness turn it into UndecodablePicture."""


class Part(NamedTuple):
    """A segment, chunk or box: its kind, and where its content begins and ends in the file."""

    kind: bytes
    start: int
    end: int


@contextmanager
def mapped(path: Path) -> Iterator[mmap.mmap]:
    """The bytes of a file that is not empty, read by the system only where they are looked at."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data


def jpeg_segments(data: mmap.mmap) -> Iterator[Part]:
    """Every segment up to and with the first start of scan (kind is the one byte of the marker)."""
    at, size = 2, len(data)
    while at + 4 <= size:
        if data[at] != 0xFF:
            raise BrokenContainer("a segment does not begin where the one before ends")
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker in _JPEG_STANDALONE:
            at += 2
            continue
        if marker == _JPEG_EOI:
            raise BrokenContainer("it ends before any picture data")
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end > size or end < at + 4:
            raise BrokenContainer("a segment is cut off")
        yield Part(bytes((marker,)), at + 4, end)
        if marker == _JPEG_SOS:
            return
        at = end
    raise BrokenContainer("it ends before any picture data")


def jpeg_is_closed(data: mmap.mmap, scan_start: int) -> bool:
    """Whether the end-of-image marker follows the scans, however many bytes (a video, other pictures) come after it.

    Most files end with the marker itself, which is looked at first: then nothing of the file is read. Otherwise the
    first marker behind the scan's header is it: inside a scan 0xFF is always followed by 0x00 or a restart.
    """
    return data[-2:] == b"\xff\xd9" or data.find(b"\xff\xd9", scan_start) >= 0


def png_chunks(data: mmap.mmap) -> Iterator[Part]:
    """Every chunk up to and with IEND."""
    at, size = 8, len(data)
    while at + 12 <= size:
        kind = data[at + 4 : at + 8]
        end = at + 8 + int.from_bytes(data[at : at + 4], "big")
        if end + 4 > size:
            raise BrokenContainer(f"its chunk {kind.decode('latin-1')} is cut off")
        yield Part(kind, at + 8, end)
        if kind == b"IEND":
            return
        at = end + 4
    raise BrokenContainer("it ends before its IEND chunk")


def webp_chunks(data: mmap.mmap) -> Iterator[Part]:
    """Every chunk of the RIFF container."""
    size = 8 + int.from_bytes(data[4:8], "little")
    if size > len(data):
        raise BrokenContainer(f"it has {len(data)} of {size} bytes")
    at = 12
    while at + 8 <= size:
        kind = data[at : at + 4]
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + length
        if end > size:
            raise BrokenContainer(f"its chunk {kind.decode('latin-1')} is cut off")
        yield Part(kind, at + 8, end)
        at = end + (length & 1)


def isobmff_boxes(data: mmap.mmap) -> Iterator[Part]:
    """Every box of the top level (AVIF, HEIC). A box of length 0 reaches to the end of the file."""
    at, size = 0, len(data)
    while at + 8 <= size:
        kind = data[at + 4 : at + 8]
        if not kind.isalnum():  # bytes that some cameras append behind the last box
            return
        length, header = int.from_bytes(data[at : at + 4], "big"), 8
        if length == 1:
            length, header = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        end = size if length == 0 else at + length
        if end > size or end < at + header:
            raise BrokenContainer(f"its box {kind.decode('latin-1')} is cut off")
        yield Part(kind, at + header, end)
        at = end
    if at < size:
        raise BrokenContainer("its last box is cut off")


def gif_frames(data: mmap.mmap, at_most: int) -> int:
    """How many frames there are, walking block by block to the trailer without decoding any.

    Stops counting behind `at_most`: the answer is then `at_most + 1`, whatever else the file holds.
    """
    try:
        at = 13 + _gif_palette_bytes(data[10])
        frames = 0
        while (introducer := data[at]) != 0x3B:
            if introducer == 0x2C:
                frames += 1
                if frames > at_most:
                    return frames
                at += 11 + _gif_palette_bytes(data[at + 9])
            elif introducer == 0x21:
                at += 2
            else:
                raise BrokenContainer("a block does not begin where the one before ends")
            while length := data[at]:
                at += length + 1
            at += 1
    except IndexError:
        raise BrokenContainer("it ends before its trailer") from None
    if frames == 0:
        raise BrokenContainer("it has no frame")
    return frames


def _gif_palette_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0
