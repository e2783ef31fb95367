"""`maquette doctor`: looks at everything that an installation stands on, and says what to do."""

import asyncio
import os
import shutil
import socket
import stat
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import maquette
from maquette.kit.clock import now
from maquette.operations.checks import FAILURES
from maquette.operations.settings import OperationsSettings
from maquette.platform.database.database import Database
from maquette.platform.database.settings import DatabaseSettings
from maquette.platform.jobs.presence import alive_workers
from maquette.platform.settings.general import GeneralSettings
from maquette.platform.settings.loader import Settings
from maquette.platform.settings.secret import FILE as SECRET_FILE
from maquette.platform.storage.probing import try_store
from maquette.platform.storage.stores import Stores
from maquette.platform.valkey import ValkeySettings, connect

PATIENCE = 15.0
"""Seconds that one look may take."""
OLDEST_POSTGRES = 150000
SKEW_SECONDS = 5.0
FEW_FILES = 1024
OLDEST_PYTHON = 11
START = "Start `maquette serve`, then ask again."
LEAST_MIB = 200


class Verdict(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found."""

    name: str
    state: Verdict
    message: str
    advice: str = ""
    """What to do; empty when all is well."""


Look = Callable[[Settings], Awaitable[Finding]]


async def diagnose(settings: Settings) -> list[Finding]:
    """Every look, in the order in which things depend on each other. Nothing is changed."""
    findings = []
    for name, look in LOOKS.items():
        try:
            async with asyncio.timeout(PATIENCE):
                findings.append(await look(settings))
        except FAILURES as error:
            findings.append(Finding(name, Verdict.FAIL, _reason(error), ADVICE[name]))
    return findings


def _reason(error: BaseException) -> str:
    origin = getattr(error, "orig", None) or error
    return str(origin).splitlines()[0] if str(origin) else f"{type(origin).__name__} within {PATIENCE:.0f} s"


async def _python(_settings: Settings) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[1] < OLDEST_PYTHON:
        return Finding("python", Verdict.FAIL, f"Python {version}", ADVICE["python"])
    return Finding("python", Verdict.OK, f"Python {version}, Maquette {maquette.__version__}")


async def _data_folder(settings: Settings) -> Finding:
    folder = settings[GeneralSettings].data_dir.resolve()

    def write() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())

    await asyncio.to_thread(write)
    return Finding("data folder", Verdict.OK, f"{folder} can be written to")


async def _disk_space(settings: Settings) -> Finding:
    folder = settings[GeneralSettings].data_dir.resolve()
    free = (await asyncio.to_thread(shutil.disk_usage, folder)).free
    message = f"{free // 1024**2} MiB are free"
    if free < LEAST_MIB * 1024**2:
        return Finding("disk space", Verdict.FAIL, message, ADVICE["disk space"])
    if free < settings[OperationsSettings].disk_warning_bytes:
        return Finding("disk space", Verdict.WARN, message, ADVICE["disk space"])
    return Finding("disk space", Verdict.OK, message)


async def _sockets(_settings: Settings) -> Finding:
    import resource

    def bind() -> int:
        with tempfile.TemporaryDirectory(prefix="mq-") as folder, socket.socket(socket.AF_UNIX) as unix:
            unix.bind(f"{folder}/s")
        with socket.socket() as tcp:
            tcp.bind(("127.0.0.1", 0))
        return resource.getrlimit(resource.RLIMIT_NOFILE)[0]

    files = await asyncio.to_thread(bind)
    message = f"Unix and TCP sockets can be opened, {files} files at once"
    if 0 <= files < FEW_FILES:
        return Finding("sockets", Verdict.WARN, message, "Raise the limit: `ulimit -n 65536`.")
    return Finding("sockets", Verdict.OK, message)


async def _secret_key(settings: Settings) -> Finding:
    general = settings[GeneralSettings]
    path = general.data_dir / SECRET_FILE
    if general.secret_key is not None:
        return Finding("secret key", Verdict.OK, "given by MAQUETTE_SECRET_KEY")
    if not await asyncio.to_thread(path.exists):
        return Finding("secret key", Verdict.OK, "will be made at the first start")
    mode = stat.S_IMODE((await asyncio.to_thread(path.stat)).st_mode)
    if mode & 0o077:
        return Finding("secret key", Verdict.FAIL, f"{path} can be read by others ({mode:o})", f"chmod 600 {path}")
    return Finding("secret key", Verdict.OK, f"{path}, for its owner alone")


async def _page(_settings: Settings) -> Finding:
    page = Path(maquette.__file__).parent / "_web" / "index.html"
    if not await asyncio.to_thread(page.is_file):
        return Finding("page", Verdict.WARN, "the web page is not built; the API works", ADVICE["page"])
    return Finding("page", Verdict.OK, "the web page is built")


async def _database(settings: Settings) -> Finding:
    if settings[DatabaseSettings].database_url is None:
        return Finding("database", Verdict.WARN, "the embedded PostgreSQL is not running", START)
    from sqlalchemy import text

    from maquette.platform.database.schema import newest_revision

    database = Database(settings[DatabaseSettings])
    try:
        async with database.reading() as session:
            row = (
                await session.execute(
                    text(
                        "SELECT current_setting('server_version'), current_setting('server_version_num')::int, "
                        "to_regclass('alembic_version')"
                    )
                )
            ).one()
            version, number, table = row
            present = await session.scalar(text("SELECT version_num FROM alembic_version")) if table else None
    finally:
        await database.close()
    if number < OLDEST_POSTGRES:
        return Finding("database", Verdict.FAIL, f"PostgreSQL {version} is too old", "Use PostgreSQL 15 or newer.")
    newest = newest_revision()
    if present != newest:
        message = f"PostgreSQL {version}, schema {present or 'missing'}, needed {newest}"
        return Finding("database", Verdict.FAIL, message, "Run `maquette migrate`.")
    return Finding("database", Verdict.OK, f"PostgreSQL {version}, schema {present}")


async def _clock(settings: Settings) -> Finding:
    if settings[DatabaseSettings].database_url is None:
        return Finding("clock", Verdict.OK, "nothing to compare with")
    from sqlalchemy import text

    database = Database(settings[DatabaseSettings])
    try:
        async with database.reading() as session:
            await session.execute(text("SELECT 1"))
            began = time.monotonic()
            theirs = await session.scalar(text("SELECT clock_timestamp()"))
            took = time.monotonic() - began
    finally:
        await database.close()
    assert theirs is not None
    skew = abs((now() - theirs).total_seconds())
    message = f"{skew:.1f} s apart from the database"
    if skew - took > SKEW_SECONDS:
        return Finding("clock", Verdict.WARN, message, ADVICE["clock"])
    return Finding("clock", Verdict.OK, message)


async def _valkey(settings: Settings) -> Finding:
    if settings[ValkeySettings].redis_url is None:
        return Finding("valkey", Verdict.WARN, "the embedded Valkey is not running", START)
    valkey = connect(settings[ValkeySettings])
    try:
        found = await valkey.info("server")
    finally:
        await valkey.aclose()
    version = found.get("valkey_version") or found.get("redis_version")
    return Finding("valkey", Verdict.OK, f"{found.get('server_name', 'redis')} {version}")


async def _storage(settings: Settings) -> Finding:
    stores = await asyncio.to_thread(Stores.from_settings, settings)
    try:
        for store in (*stores.originals.shards, stores.variants):
            await try_store(store)
    finally:
        await stores.close()
    return Finding("storage", Verdict.OK, "every store takes a file, gives it back and forgets it")


async def _workers(settings: Settings) -> Finding:
    if settings[ValkeySettings].redis_url is None:
        return Finding("workers", Verdict.WARN, "not running", START)
    valkey = connect(settings[ValkeySettings])
    try:
        count = await alive_workers(valkey)
    finally:
        await valkey.aclose()
    if count == 0:
        return Finding("workers", Verdict.WARN, "no worker is running", ADVICE["workers"])
    return Finding("workers", Verdict.OK, f"{count} worker process{'es' if count > 1 else ''} running")


LOOKS: dict[str, Look] = {
    "python": _python,
    "data folder": _data_folder,
    "disk space": _disk_space,
    "sockets": _sockets,
    "secret key": _secret_key,
    "page": _page,
    "database": _database,
    "clock": _clock,
    "valkey": _valkey,
    "storage": _storage,
    "workers": _workers,
}
ADVICE = {
    "python": "Install Python 3.11 or newer.",
    "data folder": "Choose another folder with --data, or let this user write there.",
    "disk space": "Make room, or move the data folder to a larger disk.",
    "sockets": "Let this user open sockets on 127.0.0.1 and in the temporary folder.",
    "secret key": "Let this user read the data folder.",
    "page": "Build it with `make run` in the source folder, or install the wheel.",
    "database": "See that PostgreSQL runs and that MAQUETTE_DATABASE_URL is right.",
    "clock": "Let both machines set their clocks by NTP; tokens and signed addresses depend on it.",
    "valkey": "See that Valkey runs and that MAQUETTE_REDIS_URL is right.",
    "storage": "See that MAQUETTE_STORAGE_URL is right, that the bucket exists and that the keys may write to it.",
    "workers": "Start `maquette worker`: without it uploads stay without thumbnails.",
}
