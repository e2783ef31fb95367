"""Users: the own profile, and what administrators do with everybody's."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.actor import Actor, Role
from maquette.accounts.changes import tell_change
from maquette.accounts.errors import (
    EmailTaken,
    InvalidCredentials,
    LastAdministrator,
    UserNotFound,
    UserOwnsMedia,
    WrongPassword,
)
from maquette.accounts.models import User
from maquette.accounts.passwords import hash_password
from maquette.accounts.repository import sessions
from maquette.accounts.repository import users as repository
from maquette.accounts.schemas import Me, MeUpdate, NewUser, UserPage, UserRead, UserUpdate
from maquette.accounts.sessions.lockout import attempt, judge
from maquette.kit.errors import MaquetteError, Unauthenticated
from maquette.platform.runtime import Platform


async def me(session: AsyncSession, actor: Actor) -> Me:
    """The caller, with what he may do."""
    user = await repository.find(session, actor.owner_id)
    if user is None:
        raise Unauthenticated
    return Me(**UserRead.model_validate(user).model_dump(), permissions=sorted(actor.permissions))


async def update_me(platform: Platform, actor: Actor, change: MeUpdate) -> Me:
    """Change the own profile. A new password or address asks for the current password; a new password ends the
    other logins.
    """
    if change.new_password is not None or await _is_new_address(platform, actor, change.email):
        await _confirm(platform, actor, change.current_password)
    new_hash = None if change.new_password is None else await hash_password(change.new_password)
    async with platform.database.transaction() as session:
        user = await repository.find_locked(session, actor.owner_id)
        if user is None:
            raise Unauthenticated
        _apply(user, email=change.email, name=change.name, password_hash=new_hash)
        await _flush(session)
        if new_hash is not None:
            await sessions.revoke(session, user.id, but=actor.credential_id)
        tell_change(session, platform, user.id)
        return await me(session, actor)


async def list_users(session: AsyncSession, limit: int, cursor: str | None, *, total: bool) -> UserPage:
    """A page of all users, oldest first."""
    found = await repository.list_all(session, limit, cursor)
    items = found[:limit]
    return UserPage(
        items=[UserRead.model_validate(user) for user in items],
        next_cursor=repository.OLDEST.cursor_of([items[-1].id]) if len(found) > limit else None,
        total=await repository.count(session) if total else None,
    )


async def read_user(session: AsyncSession, user_id: UUID) -> UserRead:
    """One user. Raises UserNotFound."""
    user = await repository.find(session, user_id)
    if user is None:
        raise UserNotFound
    return UserRead.model_validate(user)


async def find_user_by_email(session: AsyncSession, email: str) -> UserRead | None:
    """The user with this normalised address, or None."""
    user = await repository.find_by_email(session, email)
    return None if user is None else UserRead.model_validate(user)


async def create_user(session: AsyncSession, new: NewUser) -> UserRead:
    """Make a user. Raises EmailTaken."""
    # Hashed first: the session holds no connection before its first statement.
    password_hash = await hash_password(new.password)
    user = User(
        email=new.email,
        name=new.name,
        role=new.role.value,
        quota_bytes=new.quota_bytes,
        password_hash=password_hash,
    )
    session.add(user)
    await _flush(session)
    await session.refresh(user)
    return UserRead.model_validate(user)


async def update_user(session: AsyncSession, platform: Platform, user_id: UUID, change: UserUpdate) -> UserRead:
    """Change a user. A new password and switching the account off end all his logins.

    Raises UserNotFound, EmailTaken, or LastAdministrator.
    """
    password_hash = None if change.password is None else await hash_password(change.password)
    if change.is_active is False or change.role not in {None, Role.ADMINISTRATOR}:
        await _keep_an_administrator(session, user_id)
    user = await repository.find_locked(session, user_id)
    if user is None:
        raise UserNotFound
    _apply(user, email=change.email, name=change.name, password_hash=password_hash)
    if change.role is not None:
        user.role = change.role.value
    if change.is_active is not None:
        user.is_active = change.is_active
    if "quota_bytes" in change.model_fields_set:
        user.quota_bytes = change.quota_bytes
    await _flush(session)
    if password_hash is not None or change.is_active is False:
        await sessions.revoke(session, user_id)
    tell_change(session, platform, user_id)
    return UserRead.model_validate(user)


async def delete_user(session: AsyncSession, platform: Platform, user_id: UUID) -> None:
    """Delete a user with his logins and keys. Raises UserNotFound, LastAdministrator, or UserOwnsMedia."""
    await _keep_an_administrator(session, user_id)
    if await repository.find_locked(session, user_id) is None:
        raise UserNotFound
    try:
        await repository.remove(session, user_id)
    except IntegrityError:
        # The foreign keys of what people own restrict: nothing is lost because somebody left.
        raise UserOwnsMedia from None
    tell_change(session, platform, user_id)


async def _keep_an_administrator(session: AsyncSession, leaving: UUID) -> None:
    if list(await repository.lock_active_administrators(session)) == [leaving]:
        raise LastAdministrator


async def _is_new_address(platform: Platform, actor: Actor, email: str | None) -> bool:
    """With another address somebody at a forgotten browser could make the account their own."""
    if email is None:
        return False
    async with platform.database.reading() as session:
        user = await repository.find(session, actor.owner_id)
    return user is not None and user.email != email


async def _confirm(platform: Platform, actor: Actor, password: str | None) -> None:
    """Raise WrongPassword unless this is the caller's. Guesses count like failed logins."""
    async with platform.database.reading() as session:
        user = await repository.find(session, actor.owner_id)
    if user is None:
        raise Unauthenticated
    made = await attempt(platform, user.email, password or "")
    async with platform.database.transaction() as session:
        refusal: MaquetteError | None = await judge(session, platform, made)
    if isinstance(refusal, InvalidCredentials):
        raise WrongPassword
    if refusal is not None:
        raise refusal


def _apply(user: User, *, email: str | None, name: str | None, password_hash: str | None) -> None:
    user.email = email or user.email
    user.name = name or user.name
    user.password_hash = password_hash or user.password_hash


async def _flush(session: AsyncSession) -> None:
    """Write what changed; the only thing that may be taken already is the address."""
    try:
        await session.flush()
    except IntegrityError:
        raise EmailTaken from None
