"""The revision of the schema: which one the code needs, which one stands, and how to come from one to the other."""

import asyncio
import re
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

import maquette
from maquette.kit.errors import MaquetteError
from maquette.platform.database.failures import DATABASE_FAILURES
from maquette.platform.database.settings import DatabaseSettings

if TYPE_CHECKING:
    from alembic.config import Config

    from maquette.platform.runtime import Platform

log = structlog.get_logger(__name__)

# A folder, not an import: the migrations see every slice, and the platform sees none.
MIGRATIONS = Path(maquette.__file__).parent / "migrations"
MIGRATION_LOCK = 0x4D_61_71_75
MIGRATIONS_TIMEOUT = 3600
"""Seconds that one statement of a migration, or the wait for another process's migrations, may take."""
WAIT_SECONDS = 60.0
LOOK_SECONDS = 0.25

# Alembic keeps its context in a module: one run at a time in a process.
_ALEMBIC = threading.Lock()
_REVISION = re.compile(r"^(revision|down_revision)\b[^=]*=\s*(.+?)\s*$", re.MULTILINE)


class SchemaNotReady(MaquetteError):
    """The database does not have the schema that this version needs."""

    code = "schema_not_ready"


class SchemaTooNew(MaquetteError):
    """The database was upgraded by a newer version of the program."""

    code = "schema_too_new"


def revisions() -> dict[str, frozenset[str]]:
    """Every revision with those that it follows, read from the files without running them: Alembic takes 0.2 s."""
    found: dict[str, frozenset[str]] = {}
    for path in sorted((MIGRATIONS / "versions").glob("*.py")):
        values = dict(_REVISION.findall(path.read_text(encoding="utf-8")))
        if "revision" in values:
            own = values["revision"].strip("\"'")
            found[own] = frozenset(re.findall(r"[\"']([^\"']+)[\"']", values.get("down_revision", "")))
    return found


def newest_revision() -> str:
    """The revision that the code of this version needs."""
    known = revisions()
    heads = set(known) - {parent for parents in known.values() for parent in parents}
    if len(heads) != 1:
        raise SchemaNotReady(f"This build has {len(heads)} newest migrations and needs one. Install it again.")
    return heads.pop()


def alembic_config(url: str) -> "Config":
    """Alembic's configuration, made here instead of read from a file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["url"] = url
    return config


async def upgrade(url: str, revision: str = "head") -> None:
    """Run the missing migrations; an advisory lock makes two processes do it one after the other."""
    from alembic import command

    def run() -> None:
        with _ALEMBIC:
            command.upgrade(alembic_config(url), revision)

    await asyncio.to_thread(run)


async def present_revision(platform: "Platform") -> str | None:
    """The revision that the database is at; None for an empty one."""
    async with platform.database.reading() as session:
        try:
            found = await session.scalar(text("SELECT version_num FROM alembic_version"))
        except ProgrammingError as error:
            if getattr(error.orig, "sqlstate", None) != asyncpg.UndefinedTableError.sqlstate:
                raise
            return None
    return None if found is None else str(found)


async def ready_schema(platform: "Platform", *, wait_seconds: float = WAIT_SECONDS) -> None:
    """Return when the schema is the one that this code needs, upgrading it first where the settings say so.

    Waits for a database that is not up yet and for whoever migrates. Raises SchemaNotReady when that takes too long.
    """
    settings = platform.settings[DatabaseSettings]
    newest = newest_revision()
    deadline = time.monotonic() + wait_seconds
    trouble = ""
    while True:
        try:
            present = await present_revision(platform)
            if present == newest:
                return
            if present is not None and present not in revisions():
                raise SchemaTooNew(
                    f"The database is at revision {present}, which this version of Maquette does not know. "
                    "Start the newer version, or restore the backup that was made before it."
                )
            if settings.migrate_on_start and settings.database_url is not None:
                log.info("schema_upgrade", present=present, newest=newest)
                await upgrade(settings.database_url)
                continue
            trouble = f"it is at revision {present}" if present else "it is empty"
        except DATABASE_FAILURES as error:
            if isinstance(error, DBAPIError) and error.orig is not None:
                trouble = str(error.orig)
            else:
                trouble = str(error) or type(error).__name__
        if time.monotonic() >= deadline:
            raise SchemaNotReady(
                f"The database is not ready after {wait_seconds:g} seconds: {trouble}. This version needs revision "
                f"{newest}. Run `maquette migrate`, and see that PostgreSQL is up."
            )
        await asyncio.sleep(LOOK_SECONDS)
