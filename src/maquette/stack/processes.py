"""Starts a process that ends when its parent does, whatever becomes of the parent."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from maquette.stack.errors import ServerStartFailed, StartedOutsideMainThread
from maquette.stack.identity import Identity

_PR_SET_PDEATHSIG = 1
LOG_LIMIT = 10 * 1024 * 1024
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """How one child is started, stopped and restarted."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    """The whole environment of the child."""
    cwd: Path | None = None
    identity: Identity | None = None
    """Another user to run as; needs root."""
    stdin: bytes = b""
    log: Path | None = None
    """File that takes the child's output; None shares the terminal."""
    pass_fds: tuple[int, ...] = ()
    stage: int = 0
    """Children stop stage by stage, the lowest first."""
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 6.0
    """How long a clean end may take before `force_signal`."""
    force_signal: signal.Signals = signal.SIGKILL
    orphan_signal: signal.Signals = signal.SIGTERM
    """Sent by the kernel when the parent dies."""
    prepare: Callable[[], None] | None = None
    """Runs in the parent before every start."""
    is_ready: Callable[[int], bool] | None = None
    """Whether the child with this pid does its work already; a child without it counts as ready at once."""
    starts_after_health: bool = False
    """Starts with the first sign of life of the others: what answers people has the processors to itself until then."""
    final_exit_codes: frozenset[int] = frozenset()
    """Exit codes that another start cannot mend; they end the whole."""


class Child:
    """A started process."""

    def __init__(self, spec: ChildSpec, process: "subprocess.Popen[bytes]", watch: "ParentWatch | None") -> None:
        self.spec = spec
        self.pid = process.pid
        self.started_at = time.monotonic()
        self._process = process
        self._watch = watch

    def poll(self) -> int | None:
        """The exit code (negative for a signal) once it has ended."""
        code = self._process.poll()
        if code is not None:
            self._ended()
        return code

    def wait(self, seconds: float) -> bool:
        """Whether it ended within `seconds`."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
            self._ended()
            return True
        return False

    def send(self, number: signal.Signals) -> None:
        """Signal the process itself."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill_group(self) -> None:
        """Kill what the process left behind in its own group, such as the pool of a worker."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def _ended(self) -> None:
        if self._watch is not None:
            self._watch.release()
            self._watch = None


def start(spec: ChildSpec, *, holding: Sequence[int] = ()) -> Child:
    """Start `spec` in a session of its own, so that Ctrl-C reaches only the parent. The child inherits `holding`."""
    if threading.current_thread() is not threading.main_thread():
        raise StartedOutsideMainThread(f"{spec.name} must be started from the main thread.")
    if spec.prepare is not None:
        spec.prepare()
    try:
        process = _spawn(spec, holding)
    except OSError as error:
        raise ServerStartFailed(f"{spec.name} could not be started: {error}.") from error
    watch = None if _libc is not None else ParentWatch(process.pid, spec.orphan_signal)
    return Child(spec, process, watch)


def _spawn(spec: ChildSpec, holding: Sequence[int]) -> "subprocess.Popen[bytes]":
    output = None if spec.log is None else _open_log(spec.log)
    feed, mouth = os.pipe()
    try:
        os.write(mouth, spec.stdin)
        os.close(mouth)
        with warnings.catch_warnings():
            # Python warns of forking beside threads; the code between fork and exec below takes no lock.
            warnings.simplefilter("ignore", DeprecationWarning)
            return subprocess.Popen(  # noqa: S603  the programs are ours, no shell is involved
                list(spec.argv),
                env=dict(spec.env),
                cwd=spec.cwd,
                stdin=feed,
                stdout=output,
                stderr=output,
                pass_fds=(*spec.pass_fds, *holding),
                start_new_session=True,
                preexec_fn=_tie_to_parent(spec.orphan_signal),  # noqa: PLW1509  prctl has to run after the change of user
                **_user_arguments(spec.identity),
            )
    finally:
        os.close(feed)
        if output is not None:
            os.close(output)


def _user_arguments(identity: Identity | None) -> dict[str, Any]:
    if identity is None:
        return {}
    return {"user": identity.uid, "group": identity.gid, "extra_groups": [], "umask": 0o077}


def _tie_to_parent(number: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def tie() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return tie


class ParentWatch:
    """For systems without a death signal: a shell that signals `pid` when the pipe from here closes without a word."""

    def __init__(self, pid: int, number: signal.Signals) -> None:
        feed, self._mouth = os.pipe()
        script = f"read -r _ || kill -{int(number)} {pid} 2>/dev/null"
        self._shell = subprocess.Popen(["/bin/sh", "-c", script], stdin=feed, start_new_session=True)  # noqa: S603  numbers only
        os.close(feed)

    def release(self) -> None:
        """End the watch without a signal: the pid may soon be somebody else's."""
        with suppress(OSError):
            os.write(self._mouth, b"\n")
        os.close(self._mouth)
        self._shell.wait()


def _open_log(path: Path) -> int:
    """Open for appending; a large one becomes `<name>.1` first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        if path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_name(f"{path.name}.1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def log_tail(path: Path, lines: int = 8) -> str:
    """The last lines of a log, for the message of a failed start."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 4096))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
