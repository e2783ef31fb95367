"""The frame in which each slice says how what belongs to a user can be asked for, so that others are shown nothing."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from tests.factories.users import Person

from maquette.platform.runtime import Platform


@dataclass(frozen=True, slots=True)
class Owner:
    """Who makes the thing, and at which door."""

    platform: Platform
    client: httpx.AsyncClient
    person: Person


@dataclass(frozen=True, slots=True)
class Made:
    """What was made. `marks` are texts that an answer which tells of it contains: its id, its unusual words."""

    id: str
    marks: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    """Further values to put into the queries and bodies of `asks`, by name."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request without the id in its path that tells its owner of the thing: a list, a search, a count, a check."""

    method: str
    path: str
    """As the OpenAPI document spells it."""
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    """Texts in query and body may name what was made: `{id}`, or a name of `Made.values`."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of thing that belongs to a user."""

    name: str
    parameter: str
    """Its id in the paths of the OpenAPI document, such as media_id."""
    make: Callable[[Owner], Awaitable[Made]]
    asks: tuple[Ask, ...]
    bodies: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    """What to send to routes that need a body, by method and path."""
    queries: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    """Further forms of a route with the id, by method and path, tried beside the plain one."""
    topic: str | None = None
    """The kind of topic under which the WebSocket tells of it."""
    still_there: str | None = None
    """A path with the id that must answer the owner as before after everything that the other tried."""


def filled(value: Any, made: Made) -> Any:
    """`value` with the names in its texts replaced by what was made."""
    match value:
        case str():
            return value.format(id=made.id, **made.values) if "{" in value else value
        case Mapping():
            return {key: filled(each, made) for key, each in value.items()}
        case list() | tuple():
            return [filled(each, made) for each in value]
        case _:
            return value
