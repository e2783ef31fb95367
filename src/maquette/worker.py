"""Builds the Celery app and the plan of its beat by looping over SLICES; nothing else.

Celery carries ids, the job table is the truth.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from celery import Celery
from kombu import Queue as BrokerQueue

from maquette.beat import BeatPlan
from maquette.platform.database.schema import ready_schema
from maquette.platform.groups import PLATFORM_GROUPS
from maquette.platform.jobs.consumer import serve_jobs
from maquette.platform.jobs.dispatcher import PERIODIC_TASK, RUN_TASK, transport_options
from maquette.platform.jobs.process import OpenPlatform, WorkerProcesses
from maquette.platform.jobs.readiness import await_store_of_variants
from maquette.platform.jobs.registry import TaskRegistry
from maquette.platform.jobs.schedule import schedule_of
from maquette.platform.jobs.settings import JobSettings
from maquette.platform.jobs.task import Queue
from maquette.platform.observability.logs import configure_logs
from maquette.platform.runtime import Platform, running
from maquette.platform.settings.general import GeneralSettings
from maquette.platform.settings.loader import Settings, load_settings
from maquette.platform.slice import Slice
from maquette.platform.valkey import ValkeySettings
from maquette.slices import SLICES


def load(slices: Iterable[Slice] = SLICES) -> Settings:
    """The settings of every slice from the environment."""
    return load_settings((*PLATFORM_GROUPS, *(group for each in slices for group in each.settings)))


def create_celery(settings: Settings, processes: WorkerProcesses) -> Celery:
    """The Celery app of a worker: two tasks, and a queue for each of ours."""
    app = Celery("maquette", set_as_current=False)
    app.conf.update(
        **_broker(settings),
        task_acks_late=False,
        task_ignore_result=True,
        task_queues=[BrokerQueue(queue.value) for queue in Queue],
        worker_prefetch_multiplier=1,
        worker_enable_prefetch_count_reduction=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_enable_remote_control=False,
        worker_concurrency=settings[JobSettings].concurrency,
    )

    @app.task(name=RUN_TASK)
    def run(job_id: str) -> None:
        processes.run(job_id)

    @app.task(name=PERIODIC_TASK)
    def ask(kind: str) -> None:
        processes.ask(kind)

    return app


def _opened(settings: Settings, slices: Sequence[Slice]) -> OpenPlatform:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Platform]:
        async with running(settings, slices) as platform:
            await ready_schema(platform)
            await await_store_of_variants(platform)
            yield platform

    return opened


def run_worker(queues: Sequence[Queue] = (), *, slices: Sequence[Slice] = SLICES) -> int:
    """Do jobs until a signal says stop; the exit code."""
    settings = load(slices)
    configure_logs(settings)
    registry = TaskRegistry(slices)
    processes = WorkerProcesses(_opened(settings, slices), registry)
    celery = create_celery(settings, processes)
    return serve_jobs(
        celery,
        processes,
        settings[JobSettings],
        queues=[queue.value for queue in queues or settings[JobSettings].job_queues],
    )


def plan_beat(slices: Sequence[Slice] = SLICES) -> BeatPlan:
    """What beat has to know: the broker, and what the slices want to be asked for how often."""
    settings = load(slices)
    return BeatPlan(
        settings[GeneralSettings],
        _broker(settings)
        | {
            "beat_schedule": schedule_of(TaskRegistry(slices)),
            "beat_max_loop_interval": 5,
            "beat_scheduler": "celery.beat:Scheduler",
        },
    )


def _broker(settings: Settings) -> dict[str, Any]:
    """How worker and beat reach the broker."""
    return {
        "broker_url": settings[ValkeySettings].broker_url,
        "broker_transport_options": transport_options(),
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_connection_timeout": 2.0,
        "task_default_queue": Queue.DEFAULT.value,
    }
