"""Celery's beat in a process that stays small.

The slices, which are most of a process's memory, are only needed to know what is periodic: a child reads that out of
them and ends.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from celery import Celery

from maquette.platform.observability.logs import configure_logs
from maquette.platform.settings.general import GeneralSettings
from maquette.platform.settings.loader import Settings


@dataclass(frozen=True, slots=True)
class BeatPlan:
    """All that beat needs of the program; it is pickled."""

    general: GeneralSettings
    configuration: Mapping[str, Any]
    """Of a Celery app: the broker and the schedule."""


def run_beat(plan: Callable[[], BeatPlan]) -> None:
    """Ask for the periodic jobs until a signal says stop. Any number of beats may run.

    `plan` is called in a child; where that fails, this process leaves with the child's exit code.
    """
    planned = _from_child(plan)
    configure_logs(Settings({GeneralSettings: planned.general}))
    app = Celery("maquette", set_as_current=False)
    app.conf.update(planned.configuration)
    app.Beat(quiet=True, loglevel="WARNING").run()


def _from_child(plan: Callable[[], BeatPlan]) -> BeatPlan:
    processes = get_context("fork")  # the child has nothing to load twice
    receiving, sending = processes.Pipe(duplex=False)
    child = processes.Process(target=_answer, args=(plan, sending), name="plan")
    child.start()
    sending.close()
    try:
        planned: BeatPlan = receiving.recv()
    except EOFError:
        child.join()
        sys.exit(child.exitcode or 1)
    child.join()
    return planned


def _answer(plan: Callable[[], BeatPlan], sending: Connection) -> None:
    sending.send(plan())
