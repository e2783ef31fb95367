"""The orders of the list: keyset pagination that trusts no cursor."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement

from maquette.kit.database.pagination import Direction, InvalidCursor, SortKey, decode_cursor
from maquette.media.models import Media
from maquette.media.schemas import MediaSort

SORTS: dict[MediaSort, SortKey] = {
    MediaSort.NEWEST: SortKey("newest", (Media.created_at, Media.id), Direction.DESCENDING),
    MediaSort.OLDEST: SortKey("oldest", (Media.created_at, Media.id), Direction.ASCENDING),
    MediaSort.TAKEN: SortKey("taken", (Media.sort_at, Media.id), Direction.DESCENDING),
    MediaSort.NAME: SortKey("name", (Media.sort_name, Media.id), Direction.ASCENDING),
    MediaSort.SIZE: SortKey("size", (Media.size, Media.id), Direction.DESCENDING),
}
_BIGGEST = 2**63 - 1


def read_cursor(sort: SortKey, cursor: str) -> list[Any]:
    """The sort key in `cursor`. Raises InvalidCursor, also for a forged one whose values PostgreSQL would choke on."""
    values = decode_cursor(sort.name, cursor, len(sort.columns))
    for value, column in zip(values, sort.columns, strict=True):
        if not isinstance(value, column.type.python_type) or not is_storable(value):
            raise InvalidCursor
    return values


def after(sort: SortKey, cursor: str) -> ColumnElement[bool]:
    """The WHERE of what comes after `cursor`. Raises InvalidCursor."""
    read_cursor(sort, cursor)
    return sort.after(cursor)


def is_storable(value: Any) -> bool:
    """Whether PostgreSQL can compare with `value`."""
    match value:
        case datetime():
            return value.tzinfo is not None and 1 < value.year < 9999
        case str():
            return "\0" not in value and value.isprintable()
        case int():
            return -_BIGGEST <= value <= _BIGGEST
        case _:
            return True
