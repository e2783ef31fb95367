"""Settings of the WebSocket."""

from typing import ClassVar

from pydantic import Field

from maquette.platform.settings.group import SettingsGroup


class RealtimeSettings(SettingsGroup):
    """Limits and rhythm of the WebSocket."""

    title: ClassVar[str] = "Realtime"

    ws_heartbeat_seconds: float = Field(default=25.0, gt=0, le=300)
    """Seconds between the server's pings; whoever answers none of two is taken for gone."""
    ws_login_seconds: float = Field(default=10.0, gt=0, le=120)
    """Seconds in which a WebSocket that brought no proof must send its auth message."""
    ws_topics: int = Field(default=500, ge=1, le=10_000)
    """Topics that one WebSocket may listen to."""
    ws_message_size: int = Field(default=65_536, ge=256)
    """Largest message in bytes that a client may send."""
