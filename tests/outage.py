"""A database that is there and refuses everybody, for as long as a test says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.engine import make_url
from tests.conftest import Servers, _execute

from maquette.platform.database.settings import DatabaseSettings
from maquette.platform.runtime import Platform


@asynccontextmanager
async def database_shut(servers: Servers, platform: Platform) -> AsyncIterator[None]:
    """The database of `platform` ends all connections and takes no new one."""
    name = make_url(platform.settings[DatabaseSettings].database_url or "").database
    await _execute(
        servers,
        f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false',
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
    )
    try:
        yield
    finally:
        await _execute(servers, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
