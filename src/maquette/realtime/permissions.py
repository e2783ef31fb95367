"""Who may open the WebSocket; what may be heard on it is decided topic by topic."""

from maquette.accounts.permissions import Permission


class RealtimePermission(Permission):
    """Permissions about events."""

    LISTEN = "events.read", "Hear over the WebSocket what happens to what one may see"
