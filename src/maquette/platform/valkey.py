"""How Valkey (or Redis) is reached, by both of its clients: redis-py and Celery's broker."""

from typing import ClassVar
from urllib.parse import urlsplit

from pydantic import field_validator
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from maquette.platform.settings.group import SettingsGroup

SCHEMES = frozenset({"redis", "rediss", "unix"})


class ValkeySettings(SettingsGroup):
    """The broker of jobs, the cache, the limits and the road of events."""

    title: ClassVar[str] = "Valkey"

    redis_url: str | None = None
    """Valkey or Redis: redis://host:6379/0, rediss://..., unix:///path. Without it `maquette serve` brings its own."""

    @field_validator("redis_url")
    @classmethod
    def _check(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).scheme not in SCHEMES:
            msg = f"must begin with one of {', '.join(sorted(SCHEMES))}"
            raise ValueError(msg)
        return value

    @property
    def client_url(self) -> str:
        """The address for redis-py; a closed port where none is set, so that all that can live without it does."""
        return self.redis_url or "redis://127.0.0.1:1/0"

    @property
    def broker_url(self) -> str:
        """The address for Celery, which knows Unix sockets by another scheme."""
        parts = urlsplit(self.client_url)
        if parts.scheme != "unix":
            return self.client_url
        database = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair).get("db", "0")
        return f"redis+socket://{parts.path}?virtual_host={database}"


def connect(settings: ValkeySettings) -> Redis:
    """A client that fails fast: whoever calls it has an answer for a Valkey that is down."""
    return Redis.from_url(
        settings.client_url,
        socket_connect_timeout=1.0,
        socket_timeout=5.0,
        retry=Retry(NoBackoff(), 1),
        health_check_interval=30,
    )
