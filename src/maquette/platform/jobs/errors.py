"""What can go wrong with jobs."""

import json
from typing import Any

from maquette.kit.errors import Conflict, MaquetteError, NotFound


class Permanent:
    """Mixed into an error that a repetition of the job would only meet again."""


class JobNotFound(NotFound):
    """There is no such job, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__("There is no such job. It may have been removed after it was done.")


class JobKindNotFound(NotFound):
    """No slice registered such a kind of job."""

    def __init__(self) -> None:
        super().__init__("There is no such kind of job. GET /api/v1/jobs/kinds lists them.")


class JobFinished(Conflict):
    """A finished job cannot be cancelled."""

    code = "job_finished"


class JobNotFinished(Conflict):
    """Only a failed or cancelled job can be tried again."""

    code = "job_not_finished"


class JobAlreadyActive(Conflict):
    """Another job is doing the same work at this moment."""

    code = "job_already_active"


class JobTimedOut(MaquetteError):
    """The handler took longer than its kind of job may."""

    code = "job_timed_out"


class JobRequestInvalid(Permanent, MaquetteError):
    """The payload on the row is not what this version of the program understands."""

    code = "job_request_invalid"


class JobCancelled(Exception):  # a signal to the handler, not a fault
    """Somebody cancelled this job; a handler lets it pass."""


class LeaseLost(Exception):  # a signal to the handler, not a fault
    """The worker no longer holds the job: nothing that it writes counts."""


WORKER_LOST = "worker_lost"


def is_permanent(error: BaseException) -> bool:
    """Is repeating pointless? So it is for marked errors, and for those that blame what was asked (4xx but 429)."""
    if isinstance(error, Permanent):
        return True
    return isinstance(error, MaquetteError) and 400 <= error.status < 500 and error.status != 429


def storable(result: dict[str, Any] | None) -> dict[str, Any] | None:
    """`result` as PostgreSQL can keep it: it takes no NUL in text. Raises TypeError for what is not JSON."""
    text = json.dumps(result)
    if "\\u0000" not in text:
        return result
    cleaned: dict[str, Any] = json.loads(text.replace("\\u0000", "\\ufffd"))
    return cleaned


def readable(error: BaseException) -> dict[str, Any]:
    """What the owner of the job may read about `error`; what is not ours is only named, its text may hold secrets."""
    if isinstance(error, MaquetteError):
        return {"code": error.code, "message": error.message.replace("\0", "\ufffd")}
    return {
        "code": "internal_error",
        "message": f"An unexpected error ({type(error).__name__}). The log of the worker has the details.",
    }
