"""What crosses the WebSocket. Client messages are told apart by `type`; unknown fields are ignored."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct


class Auth(Struct, tag_field="type", tag="auth"):
    """First message of a client that has neither cookie nor header: an access token."""

    token: str


class Subscribe(Struct, tag_field="type", tag="subscribe"):
    """Listen to these topics, each `<kind>:<id>`."""

    topics: list[str]


class Unsubscribe(Struct, tag_field="type", tag="unsubscribe"):
    """Listen to these no more."""

    topics: list[str]


class Resume(Struct, tag_field="type", tag="resume"):
    """Tell again what happened on the subscribed topics after this event id."""

    last_id: str


class Ping(Struct, tag_field="type", tag="ping"):
    """Answered by a pong."""


class Pong(Struct, tag_field="type", tag="pong"):
    """The answer to the server's ping."""


ClientMessage = Auth | Subscribe | Unsubscribe | Resume | Ping | Pong
decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)


class Ready(Struct, tag_field="type", tag="ready"):
    """The connection is authenticated; resume from `last_id` if it breaks before any event came."""

    last_id: str
    heartbeat_seconds: float


class Subscribed(Struct, tag_field="type", tag="subscribed"):
    """All topics that the connection listens to now."""

    topics: list[str]


class Happened(Struct, tag_field="type", tag="event"):
    """An event on one of the topics."""

    id: str
    name: str
    topic: str
    at: datetime
    data: dict[str, Any]


class Resync(Struct, tag_field="type", tag="resync"):
    """Events were lost: ask the API for the present state."""


class Refused(Struct, tag_field="type", tag="error", omit_defaults=True):
    """What went wrong; the connection goes on unless it is closed right after."""

    code: str
    message: str
    topic: str | None = None


class Beat(Struct, tag_field="type", tag="ping"):
    """Answer with `{"type": "pong"}`."""


class Answer(Struct, tag_field="type", tag="pong"):
    """The answer to the client's ping."""


ServerMessage = Ready | Subscribed | Happened | Resync | Refused | Beat | Answer
