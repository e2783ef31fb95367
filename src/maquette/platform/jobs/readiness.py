"""What a worker waits for before it takes its first job."""

import asyncio
from typing import TYPE_CHECKING

import structlog

from maquette.kit.errors import MaquetteError, OutOfSpace
from maquette.platform.jobs.presence import say_waiting
from maquette.platform.storage.probing import try_store

if TYPE_CHECKING:
    from maquette.platform.runtime import Platform

log = structlog.get_logger(__name__)

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0


async def await_store_of_variants(platform: "Platform") -> None:
    """Return when variants can be stored: jobs that came before would fail one after the other, and their pictures
    would wait for somebody to ask again.

    A full store is not waited for, as it is the jobs that make room.
    """
    store, pause = platform.stores.variants, FIRST_PAUSE_SECONDS
    while True:
        try:
            await try_store(store)
        except OutOfSpace as error:
            log.warning("store_full", store=store.name, error=error.message)
        except MaquetteError as error:
            log.warning("worker_waits_for_store", store=store.name, error=error.message, seconds=pause)
            await say_waiting(platform.valkey, f"the store {store.name!r} takes no files")
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            continue
        if pause > FIRST_PAUSE_SECONDS:
            log.info("worker_waited_for_store", store=store.name)
        return
