"""A Celery worker around the runner: it takes ids from the broker and stops without losing time or work."""

import multiprocessing
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from celery import Celery, signals

from maquette.platform.jobs.process import WorkerProcesses
from maquette.platform.jobs.settings import JobSettings, Pool


def serve_jobs(
    celery: Celery,
    processes: WorkerProcesses,
    settings: JobSettings,
    *,
    queues: Sequence[str],
) -> int:
    """Do jobs until SIGTERM or SIGINT; the exit code.

    A stopping worker takes no further ids, gives its running jobs `job_stop_grace` seconds, then hands them back.
    """
    if settings.job_pool is Pool.THREADS:
        # Before the first id is taken: a worker that cannot open its platform ends here and says why.
        processes.here().wait_ready()
    else:
        processes.check()
    with _receivers(processes, settings):
        worker = celery.Worker(
            pool=settings.job_pool.value,
            concurrency=settings.concurrency,
            queues=list(queues),
            loglevel="WARNING",
            quiet=True,
            # Workers find their jobs in the table; they need no word of each other.
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        try:
            worker.start()
        finally:
            processes.stop_here()
    return int(worker.exitcode or 0)


@contextmanager
def _receivers(processes: WorkerProcesses, settings: JobSettings) -> Iterator[None]:
    """Answer Celery's signals: children that start and end, and the wish to stop."""
    # Children of a prefork pool inherit it; setting it in the parent reaches them all.
    releasing = multiprocessing.get_context("fork").Event()

    def wait_to_release() -> None:
        releasing.wait()
        processes.release_here()

    def on_child_start(**_: Any) -> None:
        processes.here()
        threading.Thread(target=wait_to_release, daemon=True).start()

    def on_child_stop(**_: Any) -> None:
        processes.stop_here()

    def release() -> None:
        releasing.set()
        processes.release_here()

    def on_stopping(**_: Any) -> None:
        timer = threading.Timer(settings.job_stop_grace, release)
        timer.daemon = True
        timer.start()

    # Celery keeps only weak references to receivers; these live as long as this frame.
    receivers: tuple[tuple[Any, Callable[..., None]], ...] = (
        (signals.worker_process_init, on_child_start),
        (signals.worker_process_shutdown, on_child_stop),
        (signals.worker_shutting_down, on_stopping),
    )
    for signal, receiver in receivers:
        signal.connect(receiver)
    try:
        yield
    finally:
        for signal, receiver in receivers:
            signal.disconnect(receiver)
