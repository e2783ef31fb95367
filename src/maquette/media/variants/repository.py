"""What making and serving variants asks the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.media.models import Media
from maquette.media.repository import lock_owner
from maquette.media.schemas import VariantState
from maquette.media.variants.asking import job_key
from maquette.platform.jobs.models import ACTIVE, Job


@dataclass(frozen=True, slots=True)
class Source:
    """What is to be decoded, and how far it is."""

    media_id: UUID
    owner_id: UUID
    shard: str
    storage_key: str
    version: int
    files: dict[str, Any]
    failure: dict[str, Any] | None
    state: VariantState


_SOURCE = select(
    Media.id.label("media_id"),
    Media.owner_id,
    Media.shard,
    Media.storage_key,
    Media.version,
    Media.variant_files.label("files"),
    Media.failure,
    Media.variants.label("state"),
).where(Media.id == bindparam("media"))


async def find_source(session: AsyncSession, media_id: UUID) -> Source | None:
    """The media as far as variants need it."""
    found = (await session.execute(_SOURCE, {"media": media_id})).one_or_none()
    if found is None:
        return None
    return Source(**{**found._asdict(), "state": VariantState(found.state)})


async def record(session: AsyncSession, source: Source, values: dict[str, Any]) -> Media | None:
    """Write what came of it; None when the media is gone."""
    await lock_owner(session, source.owner_id)
    statement = (
        update(Media)
        .where(Media.id == source.media_id)
        .values(**values, version=Media.version + 1, updated_at=func.now())
        .returning(Media)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def find_stranded(session: AsyncSession, before: datetime, limit: int) -> Sequence[UUID]:
    """Media that wait for variants that no job is making any more."""
    waiting = (
        select(Media.id)
        .where(Media.variants == VariantState.PENDING, Media.variants != "ready", Media.updated_at < before)
        .where(
            ~select(Job.id)
            .where(Job.unique_key == func.concat(job_key_prefix(), Media.id), Job.state.in_(ACTIVE))
            .correlate(Media)
            .exists()
        )
        .order_by(Media.created_at)
        .limit(limit)
    )
    return list((await session.execute(waiting)).scalars())


def job_key_prefix() -> str:
    """What `job_key` puts before the id."""
    return job_key(UUID(int=0)).removesuffix(str(UUID(int=0)))
