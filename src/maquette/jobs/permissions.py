"""What may be done with jobs."""

from typing import Annotated

from fastapi import Depends

from maquette.accounts.actor import Actor
from maquette.accounts.permissions import Permission, requires


class JobPermission(Permission):
    """Permissions about background work."""

    READ = "jobs.read", "See background jobs and their progress"
    WRITE = "jobs.write", "Cancel background jobs and try them again"


JobReaderOf = Annotated[Actor, Depends(requires(JobPermission.READ))]
JobWriterOf = Annotated[Actor, Depends(requires(JobPermission.WRITE))]
