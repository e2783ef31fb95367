"""What happened to accounts."""

from typing import Any, ClassVar
from uuid import UUID

from maquette.platform.events.event import Event


class AccountChanged(Event):
    """A user's name, role, state, logins or keys changed: whatever was remembered of him is to be asked again."""

    name: ClassVar[str] = "account.changed"

    user_id: UUID

    def topics(self) -> tuple[str, ...]:
        """The user himself."""
        return (f"user:{self.user_id}",)

    def data(self) -> dict[str, Any]:
        """Only whom it concerns; the rest is for GET /auth/me."""
        return {"user_id": str(self.user_id)}
