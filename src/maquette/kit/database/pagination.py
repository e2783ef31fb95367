"""Keyset pagination: page 10,000 costs what page 1 costs.

A cursor is the sort key of the last row, opaque to the caller and bound to the sort that made it.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, UnaryExpression, literal, tuple_

from maquette.kit.errors import ValidationFailed

_TYPE_OF: dict[str, Callable[[str], Any]] = {"d": datetime.fromisoformat, "u": UUID, "s": str, "i": int}


class InvalidCursor(ValidationFailed):
    """The cursor was not made by this list with this sort."""

    def __init__(self) -> None:
        super().__init__(
            "The cursor is not valid for this list. Start again without it.",
            details={"fields": [{"path": "cursor", "message": "not a cursor of this list"}]},
        )


class Direction(StrEnum):
    """Which way a list runs."""

    ASCENDING = "asc"
    DESCENDING = "desc"


def _pack(value: Any) -> list[str]:
    match value:
        case datetime():
            return ["d", value.isoformat()]
        case UUID():
            return ["u", str(value)]
        case str():
            return ["s", value]
        case int():
            return ["i", str(value)]
        case _:
            msg = f"a {type(value).__name__} cannot stand in a cursor"
            raise TypeError(msg)


def encode_cursor(sort: str, values: Sequence[Any]) -> str:
    """The opaque cursor after a row whose sort key is `values`, in the list sorted by `sort`."""
    raw = msgspec.json.encode([sort, *(_pack(value) for value in values)])
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode_cursor(sort: str, cursor: str, length: int) -> list[Any]:
    """The sort key in `cursor`: `length` values. Raises InvalidCursor for anything else."""
    try:
        raw = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        made_by, *packed = msgspec.json.decode(raw, type=list[Any])
        values = [_TYPE_OF[kind](text) for kind, text in packed]
    except (ValueError, TypeError, KeyError, binascii.Error, msgspec.DecodeError, UnicodeError):
        raise InvalidCursor from None
    if made_by != sort or len(values) != length:
        raise InvalidCursor
    return values


@dataclass(frozen=True, slots=True)
class SortKey:
    """A total order: columns that end with a unique one, all running the same way."""

    name: str
    columns: tuple[Any, ...]
    direction: Direction

    def order_by(self) -> list[UnaryExpression[Any]]:
        """The ORDER BY of the list."""
        if self.direction is Direction.ASCENDING:
            return [column.asc() for column in self.columns]
        return [column.desc() for column in self.columns]

    def after(self, cursor: str) -> ColumnElement[bool]:
        """The WHERE of what comes after `cursor`. Raises InvalidCursor."""
        values = decode_cursor(self.name, cursor, len(self.columns))
        for value, column in zip(values, self.columns, strict=True):
            if not isinstance(value, column.type.python_type):
                raise InvalidCursor
        bound = [literal(value, column.type) for value, column in zip(values, self.columns, strict=True)]
        row, key = tuple_(*self.columns), tuple_(*bound)
        return row > key if self.direction is Direction.ASCENDING else row < key

    def cursor_of(self, values: Sequence[Any]) -> str:
        """The cursor after a row with these values of `columns`."""
        return encode_cursor(self.name, values)
