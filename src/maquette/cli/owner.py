"""For whom a command acts."""

from maquette.accounts.actor import Actor, ActorKind
from maquette.accounts.authentication import recognition_of
from maquette.accounts.schemas import UserRead, normalised_email
from maquette.accounts.users.service import find_user_by_email, list_users
from maquette.kit.errors import Conflict, NotFound
from maquette.platform.runtime import Platform


class OwnerUnknown(NotFound):
    """The user that a command names does not exist."""

    code = "owner_unknown"


class OwnerUnclear(Conflict):
    """Nobody was named, and there is not exactly one who can be meant."""

    code = "owner_unclear"


async def find_owner(platform: Platform, email: str | None) -> UserRead:
    """The user with this address, or the only one there is. Raises OwnerUnknown, OwnerUnclear."""
    async with platform.database.reading() as session:
        if email is not None:
            try:
                user = await find_user_by_email(session, normalised_email(email))
            except ValueError as error:
                raise OwnerUnknown(f"{email} is no e-mail address: {error}") from None
            if user is None:
                raise OwnerUnknown(f"There is no user {email}. Make one with `maquette users create`.")
            return user
        found = (await list_users(session, 2, None, total=False)).items
    if not found:
        raise OwnerUnknown("There is no user yet. Make one with `maquette users create --admin`.")
    if len(found) > 1:
        raise OwnerUnclear("There are several users. Say with --user EMAIL whose pictures these shall be.")
    return found[0]


def acting_as(platform: Platform, user: UserRead) -> Actor:
    """The actor that this user is when logged in. Raises OwnerUnclear for an account that is switched off."""
    if not user.is_active:
        raise OwnerUnclear(f"The account of {user.email} is switched off. Name another user with --user.")
    return Actor(ActorKind.USER, user.id, user.role, recognition_of(platform).permissions_of(user.role))
