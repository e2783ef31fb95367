"""What the WebSocket refuses, and the close codes that say so (4400 + the last two digits of the HTTP status)."""

from maquette.kit.errors import BadRequest, MaquetteError, NotFound, TooLarge, Unauthenticated, ValidationFailed


class TopicNotFound(NotFound):
    """An unknown kind, a bad id and somebody else's thing are answered in the same words."""

    def __init__(self) -> None:
        super().__init__("There is no such topic.")


class TooManyTopics(ValidationFailed):
    """A connection listens to as much as it may."""

    code = "too_many_topics"

    def __init__(self, limit: int) -> None:
        super().__init__(f"One connection listens to at most {limit} topics. Unsubscribe from some, or open another.")


class MessageInvalid(BadRequest):
    """A message that the WebSocket does not understand."""

    code = "message_invalid"


class MessageTooLarge(TooLarge):
    """A message beyond the limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"A message may have at most {limit} bytes. Send less at once.")


class LoginTooLate(Unauthenticated):
    """Neither a cookie, nor a header, nor an auth message in time."""

    def __init__(self) -> None:
        super().__init__(
            'Send {"type": "auth", "token": "..."} first, or connect with a cookie or Authorization header.'
        )


class LoginOver(Unauthenticated):
    """The login or key by which the connection was opened has ended."""

    def __init__(self) -> None:
        super().__init__("This login has ended. Log in again and reconnect.")


class NoAnswer(MaquetteError):
    """The other side has not answered the heartbeat."""

    status = 408
    code = "no_answer"

    def __init__(self) -> None:
        super().__init__("No answer to two pings. Reconnect and resume from the last event.")


def close_code(error: MaquetteError) -> int:
    """The close code of a WebSocket that ends with `error`."""
    return 4400 + error.status % 100 if 400 <= error.status < 500 else 1011
