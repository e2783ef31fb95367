"""The trash over HTTP."""

from fastapi import APIRouter

from maquette.media.permissions import DeleterOf
from maquette.media.schemas import TrashEmptied
from maquette.media.trash.service import TrashService
from maquette.platform.dependencies import PlatformOf, SessionOf

router = APIRouter(tags=["media"])


@router.delete("/media/trash", summary="Empty the trash")
async def empty_trash(session: SessionOf, actor: DeleterOf, platform: PlatformOf) -> TrashEmptied:
    """Remove everything in the caller's trash for good."""
    return TrashEmptied(deleted=await TrashService(platform).empty(session, actor.owner_id))
