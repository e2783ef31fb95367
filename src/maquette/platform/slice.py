"""What a slice brings: the one type that app, worker, migrations and realtime loop over."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter

from maquette.platform.events.event import Event
from maquette.platform.jobs.task import Periodic, Task
from maquette.platform.settings.group import SettingsGroup

TopicRule = Callable[..., Awaitable[bool]]
"""`async (session, actor, id) -> bool`: may this actor listen to `<kind>:<id>`?"""


@dataclass(frozen=True, slots=True)
class Slice:
    """One vertical part of the product, by what it registers. Empty fields are left out."""

    name: str
    routers: tuple[APIRouter, ...] = ()
    """Mounted under /api/v1."""
    root_routers: tuple[APIRouter, ...] = ()
    """Mounted at / (health, metrics, share pages)."""
    tasks: tuple[Task[Any], ...] = ()
    periodic: tuple[Periodic, ...] = ()
    events: tuple[type[Event], ...] = ()
    settings: tuple[type[SettingsGroup], ...] = ()
    permissions: tuple[type, ...] = ()
    """Enumerations of permission names."""
    models: tuple[type, ...] = ()
    topics: Mapping[str, TopicRule] = field(default_factory=dict)
    """Kinds of topic that the WebSocket may subscribe to, and who may listen."""
