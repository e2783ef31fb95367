"""Real PostgreSQL and Valkey for every test: started once a run, a template migrated once, cloned per worker.

`platform` and `client` roll everything back after the test and see one connection, so they are for one request
at a time. `live_platform` and `live_client` have a database of their own, with real commits and many connections:
for jobs, races and whatever crosses processes.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import structlog
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from maquette.app import create_app, load
from maquette.kit.ids import new_id
from maquette.migrations.upgrade import upgrade
from maquette.platform.database.database import Database
from maquette.platform.database.settings import DatabaseSettings
from maquette.platform.runtime import Platform, running
from maquette.platform.settings.loader import Settings
from maquette.slices import SLICES
from maquette.stack.embedded import EmbeddedStack

TEMPLATE = "maquette_template"
ORIGIN = "http://maquette.test"


@dataclass(frozen=True, slots=True)
class Servers:
    """Addresses of the servers that this test run started."""

    database_url: str
    redis_url: str

    def database(self, name: str) -> str:
        """The address of another database of the same server."""
        return make_url(self.database_url).set(database=name).render_as_string(hide_password=False)

    def valkey(self, number: int) -> str:
        """The address of a numbered Valkey database."""
        return f"{self.redis_url.split('?')[0]}?db={number}"


async def _make_template(servers: Servers) -> None:
    await _execute(servers, f"CREATE DATABASE {TEMPLATE}")
    await upgrade(servers.database(TEMPLATE))


async def _execute(servers: Servers, *statements: str) -> None:
    dsn = make_url(servers.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def drop_database(servers: Servers, name: str) -> None:
    """End what is still connected, then drop. WITH (FORCE) would fail where autovacuum happens to be at work."""
    ours = f"datname = '{name}' AND usename = current_user"
    await _execute(
        servers,
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}",
        f'DROP DATABASE IF EXISTS "{name}"',
    )


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers in the controlling process: they end with it, whatever happens to the workers."""
    # Traces as the program writes them: structlog's own draw the value of every variable, half a minute for some.
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], renderer])
    if hasattr(config, "workerinput"):
        return
    folder = Path(tempfile.mkdtemp(prefix="maquette-tests-"))
    folder.chmod(0o755)
    stack = EmbeddedStack(folder, fsync=False)
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    config.add_cleanup(stack.stop)
    stack.start()
    servers = Servers(stack.database_url, stack.redis_url)
    asyncio.run(_make_template(servers))
    config.stash[_SERVERS] = servers


_SERVERS = pytest.StashKey[Servers]()


class XdistHooks:
    """Tells the workers where the servers are."""

    @staticmethod
    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(node: Any) -> None:
        servers = node.config.stash[_SERVERS]
        node.workerinput["servers"] = (servers.database_url, servers.redis_url)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Register the hook that exists only under xdist."""
    pluginmanager.register(XdistHooks())


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Servers:
    """The servers of this run."""
    handed = getattr(request.config, "workerinput", None)
    return Servers(*handed["servers"]) if handed else request.config.stash[_SERVERS]


@pytest.fixture(scope="session")
def worker_number() -> int:
    """0, 1, ... under xdist, 0 alone."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


@asynccontextmanager
async def _clone(servers: Servers, name: str) -> AsyncIterator[str]:
    await _execute(servers, f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE}')
    try:
        yield servers.database(name)
    finally:
        await drop_database(servers, name)


@pytest.fixture(scope="session")
def worker_database(servers: Servers, worker_number: int) -> Iterator[str]:
    """The address of this worker's clone of the template."""
    name = f"worker_{worker_number}"
    asyncio.run(_execute(servers, f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE}'))
    yield servers.database(name)
    asyncio.run(drop_database(servers, name))


def settings_for(database_url: str, redis_url: str, data_dir: Path, **more: str) -> Settings:
    """The settings of a test; `more` are further MAQUETTE_ variables by their lower-case field names."""
    environ = {
        "MAQUETTE_DATABASE_URL": database_url,
        "MAQUETTE_REDIS_URL": redis_url,
        "MAQUETTE_DATA_DIR": str(data_dir),
        "MAQUETTE_SECRET_KEY": "a key for tests that is long enough",
        "MAQUETTE_DATABASE_POOL_SIZE": "4",
        **{f"MAQUETTE_{name.upper()}": value for name, value in more.items()},
    }
    return load(environ=environ)


@pytest.fixture
def settings(worker_database: str, servers: Servers, worker_number: int, tmp_path: Path) -> Settings:
    """The settings of a test whose database changes are rolled back."""
    return settings_for(worker_database, servers.valkey(1 + worker_number % 15), tmp_path / "data")


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """A database whose every transaction is a savepoint of one that is rolled back."""
    url = settings[DatabaseSettings].database_url
    assert url is not None
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        outer = await connection.begin()
        yield Database(settings[DatabaseSettings], bind=connection)
        await outer.rollback()
    await engine.dispose()


@pytest.fixture
async def platform(settings: Settings, database: Database) -> AsyncIterator[Platform]:
    """The platform of a process, on the database that is rolled back and a Valkey database emptied before."""
    async with running(settings, SLICES, database=database) as started:
        await started.cache.valkey.flushdb()
        yield started


@pytest.fixture
async def client(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """A program at the door, not logged in."""
    async with client_of(platform) as opened:
        yield opened


@asynccontextmanager
async def client_of(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an app on `platform`, at the origin that a browser would name."""
    transport = httpx.ASGITransport(app=create_app(platform.settings, platform), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"Origin": ORIGIN}) as opened:
        yield opened


@pytest.fixture
async def live_settings(servers: Servers, worker_number: int, tmp_path: Path) -> AsyncIterator[Settings]:
    """Settings with a database of this test's own, where commits are real."""
    async with _clone(servers, f"live_{new_id().hex}") as url:
        yield settings_for(url, servers.valkey(1 + worker_number % 15), tmp_path / "data")


@pytest.fixture
async def live_platform(live_settings: Settings) -> AsyncIterator[Platform]:
    """A platform whose commits are real."""
    async with running(live_settings, SLICES) as started:
        await started.cache.valkey.flushdb()
        yield started


@pytest.fixture
async def live_client(live_platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """A program at the door of an app whose commits are real."""
    async with client_of(live_platform) as opened:
        yield opened
