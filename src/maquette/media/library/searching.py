"""Pages of a search.

PostgreSQL guesses that the beginning of a word stands in two of a hundred media, whatever the word. It would walk the
list in its order and look at each, which is quick for common words and reads the whole library for a rare one. Here
the walk has an end, and a word that is rarer than that is looked up in the index of words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Numeric, Select, cast, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.actor import Actor
from maquette.kit.database.pagination import Direction, SortKey
from maquette.media.library.repository import Page, load_selected
from maquette.media.library.sorts import SORTS, after
from maquette.media.models import Media
from maquette.media.repository import visible_to
from maquette.media.schemas import MediaSort
from maquette.media.search.filters import Filters, conditions, rank

WALK = 5_000
"""So many media are looked at one by one before the index of words is asked."""
RANKED = 2_000
"""Relevance orders the newest so many matches: a word that stands everywhere ranks nothing anyway."""


@dataclass(frozen=True, slots=True)
class Search:
    """Who looks for what; `spelled` as for `conditions`."""

    actor: Actor
    filters: Filters
    spelled: Mapping[str, str]

    def found(self, *, can_look_up: bool) -> Select[Media]:
        """What fits, by the index of words or not by it."""
        return visible_to(self.actor).where(*conditions(self.filters, self.spelled, can_look_up=can_look_up))


async def load_matches(session: AsyncSession, search: Search, sort: MediaSort, at: tuple[str | None, int]) -> Page:
    """A page of a search; `at` is cursor and limit. Raises InvalidCursor."""
    cursor, limit = at
    key = SORTS[sort]
    end = await _end_of_walk(session, search.actor, key, cursor)
    walked = search.found(can_look_up=False)
    if end is None:
        return await load_selected(session, walked, key, cursor, limit)
    documents, following = await load_selected(session, walked.where(_until(key, end)), key, cursor, limit)
    if following is not None:
        return documents, following
    looked_up = _looked_up(search.found(can_look_up=True), key, cursor, limit)
    return await load_selected(session, looked_up, key, cursor, limit)


async def load_ranked(session: AsyncSession, search: Search, at: tuple[str | None, int]) -> Page:
    """As `load_matches`, best match first, the newer of equals first."""
    cursor, limit = at
    newest = SORTS[MediaSort.NEWEST]
    end = await _end_of_walk(session, search.actor, newest, None)
    walked = search.found(can_look_up=False)
    is_common = end is None or await _count(session, walked.where(_until(newest, end)), limit + 1) > limit
    matches = walked if is_common else _looked_up(search.found(can_look_up=True), newest, None, RANKED - 1)
    ranked = (
        matches.with_only_columns(Media.id, rank(search.filters.query.tsquery).label("rank"))
        .order_by(None)
        .order_by(*newest.order_by())
        .limit(RANKED)
        .subquery("ranked")
    )
    # Whole numbers, so that a cursor meets exactly the score that it was made from.
    score: ColumnElement[int] = cast(func.round(cast(ranked.c.rank, Numeric) * 1_000_000), BigInteger)
    key = SortKey(MediaSort.RELEVANCE, (score, Media.id), Direction.DESCENDING)
    return await load_selected(session, select(Media).join(ranked, ranked.c.id == Media.id), key, cursor, limit)


async def _end_of_walk(session: AsyncSession, actor: Actor, key: SortKey, cursor: str | None) -> tuple[Any, ...] | None:
    """The sort key WALK media further on, None when the list ends before."""
    statement = visible_to(actor).with_only_columns(*key.columns)
    statement = statement.where(Media.trashed_at.is_(None))
    if cursor is not None:
        statement = statement.where(after(key, cursor))
    row = (await session.execute(statement.order_by(*key.order_by()).offset(WALK).limit(1))).one_or_none()
    return None if row is None else tuple(row)


def _until(key: SortKey, end: tuple[Any, ...]) -> ColumnElement[bool]:
    row = tuple_(*key.columns)
    last = tuple_(*(literal(value, column.type) for value, column in zip(end, key.columns, strict=True)))
    return row <= last if key.direction is Direction.ASCENDING else row >= last


def _looked_up(found: Select[Media], key: SortKey, cursor: str | None, limit: int) -> Select[Media]:
    """The first `limit` + 1 media of `found` after `cursor`, found by their words first and put in order then."""
    if cursor is not None:
        found = found.where(after(key, cursor))
    named = [column.label(f"sort_{number}") for number, column in enumerate(key.columns)]
    hits = found.with_only_columns(Media.id, *named).cte("hits").prefix_with("MATERIALIZED", dialect="postgresql")
    order = SortKey(key.name, tuple(hits.c[column.name] for column in named), key.direction)
    first = select(hits.c.id).order_by(*order.order_by()).limit(limit + 1)
    return select(Media).where(Media.id.in_(first))


async def _count(session: AsyncSession, found: Select[Media], at_most: int) -> int:
    statement = select(func.count()).select_from(found.with_only_columns(Media.id).limit(at_most).subquery())
    return int((await session.execute(statement)).scalar_one())
