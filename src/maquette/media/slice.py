"""Media: uploads, variants, the library, search, the timeline, tags and the trash."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.actor import Actor
from maquette.media.editing.endpoints import router as editing
from maquette.media.errors import MediaNotFound
from maquette.media.events import EVENTS
from maquette.media.files.endpoints import router as files
from maquette.media.library.endpoints import router as library
from maquette.media.models import Media, MediaDayCount, MediaLibrary, MediaRaw, MediaTag, Tag, UnclaimedFile
from maquette.media.permissions import MediaPermission
from maquette.media.repository import get_media
from maquette.media.settings import MediaSettings
from maquette.media.tags.endpoints import router as tags
from maquette.media.tasks import PERIODIC, TASKS
from maquette.media.timeline.endpoints import router as timeline
from maquette.media.trash.endpoints import router as trash
from maquette.media.uploads.endpoints import router as uploads
from maquette.media.variants.endpoints import router as variants
from maquette.platform.slice import Slice


async def may_listen(session: AsyncSession, actor: Actor, media_id: UUID) -> bool:
    """Who may see a media may hear of it."""
    try:
        await get_media(session, actor, media_id)
    except MediaNotFound:
        return False
    return actor.may(MediaPermission.READ)


slice = Slice(  # noqa: A001  # every slice calls it so
    "media",
    # The thumbnails come first because they are asked for most; fixed paths come before {media_id}.
    routers=(variants, library, timeline, uploads, trash, files, editing, tags),
    tasks=TASKS,
    periodic=PERIODIC,
    events=EVENTS,
    settings=(MediaSettings,),
    permissions=(MediaPermission,),
    models=(Media, MediaRaw, Tag, MediaTag, MediaDayCount, MediaLibrary, UnclaimedFile),
    topics={"media": may_listen},
)
