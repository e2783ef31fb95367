"""Jobs: what a user sees of background work."""

from datetime import timedelta

from maquette.jobs.endpoints import router
from maquette.jobs.permissions import JobPermission
from maquette.jobs.service import is_visible
from maquette.platform.jobs.events import JobProgressed
from maquette.platform.jobs.models import Job, PausedKind
from maquette.platform.jobs.sweep import PruneJobs, prune
from maquette.platform.jobs.task import Periodic, Task
from maquette.platform.slice import Slice

slice = Slice(  # noqa: A001  # every slice calls it so
    "jobs",
    routers=(router,),
    tasks=(Task(PruneJobs, prune),),
    periodic=(Periodic(PruneJobs(), timedelta(days=1)),),
    events=(JobProgressed,),
    permissions=(JobPermission,),
    models=(Job, PausedKind),
    topics={"job": is_visible},
)
