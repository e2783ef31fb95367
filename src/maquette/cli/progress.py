"""How far a command is: a bar on a terminal, a line now and then elsewhere; always on standard error."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich import progress as rich_progress

EVERY_SECONDS = 5.0


class Progress(Protocol):
    """What a command tells of itself."""

    def advance(self, amount: int = 1) -> None:
        """One more thing is done; `amount` of the total."""

    def say(self, line: str) -> None:
        """A line that stays, above the bar."""


@contextmanager
def progress(what: str, total: int, things: int, *, in_bytes: bool = False) -> Iterator[Progress]:
    """Show how much of `total` is done while `things` are worked on."""
    if sys.stderr.isatty():
        with _bar(what, total, things, in_bytes=in_bytes) as shown:
            yield shown
    else:
        yield _Lines(what, things)


class _Lines:
    def __init__(self, what: str, things: int) -> None:
        self._what, self._things = what, things
        self._done = 0
        self._said = time.monotonic()

    def advance(self, amount: int = 1) -> None:  # noqa: ARG002  # lines count things only
        self._done += 1
        if time.monotonic() - self._said >= EVERY_SECONDS or self._done == self._things:
            self._said = time.monotonic()
            self.say(f"{self._what}: {self._done:,} of {max(self._things, self._done):,}")

    def say(self, line: str) -> None:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


@contextmanager
def _bar(what: str, total: int, things: int, *, in_bytes: bool) -> Iterator[Progress]:
    from rich import progress as rich_progress
    from rich.console import Console

    columns: list[rich_progress.ProgressColumn | str] = [
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.TextColumn("{task.fields[done]:,}/{task.fields[things]:,}"),
    ]
    if in_bytes:
        columns += [rich_progress.DownloadColumn(), rich_progress.TransferSpeedColumn()]
    columns.append(rich_progress.TimeRemainingColumn())
    with rich_progress.Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=total, done=0, things=things)
        yield _Bar(shown, task, things)


class _Bar:
    def __init__(self, shown: "rich_progress.Progress", task: "rich_progress.TaskID", things: int) -> None:
        self._shown, self._task, self._things = shown, task, things
        self._done = 0

    def advance(self, amount: int = 1) -> None:
        self._done += 1
        self._shown.update(self._task, advance=amount, done=self._done, things=max(self._done, self._things))

    def say(self, line: str) -> None:
        self._shown.console.print(line, markup=False, highlight=False)
