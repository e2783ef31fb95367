"""How a command reaches the database and Valkey: those of the environment, those of a running `serve`, or its own."""

import os
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from maquette.kit.errors import ServiceUnavailable

if TYPE_CHECKING:
    from maquette.platform.runtime import Platform

DATABASE, VALKEY, DATA = "MAQUETTE_DATABASE_URL", "MAQUETTE_REDIS_URL", "MAQUETTE_DATA_DIR"
STARTING_SECONDS = 5.0
"""How long a `serve` that is just starting may take to say where its servers are."""
READY_SECONDS = 60.0
FOREIGN_READY_SECONDS = 5.0
"""A server that somebody else runs is up or it is not: its operator is told soon."""


class ConnectionEnded(ServiceUnavailable):
    """The database went away in the middle of a command."""

    code = "connection_ended"


def data_folder(data: Path | None) -> Path:
    """The data folder that is meant: the option's, the environment's, or the default."""
    return data or Path(os.environ.get(DATA) or "maquette-data")


def known_addresses(data: Path | None) -> dict[str, str]:
    """The environment with the addresses of a `serve` that holds the data folder. Nothing is started."""
    from maquette.stack.data_directory import read_holder

    folder = data_folder(data).expanduser()
    environ = {**os.environ, DATA: str(folder)}
    # The log is for what a person should know: a command says itself what it does.
    environ.setdefault("MAQUETTE_LOG_LEVEL", "WARNING")
    deadline = time.monotonic() + STARTING_SECONDS
    while not (environ.get(DATABASE) and environ.get(VALKEY)):
        try:
            holder = read_holder(folder)
        except (NotADirectoryError, PermissionError):
            break  # whoever needs the folder says what is wrong with it
        if holder is None:
            break
        if holder.address is not None:
            found = {DATABASE: holder.database_url, VALKEY: holder.redis_url}
            environ |= {name: url for name, url in found.items() if url and not environ.get(name)}
            break
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    return environ


@dataclass(frozen=True, slots=True)
class Reached:
    """Where both servers are, said as environment, and which of them are this command's own."""

    environ: Mapping[str, str]
    own_database: bool = False
    own_valkey: bool = False


@contextmanager
def reached(data: Path | None) -> Iterator[Reached]:
    """The addresses of both servers; what nobody runs is started for the duration. Only from the main thread.

    Raises StackError where that cannot be.
    """
    environ = known_addresses(data)
    own_database, own_valkey = not environ.get(DATABASE), not environ.get(VALKEY)
    if not (own_database or own_valkey):
        yield Reached(environ)
        return
    from maquette.stack.embedded import EmbeddedStack

    with EmbeddedStack(Path(environ[DATA]), postgres=own_database, valkey=own_valkey) as stack:
        if own_database:
            environ |= {DATABASE: stack.database_url, "MAQUETTE_MIGRATE_ON_START": "1"}
        if own_valkey:
            environ[VALKEY] = stack.redis_url
        yield Reached(environ, own_database, own_valkey)


@asynccontextmanager
async def database_address(data: Path | None) -> AsyncIterator[str]:
    """The address of the database, whatever its schema."""
    with reached(data) as found:
        yield found.environ[DATABASE]


@asynccontextmanager
async def opened(data: Path | None) -> AsyncIterator["Platform"]:
    """The platform for one command, on a database that has the schema of this version.

    Raises StackError, SettingsInvalid, SchemaNotReady; ConnectionEnded when a server goes away meanwhile.
    """
    from maquette.app import load
    from maquette.platform.database.failures import DATABASE_FAILURES
    from maquette.platform.database.schema import ready_schema
    from maquette.platform.jobs.presence import forget_workers
    from maquette.platform.observability.logs import configure_logs
    from maquette.platform.runtime import running
    from maquette.slices import SLICES

    with reached(data) as found:
        settings = load(environ=found.environ)
        configure_logs(settings)
        is_foreign = not found.own_database and bool(os.environ.get(DATABASE))
        try:
            async with running(settings, SLICES) as platform:
                await ready_schema(platform, wait_seconds=FOREIGN_READY_SECONDS if is_foreign else READY_SECONDS)
                if found.own_valkey:
                    # It was started a moment ago for this command: those who spoke there before have ended.
                    await forget_workers(platform.valkey)
                yield platform
        except DATABASE_FAILURES as error:
            if isinstance(error, OSError) and not isinstance(error, ConnectionError | TimeoutError):
                raise
            raise ConnectionEnded(f"The database cannot be reached any more: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    said = str(getattr(error, "orig", None) or error).splitlines()
    return said[0] if said else type(error).__name__
