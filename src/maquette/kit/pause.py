"""After a failure, do not ask again for a moment: a dead server costs one wait, not one per request."""

import time


class Pause:
    """A moment that begins with a failure."""

    def __init__(self, seconds: float = 1.0) -> None:
        self._seconds = seconds
        self._until = 0.0

    def begin(self) -> None:
        """Something failed just now."""
        self._until = time.monotonic() + self._seconds

    @property
    def is_over(self) -> bool:
        """Whether it is time to ask again."""
        return time.monotonic() >= self._until
