"""Pages of the list, their totals and facets, in SQL."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.actor import Actor, ActorKind
from maquette.kit.database.pagination import Direction, SortKey
from maquette.media.documents import PageStatement
from maquette.media.library.sorts import SORTS, read_cursor
from maquette.media.models import Media, Tag
from maquette.media.repository import visible_to
from maquette.media.schemas import MediaSort
from maquette.media.search.filters import COLUMNS, Filters, conditions

_FETCHED = bindparam("fetched", None, type_=Integer)

Page = tuple[str, str | None]
"""A JSON list of documents, and the cursor of the next page."""


async def find_spellings(session: AsyncSession, actor: Actor, folded: Collection[str]) -> Mapping[str, str]:
    """The tags with these folded names, as they are spelled."""
    if not folded:
        return {}
    rows = await session.execute(
        select(Tag.folded, Tag.name).where(Tag.owner_id == actor.owner_id, Tag.folded.in_(folded))
    )
    return dict(rows.all())


def matching(actor: Actor, filters: Filters, spelled: Mapping[str, str]) -> Select[Media]:
    """What `actor` sees of the library through `filters`."""
    return visible_to(actor).where(*conditions(filters, spelled))


async def load_page(
    session: AsyncSession, actor: Actor, filters: Filters, sort: MediaSort, at: tuple[str | None, int]
) -> Page:
    """A page of media by columns alone (no words, no tags); `at` is cursor and limit. Raises InvalidCursor."""
    cursor, limit = at
    key = SORTS[sort]
    after = _after(key, cursor)
    # The SQL hangs on which filters are set, and on the values of those that choose an index.
    set_filters = tuple((name, value if isinstance(value, str | bool) else None) for name, value in filters.columns())
    statement = _plain_statement(sort, set_filters, bool(after), actor.kind is ActorKind.SYSTEM)
    values = {"owner": actor.user_id, "fetched": limit + 1, **after, **dict(filters.columns())}
    documents, last = await statement.load(session, values, limit)
    return documents, None if last is None else key.cursor_of(last)


@lru_cache(maxsize=500)
def _plain_statement(
    sort: MediaSort,
    set_filters: tuple[tuple[str, Any], ...],
    has_cursor: bool,  # noqa: FBT001 - a part of the key
    is_system: bool,  # noqa: FBT001 - a part of the key
) -> PageStatement:
    key = SORTS[sort]
    found = select(Media)
    if not is_system:
        found = found.where(Media.owner_id == bindparam("owner", None, type_=Media.owner_id.type))
    for name, value in set_filters:
        column = COLUMNS[name]
        found = found.where(column(value) if value is not None else column(bindparam(name, None)))
    return _ordered(found, key, has_cursor)


def _ordered(found: Select[Media], key: SortKey, has_cursor: bool) -> PageStatement:  # noqa: FBT001 - as its callers
    if has_cursor:
        row = tuple_(*key.columns)
        bounds = tuple_(*(bindparam(f"after_{at}", None, type_=column.type) for at, column in enumerate(key.columns)))
        found = found.where(row > bounds if key.direction is Direction.ASCENDING else row < bounds)
    return PageStatement.of(found.order_by(*key.order_by()).limit(_FETCHED), key)


def _after(key: SortKey, cursor: str | None) -> dict[str, Any]:
    if cursor is None:
        return {}
    return {f"after_{number}": value for number, value in enumerate(read_cursor(key, cursor))}


async def load_selected(
    session: AsyncSession, found: Select[Media], key: SortKey, cursor: str | None, limit: int
) -> Page:
    """As `load_page`, for any select over media and any order."""
    after = _after(key, cursor)
    statement = _ordered(found, key, bool(after))
    documents, last = await statement.load(session, {"fetched": limit + 1, **after}, limit)
    return documents, None if last is None else key.cursor_of(last)


async def count(session: AsyncSession, found: Select[Media]) -> int:
    """How many there are."""
    statement = select(func.count()).select_from(found.with_only_columns(Media.id).subquery())
    return int((await session.execute(statement)).scalar_one())
