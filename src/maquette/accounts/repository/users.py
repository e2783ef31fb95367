"""All SQL about users."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.actor import Role
from maquette.accounts.models import User
from maquette.kit.database.pagination import Direction, SortKey

OLDEST = SortKey("oldest", (User.id,), Direction.ASCENDING)
SETUP_LOCK = 0x6D71_5E70
"""The advisory lock that first-run set-ups queue for."""


async def has_any(session: AsyncSession) -> bool:
    """Whether there is any user."""
    return (await session.execute(select(select(User.id).exists()))).scalar_one()


async def queue_for_setup(session: AsyncSession) -> None:
    """Wait until no other transaction sets up."""
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SETUP_LOCK})


async def find(session: AsyncSession, user_id: UUID) -> User | None:
    """A user by id."""
    return await session.get(User, user_id)


async def find_locked(session: AsyncSession, user_id: UUID) -> User | None:
    """A user by id, whom nobody else changes until the commit."""
    return await session.get(User, user_id, with_for_update=True, populate_existing=True)


async def find_by_email(session: AsyncSession, email: str) -> User | None:
    """A user by normalised address."""
    return (await session.scalars(select(User).where(User.email == email))).one_or_none()


async def lock_active_administrators(session: AsyncSession) -> Sequence[UUID]:
    """The active administrators, whom nobody else changes until the commit."""
    # Everybody locks in the order of the ids, so that two who take each other's rights do not lock each other out.
    statement = (
        select(User.id).where(User.role == Role.ADMINISTRATOR.value, User.is_active).order_by(User.id).with_for_update()
    )
    return (await session.scalars(statement)).all()


async def list_all(session: AsyncSession, limit: int, cursor: str | None) -> Sequence[User]:
    """Users, oldest first; one more than `limit` where there are more."""
    statement = select(User).order_by(*OLDEST.order_by()).limit(limit + 1)
    if cursor is not None:
        statement = statement.where(OLDEST.after(cursor))
    return (await session.scalars(statement)).all()


async def count(session: AsyncSession) -> int:
    """How many users there are."""
    return (await session.execute(select(func.count()).select_from(User))).scalar_one()


async def remove(session: AsyncSession, user_id: UUID) -> None:
    """Delete a user with his logins and keys. Raises IntegrityError where something else still belongs to him."""
    await session.execute(delete(User).where(User.id == user_id))
