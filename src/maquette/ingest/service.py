"""Taking in a folder of this machine. Safe to repeat: what is there already, by its bytes, is left alone."""

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from maquette.accounts.actor import Actor
from maquette.ingest.walk import FileFailure, FoundFile, Walk, printable, unreadable, walk
from maquette.kit.errors import Forbidden, MaquetteError, ServiceUnavailable, StorageFailed
from maquette.kit.imaging.errors import EmptyPicture, UnsupportedPicture
from maquette.kit.imaging.formats import SNIFF_BYTES, sniff
from maquette.media.errors import QuotaExceeded, UploadExpired
from maquette.media.schemas import Origin
from maquette.media.service import UploadFields, check_file, find_existing, store_file
from maquette.platform.runtime import Platform

__all__ = ["FileFailure", "FolderImport", "FoundFile", "Outcome", "Walk", "printable", "walk"]

AT_ONCE = 4
"""Files under way: one writes while others are hashed and probed."""
PICTURE_NAMES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".tif", ".tiff", ".avif", ".heic", ".heif", ".hif"}
)
"""A file that is called so and is no picture is broken; any other was never meant to be one."""
ENDING = (QuotaExceeded, StorageFailed, ServiceUnavailable, Forbidden)
"""What the next file would meet as well."""


class Outcome(StrEnum):
    """What became of a file."""

    NEW = "new"
    PRESENT = "present"
    NO_PICTURE = "no_picture"
    FAILED = "failed"


Tell = Callable[[FoundFile, Outcome], None]


@dataclass(slots=True)
class FolderImport:
    """One run over files for an actor; the counts tell how far it is. A dry one writes nothing."""

    platform: Platform
    actor: Actor
    is_dry: bool = False
    tell: Tell = lambda _file, _outcome: None
    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    new_bytes: int = 0
    failed: list[FileFailure] = field(default_factory=list)
    ended_by: MaquetteError | None = None
    """Why it ended before the last file, such as a full disk."""
    _is_stopping: bool = False
    _seen: set[str] = field(default_factory=set)
    """Checksums that a dry run would have stored by now."""

    @property
    def new(self) -> int:
        """Pictures that came in, or would in a dry run."""
        return self.counts[Outcome.NEW]

    @property
    def present(self) -> int:
        """Files whose bytes the actor has already."""
        return self.counts[Outcome.PRESENT]

    @property
    def no_pictures(self) -> int:
        """Files that are something else and do not pretend."""
        return self.counts[Outcome.NO_PICTURE]

    @property
    def done(self) -> int:
        """Files that need not be looked at again, and those that failed."""
        return sum(self.counts.values())

    def stop(self) -> None:
        """Take no further file; those under way are finished."""
        self._is_stopping = True

    async def run(self, files: Sequence[FoundFile]) -> None:
        """Take in `files`, a few at once. What is wrong with one is noted and the next is taken."""
        waiting = iter(files)
        ends = await asyncio.gather(*(self._work(waiting) for _ in range(AT_ONCE)), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def _work(self, waiting: Iterator[FoundFile]) -> None:
        try:
            while not self._is_stopping and (file := next(waiting, None)) is not None:
                outcome = await self._take(file)
                if outcome is None:
                    return
                self.counts[outcome] += 1
                if outcome is Outcome.NEW:
                    self.new_bytes += file.size
                self.tell(file, outcome)
        except BaseException:
            self.stop()
            raise

    async def _take(self, file: FoundFile) -> Outcome | None:
        """None where the run ends with this file."""
        try:
            return await self._take_in(file)
        except (UnsupportedPicture, EmptyPicture) as error:
            if file.path.suffix.lower() not in PICTURE_NAMES:
                return Outcome.NO_PICTURE
            return self._fail(FileFailure(printable(file.path), error.code, error.message))
        except MaquetteError as error:
            if isinstance(error, ENDING) and not isinstance(error, UploadExpired):
                self.ended_by = error
                self.stop()
                return None
            return self._fail(FileFailure(printable(file.path), error.code, error.message))
        except _FileUnreadable as error:
            return self._fail(unreadable(file.path, error.cause))

    def _fail(self, failure: FileFailure) -> Outcome:
        self.failed.append(failure)
        return Outcome.FAILED

    async def _take_in(self, file: FoundFile) -> Outcome:
        checksum = await asyncio.to_thread(self._look, file)
        if await find_existing(self.platform, self.actor, [checksum]):
            return Outcome.PRESENT
        if self.is_dry:
            is_copy = checksum in self._seen
            self._seen.add(checksum)
            return Outcome.PRESENT if is_copy else Outcome.NEW
        stored = await store_file(
            self.platform,
            self.actor,
            file.path,
            printable(Path(file.path.name)),
            origin=Origin.INGESTED,
            fields=UploadFields(last_modified=file.modified),
        )
        return Outcome.PRESENT if stored.duplicate else Outcome.NEW

    def _look(self, file: FoundFile) -> str:
        """The SHA-256 of a file that may be a picture; a dry run looks as closely as storing does."""
        try:
            with file.path.open("rb") as opened:
                if self.is_dry or sniff(opened.read(SNIFF_BYTES)) is None:
                    check_file(self.platform, _speakable(file.path, opened.fileno()))
                opened.seek(0)
                return hashlib.file_digest(opened, "sha256").hexdigest()
        except OSError as error:
            raise _FileUnreadable(error) from error


def _speakable(path: Path, descriptor: int) -> Path:
    """A path that libraries take which know no names but UTF-8."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return Path(f"/dev/fd/{descriptor}")
    return path


class _FileUnreadable(Exception):
    """The operating system refuses the file itself; the database's own errors are of the same kind."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(str(cause))
        self.cause = cause
