"""One range of bytes of a file (RFC 9110 §14)."""

import re
from dataclasses import dataclass

from maquette.kit.errors import MaquetteError

_SINGLE = re.compile(r"bytes\s*=\s*(\d*)\s*-\s*(\d*)", re.ASCII | re.IGNORECASE)


class RangeNotSatisfiable(MaquetteError):
    """The range begins behind the end of the file."""

    status = 416
    code = "range_not_satisfiable"

    def __init__(self, size: int) -> None:
        super().__init__(
            f"The range lies behind the end of the file, which has {size} bytes.",
            details={"size": size},
            headers={"Content-Range": f"bytes */{size}"},
        )


@dataclass(frozen=True, slots=True)
class ByteRange:
    """`length` bytes from `start` on, of a file of `size` bytes."""

    start: int
    length: int
    size: int

    @property
    def content_range(self) -> str:
        """The Content-Range header."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{self.size}"


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """The range that `header` asks for; None for the whole file, which is also the right answer to several ranges
    and to what is no range at all. Raises RangeNotSatisfiable.
    """
    # Numbers of 19 digits and more are beyond any file and need not be turned into integers of any length.
    found = _SINGLE.fullmatch(header.strip()) if header is not None and len(header) <= 100 else None
    if found is None:
        return None
    first, last = found.groups()
    if not first:
        if not last:
            return None
        length = min(int(last), size)
        if length == 0:
            raise RangeNotSatisfiable(size)
        return ByteRange(size - length, length, size)
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        raise RangeNotSatisfiable(size)
    end = min(int(last), size - 1) if last else size - 1
    return ByteRange(start, end - start + 1, size)


def wanted_range(range_header: str | None, if_range: str | None, etag: str, size: int) -> ByteRange | None:
    """As `parse_range`, but the whole file where If-Range names another content than `etag`."""
    if if_range is not None and if_range.strip() != etag:
        return None
    return parse_range(range_header, size)
