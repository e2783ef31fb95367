"""Files on their way in: written and hashed as they come, locked by their writer, gone when nobody wants them."""

import asyncio
import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from maquette.kit.errors import OutOfSpace
from maquette.media.errors import UploadTooLarge
from maquette.platform.storage.errors import FULL, StoreFailed
from maquette.platform.storage.staging import Staging

BATCH = 1024 * 1024
"""Bytes that are gathered before a thread hashes and writes them: the event loop never waits for either."""


class StagedFile:
    """A file in the staging folder that is being written. `checksum` is the SHA-256 of what was written so far."""

    def __init__(self, path: Path, limit: int) -> None:
        self.path = path
        self.size = 0
        self._limit = limit
        self._hash = hashlib.sha256()
        self._batch: list[bytes] = []
        self._batched = 0
        with _named(path):
            self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        # The lock ends with this process, however it ends: by it the cleaner knows what nobody is writing any more.
        fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    @property
    def checksum(self) -> str:
        """SHA-256, hexadecimal; after `finish`."""
        return self._hash.hexdigest()

    def add(self, data: bytes) -> bool:
        """Take more bytes; True when it is time to `flush`. Raises UploadTooLarge."""
        self.size += len(data)
        if self.size > self._limit:
            raise UploadTooLarge(self._limit)
        self._batch.append(data)
        self._batched += len(data)
        return self._batched >= BATCH

    async def flush(self) -> None:
        """Hash and write what was gathered, in a thread. Raises OutOfSpace."""
        if self._batched:
            await asyncio.to_thread(self.write)

    def write(self) -> None:
        """As `flush`, where the caller stands."""
        data = b"".join(self._batch)
        self._batch.clear()
        self._batched = 0
        self._hash.update(data)
        view = memoryview(data)
        with _named(self.path):
            while view:
                view = view[os.write(self._descriptor, view) :]

    def close(self) -> None:
        """Let go of the file and remove it, unless it was moved away."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
        os.close(self._descriptor)


@contextmanager
def staged(staging: Staging, limit: int) -> Iterator[StagedFile]:
    """A new file that is gone at the end, unless it was moved into its store."""
    file = StagedFile(staging.new(), limit)
    try:
        yield file
    finally:
        file.close()


def remove_abandoned(staging: Staging, *, older_than_seconds: float) -> int:
    """Remove staged files whose writer is dead. A file younger than that may not have its lock yet."""
    removed = 0
    for path in staging.folder.glob("upload-*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime < older_than_seconds:
                continue
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
                removed += 1
            finally:
                os.close(descriptor)
    return removed


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise OutOfSpace(
                "The disk is full, so that the upload was not stored. Free some space and upload again.",
            ) from error
        raise StoreFailed("staging", path.name, error.strerror or str(error)) from error
