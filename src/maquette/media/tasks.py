"""What workers do for media."""

from datetime import timedelta
from typing import Any

from maquette.kit.errors import MaquetteError
from maquette.media.errors import MediaNotFound, VariantFailed
from maquette.media.events import MediaBulkUpdated
from maquette.media.models import Tag
from maquette.media.repository import lock_owner
from maquette.media.schemas import MakeVariants, PurgeMedia, ReindexTag, RemoveFiles
from maquette.media.tags import repository as tags
from maquette.media.trash.service import TrashService
from maquette.media.variants.service import VariantService
from maquette.platform.events.event import emit
from maquette.platform.jobs.errors import is_permanent
from maquette.platform.jobs.task import Periodic, Task
from maquette.platform.jobs.work import Work


async def make_variants(work: Work, request: MakeVariants) -> dict[str, Any] | None:
    """Make all variants; a picture that cannot be decoded says so on itself and in its job."""
    service = VariantService(work.platform)
    try:
        await service.make(request.media_id)
    except MediaNotFound:
        return {"skipped": "the media was deleted"}
    except MaquetteError as error:
        # Such as an original that is gone: the job is not repeated, so the picture must not wait for it.
        is_last = work.attempt >= request.max_attempts or is_permanent(error)
        if isinstance(error, VariantFailed) or is_last:
            await service.record_failure(request.media_id, error, work.job_id)
        raise
    return None


async def remove_files(work: Work, _request: RemoveFiles) -> dict[str, Any] | None:
    """Remove stored files that no media claims."""
    return dict(await TrashService(work.platform).remove_files())


async def purge(work: Work, _request: PurgeMedia) -> dict[str, Any] | None:
    """Trash what has expired, remove what the trash has kept long enough, and show stranded variants as failed."""
    done = await TrashService(work.platform).purge()
    return {**done, "stranded": await VariantService(work.platform).fail_stranded()}


async def reindex_tag(work: Work, request: ReindexTag) -> dict[str, Any] | None:
    """Copy a tag's name to its media, a batch at a time; repeating it does no harm."""
    done, last = 0, None
    while True:
        work.check()
        async with work.transaction() as session:
            tag = await session.get(Tag, request.tag_id)
            if tag is None:
                return {"done": done}
            await lock_owner(session, tag.owner_id)
            media_ids = await tags.media_of(session, tag.id, last, tags.BATCH)
            if not media_ids:
                return {"done": done}
            await tags.refresh(session, media_ids)
            emit(session, MediaBulkUpdated(owner_id=tag.owner_id, action="tags", media_ids=media_ids))
        done, last = done + len(media_ids), media_ids[-1]
        await work.progress(0.5, f"{done:,} media")


TASKS: tuple[Task[Any], ...] = (
    Task(MakeVariants, make_variants),
    Task(RemoveFiles, remove_files),
    Task(PurgeMedia, purge),
    Task(ReindexTag, reindex_tag),
)
PERIODIC = (
    Periodic(RemoveFiles(), timedelta(minutes=10)),
    Periodic(PurgeMedia(), timedelta(hours=1)),
)
