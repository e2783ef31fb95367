"""The language of the search field: words, "phrases", -words, and operators such as tag:beach or before:2024-05.

Unknown operators are words like any other, because file names have colons too; a known one with a value that it
cannot have is an error that says what it takes.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from maquette.kit.errors import ValidationFailed
from maquette.media.schemas import Origin, VariantState, Visibility
from maquette.media.search.text import fold, is_unspaced, quoted, words

_TERM = re.compile(r'(?P<minus>-?)(?:(?P<operator>[A-Za-z]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


class InvalidQuery(ValidationFailed):
    """An operator of the search has a value that it cannot have."""

    code = "invalid_query"

    def __init__(self, message: str) -> None:
        super().__init__(message, details={"fields": [{"path": "query.q", "message": message}]})


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a media must, or must not, be."""

    kind: Literal[
        "tag", "camera", "format", "favourite", "rating", "origin", "visibility", "state", "animated", "located"
    ]
    value: str = ""
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed search. `tsquery` is empty when it has no words; times bound the time on the photographer's clock."""

    tsquery: str = ""
    conditions: tuple[Condition, ...] = ()
    spans: tuple[tuple[datetime | None, datetime | None, bool], ...] = field(default_factory=tuple)
    """(from inclusive, to exclusive, is negated)."""


EVERYTHING = Query()


def parse_query(text: str) -> Query:
    """The meaning of `text`. Raises InvalidQuery."""
    if not text or text.isspace():
        return EVERYTHING
    query, parts = Query(), []
    for match in _TERM.finditer(text.replace("\0", " ")):
        value = match["phrase"] if match["phrase"] is not None else match["word"]
        is_negated, operator = bool(match["minus"]), (match["operator"] or "").lower()
        if operator in _OPERATORS:
            if not value:
                raise InvalidQuery(f"{operator}: needs a value, such as {_EXAMPLES[operator]}.")
            query = _OPERATORS[operator](query, value, is_negated)
            continue
        if match["operator"]:
            value = f"{match['operator']}:{value}"
        found = _words(value, is_phrase=match["phrase"] is not None)
        if found:
            parts.append(f"!({found})" if is_negated else found)
    return replace(query, tsquery=" & ".join(parts))


def _words(value: str, *, is_phrase: bool) -> str:
    """A phrase stands as it is; of a bare word the beginning is enough."""
    tokens = [quoted(word) for word in words(value)]
    if is_phrase or is_unspaced(value):
        return " <-> ".join(tokens)
    if not tokens:
        return ""
    if len(tokens) == 1:
        return f"{tokens[0]}:*"
    # IMG_12 was split like file names are: all of its parts, side by side or not.
    every = " & ".join([*tokens[:-1], f"{tokens[-1]}:*"])
    return f"({every})"


def _condition(kind: str) -> Callable[[Query, str, bool], Query]:
    def add(query: Query, value: str, is_negated: bool) -> Query:  # noqa: FBT001 - the shape of every operator
        made = Condition(kind, fold(value).strip(), is_negated)  # type: ignore[arg-type]  # the table below names only these
        return replace(query, conditions=(*query.conditions, made))

    return add


def _choice(kind: str, allowed: tuple[str, ...]) -> Callable[[Query, str, bool], Query]:
    def add(query: Query, value: str, is_negated: bool) -> Query:  # noqa: FBT001 - the shape of every operator
        if fold(value) not in allowed:
            raise InvalidQuery(f"{kind}: takes {', '.join(allowed)}, not {value!r}.")
        return _condition(kind)(query, value, is_negated)

    return add


_TRUE, _FALSE = ("yes", "true", "1"), ("no", "false", "0")


def _favourite(query: Query, value: str, is_negated: bool) -> Query:  # noqa: FBT001 - the shape of every operator
    if fold(value) not in _TRUE + _FALSE:
        raise InvalidQuery(f"favourite: takes yes or no, not {value!r}.")
    return _condition("favourite")(query, "", is_negated != (fold(value) in _FALSE))


_STATES: dict[str, Condition] = {
    "favourite": Condition("favourite"),
    "animated": Condition("animated"),
    "located": Condition("located"),
    "failed": Condition("state", VariantState.FAILED),
    "pending": Condition("state", VariantState.PENDING),
    **{origin.value: Condition("origin", origin.value) for origin in Origin},
    **{visibility.value: Condition("visibility", visibility.value) for visibility in Visibility},
}


def _is(query: Query, value: str, is_negated: bool) -> Query:  # noqa: FBT001 - the shape of every operator
    found = _STATES.get(fold(value))
    if found is None:
        raise InvalidQuery(f"is: takes {', '.join(_STATES)}, not {value!r}.")
    return replace(query, conditions=(*query.conditions, replace(found, is_negated=is_negated)))


def _span(value: str, operator: str) -> tuple[datetime, datetime]:
    """The day, month or year that `value` names: its first moment, and the first one after it."""
    match = _DATE.fullmatch(value)
    with suppress(ValueError, OverflowError):
        if match is not None:
            year, month, day = (int(part) if part else None for part in match.groups())
            start = datetime(year or 0, month or 1, day or 1, tzinfo=UTC)
            if day:
                return start, start + timedelta(days=1)
            months = 1 if month else 12
            return start, start + timedelta(days=sum(monthrange(start.year, start.month + n)[1] for n in range(months)))
    raise InvalidQuery(f"{operator}: takes a date such as {_EXAMPLES[operator]}, not {value!r}.")


def _before(query: Query, value: str, is_negated: bool) -> Query:  # noqa: FBT001 - the shape of every operator
    return replace(query, spans=(*query.spans, (None, _span(value, "before")[0], is_negated)))


def _after(query: Query, value: str, is_negated: bool) -> Query:  # noqa: FBT001 - the shape of every operator
    return replace(query, spans=(*query.spans, (_span(value, "after")[1], None, is_negated)))


def _year(query: Query, value: str, is_negated: bool) -> Query:  # noqa: FBT001 - the shape of every operator
    return replace(query, spans=(*query.spans, (*_span(value, "year"), is_negated)))


def _rating(query: Query, value: str, is_negated: bool) -> Query:  # noqa: FBT001 - the shape of every operator
    if value not in {"1", "2", "3", "4", "5"}:
        raise InvalidQuery(f"rating: takes 1 to 5, not {value!r}.")
    return _condition("rating")(query, value, is_negated)


_FORMATS = ("jpeg", "png", "webp", "gif", "tiff", "avif", "heic")


def _format(query: Query, value: str, is_negated: bool) -> Query:  # noqa: FBT001 - the shape of every operator
    name = {"jpg": "jpeg", "tif": "tiff", "heif": "heic"}.get(fold(value), value)
    return _choice("format", _FORMATS)(query, name, is_negated)


_EXAMPLES = {
    "tag": 'tag:beach or tag:"summer 2024"',
    "camera": "camera:nikon",
    "before": "before:2024-05",
    "after": "after:2024-05-31",
    "year": "year:2024",
    "format": "format:png",
    "favourite": "favourite:yes",
    "rating": "rating:4",
    "is": "is:animated",
}
_OPERATORS: dict[str, Callable[[Query, str, bool], Query]] = {
    "tag": _condition("tag"),
    "camera": _condition("camera"),
    "before": _before,
    "after": _after,
    "year": _year,
    "format": _format,
    "favourite": _favourite,
    "rating": _rating,
    "is": _is,
}
