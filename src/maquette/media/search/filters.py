"""The filters of the list as conditions of SQL. The same for the list, its total and the facets."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import REAL, ColumnElement, and_, cast, false, func, literal, not_
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY, array
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import String, Text

from maquette.media.models import Media
from maquette.media.schemas import Origin, VariantState, Visibility
from maquette.media.search.query import EVERYTHING, Condition, Query
from maquette.media.search.text import fold, quoted, words


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed by. Times bound the time on the photographer's clock (taken, or else created)."""

    query: Query = EVERYTHING
    tags: tuple[str, ...] = ()
    favourite: bool | None = None
    origin: Origin | None = None
    visibility: Visibility | None = None
    is_trashed: bool = False
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""
    format: str | None = None
    camera: str | None = None
    rating_min: int | None = None
    min_width: int | None = None
    min_height: int | None = None
    min_size: int | None = None
    max_size: int | None = None
    state: VariantState | None = None

    @property
    def tag_words(self) -> frozenset[str]:
        """The folded names of tags that must be looked up before `conditions`."""
        asked = (condition.value for condition in self.query.conditions if condition.kind == "tag")
        return frozenset((*map(folded_tag, self.tags), *asked))

    @property
    def is_plain(self) -> bool:
        """Whether only columns narrow the list: no words, no operators, no tags."""
        return self.query is EVERYTHING and not self.tags

    @property
    def has_words(self) -> bool:
        """Whether words must stand in what the list shows."""
        return bool(self.query.tsquery) or any(condition.kind == "camera" for condition in self.query.conditions)

    def columns(self) -> Iterator[tuple[str, Any]]:
        """The filters on columns that are set: name in COLUMNS to value."""
        for name in COLUMNS:
            value = getattr(self, name)
            if value is not None:
                yield name, value


def folded_tag(name: str) -> str:
    """A tag's name as it is compared."""
    return " ".join(fold(name).split())


def conditions(filters: Filters, spelled: Mapping[str, str], *, can_look_up: bool = True) -> list[ColumnElement[bool]]:
    """The WHERE of `filters`; `spelled` gives each of `tag_words` as its tag is spelled; one without is no tag.

    Without `can_look_up` the index of words is out of reach, for who wants to walk through the list.
    """
    searched = list(_search(filters.query, spelled))
    return [
        *(COLUMNS[name](value) for name, value in filters.columns()),
        *(_tagged(spelled.get(folded_tag(tag))) for tag in filters.tags),
        # PostgreSQL does not look behind IS TRUE for what an index could answer.
        *(searched if can_look_up else (condition.is_(True) for condition in searched)),
    ]


# Each filter that is set adds its condition; what is not common has a literal beside it, so that PostgreSQL sees that
# the partial index on it fits.
COLUMNS: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "is_trashed": lambda value: Media.trashed_at.is_not(None) if value else Media.trashed_at.is_(None),
    "favourite": Media.favourite.is_,
    "origin": lambda value: _uncommon(Media.origin, value, Origin.UPLOADED),
    "visibility": lambda value: _uncommon(Media.visibility, value, Visibility.PRIVATE),
    "since": Media.sort_at.__ge__,
    "until": Media.sort_at.__lt__,
    "format": Media.format.__eq__,
    "camera": Media.camera_name.__eq__,
    "rating_min": Media.rating.__ge__,
    "min_width": Media.width.__ge__,
    "min_height": Media.height.__ge__,
    "min_size": Media.size.__ge__,
    "max_size": Media.size.__le__,
    "state": lambda value: _uncommon(Media.variants, value, VariantState.READY),
}


def _uncommon(column: ColumnElement[Any] | InstrumentedAttribute[Any], value: str, common: str) -> ColumnElement[bool]:
    if value == common:
        return column == value
    return and_(column == value, column != literal(str(common), String, literal_execute=True))


def _in_sql(text: str) -> ColumnElement[str]:
    """`text` quoted into the SQL itself: PostgreSQL plans a statement by how common its words are, but after a few runs
    of one with parameters it would plan for words in general.
    """
    return literal(text, String, literal_execute=True)


def _tagged(name: str | None) -> ColumnElement[bool]:
    return false() if name is None else Media.tags.contains(cast(array([_in_sql(name)]), ARRAY(Text)))


def matches(tsquery: str) -> ColumnElement[bool]:
    """Whether the words of a media fit `tsquery`."""
    return Media.search.bool_op("@@")(cast(_in_sql(tsquery), TSQUERY))


def rank(tsquery: str) -> ColumnElement[float]:
    """How well they fit; long captions do not win by length."""
    weights = cast(array([0.05, 0.2, 0.5, 1.0]), ARRAY(REAL))
    return func.ts_rank(weights, Media.search, cast(_in_sql(tsquery), TSQUERY), 1)


def _search(query: Query, spelled: Mapping[str, str]) -> Iterator[ColumnElement[bool]]:
    if query.tsquery:
        yield matches(query.tsquery)
    for condition in query.conditions:
        wanted = _condition(condition, spelled)
        # What is not known is not so: NOT of an unknown rating would be unknown and lose the row.
        yield not_(func.coalesce(wanted, false())) if condition.is_negated else wanted
    for start, end, is_negated in query.spans:
        bounds = [Media.sort_at >= start] if start is not None else []
        bounds += [Media.sort_at < end] if end is not None else []
        yield not_(and_(*bounds)) if is_negated else and_(*bounds)


def _by_camera(value: str) -> ColumnElement[bool]:
    tokens = [f"{quoted(word)}:*D" for word in words(value)]
    return matches(" & ".join(tokens)) if tokens else false()


_CONDITIONS: dict[str, Callable[[str], ColumnElement[bool]]] = {
    "camera": _by_camera,
    "format": Media.format.__eq__,
    "favourite": lambda _value: Media.favourite.is_(True),
    "rating": lambda value: Media.rating == int(value),
    "origin": COLUMNS["origin"],
    "visibility": COLUMNS["visibility"],
    "state": COLUMNS["state"],
    "animated": lambda _value: Media.frames > 1,
    "located": lambda _value: Media.place.is_not(None),
}


def _condition(condition: Condition, spelled: Mapping[str, str]) -> ColumnElement[bool]:
    if condition.kind == "tag":
        return _tagged(spelled.get(condition.value))
    return _CONDITIONS[condition.kind](condition.value)
