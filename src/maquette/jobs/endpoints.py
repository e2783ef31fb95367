"""HTTP of jobs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import StringConstraints

from maquette.accounts.permissions import AdministratorOf
from maquette.jobs import service
from maquette.jobs.permissions import JobReaderOf, JobWriterOf
from maquette.jobs.schemas import JobKind, JobKindPage, JobPage, JobRead
from maquette.kit.http.openapi import errors
from maquette.platform.dependencies import PlatformOf, SessionOf
from maquette.platform.jobs.models import JobState
from maquette.platform.jobs.registry import TaskRegistry

Kind = Annotated[str, StringConstraints(max_length=100, pattern=r"^[a-z0-9_.-]+$")]
KindOf = Annotated[Kind, Path(description="A kind as GET /jobs/kinds names it.")]

router = APIRouter(prefix="/jobs", tags=["jobs"])


@router.get("", summary="List background jobs", responses=errors(401, 403, 422))
async def list_jobs(
    actor: JobReaderOf,
    session: SessionOf,
    *,
    state: Annotated[list[JobState] | None, Query(description="Only these states.")] = None,
    kind: Annotated[list[Kind] | None, Query(description="Only these kinds.", max_length=20)] = None,
    everyone: Annotated[bool, Query(alias="all", description="Everybody's; for administrators.")] = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    total: Annotated[bool, Query(description="Count the whole list as well.")] = False,
) -> JobPage:
    """Newest first: the caller's own, or everybody's where an administrator asks."""
    wanted = service.JobFilter(states=state or (), kinds=kind or (), everyone=everyone)
    return await service.list_jobs(session, actor, wanted, limit=limit, cursor=cursor, total=total)


@router.get("/kinds", summary="List the kinds of background jobs")
async def list_kinds(_actor: AdministratorOf, session: SessionOf, platform: PlatformOf) -> JobKindPage:
    """Administrators only: every kind, how many of it wait, and whether it is paused."""
    return await service.list_kinds(session, TaskRegistry(platform.slices))


@router.post("/kinds/{kind}/pause", summary="Pause a kind of background job")
async def pause_kind(kind: KindOf, _actor: AdministratorOf, session: SessionOf, platform: PlatformOf) -> JobKind:
    """Administrators only. No job of this kind begins; those that run go on, and new ones wait."""
    return await service.pause_kind(session, TaskRegistry(platform.slices), kind)


@router.post("/kinds/{kind}/resume", summary="Resume a kind of background job")
async def resume_kind(kind: KindOf, _actor: AdministratorOf, session: SessionOf, platform: PlatformOf) -> JobKind:
    """Administrators only. What has waited begins within seconds."""
    return await service.resume_kind(session, TaskRegistry(platform.slices), kind)


@router.get("/{job_id}", summary="Get a background job", responses=errors(401, 403, 404, 422))
async def get_job(job_id: UUID, actor: JobReaderOf, session: SessionOf) -> JobRead:
    """How far it is, and why it failed."""
    return await service.get_job(session, actor, job_id)


@router.post("/{job_id}/cancel", summary="Cancel a background job", responses=errors(401, 403, 404, 409, 422))
async def cancel_job(job_id: UUID, actor: JobWriterOf, session: SessionOf) -> JobRead:
    """A waiting job ends at once; a running one is told, and ends within moments."""
    return await service.cancel_job(session, actor, job_id)


@router.post("/{job_id}/retry", summary="Try a background job again", responses=errors(401, 403, 404, 409, 422))
async def retry_job(job_id: UUID, actor: JobWriterOf, session: SessionOf, platform: PlatformOf) -> JobRead:
    """Queues a failed or cancelled job once more."""
    return await service.retry_job(session, actor, job_id, TaskRegistry(platform.slices))
