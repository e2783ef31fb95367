"""`maquette serve`: the servers, the web processes, the worker and beat under one supervisor."""

import json
import os
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from maquette.kit.metrics_folder import metrics_environment
from maquette.stack.address import listen, reachable, url_of
from maquette.stack.data_directory import DataDirectoryLock, make_data_directory
from maquette.stack.embedded import EmbeddedStack
from maquette.stack.health import HealthProbe
from maquette.stack.processes import ChildSpec
from maquette.stack.supervisor import Supervisor

PROGRAM = (sys.executable, "-m", "maquette")
FILE_LIMIT = 16384
UNMENDABLE_EXIT_CODE = 78
"""EX_CONFIG of sysexits.h: the configuration is wrong, and another start would find it wrong again."""


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What `maquette serve` was asked for."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8000
    web_processes: int = 1
    concurrency: int | None = None
    """Threads of the worker; None is one a processor."""


def serve(options: ServeOptions, environ: Mapping[str, str] = os.environ, program: Sequence[str] = PROGRAM) -> int:
    """Run until a signal ends it; the exit code. Raises StackError where it cannot begin.

    `program` is called with `web`, `worker` and `beat`.
    """
    _raise_file_limit()
    data = make_data_directory(options.data)
    lock = DataDirectoryLock(data)
    lock.acquire()
    lock.await_leftovers(log)
    listener = listen(options.host, options.port)
    stack = EmbeddedStack(
        data,
        postgres=not environ.get("MAQUETTE_DATABASE_URL"),
        valkey=not environ.get("MAQUETTE_REDIS_URL"),
        lock=lock,
    )
    try:
        servers = stack.specs()
        names = {spec.name for spec in servers}
        database_url = stack.database_url if "postgres" in names else environ["MAQUETTE_DATABASE_URL"]
        redis_url = stack.redis_url if "valkey" in names else environ["MAQUETTE_REDIS_URL"]
        lock.describe(
            address=url_of(listener),
            database_url=database_url if "postgres" in names else None,
            redis_url=redis_url if "valkey" in names else None,
        )
        shared = {
            # Threads would otherwise keep a memory pool each; two are enough for two processors' worth of pictures.
            "MALLOC_ARENA_MAX": "2",
            **environ,
            **metrics_environment(data / "metrics"),
            "MAQUETTE_DATA_DIR": str(data),
            "MAQUETTE_DATABASE_URL": database_url,
            "MAQUETTE_REDIS_URL": redis_url,
            "MAQUETTE_MIGRATE_ON_START": "1",
        }
        children = _children(options, shared, listener.fileno(), program)
        is_new = bool(servers) and servers[-1].name == "postgres"
        return Supervisor(
            # A new cluster takes half a second to make, in which the web processes can already import.
            [*servers[:-1], *children, servers[-1]] if is_new else [*servers, *children],
            log=log,
            health=HealthProbe(*reachable(listener)),
            on_ready=lambda: _announce(url_of(listener)),
            on_stop=listener.close,
            holding=(lock.children_fd,),
        ).run()
    finally:
        listener.close()
        stack.close()
        lock.release()


def _children(
    options: ServeOptions, environ: Mapping[str, str], listener: int, program: Sequence[str]
) -> list[ChildSpec]:
    final = frozenset({UNMENDABLE_EXIT_CODE})
    web = [
        ChildSpec(
            name=f"web-{number}",
            argv=(*program, "web"),
            env={**environ, "MAQUETTE_LISTEN_FD": str(listener)},
            pass_fds=(listener,),
            starts_after_health=number > 1,
            final_exit_codes=final,
        )
        for number in range(1, options.web_processes + 1)
    ]
    concurrency = () if options.concurrency is None else ("--concurrency", str(options.concurrency))
    worker = ChildSpec(
        name="worker",
        argv=(*program, "worker", *concurrency),
        env=environ,
        starts_after_health=True,
        final_exit_codes=final,
    )
    beat = ChildSpec(
        name="beat", argv=(*program, "beat"), env=environ, starts_after_health=True, final_exit_codes=final
    )
    return [*web, worker, beat]


def _announce(address: str) -> None:
    # A terminal that was closed must not end what it started.
    with suppress(OSError):
        sys.stdout.write(f"Maquette is ready at {address}\n")
        sys.stdout.flush()


def log(message: str) -> None:
    """A line about the processes, in the format of the other processes' lines."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    if os.environ.get("MAQUETTE_LOG_FORMAT") == "json":
        line = json.dumps({"timestamp": now, "level": "info", "logger": "maquette.stack", "event": message})
    else:
        line = f"{now} [info     ] {message}"
    with suppress(OSError):
        sys.stderr.write(line + "\n")


def _raise_file_limit() -> None:
    """Valkey and the web processes take a descriptor a connection; systems start with as few as 256."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILE_LIMIT if hard == resource.RLIM_INFINITY else min(FILE_LIMIT, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
