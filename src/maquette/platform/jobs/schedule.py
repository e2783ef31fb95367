"""Periodic jobs: one row per kind and slot of time, whatever number of beats are running."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from maquette.kit.clock import now
from maquette.platform.jobs.dispatcher import PERIODIC_TASK
from maquette.platform.jobs.enqueue import enqueue
from maquette.platform.jobs.models import Job
from maquette.platform.jobs.registry import TaskRegistry
from maquette.platform.jobs.task import Periodic

if TYPE_CHECKING:
    from maquette.platform.runtime import Platform

# Beat keeps no memory of its own: it asks at least this often, and a slot that has its job gets no second one.
LONGEST_TICK = timedelta(minutes=10)


def tick(periodic: Periodic) -> timedelta:
    """How often beat asks for this job."""
    return min(periodic.every, LONGEST_TICK)


def schedule_of(registry: TaskRegistry) -> dict[str, dict[str, Any]]:
    """What Celery's beat is told. A tick that no worker takes in time is worth nothing: the next one replaces it."""
    return {
        kind: {
            "task": PERIODIC_TASK,
            "schedule": tick(periodic),
            "args": (kind,),
            "options": {"queue": periodic.request.queue.value, "expires": tick(periodic).total_seconds()},
        }
        for kind, periodic in registry.periodic.items()
    }


def slot_key(periodic: Periodic) -> str:
    """The key of the job of the present slot."""
    slot = int(now().timestamp() // periodic.every.total_seconds())
    return f"periodic:{periodic.request.kind}:{int(periodic.every.total_seconds())}:{slot}"


async def ask(platform: "Platform", periodic: Periodic) -> Job:
    """Ask for the job of this slot, unless it was asked for or the one before is not done yet."""
    async with platform.database.transaction() as session:
        return await enqueue(
            session, periodic.request, unique_key=f"periodic:{periodic.request.kind}", once_key=slot_key(periodic)
        )
