"""Which crash means that a server we need is down, so that the answer is "try again" and not "we are broken"."""

from types import TracebackType

import asyncpg
from redis import exceptions as redis
from sqlalchemy import exc as sqlalchemy

from maquette.kit.errors import ServiceUnavailable

DOWN_STATES = ("08", "57P", "53300", "25006")
"""Beginnings of SQLSTATEs: connection lost, server stopping or starting, too many connections, read-only."""


class DatabaseDown(ServiceUnavailable):
    """PostgreSQL does not answer at the moment."""

    def __init__(self) -> None:
        super().__init__(
            "The database does not answer at the moment. Try again in a few seconds.", retry_after_seconds=2
        )


class ValkeyDown(ServiceUnavailable):
    """Valkey does not answer at the moment."""

    def __init__(self) -> None:
        super().__init__(
            "The server for jobs and live updates does not answer at the moment. Try again in a few seconds.",
            retry_after_seconds=2,
        )


def outage_of(error: BaseException) -> ServiceUnavailable | None:
    """The outage behind `error`, or None where the fault is our own."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        if _is_database_down(cause):
            return DatabaseDown()
        if isinstance(cause, redis.ConnectionError | redis.TimeoutError | redis.BusyLoadingError):
            return ValkeyDown()
        if type(cause).__module__.startswith("kombu.") and type(cause).__name__ == "OperationalError":
            return ValkeyDown()
        cause = cause.__cause__
    return None


def _is_database_down(error: BaseException) -> bool:
    if isinstance(error, sqlalchemy.TimeoutError):
        return True  # the pool gave no connection in time
    if isinstance(error, sqlalchemy.DBAPIError):
        return error.connection_invalidated or _has_down_state(error.orig) or "connection is closed" in str(error.orig)
    if isinstance(error, asyncpg.PostgresError):
        return _has_down_state(error)
    if isinstance(error, asyncpg.InterfaceError):
        return "closed" in str(error) or "another operation" in str(error)
    # A refused or slow connect comes as the operating system's own error, which might have come from anywhere else.
    return isinstance(error, OSError | TimeoutError) and _passed_through(error.__traceback__, "asyncpg")


def _has_down_state(error: BaseException | None) -> bool:
    state = getattr(error, "sqlstate", None)
    return isinstance(state, str) and state.startswith(DOWN_STATES)


def _passed_through(trace: TracebackType | None, package: str) -> bool:
    while trace is not None:
        if str(trace.tb_frame.f_globals.get("__name__", "")).startswith(package):
            return True
        trace = trace.tb_next
    return False
