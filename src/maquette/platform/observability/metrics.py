"""What Prometheus is told.

Several processes of one installation (web, workers) count in memory-mapped files of one folder, by the multiprocess
mode of prometheus-client, and any web process answers /metrics for all of them. Whoever starts the processes gives
them `kit.metrics_folder.metrics_environment`; without it, a process counts for itself alone.
What stands in the database (jobs by state and age) is asked for when Prometheus asks, see `operations`.
"""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from maquette.kit.metrics_folder import VARIABLE

CONTENT_TYPE = CONTENT_TYPE_LATEST
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS = Counter("maquette_requests", "Requests by route template.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram("maquette_request_seconds", "Time to answer.", ["method", "route"], buckets=SECONDS)
ERRORS = Counter("maquette_errors", "Requests that ended in an error of ours, by kind.", ["kind"])
CACHE_REQUESTS = Counter("maquette_cache_requests", "What the cache answered.", ["namespace", "result"])
LIMITED = Counter("maquette_rate_limited", "Requests refused because there were too many.", ["group"])
UPLOADS = Counter("maquette_uploads", "Uploads by result: stored, duplicate, refused.", ["result"])
UPLOADED_BYTES = Counter("maquette_uploaded_bytes", "Bytes of stored originals.")
VARIANTS = Counter("maquette_variants", "Variants by size and result.", ["variant", "result"])
VARIANT_SECONDS = Histogram("maquette_variant_seconds", "Time to make the variants of one media.", buckets=SECONDS)


class _Now(Collector):
    """Figures of this moment. Gauges would do, but in several processes they are written to files like all others."""

    def __init__(self, figures: Sequence[Metric]) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        return self._figures


def metrics_text(now: Sequence[Metric] = ()) -> bytes:
    """Everything in Prometheus' text format, over all processes; `now` is what the caller has just asked for."""
    folder = os.environ.get(VARIABLE)
    if folder is None:
        registry = REGISTRY
    else:
        _forget_dead(Path(folder))
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]  # the library's own gap
    figures = CollectorRegistry()
    figures.register(_Now(now))
    return generate_latest(registry) + generate_latest(figures)


def _forget_dead(folder: Path) -> None:
    """Gauges of processes that are gone count no longer; their counters stay, for a counter never falls."""
    for path in folder.glob("gauge_live*.db"):
        pid = path.stem.rpartition("_")[2]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            with suppress(FileNotFoundError):  # another web process may be tidying up, too
                path.unlink()
