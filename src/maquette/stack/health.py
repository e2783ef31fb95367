"""Asks the web processes for a sign of life without ever blocking the supervisor."""

import socket
import time

PATH = "/health/live"
_AGAIN_SECONDS = 0.05


class HealthProbe:
    """One request waits in the listener's backlog until a web process answers it; a refused one is sent again."""

    def __init__(self, host: str, port: int, path: str = PATH) -> None:
        self.is_healthy = False
        self._target = (host, port)
        name = f"[{host}]" if ":" in host else host
        self._request = f"GET {path} HTTP/1.1\r\nHost: {name}:{port}\r\nConnection: close\r\n\r\n".encode()
        self._connection: socket.socket | None = None
        self._again_at = 0.0

    @property
    def descriptor(self) -> int | None:
        """What to wait for beside the clock."""
        return None if self._connection is None else self._connection.fileno()

    def advance(self) -> bool:
        """Go as far as possible without waiting. True while it has to be called again after a moment."""
        if self.is_healthy:
            return False
        if self._connection is None:
            return self._ask()
        try:
            answer = self._connection.recv(64)
        except BlockingIOError:
            return False
        except OSError:
            answer = b""
        self.close()
        self.is_healthy = answer.startswith(b"HTTP/1.1 200")
        return not self.is_healthy

    def close(self) -> None:
        """Give up the request under way."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self._again_at = time.monotonic() + _AGAIN_SECONDS

    def _ask(self) -> bool:
        if time.monotonic() < self._again_at:
            return True
        try:
            # The supervisor itself listens there, so the kernel takes the connection at once.
            self._connection = socket.create_connection(self._target, timeout=1.0)
            self._connection.sendall(self._request)
            self._connection.setblocking(False)  # noqa: FBT003  the name of the method says it
        except OSError:
            self.close()
            return True
        return False
