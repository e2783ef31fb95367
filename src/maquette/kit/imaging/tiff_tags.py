"""A reader of TIFF directories, which is what EXIF is made of: bounded, and silent about what it cannot read."""

import struct
from collections.abc import Collection, Mapping
from typing import Protocol

Value = bytes | tuple[int, ...] | tuple[float, ...]
Tags = Mapping[int, Value]

MAX_VALUE_BYTES = 256 * 1024
"""A single value longer than this is passed over."""

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_CODES = {3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I", 16: "Q", 17: "q", 18: "Q"}
_RATIONAL, _SIGNED_RATIONAL = 5, 10


class Readable(Protocol):
    """`bytes` and `mmap` alike."""

    def __len__(self) -> int: ...
    def __getitem__(self, key: slice, /) -> bytes: ...


class TiffBlock:
    """One TIFF structure: offsets count from its beginning. Classic and BigTIFF, both byte orders."""

    def __init__(self, data: Readable) -> None:
        head = data[0:16]
        self._data = data
        self._order = ">" if head[:2] == b"MM" else "<"
        self._is_big = head[2:4] in (b"+\0", b"\0+")
        where = struct.unpack_from(self._order + "Q", head, 8) if self._is_big else None
        (self.first_directory,) = where or struct.unpack_from(self._order + "I", head, 4)

    def read(self, offset: int, wanted: Collection[int]) -> dict[int, Value]:
        """The wanted tags of the directory at `offset`: text and raw bytes as bytes, numbers as a tuple."""
        order, data = self._order, self._data
        entry_size, count_size = (20, 8) if self._is_big else (12, 2)
        head = data[offset : offset + count_size]
        if offset <= 0 or len(head) < count_size:
            return {}
        count = min(int.from_bytes(head, "big" if order == ">" else "little"), 65_535)
        entries = data[offset + count_size : offset + count_size + count * entry_size]
        layout = struct.Struct(order + ("HHQ" if self._is_big else "HHI"))
        tags: dict[int, Value] = {}
        for at in range(0, len(entries) - entry_size + 1, entry_size):
            tag, kind, length = layout.unpack_from(entries, at)
            if tag in wanted and tag not in tags and kind in _SIZES:
                value = self._value(kind, length, entries[at + layout.size : at + entry_size])
                if value is not None:
                    tags[tag] = value
        return tags

    def _value(self, kind: int, count: int, inline: bytes) -> Value | None:
        size = _SIZES[kind] * count
        if size > MAX_VALUE_BYTES:
            return None
        raw = inline[:size]
        if size > len(inline):
            (offset,) = struct.unpack(self._order + ("Q" if self._is_big else "I"), inline)
            raw = self._data[offset : offset + size]
        if len(raw) < size:
            return None
        if kind in (1, 2, 7):
            return bytes(raw)
        if kind in (_RATIONAL, _SIGNED_RATIONAL):
            numbers = struct.unpack(f"{self._order}{count * 2}{'I' if kind == _RATIONAL else 'i'}", raw)
            pairs = zip(numbers[::2], numbers[1::2], strict=True)
            return tuple(above / below if below else float("nan") for above, below in pairs)
        return struct.unpack(f"{self._order}{count}{_CODES[kind]}", raw)
