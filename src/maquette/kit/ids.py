"""Identifiers: time-ordered UUIDs made by the application."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7: rows made later sort later, and any process may make one."""
    return uuid7()
