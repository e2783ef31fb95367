"""Ctrl-C in a long command: the first one ends it in good order, the second at once."""

import asyncio
import signal
from collections.abc import Callable
from types import TracebackType
from typing import Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Listens while entered. `on_first` is what ends the present part of the command; it changes as that does."""

    def __init__(self, on_first: Callable[[], object] = lambda: None) -> None:
        self.on_first = on_first
        self.number: int | None = None
        self._command: asyncio.Task[object] | None = None

    @property
    def exit_code(self) -> int:
        """As shells count: 128 and the number of the signal."""
        return 0 if self.number is None else 128 + self.number

    def __enter__(self) -> Self:
        self._command = asyncio.current_task()
        for each in SIGNALS:
            asyncio.get_running_loop().add_signal_handler(each, self._hear, each)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        for each in SIGNALS:
            asyncio.get_running_loop().remove_signal_handler(each)
        # Cancelled by the second signal: the command ends here, with what it has.
        return self.number is not None and kind is asyncio.CancelledError

    def _hear(self, number: signal.Signals) -> None:
        if self.number is None:
            self.number = int(number)
            self.on_first()
        elif self._command is not None:
            self._command.cancel()
