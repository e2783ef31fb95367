"""All SQL about logins."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, case, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.models import LoginFailure, LoginSession, User
from maquette.kit import clock


def _alive() -> ColumnElement[bool]:
    return and_(LoginSession.revoked_at.is_(None), LoginSession.expires_at > clock.now())


async def find_standing(session: AsyncSession, session_id: UUID) -> Row[UUID, str, datetime] | None:
    """Owner, role and last use of a login that is good at present, or None."""
    statement = (
        select(LoginSession.user_id, User.role, LoginSession.last_used_at)
        .join(User, User.id == LoginSession.user_id)
        .where(LoginSession.id == session_id, User.is_active, _alive())
    )
    return (await session.execute(statement)).one_or_none()


async def note_use(session: AsyncSession, session_id: UUID, at: datetime) -> None:
    """Remember that the login was used."""
    # Greater only: processes whose news cross each other must not turn the time back.
    await session.execute(
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.last_used_at < at)
        .values(last_used_at=at)
    )


async def lock(session: AsyncSession, session_id: UUID) -> tuple[LoginSession, User] | None:
    """A login that is good at present, with its user; nobody else changes the login until the commit."""
    statement = (
        select(LoginSession, User)
        .join(User, User.id == LoginSession.user_id)
        .where(LoginSession.id == session_id, User.is_active, _alive())
        .with_for_update(of=LoginSession)
    )
    found = (await session.execute(statement)).one_or_none()
    return None if found is None else (found[0], found[1])


async def list_of(session: AsyncSession, user_id: UUID) -> Sequence[LoginSession]:
    """The logins of a user that are good at present, newest first."""
    statement = (
        select(LoginSession)
        .where(LoginSession.user_id == user_id, _alive())
        .order_by(LoginSession.last_used_at.desc(), LoginSession.id)
        .limit(200)
    )
    return (await session.scalars(statement)).all()


async def revoke(
    session: AsyncSession, user_id: UUID, *, only: UUID | None = None, but: UUID | None = None
) -> Sequence[UUID]:
    """End the logins of a user: all, only one, or all but one. The ids of those that were good until now."""
    statement = (
        update(LoginSession)
        .where(LoginSession.user_id == user_id, _alive())
        .values(revoked_at=clock.now())
        .returning(LoginSession.id)
    )
    if only is not None:
        statement = statement.where(LoginSession.id == only)
    if but is not None:
        statement = statement.where(LoginSession.id != but)
    return (await session.scalars(statement)).all()


async def lock_failures(session: AsyncSession, address_hash: bytes) -> tuple[int, datetime] | None:
    """How many failed logins are counted for an address, and the time of the last."""
    statement = (
        select(LoginFailure.failures, LoginFailure.last_failed_at)
        .where(LoginFailure.address_hash == address_hash)
        .with_for_update()
    )
    found = (await session.execute(statement)).one_or_none()
    return None if found is None else (found[0], found[1])


async def count_failure(session: AsyncSession, address_hash: bytes, at: datetime, forgotten_before: datetime) -> int:
    """One failed login more; the number that counts, which is 1 where the others are too long ago."""
    failed = insert(LoginFailure).values(address_hash=address_hash, failures=1, last_failed_at=at)
    statement = failed.on_conflict_do_update(
        index_elements=[LoginFailure.address_hash],
        set_={
            "failures": case((LoginFailure.last_failed_at < forgotten_before, 1), else_=LoginFailure.failures + 1),
            "last_failed_at": at,
        },
    ).returning(LoginFailure.failures)
    return (await session.execute(statement)).scalar_one()


async def forget_failures(session: AsyncSession, address_hash: bytes) -> None:
    """A login succeeded, so that its address begins anew."""
    await session.execute(delete(LoginFailure).where(LoginFailure.address_hash == address_hash))


async def purge(session: AsyncSession, *, ended_before: datetime, failed_before: datetime) -> int:
    """Remove logins that ended and failures that no longer count; how many rows went."""
    ended = await session.execute(
        delete(LoginSession)
        .where(or_(LoginSession.expires_at < ended_before, LoginSession.revoked_at < ended_before))
        .returning(LoginSession.id)
    )
    failed = await session.execute(
        delete(LoginFailure).where(LoginFailure.last_failed_at < failed_before).returning(LoginFailure.failures)
    )
    return len(ended.all()) + len(failed.all())
