"""Questions to each part that the installation needs: how it is, and how long the answer took."""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from redis.exceptions import RedisError
from sqlalchemy import text

from maquette.kit.errors import MaquetteError
from maquette.operations.schemas import Component, State
from maquette.operations.settings import OperationsSettings
from maquette.platform.database.failures import DATABASE_FAILURES
from maquette.platform.jobs.presence import alive_workers, waiting_reason
from maquette.platform.runtime import Platform
from maquette.platform.settings.general import GeneralSettings
from maquette.platform.storage.local import LocalStore
from maquette.platform.storage.probing import try_store

log = structlog.get_logger(__name__)

PATIENCE = 3.0
"""Seconds after which a part that says nothing is down."""
FAILURES: tuple[type[Exception], ...] = (*DATABASE_FAILURES, RedisError, MaquetteError)
Check = Callable[[Platform], Awaitable[tuple[State, str]]]


async def measured(platform: Platform, name: str, check: Check) -> Component:
    """The answer of `check`, with its time; what it raises is an answer, too."""
    began = time.perf_counter()
    try:
        async with asyncio.timeout(PATIENCE):
            state, message = await check(platform)
    except FAILURES as error:
        # What exactly is wrong belongs in the log: anyone may read the answer.
        log.warning("health_check_failed", component=name, error=f"{type(error).__name__}: {error}"[:500])
        state, message = State.DOWN, f"{name} does not answer. The log says more."
    return Component(state=state, latency_ms=round((time.perf_counter() - began) * 1000, 2), message=message)


async def check_database(platform: Platform) -> tuple[State, str]:
    """Whether the primary answers."""
    async with platform.database.reading() as session:
        await session.execute(text("SELECT 1"))
    return State.OK, ""


async def check_cache(platform: Platform) -> tuple[State, str]:
    """Whether Valkey answers."""
    await platform.valkey.ping()
    return State.OK, ""


async def check_broker(platform: Platform) -> tuple[State, str]:
    """Whether the queues of jobs can be read."""
    waiting = await platform.dispatcher.waiting()
    if waiting is None:
        return State.DOWN, "The broker does not answer: jobs wait until it is back."
    return State.OK, ""


async def check_workers(platform: Platform) -> tuple[State, str]:
    """Whether anybody does jobs."""
    if await alive_workers(platform.valkey) == 0:
        reason = await waiting_reason(platform.valkey)
        if reason is not None:
            return State.DOWN, f"A worker is there and waits, because {reason}. The log says more."
        return State.DOWN, "No worker is running: uploads stay without thumbnails. Start `maquette worker`."
    return State.OK, ""


async def check_storage(platform: Platform) -> tuple[State, str]:
    """Whether every store takes a file, gives it back and forgets it."""
    for store in (*platform.stores.originals.shards, platform.stores.variants):
        try:
            await try_store(store)
        except MaquetteError as error:
            log.warning("health_check_failed", component="storage", error=error.message)
            return State.DOWN, f"The store {store.name!r} takes no files. The log says more."
    return State.OK, ""


async def check_disk(platform: Platform) -> tuple[State, str]:
    """Whether there is room for more."""
    least = platform.settings[OperationsSettings].disk_warning_bytes
    for name, folder in disk_folders(platform).items():
        free = (await asyncio.to_thread(shutil.disk_usage, folder)).free
        if free < least:
            return State.DEGRADED, f"Only {free // 1024**2} MiB are free for {name}. Make room, or add a disk."
    return State.OK, ""


def disk_folders(platform: Platform) -> dict[str, Path]:
    """The folders of this machine that grow, by what grows in them."""
    folders = {"data": platform.settings[GeneralSettings].data_dir}
    for store in (*platform.stores.originals.shards, platform.stores.variants):
        if isinstance(store, LocalStore):
            folders[store.name] = store.root
    return {name: folder for name, folder in folders.items() if folder.exists()}


CHECKS: dict[str, Check] = {
    "database": check_database,
    "cache": check_cache,
    "storage": check_storage,
    "broker": check_broker,
    "workers": check_workers,
    "disk": check_disk,
}
VITAL = frozenset({"database", "storage"})
"""Without these pictures cannot be served; without the others less works."""
