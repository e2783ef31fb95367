"""The timeline in SQL: counts that triggers keep, and pages as columns."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from maquette.media.driver import driver_of


async def library_version(session: AsyncSession, owner_id: UUID) -> int:
    """Grows with each change of any of the owner's media; 0 before the first."""
    return await (await driver_of(session)).fetchval(_VERSION, owner_id) or 0


async def day_counts(session: AsyncSession, owner_id: UUID) -> Sequence[tuple[date, int]]:
    """Day and number of media, newest first; days without any are left out."""
    rows: Sequence[tuple[date, int]] = await (await driver_of(session)).fetch(_DAYS, owner_id)
    return rows


async def load_columns(
    session: AsyncSession, owner_id: UUID, days: tuple[date, date], after: tuple[datetime, UUID] | None, limit: int
) -> tuple[str, tuple[datetime, UUID] | None]:
    """The columns of a page of `days` (both inclusive) as JSON without its closing brace, and the key of its last media
    if more follow.
    """
    driver = await driver_of(session)
    parameters = (owner_id, days[0], days[1] + timedelta(days=1), limit)
    row = await (driver.fetchrow(_FIRST, *parameters) if after is None else driver.fetchrow(_NEXT, *parameters, *after))
    columns, more, last_at, last_id = row
    return columns, (last_at, last_id) if more else None


_VERSION = "SELECT version FROM media_library WHERE owner_id = $1"
_DAYS = "SELECT day, count FROM media_day_count WHERE owner_id = $1 AND count > 0 ORDER BY day DESC"

_INSIDE = """owner_id = $1 AND trashed_at IS NULL
    AND sort_at >= CAST($2::date AS timestamp) AT TIME ZONE 'UTC'
    AND sort_at < CAST($3::date AS timestamp) AT TIME ZONE 'UTC'"""
# Text is put together by string_agg: building JSON values first takes twice as long. What is quoted holds no
# character that JSON would have to escape (ids, dates, base64, colours, names of states).
_PAGE = """
WITH page AS MATERIALIZED (
    SELECT id, sort_at, day, width, height, thumbhash, dominant_colour, favourite, origin, frames, variants, version
    FROM media WHERE {inside}{after}
    ORDER BY sort_at DESC, id DESC LIMIT $4::integer
), last AS (SELECT sort_at, id FROM page ORDER BY sort_at, id LIMIT 1)
SELECT
    '{{"id":[' || coalesce(string_agg('"' || id || '"', ','), '')
    || '],"day":[' || coalesce(string_agg('"' || day || '"', ','), '')
    || '],"ratio":[' || coalesce(string_agg(CAST(CAST(width AS real) / height AS text), ','), '')
    || '],"thumbhash":[' || coalesce(string_agg(coalesce('"' || thumbhash || '"', 'null'), ','), '')
    || '],"colour":[' || coalesce(string_agg(coalesce('"' || dominant_colour || '"', 'null'), ','), '')
    || '],"favourite":[' || coalesce(string_agg(CASE WHEN favourite THEN 'true' ELSE 'false' END, ','), '')
    || '],"origin":[' || coalesce(string_agg('"' || origin || '"', ','), '')
    || '],"frames":[' || coalesce(string_agg(CAST(frames AS text), ','), '')
    || '],"state":[' || coalesce(string_agg('"' || variants || '"', ','), '')
    || '],"version":[' || coalesce(string_agg(CAST(version AS text), ','), '') || ']' AS columns,
    (SELECT EXISTS (SELECT 1 FROM media WHERE {inside}
        AND (sort_at, id) < ((SELECT sort_at FROM last), (SELECT id FROM last)))) AS more,
    (SELECT sort_at FROM last) AS last_at, (SELECT id FROM last) AS last_id
FROM page"""
_AFTER = " AND (sort_at, id) < ($5::timestamptz, $6::uuid)"
_FIRST = _PAGE.format(inside=_INSIDE, after="")
_NEXT = _PAGE.format(inside=_INSIDE, after=_AFTER)
