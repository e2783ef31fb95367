"""Who is asking: a user, an API key of a user, a visitor of a share, or the system itself."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from maquette.kit.errors import Forbidden, Unauthenticated

ADMINISTER = "installation.administer"
"""The permission to run this installation, which every administrator has and an API key only with this scope."""


class Role(StrEnum):
    """What a user may do in general."""

    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    VIEWER = "viewer"


class ActorKind(StrEnum):
    """By what the caller is known."""

    USER = "user"
    API_KEY = "api_key"
    VISITOR = "visitor"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller of a service. Permissions are those of the role, narrowed by the key's scopes."""

    kind: ActorKind
    user_id: UUID | None
    role: Role | None
    permissions: frozenset[str] = field(default_factory=frozenset)
    """Names such as media.read: what this actor may do at all."""
    credential_id: UUID | None = None
    """The login session or API key by which the caller is known."""

    @property
    def is_administrator(self) -> bool:
        """Whether the caller runs this installation. An administrator's key does so only with that scope."""
        return self.kind is ActorKind.SYSTEM or (self.role is Role.ADMINISTRATOR and ADMINISTER in self.permissions)

    @property
    def owner_id(self) -> UUID:
        """The user whose things these are. Raises Unauthenticated for callers that own nothing."""
        if self.user_id is None:
            raise Unauthenticated
        return self.user_id

    def may(self, permission: str) -> bool:
        """Whether this actor has `permission`."""
        return self.kind is ActorKind.SYSTEM or permission in self.permissions

    def require(self, permission: str) -> None:
        """Raise Forbidden without `permission`."""
        if not self.may(permission):
            raise Forbidden(
                f"This needs the permission {permission}, which {_whom(self)} does not have.",
                details={"permission": str(permission)},
            )


def _whom(actor: Actor) -> str:
    return "this API key" if actor.kind is ActorKind.API_KEY else "your account"


SYSTEM = Actor(ActorKind.SYSTEM, None, None)
