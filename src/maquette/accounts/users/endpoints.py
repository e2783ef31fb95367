"""HTTP of the own profile, and of users for administrators."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from maquette.accounts.actor import Actor
from maquette.accounts.permissions import AccountPermission, ActorOf, PersonOf, requires
from maquette.accounts.schemas import Me, MeUpdate, NewUser, UserPage, UserRead, UserUpdate
from maquette.accounts.users import service
from maquette.kit.http.openapi import errors
from maquette.platform.dependencies import PlatformOf, SessionOf

ReaderOf = Annotated[Actor, Depends(requires(AccountPermission.READ_USERS))]
WriterOf = Annotated[Actor, Depends(requires(AccountPermission.WRITE_USERS))]

router = APIRouter(tags=["accounts"])


@router.get("/auth/me", summary="Who the caller is")
async def read_me(actor: ActorOf, session: SessionOf) -> Me:
    """The caller's account, and what the caller may do by this login or key."""
    return await service.me(session, actor)


@router.patch("/auth/me", summary="Change the own profile", responses=errors(409))
async def update_me(change: MeUpdate, actor: PersonOf, platform: PlatformOf) -> Me:
    """Merge patch. A new password or address needs the current password; a new password logs out everywhere else."""
    return await service.update_me(platform, actor, change)


@router.get("/users", summary="List users")
async def list_users(
    _actor: ReaderOf,
    session: SessionOf,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    total: bool = False,  # noqa: FBT001, FBT002  # a query parameter
) -> UserPage:
    """All users, oldest first; administrators only."""
    return await service.list_users(session, limit, cursor, total=total)


@router.post("/users", status_code=201, summary="Make a user", responses=errors(409))
async def create_user(new: NewUser, _actor: WriterOf, session: SessionOf) -> UserRead:
    """Administrators only. 409 when the address is taken."""
    return await service.create_user(session, new)


@router.get("/users/{user_id}", summary="Get a user")
async def read_user(user_id: UUID, _actor: ReaderOf, session: SessionOf) -> UserRead:
    """Administrators only."""
    return await service.read_user(session, user_id)


@router.patch("/users/{user_id}", summary="Change a user", responses=errors(409))
async def update_user(
    user_id: UUID, change: UserUpdate, _actor: WriterOf, session: SessionOf, platform: PlatformOf
) -> UserRead:
    """Merge patch; administrators only. The last active administrator stays one."""
    return await service.update_user(session, platform, user_id, change)


@router.delete("/users/{user_id}", status_code=204, summary="Delete a user", responses=errors(409))
async def delete_user(user_id: UUID, _actor: WriterOf, session: SessionOf, platform: PlatformOf) -> None:
    """Administrators only. 409 for the last active administrator, and for users who own media."""
    await service.delete_user(session, platform, user_id)
