"""A slice of jobs that do what a test asks for. Run as a program, it is a real worker that knows them."""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from typing import Any, ClassVar

from maquette.kit.errors import MaquetteError, NotFound
from maquette.platform.events.event import emit
from maquette.platform.jobs.errors import Permanent
from maquette.platform.jobs.events import JobProgressed
from maquette.platform.jobs.models import Job
from maquette.platform.jobs.task import JobRequest, Periodic, Queue, Task
from maquette.platform.jobs.work import Work
from maquette.platform.slice import Slice
from maquette.slices import SLICES


class Echo(JobRequest):
    kind: ClassVar[str] = "probe.echo"
    text: str = "hello"


class Sleep(JobRequest):
    kind: ClassVar[str] = "probe.sleep"
    lease: ClassVar[timedelta] = timedelta(seconds=2)
    seconds: float = 30


class Step(JobRequest):
    kind: ClassVar[str] = "probe.step"
    steps: int = 3
    pause: float = 0.6


class Fail(JobRequest):
    kind: ClassVar[str] = "probe.fail"
    max_attempts: ClassVar[int] = 3
    how: str = "unexpected"
    times: int = 100


class Slow(JobRequest):
    kind: ClassVar[str] = "probe.slow"
    max_attempts: ClassVar[int] = 1
    timeout: ClassVar[timedelta] = timedelta(seconds=0.2)


class Poison(JobRequest):
    kind: ClassVar[str] = "probe.poison"
    max_attempts: ClassVar[int] = 2
    lease: ClassVar[timedelta] = timedelta(seconds=1)


class Write(JobRequest):
    kind: ClassVar[str] = "probe.write"
    pause: float = 0.0


class Tick(JobRequest):
    kind: ClassVar[str] = "probe.tick"
    queue: ClassVar[Queue] = Queue.MAINTENANCE


class Damaged(Permanent, MaquetteError):
    code = "damaged"


async def echo(work: Work, request: Echo) -> dict[str, Any]:
    said = request.text.replace("<NUL>", "\0")
    await work.progress(0.5, said)
    return {"said": said, "attempt": work.attempt, "pid": os.getpid()}


async def sleep(_work: Work, request: Sleep) -> None:
    await asyncio.sleep(request.seconds)


async def step(work: Work, request: Step) -> None:
    for number in range(request.steps):
        await work.progress((number + 1) / (request.steps + 1), f"step {number + 1}")
        await asyncio.sleep(request.pause)


async def fail(work: Work, request: Fail) -> dict[str, Any]:
    if work.attempt > request.times:
        return {"attempt": work.attempt}
    match request.how:
        case "nul":
            raise MaquetteError("bad name: a\0b")
        case "no json":
            return {"when": object()}
        case "named":
            raise MaquetteError("The bridge is up. Wait for it to come down.")
        case "missing":
            raise NotFound("There is no such picture.")
        case "permanent":
            raise Damaged("The file is damaged.")
        case _:
            raise RuntimeError("secret inner words")


async def slow(_work: Work, _request: Slow) -> None:
    await asyncio.sleep(30)


async def poison(_work: Work, _request: Poison) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def write(work: Work, request: Write) -> None:
    """Leaves its mark in the message of its own row, through the only commit that a task has."""
    async with work.transaction() as session:
        await asyncio.sleep(request.pause)
        job = await session.get_one(Job, work.job_id)
        emit(session, JobProgressed.of(job).model_copy(update={"message": f"written by {work.attempt}"}))


async def tick(_work: Work, _request: Tick) -> None:
    return None


slice = Slice(  # noqa: A001  # every slice calls it so
    "probe",
    tasks=(
        Task(Echo, echo),
        Task(Sleep, sleep),
        Task(Step, step),
        Task(Fail, fail),
        Task(Slow, slow),
        Task(Poison, poison),
        Task(Write, write),
        Task(Tick, tick),
    ),
    periodic=(Periodic(Tick(), timedelta(seconds=1)),),
)
PROBED = (*SLICES, slice)


if __name__ == "__main__":
    from maquette.beat import run_beat
    from maquette.worker import plan_beat, run_worker

    if sys.argv[1:] == ["beat"]:
        run_beat(lambda: plan_beat(PROBED))
    else:
        sys.exit(run_worker(slices=PROBED))
