"""Sends the ids of committed jobs to the broker, from a thread of its own: no request waits for it.

Nothing here must be kept: an id that never arrives is sent again by the sweep, because the row is the truth.
"""

import asyncio
import heapq
import itertools
import queue
import socket
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import structlog
from redis.exceptions import RedisError

from maquette.kit.outbox import Outbox
from maquette.platform.jobs.enqueue import JobReference
from maquette.platform.jobs.metrics import UNSENT
from maquette.platform.jobs.task import Queue
from maquette.platform.valkey import ValkeySettings, connect

log = structlog.get_logger(__name__)

RUN_TASK = "maquette.run"
PERIODIC_TASK = "maquette.periodic"
KEY_PREFIX = "maquette:"

# Later jobs are left to the sweep; sooner ones wait here and start on time.
HELD_SECONDS = 60.0
# The database decides what is due, and its clock may be a little behind.
MARGIN_SECONDS = 0.02
# More than this is not held in memory while the broker is down; the sweep finds the rest.
HELD_IDS = 10_000
RETRY_SECONDS = 0.5


def transport_options() -> dict[str, Any]:
    """How both sides speak to the broker. A lost message is the sweep's business, so that redelivery may be slow."""
    return {
        "global_keyprefix": KEY_PREFIX,
        "visibility_timeout": 24 * 3600,
        "socket_connect_timeout": 2.0,
        "socket_keepalive": True,
        "health_check_interval": 30,
    }


@dataclass(order=True, slots=True)
class _Held:
    due: float
    order: int
    reference: JobReference = field(compare=False)


class Dispatcher:
    """The sender of this process; its thread and its connection begin with the first job."""

    def __init__(self, settings: ValkeySettings) -> None:
        self._settings = settings
        self._inbox: queue.SimpleQueue[_Held | None] = queue.SimpleQueue()
        self._order = itertools.count()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closing = False
        self._valkey = connect(settings)

    async def deliver(self, outbox: Outbox) -> None:
        """Send the jobs of a commit; returns at once."""
        self.send(outbox.jobs)

    def send(self, references: Iterable[JobReference]) -> None:
        """Send these ids as soon as they are due; returns at once."""
        references = [each for each in references if each.delay.total_seconds() <= HELD_SECONDS]
        if not references or self._closing:
            return
        for reference in references:
            delay = reference.delay.total_seconds()
            due = time.monotonic() + delay + MARGIN_SECONDS if delay > 0 else 0.0
            self._inbox.put(_Held(due, next(self._order), reference))
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="dispatcher", daemon=True)
                self._thread.start()

    async def waiting(self) -> dict[Queue, int] | None:
        """How many messages wait in each queue of the broker; None while it is down."""
        try:
            async with self._valkey.pipeline(transaction=False) as pipeline:
                for each in Queue:
                    pipeline.llen(KEY_PREFIX + each.value)
                return dict(zip(Queue, await pipeline.execute(), strict=True))
        except (RedisError, OSError):
            return None

    async def close(self) -> None:
        """Send what is due, then end the thread."""
        self._closing = True
        if self._thread is not None:
            self._inbox.put(None)
            await asyncio.to_thread(self._thread.join, 5.0)
        await self._valkey.aclose()

    def _work(self) -> None:
        """The thread: wait for the next id or for the next due one, send, and hold what the broker did not take."""
        sender = _Sender(self._settings)
        held: list[_Held] = []
        down = False
        while True:
            timeout = max(0.0, held[0].due - time.monotonic()) if held else None
            with suppress(queue.Empty):
                arrived = self._inbox.get(timeout=timeout)
                if arrived is None:
                    break
                heapq.heappush(held, arrived)
                continue
            due = [heapq.heappop(held) for _ in range(len(held)) if held[0].due <= time.monotonic()]
            unsent = sender.send(due)
            if unsent:
                if not down:
                    log.warning("broker_down", unsent=len(unsent), error=sender.error)
                again = time.monotonic() + RETRY_SECONDS
                for each in unsent[: max(0, HELD_IDS - len(held))]:
                    each.due = again
                    heapq.heappush(held, each)
            elif down and due:
                log.info("broker_back")
            down = bool(unsent) or (down and not due)
            UNSENT.set(len(unsent))
        sender.send([each for each in held if each.due <= time.monotonic()])
        sender.close()


class _Sender:
    """Writes messages that Celery's workers understand; importing Celery itself would cost the web process 8 MB."""

    def __init__(self, settings: ValkeySettings) -> None:
        self._settings = settings
        self._origin = f"{socket.gethostname()}"
        self._producer: Any = None
        self._connection: Any = None
        self.error = ""

    def send(self, due: list[_Held]) -> list[_Held]:
        """Send in order; what was not sent is returned."""
        for index, each in enumerate(due):
            try:
                self._publish(each.reference)
            except self._failures() as error:
                self.error = str(error)
                self.close()
                return due[index:]
        return []

    def close(self) -> None:
        """Forget the connection; the next message opens another."""
        connection, self._connection, self._producer = self._connection, None, None
        if connection is not None:
            with suppress(RedisError, OSError):
                connection.release()

    def _failures(self) -> tuple[type[Exception], ...]:
        from kombu.exceptions import KombuError, OperationalError

        return (KombuError, OperationalError, RedisError, OSError)

    def _publish(self, reference: JobReference) -> None:
        if self._producer is None:
            from kombu import Connection

            # A broker that hangs must not hold this thread for ever.
            options = {**transport_options(), "socket_timeout": 5.0}
            self._connection = Connection(self._settings.broker_url, transport_options=options)
            self._producer = self._connection.Producer(serializer="json")
        message_id, name = str(uuid4()), RUN_TASK
        args = [str(reference.id)]
        self._producer.publish(
            (args, {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}),
            exchange="",
            routing_key=reference.queue,
            correlation_id=message_id,
            headers={
                "lang": "py",
                "task": name,
                "id": message_id,
                "root_id": message_id,
                "parent_id": None,
                "group": None,
                "retries": 0,
                "eta": None,
                "expires": None,
                "timelimit": [None, None],
                "argsrepr": repr(args),
                "kwargsrepr": "{}",
                "origin": self._origin,
                "ignore_result": True,
            },
        )
