"""The schema at start: waited for, brought up to date, or refused with a reason."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from tests.conftest import Servers, _execute, drop_database

from maquette.kit.database.models import Model
from maquette.kit.ids import new_id
from maquette.platform.database.database import count_queries
from maquette.platform.database.schema import (
    SchemaNotReady,
    SchemaTooNew,
    alembic_config,
    newest_revision,
    present_revision,
    ready_schema,
    revisions,
    upgrade,
)
from maquette.platform.database.settings import DatabaseSettings
from maquette.platform.runtime import Platform, running
from maquette.platform.settings.loader import Settings
from maquette.slices import SLICES


@pytest.fixture
async def empty(servers: Servers, live_settings: Settings) -> AsyncIterator[DatabaseSettings]:
    """The settings of a database without any table."""
    name = f"empty_{new_id().hex}"
    await _execute(servers, f'CREATE DATABASE "{name}"')
    yield live_settings[DatabaseSettings].model_copy(update={"database_url": servers.database(name)})
    await drop_database(servers, name)


def test_the_files_are_read_as_alembic_reads_them() -> None:
    script = ScriptDirectory.from_config(alembic_config("postgresql+asyncpg://nobody@nowhere/nothing"))
    assert newest_revision() == script.get_current_head()
    assert set(revisions()) == {each.revision for each in script.walk_revisions()}


async def test_an_up_to_date_schema_costs_one_query(live_platform: Platform) -> None:
    asked: list[str] = []
    stop = count_queries(live_platform.database.engine, asked)
    await ready_schema(live_platform)
    stop()
    assert len(asked) == 1


async def test_an_empty_database_is_waited_for_and_then_refused(
    live_settings: Settings, empty: DatabaseSettings
) -> None:
    async with running(live_settings.replaced(empty), SLICES) as platform:
        assert await present_revision(platform) is None
        with pytest.raises(SchemaNotReady, match=r"it is empty.*maquette migrate"):
            await ready_schema(platform, wait_seconds=0.5)


async def test_who_waits_goes_on_as_soon_as_another_process_has_migrated(
    live_settings: Settings, empty: DatabaseSettings
) -> None:
    async with running(live_settings.replaced(empty), SLICES) as platform:
        waiting = asyncio.create_task(ready_schema(platform, wait_seconds=30))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        assert empty.database_url is not None
        await upgrade(empty.database_url)
        await asyncio.wait_for(waiting, 5)


async def test_three_processes_that_migrate_at_start_do_it_once(
    live_settings: Settings, empty: DatabaseSettings
) -> None:
    program = "import asyncio, sys; from maquette.migrations.upgrade import upgrade; asyncio.run(upgrade(sys.argv[1]))"
    assert empty.database_url is not None
    started = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, empty.database_url) for _ in range(3)
    ]
    assert [await process.wait() for process in started] == [0, 0, 0]
    settings = live_settings.replaced(empty.model_copy(update={"migrate_on_start": True}))
    async with running(settings, SLICES) as platform:
        await ready_schema(platform)
        assert await present_revision(platform) == newest_revision()


async def test_an_empty_database_is_migrated_at_start_where_the_settings_say_so(
    live_settings: Settings, empty: DatabaseSettings
) -> None:
    settings = live_settings.replaced(empty.model_copy(update={"migrate_on_start": True}))
    async with running(settings, SLICES) as first, running(settings, SLICES) as second:
        await asyncio.gather(ready_schema(first), ready_schema(second))
        assert await present_revision(first) == newest_revision()


async def test_a_database_of_a_newer_version_is_refused_at_once(live_platform: Platform) -> None:
    async with live_platform.database.transaction() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = 'from the future'"))
    began = time.monotonic()
    with pytest.raises(SchemaTooNew, match="from the future"):
        await ready_schema(live_platform)
    assert time.monotonic() - began < 2


async def test_a_database_that_is_not_up_is_waited_for(live_settings: Settings) -> None:
    nowhere = live_settings[DatabaseSettings].model_copy(
        update={"database_url": "postgresql+asyncpg://nobody@127.0.0.1:1/nothing"}
    )
    async with running(live_settings.replaced(nowhere), SLICES) as platform:
        began = time.monotonic()
        with pytest.raises(SchemaNotReady, match=r"not ready after 0\.6 seconds"):
            await ready_schema(platform, wait_seconds=0.6)
        assert time.monotonic() - began >= 0.6


async def test_the_migrations_make_what_the_models_say(live_platform: Platform) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Model.metadata))

    async with live_platform.database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
