"""What a list is made of, and what the search field offers while one types."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.media.models import Media
from maquette.media.search.text import quoted, words

COUNTED = 50_000
"""Facets count the newest so many media of a list; `capped` says that there are more."""
OFFERED = 50
SUGGESTED = 8

_FACET = """(SELECT coalesce(json_agg(one), '[]') FROM (
    SELECT {value} AS value, count(*) AS count FROM {source} WHERE {value} IS NOT NULL
    GROUP BY 1 ORDER BY {order} LIMIT {offered}) AS one)"""


def _facet(value: str, source: str = "found", order: str = "2 DESC, 1") -> str:
    return _FACET.format(value=value, source=source, order=order, offered=OFFERED)


_FACETS = f"""json_build_object(
    'tags', {_facet("tag", "found, unnest(found.tags) AS tag")},
    'cameras', {_facet("camera_name")},
    'formats', {_facet("format")},
    'origins', {_facet("origin")},
    'years', {_facet("extract(year FROM day)::int", order="1 DESC")},
    'counted', (SELECT count(*) FROM found),
    'capped', (SELECT count(*) >= {COUNTED} FROM found))::text"""  # noqa: S608 - of constants


async def load_facets(session: AsyncSession, found: Select[Media]) -> str:
    """The facets of a list as JSON."""
    rows = (
        found.with_only_columns(Media.tags, Media.camera_name, Media.format, Media.origin, Media.day)
        .order_by(Media.created_at.desc(), Media.id.desc())
        .limit(COUNTED)
        .cte("found")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    statement = select(text(_FACETS)).select_from(select(1).add_cte(rows).subquery())
    return str((await session.execute(statement)).scalar_one())


# The distinct cameras by jumping from one to the next in the index, whatever number of media each has.
_CAMERAS = """
WITH RECURSIVE camera(name) AS (
    (SELECT camera_name FROM media WHERE owner_id = :owner AND camera_name IS NOT NULL AND trashed_at IS NULL
     ORDER BY camera_name LIMIT 1)
    UNION ALL
    SELECT (SELECT m.camera_name FROM media m WHERE m.owner_id = :owner AND m.camera_name > camera.name
            AND m.trashed_at IS NULL ORDER BY m.camera_name LIMIT 1)
    FROM camera WHERE camera.name IS NOT NULL
)
SELECT json_agg(json_build_object('kind', 'camera', 'text', one.name, 'count', one.n)) FROM (
    SELECT name, (SELECT count(*) FROM media m WHERE m.owner_id = :owner AND m.camera_name = name
                  AND m.trashed_at IS NULL) AS n
    FROM camera WHERE name IS NOT NULL AND to_tsvector('simple', name) @@ CAST(:lexemes AS tsquery)
    ORDER BY name LIMIT :suggested) AS one"""
_TAGS = """
SELECT json_agg(json_build_object('kind', 'tag', 'text', one.name, 'count', one.n) ORDER BY one.n DESC, one.name) FROM (
    SELECT tag.name, (SELECT count(*) FROM media_tag WHERE media_tag.tag_id = tag.id) AS n
    FROM tag WHERE tag.owner_id = :owner AND starts_with(tag.folded, :folded)
    ORDER BY tag.folded LIMIT :suggested) AS one"""
_FILENAMES = """
SELECT json_agg(json_build_object('kind', 'filename', 'text', one.filename, 'count', one.n)) FROM (
    SELECT filename, count(*) AS n FROM (
        SELECT filename FROM media
        WHERE owner_id = :owner AND trashed_at IS NULL AND search @@ CAST(:in_filename AS tsquery)
        ORDER BY created_at DESC, id DESC LIMIT 100) AS newest
    GROUP BY filename ORDER BY n DESC, filename LIMIT :suggested) AS one"""


async def load_suggestions(session: AsyncSession, owner_id: UUID, typed: str) -> list[dict[str, Any]]:
    """Tags that begin with what was typed, cameras and file names that have it."""
    tokens = [quoted(word) for word in words(typed)]
    if not tokens:
        return []
    parameters = {
        "owner": owner_id,
        "folded": " ".join(words(typed)),
        "lexemes": " & ".join(f"{token}:*" for token in tokens),
        "in_filename": " & ".join(f"{token}:*B" for token in tokens),
        "suggested": SUGGESTED,
    }
    found: list[dict[str, Any]] = []
    for statement in (_TAGS, _CAMERAS, _FILENAMES):
        names = {name: value for name, value in parameters.items() if f":{name}" in statement}
        rows = (await session.execute(text(statement), names)).scalar_one()
        found.extend(json.loads(rows) if isinstance(rows, str) else rows or [])
    return found
