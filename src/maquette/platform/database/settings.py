"""Settings of the database."""

from typing import ClassVar

from pydantic import Field, field_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from maquette.platform.settings.group import SettingsGroup


def _normalised(url: str) -> str:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ValueError(str(error)) from None
    if parsed.drivername in {"postgres", "postgresql", "postgresql+asyncpg"}:
        return parsed.set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
    msg = f"only PostgreSQL is supported, not {parsed.drivername}"
    raise ValueError(msg)


class DatabaseSettings(SettingsGroup):
    """How PostgreSQL is reached."""

    title: ClassVar[str] = "Database"

    database_url: str | None = None
    """PostgreSQL 15 or newer, postgresql://user:password@host/name. Without it `maquette serve` brings its own."""
    database_replica_urls: list[str] = Field(default_factory=list)
    """Hot standbys that may answer reads which tolerate a little lag."""
    database_pool_size: int = Field(default=10, ge=1, le=200)
    """Connections that each process keeps open."""
    database_pool_overflow: int = Field(default=10, ge=0, le=200)
    """Connections that each process may open beyond the pool under load."""
    database_statement_timeout: float = Field(default=30.0, gt=0)
    """Seconds after which a statement is cancelled."""
    migrate_on_start: bool = False
    """Bring the schema up to date when a web process starts; `maquette serve` sets it."""

    @field_validator("database_url")
    @classmethod
    def _normalise(cls, value: str | None) -> str | None:
        return None if value is None else _normalised(value)

    @field_validator("database_replica_urls")
    @classmethod
    def _normalise_all(cls, value: list[str]) -> list[str]:
        return [_normalised(url) for url in value]
