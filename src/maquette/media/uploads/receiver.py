"""A multipart body as it streams in: the file goes to the staging folder, fields stay in memory, and neither
has more room than it is given. Starlette's own form parser would write every file twice.
"""

import time
from dataclasses import dataclass, field

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from maquette.kit.errors import MaquetteError, UnsupportedMediaType
from maquette.media.errors import UploadBroken, UploadInterrupted, UploadTooLarge
from maquette.media.staging import StagedFile

MAX_FIELDS = 256 * 1024
"""Bytes of all fields and headers of parts together."""
MAX_HEADER = 16 * 1024
DRAIN_FACTOR = 4
DRAIN_SECONDS = 10.0


@dataclass(slots=True)
class Form:
    """What came beside the bytes of the file."""

    filename: str | None = None
    has_file: bool = False
    fields: dict[str, list[str]] = field(default_factory=dict)


class _Reader:
    """Callbacks of the parser. They only collect: what waits (disk, hashing) is done between two chunks."""

    def __init__(self, boundary: bytes, file: StagedFile) -> None:
        self.form = Form()
        self.is_complete = False
        self.wants_flush = False
        self._file = file
        self._room = MAX_FIELDS
        self._name: str | None = None
        self._is_file = False
        self._headers: dict[bytes, bytes] = {}
        self._header_name, self._header_value = bytearray(), bytearray()
        self._value = bytearray()
        self.parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._on_header_name,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers,
                "on_part_data": self._on_data,
                "on_part_end": self._on_end,
                "on_end": self._on_complete,
            },
        )

    def _take_room(self, size: int) -> None:
        self._room -= size
        if self._room < 0:
            raise UploadBroken(f"The fields beside the file have more than {MAX_FIELDS // 1024} KiB. Shorten them.")

    def _begin(self) -> None:
        self._headers.clear()
        self._value = bytearray()
        self._name, self._is_file = None, False

    def _on_header_name(self, data: bytes, start: int, end: int) -> None:
        self._take_room(end - start)
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._take_room(end - start)
        self._header_value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[bytes(self._header_name).lower()] = bytes(self._header_value)
        self._header_name.clear()
        self._header_value.clear()

    def _on_headers(self) -> None:
        disposition, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if disposition != b"form-data" or b"name" not in options:
            raise UploadBroken("A part of the form has no name. Send multipart/form-data as browsers and curl do.")
        self._name = options[b"name"].decode(errors="replace")
        self._is_file = self._name == "file"
        if self._is_file:
            if self.form.has_file:
                raise UploadBroken("The form has two files. Send each in a request of its own.")
            self.form.has_file = True
            if b"filename" in options:
                self.form.filename = options[b"filename"].decode(errors="replace")

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self.wants_flush |= self._file.add(data[start:end])
            return
        self._take_room(end - start)
        self._value += data[start:end]

    def _on_end(self) -> None:
        if not self._is_file and self._name is not None:
            self.form.fields.setdefault(self._name, []).append(self._value.decode(errors="replace"))

    def _on_complete(self) -> None:
        self.is_complete = True


def boundary_of(request: Request) -> bytes:
    """The boundary that the Content-Type names. Raises UnsupportedMediaType, UploadBroken."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data":
        raise UnsupportedMediaType("Send the picture as multipart/form-data, in a field called file.")
    boundary = options.get(b"boundary", b"")
    if not 1 <= len(boundary) <= 200:
        raise UploadBroken("The Content-Type names no boundary. Let your HTTP library write this header.")
    return boundary


async def receive(request: Request, file: StagedFile, limit: int) -> Form:
    """Read the whole body: the file into `file`, which is flushed at the end.

    Raises UploadTooLarge as soon as it is, UploadBroken, UploadInterrupted, OutOfSpace.
    """
    reader = _Reader(boundary_of(request), file)
    try:
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced[:20]) > limit + MAX_FIELDS + MAX_HEADER:
            raise UploadTooLarge(limit)
        async for chunk in request.stream():
            reader.parser.write(chunk)
            if reader.wants_flush:
                await file.flush()
                reader.wants_flush = False
        reader.parser.finalize()
    except ClientDisconnect as error:
        raise UploadInterrupted("The connection ended in the middle of the upload. Nothing was stored.") from error
    except MultipartParseError as error:
        await _drain(request, limit)
        raise UploadBroken(f"The form cannot be read: {error}") from error
    except MaquetteError:
        await _drain(request, limit)
        raise
    if not reader.is_complete:
        raise UploadInterrupted("The body ended in the middle of the form. Nothing was stored: upload again.")
    if not reader.form.has_file:
        raise UploadBroken("The form has no field called file. Put the picture there.")
    await file.flush()
    return reader.form


async def _drain(request: Request, limit: int) -> None:
    """Read on for a while without keeping anything: a client that is still sending when the connection closes sees
    a broken pipe and never the answer that says why.
    """
    left, until = limit * DRAIN_FACTOR, time.monotonic() + DRAIN_SECONDS
    try:
        async for chunk in request.stream():
            left -= len(chunk)
            if left < 0 or time.monotonic() > until:
                return
    except (ClientDisconnect, RuntimeError):  # gone, or already read to the end
        return
