"""What accounts do in the background."""

from datetime import timedelta
from typing import Any

from maquette.accounts.schemas import PurgeLogins
from maquette.accounts.sessions import service
from maquette.platform.jobs.task import Periodic, Task
from maquette.platform.jobs.work import Work


async def purge_logins(work: Work, _request: PurgeLogins) -> dict[str, Any]:
    """Remove logins that ended and failed ones that no longer count."""
    return {"removed": await service.purge(work.platform)}


TASKS = (Task(PurgeLogins, purge_logins),)
PERIODIC = (Periodic(PurgeLogins(), timedelta(hours=1)),)
