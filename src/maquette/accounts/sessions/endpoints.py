"""HTTP of the first start, of logins and of what becomes of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from maquette.accounts.cookies import clear_cookies, set_cookies
from maquette.accounts.credentials import read_credentials
from maquette.accounts.errors import InvalidRefreshToken
from maquette.accounts.origins import refuse_foreign_origin, require_own_origin
from maquette.accounts.permissions import PersonOf
from maquette.accounts.schemas import (
    Login,
    NewAdministrator,
    Refresh,
    Registration,
    SessionPage,
    SetupState,
    Tokens,
)
from maquette.accounts.sessions import service
from maquette.accounts.sessions.service import Client
from maquette.kit.http.openapi import errors
from maquette.platform.dependencies import PlatformOf, ReadingOf, SessionOf
from maquette.platform.limiting import address_of, limited
from maquette.platform.limits.limiter import Group
from maquette.platform.settings.general import GeneralSettings

USER_AGENT_LENGTH = 300


async def own_page(request: Request, platform: PlatformOf) -> None:
    """Refuse pages of other sites, which could log a browser in to an account of theirs."""
    refuse_foreign_origin(request, platform.settings[GeneralSettings])


async def client(request: Request) -> Client:
    """The browser or program that asks, by what it says of itself."""
    said = request.headers.get("user-agent", "")
    printable = "".join(character for character in said if character.isprintable())
    return Client(printable[:USER_AGENT_LENGTH] or None, address_of(request)[:64])


ClientOf = Annotated[Client, Depends(client)]
DOOR = [Depends(own_page), Depends(limited(Group.LOGIN))]

router = APIRouter(tags=["accounts"])


@router.get("/setup", summary="Whether the first administrator is still to be made")
async def read_setup(session: ReadingOf, platform: PlatformOf) -> SetupState:
    """What a stranger may do here."""
    return await service.setup_state(session, platform)


@router.post(
    "/setup",
    status_code=201,
    dependencies=DOOR,
    summary="Make the first administrator, once",
    responses=errors(409),
)
async def set_up(
    request: Request, response: Response, new: NewAdministrator, asking: ClientOf, platform: PlatformOf
) -> Tokens:
    """The new administrator is logged in at once. 409 when there is one already."""
    tokens = await service.set_up(platform, new, asking)
    set_cookies(response, tokens, request, platform)
    return tokens


@router.post("/auth/register", status_code=201, dependencies=DOOR, summary="Make an own account", responses=errors(409))
async def register(
    request: Request, response: Response, new: Registration, asking: ClientOf, platform: PlatformOf
) -> Tokens:
    """Where registration is open, anybody may; the new member is logged in at once."""
    tokens = await service.register(platform, new, asking)
    set_cookies(response, tokens, request, platform)
    return tokens


@router.post("/auth/login", dependencies=DOOR, summary="Log in", responses=errors(401))
async def log_in(request: Request, response: Response, login: Login, asking: ClientOf, platform: PlatformOf) -> Tokens:
    """Browsers get the tokens as HttpOnly cookies as well. Five failures lock an address for a quarter of an hour."""
    tokens = await service.log_in(platform, login, asking)
    set_cookies(response, tokens, request, platform)
    return tokens


@router.post(
    "/auth/refresh",
    dependencies=[Depends(own_page)],
    summary="Continue a login with new tokens",
    responses=errors(401),
)
async def refresh(request: Request, response: Response, platform: PlatformOf, given: Refresh | None = None) -> Tokens:
    """The refresh token comes in the body or as the cookie and is used up. Using one twice ends the login."""
    token = given.refresh_token if given is not None else None
    if token is None:
        token = read_credentials(request).refresh_cookie
        if token is None:
            raise InvalidRefreshToken
        require_own_origin(request, platform.settings[GeneralSettings])
    tokens = await service.refresh(platform, token)
    set_cookies(response, tokens, request, platform)
    return tokens


@router.post("/auth/logout", status_code=204, summary="Log out")
async def log_out(
    request: Request, response: Response, actor: PersonOf, session: SessionOf, platform: PlatformOf
) -> None:
    """The login ends for good, with its refresh token."""
    await service.log_out(session, platform, actor)
    clear_cookies(response, request, platform)


@router.get("/auth/sessions", summary="List the own logins")
async def list_sessions(actor: PersonOf, session: ReadingOf) -> SessionPage:
    """Every browser and program that is logged in to the caller's account."""
    return await service.list_sessions(session, actor)


@router.delete("/auth/sessions/{session_id}", status_code=204, summary="End one of the own logins")
async def revoke_session(session_id: UUID, actor: PersonOf, session: SessionOf, platform: PlatformOf) -> None:
    """It is over at once, also for an access token that would last longer."""
    await service.revoke_session(session, platform, actor, session_id)
