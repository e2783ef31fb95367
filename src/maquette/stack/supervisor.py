"""Keeps the children alive, and ends them in order."""

import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType

from maquette.stack.embedded import START_SECONDS, start_failed
from maquette.stack.errors import StackError
from maquette.stack.health import HealthProbe
from maquette.stack.processes import Child, ChildSpec, start

STOP_SECONDS = 9.5
FORCED_SECONDS = 1.0
LONGEST_BACK_OFF_SECONDS = 30.0
STEADY_SECONDS = 30.0
"""A child that lived this long begins again with the shortest back-off."""
_TICK_SECONDS = 0.02
_PR_SET_CHILD_SUBREAPER = 36
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class UnmendableExit(StackError):
    """A child said that starting it again will not help."""

    code = "unmendable_exit"


@dataclass(slots=True)
class _Slot:
    spec: ChildSpec
    first_start: float = 0.0
    child: Child | None = None
    is_ready: bool = False
    was_ready: bool = False
    failures: int = 0
    due: float = 0.0
    last_code: int | None = None


class Supervisor:
    """Starts `children` in their order, restarts whichever ends, and stops them stage by stage on a signal."""

    def __init__(
        self,
        children: Sequence[ChildSpec],
        *,
        log: Callable[[str], None],
        health: HealthProbe | None = None,
        on_ready: Callable[[], None] | None = None,
        on_stop: Callable[[], None] | None = None,
        holding: Sequence[int] = (),
    ) -> None:
        self._slots = [_Slot(spec) for spec in children]
        self._log = log
        self._health = health
        self._on_ready = on_ready
        self._on_stop = on_stop
        self._holding = holding
        self._stop_requests = 0
        self._wake_fd = -1

    def run(self) -> int:
        """Until a signal: 0 after a clean end, 130 after a forced one. Raises StackError if a start cannot succeed."""
        _adopt_orphans()
        with _Signals(self._request_stop) as wake:
            self._wake_fd = wake
            try:
                for slot in self._slots:
                    if not self._stop_requests and not self._is_deferred(slot):
                        self._start(slot)
                while not self._stop_requests:
                    self._step()
            finally:
                self._stop()
        return 0 if self._stop_requests == 1 else 130

    def _request_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_requests += 1

    def _step(self) -> None:
        now = time.monotonic()
        for slot in self._slots:
            if slot.child is None and now >= slot.due and not self._is_deferred(slot):
                self._start(slot)
        starting = self._check_ready()
        probing = self._health is not None and self._health.advance()
        if self._health is not None and self._health.is_healthy and all(slot.is_ready for slot in self._servers()):
            self._health = None
            if self._on_ready is not None:
                self._on_ready()
        waiting = [slot for slot in self._slots if slot.child is None and not self._is_deferred(slot)]
        due = [slot.due - time.monotonic() for slot in waiting]
        # With nothing to wait for but a signal or the end of a child, the process sleeps for good.
        timeout = _TICK_SECONDS if starting or probing else max(0.0, min(due)) if due else None
        self._sleep(timeout)
        self._reap()

    def _is_deferred(self, slot: _Slot) -> bool:
        return slot.spec.starts_after_health and self._health is not None

    def _sleep(self, timeout: float | None) -> None:
        wanted = [self._wake_fd]
        if self._health is not None and self._health.descriptor is not None:
            wanted.append(self._health.descriptor)
        readable, _, _ = select.select(wanted, [], [], timeout)
        if self._wake_fd in readable:
            with suppress(BlockingIOError):
                os.read(self._wake_fd, 4096)

    def _start(self, slot: _Slot) -> None:
        slot.first_start = slot.first_start or time.monotonic()
        try:
            slot.child = start(slot.spec, holding=self._holding)
        except (StackError, OSError) as error:
            if not slot.was_ready:
                raise
            self._back_off(slot, f"{slot.spec.name} could not be started ({error})")
            return
        slot.is_ready = slot.spec.is_ready is None
        slot.was_ready = slot.was_ready or slot.is_ready

    def _servers(self) -> list[_Slot]:
        return [slot for slot in self._slots if slot.spec.is_ready is not None]

    def _check_ready(self) -> bool:
        """Whether some server is still starting."""
        starting = False
        for slot in self._servers():
            if slot.child is None or slot.is_ready:
                continue
            assert slot.spec.is_ready is not None
            slot.is_ready = slot.spec.is_ready(slot.child.pid)
            slot.was_ready = slot.was_ready or slot.is_ready
            starting = starting or not slot.is_ready
        return starting

    def _reap(self) -> None:
        """Collect whatever has ended: children, and the orphans that came to this process."""
        if not hasattr(os, "waitid"):
            for slot in self._slots:
                if slot.child is not None:
                    self._collect(slot)
            return
        slots = {slot.child.pid: slot for slot in self._slots if slot.child is not None}
        with suppress(ChildProcessError):
            while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) is not None:
                if ended.si_pid in slots:
                    # Not collected yet, so the number of its group cannot be anybody else's.
                    child = slots[ended.si_pid].child
                    assert child is not None
                    child.kill_group()
                    self._collect(slots[ended.si_pid])
                else:
                    os.waitpid(ended.si_pid, os.WNOHANG)

    def _collect(self, slot: _Slot) -> None:
        assert slot.child is not None
        code = slot.child.poll()
        if code is None:
            return
        child, slot.child, slot.is_ready, slot.last_code = slot.child, None, False, code
        if self._stop_requests:
            return
        lived = time.monotonic() - child.started_at
        if code in slot.spec.final_exit_codes:
            raise UnmendableExit(f"{slot.spec.name} cannot run with this configuration; see its message above.")
        never_up = slot.spec.is_ready is not None and not slot.was_ready
        if never_up and time.monotonic() - slot.first_start > START_SECONDS:
            raise start_failed(slot.spec, code)
        if lived > STEADY_SECONDS:
            slot.failures = 0
        self._back_off(slot, f"{slot.spec.name} (pid {child.pid}) {_reason(code)} after {lived:.1f} s")

    def _back_off(self, slot: _Slot, what: str) -> None:
        delay = min(LONGEST_BACK_OFF_SECONDS, 0.1 * 2**slot.failures)
        slot.failures = min(slot.failures + 1, 16)
        slot.due = time.monotonic() + delay
        self._log(f"{what}; starting it again in {delay:.1f} s")

    def _stop(self) -> None:
        if self._on_stop is not None:
            self._on_stop()
        # A start that failed ends like a request to stop.
        self._stop_requests = max(self._stop_requests, 1)
        deadline = time.monotonic() + STOP_SECONDS
        stages = sorted({slot.spec.stage for slot in self._slots})
        for stage in stages:
            slots = [slot for slot in self._slots if slot.spec.stage == stage and slot.child is not None]
            limit = max((slot.spec.stop_seconds for slot in slots), default=0.0)
            until = time.monotonic() + limit
            if stage == stages[-1]:
                # The last one, the database, has what the others left: the more it writes now, the less it recovers.
                until = max(until, deadline)
            self._end_stage(slots, until)

    def _end_stage(self, slots: list[_Slot], until: float) -> None:
        for slot in slots:
            if slot.child is not None:
                slot.child.send(slot.spec.stop_signal)
        self._await_end(slots, until, forceable=True)
        for slot in slots:
            if slot.child is not None:
                self._log(f"{slot.spec.name} (pid {slot.child.pid}) did not stop in time; forcing it")
                slot.child.send(slot.spec.force_signal)
        self._await_end(slots, time.monotonic() + FORCED_SECONDS, forceable=False)
        for slot in slots:
            if slot.child is not None:
                slot.child.send(signal.SIGKILL)
        self._await_end(slots, time.monotonic() + FORCED_SECONDS, forceable=False)

    def _await_end(self, slots: list[_Slot], until: float, *, forceable: bool) -> None:
        while any(slot.child is not None for slot in slots):
            left = until - time.monotonic()
            if left <= 0 or (forceable and self._stop_requests > 1):
                return
            self._sleep(min(left, 0.1))
            self._reap()


class _Signals:
    """Signals write to a pipe, so that none is missed between a check and a sleep."""

    def __init__(self, on_stop: Callable[[int, FrameType | None], None]) -> None:
        self._on_stop = on_stop
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)

    def __enter__(self) -> int:
        self._former = {number: signal.signal(number, self._on_stop) for number in _STOP_SIGNALS}
        self._former[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        self._former_wake = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        return self._read

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(self._former_wake)
        for number, handler in self._former.items():
            signal.signal(number, handler)
        os.close(self._read)
        os.close(self._write)


def _adopt_orphans() -> None:
    """A killed server's helpers come to this process and are collected here: a container's first process may not, and
    PostgreSQL does not start beside the zombie of its former self.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _reason(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
