"""What a database that is down or restarting raises, in each of the layers between."""

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

DATABASE_FAILURES: tuple[type[Exception], ...] = (
    DBAPIError,
    PoolTimeout,
    OSError,  # TimeoutError and refused connections among them
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
)
