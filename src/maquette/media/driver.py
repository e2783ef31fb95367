"""asyncpg itself, for the few statements that are asked hundreds of times a second."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession


async def driver_of(session: AsyncSession) -> Any:
    """The asyncpg connection of `session`, for reads: the transaction that SQLAlchemy would open around each costs two
    more round trips. Inside a transaction that is open already, it is the same one.
    """
    connection = await (await session.connection()).get_raw_connection()
    return connection.driver_connection
