"""The address that web processes share: bound once, so that a web process that is replaced drops no connection."""

import errno
import socket

from maquette.stack.errors import AddressUnavailable

BACKLOG = 2048
LARGEST_PORT = 65535


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises AddressUnavailable."""
    if not 0 <= port <= LARGEST_PORT:
        raise AddressUnavailable(f"{port} is not a port. Choose one between 1 and {LARGEST_PORT} with --port.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise AddressUnavailable(f"The host {host} is not known here ({error.strerror}). Check --host.") from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            # `::` means every address, those of IPv4 too, whatever the system's default.
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(host != "::"))
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise AddressUnavailable(_message(host, port, error)) from error
    return listener


def url_of(listener: socket.socket) -> str:
    """The address to open in a browser on this machine."""
    host, port = reachable(listener)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def reachable(listener: socket.socket) -> tuple[str, int]:
    """Host and port by which this machine reaches the listener."""
    host, port = listener.getsockname()[:2]
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port  # noqa: S104  a comparison, nothing is bound


def _message(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} on {host} is in use by another program. Stop that one, or choose another with --port."
        case errno.EACCES:
            return f"Port {port} needs more rights than this user has. Choose one above 1023 with --port."
        case errno.EADDRNOTAVAIL:
            return f"{host} is not an address of this machine. Use 127.0.0.1, 0.0.0.0 or one of its own with --host."
        case _:
            return f"Cannot listen at {host}, port {port}: {error.strerror}."
