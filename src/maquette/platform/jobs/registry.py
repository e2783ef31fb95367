"""Which kinds of job this program knows, checked when a process starts."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, Protocol

from maquette.platform.jobs.task import JobRequest, Periodic, Task


class BringsTasks(Protocol):
    """What is looked at of a slice."""

    @property
    def tasks(self) -> tuple[Task[Any], ...]: ...
    @property
    def periodic(self) -> tuple[Periodic, ...]: ...


class DuplicateKind(RuntimeError):
    """Two slices registered the same kind of job."""


class UnknownKind(RuntimeError):
    """A periodic job has no task that does it."""


class TaskRegistry:
    """The tasks and periodic jobs of all slices, by their kind."""

    def __init__(self, slices: Iterable[BringsTasks]) -> None:
        self._tasks: dict[str, Task[Any]] = {}
        self.periodic: dict[str, Periodic] = {}
        slices = tuple(slices)
        for task in (task for each in slices for task in each.tasks):
            if self._tasks.setdefault(task.kind, task) is not task:
                raise DuplicateKind(f"The kind of job {task.kind} is registered twice. Rename one of them.")
        for periodic in (periodic for each in slices for periodic in each.periodic):
            kind = periodic.request.kind
            if kind not in self._tasks:
                raise UnknownKind(f"The periodic job {kind} has no task. Register one in its slice.")
            if self.periodic.setdefault(kind, periodic) is not periodic:
                raise DuplicateKind(f"The periodic job {kind} is registered twice. Keep one of them.")

    def __getitem__(self, kind: str) -> Task[Any]:
        return self._tasks[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tasks)

    def unusual_leases(self) -> dict[str, timedelta]:
        """The kinds whose lease is not the default one."""
        leases = {kind: task.request.lease for kind, task in self._tasks.items()}
        return {kind: lease for kind, lease in leases.items() if lease != JobRequest.lease}
