"""Asking for the variants of a media, in the transaction of whoever asks."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from maquette.media.models import Media
from maquette.media.schemas import MakeVariants
from maquette.platform.jobs.enqueue import enqueue
from maquette.platform.jobs.models import Job


def job_key(media_id: UUID) -> str:
    """Of the queued and running jobs, one at most makes the variants of a media."""
    return f"{MakeVariants.kind}:{media_id}"


async def ask_for_variants(session: AsyncSession, media: Media) -> Job:
    """The job that makes them: a new one, or the one that is under way."""
    return await enqueue(
        session, MakeVariants(media_id=media.id), owner_id=media.owner_id, unique_key=job_key(media.id)
    )
