"""The base of every event: something that happened, in the past tense, told after the commit."""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from maquette.kit.clock import now
from maquette.kit.outbox import HasInfo, outbox_of


class Event(BaseModel):
    """A typed fact. `name` goes over the wire; `topics()` says who may want to hear of it."""

    model_config = ConfigDict(frozen=True)

    name: ClassVar[str]
    """Such as media.created."""

    at: datetime = Field(default_factory=now)

    def topics(self) -> tuple[str, ...]:
        """The topics, each `<kind>:<id>`, whose listeners hear of this."""
        raise TypeError(type(self).__name__ + " names no topics")

    def data(self) -> dict[str, Any]:
        """What the listener is told beside name and time; internal fields are left out by overriding."""
        return self.model_dump(mode="json", exclude={"at"})


def emit(session: HasInfo, event: Event) -> None:
    """Tell `event` to the world if and when this session commits."""
    outbox_of(session).events.append(event)
