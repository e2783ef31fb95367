"""The embedded Valkey: broker, cache, limits and events, kept in an append-only file under the data directory."""

import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

from maquette.stack.binaries import valkey_program
from maquette.stack.data_directory import unusable
from maquette.stack.errors import DataDirectoryUnusable
from maquette.stack.identity import Identity
from maquette.stack.processes import ChildSpec

STAGE = 1


class EmbeddedValkey:
    """Says how the server is run."""

    def __init__(
        self,
        data: Path,
        sockets: Path,
        identity: Identity | None,
        *,
        fsync: bool = True,
        max_memory_mb: int = 256,
    ) -> None:
        self.folder = data / "valkey"
        self._data = data
        self._socket = sockets / "valkey.sock"
        self._identity = identity
        self._fsync = fsync
        self._max_memory_mb = max_memory_mb

    @property
    def url(self) -> str:
        """The address for redis-py."""
        return f"unix://{self._socket}?db=0"

    @property
    def broker_url(self) -> str:
        """The address for Celery, which knows Unix sockets by another scheme."""
        return f"redis+socket://{self._socket}?virtual_host=0"

    @property
    def log(self) -> Path:
        """Where the server writes."""
        return self._data / "logs" / "valkey.log"

    def spec(self) -> ChildSpec:
        """How the server is run."""
        return ChildSpec(
            name="valkey",
            # The configuration comes by standard input: another user may be unable to walk to a file of ours.
            argv=(str(valkey_program(self._identity)), "-"),
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            cwd=self.folder,
            identity=self._identity,
            stdin=self._configuration().encode(),
            log=self.log,
            stage=STAGE,
            stop_seconds=2.0,
            orphan_signal=signal.SIGTERM,
            prepare=self.prepare,
            is_ready=self.is_ready,
        )

    def prepare(self) -> None:
        """Make the folder if it is missing, and remove the socket of a server that was killed."""
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            self._socket.unlink(missing_ok=True)
            if self._identity is not None:
                self._give_folder()
            elif self.folder.stat().st_uid != os.geteuid():
                raise DataDirectoryUnusable(
                    f"{self.folder} belongs to another user than you ({os.geteuid()}). Start Maquette as that user or "
                    f"as root, or give the folder away: chown -R {os.geteuid()} {self.folder}"
                )
        except OSError as error:
            raise unusable(self._data, error) from error

    def is_ready(self, pid: int) -> bool:  # noqa: ARG002  the socket was removed before this process started
        """Whether the server answers; while it loads its file it does not."""
        with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(0.5)
            connection.connect(str(self._socket))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        return False

    def _give_folder(self) -> None:
        assert self._identity is not None
        if self.folder.stat().st_uid != self._identity.uid:
            for path, _, files in os.walk(self.folder):
                for entry in (path, *(os.path.join(path, file) for file in files)):  # noqa: PTH118  as os.walk says it
                    os.chown(entry, self._identity.uid, self._identity.gid, follow_symlinks=False)

    def _configuration(self) -> str:
        walkable = "." if sys.platform == "linux" else str(self.folder)
        lines = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": walkable,
            "daemonize": "no",
            "appendonly": "yes",
            "appendfsync": "everysec" if self._fsync else "no",
            "auto-aof-rewrite-min-size": "16mb",
            "save": '""',
            "maxmemory": f"{self._max_memory_mb}mb",
            # Queues must not be thrown away to make room; what is only cached carries an expiry.
            "maxmemory-policy": "noeviction",
            "loglevel": "notice",
        }
        return "".join(f"{name} {value}\n" for name, value in lines.items())
