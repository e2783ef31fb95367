"""What operations tell over HTTP."""

from enum import StrEnum

from pydantic import BaseModel, Field


class State(StrEnum):
    """How well something is."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


class Alive(BaseModel):
    """The process answers."""

    status: State = Field(examples=["ok"])


class Component(BaseModel):
    """One part that the installation needs."""

    state: State
    latency_ms: float = Field(description="How long the question took, in milliseconds.", examples=[0.8])
    message: str = Field(default="", description="What is wrong and what it means; empty when all is well.")


class Health(BaseModel):
    """The installation as a whole, and its parts."""

    status: State = Field(description="down: pictures cannot be served; degraded: something is missing.")
    version: str
    components: dict[str, Component] = Field(description="database, cache, storage, broker, workers, disk.")


class PoolHealth(BaseModel):
    """Connections of the process that answers."""

    size: int
    in_use: int
    overflow: int


class DatabaseHealth(BaseModel):
    """The database in more detail."""

    state: State
    latency_ms: float
    version: str = Field(examples=["18.1"])
    revision: str | None = Field(description="The revision of the schema that stands.")
    newest_revision: str = Field(description="The revision that this version needs.")
    size_bytes: int
    connections: int = Field(description="Connections to this database, of all processes.")
    max_connections: int
    pool: PoolHealth


class NamespaceUse(BaseModel):
    """What the cache was asked for one kind of thing."""

    namespace: str
    hits: int
    misses: int
    bypasses: int = Field(description="Questions answered by the database because Valkey was down.")
    hit_rate: float = Field(ge=0, le=1, description="Hits of all that Valkey was asked.")


class CacheUse(BaseModel):
    """What the cache was asked, over all processes."""

    is_available: bool
    used_bytes: int | None = Field(description="Memory of Valkey; null while it is down.")
    hits: int
    misses: int
    bypasses: int
    items: list[NamespaceUse]
