"""PostgreSQL and Valkey on this machine, for as long as this process lives."""

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from maquette.stack.data_directory import DataDirectoryLock, make_data_directory
from maquette.stack.errors import ServerStartFailed
from maquette.stack.identity import server_identity
from maquette.stack.postgres import EmbeddedPostgres
from maquette.stack.processes import Child, ChildSpec, log_tail, start
from maquette.stack.runtime_directory import RuntimeDirectory
from maquette.stack.valkey import EmbeddedValkey

START_SECONDS = 15.0
"""How long a server may keep dying at its start before that is an error; one that lives and recovers has longer."""
RECOVERY_SECONDS = 300.0


class EmbeddedStack:
    """Starts both servers, or those that are asked for, and stops them."""

    def __init__(
        self,
        data: Path,
        *,
        fsync: bool = True,
        postgres: bool = True,
        valkey: bool = True,
        postgres_settings: Mapping[str, str] | None = None,
        lock: DataDirectoryLock | None = None,
    ) -> None:
        self.data = make_data_directory(data)
        identity = server_identity(self.data / "postgres", self.data / "valkey")
        self._runtime = RuntimeDirectory(self.data, identity)
        self._lock = lock
        self._owns_lock = lock is None
        self._wanted = (postgres, valkey)
        self._fsync = fsync
        self._identity = identity
        self._settings = postgres_settings
        self._children: list[Child] = []

    @property
    def database_url(self) -> str:
        """For SQLAlchemy with asyncpg: `postgresql+asyncpg://maquette@/maquette?host=...`."""
        return self._postgres.url

    @property
    def redis_url(self) -> str:
        """For redis-py: `unix:///path?db=0`."""
        return self._valkey.url

    @property
    def broker_url(self) -> str:
        """For Celery: `redis+socket:///path?virtual_host=0`."""
        return self._valkey.broker_url

    @property
    def _postgres(self) -> EmbeddedPostgres:
        return EmbeddedPostgres(
            self.data, self._runtime.postgres, self._identity, fsync=self._fsync, settings=self._settings
        )

    @property
    def _valkey(self) -> EmbeddedValkey:
        return EmbeddedValkey(self.data, self._runtime.valkey, self._identity, fsync=self._fsync)

    def specs(self) -> list[ChildSpec]:
        """The servers, in the order to start them: what is quick first, the making of a cluster last."""
        postgres, valkey = self._wanted
        if not (postgres or valkey):
            return []
        self._runtime.make()
        specs: list[ChildSpec] = []
        if valkey:
            specs.append(self._valkey.spec())
        if postgres:
            specs.insert(0 if self._postgres.is_initialised else len(specs), self._postgres.spec())
        return specs

    def start(self) -> None:
        """Start the servers and wait until they answer. Only from the main thread.

        Raises DataDirectoryInUse, DataDirectoryUnusable, DataDirectoryFull, BinariesMissing, ServerStartFailed.
        """
        if self._lock is None:
            self._lock = DataDirectoryLock(self.data)
            self._lock.acquire()
        try:
            self._lock.await_leftovers(_say)
            for spec in self.specs():
                self._children.append(start(spec, holding=(self._lock.children_fd,)))
            deadline = time.monotonic() + START_SECONDS
            for place in range(len(self._children)):
                self._await(place, deadline)
            urls = zip(("database_url", "redis_url"), (self.database_url, self.redis_url), self._wanted, strict=True)
            self._lock.describe(**{name: url for name, url, wanted in urls if wanted})
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop them cleanly: Valkey first, then PostgreSQL. Harmless when nothing runs."""
        for child in sorted(self._children, key=lambda child: child.spec.stage):
            child.send(child.spec.stop_signal)
            if not child.wait(child.spec.stop_seconds + 5):
                child.send(child.spec.force_signal)
                child.wait(5)
        self._children.clear()
        self.close()

    def close(self) -> None:
        """Remove the sockets' folder, and let go of the data directory."""
        self._runtime.remove()
        if self._owns_lock and self._lock is not None:
            self._lock.release()
            self._lock = None

    def _await(self, place: int, deadline: float) -> None:
        spec = self._children[place].spec
        assert spec.is_ready is not None
        assert self._lock is not None
        while not spec.is_ready(self._children[place].pid):
            code = self._children[place].poll()
            now = time.monotonic()
            if now > deadline and (code is not None or now > deadline + RECOVERY_SECONDS):
                raise start_failed(spec, code)
            if code is not None:
                # The memory of a server that was killed a moment ago is free only when its last process has gone.
                time.sleep(0.2)
                self._children[place] = start(spec, holding=(self._lock.children_fd,))
            time.sleep(0.005)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start_failed(spec: ChildSpec, code: int | None) -> ServerStartFailed:
    """The error for a server that does not come up, with what it said last."""
    ended = "did not become ready" if code is None else f"ended with exit code {code}"
    tail = log_tail(spec.log) if spec.log is not None else ""
    return ServerStartFailed(f"{spec.name} {ended}. Its log {spec.log} ends with:\n{tail}")


def _say(message: str) -> None:
    sys.stderr.write(f"maquette: {message}\n")
