"""`maquette migrate`: bring the schema of the database up to date."""

import asyncio
import json

import typer

from maquette.cli.options import AsJson, Data


def migrate(data: Data = None, *, as_json: AsJson = False) -> None:
    """Bring the schema of the database up to date."""
    from maquette.cli.connection import database_address
    from maquette.migrations.upgrade import newest_revision, upgrade

    async def run() -> None:
        async with database_address(data) as url:
            await upgrade(url)

    asyncio.run(run())
    revision = newest_revision()
    typer.echo(json.dumps({"revision": revision}) if as_json else f"The schema is at revision {revision}.")
