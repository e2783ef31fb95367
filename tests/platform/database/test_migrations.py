"""Every migration can be taken back, and made again."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from tests.conftest import Servers, _clone

from maquette.kit.database.models import Model
from maquette.kit.ids import new_id
from maquette.migrations.upgrade import alembic_config, upgrade


@pytest.fixture
async def migrated(servers: Servers) -> AsyncIterator[str]:
    """The address of a database that is up to date."""
    async with _clone(servers, f"migrated_{new_id().hex}") as url:
        yield url


async def look(url: str) -> tuple[set[str], list[object]]:
    """The tables of the database, and how it differs from the models."""

    def seen(connection: Connection) -> tuple[set[str], list[object]]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return set(inspect(connection).get_table_names()), list(compare_metadata(context, Model.metadata))

    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        found = await connection.run_sync(seen)
    await engine.dispose()
    return found


async def functions(url: str) -> set[str]:
    """The functions of our own that the database holds, such as those of triggers."""
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        names = await connection.exec_driver_sql(
            "SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE n.nspname = 'public'"
        )
        found = {row[0] for row in names}
    await engine.dispose()
    return found


async def test_the_schema_is_taken_back_to_nothing_and_made_again(migrated: str) -> None:
    tables, differences = await look(migrated)
    made = await functions(migrated)
    assert "media" in tables
    assert differences == []
    await asyncio.to_thread(command.downgrade, alembic_config(migrated), "base")
    assert (await look(migrated))[0] == {"alembic_version"}
    await upgrade(migrated)
    assert await look(migrated) == (tables, [])
    assert await functions(migrated) == made
