"""Health, metrics and what administrators ask of the machine."""

from ipaddress import ip_address, ip_network

from fastapi import APIRouter, Depends, Request, Response

from maquette.accounts.errors import AdministratorNeeded
from maquette.accounts.permissions import AdministratorOf, OptionalActorOf
from maquette.kit.errors import Unauthenticated
from maquette.kit.http.openapi import PUBLIC, errors
from maquette.operations import service
from maquette.operations.schemas import Alive, CacheUse, DatabaseHealth, Health, State
from maquette.operations.settings import OperationsSettings
from maquette.platform.dependencies import PlatformOf
from maquette.platform.observability.metrics import CONTENT_TYPE

root = APIRouter(tags=["operations"])
router = APIRouter(tags=["operations"])


@root.get("/health/live", summary="Whether the process answers", openapi_extra=PUBLIC)
async def live() -> Alive:
    """For whoever restarts processes: 200 while this one can answer at all."""
    return Alive(status=State.OK)


@root.get("/health/ready", summary="Whether requests can be served", responses=errors(503), openapi_extra=PUBLIC)
async def ready(platform: PlatformOf) -> Alive:
    """For load balancers: 503 until the database can be used, and while it cannot."""
    await service.assert_ready(platform)
    return Alive(status=State.OK)


@root.get(
    "/health",
    summary="How every part is",
    responses={503: {"model": Health, "description": "Pictures cannot be served."}},
    openapi_extra=PUBLIC,
)
async def health(platform: PlatformOf, response: Response) -> Health:
    """Database, cache, storage, broker, workers and disk, each with its state and latency."""
    found = await service.health(platform)
    if found.status is State.DOWN:
        response.status_code = 503
    response.headers["Cache-Control"] = "no-store"
    return found


def may_read_metrics(request: Request, platform: PlatformOf, actor: OptionalActorOf) -> None:
    """Prometheus reads from an allowed address, an administrator from anywhere."""
    if actor is not None and actor.is_administrator:
        return
    address = request.client.host if request.client else "127.0.0.1"
    try:
        parsed = ip_address(address)
    except ValueError:
        parsed = None
    allowed = platform.settings[OperationsSettings].metrics_allow
    if parsed is not None and any(parsed in ip_network(each, strict=False) for each in allowed):
        return
    if actor is None:
        raise Unauthenticated("Ask as an administrator, or set MAQUETTE_METRICS_ALLOW to the network of Prometheus.")
    raise AdministratorNeeded


@root.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **errors(401, 403)},
    dependencies=[Depends(may_read_metrics)],
)
async def metrics(platform: PlatformOf) -> Response:
    """Requests, latency, jobs, cache, database, disk: over all processes of this installation."""
    text = await service.metrics(platform)
    return Response(text, headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})


@router.get("/database/health", summary="The database in detail", responses=errors(401, 403, 503))
async def database_health(_administrator: AdministratorOf, platform: PlatformOf) -> DatabaseHealth:
    """Version, schema, size and connections. For administrators."""
    return await service.database_health(platform)


@router.get("/admin/cache/stats", summary="What the cache was asked", responses=errors(401, 403))
async def cache_stats(_administrator: AdministratorOf, platform: PlatformOf) -> CacheUse:
    """Hits, misses and bypasses by kind, over all processes. For administrators."""
    return await service.cache_use(platform)
