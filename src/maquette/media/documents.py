"""A media as JSON, made by PostgreSQL: the one definition of the shape `schemas.MediaRead`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, literal_column, select
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.kit.database.pagination import SortKey
from maquette.media.driver import driver_of

FIELDS = (
    "id",
    "owner_id",
    "origin",
    "filename",
    "title",
    "caption",
    "tags",
    "favourite",
    "rating",
    "visibility",
    "mime_type",
    "format",
    "size",
    "width",
    "height",
    "frames",
    "checksum",
    "taken_at",
    "taken_at_offset",
    "camera",
    "place",
    "thumbhash",
    "dominant_colour",
    "variants",
    "failure",
    "metadata",
    "expires_at",
    "trashed_at",
    "purge_at",
    "created_at",
    "updated_at",
    "version",
)
"""Columns of the table media, in the order in which they stand in the JSON."""

# Written as text: SQLAlchemy would make each of these columns anew for every level of the query, which costs more
# than PostgreSQL needs to answer it.
_OF_MEDIA: ColumnElement[Any] = literal_column(", ".join(f"media.{name}" for name in FIELDS))
_OF_PAGE = ", ".join(f"page.{name}" for name in FIELDS)
_DIALECT = asyncpg_dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves its dialects untyped


@dataclass(frozen=True, slots=True)
class PageStatement:
    """SQL that answers with a whole page at once: its documents as one text, the sort key of its last row, and whether
    there is more. `names` are the parameters in their order.
    """

    sql: str
    names: tuple[str, ...]
    defaults: Mapping[str, Any]

    @classmethod
    def of(cls, rows: Select[Any], sort: SortKey) -> "PageStatement":
        """`rows` is a select over media that is ordered by `sort` and limited to one row more than the page has."""
        keys = [column.label(f"key_{number}") for number, column in enumerate(sort.columns)]
        compiled = rows.with_only_columns(_OF_MEDIA, *keys).compile(
            dialect=_DIALECT, compile_kwargs={"render_postcompile": True}
        )
        names = tuple(compiled.positiontup or ())
        limit = f"CAST(${len(names) + 1} AS integer)"
        last = ", ".join(f"(array_agg(page.{key.name}) FILTER (WHERE page.number = {limit}))[1]" for key in keys)
        # A lateral of the fields alone makes a record without the keys; PostgreSQL flattens it away.
        sql = f"""SELECT
                CAST(json_agg(document) FILTER (WHERE page.number <= {limit}) AS text), count(*) > {limit}, {last}
            FROM (SELECT page.*, row_number() OVER () AS number FROM ({compiled}) AS page) AS page
            JOIN LATERAL (SELECT {_OF_PAGE}) AS document ON TRUE"""  # noqa: S608 - of constants and placeholders
        return cls(sql, names, compiled.construct_params())

    async def load(
        self, session: AsyncSession, values: Mapping[str, Any], limit: int
    ) -> tuple[str, tuple[Any, ...] | None]:
        """A JSON list, and the sort key after which the next page begins, if there is one."""
        driver = await driver_of(session)
        given = {**self.defaults, **values}
        row = await driver.fetchrow(self.sql, *(given[name] for name in self.names), limit)
        documents, has_more, *last = row
        return documents or "[]", tuple(last) if has_more else None


def with_document(rows: Select[Any]) -> Select[Any]:
    """`rows` is a select over media: the answer has each one's document as text, in no order."""
    page = rows.with_only_columns(_OF_MEDIA).subquery("page")
    return select(literal_column("CAST(row_to_json(page) AS text)")).select_from(page)
