"""HTTP of API keys."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from maquette.accounts.keys import service
from maquette.accounts.permissions import PersonOf
from maquette.accounts.schemas import ApiKeyCreated, ApiKeyPage, NewApiKey, ScopePage
from maquette.platform.dependencies import PlatformOf, SessionOf

router = APIRouter(prefix="/api-keys", tags=["accounts"])


@router.get("", summary="List the own API keys")
async def list_keys(
    actor: PersonOf,
    session: SessionOf,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    total: bool = False,  # noqa: FBT001, FBT002  # a query parameter
) -> ApiKeyPage:
    """Newest first, without their secrets."""
    return await service.list_keys(session, actor.owner_id, limit, cursor, total=total)


@router.post("", status_code=201, summary="Make an API key")
async def create_key(new: NewApiKey, actor: PersonOf, session: SessionOf, platform: PlatformOf) -> ApiKeyCreated:
    """The key is in this answer and nowhere else. Its scopes are among what the caller may do."""
    return await service.create_key(session, platform, actor, new)


@router.get("/scopes", summary="List what an API key may be allowed")
async def list_scopes(actor: PersonOf, platform: PlatformOf) -> ScopePage:
    """The permissions that the caller has."""
    return service.list_scopes(platform, actor)


@router.delete("/{key_id}", status_code=204, summary="Revoke an API key")
async def revoke_key(key_id: UUID, actor: PersonOf, session: SessionOf, platform: PlatformOf) -> None:
    """It stops working at once."""
    await service.revoke_key(session, platform, actor, key_id)
