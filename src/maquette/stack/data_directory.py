"""The data directory: made private, locked against a second user, and free of an earlier start's processes."""

import errno
import fcntl
import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from maquette.stack.errors import DataDirectoryFull, DataDirectoryInUse, DataDirectoryUnusable, LeftoverProcesses

LOCK_FILE = "maquette.lock"
CHILDREN_FILE = "children.lock"
PATIENCE_SECONDS = 3.0
DATABASE_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Holder:
    """Who works on a data directory, as written in its lock file."""

    pid: int
    started: str
    address: str | None = None
    database_url: str | None = None
    redis_url: str | None = None


def make_data_directory(data: Path) -> Path:
    """The absolute path of `data`, made if it was missing (0700). Raises DataDirectoryUnusable."""
    data = Path(os.path.abspath(data.expanduser()))  # noqa: PTH100  resolve() would hide the path that the user knows
    try:
        if not data.exists():
            data.mkdir(parents=True, mode=0o700)
        if not data.is_dir():
            raise DataDirectoryUnusable(f"{data} is not a folder. Choose another one with --data.")
        if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "permission denied")
    except OSError as error:
        raise unusable(data, error) from error
    return data


def unusable(data: Path, error: OSError) -> DataDirectoryUnusable | DataDirectoryFull:
    """The message for an operating-system error on the data directory."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DataDirectoryFull(f"There is no space left for {data}. Free some, or choose another folder with --data.")
    reason = os.strerror(error.errno) if error.errno else str(error)
    return DataDirectoryUnusable(
        f"The data folder {data} cannot be used: {reason}. Give user id {os.geteuid()} access to it, "
        "or choose another folder with --data."
    )


class DataDirectoryLock:
    """Held while a process works on a data directory. The kernel drops it with the process, so it is never stale."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._lock: int | None = None
        self._children: int | None = None

    @property
    def children_fd(self) -> int:
        """Inherited by every child: whoever still lives keeps the file locked."""
        assert self._children is not None
        return self._children

    def acquire(self) -> None:
        """Raises DataDirectoryInUse naming the holder."""
        descriptor = _open(self._data / LOCK_FILE, self._data)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _parse(descriptor)
            os.close(descriptor)
            raise DataDirectoryInUse(_in_use(self._data, holder)) from None
        self._lock = descriptor
        self.describe()

    def describe(
        self, *, address: str | None = None, database_url: str | None = None, redis_url: str | None = None
    ) -> None:
        """Write what a second process should know."""
        assert self._lock is not None
        started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        holder = Holder(os.getpid(), started, address, database_url, redis_url)
        try:
            os.ftruncate(self._lock, 0)
            os.pwrite(self._lock, json.dumps(asdict(holder)).encode(), 0)
        except OSError as error:
            raise unusable(self._data, error) from error

    def await_leftovers(self, log: Callable[[str], None]) -> None:
        """Wait until no child of an earlier start lives; after a while kill all but its database.

        Raises LeftoverProcesses if they stay.
        """
        path = self._data / CHILDREN_FILE
        descriptor = _open(path, self._data)
        started = time.monotonic()
        announced = killed = False
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                waited = time.monotonic() - started
            if not announced and waited > 0.5:
                announced = True
                log("waiting for processes of an earlier start to end")
            if not killed and waited > PATIENCE_SECONDS:
                killed = True
                _kill_leftovers(path, log)
            if waited > DATABASE_PATIENCE_SECONDS:
                os.close(descriptor)
                pids = ", ".join(str(pid) for pid, _ in _lock_holders(path)) or "not visible to this user"
                raise LeftoverProcesses(
                    f"Processes of an earlier start on {self._data} do not end (pid {pids}). End them and start again."
                )
            time.sleep(0.02)
        self._children = descriptor

    def release(self) -> None:
        """Let the next one in."""
        for descriptor in (self._children, self._lock):
            if descriptor is not None:
                os.close(descriptor)
        self._children = self._lock = None


def read_holder(data: Path) -> Holder | None:
    """Who holds `data` at this moment, if anybody. Raises DataDirectoryUnusable where this user may not look."""
    try:
        descriptor = os.open(data / LOCK_FILE, os.O_RDONLY)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unusable(data, error) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _parse(descriptor) or Holder(0, "just now")
    else:
        return None
    finally:
        os.close(descriptor)


def _open(path: Path, data: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise unusable(data, error) from error


def _parse(descriptor: int) -> Holder | None:
    # The holder may be between locking and writing.
    with suppress(ValueError, TypeError):
        return Holder(**json.loads(os.pread(descriptor, 65536, 0)))
    return None


def _in_use(data: Path, holder: Holder | None) -> str:
    if holder is None:
        return f"The data folder {data} is in use by a process that is just starting. Choose another one with --data."
    where = f", at {holder.address}" if holder.address else ""
    return (
        f"The data folder {data} is in use by process {holder.pid}, started {holder.started}{where}. "
        "Stop that one first, or choose another folder with --data."
    )


def _lock_holders(path: Path) -> list[tuple[int, str]]:
    """Pid and program of every process that has `path` open, this one left out."""
    import psutil  # only when there are leftovers: it would be a fifth of this process's memory

    found: list[tuple[int, str]] = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid != os.getpid() and any(Path(file.path) == path for file in process.open_files()):
                found.append((process.pid, process.name()))
    return found


def _kill_leftovers(path: Path, log: Callable[[str], None]) -> None:
    """PostgreSQL is left to finish by itself: it is writing the last pages, and needs no recovery if it may."""
    for pid, name in _lock_holders(path):
        if not name.startswith("postgres"):
            log(f"killing {name} (pid {pid}), left over from an earlier start")
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
