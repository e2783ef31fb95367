"""What must leave after the commit: jobs and events collected on the session.

A rollback forgets them; a commit hands them to whoever listens (see platform.database).
"""

from dataclasses import dataclass, field
from typing import Any, Protocol, cast

_KEY = "maquette.outbox"


class HasInfo(Protocol):
    """Anything with SQLAlchemy's `info` dictionary: a sync or async session."""

    @property
    def info(self) -> dict[Any, Any]: ...


@dataclass(slots=True)
class Outbox:
    """Jobs (as references that the dispatcher knows) and events, in the order in which they were asked for."""

    jobs: list[Any] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.jobs or self.events)


def outbox_of(session: HasInfo) -> Outbox:
    """The outbox of this session, made at first use."""
    return cast("Outbox", session.info.setdefault(_KEY, Outbox()))


def take_outbox(session: HasInfo) -> Outbox:
    """The outbox of this session, which is empty afterwards."""
    return cast("Outbox", session.info.pop(_KEY, None) or Outbox())
