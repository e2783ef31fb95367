"""Builds the FastAPI app by looping over SLICES; nothing else."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from maquette import __version__
from maquette.kit.errors import MaquetteError
from maquette.kit.http.docs import docs_router
from maquette.kit.http.errors import ErrorEnvelope, handle_http, handle_named, handle_validation
from maquette.kit.http.openapi import describe, operation_id
from maquette.kit.http.page import page_router
from maquette.platform.database.schema import ready_schema
from maquette.platform.groups import PLATFORM_GROUPS
from maquette.platform.observability.logs import configure_logs
from maquette.platform.observability.middleware import add_middleware
from maquette.platform.runtime import Platform, running
from maquette.platform.settings.loader import Settings, load_settings
from maquette.platform.slice import Slice
from maquette.slices import SLICES

WEB = Path(__file__).parent / "_web"


def load(slices: Iterable[Slice] = SLICES, *, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of every slice from the environment."""
    return load_settings((*PLATFORM_GROUPS, *(group for each in slices for group in each.settings)), environ)


def create_app(settings: Settings | None = None, platform: Platform | None = None) -> FastAPI:
    """The web application. Tests bring a platform of their own; otherwise the app starts one and closes it."""
    settings = settings or load()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if platform is not None:
            yield
            return
        configure_logs(settings)
        async with running(settings, SLICES) as started:
            await ready_schema(started)
            # Logins that end and media that change in another process are heard of here from the first request on.
            await started.events.start()
            app.state.platform = started
            yield

    app = FastAPI(
        title="Maquette",
        version=__version__,
        summary="A self-hosted studio for pictures.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        generate_unique_id_function=operation_id,
        exception_handlers={
            MaquetteError: handle_named,
            RequestValidationError: handle_validation,
            HTTPException: handle_http,
        },
        responses={"default": {"model": ErrorEnvelope, "description": "An error; see the code."}},
    )
    app.state.platform = platform
    api = APIRouter(prefix="/api/v1")
    for each in SLICES:
        for router in each.routers:
            api.include_router(router)
        for router in each.root_routers:
            app.include_router(router)
    app.include_router(api)
    app.include_router(docs_router(app))
    app.include_router(page_router(WEB))
    describe(app, [event for each in SLICES for event in each.events])
    add_middleware(app, settings)
    return app
