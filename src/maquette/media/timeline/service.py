"""The skeleton of an actor's timeline, and its pages."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.actor import Actor
from maquette.kit.database.pagination import InvalidCursor, decode_cursor, encode_cursor
from maquette.kit.errors import ValidationFailed
from maquette.kit.http.etags import strong_etag
from maquette.media.library.sorts import is_storable
from maquette.media.timeline import repository
from maquette.platform.runtime import Platform

BUCKET = 5_000
"""A bucket takes whole days up to so many media; a fuller day is a bucket of its own."""
SORT = "timeline"
REMEMBERED = 1_000


class SpanInvalid(ValidationFailed):
    """The timeline is asked for days that end before they begin."""

    code = "span_invalid"

    def __init__(self) -> None:
        super().__init__(
            "end must not lie before start, and both need a year from 1 to 9998.",
            details={"fields": [{"path": "query.end", "message": "before start, or out of the calendar"}]},
        )


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The timeline as JSON, and the ETag of that."""

    body: bytes
    etag: str


class TimelineMemory:
    """The skeletons that this process made last: a change of the library makes the next one."""

    def __init__(self) -> None:
        self._kept: OrderedDict[UUID, tuple[int, Skeleton]] = OrderedDict()

    def recall(self, owner_id: UUID, version: int) -> Skeleton | None:
        """The skeleton of that version."""
        kept = self._kept.get(owner_id)
        return kept[1] if kept is not None and kept[0] == version else None

    def keep(self, owner_id: UUID, version: int, skeleton: Skeleton) -> None:
        """Remember it until the owner's next one."""
        self._kept[owner_id] = (version, skeleton)
        if len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)


class TimelineService:
    """The timeline of what an actor owns."""

    def __init__(self, session: AsyncSession, actor: Actor, platform: Platform) -> None:
        self._session = session
        self._actor = actor
        self._memory = platform.remembered(TimelineMemory, TimelineMemory)

    async def skeleton(self) -> Skeleton:
        """How many media lie in which days (schemas.Timeline)."""
        owner_id = self._actor.owner_id
        # The version is read first: what is counted after it is at least as new, so nothing old is ever kept under it.
        version = await repository.library_version(self._session, owner_id)
        found = self._memory.recall(owner_id, version)
        if found is None:
            counts = await repository.day_counts(self._session, owner_id)
            name = f"{version:x}"
            body = msgspec.json.encode(
                {"buckets": list(_buckets(counts)), "total": sum(count for _, count in counts), "version": name}
            )
            found = Skeleton(body, strong_etag(f"timeline-{owner_id.hex[-12:]}-{name}"))
            self._memory.keep(owner_id, version, found)
        return found

    async def page(self, start: date, end: date, cursor: str | None, limit: int) -> bytes:
        """Media of these days as columns (schemas.TimelinePage), newest first. Raises InvalidCursor, SpanInvalid."""
        if end < start or end.year > 9998:
            raise SpanInvalid
        columns, last = await repository.load_columns(
            self._session, self._actor.owner_id, (start, end), _read_cursor(cursor), limit
        )
        following = "null" if last is None else f'"{encode_cursor(SORT, last)}"'
        return f'{columns},"next_cursor":{following}}}'.encode()


def _buckets(counts: Iterable[tuple[date, int]]) -> Iterator[dict[str, Any]]:
    """Runs of whole days, newest first, of up to BUCKET media."""
    start = end = None
    total = 0
    days: list[int] = []
    for day, count in counts:
        if start is not None and total + count > BUCKET:
            yield {"start": start, "end": end, "count": total, "days": days}
            start, end, total, days = None, None, 0, []
        start, end, total = day, end or day, total + count
        days.append(count)
    if start is not None:
        yield {"start": start, "end": end, "count": total, "days": days}


def _read_cursor(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    at, media_id = decode_cursor(SORT, cursor, 2)
    if not isinstance(at, datetime) or not isinstance(media_id, UUID) or not is_storable(at):
        raise InvalidCursor
    return at, media_id
