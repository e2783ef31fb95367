"""How the installation is: for load balancers, Prometheus and administrators."""

import asyncio
import shutil
import time

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.pool import QueuePool

from maquette import __version__
from maquette.operations.checks import CHECKS, VITAL, check_database, disk_folders, measured
from maquette.operations.errors import NotReady
from maquette.operations.schemas import (
    CacheUse,
    Component,
    DatabaseHealth,
    Health,
    NamespaceUse,
    PoolHealth,
    State,
)
from maquette.platform.database.failures import DATABASE_FAILURES
from maquette.platform.database.schema import newest_revision, present_revision
from maquette.platform.jobs.metrics import depths
from maquette.platform.observability.metrics import metrics_text
from maquette.platform.runtime import Platform

CONNECTIONS = (
    "SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1"
)


async def health(platform: Platform) -> Health:
    """Every part, asked at the same time."""
    answers = await asyncio.gather(*(measured(platform, name, check) for name, check in CHECKS.items()))
    components = dict(zip(CHECKS, answers, strict=True))
    return Health(status=_overall(components), version=__version__, components=components)


def _overall(components: dict[str, Component]) -> State:
    if any(components[name].state is State.DOWN for name in VITAL):
        return State.DOWN
    return State.OK if all(each.state is State.OK for each in components.values()) else State.DEGRADED


async def assert_ready(platform: Platform) -> None:
    """Raise NotReady unless a request can be served: the database answers."""
    database = await measured(platform, "database", check_database)
    if database.state is State.DOWN:
        raise NotReady("The database does not answer yet. Try again in a few seconds.")


async def database_health(platform: Platform) -> DatabaseHealth:
    """The database in more detail."""
    began = time.perf_counter()
    async with platform.database.reading() as session:
        await session.execute(text("SELECT 1"))
        latency = (time.perf_counter() - began) * 1000
        row = (
            await session.execute(
                text(
                    "SELECT current_setting('server_version'), pg_database_size(current_database()), "
                    "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()), "
                    "current_setting('max_connections')::int"
                )
            )
        ).one()
    version, size, connections, most = row
    revision, newest = await present_revision(platform), newest_revision()
    is_tight = connections > 0.9 * most
    return DatabaseHealth(
        state=State.OK if revision == newest and not is_tight else State.DEGRADED,
        latency_ms=round(latency, 2),
        version=version,
        revision=revision,
        newest_revision=newest,
        size_bytes=size,
        connections=connections,
        max_connections=most,
        pool=_pool(platform),
    )


def _pool(platform: Platform) -> PoolHealth:
    pool = platform.database.engine.pool
    if not isinstance(pool, QueuePool):
        return PoolHealth(size=0, in_use=0, overflow=0)
    return PoolHealth(size=pool.size(), in_use=pool.checkedout(), overflow=max(0, pool.overflow()))


async def cache_use(platform: Platform) -> CacheUse:
    """What the cache was asked, over all processes."""
    items = [
        NamespaceUse(
            namespace=each.namespace,
            hits=each.hits,
            misses=each.misses,
            bypasses=each.bypasses,
            hit_rate=each.hits / max(1, each.hits + each.misses),
        )
        for each in await platform.cache.stats()
    ]
    try:
        memory = await platform.valkey.info("memory")
    except (RedisError, OSError):
        memory = None
    return CacheUse(
        is_available=memory is not None,
        used_bytes=int(memory["used_memory"]) if memory else None,
        hits=sum(each.hits for each in items),
        misses=sum(each.misses for each in items),
        bypasses=sum(each.bypasses for each in items),
        items=items,
    )


async def metrics(platform: Platform) -> bytes:
    """What Prometheus is told: the counts of all processes, and what is true at this moment."""
    jobs = GaugeMetricFamily("maquette_jobs", "Unfinished jobs.", labels=["kind", "state"])
    oldest = GaugeMetricFamily("maquette_job_oldest_seconds", "Age of the oldest of them.", labels=["kind", "state"])
    connections = GaugeMetricFamily("maquette_database_connections", "Connections by state.", labels=["state"])
    up = GaugeMetricFamily("maquette_database_up", "Whether the database answers.")
    try:
        async with platform.database.reading() as session:
            for depth in await depths(session):
                jobs.add_metric([depth.kind, depth.state], depth.count)
                oldest.add_metric([depth.kind, depth.state], depth.oldest_seconds)
            for state, count in await session.execute(text(CONNECTIONS)):
                connections.add_metric([state], count)
        up.add_metric([], 1)
    except DATABASE_FAILURES:
        up.add_metric([], 0)  # the counts of the processes are wanted most when the database is down
    disks = await asyncio.to_thread(_disks, platform)
    return await asyncio.to_thread(metrics_text, [jobs, oldest, connections, up, *disks])


def _disks(platform: Platform) -> list[Metric]:
    free = GaugeMetricFamily("maquette_disk_free_bytes", "Free bytes of the disk.", labels=["name"])
    total = GaugeMetricFamily("maquette_disk_size_bytes", "Size of the disk.", labels=["name"])
    for name, folder in disk_folders(platform).items():
        usage = shutil.disk_usage(folder)
        free.add_metric([name], usage.free)
        total.add_metric([name], usage.total)
    return [free, total]
