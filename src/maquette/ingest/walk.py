"""Which files lie in a folder: hidden ones left out, links followed once, what cannot be read named. Blocking."""

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that may be a picture."""

    path: Path
    size: int
    modified: datetime | None


@dataclass(frozen=True, slots=True)
class FileFailure:
    """A file or folder that could not be taken in, and why."""

    path: str
    code: str
    reason: str


@dataclass(slots=True)
class Walk:
    """What lies in a folder, at any depth, by path."""

    files: list[FoundFile] = field(default_factory=list)
    hidden: int = 0
    """Files and folders whose name begins with a dot; what lies in such folders is not counted."""
    special: int = 0
    """What is neither file nor folder: sockets, pipes, devices."""
    failed: list[FileFailure] = field(default_factory=list)


def printable(path: Path) -> str:
    """A path as text, also where its name is no UTF-8 or would move the cursor."""
    text = os.fsencode(path).decode(errors="replace")
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def unreadable(path: Path, error: OSError) -> FileFailure:
    """The failure of a file that the operating system refuses."""
    return FileFailure(printable(path), "unreadable", f"It cannot be read: {error.strerror or error}.")


def walk(start: Path, leave_out: Iterable[Path] = ()) -> Walk:
    """What lies at `start`, a folder or one file. Folders in `leave_out` are passed over without a word."""
    found = Walk()
    left_out = {_identity(each.stat()) for each in leave_out if each.is_dir()}
    seen: set[tuple[int, int]] = set()
    waiting = [start]
    while waiting:
        path = waiting.pop()
        try:
            status = path.stat()
            if stat.S_ISREG(status.st_mode):
                found.files.append(FoundFile(path, status.st_size, _moment(status.st_mtime)))
            elif not stat.S_ISDIR(status.st_mode):
                found.special += 1
            # A link back up the tree, or a second link to the same folder, would go round or count twice.
            elif _identity(status) not in seen | left_out:
                seen.add(_identity(status))
                inside = list(path.iterdir())
                found.hidden += sum(each.name.startswith(".") for each in inside)
                waiting += [each for each in inside if not each.name.startswith(".")]
        except OSError as error:
            found.failed.append(unreadable(path, error))
    found.files.sort(key=lambda each: os.fsencode(each.path))
    return found


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _moment(seconds: float) -> datetime | None:
    """File systems keep dates that no calendar has."""
    with suppress(OverflowError, ValueError, OSError):
        moment = datetime.fromtimestamp(seconds, UTC)
        return moment if 1 < moment.year < 9999 else None
    return None
