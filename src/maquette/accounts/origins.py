"""Whether a browser's request with cookies comes from a page of this installation."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from maquette.accounts.errors import OriginRefused
from maquette.platform.settings.general import GeneralSettings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def needs_origin(connection: HTTPConnection) -> bool:
    """Whether this request may change something, or opens a WebSocket, which sends cookies from any page."""
    return connection.scope["type"] == "websocket" or connection.scope["method"] not in SAFE_METHODS


def require_own_origin(connection: HTTPConnection, settings: GeneralSettings) -> None:
    """Raise OriginRefused unless Origin, or else Referer, names this installation. Silence is refused as well."""
    said = claimed_origin(connection)
    if said is None or not _is_own(said, connection, settings):
        raise OriginRefused(said)


def refuse_foreign_origin(connection: HTTPConnection, settings: GeneralSettings) -> None:
    """Raise OriginRefused for a page of another site. Programs, which name no origin, pass."""
    said = claimed_origin(connection)
    if said is not None and not _is_own(said, connection, settings):
        raise OriginRefused(said)


def claimed_origin(connection: HTTPConnection) -> str | None:
    """What the request says of the page that sent it, or None."""
    return connection.headers.get("origin") or connection.headers.get("referer")


def _is_own(said: str, connection: HTTPConnection, settings: GeneralSettings) -> bool:
    origin = _parts(said)
    if origin is None:
        return False
    scheme, host, port = origin
    configured = [settings.public_url, *settings.allowed_origins]
    if any(_parts(own) == origin for own in configured if own):
        return True
    served_as = connection.scope.get("scheme", "http")
    # A proxy that ends TLS speaks http to us while the page is https; the opposite is somebody in between.
    if DEFAULT_PORTS.get(served_as) == DEFAULT_PORTS["https"] and scheme != "https":
        return False
    own = _parts(f"{scheme}://{connection.headers.get('host', '')}")
    return own is not None and own[1:] == (host, port)


def _parts(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an http origin, or None for anything else (such as `null`)."""
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError:
        return None
    if split.scheme not in {"http", "https"} or not split.hostname:
        return None
    return split.scheme, split.hostname, port or DEFAULT_PORTS[split.scheme]
