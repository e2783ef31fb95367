"""What a request brings along to prove who sends it, read straight from the raw headers because hot routes ask it."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

ACCESS_COOKIE = "maquette_access"
REFRESH_COOKIE = "maquette_refresh"
KEY_HEADER = "X-API-Key"

_ACCESS = ACCESS_COOKIE.encode() + b"="
_REFRESH = REFRESH_COOKIE.encode() + b"="


@dataclass(slots=True)
class Credentials:
    """The proofs in a request; None where there is no such header."""

    api_key: str | None = None
    authorization: str | None = None
    access_cookie: str | None = None
    refresh_cookie: str | None = None


def read_credentials(connection: HTTPConnection) -> Credentials:
    """The proofs in this request."""
    found = Credentials()
    for name, value in connection.scope["headers"]:
        match name:
            case b"x-api-key":
                found.api_key = value.decode("latin-1")
            case b"authorization":
                found.authorization = value.decode("latin-1")
            case b"cookie":
                for part in value.split(b";"):
                    pair = part.strip()
                    if pair.startswith(_ACCESS):
                        found.access_cookie = pair[len(_ACCESS) :].decode("latin-1")
                    elif pair.startswith(_REFRESH):
                        found.refresh_cookie = pair[len(_REFRESH) :].decode("latin-1")
    return found
