"""What Alembic runs: every migration in one transaction, one process at a time, on the models of all slices."""

import asyncio

from alembic import context
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from maquette import slices
from maquette.kit.database.models import Model
from maquette.platform.database.schema import MIGRATION_LOCK, MIGRATIONS_TIMEOUT

# Importing the list of slices has imported every model.
assert slices.SLICES


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Model.metadata, compare_type=True)
    with context.begin_transaction():
        # Held until the commit: of two processes the second finds nothing left to do.
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
        context.run_migrations()


async def _run(url: str) -> None:
    engine = create_async_engine(
        url,
        poolclass=pool.NullPool,
        connect_args={"timeout": 10, "server_settings": {"statement_timeout": str(MIGRATIONS_TIMEOUT * 1000)}},
    )
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
        await connection.commit()
    await engine.dispose()


asyncio.run(_run(context.config.attributes["url"]))
