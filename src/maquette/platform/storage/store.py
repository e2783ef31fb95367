"""A store of files by key. This class speaks to any OpenDAL service; LocalStore is its quicker child for folders."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opendal import AsyncOperator
from opendal import exceptions as opendal

from maquette.platform.storage.errors import OPENDAL_ERRORS, FileMissing, RangeUnsatisfiable, named_errors
from maquette.platform.storage.keys import STAGING, checked, checked_prefix

if TYPE_CHECKING:
    from opendal.file import AsyncFile

CHUNK = 1024 * 1024
"""Bytes that a stream hands out at a time."""
PART = 8 * 1024 * 1024
"""Bytes of one part of a multipart upload."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What a store knows of one file."""

    key: str
    size: int
    """Bytes."""
    modified_at: datetime | None
    etag: str | None


class Store:
    """Files by key. Every verb raises a StorageFailed or NotFound that names store and key; a key that
    could leave the store raises KeyInvalid. A file under its key is always whole.
    """

    def __init__(self, name: str, operator: AsyncOperator | None = None) -> None:
        """Without `operator`, a child opens one when it is needed."""
        self.name = name
        self._opened = operator

    @property
    def _operator(self) -> AsyncOperator:
        assert self._opened is not None
        return self._opened

    async def put(self, key: str, data: bytes, *, content_type: str | None = None) -> None:
        """Store `data` under `key`, replacing what was there."""
        with named_errors(self.name, checked(key)):
            await self._operator.write(key, data, content_type=content_type)

    async def put_stream(self, key: str, chunks: AsyncIterator[bytes], *, content_type: str | None = None) -> int:
        """Store what `chunks` gives under `key`; the number of bytes. Nothing appears when `chunks` raises."""
        checked(key)
        with named_errors(self.name, key):
            writer = await self._operator.open(key, "wb", chunk=PART, concurrent=2, **_typed(content_type))
        # The writer's own `async with` would finish the file even after an exception, so it is closed by hand,
        # and only when everything was written; a writer that is dropped leaves no file.
        size = 0
        async for chunk in chunks:
            with named_errors(self.name, key):
                await _write_all(writer, chunk)
            size += len(chunk)
        with named_errors(self.name, key):
            await writer.close()
        return size

    async def put_file(self, key: str, source: Path, *, content_type: str | None = None) -> None:
        """Move the local file `source` under `key`. When this returns, the file is safe and `source` is gone."""
        checked(key)
        if (await asyncio.to_thread(source.stat)).st_size <= PART:
            await self.put(key, await asyncio.to_thread(source.read_bytes), content_type=content_type)
        else:
            await self.put_stream(key, read_chunks(source), content_type=content_type)
        await asyncio.to_thread(source.unlink, missing_ok=True)

    async def get(self, key: str) -> bytes:
        """The whole file."""
        with named_errors(self.name, checked(key)):
            return await self._operator.read(key)

    async def read_range(self, key: str, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset` on, fewer at the end of the file."""
        checked(key)
        _check_range(offset, length)
        # OpenDAL refuses a range that reaches beyond the end, so the size is asked first.
        size = (await self.stat(key)).size
        if offset > size:
            raise RangeUnsatisfiable(f"The part asked for lies behind the end of {key!r}.")
        length = min(length, size - offset)
        if length == 0:
            return b""
        with named_errors(self.name, key):
            return await self._operator.read(key, offset=offset, size=length)

    async def stream(
        self, key: str, *, offset: int = 0, length: int | None = None, chunk: int = CHUNK
    ) -> AsyncIterator[bytes]:
        """The file, or `length` bytes of it from `offset` on, in chunks."""
        checked(key)
        _check_range(offset, length or 0)
        with named_errors(self.name, key):
            reader = await self._operator.open(key, "rb")
            try:
                if offset:
                    await reader.seek(offset)
                left = length
                while left is None or left > 0:
                    data = await reader.read(chunk if left is None else min(chunk, left))
                    if not data:
                        break
                    if left is not None:
                        left -= len(data)
                    yield data
            finally:
                with suppress(*OPENDAL_ERRORS):
                    await reader.close()

    async def stat(self, key: str) -> StoredFile:
        """Size and times of the file."""
        with named_errors(self.name, checked(key)):
            found = await self._operator.stat(key)
        if not found.is_file:
            raise FileMissing(self.name, key)
        return StoredFile(key, found.content_length, found.last_modified, found.etag)

    async def exists(self, key: str) -> bool:
        """Whether there is a file under `key`."""
        try:
            await self.stat(key)
        except FileMissing:
            return False
        return True

    async def delete(self, key: str) -> None:
        """Remove the file; a file that is not there is as good as removed."""
        with named_errors(self.name, checked(key)):
            await self._operator.delete(key)

    async def list(self, prefix: str = "") -> AsyncIterator[StoredFile]:
        """Every file whose key begins with the folder `prefix`, in no promised order."""
        folder = checked_prefix(prefix)
        with named_errors(self.name, prefix):
            try:
                async for entry in await self._operator.list(folder or "/", recursive=True):
                    key, found = entry.path.lstrip("/"), entry.metadata
                    if key.endswith("/") or not key or key.startswith(f"{STAGING}/"):
                        continue
                    yield StoredFile(key, found.content_length, found.last_modified, found.etag)
            except opendal.NotFound:
                return

    async def copy(self, source: str, target: str) -> None:
        """Store the file `source` also under `target`."""
        checked(target)
        if self._operator.capability().copy:
            with named_errors(self.name, checked(source)):
                await self._operator.copy(source, target)
        else:
            await self.put_stream(target, self.stream(source))

    async def presign(
        self, key: str, *, seconds: int, content_type: str | None = None, content_disposition: str | None = None
    ) -> str | None:
        """An address under which anyone may read the file for `seconds`; None where the store cannot do that."""
        checked(key)
        if not self._operator.capability().presign_read:
            return None
        with named_errors(self.name, key):
            request = await self._operator.presign_read(
                key, seconds, content_type=content_type, content_disposition=content_disposition
            )
        return request.url

    def local_path(self, key: str) -> Path | None:
        """Where the file is on this machine, for libvips or nginx; None for a store elsewhere."""
        checked(key)
        return None

    async def close(self) -> None:
        """Nothing is kept open between verbs; OpenDAL's connections end with the process."""


def _typed(content_type: str | None) -> dict[str, Any]:
    """The keyword for OpenDAL, whose `open` does not take None."""
    return {} if content_type is None else {"content_type": content_type}


async def _write_all(writer: "AsyncFile", chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        written = await writer.write(bytes(view))
        view = view[written:]


def _check_range(offset: int, length: int) -> None:
    if offset < 0 or length < 0:
        raise RangeUnsatisfiable("A part of a file begins at 0 or later and has no negative length.")


async def read_chunks(path: Path, chunk: int = CHUNK) -> AsyncIterator[bytes]:
    """The local file in chunks, read in a thread."""
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while data := await asyncio.to_thread(file.read, chunk):
            yield data
    finally:
        file.close()
