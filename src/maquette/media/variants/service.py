"""Making the variants of a media: one decode, all sizes, one transaction. Safe to repeat."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from maquette.kit.clock import now
from maquette.kit.errors import MaquetteError
from maquette.kit.imaging.errors import UndecodablePicture
from maquette.kit.imaging.limits import Limits
from maquette.kit.imaging.probe import probe
from maquette.media.errors import MediaNotFound, VariantFailed
from maquette.media.events import MediaVariantsReady
from maquette.media.models import Media
from maquette.media.schemas import VariantFailure, VariantSize, VariantState
from maquette.media.settings import MediaSettings
from maquette.media.staging import staged
from maquette.media.telling import shown
from maquette.media.variants import repository
from maquette.media.variants.keys import possible_keys, variant_key
from maquette.media.variants.repository import Source
from maquette.platform.events.event import emit
from maquette.platform.observability.metrics import VARIANT_SECONDS, VARIANTS
from maquette.platform.runtime import Platform

if TYPE_CHECKING:
    from maquette.kit.imaging.variants import MadeVariants

ANY_SIZE = Limits(max_side=1_000_000, max_pixels=10**12, min_side=1, max_frames=10**6, max_total_pixels=10**15)
"""What was accepted once is decoded for ever, whatever the settings say today."""
STRANDED_AFTER = timedelta(minutes=10)
STRANDED_BATCH = 500


@dataclass(slots=True)
class _Workshop:
    """What one process is making at the moment."""

    places: asyncio.Semaphore
    under_way: dict[UUID, asyncio.Task[None]]


def _workshop(platform: Platform) -> _Workshop:
    def made() -> _Workshop:
        return _Workshop(asyncio.Semaphore(platform.settings[MediaSettings].variant_workers), {})

    return platform.remembered(_Workshop, made)


class VariantService:
    """Makes variants in this process, each media once at a time."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._workshop = _workshop(platform)

    async def make(self, media_id: UUID) -> None:
        """Make what is missing; whoever asks meanwhile waits for the same work.

        Raises MediaNotFound, VariantFailed (recorded on the media), or what the stores raise (not recorded).
        """
        task = self._workshop.under_way.get(media_id)
        if task is None:
            task = asyncio.create_task(self._make(media_id))
            self._workshop.under_way[media_id] = task
            task.add_done_callback(lambda _done: self._workshop.under_way.pop(media_id, None))
        # Shielded: one caller that goes away does not take the picture from the others.
        await asyncio.shield(task)

    async def record_failure(self, media_id: UUID, reason: MaquetteError, job_id: UUID | None) -> None:
        """Show on the media why it has no variants."""
        async with self._platform.database.reading() as session:
            source = await repository.find_source(session, media_id)
        if source is None or source.state is VariantState.READY:
            return
        failure = VariantFailure(message=reason.message, job_id=job_id).model_dump(mode="json")
        await self._record(source, {"variants": VariantState.FAILED, "failure": failure})

    async def fail_stranded(self) -> int:
        """Media whose job ended without a word (its process died again and again) are shown as failed."""
        async with self._platform.database.reading() as session:
            stranded = await repository.find_stranded(session, now() - STRANDED_AFTER, STRANDED_BATCH)
        for media_id in stranded:
            reason = VariantFailed("the worker stopped each time it decoded this picture.")
            await self.record_failure(media_id, reason, None)
        return len(stranded)

    async def _make(self, media_id: UUID) -> None:
        async with self._platform.database.reading() as session:
            source = await repository.find_source(session, media_id)
        if source is None:
            await self._remove_leftovers(media_id)
            raise MediaNotFound
        if source.state is VariantState.READY:
            return
        try:
            async with self._workshop.places, self._local(source) as path:
                with VARIANT_SECONDS.time():
                    made = await asyncio.to_thread(_decode, path)
        except UndecodablePicture as error:
            failure = VariantFailure(message=error.message).model_dump(mode="json")
            await self._record(source, {"variants": VariantState.FAILED, "failure": failure})
            for size in VariantSize:
                VARIANTS.labels(size, "failed").inc()
            raise VariantFailed(error.message) from error
        await self._store(source, made)

    async def _store(self, source: Source, made: "MadeVariants") -> None:
        files: dict[str, Any] = {}
        for variant in made.variants:
            key = variant_key(source.media_id, VariantSize(variant.name), variant.format.extension)
            await self._platform.stores.variants.put(key, variant.data, content_type=variant.mime)
            VARIANTS.labels(variant.name, "made").inc()
            files[variant.name] = {
                "key": key,
                "mime": variant.mime,
                "width": variant.width,
                "height": variant.height,
                "size": len(variant.data),
            }
        likeness = made.likeness
        values = {
            "variants": VariantState.READY,
            "variant_files": files,
            "failure": None,
            "thumbhash": b64encode(likeness.thumbhash).decode(),
            "dhash": likeness.dhash - 2**64 if likeness.dhash >= 2**63 else likeness.dhash,
            "dominant_colour": likeness.dominant_colour,
        }
        if await self._record(source, values) is None:
            await self._remove_leftovers(source.media_id)
            raise MediaNotFound

    async def _record(self, source: Source, values: dict[str, Any]) -> Media | None:
        async with self._platform.database.transaction() as session:
            media = await repository.record(session, source, values)
            if media is not None:
                emit(session, MediaVariantsReady(**shown(media)))
        return media

    async def _remove_leftovers(self, media_id: UUID) -> None:
        """The media was deleted while its variants were being made."""
        for key in possible_keys(media_id):
            await self._platform.stores.variants.delete(key)

    @asynccontextmanager
    async def _local(self, source: Source) -> AsyncIterator[Path]:
        """The original as a file of this machine; one that lies elsewhere is fetched into the staging folder."""
        store = self._platform.stores.originals.by_name(source.shard)
        path = store.local_path(source.storage_key)
        if path is not None:
            # Raises FileMissing, which says more than a decoder that cannot open its file.
            await store.stat(source.storage_key)
            yield path
            return
        with staged(self._platform.stores.staging, 2**63) as file:
            async for chunk in store.stream(source.storage_key):
                if file.add(chunk):
                    await file.flush()
            await file.flush()
            yield file.path


def _decode(path: Path) -> "MadeVariants":
    # NumPy comes with it, which a web process that makes no variants does without.
    from maquette.kit.imaging.variants import make_variants

    return make_variants(path, probe(path, ANY_SIZE))
