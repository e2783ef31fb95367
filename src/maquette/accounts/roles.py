"""Names of permissions, and which of them each role has."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Self

from maquette.accounts.actor import ADMINISTER, Role
from maquette.platform.slice import Slice


class Permission(StrEnum):
    """The parent of each slice's enumeration of permissions: `NAME = "noun.verb", "what it lets one do"`.

    A third value True keeps the permission for administrators. Names that end with `.read` go to viewers as well.
    """

    description: str
    is_administrative: bool

    def __new__(cls, value: str, description: str, is_administrative: bool = False) -> Self:  # noqa: FBT001, FBT002  # members are written as tuples
        """A member that is its name and knows what it allows."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.description = description
        member.is_administrative = is_administrative
        return member


class AccountPermission(Permission):
    """Permissions about accounts."""

    ADMINISTER = ADMINISTER, "Run this installation: what only administrators may do", True
    READ_USERS = "users.read", "See all users", True
    WRITE_USERS = "users.write", "Make, change and delete users", True


def registered(slices: Iterable[Slice]) -> list[Permission]:
    """Every permission of every slice, in the order of registration."""
    found: list[Permission] = []
    for each in slices:
        for enumeration in each.permissions:
            if not issubclass(enumeration, Permission):
                raise TypeError(f"{each.name}: {enumeration.__name__} is not a subclass of Permission")
            found.extend(enumeration)
    return found


def permissions_of(role: Role, permissions: Iterable[Permission]) -> frozenset[str]:
    """What `role` may do: administrators all, members all but administration, viewers only what reads."""
    match role:
        case Role.ADMINISTRATOR:
            return frozenset(str(each) for each in permissions)
        case Role.MEMBER:
            return frozenset(str(each) for each in permissions if not each.is_administrative)
        case Role.VIEWER:
            return frozenset(str(each) for each in permissions if not each.is_administrative and each.endswith(".read"))
