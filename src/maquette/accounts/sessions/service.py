"""Logins: the first administrator, registration, login, refresh, logout."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.actor import Actor, Role
from maquette.accounts.authentication import recognition_of
from maquette.accounts.changes import tell_change
from maquette.accounts.errors import (
    AlreadySetUp,
    EmailTaken,
    InvalidCredentials,
    InvalidRefreshToken,
    RegistrationClosed,
    SessionNotFound,
)
from maquette.accounts.models import LoginSession, User
from maquette.accounts.passwords import hash_password
from maquette.accounts.repository import sessions as repository
from maquette.accounts.repository import users
from maquette.accounts.schemas import (
    Login,
    NewAdministrator,
    Registration,
    SessionPage,
    SessionRead,
    SetupState,
    Tokens,
)
from maquette.accounts.sessions.lockout import attempt, judge
from maquette.accounts.settings import AccountSettings
from maquette.kit import clock
from maquette.kit.errors import MaquetteError
from maquette.kit.ids import new_id
from maquette.platform.runtime import Platform

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Client:
    """By what a person recognises one of his logins."""

    user_agent: str | None = None
    address: str | None = None


async def setup_state(session: AsyncSession, platform: Platform) -> SetupState:
    """What a stranger may do here."""
    is_set_up = await users.has_any(session)
    return SetupState(
        needs_setup=not is_set_up,
        can_register=is_set_up and platform.settings[AccountSettings].registration_open,
    )


async def set_up(platform: Platform, new: NewAdministrator, client: Client) -> Tokens:
    """Make the first administrator and log him in. Raises AlreadySetUp for all but the first."""
    async with platform.database.reading() as session:
        if await users.has_any(session):
            raise AlreadySetUp
    password_hash = await hash_password(new.password)
    async with platform.database.transaction() as session:
        await users.queue_for_setup(session)
        if await users.has_any(session):
            raise AlreadySetUp
        return await _join(session, platform, _new_user(new, password_hash, Role.ADMINISTRATOR), client)


async def register(platform: Platform, new: Registration, client: Client) -> Tokens:
    """Make an own account and log in. Raises RegistrationClosed or EmailTaken."""
    async with platform.database.reading() as session:
        state = await setup_state(session, platform)
    if not state.can_register:
        raise RegistrationClosed
    password_hash = await hash_password(new.password)
    try:
        async with platform.database.transaction() as session:
            return await _join(session, platform, _new_user(new, password_hash, Role.MEMBER), client)
    except IntegrityError:
        raise EmailTaken from None


async def log_in(platform: Platform, login: Login, client: Client) -> Tokens:
    """Open a login. Raises InvalidCredentials or LockedOut, alike for addresses with and without an account."""
    made = await attempt(platform, login.email, login.password)
    tokens: Tokens | None = None
    async with platform.database.transaction() as session:
        refusal: MaquetteError | None = await judge(session, platform, made)
        if refusal is None and made.user is not None:
            user = await users.find_locked(session, made.user.id)
            # The account may have gone or been switched off while Argon2 was at work.
            if user is None or not user.is_active or user.password_hash != made.user.password_hash:
                refusal = InvalidCredentials()
            else:
                user.password_hash = made.better_hash or user.password_hash
                tokens = await _open(session, platform, user, client)
    # The failure is counted by the commit above, which an exception inside would have undone.
    if tokens is None:
        raise refusal or InvalidCredentials()
    return tokens


async def refresh(platform: Platform, token: str) -> Tokens:
    """Continue a login with a new pair of tokens; the old refresh token is used up.

    A token that is used again ends the login: it or its successor was stolen. Only directly after a refresh the
    same successor is given once more, because two tabs of a browser refresh at once and answers get lost. There is
    never more than one line of tokens, so that a thief is noticed by the next refresh.
    """
    claims = recognition_of(platform).signer.read_refresh(token)
    if claims is None:
        raise InvalidRefreshToken
    settings = platform.settings[AccountSettings]
    async with platform.database.transaction() as session:
        found = await repository.lock(session, claims.session_id)
        if found is None:
            raise InvalidRefreshToken
        login, user = found
        now = clock.now()
        if claims.generation == login.generation:
            login.generation += 1
            login.rotated_at = login.last_used_at = now
            login.expires_at = now + settings.refresh_lifetime
            return _tokens(platform, user, login)
        since = now - login.rotated_at
        if claims.generation == login.generation - 1 and since <= timedelta(seconds=settings.refresh_grace_seconds):
            return _tokens(platform, user, login)
        await repository.revoke(session, user.id, only=login.id)
        tell_change(session, platform, user.id)
    log.warning("refresh token used again: login ended", user_id=str(user.id), session_id=str(login.id))
    raise InvalidRefreshToken


async def log_out(session: AsyncSession, platform: Platform, actor: Actor) -> None:
    """End the login by which the caller is known."""
    await repository.revoke(session, actor.owner_id, only=actor.credential_id)
    tell_change(session, platform, actor.owner_id)


async def list_sessions(session: AsyncSession, actor: Actor) -> SessionPage:
    """The caller's logins."""
    found = await repository.list_of(session, actor.owner_id)
    return SessionPage(
        items=[
            SessionRead(
                id=each.id,
                created_at=each.created_at,
                last_used_at=each.last_used_at,
                user_agent=each.user_agent,
                address=each.address,
                current=each.id == actor.credential_id,
            )
            for each in found
        ]
    )


async def revoke_session(session: AsyncSession, platform: Platform, actor: Actor, session_id: UUID) -> None:
    """End one of the caller's logins. Raises SessionNotFound for those of others."""
    if not await repository.revoke(session, actor.owner_id, only=session_id):
        raise SessionNotFound
    tell_change(session, platform, actor.owner_id)


async def purge(platform: Platform) -> int:
    """Remove logins that ended and failures that no longer count; how many rows went."""
    settings = platform.settings[AccountSettings]
    now = clock.now()
    async with platform.database.transaction() as session:
        return await repository.purge(
            session, ended_before=now - timedelta(days=1), failed_before=now - settings.lockout
        )


def _new_user(new: NewAdministrator, password_hash: str, role: Role) -> User:
    return User(email=new.email, name=new.name, role=role.value, password_hash=password_hash)


async def _join(session: AsyncSession, platform: Platform, user: User, client: Client) -> Tokens:
    session.add(user)
    await session.flush()
    return await _open(session, platform, user, client)


async def _open(session: AsyncSession, platform: Platform, user: User, client: Client) -> Tokens:
    now = clock.now()
    user.last_login_at = now
    login = LoginSession(
        id=new_id(),
        user_id=user.id,
        generation=0,
        rotated_at=now,
        last_used_at=now,
        expires_at=now + platform.settings[AccountSettings].refresh_lifetime,
        user_agent=client.user_agent,
        address=client.address,
    )
    session.add(login)
    await session.flush()
    return _tokens(platform, user, login)


def _tokens(platform: Platform, user: User, login: LoginSession) -> Tokens:
    settings = platform.settings[AccountSettings]
    signer = recognition_of(platform).signer
    return Tokens(
        access_token=signer.access_token(user.id, login.id, Role(user.role), settings.access_lifetime),
        refresh_token=signer.refresh_token(login.id, login.generation, settings.refresh_lifetime),
        expires_in=int(settings.access_lifetime.total_seconds()),
    )
