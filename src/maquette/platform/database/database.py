"""Engines and sessions. The only commit of a request or a command stands here."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from maquette.kit.errors import ServiceUnavailable
from maquette.kit.outbox import Outbox, take_outbox
from maquette.platform.database.settings import DatabaseSettings

log = structlog.get_logger(__name__)

Deliver = Callable[[Outbox], Awaitable[None]]


class DatabaseNotConfigured(ServiceUnavailable):
    """No database address is set."""

    code = "database_not_configured"


def make_engine(url: str, settings: DatabaseSettings) -> AsyncEngine:
    """An engine whose connections give up on statements that run too long."""
    return create_async_engine(
        url,
        pool_size=settings.database_pool_size,
        max_overflow=settings.database_pool_overflow,
        pool_timeout=10,
        pool_pre_ping=False,
        connect_args={
            "timeout": 10,
            "server_settings": {
                "statement_timeout": str(int(settings.database_statement_timeout * 1000)),
                "application_name": "maquette",
                # JSON that PostgreSQL builds writes its times in this zone.
                "timezone": "UTC",
                # Short statements by the thousand: compiling them costs more than it gives.
                "jit": "off",
            },
        },
    )


class Database:
    """The primary, its replicas, and the transactions on them.

    `deliver` is called after each commit with what the session's outbox holds; nothing is called after a rollback.
    """

    def __init__(self, settings: DatabaseSettings, *, bind: AsyncConnection | None = None) -> None:
        """With `bind`, every transaction is a savepoint on that connection (for tests that roll back)."""
        if settings.database_url is None and bind is None:
            raise DatabaseNotConfigured("Set MAQUETTE_DATABASE_URL, or run `maquette serve`, which brings its own.")
        self._deliver: list[Deliver] = []
        self._replicas: list[AsyncEngine] = []
        if bind is not None:
            self.engine = bind.engine
            self._sessions = async_sessionmaker(
                bind, expire_on_commit=False, join_transaction_mode="create_savepoint", autoflush=True
            )
            self._readers = itertools.cycle([self._sessions])
            return
        assert settings.database_url is not None
        self.engine = make_engine(settings.database_url, settings)
        self._replicas = [make_engine(url, settings) for url in settings.database_replica_urls]
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        readers = [async_sessionmaker(engine, expire_on_commit=False) for engine in self._replicas]
        self._readers = itertools.cycle(readers or [self._sessions])

    def on_commit(self, deliver: Deliver) -> None:
        """Call `deliver` after each commit that leaves something in the outbox."""
        self._deliver.append(deliver)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session that commits at the end, then lets jobs and events leave; an exception rolls all of it back."""
        async with self._sessions() as session:
            yield session
            await session.commit()
            outbox = take_outbox(session)
        if outbox:
            for deliver in self._deliver:
                await deliver(outbox)

    @asynccontextmanager
    async def reading(self, *, stale_ok: bool = False) -> AsyncIterator[AsyncSession]:
        """A session for reads; what it writes is rolled back. With `stale_ok` a replica may answer."""
        sessions = next(self._readers) if stale_ok else self._sessions
        async with sessions() as session:
            yield session

    async def close(self) -> None:
        """Close every pooled connection."""
        for engine in (self.engine, *self._replicas):
            await engine.dispose()


def count_queries(engine: AsyncEngine, counted: list[str]) -> Callable[[], None]:
    """Append each statement that `engine` runs to `counted` until the returned function is called."""

    def _count(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        counted.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", _count)
    return lambda: event.remove(engine.sync_engine, "before_cursor_execute", _count)
